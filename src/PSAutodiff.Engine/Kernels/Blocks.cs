using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

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

/// <summary>Computes a function of the elements at the same place of two blocks.</summary>
internal delegate void BinaryBlock(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result);

/// <summary>Computes two functions of each element of a block; one of the results may be the block.</summary>
internal delegate void BlocksOfTwo(ReadOnlySpan<double> x, Span<double> first, Span<double> second);

/// <summary>Computes two functions of a number.</summary>
internal delegate double ValueAndSecond(double x, out double second);

/// <summary>
/// Loops of cheap functions over blocks. A source has the length of the result, or length 1 and then stands for every element; a
/// source may be the result. The number of lanes makes no difference to the bits.
/// </summary>
internal static class Blocks
{
    public static void Map<TFunction>(ReadOnlySpan<double> x, Span<double> result)
        where TFunction : struct, IUnaryLanes
    {
        Check(x, result, nameof(x));
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Each<Unary<TFunction>, EightLanes>(x, result, default);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Each<Unary<TFunction>, FourLanes>(x, result, default);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Each<Unary<TFunction>, TwoLanes>(x, result, default);
        else Each<Unary<TFunction>, OneLane>(x, result, default);
    }

    public static void Map<TFunction>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TFunction : struct, IBinaryLanes
    {
        Check(x, result, nameof(x));
        Check(y, result, nameof(y));
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Map<TFunction, EightLanes>(x, y, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Map<TFunction, FourLanes>(x, y, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Map<TFunction, TwoLanes>(x, y, result);
        else Map<TFunction, OneLane>(x, y, result);
    }

    public static void Map<TFunction>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
    {
        Check(x, result, nameof(x));
        Check(y, result, nameof(y));
        Check(z, result, nameof(z));
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count) Map<TFunction, EightLanes>(x, y, z, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count) Map<TFunction, FourLanes>(x, y, z, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count) Map<TFunction, TwoLanes>(x, y, z, result);
        else Map<TFunction, OneLane>(x, y, z, result);
    }

    private static void Check(ReadOnlySpan<double> source, Span<double> result, string name)
    {
        if (source.Length < result.Length && source.Length != 1) throw new ArgumentException("The block is shorter than the result.", name);
    }

    // A loop for each case: asked inside a loop, which source stands still would cost as much as the function.
    private static void Map<TFunction, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TFunction : struct, IBinaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        if (x.Length == 1 && result.Length > 1) Each<WithFirst<TFunction>, TLanes>(y, result, x[0]);
        else if (y.Length == 1 && result.Length > 1) Each<TFunction, TLanes>(x, result, y[0]);
        else Pairs<TFunction, TLanes>(x, y, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Each<TFunction, TLanes>(ReadOnlySpan<double> x, Span<double> result, double parameter)
        where TFunction : struct, IBinaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        if (x.Length == 1)
        {
            result.Fill(TFunction.Apply(new OneLane(x[0]), new OneLane(parameter)).Value);
            return;
        }

        ref var source = ref MemoryMarshal.GetReference(x);
        ref var target = ref MemoryMarshal.GetReference(result);
        var parameters = TLanes.Broadcast(parameter);
        var i = 0;
        for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TFunction.Apply(TLanes.Load(in source, i), parameters), ref target, i);
        }

        for (; i < result.Length; i++) result[i] = TFunction.Apply(new OneLane(x[i]), new OneLane(parameter)).Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs<TFunction, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TFunction : struct, IBinaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        ref var target = ref MemoryMarshal.GetReference(result);
        var i = 0;
        for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TFunction.Apply(TLanes.Load(in xs, i), TLanes.Load(in ys, i)), ref target, i);
        }

        for (; i < result.Length; i++) result[i] = TFunction.Apply(new OneLane(x[i]), new OneLane(y[i])).Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
        where TFunction : struct, ITernaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        ref var zs = ref MemoryMarshal.GetReference(z);
        ref var target = ref MemoryMarshal.GetReference(result);
        var (xStays, yStays, zStays) = (x.Length == 1, y.Length == 1, z.Length == 1);
        var (firstX, firstY, firstZ) = (xs, ys, zs);
        var (allX, allY, allZ) = (TLanes.Broadcast(firstX), TLanes.Broadcast(firstY), TLanes.Broadcast(firstZ));
        var i = 0;
        for (; i <= result.Length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(
                TFunction.Apply(
                    xStays ? allX : TLanes.Load(in xs, i),
                    yStays ? allY : TLanes.Load(in ys, i),
                    zStays ? allZ : TLanes.Load(in zs, i)),
                ref target,
                i);
        }

        for (; i < result.Length; i++)
        {
            result[i] = TFunction.Apply(
                new OneLane(xStays ? firstX : x[i]),
                new OneLane(yStays ? firstY : y[i]),
                new OneLane(zStays ? firstZ : z[i])).Value;
        }
    }

    private readonly struct Unary<TFunction> : IBinaryLanes
        where TFunction : struct, IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => TFunction.Apply(x);
    }

    private readonly struct WithFirst<TFunction> : IBinaryLanes
        where TFunction : struct, IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => TFunction.Apply(y, x);
    }
}
