using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The mean of elements: all, or along an axis.</summary>
internal sealed class MeanOperation() : ReductionOperation("mean", "mean")
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("mean(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : x.Is<OnesOperation>() ? x.Constant(1) : Term.None),
        .. ArrayForms.Linear("mean(A)", static (x, i) => x.Apply<MeanOperation>(i)),
        new("mean(broadcast(x)) = mean(x)", RuleSets.StandardAndStable, static (x, i, _) =>
            ArrayForms.OfStretched(x, i.Indices, static all => all.Apply<MeanOperation>(all.Index()), static (one, _) => one)),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) =>
        Stretched(adjoint / adjoint.Constant(ArrayForms.Joined(at.X.Shape, at.Y.Indices)), at.X, at.Y);

    internal override string RuleName(bool xVaries, bool yVaries) => "mean rule";

    internal override double OperationsOf(in ArgumentShapes of) => of.X.Count;

    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements) => of.Sum(elements) / of.Zero.Constant(elements.Length);

    internal override bool ReadsOnce => true;

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var sum = code.Local("0.0");
        each(x => code.Add(sum, x));
        return $"{sum} / {count}.0";
    }

    protected override double Join(ReadOnlySpan<double> elements) => Vectors.Sum(elements) / elements.Length;

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation) => LongVectors.Sum(elements, cancellation) / elements.Length;

    protected override void Join(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        Vectors.Sums(elements, length, result);
        if (length > 1) Vectors.Divide(result, (double)length);
    }

    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value) =>
        (SumBound(elements, errors) / elements.Length) + ArrayErrors.OfRounding(1, Math.Abs(value));
}

public sealed partial class ExprNode
{
    /// <summary>The mean of all elements.</summary>
    public static ExprNode Mean(ExprNode x) => Form("mean", x);

    /// <summary>The mean of all elements.</summary>
    public ExprNode Mean() => Mean(this);

    /// <summary>The means along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Mean(long axis) => Apply<MeanOperation>(this, Indices(axis));
}
