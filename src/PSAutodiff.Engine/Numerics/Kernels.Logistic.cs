using System.Runtime.CompilerServices;

namespace PSAutodiff.Numerics;

/// <content>
/// The logistic function and its integral. Both use e = e^-|x| &lt;= 1, which cannot overflow. They stand on the way
/// of every step of a training, so e is a plain double: carrying its low part would halve the error and double the time.
/// </content>
internal static partial class Kernels
{
    // Up to here, x < 1.09, 1 - sigmoid loses a bit or two.
    private const double SigmoidNearLimit = 0.75;

    /// <summary>1 / (1 + e^-x) in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? SigmoidCore(x)
            : SigmoidWide(x);
    }

    /// <summary>sigmoid'(x) in every lane, from s = sigmoid x: s (1 - s) while that keeps its digits, else e^-x s^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Dsigmoid<T>(T x, T sigmoid)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T limit = T.Broadcast(SigmoidNearLimit);
        T near = sigmoid * (one - sigmoid);
        if (T.AllBetween(-one, sigmoid, limit)) return near;
        T far = Exp(-x) * (sigmoid * sigmoid);
        return NaNWhereNaN(x, T.SelectLess(sigmoid, limit, near, far));
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

    // 1 / (1 + e) for x >= 0, else e / (1 + e).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SigmoidCore<T>(T x)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T e = ExpOfMinusAbs(x);
        FastTwoSum(one, e, out T divisor, out T divisorLow);
        T quotient = T.SelectLess(x, zero, e, one) / divisor;

        // What the divisor was rounded by changes the quotient by its share, 1 / divisor, which is known without dividing again.
        T share = T.SelectLess(x, zero, one - quotient, quotient);
        return T.NegatedMultiplyAdd(quotient * share, divisorLow, quotient);
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
        FastTwoSum(T.Broadcast(1.0), ExpOfMinusAbs(x), out T u, out T uLow);
        LogOfSum(u, uLow, out T logHigh, out T logLow);
        return T.SelectLess(zero, x, x, zero) + (logHigh + logLow);
    }

    // e^-|x| within the fast range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpOfMinusAbs<T>(T x)
        where T : struct, ILanes<T>
    {
        ReduceExponential(-Abs(x), out T k, out T high, out T low);
        return T.AddBits(high + low, k << MantissaBits);
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
