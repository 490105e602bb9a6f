using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The lower triangle of a matrix, with zeros above its diagonal.</summary>
internal sealed class TrilOperation() : ArrayOperation("tril", 1)
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("tril(tril(A)) = tril(A)", RuleSets.NotLab, static (x, _, _) => x.Is<TrilOperation>() || x.Is<CholeskyOperation>() ? x : Term.None),
        new("tril(diag(a)) = diag(a)", RuleSets.NotLab, static (x, _, _) => x.Is<DiagOperation>() || x.Is<EyeOperation>() || x.Is<ZerosOperation>() ? x : Term.None),
        .. ArrayForms.Linear("tril(A)", static (x, _) => x.Tril()),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of) => of.X.IsMatrix ? of.X.Plain() : throw NotFor(of.X, "a matrix");

    internal override string PartRule => "tril(A)[i, j] = A[i, j] where j <= i, else 0";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        arguments[0] = part;
        return part is { Rows.IsIndex: true, Columns.IsIndex: true };
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => part.Columns.Start <= part.Rows.Start ? x : x.Constant(0);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Tril();

    internal override void WriteLoops(LoopCode code) => code.ForEach(code.Shape, at => code.If(code.Compare(at[1], "<=", at[0]), () => code.Return(code.X(at), at)));

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        of.Fill(result, 0);
        var watch = of.Watch;
        var columns = (int)of.ShapeX.Columns;
        for (var i = 0; i < (int)of.ShapeX.Rows; i++)
        {
            watch.Count(columns);
            of.X.Slice(i * columns, Math.Min(i + 1, columns)).CopyTo(result[(i * columns)..]);
        }
    }
}

public sealed partial class ExprNode
{
    /// <summary>The lower triangle of a matrix, with zeros above its diagonal.</summary>
    public static ExprNode Tril(ExprNode x) => Apply<TrilOperation>(x);

    /// <summary>The lower triangle of a matrix, with zeros above its diagonal.</summary>
    public ExprNode Tril() => Tril(this);
}
