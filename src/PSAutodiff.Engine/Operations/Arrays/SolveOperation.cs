using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The X with A @ X = B, for a square matrix A and a vector or matrix B. NaN where A is singular to working precision.</summary>
internal sealed class SolveOperation() : ArrayOperation("solve", 2)
{
    internal override Notation Latex => field ??= new(@"#1^{-1} \, #2", Notation.ProductLevel, Notation.Atom, Notation.SignLevel);

    internal override Notation MathML => field ??= MatMulOperation.Product(InvOperation.InMathML("#1"), "#2", Notation.Atom, Notation.SignLevel);

    internal override CodeForm PyTorch => field ??= new(Notation.Call("torch.linalg.solve", 2));

    internal override CodeForm Python => field ??= new(Notation.Call("np.linalg.solve", 2));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("solve(eye, B) = B", RuleSets.StandardAndStable, static (x, y, _) => x.Is<EyeOperation>() ? y : Term.None),
        new("solve(A, eye) = inv(A)", RuleSets.StandardAndStable, static (x, y, _) => y.Is<EyeOperation>() ? x.Inverse() : Term.None),
        new("solve(A, A) = eye", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x.Eye(x.Shape.Rows) : Term.None),
        new("solve(A, A @ B) = B", RuleSets.StandardAndStable, static (x, y, _) => y.Is<MatMulOperation>() && y.X == x ? y.Y : Term.None),
        new("solve(inv(A), B) = A @ B", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is<InvOperation>() ? x.X.MatMul(y) :
            x.Is<TransposeOperation>() && x.X.Is<InvOperation>() ? x.X.X.Transposed().MatMul(y) :
            Term.None),
        new("solve(diag(a), B) = B / a", RuleSets.StandardAndStable, static (x, y, _) => x.Is<DiagOperation>() ? y / (y.Shape.IsVector ? x.X : x.X.Reshaped(Shape.Matrix(x.Shape.Rows, 1))) : Term.None),
        new("solve(A, 0) = 0", RuleSets.NotLab, static (_, y, _) => y.Is<ZerosOperation>() ? y : Term.None),
        new("solve(c * A, B) = solve(A, B) / c", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.FactorOut(x) is var (factor, rest) ? rest.Solve(y) / factor : Term.None),
        new("solve(A / c, B) = c * solve(A, B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Divisor(x) is var (rest, divisor) ? divisor * rest.Solve(y) : Term.None),
        new("solve(A, c * B) = c * solve(A, B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.FactorOut(y) is var (factor, rest) ? factor * x.Solve(rest) : Term.None),
        new("solve(A, B / c) = solve(A, B) / c", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Divisor(y) is var (rest, divisor) ? x.Solve(rest) / divisor : Term.None),
        new("solve(-A, B) = -solve(A, B)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<NegOperation>() ? -x.X.Solve(y) : y.Is<NegOperation>() ? -x.Solve(y.X) : Term.None),
        new("solve(A, outer(a, b)) = outer(solve(A, a), b)", RuleSets.StandardAndStable, static (x, y, _) => y.Is<OuterOperation>() ? x.Solve(y.X).Outer(y.Y) : Term.None),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        if (!ArrayForms.IsSquare(of.X)) throw Mismatch($"{of.X.InWords()} and {of.Y.InWords()}", "the first is a square matrix");
        return of.Y.Rows == of.X.Rows ? of.Y.Plain() : throw Mismatch($"{of.X.InWords()} and {of.Y.InWords()}", $"the second is a vector of {of.X.Rows} elements or a matrix of {of.X.Rows} rows");
    }

    internal override string PartRule => "solve(A, B)[:, i] = solve(A, B[:, i])";

    // Whole columns.
    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        if (shape.IsVector) return false;
        part = part.With(0, SliceBounds.Range(0, shape.Rows));
        arguments[1] = part;
        return true;
    }

    internal override double WorkOf(in ArgumentShapes of) => of.X.Count * ((of.X.Rows / 3.0) + Math.Max(1, of.Y.Columns));

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var solved = at.X.Transposed().Solve(adjoint);
        return argument == 1 ? solved : -(at.Y.Shape.IsVector ? solved.Outer(at.Self) : solved.MatMul(at.Self.Transposed()));
    }

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives)
    {
        if (!derivatives[0].Exists) return at.X.Solve(derivatives[1]);
        var moved = derivatives[0].MatMul(at.Self);
        return derivatives[1].Exists ? at.X.Solve(derivatives[1] - moved) : -at.X.Solve(moved);
    }

    internal override string RuleName(bool xVaries, bool yVaries) => xVaries ? "derivative of a solution" : "constant matrix of a solution";

    internal override void WriteLoops(LoopCode code)
    {
        var isVector = code.Shape.IsVector;
        code.ForEach(code.Shape, at => code.Return(code.Y(at), at));
        LoopElimination.WriteSolution(code, isVector ? 1 : code.Shape.Columns, (i, j) => isVector ? code.Result(i) : code.Result(i, j));
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        var system = LinearSystem.ForSize(n);
        if (system.TryFactor(of.X, n, of.Cancellation)) system.Solve(of.Y, of.Y.Length / n, result, of.Cancellation);
        else result.Fill(double.NaN);
    }

    // A matrix that is the same for all rows is factored once.
    internal override void ExecuteRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        if (block.XVaries)
        {
            base.ExecuteRows(of, block, result);
            return;
        }

        var n = (int)of.ShapeX.Rows;
        var system = LinearSystem.ForSize(n);
        if (!system.TryFactor(of.X, n, of.Cancellation))
        {
            result.Fill(double.NaN);
            return;
        }

        for (var row = 0; row < block.Count; row++)
        {
            var right = block.Row(of, row).Y;
            system.Solve(right, right.Length / n, block.Row(result, row), of.Cancellation);
        }
    }

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        new WrittenElimination(of, of.Y).Solve(result);
        return true;
    }

    // By what is left over of the equations, A^-1 (B - A X), and by what errors of A and B add to it.
    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        if (InverseBounds.Of(of.X, errors.X, n) is not { } inverse)
        {
            result.Fill(double.PositiveInfinity);
            return false;
        }

        var width = of.Y.Length / n;
        var column = new double[n];
        for (var j = 0; j < width; j++)
        {
            for (var i = 0; i < n; i++)
            {
                DoubleDouble rest = of.Y[(i * width) + j];
                var error = errors.Y[(i * width) + j];
                for (var k = 0; k < n; k++)
                {
                    rest -= (DoubleDouble)of.X[(i * n) + k] * errors.Value[(k * width) + j];
                    error += errors.X[(i * n) + k] * Math.Abs(errors.Value[(k * width) + j]);
                }

                column[i] = Math.Abs(rest.High) + error;
            }

            for (var i = 0; i < n; i++) result[(i * width) + j] = inverse.Spread(i, column);
        }

        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The x with a @ x = b for a square matrix a and a vector or matrix b; NaN where a is singular.</summary>
    public static ExprNode Solve(ExprNode a, ExprNode b) => Apply<SolveOperation>(a, b);

    /// <summary>The x with this @ x = b for this square matrix; NaN where it is singular.</summary>
    public ExprNode Solve(ExprNode b) => Solve(this, b);
}
