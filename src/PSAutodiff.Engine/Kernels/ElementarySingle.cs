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

    private interface IKernel
    {
        static abstract Vector<float> Apply(Vector<float> x);
    }

    /// <summary>The hyperbolic tangent of each element, in place.</summary>
    public static void Tanh(Span<float> values) => Map<TanhKernel>(values);

    /// <summary>The logistic function 1 / (1 + e^-x) of each element, in place.</summary>
    public static void Sigmoid(Span<float> values) => Map<SigmoidKernel>(values);

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

    private readonly struct TanhKernel : IKernel
    {
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

    private readonly struct SigmoidKernel : IKernel
    {
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
