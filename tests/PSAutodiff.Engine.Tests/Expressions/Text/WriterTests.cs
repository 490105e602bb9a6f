using System.Globalization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>How expressions are written, and that what is written reads back to an equal expression in every culture.</summary>
public sealed class WriterTests
{
    [Theory]
    [InlineData("a + b + c", "a + b + c")]
    [InlineData("a + (b + c)", "a + (b + c)")]
    [InlineData("a - (b - c)", "a - (b - c)")]
    [InlineData("(a - b) - c", "a - b - c")]
    [InlineData("(a * b) / c", "a * b / c")]
    [InlineData("a * (b / c)", "a * (b / c)")]
    [InlineData("(a + b) * c", "(a + b) * c")]
    [InlineData("(a ^ b) ^ c", "(a^b)^c")]
    [InlineData("a ^ (b ^ c)", "a^b^c")]
    [InlineData("-(x ^ 2)", "-x^2")]
    [InlineData("(-x) ^ 2", "(-x)^2")]
    [InlineData("(-2) ^ x", "(-2)^x")]
    [InlineData("-(2)", "-(2)")]
    [InlineData("-2 * x", "-2 * x")]
    [InlineData("-(a + b)", "-(a + b)")]
    [InlineData("a * -b", "a * (-b)")]
    [InlineData("a - -b", "a - (-b)")]
    [InlineData("x * -2", "x * (-2)")]
    [InlineData("2 ^ -x", "2^(-x)")]
    [InlineData("-a * b", "-a * b")]
    [InlineData("-(a * b)", "-(a * b)")]
    [InlineData("--a", "-(-a)")]
    [InlineData("exp(-x) * max(a, b + c)", "exp(-x) * max(a, b + c)")]
    [InlineData("1e300 * x + 1e-7", "1e+300 * x + 1e-07")]
    [InlineData("select(less(a, b), a, b)", "select(a < b, a, b)")]
    [InlineData("(a < b) + 1", "(a < b) + 1")]
    [InlineData("a + 1 < b * 2", "a + 1 < b * 2")]
    [InlineData("(a < b) < c", "(a < b) < c")]
    [InlineData("a < (b <= c)", "a < (b <= c)")]
    [InlineData("a == -1", "a == (-1)")]
    [InlineData("-(a == b)", "-(a == b)")]
    [InlineData("(a or b) and c or d", "(a or b) and c or d")]
    [InlineData("a and (b and c)", "a and (b and c)")]
    [InlineData("a or b and not c", "a or b and not c")]
    [InlineData("a != b", "not (a == b)")]
    [InlineData("not not a", "not (not a)")]
    [InlineData("(not a)^2", "(not a)^2")]
    [InlineData("not (a + 1)", "not (a + 1)")]
    [InlineData("not -2", "not (-2)")]
    [InlineData("2 * pi * r", "2 * pi * r")]
    [InlineData("-(pi)", "-(pi)")]
    public void Infix_has_no_more_parentheses_than_needed(string text, string infix)
    {
        Assert.Equal(infix, Texts.Infix(ExprNode.Parse(text)));
        Assert.Equal(infix, ExprNode.Parse(text).ToString());
    }

    [Theory]
    [InlineData("-x", "neg ( x )")]
    [InlineData("max(x, 2)", "max ( x , 2 )")]
    [InlineData("x^2", "( x ^ 2 )")]
    [InlineData("a - b / c", "( a - ( b / c ) )")]
    [InlineData("select(a, b, c)", "select ( a , b , c )")]
    public void Lab_has_a_space_around_everything(string text, string lab) => Assert.Equal(lab, Texts.Lab(ExprNode.Parse(text)));

    [Theory]
    [InlineData("x * x + x", "x * x + x")]
    [InlineData("sin(x) + sin(x)", "t1 = sin(x); t1 + t1")]
    [InlineData("u = sin(x); v = u * u; v / (v + u)", "t1 = sin(x); t2 = t1 * t1; t2 / (t2 + t1)")]
    [InlineData("sin(t1) + sin(t1) * t3", "t2 = sin(t1); t2 + t2 * t3")]
    public void Let_writes_shared_parts_once(string text, string let) => Assert.Equal(let, Texts.Let(ExprNode.Parse(text)));

    [Fact]
    public void Infix_and_Lab_read_back_to_equal_graphs() => RandomExpressions.Odd.Check(400, 12, static node =>
    {
        Assert.Equal(node, ExprNode.Parse(Texts.Infix(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Lab(node)));
    });

    [Fact]
    public void Let_reads_back_to_equal_graphs_with_the_same_sharing() => RandomExpressions.Odd.Check(400, 60, static node =>
    {
        var back = ExprNode.Parse(Texts.Let(node));
        Assert.Equal(node, back);
        Assert.Equal(node.NodeCount, back.NodeCount);
    });

    [Fact]
    public void Derivatives_read_back_as_well() => RandomExpressions.Everyday.Check(200, 8, static node =>
    {
        var derivative = node.Differentiate("x", DifferentiationMode.Reverse);
        Assert.Equal(derivative, ExprNode.Parse(Texts.Let(derivative)));
    });

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("sv-SE")]
    public void No_culture_changes_what_is_read_or_written(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            var node = ExprNode.Parse("-1.5e-3 * sin(I) + max(i, 1234567.5) - select(less(x, 0.5), SIN, -0.25)");
            const string text = "-0.0015 * sin(I) + max(i, 1234567.5) - select(x < 0.5, SIN, -0.25)";
            Assert.Equal(text, node.ToString());
            Assert.Equal(["I", "SIN", "i", "x"], node.Variables);
            Assert.Equal(node, ExprNode.Parse(Texts.Lab(node)));
            Assert.Equal(node, ExprNode.Parse(Texts.Let(node)));
            Assert.Equal(ExprNode.Parse("sin(I)"), ExprNode.Apply("sin", ExprNode.Variable("I")));
            var error = Assert.Throws<AutodiffException>(static () => ExprNode.Constant(double.NaN));
            Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
            var unknown = Assert.Throws<ExpressionSyntaxException>(static () => ExprNode.Parse("SIN(x)"));
            Assert.Contains("'sin'", unknown.Message, StringComparison.Ordinal);
            RandomExpressions.Odd.Check(20, 10, static random => Assert.Equal(random, ExprNode.Parse(Texts.Infix(random))));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Displays_are_cut_and_tell_long_expressions_apart()
    {
        static ExprNode Long(string last) =>
            Enumerable.Range(0, 100).Select(static i => ExprNode.Variable($"name{i}")).Append(ExprNode.Variable(last)).Aggregate(static (a, b) => a + b);

        var (a, b) = (Long("p").ToString(), Long("q").ToString());
        Assert.Matches(@"^.{240}\.\.\. \[#[0-9a-f]{8}\]$", a);
        Assert.NotEqual(a, b);
        Assert.Equal(a, Long("p").ToString());
        Assert.Equal(a, ExprNode.Parse(Texts.Infix(Long("p"))).ToString());
    }

    [Fact]
    public void A_display_of_240_characters_is_not_cut()
    {
        var exact = ExprNode.Variable(new string('v', 240));
        Assert.Equal(new string('v', 240), exact.ToString());
        Assert.Matches(@"^v{240}\.\.\. \[#[0-9a-f]{8}\]$", ExprNode.Variable(new string('v', 241)).ToString());
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1.0 / 3, "0.3333333333333333")]
    [InlineData(1e21, "1e+21")]
    [InlineData(-0.0, "-0")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(24.049787068367863, "24.049787068367863")]
    public void Numbers_are_written_as_short_as_reads_back(double value, string text)
    {
        Assert.Equal(text, ((ExprNode)value).ToString());
        Assert.Equal((ExprNode)value, ExprNode.Parse(text));
    }
}
