using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Loops over blocks of what takes two or three operations one after the other, each rounded as by itself: what is between them need
/// not go through memory.
/// </summary>
internal static class FusedBlocks
{
    /// <summary>A function of three blocks, of which one of the first two may be a single value; the result may be one of the blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TFunction>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
    {
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Map<TFunction, EightLanes>(x, y, z, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Map<TFunction, FourLanes>(x, y, z, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Map<TFunction, TwoLanes>(x, y, z, result);
        else Map<TFunction, OneLane>(x, y, z, result);
    }

    /// <summary>Adds the elements of a block to eight sums in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(ReadOnlySpan<double> values, Span<double> lanes)
    {
        var sums = Vector512.Create<double>(lanes);
        while (values.Length >= Vector512<double>.Count)
        {
            sums += Vector512.Create(values);
            values = values[Vector512<double>.Count..];
        }

        sums.CopyTo(lanes);
        for (var i = 0; i < values.Length; i++) lanes[i] += values[i];
    }

    /// <summary>Adds the products of two blocks to eight sums in turn; one of the two may be a single value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumProducts(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int length, Span<double> lanes)
    {
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        var sums = Vector512.Create<double>(lanes);
        var i = 0;
        if (x.Length == length && y.Length == length)
        {
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count)
            {
                sums += Vector512.LoadUnsafe(in xs, (nuint)i) * Vector512.LoadUnsafe(in ys, (nuint)i);
            }
        }
        else if (x.Length == length)
        {
            var all = Vector512.Create(ys);
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count) sums += Vector512.LoadUnsafe(in xs, (nuint)i) * all;
        }
        else
        {
            var all = Vector512.Create(xs);
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count) sums += all * Vector512.LoadUnsafe(in ys, (nuint)i);
        }

        sums.CopyTo(lanes);
        for (var lane = 0; i < length; i++, lane++) lanes[lane] += x[x.Length == length ? i : 0] * y[y.Length == length ? i : 0];
    }

    // A loop for each case: asked inside a loop, which source stands still would cost as much as the function.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TFunction, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        ref var zs = ref MemoryMarshal.GetReference(z);
        ref var target = ref MemoryMarshal.GetReference(result);
        var (xStays, yStays) = (x.Length < result.Length, y.Length < result.Length);
        var (firstX, firstY) = (xs, ys);
        var (allX, allY) = (TLanes.Broadcast(firstX), TLanes.Broadcast(firstY));
        var i = 0;
        if (xStays)
        {
            for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TFunction.Apply(allX, TLanes.Load(in ys, i), TLanes.Load(in zs, i)), ref target, i);
            }
        }
        else if (yStays)
        {
            for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TFunction.Apply(TLanes.Load(in xs, i), allY, TLanes.Load(in zs, i)), ref target, i);
            }
        }
        else
        {
            for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TFunction.Apply(TLanes.Load(in xs, i), TLanes.Load(in ys, i), TLanes.Load(in zs, i)), ref target, i);
            }
        }

        for (; i < result.Length; i++)
        {
            result[i] = TFunction.Apply(new OneLane(xStays ? firstX : x[i]), new OneLane(yStays ? firstY : y[i]), new OneLane(z[i])).Value;
        }
    }

    /// <summary>z + x * y.</summary>
    public readonly struct PlusProduct : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => z + (x * y);
    }

    /// <summary>x * y + z.</summary>
    public readonly struct ProductPlus : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => (x * y) + z;
    }

    /// <summary>z - x * y.</summary>
    public readonly struct MinusProduct : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => z - (x * y);
    }

    /// <summary>x * y - z.</summary>
    public readonly struct ProductMinus : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => (x * y) - z;
    }

    /// <summary>z + (x - y) * (x - y).</summary>
    public readonly struct PlusSquaredDifference : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T>
        {
            var difference = x - y;
            return z + (difference * difference);
        }
    }
}
