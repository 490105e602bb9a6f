using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The sine of an angle in radians.</summary>
internal sealed class SinOperation() : UnaryOperation("sin", Elementary.Sin, Elementary.Sin)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\sin", 1);

    internal override Rounding Rounding => Rounding.Wave;

    internal override string? MathName => nameof(Math.Sin);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<SinOperation>(),
        new("sin(asin(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<AsinOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<CosOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The sine of an angle in radians.</summary>
    public static ExprNode Sin(ExprNode x) => Apply<SinOperation>(x);
}
