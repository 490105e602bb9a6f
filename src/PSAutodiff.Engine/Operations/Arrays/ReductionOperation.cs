using System.Buffers;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Arrays;

/// <summary>
/// What joins elements to one: all of them, or those along an axis. Axis 0 goes down the rows of a matrix and gives its columns' values, axis 1
/// goes along them.
/// </summary>
internal abstract class ReductionOperation(string name, string function) : ArrayOperation(name, 2, hasIndices: true)
{
    internal sealed override string Symbol => function;

    internal sealed override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithAxis(function, indices);

    internal override Notation Latex => field ??= Notation.LatexCall($@"\operatorname{{{function}}}", 1);

    internal override Notation LatexOf(in ArgumentShapes of) => of.Indices.IsEmpty ? Latex : Notation.LatexCall($@"\operatorname{{{function}}}{ArrayForms.LatexAxis(of.Indices)}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall(function, 1);

    internal override Notation MathMLOf(in ArgumentShapes of) => ArrayForms.MathMLCallWithAxis(function, of.Indices);

    internal override CodeForm PyTorch => field ??= new(Notation.Call(PyTorchName, 1));

    internal sealed override Notation PyTorchOf(in ArgumentShapes of) => ArrayForms.PyTorchCallWithAxis(PyTorchName, of.Indices, isNeeded: function == "logsumexp");

    internal override CodeForm Python => field ??= new(Notation.Call(PythonName, 1));

    internal sealed override Notation PythonOf(in ArgumentShapes of) => ArrayForms.CallWithAxis(PythonName, of.Indices);

    internal sealed override Shape ShapeOf(in ArgumentShapes of)
    {
        if (of.X.IsNumber) throw NotFor(of.X, "a vector or a matrix");
        if (of.Indices.IsEmpty || of.X.IsVector)
        {
            if (!of.Indices.IsEmpty) Axis(of.X, of.Indices);
            return Shape.Number;
        }

        return Shape.Vector(Axis(of.X, of.Indices) == 0 ? of.X.Columns : of.X.Rows);
    }

    internal sealed override string PartRule => $"{function}(A, axis=0)[i] = {function}(A[:, i])";

    internal sealed override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        var all = SliceBounds.Range(0, of.Indices[0] == 0 ? of.X.Rows : of.X.Columns);
        arguments[0] = of.Indices[0] == 0 ? PartBounds.Of(all, part.Rows) : PartBounds.Of(part.Rows, all);
        return true;
    }

    internal sealed override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Apply(this, x.Shape.IsMatrix ? y : y.Index(), Term.None);

    internal sealed override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (LiesTogether(of)) JoinStretches(of, result);
        else JoinRows(of.X, (int)of.ShapeX.Columns, result, of.Cancellation);
    }

    // As many stretches at a time as do not take long.
    private void JoinStretches(in ArrayOperands of, Span<double> result)
    {
        var length = of.X.Length / result.Length;
        if (of.X.Length <= WorkWatch.AtOnce)
        {
            Join(of.X, length, result);
            return;
        }

        var most = WorkWatch.AtOnce / length;
        for (var i = 0; i < result.Length; i += Math.Max(1, most))
        {
            of.Cancellation.ThrowIfCancellationRequested();
            if (most == 0) result[i] = JoinLong(of.X.Slice(i * length, length), of.Cancellation);
            else Join(of.X.Slice(i * length, Math.Min(most, result.Length - i) * length), length, result.Slice(i, Math.Min(most, result.Length - i)));
        }
    }

    internal sealed override void ExecuteRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        if (block.XVaries && LiesTogether(of)) JoinStretches(of, result);
        else base.ExecuteRows(of, block, result);
    }

    // Whether what is joined to one lies one after the other, and for several rows too.
    private static bool LiesTogether(in ArrayOperands of) => of.Shape.IsNumber || of.Indices[0] == 1;

    internal sealed override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        // The columns of a matrix, or its rows.
        var (next, width) = !of.Shape.IsNumber && of.Indices[0] == 0 ? (1, (int)of.ShapeX.Columns) : (of.X.Length / result.Length, 1);
        var elements = new Term[of.X.Length / result.Length];
        for (var i = 0; i < result.Length; i++)
        {
            for (var j = 0; j < elements.Length; j++) elements[j] = of.X[(i * next) + (j * width)];
            result[i] = Join(of, elements);
            if (!result[i].Exists) return false;
        }

        return true;
    }

    /// <summary>The value for elements that are expressions; none where it is not written out.</summary>
    protected virtual Term Join(in ArrayElements of, ReadOnlySpan<Term> elements) => Term.None;

    /// <summary>The function of PyTorch.</summary>
    protected virtual string PyTorchName => "torch." + function;

    /// <summary>The function of Python.</summary>
    protected virtual string PythonName => "np." + function;

    internal sealed override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        if (of.Shape.IsNumber)
        {
            result[0] = JoinBounds(of.X, errors.X, errors.Value[0]);
            return false;
        }

        // The columns of a matrix, or its rows.
        var (count, width) = of.Indices[0] == 1 ? (1, (int)of.ShapeX.Columns) : ((int)of.ShapeX.Columns, 1);
        var (elements, own) = (new double[of.X.Length / result.Length], new double[of.X.Length / result.Length]);
        for (var i = 0; i < result.Length; i++)
        {
            for (var j = 0; j < elements.Length; j++) (elements[j], own[j]) = (of.X[(i * width) + (j * count)], errors.X[(i * width) + (j * count)]);
            result[i] = JoinBounds(elements, own, errors.Value[i]);
        }

        return false;
    }

    /// <summary>The values for stretches of elements.</summary>
    /// <param name="elements">The stretches, one after the other.</param>
    /// <param name="length">The length of each.</param>
    /// <param name="result">Gets the values.</param>
    protected virtual void Join(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        for (var i = 0; i < result.Length; i++) result[i] = Join(elements.Slice(i * length, length));
    }

    internal sealed override void WriteLoops(LoopCode code)
    {
        if (code.Shape.IsNumber)
        {
            code.Return(WriteJoin(code, body => code.ForEach(code.ShapeX, at => body(code.X(at))), code.ShapeX.Count));
            return;
        }

        var (count, isDown) = (code.Indices[0] == 0 ? code.ShapeX.Rows : code.ShapeX.Columns, code.Indices[0] == 0);
        code.For(code.Shape.Rows, i => code.Return(WriteJoin(code, body => code.For(count, k => body(isDown ? code.X(k, i) : code.X(i, k))), count), i));
    }

    /// <summary>Writes the loops that join elements, and returns the formula of the value.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="each">Writes a loop over the elements; its body gets the element.</param>
    /// <param name="count">How many there are.</param>
    protected abstract string WriteJoin(LoopCode code, Action<Action<string>> each, long count);

    /// <summary>The value for elements.</summary>
    protected abstract double Join(ReadOnlySpan<double> elements);

    /// <summary>The same for so many elements that somebody may want to end it.</summary>
    protected abstract double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation);

    /// <summary>How far the value for elements may be from the exact one.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="errors">Their errors.</param>
    /// <param name="value">The value.</param>
    protected abstract double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value);

    /// <summary>How far a sum of elements, added one after the other, may be from the exact one.</summary>
    protected static double SumBound(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors)
    {
        var (error, total) = (0.0, 0.0);
        for (var i = 0; i < elements.Length; i++)
        {
            error += errors[i];
            total += Math.Abs(elements[i]);
        }

        return error + ArrayErrors.OfRounding(elements.Length - 1, total);
    }

    /// <summary>How far the greatest of elements, each times a sign, may be from the exact one.</summary>
    protected static double GreatestBound(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value, double sign)
    {
        var (highest, lowest) = (double.NegativeInfinity, double.NegativeInfinity);
        for (var i = 0; i < elements.Length; i++)
        {
            highest = Math.Max(highest, (sign * elements[i]) + errors[i]);
            lowest = Math.Max(lowest, (sign * elements[i]) - errors[i]);
        }

        // Errors may be too small to move an element.
        var distance = Math.Max(highest - (sign * value), (sign * value) - lowest);
        var largest = 0.0;
        for (var i = 0; i < elements.Length && distance == 0; i++)
        {
            if (elements[i] == value) largest = Math.Max(largest, errors[i]);
        }

        return Math.Max(distance, largest);
    }

    /// <summary>The value for each column of a matrix.</summary>
    protected virtual void JoinRows(ReadOnlySpan<double> matrix, int columns, Span<double> result, CancellationToken cancellation)
    {
        var watch = new WorkWatch(cancellation);
        var rented = ArrayPool<double>.Shared.Rent(matrix.Length / columns);
        var column = rented.AsSpan(0, matrix.Length / columns);
        for (var j = 0; j < columns; j++)
        {
            for (var i = 0; i < column.Length; i++)
            {
                watch.Count(1);
                column[i] = matrix[(i * columns) + j];
            }

            result[j] = column.Length <= WorkWatch.AtOnce ? Join(column) : JoinLong(column, cancellation);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>An adjoint of the result, or the result itself, stretched over the elements that it was joined of.</summary>
    protected static Term Stretched(Term joined, Term whole, Term indices) => ArrayForms.Stretched(joined, whole.Shape, indices.Indices);
}
