using PSAutodiff.Core;

namespace PSAutodiff.Exchange;

/// <content>The forms of operations element by element.</content>
internal sealed partial class BatchWriter
{
    private const double Log2 = 0.69314718055994530942;
    private const double Log10 = 2.3025850929940456840;

    private string WriteElementwise(Operation operation, Value[] of, Shape shape)
    {
        if (_isOwn) return Step(BatchStep.Own + operation.Name, [.. of.Select(value => Aligned(value, shape))]);
        var x = Aligned(of[0], shape);
        var y = of.Length > 1 ? Aligned(of[1], shape) : string.Empty;
        switch (operation.Name)
        {
            case "abs": return Step("Abs", x);
            case "ceil": return Step("Ceil", x);
            case "detach": return x;
            case "div": return Step("Div", x, Factor(of[1], shape));
            case "exp": return Step("Exp", x);
            case "floor": return Step("Floor", x);
            case "log": return Step("Log", x);
            case "mul": return Step("Mul", Factor(of[0], shape), Factor(of[1], shape));
            case "neg": return Step("Neg", x);
            case "relu": return Step("Relu", x);
            case "round": return Step("Round", x);
            case "sigmoid": return Step("Sigmoid", x);
            case "sign": return Step("Sign", x);
            case "sin": return Step("Sin", x);
            case "sqrt": return Step("Sqrt", x);
            case "sub": return Step("Sub", x, y);
            case "sum": return Step("Add", x, y);
            case "tanh": return Step("Tanh", x);
            case "max": return Step("Max", x, y);
            case "min": return Step("Min", x, y);
            case "pow": return Step("Pow", x, y);
            case "rem": return Remainder(x, y);
            case "mod": return Modulus(x, y);
            case "less": return Truth(Step("Less", x, y));
            case "lessequal": return Truth(Step("LessOrEqual", x, y));
            case "equal": return Truth(Step("Equal", x, y));
            case "and": return Truth(Step("And", IsTrue(x), IsTrue(y)));
            case "or": return Truth(Step("Or", IsTrue(x), IsTrue(y)));
            case "not": return Truth(Step("Equal", x, Number(0)));
            case "select": return Step("Where", IsTrue(x), y, Aligned(of[2], shape));
            case "cos": return Step("Cos", x);
            case "tan": return _isNarrow ? Step("Div", Step("Sin", x), Step("Cos", x)) : Step("Tan", x);
            case "atan": return Atan(x);
            case "asin": return Asin(x);
            case "acos": return _isNarrow ? Step("Sub", Number(Math.PI / 2), Asin(x)) : Step("Acos", x);
            case "atan2": return Atan2(x, y);
            case "sinh": return _isNarrow ? Sinh(x) : Step("Sinh", x);
            case "cosh": return _isNarrow ? Cosh(x) : Step("Cosh", x);
            case "asinh": return _isNarrow ? Asinh(x) : Step("Asinh", x);
            case "acosh": return _isNarrow ? Acosh(x) : Step("Acosh", x);
            case "atanh": return _isNarrow ? Atanh(x) : Step("Atanh", x);
            case "cbrt": return Step("Mul", Step("Sign", x), Step("Pow", Step("Abs", x), Number(1.0 / 3)));
            case "hypot": return Hypot(x, y);
            case "log2": return Step("Div", Step("Log", x), Number(Log2));
            case "log10": return Step("Div", Step("Log", x), Number(Log10));
            case "log1p": return Log1p(x);
            case "expm1": return Expm1(x);
            case "softplus": return Step("Add", Step("Relu", x), Log1p(Step("Exp", Step("Neg", Step("Abs", x)))));
            case "sech2": return Bell(x, 2, 4);
            case "dsigmoid": return Bell(x, 1, 1);
            case "erf" when !_isNarrow: return Step("Erf", x);
            case "erfc" when !_isNarrow: return Step("Sub", Number(1), Step("Erf", x));
            case "erf" or "erfc":
                throw new AutodiffException(ErrorIds.FormatUnsupported, $"The model has the operation '{operation.Name}', which ONNX Runtime computes in single precision alone. Use -Precision Single, or save it as JSON.");
            default: throw Unsupported(operation);
        }
    }

    private string Truth(string condition) => Cast(condition, BatchType.Number);

    private string IsTrue(string value) => Not(Step("Equal", value, Number(0)));

    private string Remainder(string x, string y) => Step("Mod", [x, y], ("fmod", 1L));

    // The remainder with the sign of the divisor.
    private string Modulus(string x, string y)
    {
        var rest = Remainder(x, y);
        var hasOtherSign = Step("Less", Step("Mul", Step("Sign", rest), Step("Sign", y)), Number(0));
        return Step("Where", hasOtherSign, Step("Add", rest, y), rest);
    }

    // In single precision, and then one step of Newton's: tan(a - atan(x)) = (sin a - x cos a) / (cos a + x sin a).
    private string Atan(string x)
    {
        if (!_isNarrow) return Step("Atan", x);
        const double largest = 1e300;
        var finite = Step("Min", Step("Max", x, Number(-largest)), Number(largest));
        var near = Step("Cast", [Step("Atan", Step("Cast", [finite], ("to", BatchStep.Single)))], ("to", BatchType.Number));
        var (sin, cos) = (Step("Sin", near), Step("Cos", near));
        var off = Step("Div", Step("Sub", sin, Step("Mul", finite, cos)), Step("Add", cos, Step("Mul", finite, sin)));
        return Step("Sub", near, off);
    }

    private string Asin(string x)
    {
        if (!_isNarrow) return Step("Asin", x);
        var other = Step("Sqrt", Step("Mul", Step("Sub", Number(1), x), Step("Add", Number(1), x)));
        return Atan(Step("Div", x, other));
    }

    private string Atan2(string y, string x)
    {
        var isLeft = Step("Less", x, Number(0));
        var turn = Step("Where", isLeft, Step("Where", Step("Less", y, Number(0)), Number(-Math.PI), Number(Math.PI)), Number(0));
        var isOrigin = Step("And", Step("Equal", x, Number(0)), Step("Equal", y, Number(0)));
        var quotient = Step("Where", isOrigin, Number(0), Step("Div", y, x));
        return Step("Add", Atan(quotient), turn);
    }

    private string Sinh(string x) => Step("Mul", Step("Sub", Step("Exp", x), Step("Exp", Step("Neg", x))), Number(0.5));

    private string Cosh(string x) => Step("Mul", Step("Add", Step("Exp", x), Step("Exp", Step("Neg", x))), Number(0.5));

    private string Asinh(string x)
    {
        var size = Step("Abs", x);
        return Step("Mul", Step("Sign", x), Step("Log", Step("Add", size, Step("Sqrt", Step("Add", Step("Mul", x, x), Number(1))))));
    }

    private string Acosh(string x) =>
        Step("Log", Step("Add", x, Step("Mul", Step("Sqrt", Step("Sub", x, Number(1))), Step("Sqrt", Step("Add", x, Number(1))))));

    private string Atanh(string x) => Step("Mul", Number(0.5), Step("Log", Step("Div", Step("Add", Number(1), x), Step("Sub", Number(1), x))));

    private string Hypot(string x, string y)
    {
        var (sizeX, sizeY) = (Step("Abs", x), Step("Abs", y));
        var (largest, smallest) = (Step("Max", sizeX, sizeY), Step("Min", sizeX, sizeY));
        var divisor = Step("Where", Step("Equal", largest, Number(0)), Number(1), largest);
        var ratio = Step("Div", smallest, divisor);
        return Step("Mul", largest, Step("Sqrt", Step("Add", Number(1), Step("Mul", ratio, ratio))));
    }

    // Where 1 + x loses digits of x, as many are lost in the logarithm as in the divisor.
    private string Log1p(string x)
    {
        var one = Step("Add", Number(1), x);
        var rest = Step("Sub", one, Number(1));
        var isNone = Step("Equal", rest, Number(0));
        var ratio = Step("Div", Step("Mul", Step("Log", one), x), Step("Where", isNone, Number(1), rest));
        return Step("Where", isNone, x, ratio);
    }

    // tanh(x / 2) keeps the digits of a small x.
    private string Expm1(string x) => Step("Mul", Step("Tanh", Step("Mul", x, Number(0.5))), Step("Add", Step("Exp", x), Number(1)));

    // factor * e / (1 + e)^2 with e = exp(-rate |x|).
    private string Bell(string x, double rate, double factor)
    {
        var e = Step("Exp", Step("Mul", Step("Abs", x), Number(-rate)));
        var one = Step("Add", Number(1), e);
        return Step("Div", Step("Mul", e, Number(factor)), Step("Mul", one, one));
    }
}
