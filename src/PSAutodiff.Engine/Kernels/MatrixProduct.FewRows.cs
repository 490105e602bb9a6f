using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <content>
/// Products of few rows, too small to be packed. With few columns too, a call for each row would cost more than its multiply-adds. Sums run
/// from the first term to the last, as in all products.
/// </content>
internal static partial class MatrixProduct
{
    /// <summary>C += A B, with B as it lies.</summary>
    /// <param name="a">A: rows x depth.</param>
    /// <param name="b">B: depth x columns.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="c">C: rows x columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFew<T>(MatrixRows<T> a, ReadOnlySpan<T> b, int columns, Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, depth) = (a.Count, a.Width);
        b = b[..checked(depth * columns)];
        c = c[..checked(rows * columns)];
        if (columns >= Vector256<T>.Count)
        {
            for (var row = 0; row < rows; row++) MultiplyRow(a[row], b, c.Slice(row * columns, columns), accumulate: true);
            return;
        }

        ref var start = ref MemoryMarshal.GetReference(b);
        ref var sums = ref MemoryMarshal.GetReference(c);
        for (var row = 0; row < rows; row++)
        {
            ref var x = ref a.Start(row);
            for (var j = 0; j < columns; j++)
            {
                var sum = Unsafe.Add(ref sums, j);
                for (var k = 0; k < depth; k++) sum = T.FusedMultiplyAdd(Unsafe.Add(ref x, k), Unsafe.Add(ref start, (k * columns) + j), sum);
                Unsafe.Add(ref sums, j) = sum;
            }

            sums = ref Unsafe.Add(ref sums, columns);
        }
    }

    /// <summary>C = A B', or C += A B', with B as it lies.</summary>
    /// <param name="a">A: rows x depth.</param>
    /// <param name="rows">The rows of A and C, at least 1.</param>
    /// <param name="b">B: columns x depth.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFewByTransposed<T>(ReadOnlySpan<T> a, int rows, ReadOnlySpan<T> b, Span<T> c, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int chains = 8;
        var (depth, columns) = (a.Length / rows, c.Length / rows);
        b = b[..checked(depth * columns)];
        if (!accumulate) c.Clear();
        for (var row = 0; row < rows; row++)
        {
            ref var x = ref MemoryMarshal.GetReference(a[(row * depth)..]);
            var sums = c.Slice(row * columns, columns);
            ref var b0 = ref MemoryMarshal.GetReference(b);
            var i = 0;

            // Several sums at a time: each must wait for its own last multiply-add, and a processor has two begun in each of about four cycles.
            for (; i + chains <= sums.Length; i += chains)
            {
                ref var b1 = ref Unsafe.Add(ref b0, depth);
                ref var b2 = ref Unsafe.Add(ref b1, depth);
                ref var b3 = ref Unsafe.Add(ref b2, depth);
                ref var b4 = ref Unsafe.Add(ref b3, depth);
                ref var b5 = ref Unsafe.Add(ref b4, depth);
                ref var b6 = ref Unsafe.Add(ref b5, depth);
                ref var b7 = ref Unsafe.Add(ref b6, depth);
                var (c0, c1, c2, c3) = (sums[i], sums[i + 1], sums[i + 2], sums[i + 3]);
                var (c4, c5, c6, c7) = (sums[i + 4], sums[i + 5], sums[i + 6], sums[i + 7]);
                for (var k = 0; k < depth; k++)
                {
                    var one = Unsafe.Add(ref x, k);
                    c0 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b0, k), c0);
                    c1 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b1, k), c1);
                    c2 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b2, k), c2);
                    c3 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b3, k), c3);
                    c4 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b4, k), c4);
                    c5 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b5, k), c5);
                    c6 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b6, k), c6);
                    c7 = T.FusedMultiplyAdd(one, Unsafe.Add(ref b7, k), c7);
                }

                (sums[i], sums[i + 1], sums[i + 2], sums[i + 3]) = (c0, c1, c2, c3);
                (sums[i + 4], sums[i + 5], sums[i + 6], sums[i + 7]) = (c4, c5, c6, c7);
                b0 = ref Unsafe.Add(ref b7, depth);
            }

            for (; i < sums.Length; i++)
            {
                var sum = sums[i];
                for (var k = 0; k < depth; k++) sum = T.FusedMultiplyAdd(Unsafe.Add(ref x, k), Unsafe.Add(ref b0, k), sum);
                sums[i] = sum;
                b0 = ref Unsafe.Add(ref b0, depth);
            }
        }
    }

    /// <summary>C = A'B, or C += A'B, for some columns of A, with B as it lies.</summary>
    /// <param name="a">A: depth x any width; at most <see cref="TileRows"/> rows.</param>
    /// <param name="first">The first of A's columns that count.</param>
    /// <param name="rows">How many of them count: the rows of C.</param>
    /// <param name="b">B: depth x columns.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFewTransposed<T>(MatrixRows<T> a, int first, int rows, ReadOnlySpan<T> b, int columns, Span<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var depth = a.Count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + rows, a.Width);
        b = b[..checked(depth * columns)];
        c = c[..checked(rows * columns)];
        Span<T> column = stackalloc T[TileRows];
        column = column[..depth];
        ref var start = ref MemoryMarshal.GetReference(b);
        for (var i = 0; i < rows; i++)
        {
            for (var k = 0; k < depth; k++) column[k] = Unsafe.Add(ref a.Start(k), first + i);
            var sums = c.Slice(i * columns, columns);
            if (columns >= Vector256<T>.Count)
            {
                MultiplyRow(column, b, sums, accumulate);
                continue;
            }

            for (var j = 0; j < sums.Length; j++)
            {
                var sum = accumulate ? sums[j] : T.Zero;
                for (var k = 0; k < column.Length; k++) sum = T.FusedMultiplyAdd(column[k], Unsafe.Add(ref start, (k * columns) + j), sum);
                sums[j] = sum;
            }
        }
    }
}
