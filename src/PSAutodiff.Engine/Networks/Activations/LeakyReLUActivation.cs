using System.Numerics;

namespace PSAutodiff.Networks.Activations;

/// <summary>z above 0, else z / 100.</summary>
internal sealed class LeakyReLUActivation<T> : SmoothActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Slope = 0.01;

    public override ActivationFunction Function => ActivationFunction.LeakyReLU;

    public override IReadOnlyList<string> Names => ["leakyrelu", "leaky_relu"];

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Max(Slope * sums, sums);

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        for (var i = 0; i < z.Length; i++) value[i] = z[i] > 0 ? z[i] : Slope * z[i];
    }

    protected override void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second)
    {
        for (var i = 0; i < z.Length; i++) first[i] = z[i] > 0 ? 1 : Slope;
        second.Clear();
    }
}
