using System.Numerics;

namespace PSAutodiff.Networks.Activations;

/// <summary>max(0, z), with derivative 0 at 0; NaN stays NaN.</summary>
internal sealed class ReLUActivation<T> : ElementwiseActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.ReLU;

    public override IReadOnlyList<string> Names => ["relu"];

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        var i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count)
        {
            var z = new Vector<T>(values[i..]);
            Vector.ConditionalSelect(Vector.LessThan(z, Vector<T>.Zero), Vector<T>.Zero, z).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            if (values[i] < T.Zero) values[i] = T.Zero;
        }
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        values = values[..deltas.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= deltas.Length; i += Vector<T>.Count)
        {
            var zero = Vector.LessThanOrEqual(new Vector<T>(values[i..]), Vector<T>.Zero);
            Vector.ConditionalSelect(zero, Vector<T>.Zero, new Vector<T>(deltas[i..])).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            if (values[i] <= T.Zero) deltas[i] = T.Zero;
        }
    }

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Relu(sums);

    protected override void Slopes(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> first, Span<double> second)
    {
        for (var i = 0; i < values.Length; i++) first[i] = values[i] > 0 ? 1 : 0;
        second.Clear();
    }
}
