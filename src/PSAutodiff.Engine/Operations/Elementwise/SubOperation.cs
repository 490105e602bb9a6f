using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The difference x - y.</summary>
internal sealed class SubOperation() : BinaryOperation<SubOperation.Function>("sub")
{
    internal override Notation Infix => field ??= new("#1 - #2", Notation.SumLevel, Notation.SumLevel, Notation.MatrixProductLevel);

    internal override Notation Lab => field ??= Notation.LabInfix("-");

    internal override Notation Latex => field ??= new("#1 - #2", Notation.SumLevel, Notation.SumLevel, Notation.ProductLevel);

    internal override Rounding Rounding => field ??= new(1)
    {
        IsExact = static (x, y) => ExactArithmetic.TryAdd(x, -y, out _),
        InDecimals = static (x, y) => x - y,
        Propagates = static (_, _, ex, _, ey) => ex + ey,
        MayUnderflow = false,
    };

    internal override Notation MathML => field ??= Notation.MathMLInfix("−", Notation.SumLevel, Notation.SumLevel, Notation.ProductLevel);

    internal override bool IsLab => true;

    internal override OpCode? Instruction => OpCodes.Sub;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("0 - y = -1 * y", RuleSets.Lab, static (x, y, _) => x.Is(0) ? -1 * y : Term.None) { FirstIsConstant = true },
        new("0 - y = -y", RuleSets.NotLab, static (x, y, _) => x.Is(0) ? -y : Term.None) { FirstIsConstant = true },
        new("x - 0 = x", RuleSets.All, static (x, y, _) => y.Is(0) ? x : Term.None) { SecondIsConstant = true },
        new("x - x = 0", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x.Constant(0) : Term.None),
        new("cosh(x)^2 - sinh(x)^2 = 1", RuleSets.StandardAndStable, static (x, y, _) =>
            PowOperation.IsSquareOf<CoshOperation>(x) && PowOperation.IsSquareOf<SinhOperation>(y) && x.X.X == y.X.X ? x.Constant(1) :
            PowOperation.IsSquareOf<SinhOperation>(x) && PowOperation.IsSquareOf<CoshOperation>(y) && x.X.X == y.X.X ? x.Constant(-1) :
            Term.None),
        new("x - (-y) = x + y", RuleSets.NotLab, static (x, y, _) => x + y.X) { Second = typeof(NegOperation) },
        new("(-x) - y = -(x + y)", RuleSets.Signs, static (x, y, _) => -(x.X + y)) { First = typeof(NegOperation) },
        new("x - (-c) * y = x + c * y", RuleSets.StandardAndStable, static (x, y, _) => Coefficient.Of(y) < 0 ? x + (-y) : Term.None),
        new("x - (-c) = x + c", RuleSets.StandardAndStable, static (x, y, _) => y.ConstantValue < 0 && !x.IsConstant ? x + (-y) : Term.None) { SecondIsConstant = true },
        new("1 - sigmoid(x) = sigmoid(-x)", RuleSets.Stable, static (x, y, _) => x.Is(1) ? (-y.X).Apply<SigmoidOperation>() : Term.None) { FirstIsConstant = true, Second = typeof(SigmoidOperation) },
        new("1 - tanh(x)^2 = sech2(x)", RuleSets.Stable, static (x, y, _) => x.Is(1) && SquareOfTanh(y) is { Exists: true } u ? u.Apply<Sech2Operation>() : Term.None) { FirstIsConstant = true },
        new("1 - sech2(x) = tanh(x)^2", RuleSets.Stable, static (x, y, _) => x.Is(1) ? SquareOf(y.X.Apply<TanhOperation>()) : Term.None) { FirstIsConstant = true, Second = typeof(Sech2Operation) },
        new("1 - erf(x) = erfc(x)", RuleSets.Stable, static (x, y, _) => x.Is(1) ? y.X.Apply<ErfcOperation>() : Term.None) { FirstIsConstant = true, Second = typeof(ErfOperation) },
        new("1 - erfc(x) = erf(x)", RuleSets.Stable, static (x, y, _) => x.Is(1) ? y.X.Apply<ErfOperation>() : Term.None) { FirstIsConstant = true, Second = typeof(ErfcOperation) },
        new("exp(x) - 1 = expm1(x)", RuleSets.Stable, static (x, y, _) => y.Is(1) ? x.X.Apply<Expm1Operation>() : Term.None) { First = typeof(ExpOperation), SecondIsConstant = true },
        new("1 - exp(x) = -expm1(x)", RuleSets.Stable, static (x, y, _) => x.Is(1) ? -y.X.Apply<Expm1Operation>() : Term.None) { FirstIsConstant = true, Second = typeof(ExpOperation) },
        new("sigmoid(x) - 1 = -sigmoid(-x)", RuleSets.Stable, static (x, y, _) => y.Is(1) ? -(-x.X).Apply<SigmoidOperation>() : Term.None) { First = typeof(SigmoidOperation), SecondIsConstant = true },
        new("y - y * sigmoid(x) = y * sigmoid(-x)", RuleSets.Stable, static (x, y, _) => Remainder<SigmoidOperation>(x, y) is { Exists: true } u ? x * (-u).Apply<SigmoidOperation>() : Term.None),
        new("y * exp(x) - y = y * expm1(x)", RuleSets.Stable, static (x, y, _) => Remainder<ExpOperation>(y, x) is { Exists: true } u ? y * u.Apply<Expm1Operation>() : Term.None),
        new("y - y * exp(x) = -(y * expm1(x))", RuleSets.Stable, static (x, y, _) => Remainder<ExpOperation>(x, y) is { Exists: true } u ? -(x * u.Apply<Expm1Operation>()) : Term.None),
        new("sech2(x) - 1 = -tanh(x)^2", RuleSets.Stable, static (x, y, _) => y.Is(1) ? -SquareOf(x.X.Apply<TanhOperation>()) : Term.None) { First = typeof(Sech2Operation), SecondIsConstant = true },
        new("tanh(x)^2 - 1 = -sech2(x)", RuleSets.Stable, static (x, y, _) => y.Is(1) && SquareOfTanh(x) is { Exists: true } u ? -u.Apply<Sech2Operation>() : Term.None) { SecondIsConstant = true },
        new("softplus(x) - x = softplus(-x)", RuleSets.Stable, static (x, y, _) => x.X == y ? (-y).Apply<SoftplusOperation>() : Term.None) { First = typeof(SoftplusOperation) },
        new("x - softplus(x) = -softplus(-x)", RuleSets.Stable, static (x, y, _) => y.X == x ? -(-x).Apply<SoftplusOperation>() : Term.None) { Second = typeof(SoftplusOperation) },
        new("c * A - c * B = c * (A - B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Joined(x, y, minus: true)) { IsOfArrays = true },
        new("(a + b) - c = a + (b - c)", RuleSets.Standard, static (x, y, _) => ArrayForms.JoinedWithin(x, y, minus: true)) { IsOfArrays = true },
        new("A @ x - B @ x = (A - B) @ x", RuleSets.Standard, static (x, y, _) => ArrayForms.JoinedProducts(x, y, minus: true)) { IsOfArrays = true },
        new("diag(a) - diag(b) = diag(a - b)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.JoinedDiagonals(x, y, minus: true)) { First = typeof(DiagOperation), IsOfArrays = true },
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => argument == 0 ? adjoint : -adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) =>
        !derivatives[1].Exists ? derivatives[0] :
        !derivatives[0].Exists ? -derivatives[1] :
        derivatives[0] - derivatives[1];

    internal override string RuleName(bool xVaries, bool yVaries) => "difference rule";

    // The u of y * f(u), for the same y.
    private static Term Remainder<TFunction>(Term y, Term product)
        where TFunction : Operation =>
        product.Is<MulOperation>() && Logistic.Scaled<TFunction>(product) is { Factor.Exists: true } scaled && scaled.Others == y ? scaled.Factor.X : Term.None;

    private static Term SquareOf(Term x) => x.Apply<PowOperation>(x.Constant(2));

    private static Term SquareOfTanh(Term x) =>
        (x.Is<PowOperation>() && x.Y.Is(2) && x.X.Is<TanhOperation>()) || (x.Is<MulOperation>() && x.X == x.Y && x.X.Is<TanhOperation>()) ? x.X.X : Term.None;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => x - y;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The difference x - y.</summary>
    public static ExprNode operator -(ExprNode x, ExprNode y) => Apply<SubOperation>(x, y);

    /// <summary>The difference x - y.</summary>
    public static ExprNode Subtract(ExprNode x, ExprNode y) => x - y;

    /// <summary>The difference x - y.</summary>
    public static ExprNode Sub(ExprNode x, ExprNode y) => x - y;
}
