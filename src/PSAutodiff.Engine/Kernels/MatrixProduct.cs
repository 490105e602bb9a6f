using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Products of matrices whose rows lie one after the other. Every element of a result is one chain of fused multiply-adds,
/// c = fma(a[k], b[k], c) for k from 0 up, starting from 0 or from the element's old value. So neither the way in which it is computed,
/// nor the width of the vectors, nor how rows are shared out to threads or sums cut into pieces makes any difference to the bits.
/// </summary>
/// <remarks>
/// Large products go tile by tile through registers, 6 rows by 64 bytes, over a right-hand matrix packed into panels of that width,
/// as in Goto and van de Geijn, ACM TOMS 34 (2008). Of the two matrices only that one is packed as a whole; the left one is read where it lies.
/// </remarks>
internal static partial class MatrixProduct
{
    // Multiply-adds of a product for which the right-hand matrix is packed.
    private const int WorthPacking = 512;

    /// <summary>Rows of a tile: fewer rows are not worth packing for.</summary>
    public const int TileRows = 6;

    private const int PanelBytes = 64;

    // So many rows of a panel, 25 kB, stay in the first-level cache while left-hand rows stream past; measured best of 132 to 400.
    private const int DepthBlock = 400;

    // Rows of a product that are not shared out, a multiple of those of a tile; large, as each part of the packed matrix is read once for them.
    private const int RowsAtOnce = 512 / TileRows * TileRows;

    /// <summary>Columns of a panel.</summary>
    public static int PanelWidth<T>() => PanelBytes / Unsafe.SizeOf<T>();

    /// <summary>The length of a packed matrix, its columns filled up to whole panels.</summary>
    public static int PackedLength<T>(int depth, int columns) => checked(depth * RoundUp(columns, PanelWidth<T>()));

    /// <summary>The length of the working memory of <see cref="MultiplyTransposed{T}"/> for so many rows of the result.</summary>
    public static int ScratchLength(int rows) => RoundUp(rows, TileRows) * DepthBlock;

    /// <summary>Packs rows of a right-hand matrix.</summary>
    /// <param name="source">The rows: rows x columns.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="packed">Gets them; <see cref="PackedLength"/> long. Rows packed before stay.</param>
    /// <param name="depth">Number of rows of the whole matrix.</param>
    /// <param name="first">Where among them these belong.</param>
    public static void Pack<T>(ReadOnlySpan<T> source, int rows, int columns, Span<T> packed, int depth, int first)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + rows, depth);
        source = source[..checked(rows * columns)];
        packed = packed[..PackedLength<T>(depth, columns)];
        var width = PanelWidth<T>();
        for (var row = 0; row < rows; row++)
        {
            ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (nint)row * columns);
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), (nint)(first + row) * width);
            var column = 0;
            for (; column + width <= columns; column += width)
            {
                var (low, high) = (Vector256.LoadUnsafe(ref from), Vector256.LoadUnsafe(ref from, (nuint)(width / 2)));
                low.StoreUnsafe(ref to);
                high.StoreUnsafe(ref to, (nuint)(width / 2));
                from = ref Unsafe.Add(ref from, width);
                to = ref Unsafe.Add(ref to, (nint)depth * width);
            }

            if (column == columns) continue;
            var last = MemoryMarshal.CreateSpan(ref to, width);
            source.Slice((row * columns) + column, columns - column).CopyTo(last);
            last[(columns - column)..].Clear();
        }
    }

    /// <summary>Packs rows of a right-hand matrix, each number divided as <see cref="Vectors.Divide{T}(Span{T}, int)"/> does it.</summary>
    /// <inheritdoc cref="Pack{T}(ReadOnlySpan{T}, int, int, Span{T}, int, int)"/>
    /// <param name="source">The rows: rows x columns.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="packed">Gets them; <see cref="PackedLength"/> long. Rows packed before stay.</param>
    /// <param name="depth">Number of rows of the whole matrix.</param>
    /// <param name="first">Where among them these belong.</param>
    /// <param name="divisor">By what they are divided, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(ReadOnlySpan<T> source, int rows, int columns, Span<T> packed, int depth, int first, int divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (divisor == 1)
        {
            Pack(source, rows, columns, packed, depth, first);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + rows, depth);
        source = source[..checked(rows * columns)];
        packed = packed[..PackedLength<T>(depth, columns)];
        var width = PanelWidth<T>();
        var scales = int.IsPow2(divisor);
        var by = Vector256.Create(scales ? T.One / T.CreateTruncating(divisor) : T.CreateTruncating(divisor));
        for (var row = 0; row < rows; row++)
        {
            ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (nint)row * columns);
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), (nint)(first + row) * width);
            var column = 0;
            for (; column + width <= columns; column += width)
            {
                var (low, high) = (Vector256.LoadUnsafe(ref from), Vector256.LoadUnsafe(ref from, (nuint)(width / 2)));
                (scales ? low * by : low / by).StoreUnsafe(ref to);
                (scales ? high * by : high / by).StoreUnsafe(ref to, (nuint)(width / 2));
                from = ref Unsafe.Add(ref from, width);
                to = ref Unsafe.Add(ref to, (nint)depth * width);
            }

            if (column == columns) continue;
            var last = MemoryMarshal.CreateSpan(ref to, width);
            for (var j = 0; j < columns - column; j++) last[j] = scales ? Unsafe.Add(ref from, j) * by[0] : Unsafe.Add(ref from, j) / by[0];
            last[(columns - column)..].Clear();
        }
    }

    /// <summary>Packs the transpose of a matrix as a right-hand matrix.</summary>
    /// <param name="source">The matrix: columns x depth.</param>
    /// <param name="depth">Rows of its transpose.</param>
    /// <param name="columns">Columns of its transpose.</param>
    /// <param name="packed">Gets the transpose; <see cref="PackedLength"/> long.</param>
    public static void PackTransposed<T>(ReadOnlySpan<T> source, int depth, int columns, Span<T> packed)
        where T : unmanaged
    {
        source = source[..checked(depth * columns)];
        packed = packed[..PackedLength<T>(depth, columns)];
        var width = PanelWidth<T>();
        for (var column = 0; column < columns; column += width)
        {
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), (nint)column * depth);
            var filled = Math.Min(width, columns - column);
            for (var j = 0; j < filled; j++)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (nint)(column + j) * depth);
                for (var k = 0; k < depth; k++) Unsafe.Add(ref to, (k * (nint)width) + j) = Unsafe.Add(ref from, k);
            }

            for (var k = 0; k < depth && filled < width; k++) MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, (k * (nint)width) + filled), width - filled).Clear();
        }
    }

    /// <summary>C = A B, or C += A B.</summary>
    /// <param name="a">A: rows x depth.</param>
    /// <param name="packed">B, packed: depth x columns.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    /// <param name="cancellation">Ends it early; what C holds then means nothing.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(MatrixRows<T> a, ReadOnlySpan<T> packed, int columns, Span<T> c, bool accumulate, CancellationToken cancellation = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector256.IsHardwareAccelerated) Multiply<T, ProductLanes256<T>>(a, packed, columns, c, accumulate, cancellation);
        else if (Vector128.IsHardwareAccelerated) Multiply<T, ProductLanes128<T>>(a, packed, columns, c, accumulate, cancellation);
        else Multiply<T, ProductLane<T>>(a, packed, columns, c, accumulate, cancellation);
    }

    /// <summary>C = A B for matrices that lie row after row, packed where that pays.</summary>
    /// <param name="a">A: rows x depth.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="b">B: depth x columns.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="cancellation">Ends it early; what C holds then means nothing.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void MultiplyPlain(ReadOnlySpan<double> a, int rows, int depth, ReadOnlySpan<double> b, int columns, Span<double> c, CancellationToken cancellation = default)
    {
        if (rows >= TileRows && columns >= PanelWidth<double>() / 2 && (double)rows * depth * columns >= WorthPacking)
        {
            var packed = ArrayPool<double>.Shared.Rent(PackedLength<double>(depth, columns));

            // So few rows at a time that it can be ended soon.
            for (var row = 0; row < depth; row += RowsAtOnce)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(RowsAtOnce, depth - row);
                Pack(b.Slice(row * columns, count * columns), count, columns, packed.AsSpan(), depth, row);
            }

            for (var row = 0; row < rows; row += RowsAtOnce)
            {
                var count = Math.Min(RowsAtOnce, rows - row);
                Multiply<double>(new MatrixRows<double>(a.Slice(row * depth, count * depth), count, depth), packed, columns, c.Slice(row * columns, count * columns), accumulate: false, cancellation);
            }

            ArrayPool<double>.Shared.Return(packed);
            return;
        }

        c = c[..checked(rows * columns)];
        for (var row = 0; row < rows; row += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(RowsAtOnce, rows - row);
            var from = a.Slice(row * depth, count * depth);
            var to = c.Slice(row * columns, count * columns);
            if (columns == 1)
            {
                MultiplyFewByTransposed(b[..depth], 1, from, to);
                continue;
            }

            to.Clear();
            MultiplyFew(new MatrixRows<double>(from, count, depth), b, columns, to);
        }
    }

    /// <summary>C = A'B, or C += A'B, for some columns of A.</summary>
    /// <param name="a">A: depth x any width.</param>
    /// <param name="first">The first of A's columns that count.</param>
    /// <param name="rows">How many of them count: the rows of C.</param>
    /// <param name="packed">B, packed: depth x columns.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="c">C: rows x columns.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    /// <param name="scratch">Working memory; <see cref="ScratchLength"/> long.</param>
    public static void MultiplyTransposed<T>(MatrixRows<T> a, int first, int rows, ReadOnlySpan<T> packed, int columns, Span<T> c, bool accumulate, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector256.IsHardwareAccelerated) MultiplyTransposed<T, ProductLanes256<T>>(a, first, rows, packed, columns, c, accumulate, scratch);
        else if (Vector128.IsHardwareAccelerated) MultiplyTransposed<T, ProductLanes128<T>>(a, first, rows, packed, columns, c, accumulate, scratch);
        else MultiplyTransposed<T, ProductLane<T>>(a, first, rows, packed, columns, c, accumulate, scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<T, TLanes>(MatrixRows<T> a, ReadOnlySpan<T> packed, int columns, Span<T> c, bool accumulate, CancellationToken cancellation = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        var (rows, depth) = (a.Count, a.Width);
        c = c[..checked(rows * columns)];
        packed = packed[..PackedLength<T>(depth, columns)];
        if (depth == 0 && !accumulate) c.Clear();
        Span<T> edge = stackalloc T[TileRows * PanelWidth<T>()];
        for (var start = 0; start < depth; start += BlockOf(depth))
        {
            var block = Math.Min(BlockOf(depth), depth - start);
            for (var column = 0; column < columns; column += PanelWidth<T>())
            {
                cancellation.ThrowIfCancellationRequested();
                ref var b = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), ((nint)column * depth) + ((nint)start * PanelWidth<T>()));
                for (var row = 0; row < rows; row += TileRows)
                {
                    // Rows that the last tile lacks are computed from its last row, and dropped.
                    var last = rows - 1;
                    Tile<T, TLanes>(
                        ref Unsafe.Add(ref a.Start(row), start),
                        ref Unsafe.Add(ref a.Start(Math.Min(row + 1, last)), start),
                        ref Unsafe.Add(ref a.Start(Math.Min(row + 2, last)), start),
                        ref Unsafe.Add(ref a.Start(Math.Min(row + 3, last)), start),
                        ref Unsafe.Add(ref a.Start(Math.Min(row + 4, last)), start),
                        ref Unsafe.Add(ref a.Start(Math.Min(row + 5, last)), start),
                        1,
                        ref b,
                        block,
                        c,
                        row,
                        column,
                        rows,
                        columns,
                        accumulate || start > 0,
                        edge);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyTransposed<T, TLanes>(MatrixRows<T> a, int first, int rows, ReadOnlySpan<T> packed, int columns, Span<T> c, bool accumulate, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLanes : struct, IProductLanes<TLanes, T>
    {
        var depth = a.Count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + rows, a.Width);
        c = c[..checked(rows * columns)];
        packed = packed[..PackedLength<T>(depth, columns)];
        scratch = scratch[..ScratchLength(rows)];
        if (depth == 0 && !accumulate) c.Clear();
        Span<T> edge = stackalloc T[TileRows * PanelWidth<T>()];
        for (var start = 0; start < depth; start += BlockOf(depth))
        {
            var block = Math.Min(BlockOf(depth), depth - start);
            PackColumns(a, first, rows, start, block, scratch);
            for (var column = 0; column < columns; column += PanelWidth<T>())
            {
                ref var b = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), ((nint)column * depth) + ((nint)start * PanelWidth<T>()));
                for (var row = 0; row < rows; row += TileRows)
                {
                    ref var panel = ref Unsafe.Add(ref MemoryMarshal.GetReference(scratch), (nint)row * block);
                    Tile<T, TLanes>(
                        ref panel,
                        ref Unsafe.Add(ref panel, 1),
                        ref Unsafe.Add(ref panel, 2),
                        ref Unsafe.Add(ref panel, 3),
                        ref Unsafe.Add(ref panel, 4),
                        ref Unsafe.Add(ref panel, 5),
                        TileRows,
                        ref b,
                        block,
                        c,
                        row,
                        column,
                        rows,
                        columns,
                        accumulate || start > 0,
                        edge);
                }
            }
        }
    }

    // The least number of blocks, of the same size but the last.
    private static int BlockOf(int depth)
    {
        var blocks = (depth + DepthBlock - 1) / DepthBlock;
        return (depth + blocks - 1) / blocks;
    }

    // Six columns side by side, row after row; the last six filled up with zeros.
    private static void PackColumns<T>(MatrixRows<T> a, int first, int rows, int start, int block, Span<T> scratch)
        where T : unmanaged
    {
        ref var target = ref MemoryMarshal.GetReference(scratch);
        var whole = rows - (rows % TileRows);
        for (var k = 0; k < block; k++)
        {
            ref var from = ref Unsafe.Add(ref a.Start(start + k), first);
            ref var to = ref Unsafe.Add(ref target, k * TileRows);
            for (var row = 0; row < whole; row += TileRows)
            {
                Unsafe.CopyBlockUnaligned(
                    ref Unsafe.As<T, byte>(ref Unsafe.Add(ref to, (nint)row * block)),
                    ref Unsafe.As<T, byte>(ref Unsafe.Add(ref from, row)),
                    (uint)(TileRows * Unsafe.SizeOf<T>()));
            }

            if (whole == rows) continue;
            var last = scratch.Slice((whole * block) + (k * TileRows), TileRows);
            last.Clear();
            for (var row = whole; row < rows; row++) last[row - whole] = Unsafe.Add(ref from, row);
        }
    }

    private static int RoundUp(int count, int unit) => checked((count + unit - 1) / unit * unit);
}
