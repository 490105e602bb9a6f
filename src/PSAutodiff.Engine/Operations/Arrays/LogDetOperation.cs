using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// The logarithm of the determinant of a square matrix: minus infinity where a pivot is 0, NaN where the determinant is negative, or where the
/// matrix is so near to a singular one that its sign is not known.
/// </summary>
internal sealed class LogDetOperation() : ArrayOperation("logdet", 1)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\log\det", 1);

    internal override Notation MathML => field ??= Notation.MathMLApply("<mrow><mi>log</mi><mo>\u2061</mo><mi>det</mi></mrow>", 1);

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def logdet(x):
            sign, value = np.linalg.slogdet(x)
            return value if sign >= 0 else np.nan
        """));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("logdet(inv(A)) = -logdet(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<InvOperation>() ? -x.X.Apply<LogDetOperation>() : Term.None),
        new("logdet(A.T) = logdet(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TransposeOperation>() ? x.X.Apply<LogDetOperation>() : Term.None),
        new("logdet(eye) = 0", RuleSets.StandardAndStable, static (x, _, _) => x.Is<EyeOperation>() ? x.Constant(0) : Term.None),

        // Of other numbers the sign counts too.
        new("logdet(c * A) = n * log(c) + logdet(A)", RuleSets.StandardAndStable, static (x, _, _) => ArrayForms.FactorOut(x) is var (factor, rest) && factor.IsConstant && factor.ConstantValue > 0
            ? (x.Constant(x.Shape.Rows) * factor.Apply<LogOperation>()) + rest.Apply<LogDetOperation>()
            : Term.None) { Growth = 2 },
    ];

    internal override Shape ShapeOf(in ArgumentShapes of) => ArrayForms.IsSquare(of.X) ? Shape.Number : throw NotFor(of.X, "a square matrix");

    internal override double WorkOf(in ArgumentShapes of) => of.X.Count * (of.X.Rows / 3.0);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint * at.X.Inverse().Transposed();

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => at.X.Solve(derivatives[0]).Apply<TraceOperation>();

    internal override string RuleName(bool xVaries, bool yVaries) => "derivative of a determinant";

    internal override void WriteLoops(LoopCode code) => LoopElimination.WriteLogarithm(code);

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        var system = LinearSystem.ForSize(n);
        var isRegular = system.TryFactor(of.X, n, of.Cancellation);
        var (logarithm, isNegative) = isRegular ? system.Determinant() : (double.NegativeInfinity, !system.IsFinite || system.SmallestPivot > 0);
        result[0] = isNegative ? double.NaN : logarithm;
    }

    // The logarithms of the pivots, and that of 1 or -1.
    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var elimination = new WrittenElimination(of, []);
        var logarithms = new Term[(int)of.ShapeX.Rows];
        var sign = Term.None;
        for (var i = 0; i < logarithms.Length; i++)
        {
            logarithms[i] = elimination.Pivot(i).Apply<AbsOperation>().Apply<LogOperation>();
            var own = elimination.Pivot(i).Apply<SignOperation>();
            sign = sign.Exists ? sign * own : own;
        }

        if (elimination.IsNegative.Exists) sign = elimination.IsNegative.Apply<SelectOperation>(-sign, sign);
        result[0] = of.Sum(logarithms) + sign.Apply<LogOperation>();
        return true;
    }

    // What errors of the elements, and of elimination, add to it: each times its element of the inverse.
    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var n = (int)of.ShapeX.Rows;
        if (InverseBounds.Of(of.X, errors.X, n) is not { } inverse)
        {
            result[0] = double.PositiveInfinity;
            return false;
        }

        var system = LinearSystem.ForSize(n);
        system.Factor(of.X, n);
        var (error, moved) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                error += Math.ScaleB(inverse[j, i], system.RowExponents[i] + system.ColumnExponents[j]);
                moved += inverse[j, i] * errors.X[(i * n) + j];
            }
        }

        // Of an exact matrix the first factor is exact.
        result[0] = ArrayErrors.OfRounding(n - 1, 2 * error) + (2 * moved) + ArrayErrors.OfRounding(1, n + Math.Abs(errors.Value[0]));
        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The logarithm of the determinant of a square matrix; NaN where that is negative.</summary>
    public static ExprNode LogDet(ExprNode x) => Apply<LogDetOperation>(x);

    /// <summary>The logarithm of the determinant of a square matrix; NaN where that is negative.</summary>
    public ExprNode LogDet() => LogDet(this);
}
