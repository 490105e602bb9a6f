using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Numerics;

/// <summary>A function of one argument, written once for any number of lanes.</summary>
internal interface IUnaryLanes
{
    static abstract T Apply<T>(T x)
        where T : struct, ILanes<T>;
}

/// <summary>A function of two arguments, written once for any number of lanes.</summary>
internal interface IBinaryLanes
{
    static abstract T Apply<T>(T x, T y)
        where T : struct, ILanes<T>;
}

/// <summary>A function of three arguments, written once for any number of lanes.</summary>
internal interface ITernaryLanes
{
    static abstract T Apply<T>(T x, T y, T z)
        where T : struct, ILanes<T>;
}

/// <summary>Computes a function of each element of a block.</summary>
internal delegate void UnaryBlock(ReadOnlySpan<double> x, Span<double> result);

/// <summary>
/// Loops of cheap functions over blocks. A source has the length of the result, or length 1 and then stands for every element; a
/// source may be the result. The number of lanes makes no difference to the bits.
/// </summary>
internal static class Blocks
{
    public static void Map<TFunction>(ReadOnlySpan<double> x, Span<double> result)
        where TFunction : struct, IUnaryLanes => Map<Unary<TFunction>>(x, x, x, result);

    public static void Map<TFunction>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TFunction : struct, IBinaryLanes => Map<Binary<TFunction>>(x, y, x, result);

    public static void Map<TFunction>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
    {
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Map<TFunction, EightLanes>(x, y, z, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Map<TFunction, FourLanes>(x, y, z, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Map<TFunction, TwoLanes>(x, y, z, result);
        else Map<TFunction, OneLane>(x, y, z, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        if (x.Length < result.Length && x.Length != 1) throw new ArgumentException("The block is shorter than the result.", nameof(x));
        if (y.Length < result.Length && y.Length != 1) throw new ArgumentException("The block is shorter than the result.", nameof(y));
        if (z.Length < result.Length && z.Length != 1) throw new ArgumentException("The block is shorter than the result.", nameof(z));
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        ref var zs = ref MemoryMarshal.GetReference(z);
        ref var target = ref MemoryMarshal.GetReference(result);
        var (xStays, yStays, zStays) = (x.Length == 1, y.Length == 1, z.Length == 1);
        var xAll = TLanes.Broadcast(xs);
        var yAll = TLanes.Broadcast(ys);
        var zAll = TLanes.Broadcast(zs);
        var i = 0;
        for (; i + TLanes.Count <= result.Length; i += TLanes.Count)
        {
            TLanes.Store(
                TFunction.Apply(
                    xStays ? xAll : TLanes.Load(in xs, i),
                    yStays ? yAll : TLanes.Load(in ys, i),
                    zStays ? zAll : TLanes.Load(in zs, i)),
                ref target,
                i);
        }

        for (; i < result.Length; i++)
        {
            OneLane.Store(
                TFunction.Apply(
                    OneLane.Load(in xs, xStays ? 0 : i),
                    OneLane.Load(in ys, yStays ? 0 : i),
                    OneLane.Load(in zs, zStays ? 0 : i)),
                ref target,
                i);
        }
    }

    private readonly struct Unary<TFunction> : ITernaryLanes
        where TFunction : struct, IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => TFunction.Apply(x);
    }

    private readonly struct Binary<TFunction> : ITernaryLanes
        where TFunction : struct, IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => TFunction.Apply(x, y);
    }
}
