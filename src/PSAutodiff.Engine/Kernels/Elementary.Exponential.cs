using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Exponentials. Cody and Waite's reduction x = k ln 2 + r, |r| &lt;= ln 2 / 2, then e^r = cosh r + sinh r with a
/// minimax polynomial (Remez) for either. With the even and the odd part known apart, sinh and cosh need no second
/// exponential and no division. The leading terms are added with their rounding error kept (Dekker's fast
/// two-sum), which leaves little more than the final rounding.
/// See Cody and Waite, "Software Manual for the Elementary Functions" (1980); Muller, "Elementary Functions"; for
/// the error analysis Tang, ACM TOMS 15 (1989) and 18 (1992), whose tables are not used: look-ups do not vectorise.
/// </content>
internal static partial class Elementary
{
    private const double Log2E = 1.4426950408889634;

    // ln 2 in two parts. The high one has 42 bits, so that its product with any exponent is exact.
    private const double Ln2High = 0.6931471805598903;
    private const double Ln2Low = 5.497923018708371e-14;

    // 1.5 * 2^52: adding it rounds to an integer, which is then found in the lowest bits of the sum.
    private const double RoundingShift = 6755399441055744.0;

    private const int MantissaBits = 52;

    // Up to here 2^k and 2^-k are normal numbers and e^x neither overflows nor loses bits.
    private const double ExpFastLimit = 708.0;

    // (cosh r - 1 - r^2 / 2) / r^4 in z = r^2, degree 4 on [0, (ln 2 / 2)^2]; error of cosh r below 2^-67.6.
    private const double Cosh0 = 0.041666666666666685;
    private const double Cosh1 = 0.0013888888888873472;
    private const double Cosh2 = 2.4801587348768124e-05;
    private const double Cosh3 = 2.7557252230640386e-07;
    private const double Cosh4 = 2.0921632281168035e-09;

    // (sinh r - r) / r^3 in z = r^2, degree 4 on the same interval; error of sinh r below 2^-60.6.
    private const double Sinh0 = 0.16666666666666685;
    private const double Sinh1 = 0.008333333333316751;
    private const double Sinh2 = 0.00019841269897028413;
    private const double Sinh3 = 2.7557234268084373e-06;
    private const double Sinh4 = 2.5112228684042282e-08;

    /// <summary>e^x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, ILanes<T>
    {
        if (T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit)))
        {
            ReduceExponential(x, out T k, out T high, out T low);
            return T.AddBits(high + low, k << MantissaBits);
        }

        return ExpWide(x, 0.0);
    }

    /// <summary>e^x - 1 in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Expm1<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(-ExpFastLimit), x, T.Broadcast(ExpFastLimit))
            ? Expm1Core(x)
            : Expm1Wide(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Expm1Core<T>(T x)
        where T : struct, ILanes<T>
    {
        ReduceExponential(x, out T k, out T r, out T carried, out T cube, out T q);
        T one = T.Broadcast(1.0);
        T scale = PowerOfTwo(k);
        T lead = scale - one;

        // From 2^54 on the one is lost in lead, but still counts for the last place.
        T leadLow = (scale - lead) - one;
        Expm1Sum(scale, lead, leadLow, r, carried, cube, q, out T high, out T low);

        // The two-sum turns -0 into +0; the sign of the result is always that of x.
        return WithSignOf(high + low, x);
    }

    // For arguments of which some are large, infinite or NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Expm1Wide<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        T result = T.SelectLess(x, limit, Expm1Core(Clamp(x, -limit, limit)), ExpWide(x, 0.0));
        return NaNWhereNaN(x, result);
    }

    /// <summary>e^x * 2^shift for any x: overflow and gradual underflow are left to the last multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T ExpWide<T>(T x, double shift)
        where T : struct, ILanes<T>
    {
        // Beyond these the result is infinite or zero, also when halved as sinh and cosh ask.
        T bounded = Clamp(x, T.Broadcast(-747.0), T.Broadcast(712.0));
        ReduceExponential(bounded, out T k, out T high, out T low);

        return NaNWhereNaN(x, ScaleTwice(high + low, k + T.Broadcast(shift)));
    }

    // value 2^k, for k in the form integer + RoundingShift. 2^k may be outside the range of normal numbers, so it is applied as two
    // factors that are not; the first product is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ScaleTwice<T>(T value, T k)
        where T : struct, ILanes<T>
    {
        T rounding = T.Broadcast(RoundingShift);
        T exponent = k - rounding;
        T half = T.MultiplyAdd(T.Broadcast(0.5), exponent, rounding);
        T rest = (exponent - (half - rounding)) + rounding;
        return value * PowerOfTwo(half) * PowerOfTwo(rest);
    }

    /// <summary>
    /// e^x = 2^k (high + low), low a tenth of high at most; k is still in the form integer +
    /// <see cref="RoundingShift"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceExponential<T>(T x, out T k, out T high, out T low)
        where T : struct, ILanes<T>
    {
        ReduceExponential(x, out k, out T r, out T carried, out T cube, out T q);
        SumExponential(r, carried, cube, q, out high, out low);
    }

    /// <summary>1 + r + r^2 / 2 + carried + cube q = high + low.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumExponential<T>(T r, T carried, T cube, T q, out T high, out T low)
        where T : struct, ILanes<T>
    {
        FastTwoSum(T.Broadcast(1.0), r, out high, out T rest);
        low = T.MultiplyAdd(cube, q, T.MultiplyAdd(T.Broadcast(0.5) * r, r, carried + rest));
    }

    /// <summary>
    /// e^x = 2^k (1 + r + r^2 / 2 + carried + cube q). Left apart, so that what the callers add to the first terms
    /// is done while q, the last to be known, is computed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceExponential<T>(
        T x, out T k, out T r, out T carried, out T cube, out T q)
        where T : struct, ILanes<T>
    {
        k = Exponent(x);
        ReduceExponential(x, k, out r, out carried, out cube, out q);
    }

    // The same for a known k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceExponential<T>(T x, T k, out T r, out T carried, out T cube, out T q)
        where T : struct, ILanes<T>
    {
        ReduceArgument(x, k, out r, out T rLow);

        // What the reduction left over counts e^r times, for which 1 + r is near enough; likewise below.
        carried = T.MultiplyAdd(r, rLow, rLow);

        // q(r) has the odd and even coefficients interleaved. Estrin's scheme: pairs first, for a short chain of
        // dependent operations.
        T z = r * r;
        T z2 = z * z;
        T q01 = T.MultiplyAdd(T.Broadcast(Cosh0), r, T.Broadcast(Sinh0));
        T q23 = T.MultiplyAdd(T.Broadcast(Cosh1), r, T.Broadcast(Sinh1));
        T q45 = T.MultiplyAdd(T.Broadcast(Cosh2), r, T.Broadcast(Sinh2));
        T q67 = T.MultiplyAdd(T.Broadcast(Cosh3), r, T.Broadcast(Sinh3));
        T q89 = T.MultiplyAdd(T.Broadcast(Cosh4), r, T.Broadcast(Sinh4));
        T q0123 = T.MultiplyAdd(z, q23, q01);
        T q4567 = T.MultiplyAdd(z, q67, q45);
        q = T.MultiplyAdd(z2, T.MultiplyAdd(z2, q89, q4567), q0123);
        cube = r * z;
    }

    /// <summary>
    /// x = k ln 2 + r with the even and the odd part of e^r: cosh r = 1 + coshRest, sinh r = r + sinhRest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceHyperbolic<T>(T x, out T k, out T r, out T coshRest, out T sinhRest)
        where T : struct, ILanes<T>
    {
        k = Exponent(x);
        ReduceArgument(x, k, out r, out T rLow);
        T z = r * r;
        T z2 = z * z;
        T cosh01 = T.MultiplyAdd(T.Broadcast(Cosh1), z, T.Broadcast(Cosh0));
        T cosh23 = T.MultiplyAdd(T.Broadcast(Cosh3), z, T.Broadcast(Cosh2));
        T sinh01 = T.MultiplyAdd(T.Broadcast(Sinh1), z, T.Broadcast(Sinh0));
        T sinh23 = T.MultiplyAdd(T.Broadcast(Sinh3), z, T.Broadcast(Sinh2));
        T cosh = T.MultiplyAdd(z2, T.MultiplyAdd(T.Broadcast(Cosh4), z2, cosh23), cosh01);
        T sinh = T.MultiplyAdd(z2, T.MultiplyAdd(T.Broadcast(Sinh4), z2, sinh23), sinh01);
        coshRest = T.MultiplyAdd(T.Broadcast(0.5) * r, r, T.MultiplyAdd(z2, cosh, r * rLow));
        sinhRest = T.MultiplyAdd(r * z, sinh, rLow);
    }

    // The integer next to x / ln 2, in the form integer + RoundingShift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Exponent<T>(T x)
        where T : struct, ILanes<T> => T.MultiplyAdd(T.Broadcast(Log2E), x, T.Broadcast(RoundingShift));

    /// <summary>x = k ln 2 + r + rLow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceArgument<T>(T x, T k, out T r, out T rLow)
        where T : struct, ILanes<T>
    {
        T minusLow = T.Broadcast(-Ln2Low);
        T n = k - T.Broadcast(RoundingShift);
        T high = T.MultiplyAdd(T.Broadcast(-Ln2High), n, x);
        r = T.MultiplyAdd(minusLow, n, high);
        rLow = T.MultiplyAdd(minusLow, n, high - r);
    }

    /// <summary>
    /// scale (1 + r + r^2 / 2 + carried + cube q) - 1 = high + low, low no more than about a third of
    /// high; lead + leadLow is scale - 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expm1Sum<T>(
        T scale, T lead, T leadLow, T r, T carried, T cube, T q, out T high, out T low)
        where T : struct, ILanes<T>
    {
        high = T.MultiplyAdd(scale, r, lead);
        T rest = T.MultiplyAdd(scale, r, lead - high) + leadLow;
        low = T.MultiplyAdd(scale, ExponentialTail(r, carried, cube, q), rest);
    }

    /// <summary>r^2 / 2 + carried + cube q = e^r - 1 - r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExponentialTail<T>(T r, T carried, T cube, T q)
        where T : struct, ILanes<T> =>
        T.MultiplyAdd(T.Broadcast(0.5) * r, r, T.MultiplyAdd(cube, q, carried));
}
