using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// The logistic function and its integral. Both use e = e^-|x| &lt;= 1, which cannot overflow. They stand on the way
/// of every step of a training, so e is a plain double: carrying its low part would halve the error and double the time.
/// </content>
internal static partial class Elementary
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

    /// <summary>The logistic function in every lane, and its derivative by what that has computed already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SigmoidAndDsigmoid<T>(T x, out T dsigmoid)
        where T : struct, ILanes<T>
    {
        T sigmoid;
        if (T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit)))
        {
            T e = ExpOfMinusAbs(x);
            sigmoid = SigmoidOfParts(x, e);
            dsigmoid = DsigmoidOfParts(x, e, sigmoid);
            return sigmoid;
        }

        sigmoid = SigmoidWide(x);
        dsigmoid = DsigmoidWide(x, sigmoid);
        return sigmoid;
    }

    /// <summary>The derivative of the logistic function s in every lane: s (1 - s) for x &lt; 0, where s is below a half, else e^-x s^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Dsigmoid<T>(T x, T sigmoid)
        where T : struct, ILanes<T> => NaNWhereNaN(x, DsigmoidOfParts(x, Exp(-Abs(x)), sigmoid));

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T DsigmoidWide<T>(T x, T sigmoid)
        where T : struct, ILanes<T> => Dsigmoid(x, sigmoid);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T DsigmoidOfParts<T>(T x, T e, T sigmoid)
        where T : struct, ILanes<T> =>
        sigmoid * T.SelectLess(x, T.Broadcast(0.0), T.Broadcast(1.0) - sigmoid, e * sigmoid);

    /// <summary>log(1 + e^x) in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? SoftplusCore(x)
            : SoftplusWide(x);
    }

    /// <summary>The logistic function of x in every lane, and softplus of x or of -x, whichever ramp is, by the same exponential.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SigmoidAndSoftplus<T>(T x, T ramp, out T softplus)
        where T : struct, ILanes<T>
    {
        if (T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit)))
        {
            T e = ExpOfMinusAbs(x);
            softplus = SoftplusOfParts(ramp, e);
            return SigmoidOfParts(x, e);
        }

        softplus = SoftplusWide(ramp);
        return SigmoidWide(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SigmoidCore<T>(T x)
        where T : struct, ILanes<T> => SigmoidOfParts(x, ExpOfMinusAbs(x));

    // 1 / (1 + e) for x >= 0, else e / (1 + e).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SigmoidOfParts<T>(T x, T e)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SoftplusCore<T>(T x)
        where T : struct, ILanes<T> => SoftplusOfParts(x, ExpOfMinusAbs(x));

    // max(x, 0) + log(1 + e).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SoftplusOfParts<T>(T x, T e)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        FastTwoSum(T.Broadcast(1.0), e, out T u, out T uLow);
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
