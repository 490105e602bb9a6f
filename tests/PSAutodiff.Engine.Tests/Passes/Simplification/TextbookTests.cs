using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives come out as textbooks have them, and constants stay what people wrote.</summary>
public sealed class TextbookTests
{
    [Theory]
    [InlineData("1/x", 1, "-1 / x^2")]
    [InlineData("1/x", 2, "2 / x^3")]
    [InlineData("1/x", 3, "-6 / x^4")]
    [InlineData("x^3", 2, "6 * x")]
    [InlineData("3*x^-2", 1, "-6 / x^3")]
    [InlineData("log(x)/x", 1, "(1 - log(x)) / x^2")]
    [InlineData("log(x)/x", 2, "(2 * log(x) - 3) / x^3")]
    [InlineData("log(x)/x", 3, "(11 - 6 * log(x)) / x^4")]
    [InlineData("x^2*exp(-x)", 1, "(2 * x - x^2) * exp(-x)")]
    [InlineData("x^2*exp(-x)", 3, "(6 * x - 6 - x^2) * exp(-x)")]
    [InlineData("2^x", 1, "log(2) * 2^x")]
    [InlineData("2^x", 2, "log(2)^2 * 2^x")]
    [InlineData("x^x", 1, "(1 + log(x)) * x^x")]
    [InlineData("x^n", 1, "n * x^(n - 1)")]
    [InlineData("x^(1/3)", 1, "1 / (3 * x^(2 / 3))")]
    [InlineData("x^(1/3)", 2, "-2 / (9 * x^(5 / 3))")]
    [InlineData("x^2/3", 2, "2 / 3")]
    [InlineData("sqrt(x)", 1, "1 / (2 * sqrt(x))")]
    [InlineData("sqrt(x)", 2, "-1 / (4 * x^1.5)")]
    [InlineData("1/sqrt(x)", 1, "-1 / (2 * x^1.5)")]
    [InlineData("sqrt(1 - x^2)", 2, "-1 / (1 - x^2)^1.5")]
    [InlineData("exp(-x^2)", 2, "(4 * x^2 - 2) * exp(-x^2)")]
    [InlineData("x/(1 + x^2)", 1, "(1 - x^2) / (1 + x^2)^2")]
    [InlineData("1/(x^2 + 1)", 1, "-2 * x / (x^2 + 1)^2")]
    [InlineData("1/(x^2 + 1)", 2, "(6 * x^2 - 2) / (x^2 + 1)^3")]
    [InlineData("(x + 1)/(x - 1)", 2, "4 / (x - 1)^3")]
    [InlineData("log(x^2 + 1)", 2, "(2 - 2 * x^2) / (x^2 + 1)^2")]
    [InlineData("sin(x)/x", 1, "(x * cos(x) - sin(x)) / x^2")]
    [InlineData("exp(x)/x", 1, "(x - 1) * exp(x) / x^2")]
    [InlineData("log(sin(x))", 2, "-1 / sin(x)^2")]
    [InlineData("sin(x^2)", 2, "2 * cos(x^2) - 4 * x^2 * sin(x^2)")]
    [InlineData("1/(1 + exp(-x))", 1, "exp(-x) / (1 + exp(-x))^2")]
    [InlineData("atan(x)", 2, "-2 * x / (1 + x^2)^2")]
    [InlineData("abs(x)*x", 1, "2 * abs(x)")]
    [InlineData("0.1*x^3", 1, "0.3 * x^2")]
    [InlineData("pi*x^2", 1, "2 * pi * x")]
    [InlineData("x*sin(x)", 3, "-3 * sin(x) - x * cos(x)")]
    [InlineData("hypot(x, y)", 1, "x / hypot(x, y)")]
    [InlineData("atan2(x, y)", 1, "y / (x^2 + y^2)")]
    [InlineData("atan2(y, x)", 1, "-(y / (y^2 + x^2))")]
    public void Derivatives_have_a_textbooks_form(string text, int order, string expected)
    {
        var node = ExprNode.Parse(text);
        for (var i = 0; i < order; i++) node = node.Differentiate("x").Simplify(SimplificationRule.Textbook);
        Assert.Equal(expected, Texts.Infix(node));
        Assert.Equal(node, node.Simplify(SimplificationRule.Textbook));
    }

    [Theory]
    [InlineData("1/(1/x)", "x")]
    [InlineData("u*(1/v)", "u / v")]
    [InlineData("exp(-log(x))", "1 / x")]
    [InlineData("exp(2*log(x))", "x^2")]
    [InlineData("(-x)^3", "-x^3")]
    [InlineData("sign(x)*abs(x)", "x")]
    [InlineData("sign(x)*x", "abs(x)")]
    [InlineData("min(x, max(x, y))", "x")]
    [InlineData("max(min(y, x), x)", "x")]
    [InlineData("max(max(x, y), x)", "max(x, y)")]
    [InlineData("cosh(x)^2 - sinh(x)^2", "1")]
    [InlineData("(a - 1)/(b - 1) + (a - 1)/(1 - b)", "0")]
    [InlineData("(a - b)/(b - a)", "-1")]
    [InlineData("exp(x)*exp(-x)", "1")]
    [InlineData("2*x/3", "2 * x / 3")]
    [InlineData("x/4", "x / 4")]
    [InlineData("-x/2", "-(x / 2)")]
    public void What_everyone_knows_is_simplified_by_every_rule_for_reading(string text, string expected)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(expected, Texts.Infix(node.Simplify()));
        Assert.Equal(expected, Texts.Infix(node.Simplify(SimplificationRule.Textbook)));
    }

    [Theory]
    [InlineData("2 + 3", "5")]
    [InlineData("1/4", "0.25")]
    [InlineData("2^10", "1024")]
    [InlineData("2^-2", "0.25")]
    [InlineData("sqrt(4)", "2")]
    [InlineData("exp(0)", "1")]
    [InlineData("log(1)", "0")]
    [InlineData("abs(-3) + max(2, 1)", "5")]
    [InlineData("1/3", "1 / 3")]
    [InlineData("log(2)", "log(2)")]
    [InlineData("exp(1)", "exp(1)")]
    [InlineData("sqrt(2)", "sqrt(2)")]
    [InlineData("sin(pi)", "sin(pi)")]
    [InlineData("2*pi", "2 * pi")]
    [InlineData("exp(-1000)", "exp(-1000)")]
    [InlineData("1/0", "1 / 0")]
    public void Constants_fold_where_that_is_exact(string text, string expected)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(expected, Texts.Infix(node.Simplify()));
        Assert.Equal(expected, Texts.Infix(node.Simplify(SimplificationRule.Textbook)));
    }

    // 0.1 + 0.2 and 0.3 are different doubles: only what is for reading takes decimals as they are written.
    [Theory]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("0.3 * 3", "0.9")]
    [InlineData("1 / 5", "0.2")]
    public void Decimals_fold_as_on_paper_only_in_the_form_of_textbooks(string text, string expected)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(text, Texts.Infix(node.Simplify()));
        Assert.Equal(expected, Texts.Infix(node.Simplify(SimplificationRule.Textbook)));
    }

    [Fact]
    public void What_is_assumed_is_said()
    {
        Assert.Contains("x != y", Assumptions("(a - b)/(b - a)"));
        Assert.Contains("x != 0", Assumptions("x * x^(n - 1)"));
        Assert.Contains("y finite where x = 0", Assumptions("select(n, n * x^(n - 1), 0)"));
        Assert.Empty(Assumptions("(1/x - log(x)/x)/x"));

        static IReadOnlyList<string> Assumptions(string text) => ExprNode.Simplify([ExprNode.Parse(text)], SimplificationRule.Textbook).Assumptions;
    }

    [Fact]
    public void A_Hessian_is_made_of_tidy_first_derivatives()
    {
        var (gradient, hessian) = ExprNode.Parse("log(x)/x * y").GradientAndHessian(["x", "y"], Tidy, CancellationToken.None);
        Assert.Equal("(y - y * log(x)) / x^2", Texts.Infix(gradient[0]));
        Assert.Equal("(2 * y * log(x) - 3 * y) / x^3", Texts.Infix(hessian[0, 0]));
        Assert.Equal("(1 - log(x)) / x^2", Texts.Infix(hessian[0, 1]));
        Assert.Same(hessian[0, 1], hessian[1, 0]);

        static IReadOnlyList<ExprNode> Tidy(IReadOnlyList<ExprNode> nodes) => ExprNode.Simplify(nodes, SimplificationRule.Textbook).Nodes;
    }

    // What nobody reads is simplified as by Standard, at its cost.
    [Fact]
    public void Large_formulas_get_no_textbooks_form()
    {
        var sum = string.Join(" + ", Enumerable.Range(0, 6000).Select(static i => $"a{i}/x/x"));
        var node = ExprNode.Parse(sum);
        Assert.Equal(node.Simplify(), node.Simplify(SimplificationRule.Textbook));
    }
}
