using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An element, a row, a column, or a part of an array. The whole numbers are the <see cref="SliceBounds"/> of each axis and then its size.</summary>
internal sealed class SliceOperation() : ArrayOperation("slice", 2, hasIndices: true)
{
    internal override string Symbol => "[]";

    internal override Notation Latex => field ??= new("#1", Notation.Atom, Notation.Atom);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("A[:, :] = A", RuleSets.NotLab, static (x, _, _) => Term.None),
        new("zeros[i] = 0", RuleSets.NotLab, static (x, i, _) => ArrayForms.ConstantIn(x) is { Exists: true } filled ? filled.StretchedTo(SliceBounds.ShapeOf(x.Shape, i.Indices)) : Term.None),
        new("(a + b)[i] = a[i] + b[i]", RuleSets.StandardAndStable, static (x, i, _) => ArrayForms.Inward(x, i)),
    ];

    internal override Notation InfixOf(ReadOnlySpan<long> indices)
    {
        var axes = indices.Length / 4;
        var text = SliceBounds.At(indices, 0).ToText(indices[3 * axes]);
        if (axes == 2)
        {
            var columns = SliceBounds.At(indices, 1).ToText(indices[7]);
            if (columns != ":" || !SliceBounds.At(indices, 0).IsIndex) text += ", " + columns;
        }

        return new Notation($"#1[{text}]", Notation.Atom, Notation.Atom + 1);
    }

    internal override Shape ShapeOf(in ArgumentShapes of) => SliceBounds.ShapeOf(of.X, of.Indices);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.PlacedIn(at.X.Shape, at.Y.Indices);

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var rows = SliceBounds.At(of.Indices, 0);
        if (of.ShapeX.IsVector)
        {
            of.X.Slice((int)rows.Start, (int)rows.Count).CopyTo(result);
            return;
        }

        var (columns, width) = (SliceBounds.At(of.Indices, 1), (int)of.ShapeX.Columns);
        for (var i = 0; i < rows.Count; i++)
        {
            of.X.Slice((int)(((rows.Start + i) * width) + columns.Start), (int)columns.Count).CopyTo(result[(int)(i * columns.Count)..]);
        }
    }
}
