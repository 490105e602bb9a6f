using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// Runs what varies by row for blocks of rows, with the memory of one thread. Each instruction is done for all rows of a block before the
/// next: element by element over all their elements, products with what does not vary as one product. The size of a block makes no difference to the bits.
/// </summary>
/// <typeparam name="T">The numbers of data, inputs and products: double or float.</typeparam>
internal sealed class RowBlock<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Calls for each row cost less than copies of it.
    private const int LongRow = 32;

    // Elements of a matrix whose product with a row takes a while.
    private const int LargeFactor = 1 << 20;

    private readonly RowPiece<T> _piece;
    private readonly int _capacity;
    private readonly double[] _memory;
    private readonly T[] _narrow;
    private T[] _begin = [];
    private readonly double[][] _stretched = [[], [], []];
    private int _first;
    private int _count;

    /// <param name="piece">The rows.</param>
    /// <param name="capacity">The most rows of a block.</param>
    public RowBlock(RowPiece<T> piece, int capacity)
    {
        (_piece, _capacity) = (piece, capacity);
        _memory = GC.AllocateUninitializedArray<double>(checked(piece.Tape.Rows.RowLength * capacity));
        _narrow = GC.AllocateUninitializedArray<T>(checked(piece.Tape.Rows.NarrowRowLength * capacity));
    }

    /// <summary>The most rows of a block.</summary>
    public int Capacity => _capacity;

    /// <summary>Computes a block.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Ends it early.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int first, int count, CancellationToken cancellation)
    {
        (_first, _count) = (first, count);
        foreach (ref readonly var instruction in _piece.Tape.Rows.Instructions.AsSpan())
        {
            cancellation.ThrowIfCancellationRequested();
            switch (instruction.Way)
            {
                case ArrayTape.Way.Copied:
                    Copy(instruction);
                    break;
                case ArrayTape.Way.Product:
                    Multiply(instruction, cancellation);
                    break;
                case ArrayTape.Way.Converted:
                    Convert(instruction.X, instruction.Target);
                    break;
                case var _ when instruction.Target.IsNarrow:
                    ApplyNarrow(instruction);
                    break;
                case ArrayTape.Way.Both when instruction.Operation is SoftmaxOperation:
                    SoftmaxOperation.WithLogSumExp(In(instruction.X), instruction.X.Length, In(instruction.Target), In(instruction.Y));
                    break;
                case ArrayTape.Way.Both:
                    instruction.Operation.Shares[instruction.Factor].Blocks(In(instruction.X), In(instruction.Y), In(instruction.Target));
                    break;
                default:
                    Apply(instruction, cancellation);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(in ArrayTape.Instruction instruction, CancellationToken cancellation)
    {
        var (x, y, z) = (instruction.X, instruction.Y, instruction.Z);
        var result = In(instruction.Target);
        if (instruction.Operation is not ArrayOperation operation)
        {
            Evaluate(instruction, result, cancellation);
            return;
        }

        var operands = new ArrayOperands { X = In(x), Y = In(y), ShapeX = x.Shape, ShapeY = y.Shape, Shape = instruction.Target.Shape, Indices = instruction.Indices, Cancellation = cancellation };
        var block = new RowsOfBlock(_count, x.Varies, y.Varies);
        if (instruction.Way == ArrayTape.Way.Added) ((PlacingOperation)operation).AddRows(operands, block, result);
        else operation.ExecuteRows(operands, block, result);
    }

    /// <summary>Element by element: all rows at once, or row by row where some argument is the same for all or one number for each and rows are long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Evaluate(in ArrayTape.Instruction instruction, Span<double> result, CancellationToken cancellation)
    {
        var (target, x, y, z) = (instruction.Target, instruction.X, instruction.Y, instruction.Z);
        var isDirect = IsDirect(x, target) && IsDirect(y, target) && IsDirect(z, target);
        if (!isDirect && instruction.Operation is SumOperation && y is { Varies: false } && y.Length == target.Length && x.Varies && x.Length == target.Length)
        {
            Vectors.AddToRows<double>(In(x), In(y), result);
            return;
        }

        if (!isDirect && z.Length == 0 && TryByColumn(instruction, result)) return;
        if (isDirect || target.Length < LongRow || !IsPlain(x, target) || !IsPlain(y, target) || !IsPlain(z, target))
        {
            ArrayTape.Evaluate(instruction.Operation, Stretched(x, target, 0), Stretched(y, target, 1), Stretched(z, target, 2), result, cancellation);
            return;
        }

        for (var row = 0; row < _count; row++)
        {
            ArrayTape.Evaluate(instruction.Operation, Row(x, row), Row(y, row), Row(z, row), result.Slice(row * target.Length, target.Length), cancellation);
        }
    }

    /// <summary>Arithmetic of an array with a number for each row of the data, or of a matrix with one for each of its rows, which is stretched nowhere.</summary>
    private bool TryByColumn(in ArrayTape.Instruction instruction, Span<double> result)
    {
        var (target, x, y) = (instruction.Target, instruction.X, instruction.Y);
        if (instruction.Operation is not (SumOperation or SubOperation or MulOperation or DivOperation)) return false;
        var columns = ColumnsOf(x);
        if (columns > 0 && y.Length == target.Length)
        {
            var column = In(x);
            var matrix = In(y);
            if (instruction.Operation is SumOperation) StretchedBlocks.OfColumn<SumOperation.Function>(column, matrix, columns, result);
            else if (instruction.Operation is SubOperation) StretchedBlocks.OfColumn<SubOperation.Function>(column, matrix, columns, result);
            else if (instruction.Operation is MulOperation) StretchedBlocks.OfColumn<MulOperation.Function>(column, matrix, columns, result);
            else StretchedBlocks.OfColumn<DivOperation.Function>(column, matrix, columns, result);
            return true;
        }

        columns = ColumnsOf(y);
        if (columns == 0 || x.Length != target.Length) return false;
        var left = In(x);
        var right = In(y);
        if (instruction.Operation is SumOperation) StretchedBlocks.ByColumn<SumOperation.Function>(left, right, columns, result);
        else if (instruction.Operation is SubOperation) StretchedBlocks.ByColumn<SubOperation.Function>(left, right, columns, result);
        else if (instruction.Operation is MulOperation) StretchedBlocks.ByColumn<MulOperation.Function>(left, right, columns, result);
        else StretchedBlocks.ByColumn<DivOperation.Function>(left, right, columns, result);
        return true;

        // For how many elements one after the other an argument has one number; 0 where it has none for so many each.
        int ColumnsOf(in ArrayTape.Place place) =>
            place.Length == 1 ? (place.Varies ? target.Length : 0) :
            target.Shape.IsMatrix && place.Shape.IsMatrix && place.Shape.Columns == 1 && place.Shape.Rows == target.Shape.Rows ? (int)target.Shape.Columns : 0;
    }

    private static bool IsDirect(in ArrayTape.Place place, in ArrayTape.Place target) =>
        place.Length == 0 || (place.Varies ? place.Length == target.Length : place.Length == 1);

    // One number, or one for each element, in each row or for all.
    private static bool IsPlain(in ArrayTape.Place place, in ArrayTape.Place target) => place.Length <= 1 || place.Length == target.Length;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<double> Row(ArrayTape.Place place, int row) => place.Varies ? In(place).Slice(row * place.Pitch, place.Length) : In(place);

    private void Multiply(in ArrayTape.Instruction instruction, CancellationToken cancellation)
    {
        var x = instruction.X;
        var result = Operand(instruction.Target);
        var (_, depth, columns, isTransposed) = _piece.Tape.Rows.Factors[instruction.Factor];
        var rows = x.Storage == ArrayTape.Storage.Column
            ? _piece.RowsOf(x, _first, _count)
            : new MatrixRows<T>(Operand(x), result.Length / columns, depth);
        var begins = instruction.Z.Length > 0;
        if (begins) Begin(instruction.Z, columns, result);
        if (columns == 1 && _piece.IsPacked)
        {
            MatrixProduct.MultiplyColumn(rows, _piece.Factor(instruction.Factor), result, begins);
            return;
        }

        if (_piece.IsPacked)
        {
            MatrixProduct.Multiply(rows, _piece.Packed(instruction.Factor), columns, result, begins, cancellation);
            return;
        }

        var factor = _piece.Factor(instruction.Factor);
        if (!begins) result.Clear();
        if (!isTransposed && factor.Length < LargeFactor)
        {
            MatrixProduct.MultiplyFew(rows, factor, columns, result);
            return;
        }

        for (var row = 0; row < rows.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sums = result.Slice(row * columns, columns);
            if (isTransposed) MatrixProduct.MultiplyFewByTransposed(rows[row], 1, factor, sums, begins);
            else MatrixProduct.MultiplyFew(new MatrixRows<T>(rows[row], 1, depth), factor, columns, sums);
        }
    }

    private void Begin(in ArrayTape.Place place, int columns, Span<T> rows)
    {
        if (_begin.Length < columns) _begin = new T[columns];
        var row = _begin.AsSpan(0, columns);
        if (place.Length == 1) row.Fill(T.CreateTruncating(In(place)[0]));
        else Vectors.Narrow(In(place), row);
        Vectors.Repeat<T>(row, rows);
    }

    private void Convert(in ArrayTape.Place from, in ArrayTape.Place to)
    {
        if (to.IsNarrow) Vectors.Narrow(In(from), Operand(to));
        else Vectors.Widen<T>(Operand(from), In(to));
    }

    // What is done in single precision, element by element.
    private void ApplyNarrow(in ArrayTape.Instruction instruction)
    {
        var x = MemoryMarshal.Cast<T, float>(Operand(instruction.X));
        var result = MemoryMarshal.Cast<T, float>(Operand(instruction.Target));
        if (instruction.Way == ArrayTape.Way.Both)
        {
            var value = MemoryMarshal.Cast<T, float>(Operand(instruction.Y));
            if (instruction.Operation is Sech2Operation) ElementarySingle.TanhAndSech2(x, value, result);
            else ElementarySingle.SigmoidAndDsigmoid(x, value, result);
            return;
        }

        ReadOnlySpan<float> y = instruction.Y.Length > 0 ? MemoryMarshal.Cast<T, float>(Operand(instruction.Y)) : default;
        switch (instruction.Operation)
        {
            case TanhOperation:
                x.CopyTo(result);
                ElementarySingle.Tanh(result);
                break;
            case SigmoidOperation:
                x.CopyTo(result);
                ElementarySingle.Sigmoid(result);
                break;
            case ReluOperation:
                Vectors.Ramp(x, result);
                break;
            case SelectOperation:
                Vectors.Guard(x, y, result);
                break;
            case SumOperation:
                Vectors.Add(x, y, result);
                break;
            case MulOperation:
                Vectors.Multiply(x, y, result);
                break;
            default:
                throw new InvalidOperationException($"'{instruction.Operation}' is not computed in single precision.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(in ArrayTape.Instruction instruction)
    {
        var (from, to) = (instruction.X, instruction.Target);
        var (rows, width) = ((int)to.Shape.Rows, (int)to.Shape.Columns);
        var result = In(to);
        var columns = from.Length / rows;
        if (from.Storage == ArrayTape.Storage.Column)
        {
            var given = _piece.RowsOf(from, _first, _count);
            if (rows == 1 && from.Offset == 0 && to.Offset == 0 && from.Length == from.Pitch && columns == to.Pitch)
            {
                CopyWhole(given, result);
                return;
            }

            for (var row = 0; row < _count; row++)
            {
                var part = given[row].Slice(from.Offset, from.Length);
                var target = result[((row * to.Pitch) + to.Offset)..];
                for (var i = 0; i < rows; i++) Vectors.Widen(part.Slice(i * columns, columns), target[(i * width)..]);
            }

            return;
        }

        var source = new MatrixRows<double>(In(from), from.Varies ? _count : 1, from.Varies ? from.Pitch : from.Length);
        for (var row = 0; row < _count; row++)
        {
            var part = source[from.Varies ? row : 0].Slice(from.Offset, from.Length);
            var target = result[((row * to.Pitch) + to.Offset)..];
            for (var i = 0; i < rows; i++) part.Slice(i * columns, columns).CopyTo(target[(i * width)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyWhole(MatrixRows<T> rows, Span<double> result)
    {
        if (rows.InOrder is { Length: > 0 } all)
        {
            Vectors.Widen(all, result);
        }
        else if (rows.Width == 1)
        {
            for (var row = 0; row < rows.Count; row++) result[row] = double.CreateTruncating(rows.Start(row));
        }
        else
        {
            for (var row = 0; row < rows.Count; row++) Vectors.Widen(rows[row], result[(row * rows.Width)..]);
        }
    }

    /// <summary>The elements of an argument for the elements of a target in all rows: as many, or one for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<double> Stretched(ArrayTape.Place place, ArrayTape.Place target, int argument)
    {
        var all = In(place);
        if (IsDirect(place, target)) return all;
        ref var memory = ref _stretched[argument];
        if (memory.Length < _capacity * target.Length) memory = GC.AllocateUninitializedArray<double>(Math.Max(_capacity * target.Length, 2 * memory.Length));
        var stretched = memory.AsSpan(0, _count * target.Length);
        if (!place.Varies)
        {
            var row = stretched[..target.Length];
            ArrayForms.Stretch(all, place.Shape, target.Shape, row);
            Vectors.Repeat<double>(row, stretched[target.Length..]);
        }
        else if (place.Length == 1)
        {
            ArrayForms.Stretch(all, Shape.Matrix(_count, 1), Shape.Matrix(_count, target.Length), stretched);
        }
        else if (place.Shape.IsMatrix && place.Shape.Columns == 1 && place.Shape.Rows == target.Shape.Rows)
        {
            ArrayForms.Stretch(all, Shape.Matrix(all.Length, 1), Shape.Matrix(all.Length, target.Shape.Columns), stretched);
        }
        else
        {
            for (var row = 0; row < _count; row++) ArrayForms.Stretch(all.Slice(row * place.Length, place.Length), place.Shape, target.Shape, stretched.Slice(row * target.Length, target.Length));
        }

        return stretched;
    }

    // The elements of all rows where they vary.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Span<double> In(ArrayTape.Place place) => place.Storage switch
    {
        ArrayTape.Storage.Single => place.In(_piece.Arena),
        ArrayTape.Storage.Row => _memory.AsSpan(place.Start * _capacity, _count * place.Pitch),
        _ => _piece.Kept(place, _first, _count),
    };

    // The same in the precision of products.
    private Span<T> Operand(ArrayTape.Place place) => place.Storage switch
    {
        ArrayTape.Storage.NarrowRow => _narrow.AsSpan(place.Start * _capacity, _count * place.Pitch),
        ArrayTape.Storage.NarrowKept or ArrayTape.Storage.Kept => _piece.Operand(place, _first, _count),
        _ => MemoryMarshal.Cast<double, T>(In(place)),
    };
}
