using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>Hyperbolic functions, on |x| with the sign put back, so that the odd ones are exactly odd.</content>
internal static partial class Elementary
{
    // tanh rounds to 1 from 19.06... on.
    private const double TanhSaturation = 20.0;

    /// <summary>tanh x in every lane, as E / (2 - E) with E = 1 - e^(-2|x|), between 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, ILanes<T>
    {
        ReduceForTanh(x, out T k, out T r, out T carried, out T cube, out T q);
        return TanhOfParts(x, k, r, carried, cube, q);
    }

    /// <summary>tanh x in every lane, and 1 / cosh^2 x by what tanh has computed already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T TanhAndSech2<T>(T x, out T sech2)
        where T : struct, ILanes<T>
    {
        ReduceForTanh(x, out T k, out T r, out T carried, out T cube, out T q);
        T tanh = TanhOfParts(x, k, r, carried, cube, q);
        sech2 = Sech2OfParts(x, tanh, k, r, carried, cube, q);
        return tanh;
    }

    /// <summary>1 / cosh^2 x in every lane, as e^(-2|x|) (1 + |tanh x|)^2: neither cancels nor overflows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sech2<T>(T x, T tanh)
        where T : struct, ILanes<T>
    {
        ReduceForTanh(x, out T k, out T r, out T carried, out T cube, out T q);
        return Sech2OfParts(x, tanh, k, r, carried, cube, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sech2OfParts<T>(T x, T tanh, T k, T r, T carried, T cube, T q)
        where T : struct, ILanes<T>
    {
        T scale = PowerOfTwo(k);
        T sum = T.Broadcast(1.0) + Abs(tanh);
        T near = T.MultiplyAdd(scale, r + ExponentialTail(r, carried, cube, q), scale) * (sum * sum);
        T limit = T.Broadcast(TanhSaturation);
        return T.AllBetween(-limit, x, limit) ? near : Sech2Wide(x, near);
    }

    // Beyond the saturation of tanh the sum is 2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Sech2Wide<T>(T x, T near)
        where T : struct, ILanes<T>
    {
        T far = T.Broadcast(4.0) * Exp(T.Broadcast(-2.0) * Abs(x));
        return NaNWhereNaN(x, T.SelectLess(T.Broadcast(TanhSaturation), Abs(x), far, near));
    }

    // e^(-2|x|), or e^-40 where tanh is 1 anyway.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceForTanh<T>(T x, out T k, out T r, out T carried, out T cube, out T q)
        where T : struct, ILanes<T>
    {
        T saturation = T.Broadcast(TanhSaturation);
        T size = Abs(x);
        size = T.SelectLess(saturation, size, saturation, size);


        // The double of the exponent is not waited for: the same product as that of twice the argument.
        k = T.MultiplyAdd(T.Broadcast(-2.0 * Log2E), size, T.Broadcast(RoundingShift));
        ReduceExponential(T.Broadcast(-2.0) * size, k, out r, out carried, out cube, out q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T TanhOfParts<T>(T x, T k, T r, T carried, T cube, T q)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T scale = PowerOfTwo(k);
        T lead = one - scale;

        // From 2^-54 down scale is lost in lead, but still counts for the last place.
        T leadLow = (one - lead) - scale;
        T sum = T.NegatedMultiplyAdd(scale, r, lead);
        T sumLow = T.NegatedMultiplyAdd(scale, r, lead - sum) + leadLow;
        T rest = T.NegatedMultiplyAdd(scale, ExponentialTail(r, carried, cube, q), sumLow);
        FastTwoSum(sum, rest, out T high, out T low);
        FastTwoSum(T.Broadcast(2.0), -high, out T divisor, out T divisorLow);
        return NaNWhereNaN(x, WithSignOf(Divide(high, low, divisor, divisorLow - low), x));
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
