using System.Runtime.CompilerServices;

namespace PSAutodiff.Numerics;

/// <content>Hyperbolic functions, on |x| with the sign put back, so that the odd ones are exactly odd.</content>
internal static partial class Kernels
{
    // tanh rounds to 1 from 19.06... on.
    private const double TanhSaturation = 20.0;

    // Up to here, |x| < 0.97, 1 - tanh^2 loses a bit or two and costs nothing; beyond, e^(-2|x|) is worth its time.
    private const double TanhNearLimit = 0.75;

    /// <summary>tanh x in every lane, as -E / (2 + E) with E = e^(-2|x|) - 1, between -1 and 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, ILanes<T>
    {
        T saturation = T.Broadcast(TanhSaturation);
        T size = Abs(x);
        size = T.SelectLess(saturation, size, saturation, size);
        ReduceExponential(T.Broadcast(-2.0) * size, out T k, out T r, out T carried, out T cube, out T q);
        T one = T.Broadcast(1.0);
        T scale = PowerOfTwo(k);
        T lead = scale - one;

        // From 2^-54 down scale is lost in lead, but still counts for the last place.
        T leadLow = scale - (lead + one);
        Expm1Sum(scale, lead, leadLow, r, carried, cube, q, out T sum, out T rest);
        FastTwoSum(sum, rest, out T high, out T low);
        FastTwoSum(T.Broadcast(2.0), high, out T divisor, out T divisorLow);
        T result = Abs(Divide(high, low, divisor, divisorLow + low));
        return NaNWhereNaN(x, WithSignOf(result, x));
    }

    /// <summary>
    /// 1 / cosh^2 x in every lane, from tanh x: (1 - |tanh x|) (1 + |tanh x|) while that keeps its digits, else e^(-2|x|) (1 + |tanh x|)^2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sech2<T>(T x, T tanh)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T limit = T.Broadcast(TanhNearLimit);
        T size = Abs(tanh);
        T sum = one + size;
        T near = (one - size) * sum;
        if (T.AllBetween(-limit, tanh, limit)) return near;
        T far = Exp(T.Broadcast(-2.0) * Abs(x)) * (sum * sum);
        return NaNWhereNaN(x, T.SelectLess(size, limit, near, far));
    }

    /// <summary>sinh x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sinh<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? SinhCore(x)
            : SinhWide(x);
    }

    /// <summary>cosh x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Cosh<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? CoshCore(Abs(x))
            : CoshWide(x);
    }

    // With |x| = k ln 2 + r, sinh |x| = A cosh r + B sinh r, where A = (2^k - 2^-k) / 2, B = (2^k + 2^-k) / 2.
    // For k = 0 this is sinh r alone, hence no cancellation near zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SinhCore<T>(T x)
        where T : struct, ILanes<T>
    {
        HyperbolicParts(
            Abs(x), out T a, out T aLow, out T b, out T bLow, out T r, out T coshRest, out T sinhRest);
        return WithSignOf(Combine(a, aLow, b, bLow, r, coshRest, sinhRest), x);
    }

    // cosh |x| = B cosh r + A sinh r: sinh with the two weights exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T CoshCore<T>(T size)
        where T : struct, ILanes<T>
    {
        HyperbolicParts(
            size, out T a, out T aLow, out T b, out T bLow, out T r, out T coshRest, out T sinhRest);
        return Combine(b, bLow, a, aLow, r, coshRest, sinhRest);
    }

    // Beyond the fast range e^-|x| does not reach the last bit: both are e^|x| / 2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T SinhWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        T size = Abs(x);
        T core = SinhCore(T.SelectLess(size, limit, x, limit));
        return NaNWhereNaN(x, T.SelectLess(size, limit, core, WithSignOf(ExpWide(size, -1.0), x)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T CoshWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        T size = Abs(x);
        T core = CoshCore(T.SelectLess(size, limit, size, limit));
        return NaNWhereNaN(x, T.SelectLess(size, limit, core, ExpWide(size, -1.0)));
    }

    // The weights with their rounding errors, r, cosh r - 1 and sinh r - r.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HyperbolicParts<T>(
        T size, out T a, out T aLow, out T b, out T bLow, out T r, out T coshRest, out T sinhRest)
        where T : struct, ILanes<T>
    {
        ReduceHyperbolic(size, out T k, out r, out coshRest, out sinhRest);
        T half = T.Broadcast(0.5);
        T exponent = k << MantissaBits;
        T grow = T.AddBits(half, exponent);
        T decay = T.SubtractBits(half, exponent);
        a = grow - decay;
        aLow = (grow - a) - decay;
        b = grow + decay;
        bLow = (grow - b) + decay;
    }

    // (p + pLow) cosh r + (q + qLow) sinh r; p is zero or larger than q r, as the fast two-sum needs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Combine<T>(T p, T pLow, T q, T qLow, T r, T coshRest, T sinhRest)
        where T : struct, ILanes<T>
    {
        T high = T.MultiplyAdd(q, r, p);
        T low = T.MultiplyAdd(q, r, p - high);
        T rest = T.MultiplyAdd(q, sinhRest, T.MultiplyAdd(qLow, r, pLow));
        return high + (low + T.MultiplyAdd(p, coshRest, rest));
    }
}
