using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Loops over blocks of what takes two or three operations one after the other, each rounded as by itself: what is between them need
/// not go through memory.
/// </summary>
internal static class FusedBlocks
{
    /// <summary>A function of two blocks of a length, either of which may be a single value; the result may be one of the blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Map<TFunction>(ref double x, bool xStays, ref double y, bool yStays, ref double result, int length)
        where TFunction : struct, IBinaryLanes =>
        Map<OfTwo<TFunction>>(ref x, xStays, ref y, yStays, ref result, ref result, length);

    /// <summary>A function of three blocks of a length, of which one of the first two may be a single value; the result may be one of the blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TFunction>(ref double x, bool xStays, ref double y, bool yStays, ref double z, ref double result, int length)
        where TFunction : struct, ITernaryLanes
    {
        if (Vector512.IsHardwareAccelerated && length >= EightLanes.Count) Map<TFunction, EightLanes>(ref x, xStays, ref y, yStays, ref z, ref result, length);
        else if (Vector256.IsHardwareAccelerated && length >= FourLanes.Count) Map<TFunction, FourLanes>(ref x, xStays, ref y, yStays, ref z, ref result, length);
        else if (Vector128.IsHardwareAccelerated && length >= TwoLanes.Count) Map<TFunction, TwoLanes>(ref x, xStays, ref y, yStays, ref z, ref result, length);
        else Map<TFunction, OneLane>(ref x, xStays, ref y, yStays, ref z, ref result, length);
    }

    /// <summary>Adds the elements of a block of a length to eight sums in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(ref double values, int length, ref double lanes)
    {
        var sums = Vector512.LoadUnsafe(ref lanes);
        var i = 0;
        for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count) sums += Vector512.LoadUnsafe(ref values, (nuint)i);
        sums.StoreUnsafe(ref lanes);
        for (var lane = 0; i < length; i++, lane++) Unsafe.Add(ref lanes, lane) += Unsafe.Add(ref values, i);
    }

    /// <summary>Adds the products of two blocks of a length to eight sums in turn; one of the two may be a single value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumProducts(ref double x, bool xStays, ref double y, bool yStays, int length, ref double lanes)
    {
        var sums = Vector512.LoadUnsafe(ref lanes);
        var i = 0;
        if (xStays)
        {
            var all = Vector512.Create(x);
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count) sums += all * Vector512.LoadUnsafe(ref y, (nuint)i);
        }
        else if (yStays)
        {
            var all = Vector512.Create(y);
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count) sums += Vector512.LoadUnsafe(ref x, (nuint)i) * all;
        }
        else
        {
            for (; i <= length - Vector512<double>.Count; i += Vector512<double>.Count)
            {
                sums += Vector512.LoadUnsafe(ref x, (nuint)i) * Vector512.LoadUnsafe(ref y, (nuint)i);
            }
        }

        sums.StoreUnsafe(ref lanes);
        for (var lane = 0; i < length; i++, lane++) Unsafe.Add(ref lanes, lane) += Unsafe.Add(ref x, xStays ? 0 : i) * Unsafe.Add(ref y, yStays ? 0 : i);
    }

    // A loop for each case: asked inside a loop, which source stands still would cost as much as the function. The last group is aligned to the end
    // and may repeat elements of the group before it, so it is computed first: the result may be where they are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TFunction, TLanes>(ref double x, bool xStays, ref double y, bool yStays, ref double z, ref double result, int length)
        where TFunction : struct, ITernaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        var last = length - TLanes.Count;
        if (last < 0) return;
        TLanes ending;
        if (xStays)
        {
            var all = TLanes.Broadcast(x);
            ending = TFunction.Apply(all, TLanes.Load(in y, last), TLanes.Load(in z, last));
            for (var i = 0; i < last; i += TLanes.Count) TLanes.Store(TFunction.Apply(all, TLanes.Load(in y, i), TLanes.Load(in z, i)), ref result, i);
        }
        else if (yStays)
        {
            var all = TLanes.Broadcast(y);
            ending = TFunction.Apply(TLanes.Load(in x, last), all, TLanes.Load(in z, last));
            for (var i = 0; i < last; i += TLanes.Count) TLanes.Store(TFunction.Apply(TLanes.Load(in x, i), all, TLanes.Load(in z, i)), ref result, i);
        }
        else
        {
            ending = TFunction.Apply(TLanes.Load(in x, last), TLanes.Load(in y, last), TLanes.Load(in z, last));
            for (var i = 0; i < last; i += TLanes.Count)
            {
                TLanes.Store(TFunction.Apply(TLanes.Load(in x, i), TLanes.Load(in y, i), TLanes.Load(in z, i)), ref result, i);
            }
        }

        TLanes.Store(ending, ref result, last);
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

    // Of three arguments the last is never looked at.
    private readonly struct OfTwo<TFunction> : ITernaryLanes
        where TFunction : struct, IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => TFunction.Apply(x, y);
    }
}
