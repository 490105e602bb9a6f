using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// The lower triangular L with L @ L.T = A for a positive definite matrix A; of a matrix that is not symmetric it is that of its symmetric part,
/// (A + A.T) / 2. NaN where that is not positive definite to working precision.
/// </summary>
internal sealed class CholeskyOperation() : ArrayOperation("cholesky", 1)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{chol}", 1);

    internal override CodeForm PyTorch => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def cholesky(x):
            return torch.linalg.cholesky((x + x.t()) / 2.0)
        """));

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def cholesky(x):
            return np.linalg.cholesky((x + x.T) / 2)
        """));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("cholesky(eye) = eye", RuleSets.StandardAndStable, static (x, _, _) => x.Is<EyeOperation>() ? x : Term.None),
        new("cholesky(diag(a)) = diag(sqrt(a))", RuleSets.StandardAndStable, static (x, _, _) => x.Is<DiagOperation>() ? x.X.Apply<SqrtOperation>().Apply<DiagOperation>() : Term.None),
        new("cholesky(A.T) = cholesky(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TransposeOperation>() ? x.X.Apply<CholeskyOperation>() : Term.None),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of) => ArrayForms.IsSquare(of.X) ? of.X.Plain() : throw NotFor(of.X, "a square matrix");

    internal override double WorkOf(in ArgumentShapes of) => of.X.Count * (of.X.Rows / 6.0);

    // I. Murray, "Differentiation of the Cholesky decomposition" (2016), 3 and 4: of L' times the adjoint, half the diagonal and what is below it count.
    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var transpose = at.Self.Transposed();
        var half = transpose.Solve(HalfOf(transpose.MatMul(adjoint)));
        var whole = transpose.Solve(half.Transposed());
        return (whole + whole.Transposed()) / at.Constant(2);
    }

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives)
    {
        var symmetric = (derivatives[0] + derivatives[0].Transposed()) / at.Constant(2);
        return at.Self.MatMul(HalfOf(at.Self.Solve(at.Self.Solve(symmetric).Transposed())));
    }

    internal override string RuleName(bool xVaries, bool yVaries) => "derivative of a Cholesky factor";

    internal override void WriteLoops(LoopCode code)
    {
        // 1 as long as all elements of the diagonal are positive numbers; NaN afterwards.
        var isDefinite = code.Local("1.0");
        code.For(code.Shape.Rows, i =>
        {
            code.For("0", $"{i} + 1", j =>
            {
                var sum = code.Local($"({code.X(i, j)} + {code.X(j, i)}) / 2.0");
                code.For("0", j, k => code.Do($"{sum} -= {code.Result(i, k)} * {code.Result(j, k)}"));
                code.If(code.Compare(i, "!=", j), () => code.Return($"{sum} / {code.Result(j, j)}", i, j));
                code.If(code.Compare(i, "==", j), () => code.Return(code.Math(nameof(Math.Sqrt), sum), i, j));
            });
            code.Do($"{isDefinite} *= {code.Result(i, i)} / {code.Result(i, i)}");
        });
        code.ForEach(code.Shape, at => code.Do($"{code.Result(at)} *= {isDefinite}"));
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (!CholeskyFactor.TryFactor(of.X, (int)of.ShapeX.Rows, result, of.Cancellation)) result.Fill(double.NaN);
    }

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var (n, two) = ((int)of.ShapeX.Rows, of.Zero.Constant(2));
        result.Fill(of.Zero);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var rest = i == j ? of.X[(i * n) + i] : (of.X[(i * n) + j] + of.X[(j * n) + i]) / two;
                for (var k = 0; k < j; k++) rest -= result[(i * n) + k] * result[(j * n) + k];
                result[(i * n) + j] = i == j ? rest.Apply<SqrtOperation>() : rest / result[(j * n) + j];
            }
        }

        return true;
    }

    // What moves the matrix by D, errors and those of elimination, moves the factor by L half(L^-1 D L^-T).
    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        result.Fill(double.PositiveInfinity);
        if (InverseBounds.Of(errors.Value, new double[n * n], n) is not { } inverse) return false;
        var (moved, half) = (new double[n * n], new double[n * n]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var products = 0.0;
                for (var k = 0; k <= Math.Min(i, j); k++) products += Math.Abs(errors.Value[(i * n) + k] * errors.Value[(j * n) + k]);
                moved[(i * n) + j] = ((errors.X[(i * n) + j] + errors.X[(j * n) + i]) / 2) + ArrayErrors.OfRounding(Math.Min(i, j) + 2, products);
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = 0; k <= i; k++)
                {
                    for (var l = 0; l <= j; l++) sum += inverse[i, k] * moved[(k * n) + l] * inverse[j, l];
                }

                if (!(sum < 0.25)) return false;
                half[(i * n) + j] = i == j ? sum / 2 : sum;
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                result[(i * n) + j] = 0;
                for (var k = j; k <= i; k++) result[(i * n) + j] += 2 * Math.Abs(errors.Value[(i * n) + k]) * half[(k * n) + j];
            }
        }

        return false;
    }

    private static Term HalfOf(Term matrix) => matrix.Tril() - (matrix.Apply<DiagOperation>() / matrix.Constant(2)).Apply<DiagOperation>();
}

public sealed partial class ExprNode
{
    /// <summary>The lower triangular matrix whose product with its transpose is a positive definite matrix; NaN where there is none.</summary>
    public static ExprNode Cholesky(ExprNode x) => Apply<CholeskyOperation>(x);

    /// <summary>The lower triangular matrix whose product with its transpose is this positive definite matrix; NaN where there is none.</summary>
    public ExprNode Cholesky() => Cholesky(this);
}
