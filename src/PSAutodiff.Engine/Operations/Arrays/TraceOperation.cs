using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The sum of the diagonal of a square matrix.</summary>
internal sealed class TraceOperation() : ArrayOperation("trace", 1)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{tr}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("tr", 1);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("trace(outer(a, b)) = a @ b", RuleSets.StandardAndStable, static (x, _, _) => x.Is<OuterOperation>() ? x.X.MatMul(x.Y) : Term.None),
        new("trace(eye(n)) = n", RuleSets.StandardAndStable, static (x, _, _) => x.Is<EyeOperation>() ? x.Constant(x.Shape.Rows) : Term.None),
        new("trace(diag(a)) = sum(a)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<DiagOperation>() ? x.X.Total() : Term.None),
        new("trace(A.T) = trace(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TransposeOperation>() ? x.X.Apply<TraceOperation>() : Term.None),
        .. ArrayForms.Linear("trace(A)", static (x, _) => x.Apply<TraceOperation>()),
        new("trace(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of) => of.X.IsMatrix && of.X.Rows == of.X.Columns ? Shape.Number : throw NotFor(of.X, "a square matrix");

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint * at.X.Eye(at.X.Shape.Rows);

    internal override double OperationsOf(in ArgumentShapes of) => of.X.Rows;

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var sum = of.X[0];
        for (var i = (int)of.ShapeX.Columns + 1; i < of.X.Length; i += (int)of.ShapeX.Columns + 1) sum += of.X[i];
        result[0] = sum;
        return true;
    }

    internal override void WriteLoops(LoopCode code)
    {
        var sum = code.Local("0.0");
        code.For(code.ShapeX.Rows, i => code.Add(sum, code.X(i, i)));
        code.Return(sum);
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var sum = 0.0;
        var size = (int)of.ShapeX.Rows;
        for (var i = 0; i < size; i++) sum += of.X[(i * size) + i];
        result[0] = sum;
    }

    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var (error, total) = (0.0, 0.0);
        var size = (int)of.ShapeX.Rows;
        for (var i = 0; i < size; i++)
        {
            error += errors.X[(i * size) + i];
            total += Math.Abs(of.X[(i * size) + i]);
        }

        result[0] = error + ArrayErrors.OfRounding(size - 1, total);
        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The sum of the diagonal of a square matrix.</summary>
    public static ExprNode Trace(ExprNode x) => Apply<TraceOperation>(x);

    /// <summary>The sum of the diagonal of a matrix.</summary>
    public ExprNode Trace() => Trace(this);
}
