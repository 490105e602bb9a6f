using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff.Measurements;

/// <summary>
/// The one recipe by which numbers of derivatives are made, whoever asks for them: the expression is simplified by
/// <see cref="SimplificationRule.Stable"/>, differentiated in reverse, and all that is simplified once more, together. Formulas of
/// derivatives, which people read, are those of the expression as it is written.
/// </summary>
internal sealed class NumericDerivatives
{
    private NumericDerivatives(ExprNode value, IReadOnlyList<ExprNode> gradient, IReadOnlyList<ExprNode> hessian)
    {
        Value = value;
        Gradient = gradient;
        Hessian = hessian;
    }

    /// <summary>The expression, simplified.</summary>
    public ExprNode Value { get; }

    /// <summary>The first derivatives, in the order of the variables.</summary>
    public IReadOnlyList<ExprNode> Gradient { get; }

    /// <summary>The second derivatives, row by row, each from the diagonal on; none unless they are asked for.</summary>
    public IReadOnlyList<ExprNode> Hessian { get; }

    /// <summary>Makes them.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="hessian">Whether second derivatives are wanted too.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NumericDerivatives Of(
        ExprNode expression,
        IReadOnlyList<string> variables,
        bool hessian = false,
        CancellationToken cancellation = default)
    {
        if (variables.Count == 0) return new NumericDerivatives(expression.Simplify(SimplificationRule.Stable, cancellation), [], []);
        foreach (var variable in variables) VariableNames.Check(variable);
        var (graph, root) = expression.Flatten(cancellation);
        var stable = Simplifier.Simplify(graph, [root], SimplificationRule.Stable, cancellation: cancellation);
        root = stable.Roots[0];
        var builder = ExprNode.Extend(stable.Graph, root, cancellation);
        int[] roots = [root, .. ReverseMode.Differentiate(builder, root, variables)];
        if (hessian)
        {
            // From first derivatives that are simplified already.
            var first = Simplifier.Simplify(builder.Build(), roots, SimplificationRule.Stable, cancellation: cancellation);
            builder = ExprNode.Extend(first.Graph, first.Roots.Max(), cancellation);
            var second = new List<int>();
            for (var i = 0; i < variables.Count; i++) second.AddRange(ReverseMode.Differentiate(builder, first.Roots[i + 1], [.. variables.Skip(i)]));
            roots = [.. first.Roots, .. second];
        }

        var result = Simplifier.Simplify(builder.Build(), roots, SimplificationRule.Stable, cancellation: cancellation);
        var nodes = Array.ConvertAll(result.Roots, result.Graph.Node);
        return new NumericDerivatives(nodes[0], nodes[1..(variables.Count + 1)], nodes[(variables.Count + 1)..]);
    }
}
