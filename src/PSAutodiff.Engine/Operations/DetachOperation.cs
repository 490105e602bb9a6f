using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The argument itself, but taken as a constant by every derivative.</summary>
internal sealed class DetachOperation() : UnaryOperation("detach")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\operatorname{detach}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("detach(detach(x)) = detach(x)", Identity.Standard, static (x, _, _) => x.Is<DetachOperation>() ? x : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    protected override double Evaluate(double x) => x;

    protected override Term Pullback(Term self, Term x, Term adjoint) => Term.None;
}

public sealed partial class ExprNode
{
    /// <summary>The argument itself, but taken as a constant by every derivative.</summary>
    public static ExprNode Detach(ExprNode x) => Apply<DetachOperation>(x);
}
