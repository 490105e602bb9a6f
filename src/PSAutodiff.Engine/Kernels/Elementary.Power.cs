using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Powers as x^y = e^(y log x), with the logarithm in two parts of together about 70 bits, since what is lost of it counts as often as
/// the exponent is large: log(1 + f) = 2 s + 2 s z (1/3 + z (1/5 + z R(z))) for s = f / (2 + f), z = s^2, of which all but R keeps its
/// rounding error. See Muller, "Elementary Functions"; Markstein, "IA-64 and Elementary Functions" (2000), on powers.
/// </content>
internal static partial class Elementary
{
    private const double Third = 0.3333333333333333;
    private const double ThirdLow = 1.850371707708594e-17;
    private const double Fifth = 0.2;

    // (atanh s / s - 1 - z / 3 - z^2 / 5) / z^3 in z = s^2, degree 6 on [0, (3 - 2 sqrt 2)^2]; relative error of atanh s below 2^-72.8.
    private const double PowerLog0 = 0.14285714285716578;
    private const double PowerLog1 = 0.11111111110007423;
    private const double PowerLog2 = 0.09090909302526697;
    private const double PowerLog3 = 0.0769228646507225;
    private const double PowerLog4 = 0.06667880887187086;
    private const double PowerLog5 = 0.058425356911418896;
    private const double PowerLog6 = 0.05955355796432802;

    // Exponents beyond it take every number but 1 out of range, and no logarithm of a number.
    private const double LargestExponent = 1e22;

    /// <summary>x^y in every lane, as IEEE 754 defines pow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Pow<T>(T x, T y)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(ExpFastLimit);
        if (!T.AllBetween(T.Broadcast(SmallestNormal), x, T.Broadcast(double.PositiveInfinity))) return PowWide(x, y);
        PowerExponent(x, T.Broadcast(ExponentBias), y, out T exponent, out T exponentLow);
        if (!T.AllBetween(-limit, exponent, limit)) return PowWide(x, y);
        T power = PowerOfE(exponent, exponentLow, out T k);
        return T.AddBits(power, k << MantissaBits);
    }

    /// <summary>x^y in every lane, by products for whole exponents up to <see cref="IntegerPower.Largest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Power<T>(T x, T y)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T power = Pow(x, y);
        T whole = T.SelectEqual(T.Floor(y), y, one, T.Broadcast(0.0));
        return T.AllBetween(-one, whole, one) ? power : WithWholePowers(x, y, power);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T WithWholePowers<T>(T x, T y, T power)
        where T : struct, ILanes<T>
    {
        Span<double> xs = stackalloc double[3 * T.Count];
        Span<double> ys = xs[T.Count..];
        Span<double> powers = ys[T.Count..];
        T.Store(x, ref xs[0], 0);
        T.Store(y, ref ys[0], 0);
        T.Store(power, ref powers[0], 0);
        for (int i = 0; i < T.Count; i++)
        {
            if (double.IsInteger(ys[i]))
                powers[i] = Power(xs[i], ys[i]);
        }

        return T.Load(ref powers[0], 0);
    }

    // For arguments of which some are zero, subnormal, negative, infinite or NaN, or powers that may be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T PowWide<T>(T x, T y)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T smallest = T.Broadcast(SmallestNormal);
        T infinity = T.Broadcast(double.PositiveInfinity);
        T size = Abs(x);
        T bias = T.SelectLess(size, smallest, T.Broadcast(ExponentBias + 54.0), T.Broadcast(ExponentBias));
        T normal = T.SelectLess(size, smallest, size * T.Broadcast(18014398509481984.0), size);
        normal = T.SelectLess(zero, normal, T.SelectLess(normal, infinity, normal, one), one);
        bias = T.SelectLess(zero, size, bias, T.Broadcast(ExponentBias));
        T largest = T.Broadcast(LargestExponent);
        T bounded = T.SelectEqual(y, y, Clamp(y, -largest, largest), zero);
        PowerExponent(normal, bias, bounded, out T exponent, out T exponentLow);

        // Beyond these the power is infinite or zero, and the rest of the exponent means nothing.
        T low = T.Broadcast(-747.0);
        T high = T.Broadcast(712.0);
        exponentLow = T.SelectLess(low, exponent, T.SelectLess(exponent, high, exponentLow, zero), zero);
        T power = PowerOfE(Clamp(exponent, low, high), exponentLow, out T k);
        power = ScaleTwice(power, k);

        // Zero and infinity, or one over them.
        T extreme = T.SelectLess(zero, y, size, one / size);
        power = T.SelectEqual(size, zero, extreme, T.SelectEqual(size, infinity, extreme, power));

        // Of negative numbers odd powers are negative, and those with a fraction only exist at minus infinity and minus zero.
        T half = T.Broadcast(0.5) * y;
        T negative = T.Broadcast(-0.0);
        T sign = T.SelectEqual(T.Floor(y), y, T.SelectEqual(T.Floor(half), half, zero, x & negative), zero);
        T fraction = T.SelectEqual(T.Floor(y), y, power, T.Broadcast(double.NaN));
        power = T.SelectLess(-infinity, x, T.SelectLess(x, zero, fraction, power), power) ^ sign;

        // Whatever the other is, the power is 1.
        power = NaNWhereNaN(x, NaNWhereNaN(y, power));
        return T.SelectEqual(x, one, one, T.SelectEqual(y, zero, one, power));
    }

    // y log x in two parts for normal x > 0; bias is what has to be taken off its biased exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PowerExponent<T>(T x, T bias, T y, out T high, out T low)
        where T : struct, ILanes<T>
    {
        LogInTwoParts(x, bias, out T log, out T logLow);
        high = y * log;
        low = T.MultiplyAdd(y, logLow, T.MultiplyAdd(y, log, -high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LogInTwoParts<T>(T x, T bias, out T high, out T low)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T two = T.Broadcast(2.0);
        SplitExponent(x, out T exponent, out T mantissa);
        T n = ExponentValue(exponent, bias);
        T f = mantissa - one;

        FastTwoSum(two, f, out T divisor, out T divisorLow);
        T reciprocal = one / divisor;
        T s = f * reciprocal;
        T sLow = reciprocal * T.NegatedMultiplyAdd(s, divisorLow, T.NegatedMultiplyAdd(s, divisor, f));
        T z = s * s;
        T zLow = T.MultiplyAdd(s + s, sLow, T.MultiplyAdd(s, s, -z));

        T z2 = z * z;
        T r01 = T.MultiplyAdd(T.Broadcast(PowerLog1), z, T.Broadcast(PowerLog0));
        T r23 = T.MultiplyAdd(T.Broadcast(PowerLog3), z, T.Broadcast(PowerLog2));
        T r45 = T.MultiplyAdd(T.Broadcast(PowerLog5), z, T.Broadcast(PowerLog4));
        T r456 = T.MultiplyAdd(T.Broadcast(PowerLog6), z2, r45);
        T r = T.MultiplyAdd(z2, T.MultiplyAdd(z2, r456, r23), r01);

        // 1/3 + z (1/5 + z r), then 2 s z times that.
        FastTwoSum(T.Broadcast(Third), z * T.MultiplyAdd(z, r, T.Broadcast(Fifth)), out T outer, out T outerLow);
        T twice = s + s;
        T twiceLow = sLow + sLow;
        MultiplyParts(twice, twiceLow, z, zLow, out T cube, out T cubeLow);
        MultiplyParts(cube, cubeLow, outer, outerLow + T.Broadcast(ThirdLow), out T tail, out T tailLow);

        FastTwoSum(n * T.Broadcast(Ln2High), twice, out T lead, out T leadLow);
        FastTwoSum(lead, tail, out high, out low);
        low += leadLow + (T.MultiplyAdd(n, T.Broadcast(Ln2Low), twiceLow) + tailLow);
    }

    // (a + aLow) (b + bLow) = product + low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyParts<T>(T a, T aLow, T b, T bLow, out T product, out T low)
        where T : struct, ILanes<T>
    {
        product = a * b;
        low = T.MultiplyAdd(aLow, b, T.MultiplyAdd(a, bLow, T.MultiplyAdd(a, b, -product)));
    }

    // e^(x + xLow) = 2^k times the result; k is still in the form integer + RoundingShift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PowerOfE<T>(T x, T xLow, out T k)
        where T : struct, ILanes<T>
    {
        k = Exponent(x);
        ReduceExponential(x, k, out T r, out T carried, out T cube, out T q);
        SumExponential(r, carried, cube, q, out T high, out T low);

        // The second part of an exponent is at most 2^-44, so that its square does not count.
        return high + T.MultiplyAdd(high + low, xLow, low);
    }
}
