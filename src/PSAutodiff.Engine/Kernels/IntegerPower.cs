using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Powers with whole exponents by repeated squaring, every product with its rounding error (T. J. Dekker, 1971; P. Kornerup and others,
/// "On the computation of correctly rounded sums and powers"): hardly ever off by more than half a unit in the last place, and the
/// same bits one by one and in lanes.
/// </summary>
internal static class IntegerPower
{
    /// <summary>The largest exponent, in size.</summary>
    public const int Largest = 1024;

    // Outside, rounding errors of the products underflow, or the products overflow before the result does.
    private const double Lowest = 1e-260;
    private const double Highest = 1e300;

    /// <summary>Whether a power is computed here: a whole exponent that is neither 0, 1, 2 nor -1.</summary>
    public static bool Is(double exponent) =>
        Math.Abs(exponent) <= Largest && (int)exponent is var n && n == exponent && n is > 2 or < -1;

    /// <summary>What it costs, in multiplications: one more than its own, for their rounding errors.</summary>
    public static int Cost(double exponent)
    {
        var n = (uint)Math.Abs((int)exponent);
        return BitOperations.Log2(n) + BitOperations.PopCount(n) + (exponent < 0 ? 1 : 0);
    }

    /// <summary>x^n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Value(double x, double exponent) => Apply(new OneLane(x), (int)exponent).Value;

    /// <summary>x^n for a whole block; the result may be the block.</summary>
    public static void Map(ReadOnlySpan<double> x, double exponent, Span<double> result)
    {
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Each<EightLanes>(x, exponent, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Each<FourLanes>(x, exponent, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Each<TwoLanes>(x, exponent, result);
        else Each<OneLane>(x, exponent, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Each<T>(ReadOnlySpan<double> x, double exponent, Span<double> result)
        where T : struct, ILanes<T>
    {
        ref var source = ref MemoryMarshal.GetReference(x);
        ref var target = ref MemoryMarshal.GetReference(result);
        var i = 0;
        for (; i <= result.Length - T.Count; i += T.Count) T.Store(Apply(T.Load(in source, i), (int)exponent), ref target, i);
        for (; i < result.Length; i++) result[i] = Value(x[i], exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Apply<T>(T x, int exponent)
        where T : struct, ILanes<T>
    {
        var power = ByProducts(x, exponent);
        return T.AllBetween(T.Broadcast(Lowest), power & T.BroadcastBits(long.MaxValue), T.Broadcast(Highest)) ? power : Wide(x, exponent, power);
    }

    // Some powers are out of the range of products.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Wide<T>(T x, int exponent, T power)
        where T : struct, ILanes<T>
    {
        var general = Elementary.Pow(x, T.Broadcast(exponent));
        var size = power & T.BroadcastBits(long.MaxValue);
        return T.SelectLess(T.Broadcast(Lowest), size, T.SelectLess(size, T.Broadcast(Highest), power, general), general);
    }

    // From the first digit of the exponent on, so that no power is larger in size than the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ByProducts<T>(T x, int exponent)
        where T : struct, ILanes<T>
    {
        var n = (uint)Math.Abs(exponent);
        var (high, low) = (x, T.Broadcast(0));
        for (var digit = BitOperations.Log2(n) - 1; digit >= 0; digit--)
        {
            var square = high * high;
            low = T.MultiplyAdd(high + high, low, T.MultiplyAdd(high, high, -square));
            high = square;
            if (((n >> digit) & 1) == 0) continue;
            var product = high * x;
            low = T.MultiplyAdd(low, x, T.MultiplyAdd(high, x, -product));
            high = product;
        }

        if (exponent > 0) return high + low;
        var quotient = T.Broadcast(1) / high;
        var remainder = T.NegatedMultiplyAdd(quotient, low, T.NegatedMultiplyAdd(quotient, high, T.Broadcast(1)));
        return T.MultiplyAdd(quotient, remainder, quotient);
    }
}
