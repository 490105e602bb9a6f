using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The inverse of a square matrix. NaN where it is singular to working precision.</summary>
internal sealed class InvOperation() : ArrayOperation("inv", 1)
{
    internal override Notation Latex => field ??= new("#1^{-1}", Notation.PowerLevel, Notation.Atom);

    internal override Notation MathML => field ??= new(InMathML("#1"), Notation.PowerLevel, Notation.Atom);

    internal override CodeForm PyTorch => field ??= new(Notation.Call("torch.linalg.inv", 1));

    internal override CodeForm Python => field ??= new(Notation.Call("np.linalg.inv", 1));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("inv(inv(A)) = A", RuleSets.StandardAndStable, static (x, _, _) => x.Is<InvOperation>() ? x.X : Term.None),
        new("inv(A.T) = inv(A).T", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TransposeOperation>() ? x.X.Inverse().Transposed() : Term.None),
        new("inv(eye) = eye", RuleSets.StandardAndStable, static (x, _, _) => x.Is<EyeOperation>() ? x : Term.None),
        new("inv(diag(a)) = diag(1 / a)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<DiagOperation>() ? (1 / x.X).Apply<DiagOperation>() : Term.None),
        new("inv(c * A) = inv(A) / c", RuleSets.StandardAndStable, static (x, _, _) => ArrayForms.FactorOut(x) is var (factor, rest) ? rest.Inverse() / factor : Term.None),
        new("inv(A / c) = c * inv(A)", RuleSets.StandardAndStable, static (x, _, _) => ArrayForms.Divisor(x) is var (rest, divisor) ? divisor * rest.Inverse() : Term.None),
        new("inv(-A) = -inv(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Inverse() : Term.None),
    ];

    /// <summary>The inverse of an element of MathML.</summary>
    internal static string InMathML(string matrix) => $"<msup>{matrix}<mrow><mo>-</mo><mn>1</mn></mrow></msup>";

    internal override Shape ShapeOf(in ArgumentShapes of) => ArrayForms.IsSquare(of.X) ? of.X : throw NotFor(of.X, "a square matrix");

    internal override double WorkOf(in ArgumentShapes of) => of.X.Count * (double)of.X.Rows;

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var transpose = at.Self.Transposed();
        return -transpose.MatMul(adjoint).MatMul(transpose);
    }

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => -at.Self.MatMul(derivatives[0]).MatMul(at.Self);

    internal override string RuleName(bool xVaries, bool yVaries) => "derivative of an inverse";

    internal override void WriteLoops(LoopCode code)
    {
        code.For(code.Shape.Rows, i => code.Return("1.0", i, i));
        LoopElimination.WriteSolution(code, code.Shape.Columns, (i, j) => code.Result(i, j));
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        var system = LinearSystem.ForSize(n);
        if (!system.TryFactor(of.X, n, of.Cancellation))
        {
            result.Fill(double.NaN);
            return;
        }

        system.Invert(result, of.Cancellation);
        if (of.Shape.IsSymmetric && IsSymmetric(of.X, n)) MakeSymmetric(result, n);
    }

    // Differences go to points beside the promise, where the inverse has no symmetry.
    private static bool IsSymmetric(ReadOnlySpan<double> matrix, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (matrix[(i * n) + j] != matrix[(j * n) + i]) return false;
            }
        }

        return true;
    }

    private static void MakeSymmetric(Span<double> matrix, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) matrix[(i * n) + j] = matrix[(j * n) + i] = (0.5 * matrix[(i * n) + j]) + (0.5 * matrix[(j * n) + i]);
        }
    }

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var eye = new Term[result.Length];
        for (var i = 0; i < eye.Length; i++) eye[i] = i % ((int)of.ShapeX.Rows + 1) == 0 ? of.Zero.Constant(1) : of.Zero;
        new WrittenElimination(of, eye).Solve(result);
        return true;
    }

    // As of the solutions for eye.
    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var (n, eye) = ((int)of.ShapeX.Rows, new double[of.X.Length]);
        for (var i = 0; i < n; i++) eye[(i * n) + i] = 1;
        var solved = new ArrayOperands { X = of.X, Y = eye, ShapeX = of.ShapeX, ShapeY = of.Shape, Shape = of.Shape, Indices = [] };
        return OperationOf<SolveOperation>.Instance.Bound(solved, new ArrayErrors { X = errors.X, Y = new double[of.X.Length], Value = errors.Value, OfJump = errors.OfJump }, result);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The inverse of a square matrix; NaN where it is singular.</summary>
    public static ExprNode Inv(ExprNode x) => Apply<InvOperation>(x);

    /// <summary>The inverse of a square matrix; NaN where it is singular.</summary>
    public ExprNode Inv() => Inv(this);
}
