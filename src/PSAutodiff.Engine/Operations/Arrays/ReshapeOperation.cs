using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The same elements, row after row, in another shape.</summary>
internal sealed class ReshapeOperation() : ArrayOperation("reshape", 2, hasIndices: true)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{reshape}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("reshape(A) = A, the same shape", RuleSets.NotLab, static (x, i, _) => x.Shape.IsLike(Shape.Of(i.Indices)) ? x : Term.None),
        new("reshape(reshape(A)) = reshape(A)", RuleSets.NotLab, static (x, i, _) => x.Is<ReshapeOperation>() ? x.X.Apply<ReshapeOperation>(i) : Term.None),
        new("reshape(0) = 0", RuleSets.NotLab, static (x, i, _) => ArrayForms.ConstantIn(x) is { Exists: true } filled ? filled.StretchedTo(Shape.Of(i.Indices)) : Term.None),
        .. ArrayForms.Linear("reshape(A)", static (x, i) => x.Apply<ReshapeOperation>(i)),
    ];

    internal override Notation LatexOf(in ArgumentShapes of) => Notation.LatexCall($@"\operatorname{{reshape}}_{{{ArrayForms.LatexSizes(of.Indices)}}}", 1);

    internal override Notation MathMLOf(in ArgumentShapes of) => ArrayForms.MathMLCallWithSizes(Name, of.Indices);

    internal override Notation PyTorchOf(in ArgumentShapes of) => new($"torch.reshape({ArrayForms.PyTorchTensor(of.X)}, {ArrayForms.Tuple(of.Indices)})", Notation.Atom, 0);

    internal override CodeForm Python => field ??= new(Notation.Call("np.reshape", 1));

    internal override Notation PythonOf(in ArgumentShapes of) => new($"np.reshape(#1, {ArrayForms.Tuple(of.Indices)})", Notation.Atom, 0);

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var shape = ArrayForms.Sizes(Name, of.Indices);
        return shape.HasCountOf(of.X)
            ? shape
            : throw new AutodiffException(ErrorIds.ShapeMismatch, $"'{Name}' cannot make {shape.InWords()} of {of.X.InWords()}: {shape.Count} elements are not {of.X.Count}.");
    }

    internal override string PartRule => "reshape(A)[i] = A[j]";

    // Of elements that follow each other here and there.
    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        var (first, count) = (part.Rows.Start, part.Rows.Count);
        if (shape.IsMatrix)
        {
            if (part.Rows.Count > 1 && part.Columns.Count < shape.Columns) return false;
            (first, count) = ((first * shape.Columns) + part.Columns.Start, count * part.Columns.Count);
        }

        if (of.X.IsNumber) return true;
        if (of.X.IsVector)
        {
            arguments[0] = PartBounds.Of(count == 1 ? SliceBounds.Index(first) : SliceBounds.Range(first, count));
            return true;
        }

        var (row, column) = Math.DivRem(first, of.X.Columns);
        var rows = (column + count + of.X.Columns - 1) / of.X.Columns;
        if (rows > 1 && (column > 0 || count % of.X.Columns > 0)) return false;
        arguments[0] = PartBounds.Of(
            rows == 1 ? SliceBounds.Index(row) : SliceBounds.Range(row, rows),
            count == 1 ? SliceBounds.Index(column) : rows == 1 ? SliceBounds.Range(column, count) : SliceBounds.Range(0, of.X.Columns));
        return true;
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Reshaped(shape);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Reshaped(at.X.Shape);

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? ElementOf(in ArgumentShapes of, Shape shape) =>
        of.X.IsNumber || of.X.IsLike(shape) ? LoopMap.Same :
        of.X.IsVector && shape.IsMatrix && (shape.Rows == 1 || shape.Columns == 1) ? LoopMap.Of(LoopTerm.Along(shape.Columns == 1 ? 0 : 1)) :
        of.X.IsMatrix && shape.IsVector && of.X.Columns == 1 ? new(LoopTerm.Along(0), LoopTerm.At(0)) :
        of.X.IsMatrix && shape.IsVector && of.X.Rows == 1 ? new(LoopTerm.At(0), LoopTerm.Along(0)) :
        null;

    // Row after row, where indices by themselves do not say it.
    internal override void WriteLoops(LoopCode code)
    {
        if (code.ShapeX.IsVector)
        {
            code.ForEach(code.Shape, at => code.Return(code.X($"{at[0]} * {code.Shape.Columns} + {at[1]}"), at));
            return;
        }

        if (code.Shape.IsVector)
        {
            code.ForEach(code.ShapeX, at => code.Return(code.X(at), $"{at[0]} * {code.ShapeX.Columns} + {at[1]}"));
            return;
        }

        var (row, column) = (code.IndexLocal("0"), code.IndexLocal("0"));
        code.ForEach(code.ShapeX, at =>
        {
            code.Return(code.X(at), row, column);
            code.Add(column, "1");
            code.If(code.Compare(column, "==", code.Shape.Columns.ToString(CultureInfo.InvariantCulture)), () =>
            {
                code.Set(column, "0");
                code.Add(row, "1");
            });
        });
    }

    internal override void Execute(in ArrayOperands of, Span<double> result) => of.Copy(of.X, result);
}

public sealed partial class ExprNode
{
    /// <summary>The same elements, row after row, in another shape.</summary>
    public static ExprNode Reshape(ExprNode x, params long[] sizes) => Apply<ReshapeOperation>(x, Indices(sizes));

    /// <summary>The same elements, row after row, in another shape.</summary>
    public ExprNode Reshape(params long[] sizes) => Reshape(this, sizes);

    /// <summary>A vector as the only column of a matrix.</summary>
    public static ExprNode Column(ExprNode x) => Form("column", x ?? throw MissingArgument(OperationOf<ReshapeOperation>.Instance, 0));

    /// <summary>A vector as the only column of a matrix.</summary>
    public ExprNode Column() => Column(this);
}
