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
        var (graph, root) = node.Flatten(cancellation);
        var reachable = graph.Reachable([root]);
        var uses = graph.Uses(reachable, [root]);
        var taken = new HashSet<string>(graph.VariablesOf([root]), StringComparer.Ordinal);
        var bindings = new string?[reachable.Length];
        var view = new GraphView(graph, bindings);
        var text = new StringBuilder();
        var number = 0;
        foreach (var id in WritingOrder.Of(graph, root, cancellation))
        {
            if (id == root || uses[id] < 2 || graph.IsLeaf(id)) continue;
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

        FormulaWriter.Write(view, root, InfixStyle.Instance, text, int.MaxValue, cancellation);
        return text.ToString();
    }
}
