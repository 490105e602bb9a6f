using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The cosine of an angle in radians.</summary>
internal sealed class CosOperation() : UnaryOperation("cos", Math.Cos, null)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\cos", 1);

    internal override Rounding Rounding => Rounding.Wave;

    internal override string? MathName => nameof(Math.Cos);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Even<CosOperation>(),
        new("cos(acos(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<AcosOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => -(x.Apply<SinOperation>() * adjoint);
}

public sealed partial class ExprNode
{
    /// <summary>The cosine of an angle in radians.</summary>
    public static ExprNode Cos(ExprNode x) => Apply<CosOperation>(x);
}
