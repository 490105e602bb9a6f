using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An array of zeros but for a part, the adjoint of <see cref="SliceOperation"/>, whose whole numbers it has.</summary>
internal sealed class PlaceOperation() : ArrayOperation("place", 2, hasIndices: true)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{place}", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("place(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is(0) || x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
    ];

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of) => of.Indices.Length switch
    {
        4 => Shape.Vector(of.Indices[3]),
        8 => Shape.Matrix(of.Indices[6], of.Indices[7]),
        _ => throw new AutodiffException(ErrorIds.IndexInvalid, $"'{Name}' takes a start, a count and 0 or 1 for each axis, and then its sizes."),
    };

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Apply<SliceOperation>(at.Y);

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        result.Clear();
        Add(of, result);
    }

    /// <summary>Adds the part to an array.</summary>
    public static void Add(in ArrayOperands of, Span<double> result)
    {
        var rows = SliceBounds.At(of.Indices, 0);
        var (columns, width) = of.Shape.IsVector ? (SliceBounds.Index(0), 1) : (SliceBounds.At(of.Indices, 1), (int)of.Shape.Columns);
        for (var i = 0; i < rows.Count; i++)
        {
            var to = result.Slice((int)(((rows.Start + i) * width) + columns.Start), (int)columns.Count);
            var from = of.X.Slice((int)(i * columns.Count), (int)columns.Count);
            for (var j = 0; j < to.Length; j++) to[j] += from[j];
        }
    }
}
