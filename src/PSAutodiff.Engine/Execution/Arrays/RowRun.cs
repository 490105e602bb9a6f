using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// Runs a program over rows, with memory that it keeps; one thread at a time may use it. Rows are worked off in pieces: first all that is computed for
/// each row, in blocks of rows that threads share out; then what is summed over the rows of the piece, parts of the sums by parts. A
/// sum is one chain from the first row to the last, so neither threads nor the sizes of blocks and pieces make any difference to the bits.
/// </summary>
/// <typeparam name="T">The numbers of data, inputs and products, in which sums of products are formed: double, or float for a program in single precision.</typeparam>
internal sealed class RowRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most rows of a block unless all its values fit the cache.</summary>
    public const int UsualBlock = 11 * MatrixProduct.TileRows;

    private const int LargestBlock = 16 * UsualBlock;

    private const int BlocksInPiece = 8;

    private const int BytesInCache = 1 << 18;

    // The most numbers of a block of several rows: long rows gain nothing from company.
    private const int MostInBlock = 1 << 23;

    // Numbers in the results of a piece, as far as its rows are not one block.
    private const int MostKept = 1 << 22;

    // The columns of a left-hand matrix whose products are one part of the work.
    private const int ColumnsInPart = 6 * MatrixProduct.TileRows;

    // Elements computed in a piece that are worth a second thread.
    private const double SharedWork = 1 << 20;

    private readonly RowProgram _program;
    private readonly RowPiece<T> _piece;
    private readonly RowBlock<T>?[] _blocks;
    private readonly T[][] _scratch;
    private readonly T[][] _few;
    private readonly T[][] _packed;

    // Sums that do not belong where they are wanted before they are in the other precision.
    private readonly T[][] _narrowSums;
    private readonly double[][] _wideSums;
    private readonly double[][] _wideRows;
    private readonly double[] _restArena;
    private readonly long[][] _scatterSizes;
    private readonly (int Sum, int First)[] _parts;
    private readonly ThreadTeam _team;
    private readonly int[] _partEnds;
    private readonly int[] _packingEnds;
    private readonly double _workOfRow;
    private readonly int _blockRows;
    private readonly int _pieceRows;
    private readonly int _threads;
    private T[] _results = [];
    private double[] _last = [];
    private Phase _phase;
    private bool _continues;
    private bool _ends;
    private int _block;
    private int _divisor;
    private CancellationToken _cancellation;

    /// <summary>Makes memory.</summary>
    /// <param name="program">What is run.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    /// <param name="blockRows">Rows in a block; 0 for what suits the cache.</param>
    public RowRun(RowProgram program, int threads, int blockRows = 0)
    {
        (_program, _threads) = (program, threads);
        _piece = new RowPiece<T>(program.Rows);
        _blocks = new RowBlock<T>?[threads];
        _scratch = new T[threads][];
        _few = [.. Enumerable.Repeat(Array.Empty<T>(), threads)];
        _scatterSizes = Array.ConvertAll(program.Sums, static sum => new[] { sum.Shape.Rows });
        _workOfRow = program.WorkOfRow;
        var part = program.Rows.Rows;
        _blockRows = blockRows > 0 ? blockRows : Math.Clamp(BytesInCache / sizeof(double) / Math.Max(1, part.RowLength + part.NarrowRowLength + part.AllKept), UsualBlock, LargestBlock);

        // No block and no piece takes more memory than there may be in one array.
        var most = Math.Max(1, Array.MaxLength / 4 / Math.Max(1, Math.Max(part.RowLength + part.NarrowRowLength, part.AllKept)));
        _blockRows = Math.Min(_blockRows, most);
        if (blockRows == 0) _blockRows = Math.Min(_blockRows, Math.Max(MatrixProduct.TileRows, MostInBlock / Math.Max(1, part.RowLength + part.NarrowRowLength)));
        if (blockRows == 0 && _blockRows > MatrixProduct.TileRows) _blockRows -= _blockRows % MatrixProduct.TileRows;
        _pieceRows = Math.Min(most, Math.Max(_blockRows, Math.Min(BlocksInPiece * _blockRows, MostKept / Math.Max(1, part.AllKept))));
        FreeMemory.Require(((double)(part.RowLength + part.NarrowRowLength) * _blockRows * threads) + ((double)part.AllKept * _pieceRows), "The arrays of a few rows have");
        _packed = Array.ConvertAll(program.Sums, static _ => Array.Empty<T>());
        _wideRows = [.. Enumerable.Repeat(Array.Empty<double>(), threads)];
        _narrowSums = new T[program.Sums.Length][];
        _wideSums = new double[program.Sums.Length][];
        for (var s = 0; s < program.Sums.Length && typeof(T) != typeof(double); s++)
        {
            if (IsNarrow(s)) _narrowSums[s] = new T[LengthOf(s)];
            else _wideSums[s] = new double[LengthOf(s)];
        }

        _parts =
        [
            .. program.Sums.SelectMany((sum, s) => sum.Kind == RowSumKind.Product ? Enumerable.Range(0, (WidthOf(sum.X, sum) + PartOf(sum) - 1) / PartOf(sum)).Select(at => (s, at * PartOf(sum))) : [(s, 0)]),
        ];
        _restArena = program.Rest?.Tape.NewArena() ?? [];
        _team = new ThreadTeam(Do, threads);
        _partEnds = ThreadTeam.Ends(Array.ConvertAll(_parts, WorkOfPart), threads);
        _packingEnds = ThreadTeam.Ends(_piece.PackingWorks, threads);
    }

    /// <summary>Those who share the work.</summary>
    public ThreadTeam Team => _team;

    /// <summary>Gives the elements of some variables for the rows of each piece, before it is run; the first of them are given for all rows.</summary>
    public IPieceColumns<T>? OfPiece { get; init; }

    /// <summary>Whether threads share work however small it is.</summary>
    public bool SharesAll { get; init; }

    private enum Phase
    {
        Packing,
        Rows,
        Sums,
    }

    /// <summary>The sums over rows, or their means.</summary>
    /// <param name="inputs">The elements of what does not vary.</param>
    /// <param name="columns">For each variable that varies, its elements row after row.</param>
    /// <param name="rows">Indices of the rows; at least one.</param>
    /// <param name="isMean">Whether sums are divided by the number of rows: the factors of products before they are multiplied.</param>
    /// <param name="results">Gets the elements of all sums, in order, as far as it is long.</param>
    /// <param name="last">Gets the elements of the last sums that do not belong to the results.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Sum(T[] inputs, ReadOnlyMemory<T>[] columns, ReadOnlySpan<int> rows, bool isMean, T[] results, double[] last, CancellationToken cancellation)
    {
        (_results, _last) = (results, last);
        _divisor = isMean ? rows.Length : 1;
        Begin(inputs, columns, rows.Length, cancellation);
        for (var start = 0; start < rows.Length; start += _pieceRows)
        {
            var piece = rows.Slice(start, Math.Min(_pieceRows, rows.Length - start));
            (_continues, _ends) = (start > 0, start + piece.Length == rows.Length);
            Reserve(piece.Length);
            Run(piece);
            Do(Phase.Sums, _parts.Length, Shares(piece.Length));
            cancellation.ThrowIfCancellationRequested();
        }

        if (typeof(T) != typeof(double)) Convert();
        if (_program.Rest is not { } rest) return;
        foreach (var (from, to) in rest.Given) Vectors.Widen<T>(inputs.AsSpan(from), _restArena.AsSpan(to));
        if (rest.Count >= 0) _restArena[rest.Count] = rows.Length / (double)_divisor;
        rest.Tape.RunIn(_restArena, cancellation);
        for (var i = 0; i < rest.Results.Length; i++)
        {
            var place = rest.Tape.Outputs[i];
            var start = rest.Results[i];
            if (start < _results.Length) Vectors.Narrow<T>(place.In(_restArena), _results.AsSpan(start, place.Length));
            else place.In(_restArena).CopyTo(_last.AsSpan(start - _results.Length));
        }
    }

    /// <summary>The values of all rows.</summary>
    /// <param name="inputs">The elements of what does not vary.</param>
    /// <param name="columns">For each variable that varies, its elements row after row.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="results">For each result, gets its elements row after row.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Evaluate(T[] inputs, ReadOnlyMemory<T>[] columns, int rowCount, double[][] results, CancellationToken cancellation)
    {
        Begin(inputs, columns, rowCount, cancellation);
        var rows = new int[Math.Min(rowCount, _pieceRows)];
        for (var start = 0; start < rowCount; start += _pieceRows)
        {
            var count = Math.Min(_pieceRows, rowCount - start);
            for (var i = 0; i < count; i++) rows[i] = start + i;
            Run(rows.AsSpan(0, count));
            for (var i = 0; i < results.Length; i++)
            {
                var place = _program.Rows.Outputs[i];
                var target = results[i].AsSpan(start * place.Length, count * place.Length);
                if (place.Storage == ArrayTape.Storage.Kept) _piece.Kept(place, 0, count).CopyTo(target);
                else if (place.Varies) WidenRows(_piece.RowsOf(place, 0, count), target);
                else Vectors.Repeat<double>(place.In(_piece.Arena), target);
            }
        }
    }

    private static void CopyRows(MatrixRows<T> rows, Span<T> target)
    {
        if (rows.InOrder is { Length: > 0 } all)
        {
            all.CopyTo(target);
            return;
        }

        for (var i = 0; i < rows.Count; i++) rows[i].CopyTo(target[(i * rows.Width)..]);
    }

    private static void WidenRows(MatrixRows<T> rows, Span<double> target)
    {
        for (var i = 0; i < rows.Count; i++) Vectors.Widen(rows[i], target[(i * rows.Width)..]);
    }

    private void Begin(T[] inputs, ReadOnlyMemory<T>[] columns, int rowCount, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _cancellation = cancellation;
        _piece.SetPoint(inputs, columns, rowCount, _pieceRows, cancellation);
        Do(Phase.Packing, _piece.PackingParts, Shares(rowCount));
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>All that is computed for each row of a piece.</summary>
    private void Run(ReadOnlySpan<int> rows)
    {
        _piece.SetRows(rows);
        for (var column = 0; OfPiece is not null && column < _program.Rows.Rows.Columns.Names.Count; column++)
        {
            if (OfPiece.Fill(column, rows) is { Length: > 0 } elements) _piece.SetColumn(column, elements);
        }

        var shares = Shares(rows.Length);
        _block = _blockRows;
        if (shares)
        {
            // Whole tiles, as many for each thread.
            var tiles = (rows.Length + MatrixProduct.TileRows - 1) / MatrixProduct.TileRows;
            _block = Math.Min(_block, (tiles + _threads - 1) / _threads * MatrixProduct.TileRows);
        }

        Do(Phase.Rows, (rows.Length + _block - 1) / _block, shares);
        _cancellation.ThrowIfCancellationRequested();
    }

    private bool Shares(int rows) => _threads > 1 && (SharesAll || rows * _workOfRow >= SharedWork);

    private void Do(Phase phase, int units, bool shares)
    {
        _phase = phase;
        if (shares)
        {
            _team.Run(units, phase switch
            {
                Phase.Packing when units > 0 => _packingEnds,
                Phase.Sums => _partEnds,
                _ => null,
            });
            return;
        }

        for (var unit = 0; unit < units; unit++) Do(unit, 0);
    }

    private void Do(int unit, int worker)
    {
        if (_cancellation.IsCancellationRequested) return;
        switch (_phase)
        {
            case Phase.Packing:
                _piece.Pack(unit);
                return;
            case Phase.Sums:
                Sum(_parts[unit].Sum, _parts[unit].First, worker);
                return;
        }

        var first = unit * _block;
        var count = Math.Min(_block, _piece.Count - first);
        if (_blocks[worker] is not { } block || block.Capacity < _block) _blocks[worker] = block = new RowBlock<T>(_piece, _block);
        try
        {
            block.Run(first, count, _cancellation);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.IndexInvalid)
        {
            FindFault(block, first, count);
            throw;
        }

        for (var s = 0; s < _packed.Length; s++)
        {
            if (IsPacked(_program.Sums[s], _piece.Count)) Pack(s, first, count);
        }
    }

    /// <summary>Says which row of a block it is whose computed numbers choose nothing.</summary>
    private void FindFault(RowBlock<T> block, int first, int count)
    {
        for (var row = first; row < first + count; row++)
        {
            try
            {
                block.Run(row, 1, _cancellation);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.IndexInvalid)
            {
                throw FaultOf(row, exception);
            }
        }
    }

    private RowFaultException FaultOf(int row, AutodiffException exception) => new(exception.ErrorId, _piece.RowAt(row), _piece.RowAt(row) + 1, exception.Message);

    private bool IsPacked(in RowSum sum, int rows) => sum is { Kind: RowSumKind.Product, HasFew: false } && rows * sum.Depth >= MatrixProduct.TileRows && WidthOf(sum.Y, sum) > 1;

    // The columns of a left-hand matrix whose products are one part of the work: more where the right-hand one has one column, which each part divides by itself.
    private int PartOf(in RowSum sum) => WidthOf(sum.Y, sum) == 1 ? 16 * ColumnsInPart : ColumnsInPart;

    // Memory for packed right-hand matrices of all rows of a piece.
    private void Reserve(int rows)
    {
        for (var s = 0; s < _packed.Length; s++)
        {
            var sum = _program.Sums[s];
            if (!IsPacked(sum, rows)) continue;
            var length = MatrixProduct.PackedLength<T>(rows * sum.Depth, WidthOf(sum.Y, sum));
            if (_packed[s].Length < length) _packed[s] = GC.AllocateUninitializedArray<T>(length);
        }
    }

    // Rows of a right-hand matrix, when they have been computed.
    private void Pack(int number, int first, int count)
    {
        var sum = _program.Sums[number];
        var (width, depth) = (WidthOf(sum.Y, sum), _piece.Count * sum.Depth);
        var packed = _packed[number].AsSpan(0, MatrixProduct.PackedLength<T>(depth, width));
        var place = _program.Rows.Outputs[sum.Y];
        if (place.Storage == ArrayTape.Storage.Column)
        {
            var rows = RowsOf(sum.Y, sum);
            for (var row = first; row < first + count; row++) MatrixProduct.Pack(rows[row], 1, width, packed, depth, row, _divisor);
        }
        else
        {
            MatrixProduct.Pack<T>(_piece.Operand(place, first, count), count * sum.Depth, width, packed, depth, first * sum.Depth, _divisor);
        }
    }

    /// <summary>A part of a sum over the rows of a piece, added to those before.</summary>
    private void Sum(int number, int first, int worker)
    {
        var sum = _program.Sums[number];
        if (sum.Kind == RowSumKind.Product)
        {
            var width = WidthOf(sum.Y, sum);
            var count = Math.Min(PartOf(sum), WidthOf(sum.X, sum) - first);
            Multiply(sum, number, first, count, NarrowTarget(number).Slice(first * width, count * width), worker);
        }
        else if (IsNarrow(number))
        {
            var target = NarrowTarget(number);
            if (!_continues) target.Clear();
            var place = _program.Rows.Outputs[sum.X];
            if (place.Storage == ArrayTape.Storage.NarrowKept) Vectors.AddRows<T>(target, _piece.Operand(place, 0, _piece.Count));
            else for (var row = 0; row < _piece.Count; row++) Vectors.Add(target, _piece.RowsOf(place, row, 1)[0]);
            if (_ends && _divisor > 1) Vectors.Divide(target, _divisor);
        }
        else
        {
            var target = WideTarget(number);
            if (!_continues) target.Clear();
            if (sum.Kind == RowSumKind.Scatter) Scatter(sum, number, target, worker);
            else AddRows(_program.Rows.Outputs[sum.X], target);
            if (_ends && _divisor > 1) Vectors.Divide(target, (double)_divisor);
        }
    }

    private void AddRows(in ArrayTape.Place place, Span<double> target)
    {
        if (place.Storage == ArrayTape.Storage.Kept)
        {
            Vectors.AddRows<double>(target, _piece.Kept(place, 0, _piece.Count));
            return;
        }

        var rows = _piece.RowsOf(place, 0, _piece.Count);
        for (var row = 0; row < rows.Count; row++) Vectors.Add(target, MemoryMarshal.Cast<T, double>(rows[row]));
    }

    private void Multiply(in RowSum sum, int number, int first, int count, Span<T> target, int worker)
    {
        var left = RowsOf(sum.X, sum);
        var width = WidthOf(sum.Y, sum);
        if (sum.HasFew)
        {
            if (_few[worker].Length < width) _few[worker] = new T[width];
            MatrixProduct.MultiplyFewElementsTransposed(left, first, count, RowsOf(sum.Y, sum), _divisor, target, _continues, _few[worker]);
            return;
        }

        if (IsPacked(sum, _piece.Count))
        {
            var scratch = _scratch[worker] ??= new T[MatrixProduct.ScratchLength(ColumnsInPart)];
            MatrixProduct.MultiplyTransposed(left, first, count, _packed[number], width, target, _continues, scratch);
            return;
        }

        var right = RowsOf(sum.Y, sum);
        ref var memory = ref _few[worker];
        if (memory.Length < right.Count * width) memory = new T[right.Count * width];
        var few = memory.AsSpan(0, right.Count * width);
        CopyRows(right, few);
        if (_divisor > 1) Vectors.Divide(few, _divisor);
        if (width == 1) MatrixProduct.MultiplyColumnTransposed<T>(left, first, few, target, _continues);
        else MatrixProduct.MultiplyFewTransposed<T>(left, first, count, few, width, target, _continues);
    }

    private void Scatter(in RowSum sum, int number, Span<double> target, int worker)
    {
        var (elements, places) = (_program.Rows.Outputs[sum.X], _program.Rows.Outputs[sum.Y]);
        for (var row = 0; row < _piece.Count; row++)
        {
            var x = elements.Varies ? WideRow(elements, row, worker) : elements.In(_piece.Arena);
            var operands = new ArrayOperands { X = x, Y = WideRow(places, row, worker), ShapeX = elements.Shape, ShapeY = places.Shape, Shape = sum.Shape, Indices = _scatterSizes[number] };
            try
            {
                OperationOf<ScatterOperation>.Instance.Add(operands, target);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.IndexInvalid)
            {
                throw FaultOf(row, exception);
            }
        }
    }

    // Only what goes into products too is in their precision, never whole numbers that choose places.
    private ReadOnlySpan<double> WideRow(ArrayTape.Place place, int row, int worker)
    {
        if (place.Storage == ArrayTape.Storage.Kept) return _piece.Kept(place, row, 1);
        var given = _piece.RowsOf(place, row, 1)[0];
        if (typeof(T) == typeof(double)) return MemoryMarshal.Cast<T, double>(given);
        ref var memory = ref _wideRows[worker];
        if (memory.Length < given.Length) memory = new double[given.Length];
        Vectors.Widen(given, memory);
        return memory.AsSpan(0, given.Length);
    }

    // Sums in single precision: of products, and of what goes into them.
    private bool IsNarrow(int sum) => typeof(T) != typeof(double) &&
        (_program.Sums[sum].Kind == RowSumKind.Product || (_program.Sums[sum].Kind == RowSumKind.Sum && _program.Rows.Outputs[_program.Sums[sum].X].Storage != ArrayTape.Storage.Kept));

    private Span<T> NarrowTarget(int sum)
    {
        var (start, isResult) = _program.Targets[sum];
        if (isResult && start < _results.Length) return _results.AsSpan(start, LengthOf(sum));
        return typeof(T) == typeof(double) ? MemoryMarshal.Cast<double, T>(WideTarget(sum)) : _narrowSums[sum];
    }

    private Span<double> WideTarget(int sum)
    {
        var ((start, isResult), length) = (_program.Targets[sum], LengthOf(sum));
        if (!isResult) return _restArena.AsSpan(start, length);
        if (start >= _results.Length) return _last.AsSpan(start - _results.Length, length);
        return typeof(T) == typeof(double) ? MemoryMarshal.Cast<T, double>(_results.AsSpan(start, length)) : _wideSums[sum];
    }

    /// <summary>Puts sums where they belong that were formed in another precision than is wanted there.</summary>
    private void Convert()
    {
        for (var sum = 0; sum < _narrowSums.Length; sum++)
        {
            var isDirect = _program.Targets[sum] is { IsResult: true } target && target.Start < _results.Length;
            if (IsNarrow(sum) && !isDirect) Vectors.Widen<T>(NarrowTarget(sum), WideTarget(sum));
            else if (!IsNarrow(sum) && isDirect) Vectors.Narrow(WideTarget(sum), NarrowTarget(sum));
        }
    }

    private double WorkOfPart((int Sum, int First) part)
    {
        var sum = _program.Sums[part.Sum];
        if (sum.Kind != RowSumKind.Product) return _program.Rows.Outputs[sum.X].Length;
        return (double)Math.Min(PartOf(sum), WidthOf(sum.X, sum) - part.First) * WidthOf(sum.Y, sum) * sum.Depth;
    }

    private int LengthOf(int sum) => (int)_program.Sums[sum].Shape.Count;

    private int WidthOf(int root, in RowSum sum) => _program.Rows.Outputs[root].Length / sum.Depth;

    // The matrices of all rows of a piece below each other.
    private MatrixRows<T> RowsOf(int root, in RowSum sum)
    {
        var place = _program.Rows.Outputs[root];
        if (sum.Depth == 1) return _piece.RowsOf(place, 0, _piece.Count);
        return new MatrixRows<T>(_piece.Operand(place, 0, _piece.Count), _piece.Count * sum.Depth, place.Length / sum.Depth);
    }
}
