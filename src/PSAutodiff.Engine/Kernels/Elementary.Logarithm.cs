using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Logarithms. With x = 2^k (1 + f), sqrt(1/2) &lt;= 1 + f &lt; sqrt(2), and s = f / (2 + f):
/// log(1 + f) = 2 atanh s = f - f^2 / 2 + s (f^2 / 2 + R(s^2)), the arrangement of fdlibm, in which the exact f
/// and not the rounded s leads. See Tang, ACM TOMS 16 (1990); Muller, "Elementary Functions".
/// </content>
internal static partial class Elementary
{
    private const double SmallestNormal = 2.2250738585072014e-308;
    private const double SqrtHalf = 0.70710678118654752;

    // 2^52: its last place is 1, so an integer put into its mantissa is read back by a subtraction.
    private const double IntegerShift = 4503599627370496.0;
    private const double ExponentBias = 1023.0;

    // Above this log1p is log to the last bit, and far below the end of the exponents' range.
    private const double Log1pFastLimit = 1e300;

    // R(z) / z = (2 atanh s / s - 2) / z in z = s^2, degree 6 on [0, (3 - 2 sqrt 2)^2];
    // error of log(1 + f) below 2^-61.
    private const double Log0 = 0.666666666666681;
    private const double Log1 = 0.39999999999014707;
    private const double Log2 = 0.28571428818404954;
    private const double Log3 = 0.2222219165418603;
    private const double Log4 = 0.1818389087624838;
    private const double Log5 = 0.15306339759210835;
    private const double Log6 = 0.1486799660769158;

    private const long MantissaMask = (1L << MantissaBits) - 1;

    // The bits of 1 less those of sqrt(1/2): moves the step from one exponent to the next from 1 to sqrt(1/2).
    private const long ExponentOffset = 0x3FF0000000000000 - 0x3FE6A09E667F3BCD;

    /// <summary>A logarithm of normal, positive and finite numbers.</summary>
    private interface ILogarithm
    {
        static abstract T Core<T>(T x, T bias)
            where T : struct, ILanes<T>;
    }

    /// <summary>The natural logarithm in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(SmallestNormal), x, T.Broadcast(double.PositiveInfinity))
            ? LogCore(x, T.Broadcast(ExponentBias))
            : LogWide<NaturalLogarithm, T>(x);
    }

    /// <summary>log x in two parts, for normal positive x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (double High, double Low) LogInParts(double x)
    {
        SplitExponent(new OneLane(x), out OneLane exponent, out OneLane mantissa);
        OneLane n = ExponentValue(exponent, new OneLane(ExponentBias));
        LogParts(mantissa - new OneLane(1.0), n, n * new OneLane(Ln2Low), out OneLane high, out OneLane low);
        return (high.Value, low.Value);
    }

    /// <summary>log(1 + x) in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1p<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-1.0), x, T.Broadcast(Log1pFastLimit)) ? Log1pCore(x) : Log1pWide(x);
    }

    // x is normal, positive and finite; bias is what has to be taken off its biased exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogCore<T>(T x, T bias)
        where T : struct, ILanes<T>
    {
        SplitExponent(x, out T exponent, out T mantissa);
        T n = ExponentValue(exponent, bias);
        LogParts(mantissa - T.Broadcast(1.0), n, n * T.Broadcast(Ln2Low), out T high, out T low);
        return high + low;
    }

    // For arguments of which some are zero, subnormal, negative, infinite or NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T LogWide<TLogarithm, T>(T x)
        where TLogarithm : struct, ILogarithm
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T smallest = T.Broadcast(SmallestNormal);
        T infinity = T.Broadcast(double.PositiveInfinity);
        T bias = T.SelectLess(x, smallest, T.Broadcast(ExponentBias + 54.0), T.Broadcast(ExponentBias));
        T normal = T.SelectLess(x, smallest, x * T.Broadcast(18014398509481984.0), x);
        normal = T.SelectLess(zero, normal, T.SelectLess(normal, infinity, normal, one), one);

        T result = T.SelectLess(x, infinity, TLogarithm.Core(normal, bias), infinity);
        result = T.SelectLess(zero, x, result, T.Broadcast(double.NaN));
        return T.SelectEqual(x, zero, T.Broadcast(double.NegativeInfinity), result);
    }

    // log of the exact sum 1 + x, which the two-sum gives as u + uLow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Log1pCore<T>(T x)
        where T : struct, ILanes<T>
    {
        TwoSum(T.Broadcast(1.0), x, out T u, out T uLow);
        LogOfSum(u, uLow, out T high, out T low);

        // 1 + x loses the sign of a zero; the sign of the result is always that of x.
        return WithSignOf(high + low, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Log1pWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T limit = T.Broadcast(Log1pFastLimit);
        T inside = T.SelectLess(-one, x, T.SelectLess(x, limit, x, zero), zero);
        T result = T.SelectLess(x, limit, Log1pCore(inside), LogWide<NaturalLogarithm, T>(x));
        result = T.SelectLess(-one, x, result, T.Broadcast(double.NaN));
        return T.SelectEqual(x, -one, T.Broadcast(double.NegativeInfinity), result);
    }

    // log(u + uLow) for normal u and |uLow| up to about half a unit of u's last place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LogOfSum<T>(T u, T uLow, out T high, out T low)
        where T : struct, ILanes<T>
    {
        SplitExponent(u, out T exponent, out T mantissa);
        T n = ExponentValue(exponent, T.Broadcast(ExponentBias));

        // 2^-k from the biased exponent k + 1023: (2046 - (k + 1023)) << 52.
        T inverseScale = T.SubtractBits(
            T.BroadcastBits(2046L << MantissaBits), exponent << MantissaBits);
        T lead = mantissa - T.Broadcast(1.0);
        T correction = uLow * inverseScale;
        FastTwoSum(lead, correction, out T f, out T fLow);

        // log'(1 + f) = 1 / (1 + f), near enough 1 - f for a term of this size.
        T extra = T.NegatedMultiplyAdd(f, fLow, fLow);
        LogParts(f, n, T.MultiplyAdd(T.Broadcast(Ln2Low), n, extra), out high, out low);
    }

    // Biased exponent as an integer in the low bits, and the mantissa in [sqrt(1/2), sqrt(2)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SplitExponent<T>(T x, out T exponent, out T mantissa)
        where T : struct, ILanes<T>
    {
        T shifted = T.AddBits(x, T.BroadcastBits(ExponentOffset));
        exponent = shifted >>> MantissaBits;
        mantissa = T.AddBits(shifted & T.BroadcastBits(MantissaMask), T.Broadcast(SqrtHalf));
    }

    // The integer in the low bits, less bias, as a double.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExponentValue<T>(T exponent, T bias)
        where T : struct, ILanes<T>
    {
        T shift = T.Broadcast(IntegerShift);
        return (exponent | shift) - (shift + bias);
    }

    // n ln2High + log(1 + f) + extra = high + low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LogParts<T>(T f, T n, T extra, out T high, out T low)
        where T : struct, ILanes<T>
    {
        T s = f / (T.Broadcast(2.0) + f);
        T halfF = T.Broadcast(0.5) * f;
        T square = halfF * f;
        T excess = T.NegatedMultiplyAdd(halfF, f, square);

        T z = s * s;
        T z2 = z * z;
        T log01 = T.MultiplyAdd(T.Broadcast(Log1), z, T.Broadcast(Log0));
        T log23 = T.MultiplyAdd(T.Broadcast(Log3), z, T.Broadcast(Log2));
        T log45 = T.MultiplyAdd(T.Broadcast(Log5), z, T.Broadcast(Log4));
        T log456 = T.MultiplyAdd(T.Broadcast(Log6), z2, log45);
        T rest = T.MultiplyAdd(z2, T.MultiplyAdd(z2, log456, log23), log01);
        T tail = T.MultiplyAdd(s, T.MultiplyAdd(z, rest, square), extra);

        T lead = f - square;
        T leadLow = (f - lead) - square;
        T ln2 = T.Broadcast(Ln2High);
        high = T.MultiplyAdd(ln2, n, lead);
        T highLow = T.MultiplyAdd(ln2, n, -high) + lead;
        low = highLow + ((leadLow + excess) + tail);
    }

    private readonly struct NaturalLogarithm : ILogarithm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Core<T>(T x, T bias)
            where T : struct, ILanes<T> => LogCore(x, bias);
    }
}
