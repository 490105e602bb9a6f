using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <content>Products with a matrix that is zero but for a few elements of each row.</content>
internal static partial class MatrixProduct
{
    /// <summary>C = A'B, or C += A'B, for some columns of A, of which the elements that are not 0 are multiplied alone: the others would add nothing.</summary>
    /// <param name="a">A: depth x any width.</param>
    /// <param name="first">The first of A's columns that count.</param>
    /// <param name="rows">How many of them count: the rows of C.</param>
    /// <param name="b">B: depth x columns.</param>
    /// <param name="divisor">By what B is divided before.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    /// <param name="scratch">Memory for a row of B.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFewElementsTransposed<T>(MatrixRows<T> a, int first, int rows, MatrixRows<T> b, int divisor, Span<T> c, bool accumulate, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var columns = b.Width;
        if (!accumulate) c[..checked(rows * columns)].Clear();
        for (var row = 0; row < b.Count; row++)
        {
            var elements = a[row].Slice(first, rows);
            var right = b[row];
            if (divisor > 1)
            {
                right.CopyTo(scratch);
                Vectors.Divide(scratch[..columns], divisor);
                right = scratch[..columns];
            }

            // 0 times what is not finite is no 0.
            var countsAll = !IsFinite(right);
            var i = 0;
            for (; i + Vector512<T>.Count <= elements.Length; i += Vector512<T>.Count)
            {
                var rest = countsAll ? ulong.MaxValue : ~Vector512.Equals(Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(elements), (nuint)i), Vector512<T>.Zero).ExtractMostSignificantBits();
                for (rest &= (1ul << Vector512<T>.Count) - 1; rest != 0; rest &= rest - 1) Add(i + BitOperations.TrailingZeroCount(rest), elements, right, c);
            }

            for (; i < elements.Length; i++)
            {
                if (countsAll || elements[i] != T.Zero) Add(i, elements, right, c);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Add(int element, ReadOnlySpan<T> elements, ReadOnlySpan<T> right, Span<T> c)
        {
            var sums = c.Slice(element * right.Length, right.Length);
            if (right.Length >= Vector128<T>.Count) MultiplyRow(elements.Slice(element, 1), right, sums, accumulate: true);
            else for (var j = 0; j < right.Length; j++) sums[j] = T.FusedMultiplyAdd(elements[element], right[j], sums[j]);
        }
    }

    // x - x is 0 for a finite number and NaN for any other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsFinite<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        var sum = Vector<T>.Zero;
        for (; i + Vector<T>.Count <= x.Length; i += Vector<T>.Count) sum += new Vector<T>(x[i..]) - new Vector<T>(x[i..]);
        for (; i < x.Length; i++)
        {
            if (!T.IsFinite(x[i])) return false;
        }

        return Vector.EqualsAll(sum, Vector<T>.Zero);
    }
}
