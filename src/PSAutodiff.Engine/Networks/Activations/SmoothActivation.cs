using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>An activation whose derivatives come from z: a class says its value and derivatives for some numbers, in double for either precision.</summary>
internal abstract class SmoothActivation<T> : ElementwiseActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Numbers that are worked on at a time, in the cache.
    private const int Part = 256;

    public override bool NeedsSums => true;

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        Span<double> memory = stackalloc double[2 * Part];
        for (var start = 0; start < values.Length; start += Part)
        {
            var some = values.Slice(start, Math.Min(Part, values.Length - start));
            var z = memory[..some.Length];
            var result = memory.Slice(Part, some.Length);
            Vectors.Widen(some, z);
            Evaluate(z, result);
            Vectors.Narrow(result, some);
        }
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        Span<double> memory = stackalloc double[3 * Part];
        for (var start = 0; start < deltas.Length; start += Part)
        {
            var some = deltas.Slice(start, Math.Min(Part, deltas.Length - start));
            var z = memory[..some.Length];
            var first = memory.Slice(Part, some.Length);
            var wide = memory.Slice(2 * Part, some.Length);
            Vectors.Widen(sums.Slice(start, some.Length), z);
            Differentiate(z, first, []);
            Vectors.Widen(some, wide);
            Vectors.Multiply<double>(wide, first);
            Vectors.Narrow(wide, some);
        }
    }

    protected override void Slopes(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> first, Span<double> second) => Differentiate(sums, first, second);

    /// <summary>phi(z).</summary>
    protected abstract void Evaluate(ReadOnlySpan<double> z, Span<double> value);

    /// <summary>phi'(z), and phi''(z) where there is room for it.</summary>
    protected abstract void Differentiate(ReadOnlySpan<double> z, Span<double> first, Span<double> second);
}
