using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// What all blocks of some rows of data share while a tape is run over them: what does not vary, the packed matrices of products, and the
/// results of these rows.
/// </summary>
/// <param name="tape">The tape.</param>
internal sealed class RowPiece(ArrayTape tape)
{
    // Rows of a matrix whose packing is one part of the work; a transpose is packed in one go.
    private const int RowsPackedAtOnce = 200;

    private readonly double[] _arena = tape.NewArena();
    private readonly double[][] _packed = Array.ConvertAll(tape.Rows.Factors, static _ => Array.Empty<double>());
    private readonly (int Factor, int First)[] _packingParts =
    [
        .. tape.Rows.Factors.SelectMany(static (factor, f) => Enumerable.Range(0, factor.IsTransposed ? 1 : (factor.Depth + RowsPackedAtOnce - 1) / RowsPackedAtOnce).Select(part => (f, part * RowsPackedAtOnce))),
    ];

    private readonly ReadOnlyMemory<double>[] _columns = new ReadOnlyMemory<double>[tape.Rows.Columns.Names.Count];
    private readonly bool[] _isRead = tape.FindRead();
    private double[] _inputs = [];
    private int[] _picks = [];
    private double[] _kept = [];
    private int _capacity;

    public ArrayTape Tape => tape;

    /// <summary>What does not vary by row.</summary>
    public double[] Arena => _arena;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Whether products are made with packed matrices: not for a few rows.</summary>
    public bool IsPacked { get; private set; }

    /// <summary>Number of parts of the packing of matrices; none when products are not packed.</summary>
    public int PackingParts => IsPacked ? _packingParts.Length : 0;

    /// <summary>Takes the values of what does not vary, and computes all that depends on them alone. Then <see cref="Pack"/> has to follow, part by part.</summary>
    /// <param name="inputs">The elements of the inputs of the tape, in order.</param>
    /// <param name="columns">For each variable that varies, its elements row after row.</param>
    /// <param name="rowCount">For how many rows.</param>
    /// <param name="mostRows">The most of them at a time.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void SetPoint(double[] inputs, ReadOnlyMemory<double>[] columns, int rowCount, int mostRows, CancellationToken cancellation)
    {
        columns.CopyTo(_columns, 0);
        _inputs = inputs;
        mostRows = Math.Min(mostRows, rowCount);
        if (_capacity < mostRows)
        {
            _capacity = mostRows;
            _picks = new int[mostRows];
            _kept = GC.AllocateUninitializedArray<double>(checked(mostRows * tape.Rows.KeptLength));
        }

        IsPacked = rowCount >= MatrixProduct.TileRows;
        if (!IsPacked)
        {
            tape.RunIn(_arena, inputs, cancellation);
            return;
        }

        // A large matrix that is only packed is not copied before.
        for (var i = 0; i < _isRead.Length; i++)
        {
            var range = tape.Inputs.ElementsOf(i);
            if (_isRead[i]) inputs.AsSpan(range).CopyTo(_arena.AsSpan(range));
        }

        tape.RunIn(_arena, cancellation);
        for (var i = 0; i < _packed.Length; i++)
        {
            var factor = tape.Rows.Factors[i];
            if (_packed[i].Length == 0) _packed[i] = new double[MatrixProduct.PackedLength<double>(factor.Depth, factor.Columns)];
        }
    }

    /// <summary>Packs a part of the matrices of products.</summary>
    /// <param name="part">Which, below <see cref="PackingParts"/>.</param>
    public void Pack(int part)
    {
        var (f, first) = _packingParts[part];
        var (place, depth, columns, isTransposed) = tape.Rows.Factors[f];
        var matrix = (place.Start < tape.Inputs.Length ? _inputs : _arena).AsSpan(place.Start, place.Length);
        if (isTransposed)
        {
            MatrixProduct.PackTransposed<double>(matrix, depth, columns, _packed[f]);
            return;
        }

        var rows = Math.Min(RowsPackedAtOnce, depth - first);
        MatrixProduct.Pack<double>(matrix.Slice(first * columns, rows * columns), rows, columns, _packed[f], depth, first);
    }

    /// <summary>Goes to some rows.</summary>
    /// <param name="rows">Indices of the rows of the data, no more than was said.</param>
    public void SetRows(ReadOnlySpan<int> rows)
    {
        rows.CopyTo(_picks);
        Count = rows.Length;
    }

    /// <summary>A matrix of products, packed.</summary>
    public ReadOnlySpan<double> Packed(int factor) => _packed[factor];

    /// <summary>The elements of a result of some of the rows, row after row.</summary>
    public Span<double> Kept(ArrayTape.Place place, int first, int count) =>
        _kept.AsSpan((place.Start * _capacity) + (first * place.Pitch), count * place.Pitch);

    /// <summary>The elements of a variable or result in some of the rows.</summary>
    public MatrixRows<double> RowsOf(ArrayTape.Place place, int first, int count)
    {
        if (place.Storage == ArrayTape.Storage.Column) return new MatrixRows<double>(_columns[place.Start].Span, _picks.AsSpan(first, count), place.Pitch);
        return new MatrixRows<double>(Kept(place, first, count), count, place.Pitch);
    }
}
