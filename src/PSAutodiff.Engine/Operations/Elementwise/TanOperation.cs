using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The tangent of an angle in radians.</summary>
internal sealed class TanOperation() : UnaryOperation("tan", Elementary.Tan, Elementary.Tan)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\tan", 1);

    internal override Rounding Rounding => Rounding.Wave;

    internal override string? MathName => nameof(Math.Tan);

    internal override Term ForAlgebra(Term x, Term y, Term z) => x.Apply<SinOperation>() / x.Apply<CosOperation>();

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<TanOperation>(),
        new("tan(atan(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<AtanOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => (1 + (self * self)) * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The tangent of an angle in radians.</summary>
    public static ExprNode Tan(ExprNode x) => Apply<TanOperation>(x);
}
