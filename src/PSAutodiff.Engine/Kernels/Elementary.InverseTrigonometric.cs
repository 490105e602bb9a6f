using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Inverse trigonometric functions by a minimax polynomial (Remez) on a short interval, and a multiple of pi / 4 in two parts to which
/// it is added. Quotients and roots that lead there carry their rounding error. See Muller, "Elementary Functions"; Cody and Waite,
/// "Software Manual for the Elementary Functions" (1980).
/// </content>
internal static partial class Elementary
{
    private const double QuarterPi = 0.7853981633974483;
    private const double QuarterPiRest = 3.061616997868383e-17;

    // tan(pi / 8): beyond it the angle to pi / 4 is the smaller one.
    private const double TanEighthPi = 0.41421356237309503;

    // From here on the inverse tangent is pi / 2 to the last bit.
    private const double SteepEnd = 1e18;

    // Quotients of numbers between these have all their digits.
    private const double LowestPart = 1e-150;
    private const double HighestPart = 1e150;

    // 2^-100: of the largest numbers the reciprocals become normal, and beside them nothing counts that becomes too small.
    private const double SomewhatDownwards = 7.888609052210118e-31;

    // (atan q / q - 1) / z in z = q^2, degree 11 on [0, tan(pi / 8)^2]; relative error of atan q below 2^-63.8.
    private const double ArcTan0 = -0.33333333333333326;
    private const double ArcTan1 = 0.19999999999997095;
    private const double ArcTan2 = -0.14285714285316395;
    private const double ArcTan3 = 0.11111111083744989;
    private const double ArcTan4 = -0.0909090798581342;
    private const double ArcTan5 = 0.07692279199224653;
    private const double ArcTan6 = -0.06666174642512114;
    private const double ArcTan7 = 0.05876515922919957;
    private const double ArcTan8 = -0.05215176760430624;
    private const double ArcTan9 = 0.04490542006098526;
    private const double ArcTan10 = -0.03317433312794778;
    private const double ArcTan11 = 0.014893063272771494;

    // (asin t / t - 1) / z in z = t^2, degree 12 on [0, 1/4]; relative error of asin t below 2^-59.8.
    private const double ArcSin0 = 0.16666666666666763;
    private const double ArcSin1 = 0.07499999999970129;
    private const double ArcSin2 = 0.044642857175254534;
    private const double ArcSin3 = 0.030381942676891604;
    private const double ArcSin4 = 0.02237221585792288;
    private const double ArcSin5 = 0.017351596404846452;
    private const double ArcSin6 = 0.013981007207695585;
    private const double ArcSin7 = 0.011397389444143528;
    private const double ArcSin8 = 0.0107887611994894;
    private const double ArcSin9 = 0.0036743707607313865;
    private const double ArcSin10 = 0.02178516479878698;
    private const double ArcSin11 = -0.02110873696940524;
    private const double ArcSin12 = 0.03269703462312871;

    /// <summary>atan x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Atan<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T end = T.Broadcast(SteepEnd);
        T size = Abs(x);
        T angle = AngleOf(T.SelectLess(size, end, size, end), one, one);
        return NaNWhereNaN(x, WithSignOf(angle, x));
    }

    /// <summary>The angle of the point (x, y) in every lane, from -pi to pi; at (0, 0) as if x were not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Atan2<T>(T y, T x)
        where T : struct, ILanes<T>
    {
        (T sizeY, T sizeX) = (Abs(y), Abs(x));
        T low = T.Broadcast(LowestPart);
        T high = T.Broadcast(HighestPart);
        return T.AllBetween(low, sizeY, high) && T.AllBetween(low, sizeX, high)
            ? WithSignOf(AngleOf(sizeY, sizeX, x), y)
            : Atan2Wide(y, x);
    }

    /// <summary>asin x in every lane; NaN outside -1 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Asin<T>(T x)
        where T : struct, ILanes<T>
    {
        T half = T.Broadcast(0.5);
        T zero = T.Broadcast(0.0);
        T size = Abs(x);
        ArcSine(size, out T angle, out T rest);

        // Beyond 1/2 twice the angle is what is missing from pi / 2.
        T minusTwo = T.Broadcast(-2.0);
        T start = T.SelectLess(half, size, T.Broadcast(HalfPiHigh), zero);
        T startLow = T.SelectLess(half, size, T.Broadcast(2.0 * QuarterPiRest), zero);
        T factor = T.SelectLess(half, size, minusTwo, T.Broadcast(1.0));
        FastTwoSum(start, factor * angle, out T sum, out T error);
        T result = sum + (error + T.MultiplyAdd(factor, rest, startLow));
        return NaNOutsideOne(size, WithSignOf(result, x));
    }

    /// <summary>acos x in every lane; NaN outside -1 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Acos<T>(T x)
        where T : struct, ILanes<T>
    {
        T half = T.Broadcast(0.5);
        T zero = T.Broadcast(0.0);
        T size = Abs(x);
        ArcSine(size, out T angle, out T rest);

        // pi / 2 less the signed angle; beyond 1/2 twice the angle, or what is missing from pi.
        T quarters = T.SelectLess(half, size, T.SelectLess(x, zero, T.Broadcast(4.0), zero), T.Broadcast(2.0));
        T factor = T.SelectLess(half, size, T.Broadcast(-2.0), T.Broadcast(-1.0)) ^ (x & T.Broadcast(-0.0));
        factor = T.SelectLess(half, size, -factor, factor);
        FastTwoSum(quarters * T.Broadcast(QuarterPi), factor * angle, out T sum, out T error);
        T result = sum + (error + T.MultiplyAdd(factor, rest, quarters * T.Broadcast(QuarterPiRest)));
        return NaNOutsideOne(size, result);
    }

    // Some number or other is zero, infinite, NaN, or too large or small for quotients.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Atan2Wide<T>(T y, T x)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T infinity = T.Broadcast(double.PositiveInfinity);
        (T sizeY, T sizeX) = (Abs(y), Abs(x));
        T larger = T.SelectLess(sizeX, sizeY, sizeY, sizeX);

        // Beside infinity what is finite does not count; two infinities count the same. The direction of (0, 0) is that of the sign of x.
        T finiteY = T.SelectEqual(larger, infinity, T.SelectEqual(sizeY, infinity, one, zero), sizeY);
        T finiteX = T.SelectEqual(larger, infinity, T.SelectEqual(sizeX, infinity, one, zero), sizeX);
        finiteX = T.SelectEqual(larger, zero, one, finiteX);

        T scale = T.SelectLess(larger, one, T.Broadcast(Upwards), T.SelectLess(T.Broadcast(HighestPart), larger, T.Broadcast(SomewhatDownwards), one));
        T result = WithSignOf(AngleOf(finiteY * scale, finiteX * scale, x), y);
        return NaNWhereNaN(x, NaNWhereNaN(y, result));
    }

    // The angle of (x, y) for y >= 0, from the size of x and a number with its sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T AngleOf<T>(T y, T sizeX, T signOfX)
        where T : struct, ILanes<T>
    {
        T zero = T.Broadcast(0.0);
        T one = T.Broadcast(1.0);
        T two = T.Broadcast(2.0);
        T minusOne = T.Broadcast(-1.0);
        T larger = T.SelectLess(sizeX, y, y, sizeX);
        T smaller = T.SelectLess(sizeX, y, sizeX, y);

        // tan(a - pi / 4) = (tan a - 1) / (tan a + 1).
        T edge = larger * T.Broadcast(TanEighthPi);
        TwoSum(smaller, -larger, out T difference, out T differenceLow);
        FastTwoSum(larger, smaller, out T sum, out T sumLow);
        T high = T.SelectLess(edge, smaller, difference, smaller);
        T low = T.SelectLess(edge, smaller, differenceLow, zero);
        T divisor = T.SelectLess(edge, smaller, sum, larger);
        T divisorLow = T.SelectLess(edge, smaller, sumLow, zero);
        T reciprocal = one / divisor;
        T q = high * reciprocal;
        T remainder = T.NegatedMultiplyAdd(q, divisor, high) + T.NegatedMultiplyAdd(q, divisorLow, low);
        T qLow = remainder * reciprocal;

        T z = q * q;
        T rest = T.MultiplyAdd(q * z, ArcTanPolynomial(z), T.NegatedMultiplyAdd(z, qLow, qLow));

        // So many quarters of pi, and the angle forwards or backwards from there.
        T sign = one | (signOfX & T.Broadcast(-0.0));
        T eighths = T.SelectLess(edge, smaller, one, zero);
        T forwards = T.SelectLess(sizeX, y, minusOne, one) * sign;
        eighths = T.SelectLess(sizeX, y, two - eighths, eighths);
        eighths = T.SelectLess(sign, zero, T.Broadcast(4.0) - eighths, eighths);
        T start = eighths * T.Broadcast(QuarterPi);
        T startLow = T.MultiplyAdd(eighths, T.Broadcast(QuarterPi), -start) + (eighths * T.Broadcast(QuarterPiRest));
        FastTwoSum(start, forwards * q, out T angle, out T error);
        return angle + (error + T.MultiplyAdd(forwards, rest, startLow));
    }

    // asin t = t + rest, for t = x up to 1/2 and from there on t = sqrt((1 - x) / 2); x >= 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ArcSine<T>(T x, out T t, out T rest)
        where T : struct, ILanes<T>
    {
        T half = T.Broadcast(0.5);
        T zero = T.Broadcast(0.0);
        T missing = T.NegatedMultiplyAdd(half, x, half);
        T root = SquareRoot(missing, zero, out T rootLow);
        t = T.SelectLess(half, x, root, x);
        T tLow = T.SelectLess(half, x, T.SelectEqual(missing, zero, zero, rootLow), zero);
        T z = T.SelectLess(half, x, missing, x * x);
        rest = T.MultiplyAdd(t * z, ArcSinPolynomial(z), T.MultiplyAdd(half * z, tLow, tLow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ArcTanPolynomial<T>(T z)
        where T : struct, ILanes<T>
    {
        T z2 = z * z;
        T z4 = z2 * z2;
        T low = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcTan3), z, T.Broadcast(ArcTan2)),
            T.MultiplyAdd(T.Broadcast(ArcTan1), z, T.Broadcast(ArcTan0)));
        T middle = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcTan7), z, T.Broadcast(ArcTan6)),
            T.MultiplyAdd(T.Broadcast(ArcTan5), z, T.Broadcast(ArcTan4)));
        T high = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcTan11), z, T.Broadcast(ArcTan10)),
            T.MultiplyAdd(T.Broadcast(ArcTan9), z, T.Broadcast(ArcTan8)));
        return T.MultiplyAdd(z4, T.MultiplyAdd(z4, high, middle), low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ArcSinPolynomial<T>(T z)
        where T : struct, ILanes<T>
    {
        T z2 = z * z;
        T z4 = z2 * z2;
        T low = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcSin3), z, T.Broadcast(ArcSin2)),
            T.MultiplyAdd(T.Broadcast(ArcSin1), z, T.Broadcast(ArcSin0)));
        T middle = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcSin7), z, T.Broadcast(ArcSin6)),
            T.MultiplyAdd(T.Broadcast(ArcSin5), z, T.Broadcast(ArcSin4)));
        T high = T.MultiplyAdd(
            z2,
            T.MultiplyAdd(T.Broadcast(ArcSin11), z, T.Broadcast(ArcSin10)),
            T.MultiplyAdd(T.Broadcast(ArcSin9), z, T.Broadcast(ArcSin8)));
        high = T.MultiplyAdd(z4, T.Broadcast(ArcSin12), high);
        return T.MultiplyAdd(z4, T.MultiplyAdd(z4, high, middle), low);
    }

    // NaN where the size is above 1 or NaN itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T NaNOutsideOne<T>(T size, T result)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T inside = T.SelectEqual(size, one, result, T.Broadcast(double.NaN));
        return T.SelectLess(size, one, result, inside);
    }
}
