using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>log(1 + x), accurate for small x.</summary>
internal sealed class Log1pOperation() : UnaryOperation("log1p")
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{log1p}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("log1p(expm1(x)) = x", Identity.Standard, static (x, _, _) => x.Is<Expm1Operation>() ? x.X : Term.None),
        new("log1p(exp(x)) = softplus(x)", RuleSets.Stable, static (x, _, _) => x.Is<ExpOperation>() ? x.X.Apply<SoftplusOperation>() : Term.None),
    ];

    protected override double Evaluate(double x) => Kernels.Log1p(x);

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (1 + x);
}

public sealed partial class ExprNode
{
    /// <summary>log(1 + x), accurate for small x.</summary>
    public static ExprNode Log1p(ExprNode x) => Apply<Log1pOperation>(x);
}
