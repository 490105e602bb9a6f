using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>Stretched to a larger shape: a number to an array, a vector to all rows of a matrix, a single row or column to a matrix.</summary>
internal sealed class BroadcastOperation() : ArrayOperation("broadcast", 2, hasIndices: true)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{broadcast}", 1);

    internal override Notation LatexOf(in ArgumentShapes of) => Notation.LatexCall($@"\operatorname{{broadcast}}_{{{ArrayForms.LatexSizes(of.Indices)}}}", 1);

    internal override Notation MathMLOf(in ArgumentShapes of) => ArrayForms.MathMLCallWithSizes(Name, of.Indices);

    internal override Notation PyTorchOf(in ArgumentShapes of) => new($"torch.broadcast_to({ArrayForms.PyTorchTensor(of.X)}, {ArrayForms.Tuple(of.Indices)})", Notation.Atom, 0);

    internal override CodeForm Python => field ??= new(Notation.Call("np.broadcast_to", 1));

    internal override Notation PythonOf(in ArgumentShapes of) => new($"np.broadcast_to(#1, {ArrayForms.Tuple(of.Indices)})", Notation.Atom, 0);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("broadcast(A) = A, the same shape", RuleSets.NotLab, static (x, i, _) => x.Shape.IsLike(Shape.Of(i.Indices)) ? x : Term.None),
        new("broadcast(0) = zeros", RuleSets.NotLab, static (x, i, _) => x.Is(0) || x.Is<ZerosOperation>() ? i.Apply<ZerosOperation>() : Term.None),
        new("broadcast(1) = ones", RuleSets.NotLab, static (x, i, _) => x.Is(1) || x.Is<OnesOperation>() ? i.Apply<OnesOperation>() : Term.None),
        new("broadcast(broadcast(A)) = broadcast(A)", RuleSets.NotLab, static (x, i, _) => x.Is<BroadcastOperation>() ? x.X.Apply<BroadcastOperation>(i) : Term.None),
        .. ArrayForms.Linear("broadcast(A)", static (x, i) => x.Apply<BroadcastOperation>(i)),
    ];

    internal override (Identity? Identity, Term Result) RewriteAround(Operation operation, RuleSets rules, Term x, Term y, Term z) => ArrayIdentities.Rewrite(operation, rules, x, y, z);

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => ArrayForms.CallWithNumbers(Name, indices);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var shape = ArrayForms.Sizes(Name, of.Indices);
        return of.X.StretchesTo(shape)
            ? shape
            : throw new AutodiffException(ErrorIds.ShapeMismatch, $"'{Name}' cannot stretch {of.X.InWords()} to {shape.InWords()}: a size stays as it is, or is 1.");
    }

    internal override string PartRule => "broadcast(x)[i] = x[i]";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        arguments[0] = PartBounds.OfStretched(of.X, shape, part);
        return true;
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.StretchedTo(shape);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.SummedTo(at.X.Shape);

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? ElementOf(in ArgumentShapes of, Shape shape) => LoopMap.Stretched(of.X, shape);

    internal override void Execute(in ArrayOperands of, Span<double> result) => ArrayForms.Stretch(of.X, of.ShapeX, of.Shape, result, of.Cancellation);
}

public sealed partial class ExprNode
{
    /// <summary>Stretched to a larger shape.</summary>
    public static ExprNode Broadcast(ExprNode x, params long[] sizes) => Apply<BroadcastOperation>(x, Indices(sizes));

    /// <summary>Stretched to a larger shape.</summary>
    public ExprNode Broadcast(params long[] sizes) => Broadcast(this, sizes);
}
