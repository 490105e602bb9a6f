using System.Runtime.CompilerServices;

namespace PSAutodiff.Numerics;

/// <content>
/// The logistic function and its integral. Both use e = e^-|x| &lt;= 1, which cannot overflow, carried as the
/// sum of two doubles, so that the composition is almost as exact as its parts.
/// </content>
internal static partial class Kernels
{
    /// <summary>1 / (1 + e^-x) in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? SigmoidCore(x)
            : SigmoidWide(x);
    }

    /// <summary>log(1 + e^x) in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? SoftplusCore(x)
            : SoftplusWide(x);
    }

    // 1 / (1 + e) for x >= 0, else e / (1 + e); the power of two in the numerator is applied at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SigmoidCore<T>(T x)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        ExpParts(-Abs(x), out T k, out T high, out T low);
        T scale = PowerOfTwo(k);
        FastTwoSum(one, high * scale, out T divisor, out T divisorLow);
        T quotient = Divide(
            T.SelectLess(x, zero, high, one),
            T.SelectLess(x, zero, low, zero),
            divisor,
            T.MultiplyAdd(low, scale, divisorLow));
        return T.AddBits(quotient, T.SelectLess(x, zero, k << MantissaBits, zero));
    }

    // Beyond the fast range sigmoid is e^x below and 1 above, to the last bit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T SigmoidWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        return NaNWhereNaN(x, T.SelectLess(x, -limit, ExpWide(x, 0.0), SigmoidCore(Clamp(x, -limit, limit))));
    }

    // max(x, 0) + log(1 + e).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SoftplusCore<T>(T x)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        ExpParts(-Abs(x), out T k, out T high, out T low);
        T scale = PowerOfTwo(k);
        FastTwoSum(T.Broadcast(1.0), high * scale, out T u, out T uLow);
        LogOfSum(u, T.MultiplyAdd(low, scale, uLow), out T logHigh, out T logLow);
        TwoSum(T.SelectLess(zero, x, x, zero), logHigh, out T sum, out T sumLow);
        return sum + (sumLow + logLow);
    }

    // Beyond the fast range softplus is e^x below and x above, to the last bit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T SoftplusWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        T result = T.SelectLess(x, -limit, ExpWide(x, 0.0), SoftplusCore(Clamp(x, -limit, limit)));
        return NaNWhereNaN(x, T.SelectLess(limit, x, x, result));
    }
}
