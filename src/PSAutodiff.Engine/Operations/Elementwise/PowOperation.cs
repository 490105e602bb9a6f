using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The power x^y; NaN for negative x and y that is no integer.</summary>
internal sealed class PowOperation() : BinaryOperation("pow", Elementary.Power)
{
    // With an exponent that is not whole, in multiplications.
    private const int FullCost = 16;

    private const int MaxExactExponent = 64;

    internal override Notation Infix => field ??= new("#1^#2", Notation.PowerLevel, Notation.Atom, Notation.PowerLevel);

    // The text -2 ^ x reads as -(2 ^ x), so a negative base gets parentheses even here.
    internal override Notation Lab => field ??= new("( #1 ^ #2 )", Notation.Atom, Notation.Atom, 0);

    // What ends in a superscript itself is no atom, so none can meet another.
    // A power of a matrix would be one of matrix products.
    internal override Notation LatexOf(in ArgumentShapes of) => new(@"#1^{\circ #2}", Notation.PowerLevel, Notation.Atom, Notation.Atom);

    internal override Notation Latex => field ??= new("#1^{#2}", Notation.PowerLevel, Notation.Atom, 0);

    internal override Notation MathMLOf(in ArgumentShapes of) => new("<msup>#1<mrow><mo>∘</mo>#2</mrow></msup>", Notation.PowerLevel, Notation.Atom, Notation.Atom);

    internal override Notation MathML => field ??= new("<msup>#1#2</msup>", Notation.PowerLevel, Notation.Atom, 0);

    internal override Rounding Rounding => field ??= Rounding.Function with { IsExact = IsExact };

    internal override string? MathName => nameof(Math.Pow);

    internal override CodeForm PyTorch => new(new Notation("#1 ** #2", Notation.PowerLevel, Notation.Atom, Notation.PowerLevel));

    internal override CodeForm Python => new(new Notation("#1 ** #2", Notation.PowerLevel, Notation.Atom, Notation.PowerLevel));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("x^0 = 1", RuleSets.NotLab, static (x, y, _) => y.Is(0) ? x.Constant(1) : Term.None) { SecondIsConstant = true },
        new("x^1 = x", RuleSets.NotLab, static (x, y, _) => y.Is(1) ? x : Term.None) { SecondIsConstant = true },
        new("1^x = 1", RuleSets.NotLab, static (x, _, _) => x.Is(1) ? x : Term.None) { FirstIsConstant = true },
        new("norm(x)^2 = x @ x", RuleSets.StandardAndStable, static (x, y, _) =>
            y.Is(2) && x.Is<NormOperation>() && x.Y.Indices.Length == 0 ? (x.X.Shape.IsVector ? x.X.MatMul(x.X) : (x.X * x.X).Total()) : Term.None),
        new("x^-1 = 1 / x", RuleSets.StandardAndStable, static (x, y, _) => y.Is(-1) ? 1 / x : Term.None) { SecondIsConstant = true },
        new("x^0.5 = sqrt(x)", RuleSets.StandardAndStable, static (x, y, _) => y.Is(0.5) ? x.Apply<SqrtOperation>() : Term.None) { SecondIsConstant = true },
        new("(-x)^n = x^n, n even", RuleSets.StandardAndStable, static (x, y, _) => IsEven(y) ? x.X.Apply<PowOperation>(y) : Term.None) { First = typeof(NegOperation) },
        new("(-x)^n = -x^n, n odd", RuleSets.Signs, static (x, y, _) => IsOdd(y) ? -x.X.Apply<PowOperation>(y) : Term.None) { First = typeof(NegOperation) },
        new("abs(x)^n = x^n, n even", RuleSets.StandardAndStable, static (x, y, _) => IsEven(y) ? x.X.Apply<PowOperation>(y) : Term.None) { First = typeof(AbsOperation) },
        new("sqrt(x)^2 = x", RuleSets.StandardAndStable, static (x, y, _) => y.Is(2) ? x.X : Term.None) { First = typeof(SqrtOperation), SecondIsConstant = true },
        new("x^c with c in the digits that people write", RuleSets.Textbook, static (x, y, _) => y.IsConstant && ExactArithmetic.TryShorten(y.ConstantValue, out var shorter)
            ? x.Apply<PowOperation>(x.Constant(shorter))
            : Term.None),
        new("hypot(x, y)^2 = x^2 + y^2", RuleSets.Textbook, static (x, y, _) => x.Is<HypotOperation>() && y.Is(2)
            ? x.X.Apply<PowOperation>(y) + x.Y.Apply<PowOperation>(y)
            : Term.None),
        new("sqrt(x)^n = x^(n / 2), n even", RuleSets.StandardAndStable, static (x, y, _) => IsEven(y) ? x.X.Apply<PowOperation>(0.5 * y) : Term.None) { First = typeof(SqrtOperation) },
        new("(x^a)^n = x^(a * n)", RuleSets.StandardAndStable, static (x, y, _) =>
            y.IsConstant && double.IsInteger(y.ConstantValue) && x.Is<PowOperation>() && x.Y.IsConstant
            && ExactArithmetic.TryMultiply(x.Y.ConstantValue, y.ConstantValue, out var exponent)
                ? x.X.Apply<PowOperation>(x.Constant(exponent))
                : Term.None),
    ];

    internal override int Cost(Term node) =>
        !node.Y.IsConstant ? FullCost :
        IntegerPower.Is(node.Y.ConstantValue) ? IntegerPower.Cost(node.Y.ConstantValue) :
        node.Y.ConstantValue switch { 2 => 1, -1 => OperationOf<DivOperation>.Instance.Cost(node), _ => FullCost };

    internal override Operation? ForConstantY(double y) => y == 2 ? OperationOf<MulOperation>.Instance : null;

    // Where the exponent is 0 the power is 1 for every base, 0 too. An exponent that is a power by a variable itself is hardly ever 0,
    // and towers of such powers are dear enough.
    internal override bool HasGuards => true;

    internal override Guard GuardOf(int argument, in Locals at) =>
        argument > 0 || Ratio.Of(at.Y) is not null || (at.Y.Is<PowOperation>() && !at.Y.Y.IsConstant) ? default : Guard.WhereExponent(at.Y);

    // Whether the exponent is a constant matters: d/dx x^2 has to exist at negative x, where log(x) does not. For a variable
    // exponent log(0) is replaced by 0, because 0^y does not change with y > 0.
    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        if (argument == 0)
        {
            if (at.Y.Is(0)) return Term.None;
            var lower = at.Y.IsConstant ? at.Constant(at.Y.ConstantValue - 1) : at.Y - 1;
            return at.Y * Power(at.X, lower) * adjoint;
        }

        if (at.X.IsConstant && !at.X.Is(0)) return at.X.Apply<LogOperation>() * at.Self * adjoint;
        return at.X.Is(0)
            ? Term.None
            : at.Self * at.X.Apply<SelectOperation>(at.X, at.Constant(1)).Apply<LogOperation>() * adjoint;
    }

    internal override string RuleName(bool xVaries, bool yVaries) =>
        !yVaries ? "power rule" :
        !xVaries ? "exponential rule" :
        "general power rule";

    internal override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) =>
        Elementary.Power(x, y, result);

    // Whole exponents as far as products can be exact for long.
    private static bool IsExact(double x, double y)
    {
        if (!double.IsInteger(y) || Math.Abs(y) > MaxExactExponent) return false;
        var power = 1.0;
        for (var i = 0; i < Math.Abs(y); i++)
        {
            if (!ExactArithmetic.TryMultiply(power, x, out power)) return false;
        }

        return y >= 0 || ExactArithmetic.TryDivide(1, power, out _);
    }

    private static Term Power(Term x, Term exponent) => exponent.Is(1) ? x : x.Apply<PowOperation>(exponent);

    /// <summary>Whether a term is the square of a function.</summary>
    internal static bool IsSquareOf<TFunction>(Term x)
        where TFunction : Operation => x.Is<PowOperation>() && x.Y.Is(2) && x.X.Is<TFunction>();

    private static bool IsOdd(Term exponent) => exponent.IsConstant && double.IsOddInteger(exponent.ConstantValue);

    private static bool IsEven(Term exponent) => exponent.IsConstant && double.IsEvenInteger(exponent.ConstantValue);
}

public sealed partial class ExprNode
{
    /// <summary>The power x^y; NaN for negative x and y that is no integer.</summary>
    public static ExprNode Pow(ExprNode x, ExprNode y) => Apply<PowOperation>(x, y);
}
