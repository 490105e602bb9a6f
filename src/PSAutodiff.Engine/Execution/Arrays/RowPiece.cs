using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// What all blocks of some rows of data share while a tape is run over them: what does not vary, the packed matrices of products, and the
/// results of these rows.
/// </summary>
/// <typeparam name="T">The numbers of data, inputs and products: double or float.</typeparam>
/// <param name="tape">The tape, in that precision.</param>
internal sealed class RowPiece<T>(ArrayTape tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows of a matrix, as it lies, whose packing is one part of the work: whole panels of a transpose.
    private const int LinesPackedAtOnce = 48;

    private readonly double[] _arena = tape.NewArena();
    private readonly T[][] _packed = Array.ConvertAll(tape.Rows.Factors, static _ => Array.Empty<T>());

    // Matrices that are computed, in the precision of products.
    private readonly T[][] _computed = Array.ConvertAll(tape.Rows.Factors, static _ => Array.Empty<T>());
    private readonly (int Factor, int First)[] _packingParts =
    [
        .. tape.Rows.Factors.SelectMany(static (factor, f) => Enumerable.Range(0, factor.Columns == 1 ? 0 : (factor.Lines + LinesPackedAtOnce - 1) / LinesPackedAtOnce).Select(part => (f, part * LinesPackedAtOnce))),
    ];

    private readonly ReadOnlyMemory<T>[] _columns = new ReadOnlyMemory<T>[tape.Rows.Columns.Names.Count];

    // Which variables are given anew for the rows of each piece.
    private readonly bool[] _isOfPiece = new bool[tape.Rows.Columns.Names.Count];
    private readonly bool[] _isRead = tape.FindRead();
    private T[] _inputs = [];
    private int[] _picks = [];
    private double[] _kept = [];
    private T[] _narrowKept = [];
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

    /// <summary>The work of these parts.</summary>
    public double[] PackingWorks => Array.ConvertAll(_packingParts, part =>
    {
        var factor = tape.Rows.Factors[part.Factor];
        return (double)Math.Min(LinesPackedAtOnce, factor.Lines - part.First) * factor.Place.Length / factor.Lines;
    });

    /// <summary>Takes the values of what does not vary, and computes all that depends on them alone. Then <see cref="Pack"/> has to follow, part by part.</summary>
    /// <param name="inputs">The elements of the inputs of the tape, in order.</param>
    /// <param name="columns">For each variable that varies, its elements row after row.</param>
    /// <param name="rowCount">For how many rows.</param>
    /// <param name="mostRows">The most of them at a time.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void SetPoint(T[] inputs, ReadOnlyMemory<T>[] columns, int rowCount, int mostRows, CancellationToken cancellation)
    {
        columns.AsSpan(0, _columns.Length).CopyTo(_columns);
        Array.Clear(_isOfPiece);
        _inputs = inputs;
        mostRows = Math.Min(mostRows, rowCount);
        if (_capacity < mostRows)
        {
            _capacity = mostRows;
            _picks = new int[mostRows];
            _kept = GC.AllocateUninitializedArray<double>(checked(mostRows * tape.Rows.KeptLength));
            _narrowKept = GC.AllocateUninitializedArray<T>(checked(mostRows * tape.Rows.NarrowKeptLength));
        }

        // A large matrix that is only multiplied is not copied before.
        for (var i = 0; i < _isRead.Length; i++)
        {
            var range = tape.Inputs.ElementsOf(i);
            if (_isRead[i]) Vectors.Widen<T>(inputs.AsSpan(range), _arena.AsSpan(range));
        }

        tape.RunIn(_arena, cancellation);
        for (var i = 0; i < _computed.Length && typeof(T) != typeof(double); i++)
        {
            var place = tape.Rows.Factors[i].Place;
            if (IsInput(place)) continue;
            if (_computed[i].Length == 0) _computed[i] = new T[place.Length];
            Vectors.Narrow<T>(place.In(_arena), _computed[i]);
        }

        IsPacked = rowCount >= MatrixProduct.TileRows;
        for (var i = 0; i < _packed.Length && IsPacked; i++)
        {
            var factor = tape.Rows.Factors[i];
            if (_packed[i].Length == 0 && factor.Columns > 1) _packed[i] = new T[MatrixProduct.PackedLength<T>(factor.Depth, factor.Columns)];
        }
    }

    /// <summary>Packs a part of the matrices of products.</summary>
    /// <param name="part">Which, below <see cref="PackingParts"/>.</param>
    public void Pack(int part)
    {
        var (f, first) = _packingParts[part];
        var (_, depth, columns, isTransposed) = tape.Rows.Factors[f];
        var lines = Math.Min(LinesPackedAtOnce, tape.Rows.Factors[f].Lines - first);
        if (isTransposed)
        {
            MatrixProduct.PackTransposed(Factor(f).Slice(first * depth, lines * depth), depth, lines, _packed[f].AsSpan(first * depth, MatrixProduct.PackedLength<T>(depth, lines)));
            return;
        }

        MatrixProduct.Pack(Factor(f).Slice(first * columns, lines * columns), lines, columns, _packed[f], depth, first);
    }

    /// <summary>A matrix of products as it lies.</summary>
    public ReadOnlySpan<T> Factor(int factor)
    {
        var place = tape.Rows.Factors[factor].Place;
        if (IsInput(place)) return _inputs.AsSpan(place.Start, place.Length);
        return typeof(T) == typeof(double) ? MemoryMarshal.Cast<double, T>(place.In(_arena)) : _computed[factor];
    }

    private bool IsInput(in ArrayTape.Place place) => place.Start < tape.Inputs.Length;

    /// <summary>Goes to some rows.</summary>
    /// <param name="rows">Indices of the rows of the data, no more than was said.</param>
    public void SetRows(ReadOnlySpan<int> rows)
    {
        rows.CopyTo(_picks);
        Count = rows.Length;
    }

    /// <summary>Takes a variable's elements for the rows of this piece alone, row after row.</summary>
    public void SetColumn(int column, ReadOnlyMemory<T> elements) => (_columns[column], _isOfPiece[column]) = (elements, true);

    /// <summary>The index of a row in the data.</summary>
    public int RowAt(int row) => _picks[row];

    /// <summary>A matrix of products, packed; those with one column are not.</summary>
    public ReadOnlySpan<T> Packed(int factor) => _packed[factor];

    /// <summary>The elements of a result of some of the rows, row after row.</summary>
    public Span<double> Kept(ArrayTape.Place place, int first, int count) =>
        _kept.AsSpan((place.Start * _capacity) + (first * place.Pitch), count * place.Pitch);

    /// <summary>The same of one that is in the precision of products.</summary>
    public Span<T> Operand(ArrayTape.Place place, int first, int count) => place.IsNarrow
        ? _narrowKept.AsSpan((place.Start * _capacity) + (first * place.Pitch), count * place.Pitch)
        : MemoryMarshal.Cast<double, T>(Kept(place, first, count));

    /// <summary>The elements of a variable, or of a result in the precision of products, in some of the rows.</summary>
    public MatrixRows<T> RowsOf(ArrayTape.Place place, int first, int count) => place.Storage != ArrayTape.Storage.Column ? new MatrixRows<T>(Operand(place, first, count), count, place.Pitch)
        : _isOfPiece[place.Start] ? new MatrixRows<T>(_columns[place.Start].Span[(first * place.Pitch)..], count, place.Pitch)
        : new MatrixRows<T>(_columns[place.Start].Span, _picks.AsSpan(first, count), place.Pitch);
}
