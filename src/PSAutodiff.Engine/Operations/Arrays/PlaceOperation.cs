using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An array of zeros but for a part, the adjoint of <see cref="SliceOperation"/>, whose whole numbers it has.</summary>
internal sealed class PlaceOperation() : PlacingOperation("place", 2)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{place}", 1);

    internal override Notation LatexOf(in ArgumentShapes of) =>
        Notation.LatexCall($@"\operatorname{{place}}_{{[{SliceBounds.ToText(of.Indices)}],\, {ArrayForms.LatexSizes(SliceBounds.WholeOf(Name, of.Indices).Sizes)}}}", 1);

    internal override Notation MathMLOf(in ArgumentShapes of) => Notation.MathMLApply(
        ArrayForms.MathMLSubscript($"<mi>{Name}</mi>", $"<mrow>{SliceBounds.MathML(of.Indices)}<mo>,</mo>{ArrayForms.MathMLSizes(SliceBounds.WholeOf(Name, of.Indices).Sizes)}</mrow>"), 1);

    internal override CodeForm PyTorch => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def place(part, at, shape, like):
            result = torch.zeros(shape, **like)
            result[at] = part
            return result
        """));

    internal override Notation PyTorchOf(in ArgumentShapes of) => new($"place(#1, ({SliceBounds.ToSlices(of.Indices)},), {ArrayForms.Tuple(SliceBounds.WholeOf(Name, of.Indices).Sizes)}, like)", Notation.Atom, 0);

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def place(part, at, shape):
            result = np.zeros(shape)
            result[at] = part
            return result
        """));

    internal override Notation PythonOf(in ArgumentShapes of) =>
        new($"place(#1, np.s_[{SliceBounds.ToText(of.Indices)}], {ArrayForms.Tuple(SliceBounds.WholeOf(Name, of.Indices).Sizes)})", Notation.Atom, 0);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("place(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is(0) || x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
        new("place(place(a)) = place(a)", RuleSets.StandardAndStable, static (x, i, _) => x.Is<PlaceOperation>() ? x.X.Apply<PlaceOperation>(i.Index(SliceBounds.Within(i.Indices, x.Y.Indices))) : Term.None),
    ];

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var whole = SliceBounds.WholeOf(Name, of.Indices);
        var part = SliceBounds.ShapeOf(whole, of.Indices);
        return part.IsLike(of.X) ? whole : throw new AutodiffException(ErrorIds.ShapeMismatch, $"'{Name}' takes {part.InWords()} for this part of {whole.InWords()}, not {of.X.InWords()}.");
    }

    internal override string PartRule => "place(a)[i] = a[j] or 0";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        var place = PartBounds.Of(of.Indices);
        if (place.Includes(part)) arguments[0] = place.From(part);
        return place.Includes(part) || place.IsApartFrom(part);
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) =>
        PartBounds.Of(y.Indices).IsApartFrom(part) ? x.Constant(0).StretchedTo(shape) : x.Reshaped(shape);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Apply<SliceOperation>(at.Y);

    internal override LoopMap? PlaceOf(int argument, in ArgumentShapes of) => argument == 0 ? SliceBounds.MapOf(of.Indices) : null;

    internal override bool AddsOnce(Shape places) => true;

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override void Add(in ArrayOperands of, Span<double> result)
    {
        var rows = SliceBounds.At(of.Indices, 0);
        var (columns, width) = of.Shape.IsVector ? (SliceBounds.Index(0), 1) : (SliceBounds.At(of.Indices, 1), (int)of.Shape.Columns);
        var watch = of.Watch;
        for (var i = 0; i < rows.Count; i++)
        {
            watch.Count((int)columns.Count);
            var to = result.Slice((int)(((rows.Start + i) * width) + columns.Start), (int)columns.Count);
            var from = of.X.Slice((int)(i * columns.Count), (int)columns.Count);
            for (var j = 0; j < to.Length; j++) to[j] += from[j];
        }
    }
}
