using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <content>Tiles in registers, and products too small to be packed.</content>
internal static partial class MatrixProduct
{
    private const int NumbersInCache = 1 << 12;

    /// <summary>One row of C = A B or C += A B, with B as it lies.</summary>
    /// <param name="a">The row of A: depth numbers.</param>
    /// <param name="b">B: depth x columns.</param>
    /// <param name="c">The row of C; its length is the number of columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!accumulate) c.Clear();
        b = b[..checked(a.Length * c.Length)];

        // As many rows of B at a time as the nearest cache holds: each is looked at several times, for some columns.
        var most = Math.Max(TileRows, NumbersInCache / Math.Max(1, c.Length));
        for (var start = 0; start < a.Length; start += most)
        {
            var some = a.Slice(start, Math.Min(most, a.Length - start));
            var rows = b.Slice(start * c.Length, some.Length * c.Length);
            if (Vector256.IsHardwareAccelerated && c.Length >= Vector256<T>.Count) MultiplyRow<T, ProductLanes256<T>>(some, rows, c);
            else if (Vector128.IsHardwareAccelerated && c.Length >= Vector128<T>.Count) MultiplyRow<T, ProductLanes128<T>>(some, rows, c);
            else MultiplyRow<T, ProductLane<T>>(some, rows, c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyRow<T, TLanes>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        ref var start = ref MemoryMarshal.GetReference(b);
        ref var result = ref MemoryMarshal.GetReference(c);
        var columns = c.Length;
        var j = 0;
        for (; j + (4 * TLanes.Count) <= columns; j += 4 * TLanes.Count)
        {
            ref var row = ref Unsafe.Add(ref start, j);
            var c0 = TLanes.Load(ref result, j);
            var c1 = TLanes.Load(ref result, j + TLanes.Count);
            var c2 = TLanes.Load(ref result, j + (2 * TLanes.Count));
            var c3 = TLanes.Load(ref result, j + (3 * TLanes.Count));
            for (var k = 0; k < a.Length; k++)
            {
                var x = TLanes.Broadcast(a[k]);
                c0 = TLanes.MultiplyAdd(x, TLanes.Load(ref row, 0), c0);
                c1 = TLanes.MultiplyAdd(x, TLanes.Load(ref row, TLanes.Count), c1);
                c2 = TLanes.MultiplyAdd(x, TLanes.Load(ref row, 2 * TLanes.Count), c2);
                c3 = TLanes.MultiplyAdd(x, TLanes.Load(ref row, 3 * TLanes.Count), c3);
                row = ref Unsafe.Add(ref row, columns);
            }

            TLanes.Store(c0, ref result, j);
            TLanes.Store(c1, ref result, j + TLanes.Count);
            TLanes.Store(c2, ref result, j + (2 * TLanes.Count));
            TLanes.Store(c3, ref result, j + (3 * TLanes.Count));
        }

        for (; j + TLanes.Count <= columns; j += TLanes.Count)
        {
            ref var row = ref Unsafe.Add(ref start, j);
            var sum = TLanes.Load(ref result, j);
            for (var k = 0; k < a.Length; k++)
            {
                sum = TLanes.MultiplyAdd(TLanes.Broadcast(a[k]), TLanes.Load(ref row, 0), sum);
                row = ref Unsafe.Add(ref row, columns);
            }

            TLanes.Store(sum, ref result, j);
        }

        for (; j < columns; j++)
        {
            ref var element = ref Unsafe.Add(ref start, j);
            var sum = Unsafe.Add(ref result, j);
            for (var k = 0; k < a.Length; k++)
            {
                sum = T.FusedMultiplyAdd(a[k], element, sum);
                element = ref Unsafe.Add(ref element, columns);
            }

            Unsafe.Add(ref result, j) = sum;
        }
    }

    // A tile of C; at the edges by way of a whole tile apart, of which only what belongs to C is copied back.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<T, TLanes>(
        ref T a0, ref T a1, ref T a2, ref T a3, ref T a4, ref T a5, nint step, ref T b, int depth, Span<T> c, int row, int column, int rows, int columns, bool accumulate, Span<T> edge)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        var width = PanelWidth<T>();
        if (row + TileRows <= rows && column + width <= columns)
        {
            ref var tile = ref Unsafe.Add(ref MemoryMarshal.GetReference(c), ((nint)row * columns) + column);
            for (var j = 0; j < width; j += 2 * TLanes.Count)
            {
                Tile<T, TLanes>(ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, step, ref Unsafe.Add(ref b, j), depth, ref Unsafe.Add(ref tile, j), columns, accumulate);
            }

            return;
        }

        var (height, filled) = (Math.Min(TileRows, rows - row), Math.Min(width, columns - column));
        if (accumulate) CopyTile(c[((row * columns) + column)..], columns, edge, width, height, filled);
        for (var j = 0; j < width; j += 2 * TLanes.Count)
        {
            Tile<T, TLanes>(ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, step, ref Unsafe.Add(ref b, j), depth, ref edge[j], width, accumulate);
        }

        CopyTile(edge, width, c[((row * columns) + column)..], columns, height, filled);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyTile<T>(ReadOnlySpan<T> source, int sourceWidth, Span<T> target, int targetWidth, int height, int width)
    {
        for (var i = 0; i < height; i++)
        {
            var from = source.Slice(i * sourceWidth, width);
            var to = target.Slice(i * targetWidth, width);
            for (var j = 0; j < from.Length; j++) to[j] = from[j];
        }
    }

    // Twelve sums in registers: enough for the processor to start two multiply-adds in every cycle.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<T, TLanes>(
        ref T a0, ref T a1, ref T a2, ref T a3, ref T a4, ref T a5, nint step, ref T b, int depth, ref T c, nint stride, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        TLanes c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        if (accumulate)
        {
            ref var row = ref c;
            (c00, c01) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
            row = ref Unsafe.Add(ref row, stride);
            (c10, c11) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
            row = ref Unsafe.Add(ref row, stride);
            (c20, c21) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
            row = ref Unsafe.Add(ref row, stride);
            (c30, c31) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
            row = ref Unsafe.Add(ref row, stride);
            (c40, c41) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
            row = ref Unsafe.Add(ref row, stride);
            (c50, c51) = (TLanes.Load(ref row, 0), TLanes.Load(ref row, TLanes.Count));
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = TLanes.Broadcast(T.Zero);
        }

        nint offset = 0;
        for (var k = depth; k > 0; k--)
        {
            var (b0, b1) = (TLanes.Load(ref b, 0), TLanes.Load(ref b, TLanes.Count));
            var x = TLanes.Broadcast(Unsafe.Add(ref a0, offset));
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            x = TLanes.Broadcast(Unsafe.Add(ref a1, offset));
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            x = TLanes.Broadcast(Unsafe.Add(ref a2, offset));
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            x = TLanes.Broadcast(Unsafe.Add(ref a3, offset));
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            x = TLanes.Broadcast(Unsafe.Add(ref a4, offset));
            c40 = TLanes.MultiplyAdd(x, b0, c40);
            c41 = TLanes.MultiplyAdd(x, b1, c41);
            x = TLanes.Broadcast(Unsafe.Add(ref a5, offset));
            c50 = TLanes.MultiplyAdd(x, b0, c50);
            c51 = TLanes.MultiplyAdd(x, b1, c51);
            b = ref Unsafe.Add(ref b, PanelWidth<T>());
            offset += step;
        }

        TLanes.Store(c00, ref c, 0);
        TLanes.Store(c01, ref c, TLanes.Count);
        c = ref Unsafe.Add(ref c, stride);
        TLanes.Store(c10, ref c, 0);
        TLanes.Store(c11, ref c, TLanes.Count);
        c = ref Unsafe.Add(ref c, stride);
        TLanes.Store(c20, ref c, 0);
        TLanes.Store(c21, ref c, TLanes.Count);
        c = ref Unsafe.Add(ref c, stride);
        TLanes.Store(c30, ref c, 0);
        TLanes.Store(c31, ref c, TLanes.Count);
        c = ref Unsafe.Add(ref c, stride);
        TLanes.Store(c40, ref c, 0);
        TLanes.Store(c41, ref c, TLanes.Count);
        c = ref Unsafe.Add(ref c, stride);
        TLanes.Store(c50, ref c, 0);
        TLanes.Store(c51, ref c, TLanes.Count);
    }
}
