using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The sum of elements: all, or along an axis.</summary>
internal sealed class TotalOperation() : ReductionOperation("total", "sum")
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("sum(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
        new("sum(ones) is their number", RuleSets.StandardAndStable, static (x, i, _) => x.Is<OnesOperation>() ? x.Constant(ArrayForms.Joined(x.Shape, i.Indices)) : Term.None),
        .. ArrayForms.Linear("sum(A)", static (x, i) => x.Apply<TotalOperation>(i)),
        new("sum(a * b) = a @ b", RuleSets.StandardAndStable, static (x, _, _) =>
            x.Shape.IsVector && x.Is<MulOperation>() && x.X.Shape.IsLike(x.Shape) && x.Y.Shape.IsLike(x.Shape) ? x.X.MatMul(x.Y) : Term.None),
        new("sum(broadcast(x)) = n * x", RuleSets.StandardAndStable, static (x, i, _) =>
            ArrayForms.OfStretched(x, i.Indices, static all => all.Total(), static (one, n) => n == 1 ? one : one.Constant(n) * one)),
        new("sum(outer(a, b)) = sum(a) * sum(b)", RuleSets.StandardAndStable, static (x, i, _) => !x.Is<OuterOperation>() ? Term.None :
            i.Indices is [] ? x.X.Total() * x.Y.Total() :
            i.Indices[0] == 0 ? x.X.Total() * x.Y :
            x.Y.Total() * x.X) { Growth = 1 },
        new("sum(diag(a)) = sum(a)", RuleSets.StandardAndStable, static (x, i, _) => x.Is<DiagOperation>() && x.Shape.IsMatrix ? (i.Indices is [] ? x.X.Total() : x.X) : Term.None),
        new("sum(place(a)) = sum(a)", RuleSets.StandardAndStable, static (x, i, _) => !x.Is<PlaceOperation>() || (x.Shape.IsMatrix && i.Indices is not []) ? Term.None : x.X.Shape.IsNumber ? x.X : x.X.Total()),
        new("sum(A.T) = sum(A)", RuleSets.StandardAndStable, static (x, i, _) => x.Is<TransposeOperation>() && i.Indices is [] ? x.X.Total() : Term.None),
        new("sum(sum(A, axis)) = sum(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TotalOperation>() ? x.X.Total() : Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Stretched(adjoint, at.X, at.Y);

    internal override string RuleName(bool xVaries, bool yVaries) => "sum rule";

    internal override double OperationsOf(in ArgumentShapes of) => of.X.Count;

    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements) => of.Sum(elements);

    internal override bool ReadsOnce => true;

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var sum = code.Local("0.0");
        each(x => code.Add(sum, x));
        return sum;
    }

    protected override double Join(ReadOnlySpan<double> elements) => Vectors.Sum(elements);

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation) => LongVectors.Sum(elements, cancellation);

    protected override void Join(ReadOnlySpan<double> elements, int length, Span<double> result) => Vectors.Sums(elements, length, result);

    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value) => SumBound(elements, errors);

    protected override void JoinRows(ReadOnlySpan<double> matrix, int columns, Span<double> result, CancellationToken cancellation)
    {
        var watch = new WorkWatch(cancellation);
        matrix[..columns].CopyTo(result);
        for (var start = columns; start < matrix.Length; start += columns)
        {
            watch.Count(columns);
            Vectors.Add(result, matrix.Slice(start, columns));
        }
    }
}

public sealed partial class ExprNode
{
    /// <summary>The sum of all elements.</summary>
    public static ExprNode Sum(ExprNode x) => Form("sum", x);

    /// <summary>The sum of all elements.</summary>
    public ExprNode Sum() => Sum(this);

    /// <summary>The sums along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Sum(long axis) => Apply<TotalOperation>(this, Indices(axis));
}
