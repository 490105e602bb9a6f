using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <content>
/// Products with a matrix of one column, which would fill a panel with zeros. Sums run from the first term to the last, as in all products.
/// </content>
internal static partial class MatrixProduct
{
    /// <summary>c = A b, or c += A b.</summary>
    /// <param name="a">A: rows x depth.</param>
    /// <param name="b">b, as long as A is wide.</param>
    /// <param name="c">c: a number for each row.</param>
    /// <param name="accumulate">Whether the product is added to what c holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyColumn<T>(MatrixRows<T> a, ReadOnlySpan<T> b, Span<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int chains = 8;
        var (rows, depth) = (a.Count, a.Width);
        ref var factors = ref MemoryMarshal.GetReference(b[..depth]);
        c = c[..rows];
        if (!accumulate) c.Clear();

        // Several sums at a time: each must wait for its own last multiply-add.
        var row = 0;
        for (; row + chains <= rows; row += chains)
        {
            ref var a0 = ref a.Start(row);
            ref var a1 = ref a.Start(row + 1);
            ref var a2 = ref a.Start(row + 2);
            ref var a3 = ref a.Start(row + 3);
            ref var a4 = ref a.Start(row + 4);
            ref var a5 = ref a.Start(row + 5);
            ref var a6 = ref a.Start(row + 6);
            ref var a7 = ref a.Start(row + 7);
            var (c0, c1, c2, c3) = (c[row], c[row + 1], c[row + 2], c[row + 3]);
            var (c4, c5, c6, c7) = (c[row + 4], c[row + 5], c[row + 6], c[row + 7]);
            for (nint k = 0; k < depth; k++)
            {
                var factor = Unsafe.Add(ref factors, k);
                c0 = T.FusedMultiplyAdd(Unsafe.Add(ref a0, k), factor, c0);
                c1 = T.FusedMultiplyAdd(Unsafe.Add(ref a1, k), factor, c1);
                c2 = T.FusedMultiplyAdd(Unsafe.Add(ref a2, k), factor, c2);
                c3 = T.FusedMultiplyAdd(Unsafe.Add(ref a3, k), factor, c3);
                c4 = T.FusedMultiplyAdd(Unsafe.Add(ref a4, k), factor, c4);
                c5 = T.FusedMultiplyAdd(Unsafe.Add(ref a5, k), factor, c5);
                c6 = T.FusedMultiplyAdd(Unsafe.Add(ref a6, k), factor, c6);
                c7 = T.FusedMultiplyAdd(Unsafe.Add(ref a7, k), factor, c7);
            }

            (c[row], c[row + 1], c[row + 2], c[row + 3]) = (c0, c1, c2, c3);
            (c[row + 4], c[row + 5], c[row + 6], c[row + 7]) = (c4, c5, c6, c7);
        }

        for (; row < rows; row++)
        {
            ref var start = ref a.Start(row);
            var sum = c[row];
            for (nint k = 0; k < depth; k++) sum = T.FusedMultiplyAdd(Unsafe.Add(ref start, k), Unsafe.Add(ref factors, k), sum);
            c[row] = sum;
        }
    }

    /// <summary>c = A'b, or c += A'b, for some columns of A.</summary>
    /// <param name="a">A: depth x any width.</param>
    /// <param name="first">The first of A's columns that count.</param>
    /// <param name="b">b: a number for each row of A.</param>
    /// <param name="c">c: a number for each of A's columns that count.</param>
    /// <param name="accumulate">Whether the product is added to what c holds.</param>
    public static void MultiplyColumnTransposed<T>(MatrixRows<T> a, int first, ReadOnlySpan<T> b, Span<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector256.IsHardwareAccelerated && c.Length >= Vector256<T>.Count) MultiplyColumnTransposed<T, ProductLanes256<T>>(a, first, b, c, accumulate);
        else if (Vector128.IsHardwareAccelerated && c.Length >= Vector128<T>.Count) MultiplyColumnTransposed<T, ProductLanes128<T>>(a, first, b, c, accumulate);
        else MultiplyColumnTransposed<T, ProductLane<T>>(a, first, b, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyColumnTransposed<T, TLanes>(MatrixRows<T> a, int first, ReadOnlySpan<T> b, Span<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + c.Length, a.Width);
        b = b[..a.Count];
        if (!accumulate) c.Clear();
        ref var sums = ref MemoryMarshal.GetReference(c);
        var i = 0;
        for (; i + (4 * TLanes.Count) <= c.Length; i += 4 * TLanes.Count)
        {
            var (c0, c1) = (TLanes.Load(ref sums, i), TLanes.Load(ref sums, i + TLanes.Count));
            var (c2, c3) = (TLanes.Load(ref sums, i + (2 * TLanes.Count)), TLanes.Load(ref sums, i + (3 * TLanes.Count)));
            for (var k = 0; k < b.Length; k++)
            {
                ref var row = ref Unsafe.Add(ref a.Start(k), first + i);
                var factor = TLanes.Broadcast(b[k]);
                c0 = TLanes.MultiplyAdd(factor, TLanes.Load(ref row, 0), c0);
                c1 = TLanes.MultiplyAdd(factor, TLanes.Load(ref row, TLanes.Count), c1);
                c2 = TLanes.MultiplyAdd(factor, TLanes.Load(ref row, 2 * TLanes.Count), c2);
                c3 = TLanes.MultiplyAdd(factor, TLanes.Load(ref row, 3 * TLanes.Count), c3);
            }

            TLanes.Store(c0, ref sums, i);
            TLanes.Store(c1, ref sums, i + TLanes.Count);
            TLanes.Store(c2, ref sums, i + (2 * TLanes.Count));
            TLanes.Store(c3, ref sums, i + (3 * TLanes.Count));
        }

        for (; i + TLanes.Count <= c.Length; i += TLanes.Count)
        {
            var sum = TLanes.Load(ref sums, i);
            for (var k = 0; k < b.Length; k++) sum = TLanes.MultiplyAdd(TLanes.Broadcast(b[k]), TLanes.Load(ref a.Start(k), first + i), sum);
            TLanes.Store(sum, ref sums, i);
        }

        for (; i < c.Length; i++)
        {
            var sum = c[i];
            for (var k = 0; k < b.Length; k++) sum = T.FusedMultiplyAdd(b[k], Unsafe.Add(ref a.Start(k), first + i), sum);
            c[i] = sum;
        }
    }

    /// <summary>The inner products of the rows of two matrices.</summary>
    /// <param name="x">Rows, one after the other.</param>
    /// <param name="y">As many as long.</param>
    /// <param name="result">Gets a number for each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result)
    {
        const int chains = 4;
        var length = x.Length / result.Length;
        var row = 0;
        for (; row + chains <= result.Length; row += chains)
        {
            ref var first = ref MemoryMarshal.GetReference(x.Slice(row * length, chains * length));
            ref var second = ref MemoryMarshal.GetReference(y.Slice(row * length, chains * length));
            var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0);
            for (nint k = 0; k < length; k++)
            {
                a = Math.FusedMultiplyAdd(Unsafe.Add(ref first, k), Unsafe.Add(ref second, k), a);
                b = Math.FusedMultiplyAdd(Unsafe.Add(ref first, k + length), Unsafe.Add(ref second, k + length), b);
                c = Math.FusedMultiplyAdd(Unsafe.Add(ref first, k + (2 * length)), Unsafe.Add(ref second, k + (2 * length)), c);
                d = Math.FusedMultiplyAdd(Unsafe.Add(ref first, k + (3 * length)), Unsafe.Add(ref second, k + (3 * length)), d);
            }

            (result[row], result[row + 1], result[row + 2], result[row + 3]) = (a, b, c, d);
        }

        for (; row < result.Length; row++)
        {
            var one = x.Slice(row * length, length);
            var other = y.Slice(row * length, length);
            var sum = 0.0;
            for (var k = 0; k < one.Length; k++) sum = Math.FusedMultiplyAdd(one[k], other[k], sum);
            result[row] = sum;
        }
    }
}
