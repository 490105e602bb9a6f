using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>exp(x) - 1, accurate for small x.</summary>
internal sealed class Expm1Operation() : UnaryOperation("expm1")
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{expm1}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("expm1(log1p(x)) = x", Identity.Standard, static (x, _, _) => x.Is<Log1pOperation>() ? x.X : Term.None),
    ];

    protected override double Evaluate(double x) => Kernels.Expm1(x);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<ExpOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>exp(x) - 1, accurate for small x.</summary>
    public static ExprNode Expm1(ExprNode x) => Apply<Expm1Operation>(x);
}
