using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// The loops of <see cref="LaneSums"/>. Each is compiled by itself: in one method the many small temporaries would exceed what the compiler keeps in
/// registers. Terms are numbers of vectors.
/// </summary>
internal static class LaneLoops
{
    private const int Lanes = RowEvaluator.Lanes;

    /// <summary>Where the values of outputs go.</summary>
    public interface IOutput
    {
        /// <summary>Takes a vector of an output.</summary>
        static abstract void Give<TLanes>(TLanes value, TLanes mask, ref double output, int offset)
            where TLanes : struct, ILanes<TLanes>;
    }

    /// <summary>A function of each pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Pairs<TLanes, TFunction>(ref double memory, ref int terms, ref double target, int count)
        where TLanes : struct, ILanes<TLanes>
        where TFunction : struct, IBinaryLanes
    {
        for (var i = 0; i < count; i++)
        {
            TLanes.Store(TFunction.Apply(At<TLanes>(ref memory, ref terms, 0), At<TLanes>(ref memory, ref terms, 1)), ref target, 0);
            terms = ref Unsafe.Add(ref terms, 2);
            target = ref Unsafe.Add(ref target, TLanes.Count);
        }
    }

    /// <summary>Sums of products of pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Dots<TLanes, TJoin>(ref double memory, ref int terms, ref double target, int count, int length)
        where TLanes : struct, ILanes<TLanes>
        where TJoin : struct, ITernaryLanes
    {
        for (var i = 0; i < count; i++)
        {
            var sum = At<TLanes>(ref memory, ref terms, 0) * At<TLanes>(ref memory, ref terms, 1);
            terms = ref Unsafe.Add(ref terms, 2);
            for (var k = 1; k < length; k++)
            {
                sum = TJoin.Apply(At<TLanes>(ref memory, ref terms, 0), At<TLanes>(ref memory, ref terms, 1), sum);
                terms = ref Unsafe.Add(ref terms, 2);
            }

            TLanes.Store(sum, ref target, 0);
            target = ref Unsafe.Add(ref target, TLanes.Count);
        }
    }

    /// <summary>Sums of products of pairs, and a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void DotsPlus<TLanes, TJoin>(ref double memory, ref int terms, ref double target, int count, int length)
        where TLanes : struct, ILanes<TLanes>
        where TJoin : struct, ITernaryLanes
    {
        for (var i = 0; i < count; i++)
        {
            var sum = At<TLanes>(ref memory, ref terms, 0) * At<TLanes>(ref memory, ref terms, 1);
            terms = ref Unsafe.Add(ref terms, 2);
            for (var k = 1; k < length; k++)
            {
                sum = TJoin.Apply(At<TLanes>(ref memory, ref terms, 0), At<TLanes>(ref memory, ref terms, 1), sum);
                terms = ref Unsafe.Add(ref terms, 2);
            }

            TLanes.Store(sum + At<TLanes>(ref memory, ref terms, 0), ref target, 0);
            terms = ref Unsafe.Add(ref terms, 1);
            target = ref Unsafe.Add(ref target, TLanes.Count);
        }
    }

    /// <summary>Values to which products of pairs are added, or from which they are subtracted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ChainProducts<TLanes, TJoin>(ref double memory, ref int terms, ref double target, int count, int length)
        where TLanes : struct, ILanes<TLanes>
        where TJoin : struct, ITernaryLanes
    {
        for (var i = 0; i < count; i++)
        {
            var sum = At<TLanes>(ref memory, ref terms, 0);
            terms = ref Unsafe.Add(ref terms, 1);
            for (var k = 0; k < length; k++)
            {
                sum = TJoin.Apply(At<TLanes>(ref memory, ref terms, 0), At<TLanes>(ref memory, ref terms, 1), sum);
                terms = ref Unsafe.Add(ref terms, 2);
            }

            TLanes.Store(sum, ref target, 0);
            target = ref Unsafe.Add(ref target, TLanes.Count);
        }
    }

    /// <summary>Values to which others are added, or from which they are subtracted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Chain<TLanes, TFunction>(ref double memory, ref int terms, ref double target, int count, int length)
        where TLanes : struct, ILanes<TLanes>
        where TFunction : struct, IBinaryLanes
    {
        for (var i = 0; i < count; i++)
        {
            var sum = At<TLanes>(ref memory, ref terms, 0);
            terms = ref Unsafe.Add(ref terms, 1);
            for (var k = 0; k < length; k++)
            {
                sum = TFunction.Apply(sum, At<TLanes>(ref memory, ref terms, 0));
                terms = ref Unsafe.Add(ref terms, 1);
            }

            TLanes.Store(sum, ref target, 0);
            target = ref Unsafe.Add(ref target, TLanes.Count);
        }
    }

    /// <summary>Values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Copy<TLanes>(ref double memory, ref int terms, ref double target, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        for (nint i = 0; i < count; i++) TLanes.Store(At<TLanes>(ref memory, ref terms, i), ref Unsafe.Add(ref target, i * TLanes.Count), 0);
    }

    /// <summary>Products of pairs to outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Products<TLanes, TOutput>(ref double memory, ref int terms, ref double outputs, int count, TLanes mask)
        where TLanes : struct, ILanes<TLanes>
        where TOutput : struct, IOutput
    {
        for (var i = 0; i < count; i++)
        {
            TOutput.Give(At<TLanes>(ref memory, ref terms, 0) * At<TLanes>(ref memory, ref terms, 1), mask, ref outputs, 0);
            terms = ref Unsafe.Add(ref terms, 2);
            outputs = ref Unsafe.Add(ref outputs, Lanes);
        }
    }

    /// <summary>Values to outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Values<TLanes, TOutput>(ref double memory, ref int terms, ref double outputs, int count, TLanes mask)
        where TLanes : struct, ILanes<TLanes>
        where TOutput : struct, IOutput
    {
        for (nint i = 0; i < count; i++) TOutput.Give(At<TLanes>(ref memory, ref terms, i), mask, ref Unsafe.Add(ref outputs, i * Lanes), 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes At<TLanes>(ref double memory, ref int terms, nint term)
        where TLanes : struct, ILanes<TLanes> => TLanes.Load(in Unsafe.Add(ref memory, (nint)(uint)Unsafe.Add(ref terms, term) * TLanes.Count), 0);

    /// <summary>A function of the first of two.</summary>
    public readonly struct OfFirst<TFunction> : IBinaryLanes
        where TFunction : struct, IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => TFunction.Apply(x);
    }

    /// <summary>Lane after lane they are added to the sums later.</summary>
    public readonly struct Apart : IOutput
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Give<TLanes>(TLanes value, TLanes mask, ref double output, int offset)
            where TLanes : struct, ILanes<TLanes> => TLanes.Store(value, ref output, offset);
    }

    /// <summary>Each lane is a sum of its own. What is masked adds 0, which changes no sum that began with 0.</summary>
    public readonly struct Added : IOutput
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Give<TLanes>(TLanes value, TLanes mask, ref double output, int offset)
            where TLanes : struct, ILanes<TLanes> => TLanes.Store(TLanes.Load(in output, offset) + (value & mask), ref output, offset);
    }
}
