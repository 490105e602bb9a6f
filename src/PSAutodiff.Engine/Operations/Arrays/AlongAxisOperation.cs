using System.Buffers;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Arrays;

/// <summary>What makes of each stretch of elements along an axis as many others: the last axis, unless another is named.</summary>
internal abstract class AlongAxisOperation(string name) : ArrayOperation(name, 2, hasIndices: true)
{
    internal sealed override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithAxis(Name, indices);

    internal override Notation Latex => field ??= Notation.LatexCall($@"\operatorname{{{Name}}}", 1);

    internal sealed override Notation LatexOf(in ArgumentShapes of) =>
        of.Indices.IsEmpty || of.X.IsVector ? Latex : Notation.LatexCall($@"\operatorname{{{Name}}}{ArrayForms.LatexAxis(of.Indices)}", 1);

    internal sealed override Notation MathMLOf(in ArgumentShapes of) => of.X.IsVector ? MathML : ArrayForms.MathMLCallWithAxis(Name, of.Indices);

    internal override Notation PyTorchOf(in ArgumentShapes of) => ArrayForms.PyTorchCallWithAxis("torch." + Name, of.Indices, isNeeded: true);

    internal sealed override Notation PythonOf(in ArgumentShapes of) => ArrayForms.CallWithAxis(Name, of.Indices);

    internal sealed override Shape ShapeOf(in ArgumentShapes of)
    {
        if (of.X.IsNumber) throw NotFor(of.X, "a vector or a matrix");
        if (!of.Indices.IsEmpty) Axis(of.X, of.Indices);
        return of.X.Plain();
    }

    internal sealed override string PartRule => $"{Name}(A, axis=1)[i] = {Name}(A[i])";

    // Whole rows, or columns.
    internal sealed override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        if (of.X.IsVector || JoinsAll(of.Indices)) return false;
        var axis = (int)ArrayForms.LastAxis(of.X, of.Indices);
        part = part.With(axis, PartBounds.All(shape).Along(axis));
        arguments[0] = part;
        return true;
    }

    internal sealed override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Apply(this, x.Shape.IsMatrix ? y : y.Index(), Term.None);

    internal sealed override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (StretchOf(of) is not 0 and var length)
        {
            EachStretch(of, length, result);
            return;
        }

        var (rows, columns) = ((int)of.ShapeX.Rows, (int)of.ShapeX.Columns);
        var rented = ArrayPool<double>.Shared.Rent(2 * rows);
        var column = rented.AsSpan(0, rows);
        var made = rented.AsSpan(rows, rows);
        var watch = of.Watch;
        for (var j = 0; j < columns; j++)
        {
            watch.Count(rows);
            Gather(of.X, j, columns, column);
            if (rows <= WorkWatch.AtOnce) Each(column, rows, made);
            else EachLong(column, made, of.Cancellation);
            Scatter(made, j, columns, result);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    // As many stretches at a time as do not take long.
    private void EachStretch(in ArrayOperands of, int length, Span<double> result)
    {
        if (result.Length <= WorkWatch.AtOnce)
        {
            Each(of.X, length, result);
            return;
        }

        for (var (start, most) = (0, WorkWatch.AtOnce / length * length); start < result.Length; start += Math.Min(Math.Max(length, most), result.Length - start))
        {
            of.Cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(Math.Max(length, most), result.Length - start);
            if (most == 0) EachLong(of.X.Slice(start, count), result.Slice(start, count), of.Cancellation);
            else Each(of.X.Slice(start, count), length, result.Slice(start, count));
        }
    }

    // Stretches of all rows lie one after the other too.
    internal sealed override void ExecuteRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        if (block.XVaries && StretchOf(of) is not 0 and var length) EachStretch(of, length, result);
        else base.ExecuteRows(of, block, result);
    }

    internal sealed override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        if (of.ShapeX.IsVector || JoinsAll(of.Indices)) return EachBound(of.X, errors, result);
        var columns = (int)of.ShapeX.Columns;
        var underflows = false;
        if (IsByRow(of))
        {
            for (var start = 0; start < result.Length; start += columns)
            {
                var row = new ArrayErrors { X = errors.X.Slice(start, columns), Y = [], Value = errors.Value.Slice(start, columns), OfJump = errors.OfJump };
                underflows |= EachBound(of.X.Slice(start, columns), row, result.Slice(start, columns));
            }

            return underflows;
        }

        var rows = (int)of.ShapeX.Rows;
        var (column, own, value, made) = (new double[rows], new double[rows], new double[rows], new double[rows]);
        for (var j = 0; j < columns; j++)
        {
            Gather(of.X, j, columns, column);
            Gather(errors.X, j, columns, own);
            Gather(errors.Value, j, columns, value);
            underflows |= EachBound(column, new ArrayErrors { X = own, Y = [], Value = value, OfJump = errors.OfJump }, made);
            Scatter(made, j, columns, result);
        }

        return underflows;
    }

    internal sealed override void WriteLoops(LoopCode code)
    {
        if (code.ShapeX.IsVector || JoinsAll(code.Indices))
        {
            WriteEach(code, body => code.ForEach(code.Shape, at => body(code.X(at), at)));
            return;
        }

        var isDown = ArrayForms.LastAxis(code.ShapeX, code.Indices) == 0;
        var (outer, inner) = isDown ? (code.Shape.Columns, code.Shape.Rows) : (code.Shape.Rows, code.Shape.Columns);
        code.For(outer, i => WriteEach(code, body => code.For(inner, k =>
        {
            string[] at = isDown ? [k, i] : [i, k];
            body(code.X(at), at);
        })));
    }

    /// <summary>Writes the loops for one stretch.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="each">Writes a loop over its elements; its body gets the element and its indices.</param>
    protected abstract void WriteEach(LoopCode code, Action<Action<string, string[]>> each);

    internal sealed override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        // Whole arrays, rows, or columns.
        var isWhole = of.ShapeX.IsVector || JoinsAll(of.Indices);
        var isByRow = of.Indices.IsEmpty || of.Indices[0] == 1;
        var (length, next, width) = isWhole ? (result.Length, 0, 1) : isByRow ? ((int)of.ShapeX.Columns, (int)of.ShapeX.Columns, 1) : ((int)of.ShapeX.Rows, 1, (int)of.ShapeX.Columns);
        var (elements, made) = (new Term[length], new Term[length]);
        for (var i = 0; i < result.Length / length; i++)
        {
            for (var j = 0; j < length; j++) elements[j] = of.X[(i * next) + (j * width)];
            Each(of, elements, made);
            for (var j = 0; j < length; j++) result[(i * next) + (j * width)] = made[j];
        }

        return true;
    }

    /// <summary>The values of a stretch whose elements are expressions.</summary>
    protected abstract void Each(in ArrayElements of, ReadOnlySpan<Term> elements, Span<Term> result);

    /// <summary>Whether no axis means all elements, and not the last axis.</summary>
    protected virtual bool JoinsAll(ReadOnlySpan<long> indices) => false;

    /// <summary>The values of stretches.</summary>
    /// <param name="elements">The stretches, one after the other.</param>
    /// <param name="length">The length of each.</param>
    /// <param name="result">Gets the values.</param>
    protected abstract void Each(ReadOnlySpan<double> elements, int length, Span<double> result);

    /// <summary>The values of one stretch that is so long that somebody may want to end it.</summary>
    /// <param name="elements">The stretch.</param>
    /// <param name="result">Gets the values.</param>
    /// <param name="cancellation">Ends it early.</param>
    protected abstract void EachLong(ReadOnlySpan<double> elements, Span<double> result, CancellationToken cancellation);

    /// <summary>What <see cref="ArrayOperation.Bound"/> gives for one stretch.</summary>
    protected abstract bool EachBound(ReadOnlySpan<double> elements, in ArrayErrors errors, Span<double> result);

    // The length of stretches of elements that lie one after the other; 0 where they do not.
    private int StretchOf(in ArrayOperands of) =>
        of.ShapeX.IsVector || JoinsAll(of.Indices) ? (int)of.ShapeX.Count : IsByRow(of) ? (int)of.ShapeX.Columns : 0;

    private static bool IsByRow(in ArrayOperands of) => of.Indices.IsEmpty || of.Indices[0] == 1;

    private static void Gather(ReadOnlySpan<double> matrix, int at, int columns, Span<double> column)
    {
        for (var i = 0; i < column.Length; i++) column[i] = matrix[(i * columns) + at];
    }

    private static void Scatter(ReadOnlySpan<double> column, int at, int columns, Span<double> matrix)
    {
        for (var i = 0; i < column.Length; i++) matrix[(i * columns) + at] = column[i];
    }
}
