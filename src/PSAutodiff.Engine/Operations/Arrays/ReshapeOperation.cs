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

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Reshaped(at.X.Shape);

    internal override void Execute(in ArrayOperands of, Span<double> result) => of.X.CopyTo(result);
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
