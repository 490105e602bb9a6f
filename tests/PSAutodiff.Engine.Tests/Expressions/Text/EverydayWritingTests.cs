using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Formulas as people write them: what they mean, and that the strict form in which they come back reads back equal.</summary>
public sealed class EverydayWritingTests
{
    [Theory]
    [InlineData("2x", "2*x")]
    [InlineData("2x^2", "2*(x^2)")]
    [InlineData("2x*y", "(2*x)*y")]
    [InlineData("2x/y", "(2*x)/y")]
    [InlineData("x/2*y", "(x/2)*y")]
    [InlineData("-2x", "(-2)*x")]
    [InlineData("-2x^2", "(-2)*(x^2)")]
    [InlineData("a - 2x", "a - (2*x)")]
    [InlineData("3(x+1)", "3*(x+1)")]
    [InlineData("3(x+1)^2", "3*((x+1)^2)")]
    [InlineData("2.5x", "2.5*x")]
    [InlineData(".5x", "0.5*x")]
    [InlineData("2sin(x)", "2*sin(x)")]
    [InlineData("2pi*r", "(2*pi)*r")]
    [InlineData("2π", "2*pi")]
    [InlineData("2√x", "2*sqrt(x)")]
    [InlineData("2${CPU Load}", "2*${CPU Load}")]
    [InlineData("(1/2)x1", null)]
    [InlineData("2x1", "2*x1")]
    [InlineData("2(3)", "2*3")]
    [InlineData("2(x)^-2y", null)]
    [InlineData("2dx", "2*dx")]
    public void A_number_directly_before_its_factor_multiplies_it(string text, string? strict) => AssertMeans(text, strict);

    [Theory]
    [InlineData("x**2", "x^2")]
    [InlineData("2**3**x", "2^(3^x)")]
    [InlineData("-x**2", "-(x^2)")]
    [InlineData("+x", "x")]
    [InlineData("+x^2", "x^2")]
    [InlineData("a*+b", "a*b")]
    [InlineData("x^+2", "x^2")]
    [InlineData("a·b", "a*b")]
    [InlineData("a⋅b×c", "(a*b)*c")]
    [InlineData("a−b", "a-b")]
    [InlineData("−2", "-2")]
    [InlineData("−x²", "-(x^2)")]
    [InlineData("x²", "x^2")]
    [InlineData("x³", "x^3")]
    [InlineData("2x²", "2*(x^2)")]
    [InlineData("-2²", "-(2^2)")]
    [InlineData("x²y", null)]
    [InlineData("(x+1)²", "(x+1)^2")]
    [InlineData("sin(x)²", "sin(x)^2")]
    [InlineData("2^x²", "2^(x^2)")]
    [InlineData("x²^3", "(x^2)^3")]
    [InlineData("√x", "sqrt(x)")]
    [InlineData("√x+1", "sqrt(x)+1")]
    [InlineData("√x*y", "sqrt(x)*y")]
    [InlineData("√x^2", "sqrt(x^2)")]
    [InlineData("√x²", "sqrt(x^2)")]
    [InlineData("√(x+1)", "sqrt(x+1)")]
    [InlineData("√√x", "sqrt(sqrt(x))")]
    [InlineData("-√2", "-(sqrt(2))")]
    [InlineData("2^√x", "2^sqrt(x)")]
    [InlineData("√sin(x)", "sqrt(sin(x))")]
    [InlineData("π", "pi")]
    [InlineData("π*r²", "pi*r^2")]
    public void Signs_of_books_and_of_other_languages_are_read(string text, string? strict) => AssertMeans(text, strict);

    [Theory]
    [InlineData("|x|", "abs(x)")]
    [InlineData("|x - 1|", "abs(x - 1)")]
    [InlineData("-|x|", "-abs(x)")]
    [InlineData("|x|^2", "abs(x)^2")]
    [InlineData("|x|²", "abs(x)^2")]
    [InlineData("||x| - 1|", "abs(abs(x) - 1)")]
    [InlineData("|-|x||", "abs(-abs(x))")]
    [InlineData("|x|*|y|", "abs(x)*abs(y)")]
    [InlineData("|2*|x|*3|", "abs((2*abs(x))*3)")]
    [InlineData("|max(|x|, |y|)|", "abs(max(abs(x), abs(y)))")]
    [InlineData("|(x)|", "abs(x)")]
    [InlineData("2*|x|", "2*abs(x)")]
    [InlineData("|x²|", "abs(x^2)")]
    [InlineData("√|x|", "sqrt(abs(x))")]
    public void Bars_open_where_an_operand_is_missing_and_close_elsewhere(string text, string strict) => AssertMeans(text, strict);

    [Theory]
    [InlineData("ln(x)", "log(x)")]
    [InlineData("log(x, b)", "log(x)/log(b)")]
    [InlineData("log(x, 10)", "log10(x)")]
    [InlineData("log(x, 2)", "log2(x)")]
    [InlineData("max(a, b, c)", "max(max(a, b), c)")]
    [InlineData("min(a, b, c, d)", "min(min(min(a, b), c), d)")]
    [InlineData("if(c, a, b)", "select(c, a, b)")]
    [InlineData("cot(x)", "1/tan(x)")]
    [InlineData("sec(x)", "1/cos(x)")]
    [InlineData("csc(x)", "1/sin(x)")]
    [InlineData("acot(x)", "atan(1/x)")]
    [InlineData("asec(x)", "acos(1/x)")]
    [InlineData("acsc(x)", "asin(1/x)")]
    [InlineData("coth(x)", "1/tanh(x)")]
    [InlineData("sech(x)", "1/cosh(x)")]
    [InlineData("csch(x)", "1/sinh(x)")]
    [InlineData("acoth(x)", "atanh(1/x)")]
    [InlineData("asech(x)", "acosh(1/x)")]
    [InlineData("acsch(x)", "asinh(1/x)")]
    [InlineData("trunc(x)", "select(less(x, 0), ceil(x), floor(x))")]
    [InlineData("clamp(x, a, b)", "min(max(x, a), b)")]
    public void Functions_of_books_stand_for_operations(string text, string strict)
    {
        AssertMeans(text, strict);
        var name = text[..text.IndexOf('(', StringComparison.Ordinal)];
        var arguments = text[(name.Length + 1)..^1].Split(", ").Select(ExprNode.Parse).ToArray();
        Assert.Equal(ExprNode.Parse(strict), ExprNode.Apply(name, arguments));
    }

    [Theory]
    [InlineData("a < b", "less(a, b)")]
    [InlineData("a > b", "less(b, a)")]
    [InlineData("a <= b", "lessequal(a, b)")]
    [InlineData("a ≤ b", "lessequal(a, b)")]
    [InlineData("a >= b", "lessequal(b, a)")]
    [InlineData("a ≥ b", "lessequal(b, a)")]
    [InlineData("a == b", "equal(a, b)")]
    [InlineData("a != b", "not equal(a, b)")]
    [InlineData("a ≠ b", "not equal(a, b)")]
    [InlineData("a<-b", "less(a, -b)")]
    [InlineData("a + 1 < b * 2", "less(a + 1, b * 2)")]
    [InlineData("(a < b) < c", "less(less(a, b), c)")]
    [InlineData("a < b and c < d", "and(less(a, b), less(c, d))")]
    [InlineData("a or b and c", "or(a, and(b, c))")]
    [InlineData("a and b and c", "and(and(a, b), c)")]
    [InlineData("not a", "not(a)")]
    [InlineData("not a and b", "and(not(a), b)")]
    [InlineData("not a < b", "not(less(a, b))")]
    [InlineData("not not a", "not(not(a))")]
    [InlineData("not(a or b)", "not (or(a, b))")]
    [InlineData("not(a) and b", "and((not a), b)")]
    [InlineData("a and not b", "and(a, not b)")]
    [InlineData("(not a) + 1", "sum(not(a), 1)")]
    [InlineData("if(x > 0 and x <= 1, x, -x)", "select(and(less(0, x), lessequal(x, 1)), x, -x)")]
    [InlineData("2*(x > 0)", "2*less(0, x)")]
    [InlineData("-x < y", "less(-x, y)")]
    [InlineData("|x| > 1", "less(1, abs(x))")]
    [InlineData("2x > 1", "less(1, 2*x)")]
    public void Conditions_bind_less_than_arithmetic(string text, string strict) => AssertMeans(text, strict);

    [Theory]
    [InlineData(1, 2, 1, 0, 1, 0, 0, 1)]
    [InlineData(2, 1, 0, 1, 0, 1, 0, 1)]
    [InlineData(2, 2, 0, 0, 1, 1, 1, 0)]
    [InlineData(double.NaN, 2, 0, 0, 0, 0, 0, 1)]
    [InlineData(2, double.NaN, 0, 0, 0, 0, 0, 1)]
    [InlineData(double.NaN, double.NaN, 0, 0, 0, 0, 0, 1)]
    [InlineData(0.0, -0.0, 0, 0, 1, 1, 1, 0)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, 1, 0, 1, 0, 0, 1)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, 0, 0, 1, 1, 1, 0)]
    public void Comparisons_follow_IEEE_arithmetic(double a, double b, double less, double greater, double lessEqual, double greaterEqual, double equal, double notEqual)
    {
        Assert.Equal(less, Value("a < b"));
        Assert.Equal(greater, Value("a > b"));
        Assert.Equal(lessEqual, Value("a <= b"));
        Assert.Equal(greaterEqual, Value("a >= b"));
        Assert.Equal(equal, Value("a == b"));
        Assert.Equal(notEqual, Value("a != b"));

        double Value(string text) => PlainEvaluator.Evaluate(ExprNode.Parse(text), new Dictionary<string, double> { ["a"] = a, ["b"] = b });
    }

    [Theory]
    [InlineData("CPU Load", "${CPU Load}")]
    [InlineData("Sepal.Length", "${Sepal.Length}")]
    [InlineData("a-b", "${a-b}")]
    [InlineData("2x", "${2x}")]
    [InlineData("a}b{c`", "${a`}b`{c``}")]
    [InlineData("and", "${and}")]
    [InlineData("not", "${not}")]
    [InlineData("πr", "${πr}")]
    [InlineData("%", "${%}")]
    [InlineData("日本 語", "${日本 語}")]
    [InlineData("x = 1; x", "${x = 1; x}")]
    [InlineData("😀", "${😀}")]
    [InlineData(" x", "${ x}")]
    [InlineData("x", "x")]
    [InlineData("sin", "sin")]
    public void Names_that_are_no_identifiers_stand_in_braces(string name, string written)
    {
        var variable = ExprNode.Variable(name);
        Assert.Equal(written, variable.ToString());
        foreach (var node in new[] { variable, 2 * variable + ExprNode.Exp(variable), ExprNode.Pow(variable, variable) - ExprNode.Max(variable, 1) })
        {
            Assert.Equal([name], node.Variables);
            AssertReadsBack(node);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202Eb")]
    [InlineData("a\0")]
    public void Names_are_not_empty_and_visible(string name) =>
        Assert.Equal("VariableNameInvalid", Assert.Throws<AutodiffException>(() => ExprNode.Variable(name)).ErrorId);

    [Theory]
    [InlineData("pi")]
    [InlineData("π")]
    public void A_variable_may_be_called_pi_and_stands_in_braces(string name)
    {
        var node = ExprNode.Variable(name) * ExprNode.Parse("pi");
        Assert.Equal($"${{{name}}} * pi", node.ToText(ExprTextFormat.Infix));
        Assert.Equal([name], node.Variables);
        AssertReadsBack(node);
    }

    // The test runner itself cannot pass such a text on.
    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Names_are_not_empty_and_visible("a\uD800");

    [Fact]
    public void Bindings_may_have_any_name() => Assert.Equal(ExprNode.Parse("x*x"), ExprNode.Parse("${my part} = x; ${my part} * ${my part}"));

    [Fact]
    public void What_is_in_braces_is_never_a_function_or_a_number()
    {
        Assert.Equal("exp", ExprNode.Parse("${exp}").Name);
        Assert.Throws<ExpressionSyntaxException>(static () => ExprNode.Parse("${exp}(x)"));
    }

    [Theory]
    [InlineData("2(", "x", ")")]
    [InlineData("|", "x", "|")]
    [InlineData("√", "x", "")]
    [InlineData("not ", "x", "")]
    [InlineData("+-", "x", "")]
    [InlineData("max(", "x", ", 1, 2)")]
    [InlineData("if(x > 0, ", "1", ", 2x)")]
    [InlineData("2*(", "x", ")²")]
    public void Depth_costs_time_in_proportion_and_no_stack(string before, string middle, string after) => SmallStack.Run(() =>
    {
        const int deep = 100_000;
        var node = ExprNode.Parse(string.Concat(Enumerable.Repeat(before, deep)) + middle + string.Concat(Enumerable.Repeat(after, deep)));
        Assert.InRange(node.Depth, deep, 4 * deep);
    });

    [Fact]
    public void Numbers_after_many_signs_are_looked_at_once() => SmallStack.Run(static () =>
    {
        var text = string.Join(" + ", Enumerable.Repeat(new string('-', 200) + "2x", 2_000));
        Assert.Equal(["x"], ExprNode.Parse(text).Variables);
    });

    [Fact]
    public void Many_arguments_of_max_are_read_in_one_go()
    {
        var node = ExprNode.Parse($"max({string.Join(", ", Enumerable.Range(0, 50_000).Select(static i => $"x{i}"))})");
        Assert.Equal(50_000, node.Depth);
    }

    private static void AssertMeans(string text, string? strict)
    {
        if (strict is null)
        {
            Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
            return;
        }

        var node = ExprNode.Parse(text);
        Assert.Equal(ExprNode.Parse(strict), node);
        AssertReadsBack(node);
    }

    private static void AssertReadsBack(ExprNode node)
    {
        Assert.Equal(node, ExprNode.Parse(Texts.Infix(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Lab(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Let(node)));
        Assert.Equal(node, ExprNode.ParseJson(node.ToJson()));
    }
}
