using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <content>The loop over a span, shared by all kernels.</content>
internal static partial class Elementary
{
    /// <summary>A kernel with two results.</summary>
    private interface IKernelOfTwo
    {
        static abstract T Apply<T>(T x, out T second)
            where T : struct, ILanes<T>;
    }

    // The kernel is a type argument, so that the loop is compiled for it and calls nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TKernel>(ReadOnlySpan<double> x, Span<double> result)
        where TKernel : struct, IUnaryLanes
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, x.Length, nameof(result));
        if (x.Overlaps(result, out int distance) && distance != 0)
            throw new ArgumentException("The spans may be the same, but not overlap otherwise.", nameof(result));

        // Which of these runs makes no difference to the bits.
        if (Vector512.IsHardwareAccelerated && x.Length >= EightLanes.Count)
            Map<TKernel, EightLanes>(x, result);
        else if (Vector256.IsHardwareAccelerated && x.Length >= FourLanes.Count)
            Map<TKernel, FourLanes>(x, result);
        else if (Vector128.IsHardwareAccelerated && x.Length >= TwoLanes.Count)
            Map<TKernel, TwoLanes>(x, result);
        else if (!x.IsEmpty)
            Map<TKernel, OneLane>(x, result);
    }

    // Compiled on its own and with one copy of the kernel: inlined in its caller, or with a second copy for the
    // ending, the many small temporaries exceed what the compiler keeps in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Map<TKernel, TLanes>(ReadOnlySpan<double> x, Span<double> result)
        where TKernel : struct, IUnaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        ref double source = ref MemoryMarshal.GetReference(x);
        ref double destination = ref MemoryMarshal.GetReference(result);

        // The last group is aligned to the end and so may repeat elements of the group before it. It is read
        // first: in place, those elements are overwritten by the time its turn comes.
        int last = x.Length - TLanes.Count;
        TLanes ending = TLanes.Load(ref source, last);
        for (int i = 0; i < x.Length; i += TLanes.Count)
        {
            int offset = Math.Min(i, last);
            TLanes group = i < last ? TLanes.Load(ref source, i) : ending;
            TLanes.Store(TKernel.Apply(group), ref destination, offset);
        }
    }

    // The same for kernels with two arguments. A source has the length of the result, or length 1 and then stands for every element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TKernel>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TKernel : struct, IBinaryLanes
    {
        if (x.Length != 1)
            ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, result.Length, nameof(x));
        if (y.Length != 1)
            ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, result.Length, nameof(y));
        if (Vector512.IsHardwareAccelerated && result.Length >= EightLanes.Count)
            Map<TKernel, EightLanes>(x, y, result);
        else if (Vector256.IsHardwareAccelerated && result.Length >= FourLanes.Count)
            Map<TKernel, FourLanes>(x, y, result);
        else if (Vector128.IsHardwareAccelerated && result.Length >= TwoLanes.Count)
            Map<TKernel, TwoLanes>(x, y, result);
        else if (!result.IsEmpty)
            Map<TKernel, OneLane>(x, y, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Map<TKernel, TLanes>(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
        where TKernel : struct, IBinaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        ref double xs = ref MemoryMarshal.GetReference(x);
        ref double ys = ref MemoryMarshal.GetReference(y);
        ref double destination = ref MemoryMarshal.GetReference(result);
        int last = result.Length - TLanes.Count;
        bool xStays = x.Length == 1;
        bool yStays = y.Length == 1;
        TLanes endingX = xStays ? TLanes.Broadcast(xs) : TLanes.Load(ref xs, last);
        TLanes endingY = yStays ? TLanes.Broadcast(ys) : TLanes.Load(ref ys, last);
        for (int i = 0; i < result.Length; i += TLanes.Count)
        {
            int offset = Math.Min(i, last);
            TLanes groupX = i < last && !xStays ? TLanes.Load(ref xs, i) : endingX;
            TLanes groupY = i < last && !yStays ? TLanes.Load(ref ys, i) : endingY;
            TLanes.Store(TKernel.Apply(groupX, groupY), ref destination, offset);
        }
    }

    // The same for kernels with two results.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapBoth<TKernel>(ReadOnlySpan<double> x, Span<double> first, Span<double> second)
        where TKernel : struct, IKernelOfTwo
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first.Length, x.Length, nameof(first));
        ArgumentOutOfRangeException.ThrowIfLessThan(second.Length, x.Length, nameof(second));
        if (Vector512.IsHardwareAccelerated && x.Length >= EightLanes.Count)
            MapBoth<TKernel, EightLanes>(x, first, second);
        else if (Vector256.IsHardwareAccelerated && x.Length >= FourLanes.Count)
            MapBoth<TKernel, FourLanes>(x, first, second);
        else if (Vector128.IsHardwareAccelerated && x.Length >= TwoLanes.Count)
            MapBoth<TKernel, TwoLanes>(x, first, second);
        else if (!x.IsEmpty)
            MapBoth<TKernel, OneLane>(x, first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MapBoth<TKernel, TLanes>(ReadOnlySpan<double> x, Span<double> first, Span<double> second)
        where TKernel : struct, IKernelOfTwo
        where TLanes : struct, ILanes<TLanes>
    {
        ref double source = ref MemoryMarshal.GetReference(x);
        ref double destination = ref MemoryMarshal.GetReference(first);
        ref double other = ref MemoryMarshal.GetReference(second);
        int last = x.Length - TLanes.Count;
        TLanes ending = TLanes.Load(ref source, last);
        for (int i = 0; i < x.Length; i += TLanes.Count)
        {
            int offset = Math.Min(i, last);
            TLanes group = i < last ? TLanes.Load(ref source, i) : ending;
            TLanes value = TKernel.Apply(group, out TLanes slope);
            TLanes.Store(value, ref destination, offset);
            TLanes.Store(slope, ref other, offset);
        }
    }

    private readonly struct ExpKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Exp(x);
    }

    private readonly struct Expm1Kernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Expm1(x);
    }

    private readonly struct LogKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Log(x);
    }

    private readonly struct Log1pKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Log1p(x);
    }

    private readonly struct TanhKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Tanh(x);
    }

    private readonly struct Sech2Kernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Sech2(x, Tanh(x));
    }

    private readonly struct Sech2FromTanhKernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Sech2(x, y);
    }

    private readonly struct TanhAndSech2Kernel : IKernelOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, out T second)
            where T : struct, ILanes<T> => TanhAndSech2(x, out second);
    }

    private readonly struct SinhKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Sinh(x);
    }

    private readonly struct CoshKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Cosh(x);
    }

    private readonly struct SigmoidKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Sigmoid(x);
    }

    private readonly struct DsigmoidKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Dsigmoid(x, Sigmoid(x));
    }

    private readonly struct DsigmoidFromSigmoidKernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Dsigmoid(x, y);
    }

    private readonly struct SigmoidAndDsigmoidKernel : IKernelOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, out T second)
            where T : struct, ILanes<T> => SigmoidAndDsigmoid(x, out second);
    }

    private readonly struct SoftplusKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Softplus(x);
    }

    private readonly struct LogBase2Kernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LogBase2(x);
    }

    private readonly struct LogBase10Kernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => LogBase10(x);
    }

    private readonly struct CbrtKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Cbrt(x);
    }

    private readonly struct AsinhKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Asinh(x);
    }

    private readonly struct AcoshKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Acosh(x);
    }

    private readonly struct AtanhKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Atanh(x);
    }

    private readonly struct SoftplusOfOppositeKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Softplus(-x);
    }

    private readonly struct SigmoidAndSoftplusKernel : IKernelOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, out T second)
            where T : struct, ILanes<T> => SigmoidAndSoftplus(x, x, out second);
    }

    private readonly struct SigmoidAndSoftplusOfOppositeKernel : IKernelOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, out T second)
            where T : struct, ILanes<T> => SigmoidAndSoftplus(x, -x, out second);
    }

    private readonly struct SinKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Sin(x);
    }

    private readonly struct CosKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Cos(x);
    }

    private readonly struct TanKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Tan(x);
    }

    private readonly struct SinAndCosKernel : IKernelOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, out T second)
            where T : struct, ILanes<T> => SinAndCos(x, out second);
    }

    private readonly struct AsinKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Asin(x);
    }

    private readonly struct AcosKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Acos(x);
    }

    private readonly struct AtanKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Atan(x);
    }

    private readonly struct PowerKernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Power(x, y);
    }

    private readonly struct HypotKernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Hypot(x, y);
    }

    private readonly struct PowKernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Pow(x, y);
    }

    private readonly struct Atan2Kernel : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => Atan2(x, y);
    }

    private readonly struct ErfKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Erf(x);
    }

    private readonly struct ErfcKernel : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => Erfc(x);
    }
}
