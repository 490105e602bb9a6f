using System.Text.Json.Serialization;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Serialization;

/// <summary>What a gradient, Hessian or Jacobian holds, as texts that write what they share once.</summary>
/// <param name="Variables">The variables of the object.</param>
/// <param name="Bindings">What the other texts share, such as <c>t1 = x * x; </c>, to be put before each; often empty.</param>
/// <param name="Expressions">What was differentiated: several for a Jacobian.</param>
/// <param name="FirstDerivatives">Those of each expression, in the order of the variables.</param>
/// <param name="SecondDerivatives">The rows of a Hessian, for nothing else.</param>
internal sealed record DerivativeTexts(
    IReadOnlyList<string> Variables,
    string Bindings,
    IReadOnlyList<string> Expressions,
    IReadOnlyList<IReadOnlyList<string>> FirstDerivatives,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<string>>? SecondDerivatives = null)
{
    /// <summary>What a gradient, Hessian or Jacobian holds.</summary>
    public static DerivativeTexts Of(object value)
    {
        var variables = value switch
        {
            ExprHessian hessian => hessian.Variables,
            ExprJacobian jacobian => jacobian.Variables,
            _ => ((ExprGradient)value).Variables,
        };
        var size = variables.Count;
        var nodes = DerivativeObjects.NodesOf(value)!;
        var (bindings, texts) = nodes.Count == 0 ? (string.Empty, []) : LetWriter.Write(nodes);
        var first = value is ExprHessian ? texts[..(1 + size)] : texts;
        return new DerivativeTexts(
            variables,
            bindings,
            [.. first.Where((_, i) => i % (1 + size) == 0)],
            [.. first.Chunk(1 + size).Select(static row => row[1..])],
            value is ExprHessian ? [.. texts[(1 + size)..].Chunk(Math.Max(1, size))] : null);
    }

    /// <summary>The object again.</summary>
    /// <param name="type">Its type.</param>
    /// <exception cref="FormatException">The numbers of texts and variables do not suit each other.</exception>
    public object ToObject(Type type)
    {
        var size = Variables.Count;
        if (Variables.Distinct(StringComparer.Ordinal).Count() != size) throw new FormatException("A variable is named twice.");
        var ofHessian = type == typeof(ExprHessian);
        var matrix = FirstDerivatives.Concat(SecondDerivatives ?? []);
        if (Expressions.Count != FirstDerivatives.Count || (Expressions.Count != 1 && type != typeof(ExprJacobian)) ||
            (SecondDerivatives?.Count ?? -1) != (ofHessian ? size : -1) || matrix.Any(row => row.Count != size))
        {
            throw new FormatException("There are not as many derivatives as the expressions and variables need.");
        }

        var nodes = Read([.. Expressions.Zip(FirstDerivatives, static (expression, row) => row.Prepend(expression)).Concat(SecondDerivatives ?? []).SelectMany(static row => row)]);
        if (ofHessian) return DerivativeObjects.Hessian(Variables, nodes);
        var rows = nodes.Chunk(1 + size).Select(row => new ExprGradient(row[0], Variables, row[1..])).ToArray();
        return type == typeof(ExprJacobian) ? new ExprJacobian(Variables, rows) : rows[0];
    }

    private ExprNode[] Read(string[] texts)
    {
        if (texts.Length == 0) return [];

        // Read together, so that they share what they shared.
        var (graph, roots) = ExpressionParser.ParseList(Bindings + string.Join("; ", texts), CancellationToken.None);
        if (roots.Length != texts.Length) throw new FormatException("One of the derivatives is not an expression.");

        // Equal nodes are one, as they were.
        var made = new Dictionary<int, ExprNode>();
        return Array.ConvertAll(roots, id =>
        {
            if (!made.TryGetValue(id, out var node)) made.Add(id, node = graph.Node(id));
            return node;
        });
    }
}
