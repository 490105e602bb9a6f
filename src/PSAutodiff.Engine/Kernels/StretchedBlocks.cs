using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Loops over matrices row after row, where one argument has a number for each row. The last lanes of a row are aligned to its end and may repeat
/// elements of those before, so they are computed first: the result may be where the matrix is.
/// </summary>
internal static class StretchedBlocks
{
    /// <summary>A function of a column and a matrix.</summary>
    /// <param name="column">A number for each row; begins again where there are more rows.</param>
    /// <param name="matrix">The elements, row after row; begin again where there are more rows.</param>
    /// <param name="columns">The elements of a row.</param>
    /// <param name="result">Gets the values.</param>
    public static void OfColumn<TFunction>(ReadOnlySpan<double> column, ReadOnlySpan<double> matrix, int columns, Span<double> result)
        where TFunction : struct, IBinaryLanes
    {
        if (Vector512.IsHardwareAccelerated && columns >= EightLanes.Count) Each<TFunction, EightLanes>(column, matrix, columns, result);
        else if (Vector256.IsHardwareAccelerated && columns >= FourLanes.Count) Each<TFunction, FourLanes>(column, matrix, columns, result);
        else if (Vector128.IsHardwareAccelerated && columns >= TwoLanes.Count) Each<TFunction, TwoLanes>(column, matrix, columns, result);
        else Each<TFunction, OneLane>(column, matrix, columns, result);
    }

    /// <summary>A function of a matrix and a column.</summary>
    /// <inheritdoc cref="OfColumn"/>
    public static void ByColumn<TFunction>(ReadOnlySpan<double> matrix, ReadOnlySpan<double> column, int columns, Span<double> result)
        where TFunction : struct, IBinaryLanes => OfColumn<Turned<TFunction>>(column, matrix, columns, result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Each<TFunction, TLanes>(ReadOnlySpan<double> column, ReadOnlySpan<double> matrix, int columns, Span<double> result)
        where TFunction : struct, IBinaryLanes
        where TLanes : struct, ILanes<TLanes>
    {
        var last = columns - TLanes.Count;
        var (rows, ofColumn, ofMatrix) = (result.Length / columns, column.Length, matrix.Length / columns);
        if (last < 0 || ofColumn == 0 || ofMatrix == 0) return;
        ref var target = ref MemoryMarshal.GetReference(result);
        for (int row = 0, c = 0, m = 0; row < rows; row++)
        {
            ref var elements = ref Unsafe.Add(ref MemoryMarshal.GetReference(matrix), m * columns);
            var all = TLanes.Broadcast(column[c]);
            var ending = TFunction.Apply(all, TLanes.Load(in elements, last));
            for (var i = 0; i < last; i += TLanes.Count) TLanes.Store(TFunction.Apply(all, TLanes.Load(in elements, i)), ref target, i);
            TLanes.Store(ending, ref target, last);
            target = ref Unsafe.Add(ref target, columns);
            if (++c == ofColumn) c = 0;
            if (++m == ofMatrix) m = 0;
        }
    }

    private readonly struct Turned<TFunction> : IBinaryLanes
        where TFunction : struct, IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => TFunction.Apply(y, x);
    }
}
