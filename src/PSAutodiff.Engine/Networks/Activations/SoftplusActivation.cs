using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>log(1 + exp(z)).</summary>
internal sealed class SoftplusActivation<T> : SmoothActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.Softplus;

    public override IReadOnlyList<string> Names => ["softplus"];

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Softplus(sums);

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value) => Elementary.Softplus(z, value);

    protected override void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second)
    {
        Elementary.Sigmoid(z, first);
        for (var i = 0; i < second.Length; i++) second[i] = Elementary.Dsigmoid(z[i], first[i]);
    }
}
