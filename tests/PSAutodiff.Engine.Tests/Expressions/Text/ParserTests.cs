using Xunit;

namespace PSAutodiff.Tests;

/// <summary>How text is read: precedence, associativity, numbers, names, functions, bindings.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("a + b * c", "sum(a, mul(b, c))")]
    [InlineData("a * b + c", "sum(mul(a, b), c)")]
    [InlineData("a + b + c", "sum(sum(a, b), c)")]
    [InlineData("a - b - c", "sub(sub(a, b), c)")]
    [InlineData("a - b + c", "sum(sub(a, b), c)")]
    [InlineData("a / b / c", "div(div(a, b), c)")]
    [InlineData("a / b * c", "mul(div(a, b), c)")]
    [InlineData("a * b / c", "div(mul(a, b), c)")]
    [InlineData("a ^ b ^ c", "pow(a, pow(b, c))")]
    [InlineData("a * b ^ c", "mul(a, pow(b, c))")]
    [InlineData("a ^ b * c", "mul(pow(a, b), c)")]
    [InlineData("(a + b) * c", "mul(sum(a, b), c)")]
    [InlineData("a - (b - c)", "sub(a, sub(b, c))")]
    [InlineData("((a))", "a")]
    [InlineData("-a", "neg(a)")]
    [InlineData("--a", "neg(neg(a))")]
    [InlineData("-x^2", "neg(pow(x, 2))")]
    [InlineData("(-x)^2", "pow(neg(x), 2)")]
    [InlineData("-x * y", "mul(neg(x), y)")]
    [InlineData("-x + y", "sum(neg(x), y)")]
    [InlineData("a * -b", "mul(a, neg(b))")]
    [InlineData("a / -b", "div(a, neg(b))")]
    [InlineData("a + -b", "sum(a, neg(b))")]
    [InlineData("a - -b", "sub(a, neg(b))")]
    [InlineData("a ^ -b", "pow(a, neg(b))")]
    [InlineData("a ^ -b ^ c", "pow(a, neg(pow(b, c)))")]
    [InlineData("a * -b ^ c", "mul(a, neg(pow(b, c)))")]
    [InlineData("a * -b * c", "mul(mul(a, neg(b)), c)")]
    [InlineData("a * -b + c", "sum(mul(a, neg(b)), c)")]
    [InlineData("a ^ -b * c", "mul(pow(a, neg(b)), c)")]
    [InlineData("-exp(x)", "neg(exp(x))")]
    [InlineData("-(2)", "neg(2)")]
    [InlineData("-2^2", "neg(pow(2, 2))")]
    [InlineData("exp(-x) / 2", "div(exp(neg(x)), 2)")]
    [InlineData("max(a + b, c * d)", "max(sum(a, b), mul(c, d))")]
    [InlineData("select(less(0, x), x, -x)", "select(less(0, x), x, neg(x))")]
    [InlineData("min(max(a, b), (c))", "min(max(a, b), c)")]
    public void Operators_bind_as_in_mathematics(string text, string expected) => Assert.Equal(Call(expected), ExprNode.Parse(text));

    [Theory]
    [InlineData("2", 2.0)]
    [InlineData("2.5", 2.5)]
    [InlineData(".5", 0.5)]
    [InlineData("2.", 2.0)]
    [InlineData("1e-3", 1e-3)]
    [InlineData("1E+3", 1e3)]
    [InlineData("1e3", 1e3)]
    [InlineData("1.5e300", 1.5e300)]
    [InlineData("4.9406564584124654E-324", double.Epsilon)]
    [InlineData("0e-400", 0.0)]
    [InlineData("0.1", 0.1)]
    [InlineData("-7", -7.0)]
    [InlineData("- 7", -7.0)]
    [InlineData("pi", Math.PI)]
    [InlineData("007", 7.0)]
    public void Numbers_are_read(string text, double value) => Assert.Equal(value, ExprNode.Parse(text).Value);

    [Fact]
    public void A_negative_zero_keeps_its_sign() =>
        Assert.True(double.IsNegative(ExprNode.Parse("-0").Value!.Value));

    [Theory]
    [InlineData("2^-1", 2.0, -1.0)]
    [InlineData("(-2)^3", -2.0, 3.0)]
    public void Powers_take_negative_numbers(string text, double x, double y) =>
        Assert.Equal(ExprNode.Pow(x, y), ExprNode.Parse(text));

    [Theory]
    [InlineData("x")]
    [InlineData("_x1")]
    [InlineData("w_11")]
    [InlineData("größe")]
    [InlineData("Pi")]
    [InlineData("PI")]
    [InlineData("exp")]
    [InlineData("e")]
    [InlineData("E1")]
    [InlineData("数")]
    public void Names_are_read(string name) => Assert.Equal(name, ExprNode.Parse(name).Name);

    [Fact]
    public void Names_that_differ_in_case_are_different_variables() =>
        Assert.Equal(["X", "x"], ExprNode.Parse("x + X").Variables);

    [Fact]
    public void A_name_of_a_function_without_parentheses_is_a_variable() =>
        Assert.Equal(ExprNode.Exp(ExprNode.Variable("exp")), ExprNode.Parse("exp(exp)"));

    [Theory]
    [InlineData("  x+y ")]
    [InlineData("x\t+\ny")]
    [InlineData("x\r\n+ y\u00a0")]
    public void White_space_means_nothing(string text) => Assert.Equal(ExprNode.Parse("x+y"), ExprNode.Parse(text));

    [Theory]
    [InlineData("t1 = x * x; t1 + t1", "x*x + x*x")]
    [InlineData("a = 2; b = a * x; c = b + a; c / b", "(2*x + 2) / (2*x)")]
    [InlineData("x2 = x^2; exp(x2)", "exp(x^2)")]
    [InlineData("u = v; u", "v")]
    [InlineData("y = x; exp(y)", "exp(x)")]
    public void Bindings_stand_for_their_values(string text, string expected) =>
        Assert.Equal(ExprNode.Parse(expected), ExprNode.Parse(text));

    [Fact]
    public void Bindings_share_their_values() => Assert.Equal(4, ExprNode.Parse("t = sin(x); u = t * t; u + t").NodeCount);

    [Fact]
    public void Parts_written_twice_are_shared_as_well() =>
        Assert.Equal(ExprNode.Parse("t = sin(x); t + t").NodeCount, ExprNode.Parse("sin(x) + sin(x)").NodeCount);

    [Fact]
    public void A_long_text_is_read_in_one_go()
    {
        var sum = ExprNode.Parse(string.Join(" + ", Enumerable.Range(0, 20_000).Select(static i => $"x{i}")));
        Assert.Equal(39_999, sum.NodeCount);
        Assert.Equal(20_000, sum.Depth);
    }

    // A reader of its own for the right-hand sides: names, numbers and calls, nothing else.
    private static ExprNode Call(string text)
    {
        var position = 0;
        return Read();

        ExprNode Read()
        {
            var start = position;
            while (position < text.Length && char.IsLetterOrDigit(text[position])) position++;
            var word = text[start..position];
            if (position == text.Length || text[position] != '(')
            {
                return char.IsDigit(word[0]) ? word[0] - '0' : ExprNode.Variable(word);
            }

            var arguments = new List<ExprNode>();
            while (text[position] != ')')
            {
                position++;
                if (text[position] == ' ') position++;
                arguments.Add(Read());
            }

            position++;
            return ExprNode.Apply(word, [.. arguments]);
        }
    }
}
