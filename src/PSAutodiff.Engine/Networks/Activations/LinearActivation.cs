using System.Numerics;

namespace PSAutodiff.Networks.Activations;

/// <summary>z itself.</summary>
internal sealed class LinearActivation<T> : Activation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.Linear;

    public override IReadOnlyList<string> Names => ["linear", "identity", "none"];

    public override ExprNode[] ToExpression(ExprNode[] sums) => sums;

    public override ExprNode ToExpression(ExprNode sums) => sums;

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
    }

    public override void Curve(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> gradient, Span<double> hessian, Span<double> scratch)
    {
    }
}
