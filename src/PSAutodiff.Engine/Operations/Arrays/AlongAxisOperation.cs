using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>What makes of each stretch of elements along an axis as many others: the last axis, unless another is named.</summary>
internal abstract class AlongAxisOperation(string name) : ArrayOperation(name, 2, hasIndices: true)
{
    internal sealed override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithAxis(Name, indices);

    internal override Notation Latex => field ??= Notation.LatexCall($@"\operatorname{{{Name}}}", 1);

    internal sealed override Notation LatexOf(in ArgumentShapes of) =>
        of.Indices.IsEmpty || of.X.IsVector ? Latex : Notation.LatexCall($@"\operatorname{{{Name}}}{ArrayForms.LatexAxis(of.Indices)}", 1);

    internal sealed override Notation PythonOf(in ArgumentShapes of) => ArrayForms.CallWithAxis(Name, of.Indices);

    internal sealed override Shape ShapeOf(in ArgumentShapes of)
    {
        if (of.X.IsNumber) throw NotFor(of.X, "a vector or a matrix");
        if (!of.Indices.IsEmpty) Axis(of.X, of.Indices);
        return of.X.Plain();
    }

    internal sealed override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (of.ShapeX.IsVector || JoinsAll(of.Indices))
        {
            Each(of.X, result);
            return;
        }

        var (rows, columns) = ((int)of.ShapeX.Rows, (int)of.ShapeX.Columns);
        if (of.Indices.IsEmpty || of.Indices[0] == 1)
        {
            for (var i = 0; i < rows; i++) Each(of.X.Slice(i * columns, columns), result.Slice(i * columns, columns));
            return;
        }

        var (column, made) = (new double[rows], new double[rows]);
        for (var j = 0; j < columns; j++)
        {
            for (var i = 0; i < rows; i++) column[i] = of.X[(i * columns) + j];
            Each(column, made);
            for (var i = 0; i < rows; i++) result[(i * columns) + j] = made[i];
        }
    }

    /// <summary>Whether no axis means all elements, and not the last axis.</summary>
    protected virtual bool JoinsAll(ReadOnlySpan<long> indices) => false;

    protected abstract void Each(ReadOnlySpan<double> elements, Span<double> result);
}
