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
    /// With <see cref="SimplificationRule.Lab"/>: a division by a constant 0, or a logarithm of a constant not above 0.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode Simplify(SimplificationRule rule = SimplificationRule.Standard, CancellationToken cancellation = default) =>
        Simplify([this], rule, cancellation).Nodes[0];

    /// <summary>Several expressions simplified together, so that they go on sharing parts; and what had to be assumed.</summary>
    internal static (IReadOnlyList<ExprNode> Nodes, IReadOnlyList<string> Assumptions) Simplify(
        IReadOnlyList<ExprNode> nodes,
        SimplificationRule rule,
        CancellationToken cancellation = default)
    {
        var (simplified, assumptions) = Simplifier.Simplify(Flatten(nodes, cancellation), rule, cancellation: cancellation);
        return (simplified.Nodes(), assumptions);
    }
}
