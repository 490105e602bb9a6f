using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The cosine of an angle in radians.</summary>
internal sealed class CosOperation() : UnaryOperation("cos", Elementary.Cos, Elementary.Cos)
{
    private Sharing[]? _sharing;

    internal override Notation Latex => field ??= Notation.LatexCall("\\cos", 1);

    internal override Rounding Rounding => Rounding.Wave;

    internal override string? MathName => nameof(Math.Cos);

    // A derivative has the cosine where its function has the sine, or the other way round.
    internal override Sharing[] Shares => _sharing ??=
    [
        new(OperationOf<SinOperation>.Instance, OperationOf<BesideSin>.Instance, Elementary.SinAndCos, Elementary.SinAndCos),
    ];

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Even<CosOperation>(),
        new("cos(acos(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<AcosOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => -(x.Apply<SinOperation>() * adjoint);

    /// <summary>The same beside the sine of its argument.</summary>
    internal sealed class BesideSin() : JointOperation<CosOperation>("cos", Cosine, Cosine)
    {
        private static double Cosine(double x, double sine) => Elementary.Cos(x);

        private static void Cosine(ReadOnlySpan<double> x, ReadOnlySpan<double> sine, Span<double> result) => Elementary.Cos(x, result);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The cosine of an angle in radians.</summary>
    public static ExprNode Cos(ExprNode x) => Apply<CosOperation>(x);
}
