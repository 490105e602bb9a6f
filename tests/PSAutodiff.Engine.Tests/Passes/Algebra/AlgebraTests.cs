using System.Diagnostics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Algebra on request: multiplying out, factoring, collecting and double angles, by exact arithmetic.</summary>
public sealed class AlgebraTests
{
    private static readonly Operation[] Arithmetic = [.. "sum sub mul div neg sin cos exp".Split(' ').Select(OperationTable.FindFunction)];

    public static TheoryData<SimplificationRule> Rules => [SimplificationRule.Expand, SimplificationRule.Factor, SimplificationRule.Collect, SimplificationRule.Trigonometric];

    [Theory]
    [InlineData("(x + 1)^2 - x^2 - 2*x - 1", "0")]
    [InlineData("(x + 1)^3", "x^3 + 3 * x^2 + 3 * x + 1")]
    [InlineData("(a + b)*(a - b)", "a^2 - b^2")]
    [InlineData("(x + y)^2/x", "x + 2 * y + y^2 / x")]
    [InlineData("exp((x + 1)^2)*(x + 1)", "x * exp(x^2 + 2 * x + 1) + exp(x^2 + 2 * x + 1)")]
    [InlineData("0.1*(x + 2)", "0.1 * x + 0.2")]
    [InlineData("(x + 1/3)^2", "x^2 + 2 * x / 3 + 1 / 9")]
    [InlineData("1/(x + 1) + 1/(x + 1)", "2 / (x + 1)")]
    [InlineData("1/(1/(x + 1)) - x", "1")]
    [InlineData("(x + 1)^-2", "1 / (x^2 + 2 * x + 1)")]
    [InlineData("x/0", "x / 0")]
    [InlineData("x^y*x", "x * x^y")]
    public void Expressions_are_multiplied_out(string text, string expected) => AssertForm(SimplificationRule.Expand, text, expected);

    [Theory]
    [InlineData("(x^2 - 1)/(x - 1)", "x + 1")]
    [InlineData("(x - 1)/(x^2 - 1)", "1 / (x + 1)")]
    [InlineData("(x^2 - y^2)/(x - y)", "x + y")]
    [InlineData("x^2 - 1", "(x + 1) * (x - 1)")]
    [InlineData("x^4 + 4", "(x^2 + 2 * x + 2) * (x^2 - 2 * x + 2)")]
    [InlineData("x^2 + 1", "x^2 + 1")]
    [InlineData("2*x^2 + 4*x + 2", "2 * (x + 1)^2")]
    [InlineData("x^3 - 6*x^2 + 11*x - 6", "(x - 1) * (x - 2) * (x - 3)")]
    [InlineData("x^6 - 1", "(x + 1) * (x - 1) * (x^2 + x + 1) * (x^2 - x + 1)")]
    [InlineData("x^5 + x^4 + 1", "(x^2 + x + 1) * (x^3 - x + 1)")]
    [InlineData("a*x + b*x", "x * (a + b)")]
    [InlineData("a*x^2 - a", "a * (x + 1) * (x - 1)")]
    [InlineData("1/x + 1/(x + 1)", "(2 * x + 1) / (x * (x + 1))")]
    [InlineData("1/(x - 1) - 1/(x + 1)", "2 / ((x + 1) * (x - 1))")]
    [InlineData("x/2 + x^2/4", "x * (x + 2) / 4")]
    [InlineData("exp(x)^2 - 1", "(exp(x) + 1) * (exp(x) - 1)")]
    [InlineData("-x^2 + 2*x - 1", "-(x - 1)^2")]
    [InlineData("(x + 10)^13", "(x + 10)^13")]
    [InlineData("(a - 1)/(b - 1) + (a - 1)/(1 - b)", "0")]
    [InlineData("a^2 - b^2", "(a + b) * (a - b)")]
    [InlineData("a^2 + 2*a*b + b^2", "(a + b)^2")]
    [InlineData("(x^2 - y^2)/(x^2 + 2*x*y + y^2)", "(x - y) / (x + y)")]
    [InlineData("a*c + a*d + b*c + b*d", "(a + b) * (c + d)")]
    [InlineData("x*y + x + y + 1", "(x + 1) * (y + 1)")]
    [InlineData("a^3 + b^3 + c^3 - 3*a*b*c", "(a + b + c) * (a^2 - a * b - a * c + b^2 - b * c + c^2)")]
    [InlineData("sin(x)^2 - 4*exp(y)^2", "(sin(x) + 2 * exp(y)) * (sin(x) - 2 * exp(y))")]
    [InlineData("x^3 - y^2", "x^3 - y^2")]
    [InlineData("a*x + b", "a * x + b")]
    [InlineData("x^2/4 - 1/9", "(3 * x + 2) * (3 * x - 2) / 36")]
    [InlineData("0.5*x^2 - 0.02", "(5 * x + 1) * (5 * x - 1) / 50")]
    [InlineData("-2*x^3 + 2*x", "-2 * x * (x + 1) * (x - 1)")]
    [InlineData("x^12 + x^3 + 7*x + 1", "x^12 + x^3 + 7 * x + 1")]
    [InlineData("x^16 - 1", "(x + 1) * (x - 1) * (x^2 + 1) * (x^4 + 1) * (x^8 + 1)")]
    [InlineData("abs(x/((2 + a)*(2 + b)))^2", "x^2 / ((a + 2)^2 * (b + 2)^2)")]
    [InlineData("u: [3]; v: [3]; (u @ v)^2 - 2*(u @ v) + 1", "u: [3]; v: [3]; (u @ v - 1)^2")]
    public void Expressions_are_factored(string text, string expected) => AssertForm(SimplificationRule.Factor, text, expected);

    [Fact]
    public void Products_in_several_variables_are_found_again_when_multiplied_out()
    {
        // Each of these has a variable that stands in one term only and by itself, so it cannot be factored.
        string[] parts = ["(x + y)", "(x - y)", "(2*x + 3*y - 1)", "(x^2 + y + 1)", "(x*z - y + 2)", "(y^2 - 3*z)", "(x + y + z)", "(x^2 - y)"];
        var random = new Random(77);
        for (var round = 0; round < 120; round++)
        {
            var chosen = Enumerable.Range(0, 2 + random.Next(2)).Select(_ => parts[random.Next(parts.Length)]).ToList();
            var product = ExprNode.Parse(string.Join('*', chosen));
            var form = product.Simplify(SimplificationRule.Expand).Simplify(SimplificationRule.Factor);
            Assert.Equal(product.Simplify(SimplificationRule.Factor), form);
            foreach (var part in chosen.Distinct())
            {
                var count = chosen.Count(other => other == part);
                var written = Texts.Infix(ExprNode.Parse(part).Simplify(SimplificationRule.Expand));
                Assert.Contains(count > 1 ? $"({written})^{count}" : chosen.Distinct().Count() == 1 ? written : $"({written})", Texts.Infix(form), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("a*x + b*x", "x", "(a + b) * x")]
    [InlineData("a*(x + 1)*x + 3*x - b", "x", "a * x^2 + (a + 3) * x - b")]
    [InlineData("x/y + x*z + 2/y", "y", "x * z + (x + 2) / y")]
    [InlineData("a*x + b*x", "q", "a * x + b * x")]
    public void Terms_are_collected_by_the_powers_of_a_variable(string text, string variable, string expected) =>
        Assert.Equal(expected, Texts.Infix(ExprNode.Parse(text).Collect(variable)));

    [Theory]
    [InlineData("sin(x)^2 + cos(x)^2", "1")]
    [InlineData("2*sin(x)*cos(x)", "sin(2 * x)")]
    [InlineData("cos(x)^2 - sin(x)^2", "cos(2 * x)")]
    [InlineData("1 - sin(x)^2", "cos(x)^2")]
    [InlineData("1 - 2*sin(x)^2", "cos(2 * x)")]
    [InlineData("tan(x)*cos(x)", "sin(x)")]
    [InlineData("sin(x)^4 + 2*sin(x)^2*cos(x)^2 + cos(x)^4", "1")]
    [InlineData("3*sin(a + b)^2 + 3*cos(b + a)^2 + x", "3 + x")]
    [InlineData("sin(2*x) - 2*sin(x)*cos(x)", "0")]
    [InlineData("1 + tan(x)^2", "1 + tan(x)^2")]
    public void Waves_become_fewer(string text, string expected) => AssertForm(SimplificationRule.Trigonometric, text, expected);

    [Theory]
    [InlineData(SimplificationRule.Factor, "(x^2 - 1)/(x - 1)", "x - 1 != 0")]
    [InlineData(SimplificationRule.Expand, "x^2/x", "x != 0")]
    [InlineData(SimplificationRule.Expand, "exp(1/x)", "")]
    [InlineData(SimplificationRule.Expand, "(x + y)^2/x", "")]
    [InlineData(SimplificationRule.Factor, "1/x + 1/(x + 1)", "")]
    [InlineData(SimplificationRule.Trigonometric, "tan(x)*cos(x)", "cos(x) != 0")]
    public void What_has_cancelled_is_named(SimplificationRule rule, string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", ExprNode.Simplify([ExprNode.Parse(text)], rule).Assumptions));

    [Theory]
    [InlineData(SimplificationRule.Expand, "(a + b + c + d)^100")]
    [InlineData(SimplificationRule.Expand, "(x + 1)^60")]
    [InlineData(SimplificationRule.Expand, "(x + 1)^1000000")]
    public void What_is_too_large_is_said_soon(SimplificationRule rule, string text)
    {
        var clock = Stopwatch.StartNew();
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse(text).Simplify(rule));
        Assert.Equal("AlgebraTooLarge", error.ErrorId);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Collecting_asks_for_the_variable_where_there_are_several()
    {
        Assert.Equal("2 * x^2", Texts.Infix(ExprNode.Parse("x^2 + x*x").Simplify(SimplificationRule.Collect)));
        Assert.Equal("ValueMissing", Assert.Throws<AutodiffException>(() => ExprNode.Parse("x + y").Simplify(SimplificationRule.Collect)).ErrorId);
    }

    [Fact]
    public void A_deep_expression_is_no_deeper_than_the_stack()
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 40_000; i++) node = ExprNode.Sin(node + 1);
        SmallStack.Run(() =>
        {
            Assert.Equal(node.Depth, node.Simplify(SimplificationRule.Expand).Depth);
            Assert.Equal(node.Depth, node.Simplify(SimplificationRule.Factor).Depth);
        });
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Values_stay_equal_where_they_are_no_differences_of_large_numbers(SimplificationRule rule)
    {
        RandomExpressions.Of(Arithmetic).Check(300, 8, node =>
        {
            ExprNode form;
            try
            {
                form = Form(node);
            }
            catch (AutodiffException error) when (error.ErrorId == "AlgebraTooLarge")
            {
                return;
            }

            Assert.Equal(form, Form(form));
            var random = new Random(node.NodeCount);
            for (var i = 0; i < 5; i++)
            {
                var at = RandomExpressions.Names.ToDictionary(static name => name, _ => (3 * random.NextDouble()) - 1.3);
                var value = PlainEvaluator.Evaluate(node, at);
                if (!double.IsFinite(value) || new PreciseEvaluator(node).Evaluate(at) is not { } exact || new PreciseEvaluator(form).Evaluate(at) is not { } other) continue;
                Assert.True(
                    Math.Abs((exact - other).ToDoubleRoughly()) <= 1e-9 * (1 + Math.Abs(value)),
                    $"{value}, not {PlainEvaluator.Evaluate(form, at)}, at {string.Join(", ", at)}: {Texts.Let(node)} became {Texts.Let(form)}");
            }
        });

        ExprNode Form(ExprNode node) => rule == SimplificationRule.Collect ? node.Collect("x") : node.Simplify(rule);
    }

    private static void AssertForm(SimplificationRule rule, string text, string expected)
    {
        var form = ExprNode.Parse(text).Simplify(rule);
        Assert.Equal(expected, Texts.Infix(form));
        Assert.Equal(form, form.Simplify(rule));
    }
}
