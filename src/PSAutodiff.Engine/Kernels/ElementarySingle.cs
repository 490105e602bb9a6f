using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <summary>
/// Elementary functions in single precision, for networks trained in it. Like the kernels in double they consist of correctly rounded
/// operations alone, so their bits depend neither on the machine nor on where a value stands. Results are within three units in the last place.
/// </summary>
/// <remarks>Reductions and polynomials are those of Moshier's Cephes library (expf, tanhf).</remarks>
internal static class ElementarySingle
{
    // 1.5 * 2^23: adding it rounds to an integer, which is then found in the lowest bits of the sum.
    private const float RoundingShift = 12582912f;

    private const int MantissaBits = 23;

    // From here on 1 - tanh(x)^2 and 1 - sigmoid(x) have lost too many of their digits, as in dense networks.
    private const float Saturation = 0.99f;

    private interface IKernel
    {
        static abstract Vector<float> Apply(Vector<float> x);
    }

    private interface IKernelWithSlope : IKernel
    {
        /// <summary>The derivative from the value.</summary>
        static abstract Vector<float> Slope(Vector<float> value);

        /// <summary>The derivative to all digits.</summary>
        static abstract double ExactSlope(double x, double value);
    }

    /// <summary>The hyperbolic tangent of each element, in place.</summary>
    public static void Tanh(Span<float> values) => Map<TanhKernel>(values);

    /// <summary>The logistic function 1 / (1 + e^-x) of each element, in place.</summary>
    public static void Sigmoid(Span<float> values) => Map<SigmoidKernel>(values);

    /// <summary>The hyperbolic tangent of each element and its derivative. Either may take the place of the elements.</summary>
    public static void TanhAndSech2(ReadOnlySpan<float> x, Span<float> tanh, Span<float> sech2) => MapBoth<TanhKernel>(x, tanh, sech2);

    /// <summary>The logistic function of each element and its derivative. Either may take the place of the elements.</summary>
    public static void SigmoidAndDsigmoid(ReadOnlySpan<float> x, Span<float> sigmoid, Span<float> dsigmoid) => MapBoth<SigmoidKernel>(x, sigmoid, dsigmoid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapBoth<TKernel>(ReadOnlySpan<float> x, Span<float> values, Span<float> slopes)
        where TKernel : struct, IKernelWithSlope
    {
        values = values[..x.Length];
        slopes = slopes[..x.Length];
        var i = 0;
        for (; i + Vector<float>.Count <= x.Length; i += Vector<float>.Count)
        {
            var z = new Vector<float>(x[i..]);
            var value = TKernel.Apply(z);
            var slope = SlopeOf<TKernel>(z, value);
            value.CopyTo(values[i..]);
            slope.CopyTo(slopes[i..]);
        }

        if (i == x.Length) return;
        Span<float> last = stackalloc float[Vector<float>.Count];
        last.Clear();
        x[i..].CopyTo(last);
        var rest = new Vector<float>(last);
        var lastValue = TKernel.Apply(rest);
        for (var k = 0; i < x.Length; i++, k++)
        {
            values[i] = lastValue[k];
            slopes[i] = SlopeOf<TKernel>(rest, lastValue)[k];
        }
    }

    // From the value, but next to saturation, where that has lost its digits, from the argument.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> SlopeOf<TKernel>(Vector<float> x, Vector<float> value)
        where TKernel : struct, IKernelWithSlope
    {
        var slope = TKernel.Slope(value);
        if (!Vector.GreaterThanAny(Vector.Abs(value), new Vector<float>(Saturation))) return slope;
        for (var k = 0; k < Vector<float>.Count; k++)
        {
            if (Math.Abs(value[k]) > Saturation) slope = slope.WithElement(k, (float)TKernel.ExactSlope(x[k], value[k]));
        }

        return slope;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TKernel>(Span<float> values)
        where TKernel : struct, IKernel
    {
        var i = 0;
        for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count) TKernel.Apply(new Vector<float>(values[i..])).CopyTo(values[i..]);
        if (i == values.Length) return;
        Span<float> last = stackalloc float[Vector<float>.Count];
        values[i..].CopyTo(last);
        TKernel.Apply(new Vector<float>(last)).CopyTo(last);
        last[..(values.Length - i)].CopyTo(values[i..]);
    }

    // e^x for x between -110 and 20. The power of two goes in by two factors, since it may lie below the least normal number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Exp(Vector<float> x)
    {
        var shifted = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504f), new Vector<float>(RoundingShift));
        var k = shifted - new Vector<float>(RoundingShift);
        var r = Vector.FusedMultiplyAdd(k, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(k, new Vector<float>(2.12194440e-4f), r);
        var p = Vector.FusedMultiplyAdd(new Vector<float>(1.9875691500e-4f), r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;
        var exponent = Vector.AsVectorInt32(shifted) - new Vector<int>(BitConverter.SingleToInt32Bits(RoundingShift));
        var half = Vector.ShiftRightArithmetic(exponent, 1);
        return p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<int> exponent) => Vector.AsVectorSingle(Vector.ShiftLeft(exponent + new Vector<int>(127), MantissaBits));

    // The lesser of a limit and a number; NaN stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> AtMost(Vector<float> limit, Vector<float> x) => Vector.ConditionalSelect(Vector.LessThan(limit, x), limit, x);

    private readonly struct TanhKernel : IKernelWithSlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Slope(Vector<float> value) => Vector<float>.One - (value * value);

        public static double ExactSlope(double x, double value) => Elementary.Sech2(x, value);

        // A polynomial up to 0.625, beyond it 1 - 2 / (e^2|x| + 1), which is 1 from 9.02 on.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Apply(Vector<float> x)
        {
            var size = AtMost(new Vector<float>(9.5f), Vector.Abs(x));
            var square = size * size;
            var p = Vector.FusedMultiplyAdd(new Vector<float>(-5.70498872745e-3f), square, new Vector<float>(2.06390887954e-2f));
            p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(-5.37397155531e-2f));
            p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(1.33314422036e-1f));
            p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(-3.33332819422e-1f));
            var near = Vector.FusedMultiplyAdd(p * square, size, size);
            var one = Vector<float>.One;
            var far = one - (new Vector<float>(2f) / (Exp(size + size) + one));
            return Vector.CopySign(Vector.ConditionalSelect(Vector.LessThan(size, new Vector<float>(0.625f)), near, far), x);
        }
    }

    private readonly struct SigmoidKernel : IKernelWithSlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Slope(Vector<float> value) => value * (Vector<float>.One - value);

        public static double ExactSlope(double x, double value) => Elementary.Dsigmoid(x, value);

        // With e = e^-|x| <= 1: 1 / (1 + e) for x >= 0, else e / (1 + e).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Apply(Vector<float> x)
        {
            var one = Vector<float>.One;
            var e = Exp(-AtMost(new Vector<float>(110f), Vector.Abs(x)));
            return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), e, one) / (one + e);
        }
    }
}
