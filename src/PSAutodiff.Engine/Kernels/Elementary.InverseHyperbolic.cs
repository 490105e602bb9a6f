using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Inverse hyperbolic functions as log(1 + t), with t in two parts: near zero t is all there is of the result, and it is
/// never found as a difference.
/// </content>
internal static partial class Elementary
{
    // From here on sqrt(x^2 + 1) and sqrt(x^2 - 1) are x to the last bit.
    private const double LargeArgument = 1e9;

    /// <summary>asinh x in every lane, by t = x + x^2 / (1 + sqrt(1 + x^2)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Asinh<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T large = T.Broadcast(LargeArgument);
        T size = Abs(x);
        T inside = T.SelectLess(size, large, size, one);

        T square = inside * inside;
        T squareLow = T.MultiplyAdd(inside, inside, -square);
        TwoSum(one, square, out T sum, out T sumLow);
        T root = SquareRoot(sum, sumLow + squareLow, out T rootLow);
        TwoSum(one, root, out T divisor, out T divisorLow);
        divisorLow += rootLow;
        T quotient = square / divisor;
        T remainder = T.NegatedMultiplyAdd(quotient, divisor, square) + T.NegatedMultiplyAdd(quotient, divisorLow, squareLow);
        TwoSum(inside, quotient, out T t, out T tLow);
        T result = LogOfOnePlus(t, tLow + (remainder / divisor));
        result = T.SelectLess(size, large, result, LogOfTwice(size));
        return NaNWhereNaN(x, WithSignOf(result, x));
    }

    /// <summary>acosh x in every lane, by t = (x - 1) + sqrt((x - 1)(x + 1)); NaN below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Acosh<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T large = T.Broadcast(LargeArgument);
        T two = T.Broadcast(2.0);
        T inside = T.SelectLess(one, x, T.SelectLess(x, large, x, two), two);

        TwoSum(inside, -one, out T excess, out T excessLow);
        TwoSum(inside, one, out T sum, out T sumLow);
        T product = excess * sum;
        T productLow = T.MultiplyAdd(excess, sum, -product) + T.MultiplyAdd(excess, sumLow, excessLow * sum);
        T root = SquareRoot(product, productLow, out T rootLow);
        TwoSum(excess, root, out T t, out T tLow);
        T result = LogOfOnePlus(t, tLow + (excessLow + rootLow));
        result = T.SelectLess(x, large, T.SelectEqual(x, one, T.Broadcast(0.0), result), LogOfTwice(x));
        return T.SelectLess(x, one, T.Broadcast(double.NaN), NaNWhereNaN(x, result));
    }

    /// <summary>atanh x in every lane, half of log(1 + t) with t = 2 x / (1 - x); infinite at -1 and 1, NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Atanh<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T size = Abs(x);
        T inside = T.SelectLess(size, one, size, T.Broadcast(0.0));
        TwoSum(one, -inside, out T divisor, out T divisorLow);
        T dividend = inside + inside;
        T t = dividend / divisor;
        T remainder = T.NegatedMultiplyAdd(t, divisor, dividend);
        T tLow = T.NegatedMultiplyAdd(t, divisorLow, remainder) / divisor;
        T result = T.Broadcast(0.5) * LogOfOnePlus(t, tLow);
        result = T.SelectEqual(size, one, T.Broadcast(double.PositiveInfinity), result);
        result = T.SelectLess(one, size, T.Broadcast(double.NaN), WithSignOf(result, x));
        return NaNWhereNaN(x, result);
    }

    // log(1 + t + tLow) for t >= 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogOfOnePlus<T>(T t, T tLow)
        where T : struct, ILanes<T>
    {
        TwoSum(T.Broadcast(1.0), t, out T u, out T uLow);
        LogOfSum(u, uLow + tLow, out T high, out T low);
        return high + low;
    }

    // log(2 x) for large x, also where 2 x overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogOfTwice<T>(T x)
        where T : struct, ILanes<T>
    {
        T one = T.Broadcast(1.0);
        T infinity = T.Broadcast(double.PositiveInfinity);
        T finite = T.SelectLess(one, x, T.SelectLess(x, infinity, x, one), one);
        return T.SelectEqual(x, infinity, infinity, LogCore(finite, T.Broadcast(ExponentBias - 1.0)));
    }
}
