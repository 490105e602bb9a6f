using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Sine, cosine and tangent. Cody and Waite's reduction x = n pi / 2 + r, |r| &lt;= pi / 4, with fused multiply-adds and pi / 2 in
/// three parts, then a minimax polynomial (Remez) for the sine and one for the cosine of r; the quadrant n chooses between them. r is
/// known in two parts, so that the digits are there next to multiples of pi / 2 too. Arguments of 10^6 and more are reduced one by one
/// (<see cref="AngleReduction"/>).
/// See Cody and Waite, "Software Manual for the Elementary Functions" (1980); Muller, "Elementary Functions", chapter 11.
/// </content>
internal static partial class Elementary
{
    // Below this n has 20 bits.
    private const double AngleLimit = 1e6;

    private const double TwoOverPi = 0.6366197723675814;

    // pi / 2 in three parts. The product of any n by the second, which has 33 bits, is exact; so is x less the product of n by the first.
    private const double HalfPiHigh = 1.5707963267948966;
    private const double HalfPiMiddle = 6.12323399538461e-17;
    private const double HalfPiLow = 3.5215598651832e-27;

    // (sin r / r - 1) / z in z = r^2, degree 5 on [0, (pi / 4)^2]; relative error of sin r below 2^-57.8.
    private const double Sin0 = -0.1666666666666663;
    private const double Sin1 = 0.00833333333332184;
    private const double Sin2 = -0.00019841269829358528;
    private const double Sin3 = 2.7557313538511113e-06;
    private const double Sin4 = -2.505073438800062e-08;
    private const double Sin5 = 1.5895433166586538e-10;

    // (cos r - 1 + z / 2) / z^2, degree 5 on the same interval; error of cos r below 2^-64.1.
    private const double Cos0 = 0.0416666666666666;
    private const double Cos1 = -0.0013888888888874474;
    private const double Cos2 = 2.4801587289671533e-05;
    private const double Cos3 = -2.7557314401028446e-07;
    private const double Cos4 = 2.087572928078777e-09;
    private const double Cos5 = -1.1359934213089992e-11;

    // In a quadrant moved up to the sign: half a turn is in the place of the sign, a quarter in the bit that alone is the number 2.
    private const int QuadrantShift = 62;
    private const double QuarterTurn = 2.0;

    /// <summary>sin x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sin<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        if (!T.AllBetween(T.Broadcast(-1.0), size, T.Broadcast(AngleLimit))) return SinWide(x);
        ReduceAngle(size, out T k, out T r, out T rLow);
        return WithOppositeSignOf(WaveOf(k, r, rLow), x);
    }

    /// <summary>cos x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Cos<T>(T x)
        where T : struct, ILanes<T>
    {
        T limit = T.Broadcast(AngleLimit);
        if (!T.AllBetween(-limit, x, limit)) return CosWide(x);
        ReduceAngle(x, out T k, out T r, out T rLow);
        return WaveOf(k + T.Broadcast(1.0), r, rLow);
    }

    /// <summary>sin x and cos x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SinAndCos<T>(T x, out T cosine)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        if (!T.AllBetween(T.Broadcast(-1.0), size, T.Broadcast(AngleLimit)))
        {
            cosine = CosWide(x);
            return SinWide(x);
        }

        ReduceAngle(size, out T k, out T r, out T rLow);
        SinAndCosOfSmall(r, rLow, out T sinLow, out T cosHigh, out T cosLow);
        T even = r + sinLow;
        T odd = cosHigh + cosLow;
        cosine = InQuadrant(k + T.Broadcast(1.0), even, odd);
        return WithOppositeSignOf(InQuadrant(k, even, odd), x);
    }

    /// <summary>tan x in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tan<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        if (!T.AllBetween(T.Broadcast(-1.0), size, T.Broadcast(AngleLimit))) return TanWide(x);
        ReduceAngle(size, out T k, out T r, out T rLow);
        return WithOppositeSignOf(TangentOf(k, r, rLow), x);
    }

    // For arguments of which some are large, infinite or NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T SinWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        ReduceAngleWide(size, out T k, out T r, out T rLow);
        return NaNUnlessFinite(size, WithOppositeSignOf(WaveOf(k, r, rLow), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T CosWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        ReduceAngleWide(size, out T k, out T r, out T rLow);
        return NaNUnlessFinite(size, WaveOf(k + T.Broadcast(1.0), r, rLow));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T TanWide<T>(T x)
        where T : struct, ILanes<T>
    {
        T size = Abs(x);
        ReduceAngleWide(size, out T k, out T r, out T rLow);
        return NaNUnlessFinite(size, WithOppositeSignOf(TangentOf(k, r, rLow), x));
    }

    // x = n pi / 2 + r + rLow for |x| below the limit; k is n + RoundingShift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceAngle<T>(T x, out T k, out T r, out T rLow)
        where T : struct, ILanes<T>
    {
        k = T.MultiplyAdd(T.Broadcast(TwoOverPi), x, T.Broadcast(RoundingShift));
        T n = k - T.Broadcast(RoundingShift);
        T minusMiddle = T.Broadcast(-HalfPiMiddle);
        T rest = T.MultiplyAdd(T.Broadcast(-HalfPiHigh), n, x);
        r = T.MultiplyAdd(minusMiddle, n, rest);
        rLow = T.MultiplyAdd(T.Broadcast(-HalfPiLow), n, T.MultiplyAdd(minusMiddle, n, rest - r));
    }

    // The same for x >= 0 of any size.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceAngleWide<T>(T x, out T k, out T r, out T rLow)
        where T : struct, ILanes<T>
    {
        ReduceAngle(T.SelectLess(x, T.Broadcast(AngleLimit), x, T.Broadcast(0.0)), out k, out r, out rLow);
        Span<double> sizes = stackalloc double[4 * T.Count];
        Span<double> quadrants = sizes[T.Count..];
        Span<double> angles = quadrants[T.Count..];
        Span<double> rests = angles[T.Count..];
        T.Store(x, ref sizes[0], 0);
        T.Store(k, ref quadrants[0], 0);
        T.Store(r, ref angles[0], 0);
        T.Store(rLow, ref rests[0], 0);
        for (int i = 0; i < T.Count; i++)
        {
            if (!(sizes[i] >= AngleLimit) || double.IsInfinity(sizes[i])) continue;
            quadrants[i] = RoundingShift + AngleReduction.OfLarge(sizes[i], out angles[i], out rests[i]);
        }

        k = T.Load(ref quadrants[0], 0);
        r = T.Load(ref angles[0], 0);
        rLow = T.Load(ref rests[0], 0);
    }

    // sin(r + rLow) = r + sinLow, cos(r + rLow) = cosHigh + cosLow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SinAndCosOfSmall<T>(T r, T rLow, out T sinLow, out T cosHigh, out T cosLow)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T z = r * r;
        T z2 = z * z;
        T half = T.Broadcast(0.5) * r;
        cosHigh = T.NegatedMultiplyAdd(half, r, one);

        T sin01 = T.MultiplyAdd(T.Broadcast(Sin1), z, T.Broadcast(Sin0));
        T sin23 = T.MultiplyAdd(T.Broadcast(Sin3), z, T.Broadcast(Sin2));
        T sin45 = T.MultiplyAdd(T.Broadcast(Sin5), z, T.Broadcast(Sin4));
        T sin = T.MultiplyAdd(z2, T.MultiplyAdd(z2, sin45, sin23), sin01);
        sinLow = T.MultiplyAdd(r * z, sin, rLow * cosHigh);

        // The difference is exact, and so the rounding error of cosHigh.
        T excess = T.NegatedMultiplyAdd(half, r, one - cosHigh);
        T cos01 = T.MultiplyAdd(T.Broadcast(Cos1), z, T.Broadcast(Cos0));
        T cos23 = T.MultiplyAdd(T.Broadcast(Cos3), z, T.Broadcast(Cos2));
        T cos45 = T.MultiplyAdd(T.Broadcast(Cos5), z, T.Broadcast(Cos4));
        T cos = T.MultiplyAdd(z2, T.MultiplyAdd(z2, cos45, cos23), cos01);
        cosLow = T.MultiplyAdd(z2, cos, T.NegatedMultiplyAdd(r, rLow, excess));
    }

    // sin(n pi / 2 + r + rLow).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T WaveOf<T>(T k, T r, T rLow)
        where T : struct, ILanes<T>
    {
        SinAndCosOfSmall(r, rLow, out T sinLow, out T cosHigh, out T cosLow);
        return InQuadrant(k, r + sinLow, cosHigh + cosLow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T InQuadrant<T>(T k, T even, T odd)
        where T : struct, ILanes<T>
    {
        T quadrant = k << QuadrantShift;
        T value = T.SelectEqual(quadrant & T.Broadcast(QuarterTurn), T.Broadcast(0.0), even, odd);
        return WithOppositeSignOf(value, quadrant);
    }

    // tan(n pi / 2 + r + rLow): the quotient of sine and cosine, or its opposite turned over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T TangentOf<T>(T k, T r, T rLow)
        where T : struct, ILanes<T>
    {
        SinAndCosOfSmall(r, rLow, out T sinLow, out T cosHigh, out T cosLow);
        FastTwoSum(r, sinLow, out T sin, out sinLow);
        FastTwoSum(cosHigh, cosLow, out T cos, out cosLow);
        T quarter = (k << QuadrantShift) & T.Broadcast(QuarterTurn);
        T zero = T.Broadcast(0.0);
        T high = T.SelectEqual(quarter, zero, sin, -cos);
        T low = T.SelectEqual(quarter, zero, sinLow, -cosLow);
        T divisor = T.SelectEqual(quarter, zero, cos, sin);
        T divisorLow = T.SelectEqual(quarter, zero, cosLow, sinLow);
        return Divide(high, low, divisor, divisorLow);
    }

    // The opposite of a value where source has a sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T WithOppositeSignOf<T>(T value, T source)
        where T : struct, ILanes<T>
    {
        return value ^ (source & T.Broadcast(-0.0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T NaNUnlessFinite<T>(T size, T result)
        where T : struct, ILanes<T>
    {
        return T.SelectLess(size, T.Broadcast(double.PositiveInfinity), result, T.Broadcast(double.NaN));
    }
}
