using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSAutodiff.Networks.Activations;

/// <summary>An activation whose derivative comes from its value phi(z), but next to saturation, where that has lost its digits, from z.</summary>
/// <typeparam name="T">The numbers of the network.</typeparam>
/// <typeparam name="TSlope">The derivative.</typeparam>
internal abstract class SaturatingActivation<T, TSlope> : ElementwiseActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TSlope : struct, ISlope<T>
{
    // From here on 1 - tanh(z)^2 and 1 - sigmoid(z) have lost too many of their digits: two of the seven, or four of the sixteen.
    private static T Saturation => T.CreateTruncating(typeof(T) == typeof(float) ? 0.99 : 0.9999);

    public override bool NeedsSums => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        values = values[..deltas.Length];
        var saturation = new Vector<T>(Saturation);
        var i = 0;
        for (; i + Vector<T>.Count <= deltas.Length; i += Vector<T>.Count)
        {
            var y = new Vector<T>(values[i..]);
            var slope = TSlope.FromValue(y);
            if (sums.Length > 0 && Vector.GreaterThanAny(Vector.Abs(y), saturation))
            {
                var z = new Vector<T>(sums[i..]);
                for (var k = 0; k < Vector<T>.Count; k++) slope = slope.WithElement(k, Exact(y[k], z[k], slope[k]));
            }

            (new Vector<T>(deltas[i..]) * slope).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            var slope = TSlope.FromValue(new Vector<T>(values[i]))[0];
            deltas[i] *= sums.Length > 0 ? Exact(values[i], sums[i], slope) : slope;
        }
    }

    private static T Exact(T y, T z, T otherwise) =>
        T.Abs(y) > Saturation ? T.CreateTruncating(TSlope.Exact(double.CreateTruncating(z), double.CreateTruncating(y))) : otherwise;
}

/// <summary>The derivative of an activation.</summary>
internal interface ISlope<T>
{
    /// <summary>phi'(z) from phi(z).</summary>
    static abstract Vector<T> FromValue(Vector<T> value);

    /// <summary>phi'(z) to all digits.</summary>
    static abstract double Exact(double z, double value);
}
