using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The quotient x / y.</summary>
internal sealed class DivOperation() : BinaryOperation<DivOperation.Function>("div")
{
    internal override Notation Infix => field ??= new("#1 / #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation Lab => field ??= Notation.LabInfix("/");

    // Below the level of an atom: a fraction to a power needs parentheses, or the exponent seems to stand on the numerator.
    internal override Notation LatexOf(in ArgumentShapes of) => of.Y.IsNumber ? Latex : new(@"#1 \oslash #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation Latex => field ??= new(@"\frac{#1}{#2}", Notation.PowerLevel, 0, 0);

    internal override Rounding Rounding => field ??= new(1)
    {
        IsExact = static (x, y) => ExactArithmetic.TryDivide(x, y, out _),
        InDecimals = static (x, y) => x / y,
        DecimalExponent = static (x, y) => x - y,
        Propagates = static (value, _, ex, y, ey) => Math.Abs(y) > 2 * ey ? (ex + (Math.Abs(value) * ey)) / (Math.Abs(y) - ey) : double.PositiveInfinity,
    };

    internal override Notation MathMLOf(in ArgumentShapes of) => of.Y.IsNumber ? MathML : Notation.MathMLInfix("⊘", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation MathML => field ??= new("<mfrac>#1#2</mfrac>", Notation.PowerLevel, 0, 0);

    internal override bool IsLab => true;

    internal override OpCode? Instruction => OpCodes.Div;

    // Of the order of four multiplications on today's processors.
    internal override int Cost(Term node) => 4;

    private static readonly Func<Term, Term, Term, Assumption> NotZeroBelow = static (_, y, _) => Assumption.NotZero(y);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("0 / x = 0", RuleSets.Lab, static (x, _, _) => x.Is(0) ? x : Term.None) { FirstIsConstant = true },
        new("x / 0 is an error", RuleSets.Lab, static (_, y, _) => y.Is(0)
            ? throw new AutodiffException(ErrorIds.DivisionByZero, "division by zero")
            : Term.None),
        new("0 / x = 0", RuleSets.NotLab, static (x, y, _) => x.Is(0) && !y.IsConstant ? x : Term.None) { FirstIsConstant = true, Assumes = NotZeroBelow },
        new("x / 1 = x", RuleSets.All, static (x, y, _) => y.Is(1) ? x : Term.None) { SecondIsConstant = true },
        new("x / -1 = -x", RuleSets.NotLab, static (x, y, _) => y.Is(-1) ? -x : Term.None) { SecondIsConstant = true },
        new("x / x = 1", RuleSets.StandardAndStable, static (x, y, _) => x == y && !x.IsConstant ? x.Constant(1) : Term.None) { Assumes = NotZeroBelow },
        new("(x - y) / (y - x) = -1", RuleSets.StandardAndStable, static (x, y, _) =>
            Logistic.AreOppositeDifferences(x, y) ? x.Constant(-1) : Term.None) { Assumes = static (x, _, _) => Assumption.Different(x.X, x.Y) },
        new("x * y / x = y", RuleSets.StandardAndStable, static (x, y, _) => y.IsConstant ? Term.None : Coefficient.Without(x, y, most: 0)) { Assumes = NotZeroBelow, IsWorthItsCost = false },
        new("y * dsigmoid(x) / sigmoid(x) = y * sigmoid(-x)", RuleSets.Stable, static (x, y, _) =>
            y.Is<SigmoidOperation>() && Logistic.Scaled<DsigmoidOperation>(x) is { Factor.Exists: true } scaled && (scaled.Factor.X == y.X || Logistic.AreOpposite(scaled.Factor.X, y.X))
                ? scaled.Others * (-y.X).Apply<SigmoidOperation>()
                : Term.None),
        new("abs(x) / x = sign(x)", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is<AbsOperation>() && x.X == y ? y.Apply<SignOperation>() :
            y.Is<AbsOperation>() && y.X == x ? x.Apply<SignOperation>() :
            Term.None) { Assumes = static (x, y, _) => Assumption.NotZero(x.Is<AbsOperation>() && x.X == y ? y : x) },
        new("x / (1 / y) = x * y", RuleSets.StandardAndStable, static (x, y, _) => y.X.Is(1) ? x * y.Y : Term.None) { Second = typeof(DivOperation) },
        new("(-x) / (-y) = x / y", RuleSets.StandardAndStable, static (x, y, _) => x.X / y.X) { First = typeof(NegOperation), Second = typeof(NegOperation) },
        new("1 / (1 + exp(x)) = sigmoid(-x)", RuleSets.Stable, static (x, y, _) => x.Is(1) && Logistic.Exponent(y) is { Exists: true } u ? (-u).Apply<SigmoidOperation>() : Term.None) { FirstIsConstant = true },
        new("exp(x) / (1 + exp(x)) = sigmoid(x)", RuleSets.Stable, static (x, y, _) => Logistic.Exponent(y) == x.X ? x.X.Apply<SigmoidOperation>() : Term.None) { First = typeof(ExpOperation) },
        new("sinh(x) / cosh(x) = tanh(x)", RuleSets.StandardAndStable, static (x, y, _) => IsTanh(x, y) ? x.X.Apply<TanhOperation>() : Term.None),
        new("sinh(x)^n / cosh(x)^n = tanh(x)^n", RuleSets.StandardAndStable, static (x, y, _) => x.Is<PowOperation>() && y.Is<PowOperation>() && x.Y == y.Y && IsInteger(x.Y) && IsTanh(x.X, y.X)
            ? x.X.X.Apply<TanhOperation>().Apply<PowOperation>(x.Y)
            : Term.None),
        new("(exp(x) - 1) / (1 + exp(x)) = tanh(x / 2)", RuleSets.Stable, static (x, y, _) => Logistic.Exponent(y) == x.X ? (0.5 * x.X).Apply<TanhOperation>() : Term.None) { First = typeof(Expm1Operation) },
        new("x / cosh(y)^2 = x * sech2(y)", RuleSets.Stable, static (x, y, _) => y.Y.Is(2) && y.X.Is<CoshOperation>() ? x * y.X.X.Apply<Sech2Operation>() : Term.None) { Second = typeof(PowOperation) },
        new("c / (-x) = (-c) / x", RuleSets.StandardAndStable, static (x, y, _) => -x / y.X) { FirstIsConstant = true, Second = typeof(NegOperation) },
        new("(-x) / c = x / (-c)", RuleSets.Stable, static (x, y, _) => x.X / -y) { First = typeof(NegOperation), SecondIsConstant = true, IsWorthItsCost = false },
        new("(-x) / y = -(x / y)", RuleSets.Signs, static (x, y, _) => -(x.X / y)) { First = typeof(NegOperation) },
        new("x / (-y) = -(x / y)", RuleSets.Signs, static (x, y, _) => -(x / y.X)) { Second = typeof(NegOperation) },
        new("1 / exp(x) = exp(-x)", RuleSets.Stable, static (x, y, _) => x.Is(1) ? (-y.X).Apply<ExpOperation>() : Term.None) { FirstIsConstant = true, Second = typeof(ExpOperation) },
        new("(exp(x) - exp(-x)) / (exp(x) + exp(-x)) = tanh(x)", RuleSets.Stable, static (x, y, _) => TanhByExponentials(x, y)),
        new("y * exp(x) / (1 + exp(x)) = y * sigmoid(x)", RuleSets.Stable, static (x, y, _) =>
            Logistic.Exponent(y) is { Exists: true } u && Logistic.Scaled<ExpOperation>(x) is { Factor.Exists: true } scaled && scaled.Factor.X == u
                ? scaled.Others * u.Apply<SigmoidOperation>()
                : Term.None),
        new("exp(x) / (exp(x) + exp(y) + ...) without overflow", RuleSets.Stable, static (x, y, _) => SumOfExponentials.Share(x, y)),
        new("exp(x) / sum(exp(x)) = softmax(x)", RuleSets.Stable, static (x, y, _) =>
            y.Is<TotalOperation>() && y.X == x && x.Shape.IsVector ? x.X.Apply<SoftmaxOperation>(y.Y) : Term.None) { First = typeof(ExpOperation) },
        new("x / (1 + (y / z)^2) / z = x / (z + y * (y / z))", RuleSets.Stable, static (x, y, _) =>
            x.Is<DivOperation>() && OnePlusSquare(x.Y) is { Exists: true } u && u.Is<DivOperation>() && u.Y == y ? x.X / (y + (u.X * u)) : Term.None),
        new("y / (1 + exp(x)) = y * sigmoid(-x)", RuleSets.Stable, static (x, y, _) => Logistic.Exponent(y) is { Exists: true } u ? x * (-u).Apply<SigmoidOperation>() : Term.None),
        new("y / (1 + exp(x))^n = y * sigmoid(-x)^n", RuleSets.Stable, static (x, y, _) =>
            y.Is<PowOperation>() && y.Y.IsConstant && y.Y.ConstantValue is > 1 and <= 16 && double.IsInteger(y.Y.ConstantValue) && Logistic.Exponent(y.X) is { Exists: true } u
                ? x * (-u).Apply<SigmoidOperation>().Apply<PowOperation>(y.Y)
                : Term.None),
        new("x / hypot(y, z) / hypot(y, z) = x / (y^2 + z^2)", RuleSets.Textbook, static (x, y, _) =>
            y.Is<HypotOperation>() && x.Is<DivOperation>() && x.Y == y ? x.X / y.Apply<PowOperation>(y.Constant(2)) : Term.None),
    ];

    private static bool IsTanh(Term x, Term y) => x.Is<SinhOperation>() && y.Is<CoshOperation>() && x.X == y.X;

    private static bool IsInteger(Term exponent) => exponent.IsConstant && double.IsInteger(exponent.ConstantValue);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => argument == 0 ? adjoint / at.Y : -((adjoint / at.Y) * at.Self);

    // No power of the denominator, which overflows and underflows before the quotient does.
    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) =>
        !derivatives[1].Exists ? derivatives[0] / at.Y :
        !derivatives[0].Exists ? -((derivatives[1] / at.Y) * at.Self) :
        (derivatives[0] - (at.Self * derivatives[1])) / at.Y;

    internal override Term? LabTangent(in Locals at, ReadOnlySpan<Term> derivatives) =>
        ((derivatives[0] * at.Y) - (at.X * derivatives[1])) / (at.Y * at.Y);

    // The u of 1 + u^2.
    private static Term OnePlusSquare(Term x)
    {
        if (!x.Is<SumOperation>()) return Term.None;
        var square = x.X.Is(1) ? x.Y : x.Y.Is(1) ? x.X : Term.None;
        if (!square.Exists) return Term.None;
        return (square.Is<PowOperation>() && square.Y.Is(2)) || (square.Is<MulOperation>() && square.X == square.Y) ? square.X : Term.None;
    }

    private static Term TanhByExponentials(Term x, Term y) =>
        x.Is<SubOperation>() && y.Is<SumOperation>() && x.X.Is<ExpOperation>() && x.Y.Is<ExpOperation>() && Logistic.AreOpposite(x.X.X, x.Y.X)
        && ((x.X == y.X && x.Y == y.Y) || (x.X == y.Y && x.Y == y.X))
            ? x.X.X.Apply<TanhOperation>()
            : Term.None;

    internal override string RuleName(bool xVaries, bool yVaries) => yVaries ? "quotient rule" : "constant factor rule";

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => x / y;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The quotient x / y.</summary>
    public static ExprNode operator /(ExprNode x, ExprNode y) => Apply<DivOperation>(x, y);

    /// <summary>The quotient x / y.</summary>
    public static ExprNode Divide(ExprNode x, ExprNode y) => x / y;

    /// <summary>The quotient x / y.</summary>
    public static ExprNode Div(ExprNode x, ExprNode y) => x / y;
}
