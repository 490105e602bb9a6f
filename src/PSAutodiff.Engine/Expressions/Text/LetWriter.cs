using System.Globalization;
using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Writes an expression in full, shared parts once: <c>t1 = x * x; t1 + t1</c>. Its length is linear in the number of distinct
/// nodes, and <see cref="ExpressionParser"/> reads it back to an equal expression.
/// </summary>
internal static class LetWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default)
    {
        var (bindings, texts) = Write([node], cancellation);
        return bindings + texts[0];
    }

    /// <summary>Several expressions, what they share once: each text may use the bindings, and may be nothing but a name of them.</summary>
    public static (string Bindings, string[] Texts) Write(IReadOnlyList<ExprNode> nodes, CancellationToken cancellation = default)
    {
        var (graph, roots) = ExprNode.Flatten(nodes, cancellation);
        var reachable = graph.Reachable(roots);
        var uses = graph.Uses(reachable, roots);
        var variables = graph.VariablesOf(roots);
        var functions = graph.FunctionNamesOf(reachable);
        var taken = new HashSet<string>([.. variables, .. functions], StringComparer.Ordinal);
        var bindings = new string?[reachable.Length];
        var view = new GraphView(graph, bindings);
        var text = new StringBuilder(ExprText.ShapesOf(graph, roots)).Append(ExprText.Declarations(functions, variables));
        var number = 0;
        foreach (var id in WritingOrder.Of(graph, roots, cancellation))
        {
            if (uses[id] < 2 || graph.IsLeaf(id)) continue;
            string name;
            do
            {
                name = string.Create(CultureInfo.InvariantCulture, $"t{++number}");
            }
            while (taken.Contains(name));

            text.Append(name).Append(" = ");
            FormulaWriter.Write(view, id, InfixStyle.Instance, text, int.MaxValue, cancellation);
            text.Append("; ");
            bindings[id] = name;
        }

        return (text.ToString(), Array.ConvertAll(roots, root =>
        {
            text.Clear();
            FormulaWriter.Write(view, root, InfixStyle.Instance, text, int.MaxValue, cancellation);
            return text.ToString();
        }));
    }
}
