using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>z times the probability that a standard normal number is below z.</summary>
internal sealed class GELUActivation<T> : SmoothActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.GELU;

    public override IReadOnlyList<string> Names => ["gelu"];

    public override ExprNode ToExpression(ExprNode sums) => sums * ExprNode.Erfc(-sums * Math.Sqrt(0.5)) / 2;

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        for (var i = 0; i < z.Length; i++) value[i] = z[i] * Below(z[i]);
    }

    protected override void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second)
    {
        // The density of the normal distribution.
        for (var i = 0; i < z.Length; i++) first[i] = -0.5 * z[i] * z[i];
        Elementary.Exp(first, first);
        Vectors.Scale(first, 1 / Math.Sqrt(2 * Math.PI));
        for (var i = 0; i < second.Length; i++) second[i] = first[i] * (2 - (z[i] * z[i]));
        for (var i = 0; i < z.Length; i++) first[i] = Below(z[i]) + (z[i] * first[i]);
    }

    private static double Below(double z) => 0.5 * Elementary.Erfc(-z * Math.Sqrt(0.5));
}
