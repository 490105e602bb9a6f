using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The largest element: of all, or along an axis; its derivative is that of the first one that is so large.</summary>
internal sealed class LargestOperation() : ReductionOperation("largest", "max")
{
    protected override string PyTorchName => "torch.amax";

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => at.X.Winner(at.Y.Indices) * Stretched(adjoint, at.X, at.Y);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => (at.X.Winner(at.Y.Indices) * derivatives[0]).Apply<TotalOperation>(at.Y);

    internal override string RuleName(bool xVaries, bool yVaries) => "case by case";

    internal override double OperationsOf(in ArgumentShapes of) => of.X.Count;

    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements)
    {
        var joined = elements[0];
        foreach (var element in elements[1..]) joined = joined.Apply<MaxOperation>(element);
        return joined;
    }

    internal override bool ReadsOnce => true;

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var largest = code.Local(code.NegativeInfinity);
        each(x => code.Set(largest, code.Math(nameof(Math.Max), largest, x)));
        return largest;
    }

    protected override double Join(ReadOnlySpan<double> elements) => Vectors.Greatest(elements);

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation) => LongVectors.Greatest(elements, cancellation);

    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value) => GreatestBound(elements, errors, value, 1);
}

public sealed partial class ExprNode
{
    /// <summary>The largest of all elements.</summary>
    public static ExprNode Max(ExprNode x) => Form("max", x);

    /// <summary>The largest of all elements.</summary>
    public ExprNode Max() => Max(this);

    /// <summary>The largest elements along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Max(long axis) => Apply<LargestOperation>(this, Indices(axis));
}
