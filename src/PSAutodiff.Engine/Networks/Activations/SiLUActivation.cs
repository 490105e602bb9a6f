using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>z / (1 + exp(-z)).</summary>
internal sealed class SiLUActivation<T> : SmoothActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.SiLU;

    public override IReadOnlyList<string> Names => ["silu", "swish"];

    public override ExprNode ToExpression(ExprNode sums) => sums * ExprNode.Sigmoid(sums);

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        Elementary.Sigmoid(z, value);
        Vectors.Multiply<double>(value, z);
    }

    protected override void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second)
    {
        Elementary.Sigmoid(z, first);
        for (var i = 0; i < z.Length; i++)
        {
            var (sigmoid, slope) = (first[i], Elementary.Dsigmoid(z[i], first[i]));
            first[i] = sigmoid + (z[i] * slope);
            if (second.Length > 0) second[i] = slope * (2 + (z[i] * (1 - (2 * sigmoid))));
        }
    }
}
