using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An element, a row, a column, or a part of an array. The whole numbers are the <see cref="SliceBounds"/> of each axis and then its size.</summary>
internal sealed class SliceOperation() : ArrayOperation("slice", 2, hasIndices: true)
{
    internal override string Symbol => "[]";

    internal override Notation Latex => field ??= new("#1", Notation.Atom, Notation.Atom);

    internal override Notation LatexOf(in ArgumentShapes of) => new($"{{#1}}_{{[{SliceBounds.ToText(of.Indices)}]}}", Notation.Atom, Notation.Atom);

    internal override Notation MathML => field ??= new("<mrow>#1</mrow>", Notation.Atom, Notation.Atom);

    internal override Notation MathMLOf(in ArgumentShapes of) => new(ArrayForms.MathMLSubscript("#1", SliceBounds.MathML(of.Indices)), Notation.Atom, Notation.Atom);

    internal override CodeForm PyTorch => Python;

    internal override Notation PyTorchOf(in ArgumentShapes of) => PythonOf(of);

    internal override CodeForm Python => field ??= new(new Notation("#1", Notation.Atom, Notation.Atom));

    internal override Notation PythonOf(in ArgumentShapes of) => new($"#1[{SliceBounds.ToText(of.Indices)}]", Notation.Atom, Notation.Atom);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("A[:, :] = A", RuleSets.NotLab, static (x, i, _) => PartBounds.Of(i.Indices).IsAll(x.Shape) ? x : Term.None),
        new("[1, 2][0] = 1", RuleSets.NotLab, static (x, i, _) => x.Constants is { } elements ? ElementsOf(x, elements, i) : Term.None),
        new("zeros[i] = 0", RuleSets.NotLab, static (x, i, _) => ArrayForms.ConstantIn(x) is { Exists: true } filled ? filled.StretchedTo(SliceBounds.ShapeOf(x.Shape, i.Indices)) : Term.None),
        new("A.T[i, j] = A[j, i]", RuleSets.StandardAndStable, static (x, i, _) =>
            x.Is<TransposeOperation>() && PartBounds.Of(i.Indices) is var part && (part.Rows.IsIndex || part.Columns.IsIndex) ? part.Transposed().Of(x.X) : Term.None),
        new("A[i][j] = A[k]", RuleSets.StandardAndStable, static (x, i, _) => x.Is<SliceOperation>() ? x.X.Apply<SliceOperation>(i.Index(SliceBounds.Within(x.Y.Indices, i.Indices))) : Term.None),
    ];

    private static Term ElementsOf(Term x, double[] elements, Term indices)
    {
        var shape = SliceBounds.ShapeOf(x.Shape, indices.Indices);
        var part = new double[(int)shape.Count];
        OperationOf<SliceOperation>.Instance.Execute(new ArrayOperands { X = elements, Y = [], Indices = indices.Indices, ShapeX = x.Shape, ShapeY = Shape.Number, Shape = shape }, part);
        return shape.IsNumber ? x.Constant(part[0]) : x.Constant(part, shape);
    }

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => new($"#1[{SliceBounds.ToText(indices)}]", Notation.Atom, Notation.Atom + 1);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var whole = SliceBounds.WholeOf(Name, of.Indices);
        return whole.IsLike(of.X) ? SliceBounds.ShapeOf(of.X, of.Indices) : throw new AutodiffException(ErrorIds.ShapeMismatch, $"A part of {whole.InWords()} is not a part of {of.X.InWords()}.");
    }

    internal override LoopMap? ElementOf(in ArgumentShapes of, Shape shape) => SliceBounds.MapOf(of.Indices);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.PlacedIn(at.X.Shape, at.Y.Indices);

    // Only what it takes is looked at.
    internal override double WorkOf(in ArgumentShapes of) => 0;

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var rows = SliceBounds.At(of.Indices, 0);
        if (of.ShapeX.IsVector)
        {
            of.Copy(of.X.Slice((int)rows.Start, (int)rows.Count), result);
            return;
        }

        var (columns, width) = (SliceBounds.At(of.Indices, 1), (int)of.ShapeX.Columns);
        var watch = of.Watch;
        for (var i = 0; i < rows.Count; i++)
        {
            watch.Count((int)columns.Count);
            of.X.Slice((int)(((rows.Start + i) * width) + columns.Start), (int)columns.Count).CopyTo(result[(int)(i * columns.Count)..]);
        }
    }
}

public sealed partial class ExprNode
{
    // PowerShell takes anything that is not a list for the only element of one: $node[0] is the node itself where it is a number.
    /// <summary>An element of a vector, or a row of a matrix.</summary>
    /// <param name="index">From 0; from the end where it is negative.</param>
    /// <exception cref="AutodiffException">There is none.</exception>
    public ExprNode this[long index] => ArrayShape switch
    {
        { IsNumber: true } => index is 0 or -1 ? this : throw SliceBounds.NoIndex(index, 1, "element"),
        { IsVector: true } vector => Part(SliceBounds.Index(index, vector.Rows, "element")),
        var matrix => Part(SliceBounds.Index(index, matrix.Rows, "row"), SliceBounds.Range(0, matrix.Columns)),
    };

    /// <summary>An element of a matrix.</summary>
    /// <param name="row">The row, from 0; from the end where it is negative.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="AutodiffException">There is none.</exception>
    public ExprNode this[long row, long column] => ArrayShape.IsMatrix
        ? Part(SliceBounds.Index(row, ArrayShape.Rows, "row"), SliceBounds.Index(column, ArrayShape.Columns, "column"))
        : throw new AutodiffException(ErrorIds.IndexInvalid, $"Only a matrix has two indices, not {ArrayShape.InWords()}.");

    /// <summary>Some elements of a vector, or rows of a matrix, in a row.</summary>
    /// <param name="start">The first, from 0; from the end where it is negative.</param>
    /// <param name="end">The one after the last.</param>
    /// <exception cref="AutodiffException">They are not there, or there is none.</exception>
    public ExprNode Slice(long start, long end) => ArrayShape switch
    {
        { IsNumber: true } => throw new AutodiffException(ErrorIds.IndexInvalid, "A number has no elements."),
        { IsVector: true } vector => Part(SliceBounds.Range(start, end, vector.Rows, "element")),
        var matrix => Part(SliceBounds.Range(start, end, matrix.Rows, "row"), SliceBounds.Range(0, matrix.Columns)),
    };

    /// <summary>Some rows and columns of a matrix.</summary>
    /// <param name="rowStart">The first row, from 0; from the end where it is negative.</param>
    /// <param name="rowEnd">The row after the last.</param>
    /// <param name="columnStart">The first column.</param>
    /// <param name="columnEnd">The column after the last.</param>
    /// <exception cref="AutodiffException">They are not there, or there is none.</exception>
    public ExprNode Slice(long rowStart, long rowEnd, long columnStart, long columnEnd) => ArrayShape.IsMatrix
        ? Part(SliceBounds.Range(rowStart, rowEnd, ArrayShape.Rows, "row"), SliceBounds.Range(columnStart, columnEnd, ArrayShape.Columns, "column"))
        : throw new AutodiffException(ErrorIds.IndexInvalid, $"Only a matrix has rows and columns, not {ArrayShape.InWords()}.");

    internal ExprNode Part(params ReadOnlySpan<SliceBounds> bounds) => Apply<SliceOperation>(this, Indices([.. SliceBounds.Numbers(bounds), .. ArrayShape.Sizes]));
}
