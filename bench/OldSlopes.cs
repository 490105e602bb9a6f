using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;
using PSAutodiff.Tests;

namespace PSAutodiff.Bench;

/// <summary>
/// Tanh and sigmoid as batched backpropagation by hand had them: the derivative comes from the value, but next to saturation, where that has lost its
/// digits, from the weighted sum. That takes less time than the kernels to compare numbers with, and gives other bits.
/// </summary>
internal sealed class OldSlopes<T>(bool isTanh) : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static T Saturation => T.CreateTruncating(typeof(T) == typeof(float) ? 0.99 : 0.9999);

    public static ActivationKernel<T>? For(ActivationFunction function) => function switch
    {
        ActivationFunction.Tanh => new OldSlopes<T>(isTanh: true),
        ActivationFunction.Sigmoid => new OldSlopes<T>(isTanh: false),
        _ => null,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        if (typeof(T) == typeof(float))
        {
            if (isTanh) ElementarySingle.Tanh(MemoryMarshal.Cast<T, float>(values));
            else ElementarySingle.Sigmoid(MemoryMarshal.Cast<T, float>(values));
            return;
        }

        var wide = MemoryMarshal.Cast<T, double>(values);
        if (isTanh) Elementary.Tanh(wide, wide);
        else Elementary.Sigmoid(wide, wide);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        if (isTanh) Backward<TanhSlope>(values, deltas, sums);
        else Backward<SigmoidSlope>(values, deltas, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TSlope>(ReadOnlySpan<T> values, Span<T> deltas, ReadOnlySpan<T> sums)
        where TSlope : struct, ISlope
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
                for (var k = 0; k < Vector<T>.Count; k++) slope = slope.WithElement(k, Exact<TSlope>(y[k], z[k], slope[k]));
            }

            (new Vector<T>(deltas[i..]) * slope).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            var slope = TSlope.FromValue(new Vector<T>(values[i]))[0];
            deltas[i] *= sums.Length > 0 ? Exact<TSlope>(values[i], sums[i], slope) : slope;
        }
    }

    private static T Exact<TSlope>(T y, T z, T otherwise)
        where TSlope : struct, ISlope => T.Abs(y) > Saturation ? T.CreateTruncating(TSlope.Exact(double.CreateTruncating(z), double.CreateTruncating(y))) : otherwise;

    private interface ISlope
    {
        static abstract Vector<T> FromValue(Vector<T> value);

        static abstract double Exact(double z, double value);
    }

    private readonly struct TanhSlope : ISlope
    {
        public static Vector<T> FromValue(Vector<T> value) => Vector<T>.One - (value * value);

        public static double Exact(double z, double value) => Elementary.Sech2(z, value);
    }

    private readonly struct SigmoidSlope : ISlope
    {
        public static Vector<T> FromValue(Vector<T> value) => value * (Vector<T>.One - value);

        public static double Exact(double z, double value) => Elementary.Dsigmoid(z, value);
    }
}
