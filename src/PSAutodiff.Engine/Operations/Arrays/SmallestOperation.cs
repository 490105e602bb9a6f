using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The smallest element: of all, or along an axis; its derivative is that of the first one that is so small.</summary>
internal sealed class SmallestOperation() : ReductionOperation("smallest", "min")
{
    protected override string PyTorchName => "torch.amin";

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => (-at.X).Winner(at.Y.Indices) * Stretched(adjoint, at.X, at.Y);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => ((-at.X).Winner(at.Y.Indices) * derivatives[0]).Apply<TotalOperation>(at.Y);

    internal override string RuleName(bool xVaries, bool yVaries) => "case by case";

    internal override double OperationsOf(in ArgumentShapes of) => of.X.Count;

    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements)
    {
        var joined = elements[0];
        foreach (var element in elements[1..]) joined = joined.Apply<MinOperation>(element);
        return joined;
    }

    internal override bool ReadsOnce => true;

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var smallest = code.Local(code.PositiveInfinity);
        each(x => code.Set(smallest, code.Math(nameof(Math.Min), smallest, x)));
        return smallest;
    }

    protected override double Join(ReadOnlySpan<double> elements) => Vectors.Least(elements);

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation) => LongVectors.Least(elements, cancellation);

    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value) => GreatestBound(elements, errors, value, -1);
}

public sealed partial class ExprNode
{
    /// <summary>The smallest of all elements.</summary>
    public static ExprNode Min(ExprNode x) => Form("min", x);

    /// <summary>The smallest of all elements.</summary>
    public ExprNode Min() => Min(this);

    /// <summary>The smallest elements along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Min(long axis) => Apply<SmallestOperation>(this, Indices(axis));
}
