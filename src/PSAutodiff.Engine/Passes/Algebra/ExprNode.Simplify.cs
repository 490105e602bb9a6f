using PSAutodiff.Passes.Algebra;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff;

/// <content>Simplification of an expression.</content>
public sealed partial class ExprNode
{
    /// <summary>
    /// A simpler expression: equal as a real function wherever the original is defined, with no more distinct operations.
    /// </summary>
    /// <param name="rule">Which identities may be used.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">
    /// With <see cref="SimplificationRule.Lab"/>: a division by a constant 0, or a logarithm of a constant not above 0. With the rules of
    /// algebra, which promise no number of operations: multiplied out, the expression is too large.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode Simplify(SimplificationRule rule = SimplificationRule.Standard, CancellationToken cancellation = default) =>
        Simplify([this], rule, cancellation).Nodes[0];

    /// <summary>The expression collected by the powers of a variable: a * x + b * x becomes (a + b) * x.</summary>
    /// <param name="variable">The variable.</param>
    /// <exception cref="AutodiffException">Multiplied out, the expression is too large, or the name is not valid.</exception>
    public ExprNode Collect(string variable) => Simplify([this], SimplificationRule.Collect, variable, CancellationToken.None).Nodes[0];

    /// <summary>Several expressions simplified together, so that they go on sharing parts; and what had to be assumed.</summary>
    internal static (IReadOnlyList<ExprNode> Nodes, IReadOnlyList<string> Assumptions) Simplify(
        IReadOnlyList<ExprNode> nodes,
        SimplificationRule rule,
        CancellationToken cancellation = default) => Simplify(nodes, rule, variable: null, cancellation);

    /// <summary>The same, with the variable that rule Collect collects by.</summary>
    internal static (IReadOnlyList<ExprNode> Nodes, IReadOnlyList<string> Assumptions) Simplify(
        IReadOnlyList<ExprNode> nodes,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        var input = Flatten(nodes, cancellation);
        var (simplified, assumptions) = AlgebraForms.Has(rule)
            ? AlgebraForms.Rewrite(input, rule, variable, cancellation)
            : Simplifier.Simplify(input, rule, cancellation: cancellation);
        return (simplified.Nodes(), assumptions);
    }
}
