using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>z above 0, else exp(z) - 1.</summary>
internal sealed class ELUActivation<T> : SmoothActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.ELU;

    public override IReadOnlyList<string> Names => ["elu"];

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Relu(sums) + ExprNode.Expm1(ExprNode.Min(sums, sums.ArrayShape.IsNumber ? 0 : new double[sums.ArrayShape.Count]));

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        Elementary.Expm1(z, value);
        for (var i = 0; i < z.Length; i++)
        {
            if (z[i] > 0) value[i] = z[i];
        }
    }

    protected override void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second)
    {
        Elementary.Exp(z, first);
        for (var i = 0; i < second.Length; i++) second[i] = z[i] > 0 ? 0 : first[i];
        for (var i = 0; i < first.Length; i++)
        {
            if (z[i] > 0) first[i] = 1;
        }
    }
}
