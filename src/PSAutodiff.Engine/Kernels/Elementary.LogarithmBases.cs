using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>
/// Logarithms to the bases 2 and 10: log(1 + f) of the natural logarithm, in two parts, times 1 / log 2 or 1 / log 10 in
/// two parts. The exponent is added last, so that the logarithms of powers of the base come out as whole numbers.
/// </content>
internal static partial class Elementary
{
    // 1 / log 2 and 1 / log 10 in two parts; for the former see Log2E.
    private const double Log2ELow = 2.0355273740931033e-17;
    private const double Log10E = 0.4342944819032518;
    private const double Log10ELow = 1.098319650216765e-17;

    // log10(2) in two parts. The high one has 42 bits, so that its product with any exponent is exact.
    private const double Log10Of2High = 0.30102999566395283;
    private const double Log10Of2Low = 2.8363394551044964e-14;

    /// <summary>The logarithm to base 2 in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogBase2<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(SmallestNormal), x, T.Broadcast(double.PositiveInfinity))
            ? BinaryLogarithm.Core(x, T.Broadcast(ExponentBias))
            : LogWide<BinaryLogarithm, T>(x);
    }

    /// <summary>The logarithm to base 10 in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogBase10<T>(T x)
        where T : struct, ILanes<T>
    {
        return T.AllBetween(T.Broadcast(SmallestNormal), x, T.Broadcast(double.PositiveInfinity))
            ? DecimalLogarithm.Core(x, T.Broadcast(ExponentBias))
            : LogWide<DecimalLogarithm, T>(x);
    }

    // (factor + factorLow) log(1 + f) = product + productLow for x = 2^n (1 + f).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MantissaLogarithm<T>(
        T x, T bias, T factor, T factorLow, out T n, out T product, out T productLow)
        where T : struct, ILanes<T>
    {
        SplitExponent(x, out T exponent, out T mantissa);
        n = ExponentValue(exponent, bias);
        T zero = T.Broadcast(0.0);
        LogParts(mantissa - T.Broadcast(1.0), zero, zero, out T high, out T low);
        product = high * factor;
        T excess = T.MultiplyAdd(high, factor, -product);
        productLow = excess + T.MultiplyAdd(low, factor, high * factorLow);
    }

    private readonly struct BinaryLogarithm : ILogarithm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Core<T>(T x, T bias)
            where T : struct, ILanes<T>
        {
            MantissaLogarithm(x, bias, T.Broadcast(Log2E), T.Broadcast(Log2ELow), out T n, out T product, out T productLow);
            TwoSum(n, product, out T sum, out T error);
            return sum + (error + productLow);
        }
    }

    private readonly struct DecimalLogarithm : ILogarithm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Core<T>(T x, T bias)
            where T : struct, ILanes<T>
        {
            MantissaLogarithm(x, bias, T.Broadcast(Log10E), T.Broadcast(Log10ELow), out T n, out T product, out T productLow);
            TwoSum(n * T.Broadcast(Log10Of2High), product, out T sum, out T error);
            return sum + (error + T.MultiplyAdd(n, T.Broadcast(Log10Of2Low), productLow));
        }
    }
}
