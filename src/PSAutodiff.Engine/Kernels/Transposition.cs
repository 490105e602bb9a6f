using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PSAutodiff.Kernels;

/// <summary>Columns of a table to rows.</summary>
internal static class Transposition
{
    // So many rows of a few columns stay in the nearest cache.
    private const int RowsInCache = 64;

    private const int Lanes = 4;

    /// <summary>Writes rows one after the other.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="rows">Gets the elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToRows(ReadOnlySpan<double[]> columns, int count, Span<double> rows)
    {
        var width = columns.Length;
        rows = rows[..checked(count * width)];
        for (var start = 0; start < count; start += RowsInCache)
        {
            var some = Math.Min(RowsInCache, count - start);
            var target = rows.Slice(start * width, some * width);
            var i = 0;
            for (; Avx.IsSupported && i + Lanes <= width; i += Lanes)
            {
                Four(columns[i].AsSpan(start, some), columns[i + 1].AsSpan(start, some), columns[i + 2].AsSpan(start, some), columns[i + 3].AsSpan(start, some), width, target[i..]);
            }

            for (; i < width; i++)
            {
                var column = columns[i].AsSpan(start, some);
                for (int row = 0, to = i; row < column.Length; row++, to += width) target[to] = column[row];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<double> third, ReadOnlySpan<double> fourth, int width, Span<double> target)
    {
        ref var to = ref MemoryMarshal.GetReference(target);
        var row = 0;
        for (; row + Lanes <= first.Length; row += Lanes)
        {
            var (a, b) = (Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(first), (nuint)row), Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(second), (nuint)row));
            var (c, d) = (Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(third), (nuint)row), Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(fourth), (nuint)row));
            var (ab0, ab1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
            var (cd0, cd1) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
            Avx.Permute2x128(ab0, cd0, 0x20).StoreUnsafe(ref to, (nuint)(row * width));
            Avx.Permute2x128(ab1, cd1, 0x20).StoreUnsafe(ref to, (nuint)((row + 1) * width));
            Avx.Permute2x128(ab0, cd0, 0x31).StoreUnsafe(ref to, (nuint)((row + 2) * width));
            Avx.Permute2x128(ab1, cd1, 0x31).StoreUnsafe(ref to, (nuint)((row + 3) * width));
        }

        for (; row < first.Length; row++)
        {
            var at = row * width;
            (target[at], target[at + 1], target[at + 2], target[at + 3]) = (first[row], second[row], third[row], fourth[row]);
        }
    }
}
