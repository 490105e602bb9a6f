using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives come out as textbooks have them, and constants stay what people wrote.</summary>
public sealed class TextbookTests
{
    [Theory]
    [InlineData("1/x", 1, "-1 / x^2")]
    [InlineData("-y*log(sigmoid(x*tanh(z)))-(1-y)*log(1-sigmoid(x*tanh(z)))", 1, "tanh(z) * (sigmoid(x * tanh(z)) - y)")]
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
    [InlineData("(x + 1)^10", 1, "10 * (x + 1)^9")]
    [InlineData("(x^2 + 1)^5", 2, "(x^2 + 1)^3 * (90 * x^2 + 10)")]
    [InlineData("(x + 1)^2*(x - 1)^3", 1, "(x + 1) * (x - 1)^2 * (5 * x + 1)")]
    [InlineData("(x - 1)*(x - 2)*(x - 3)", 1, "(2 * x - 3) * (x - 3) + (x - 1) * (x - 2)")]
    [InlineData("(x - 1)*(x - 2)*(x - 3)", 2, "6 * x - 12")]
    [InlineData("x*(x - 100000)*(x - 2)", 1, "(2 * x - 100000) * (x - 2) + x * (x - 100000)")]
    [InlineData("(x - 100000)^2*(x + 3)", 1, "(x - 100000) * (3 * x - 99994)")]
    [InlineData("(x - 100000)*(x - 100001)/(x + 1)", 1, "((x + 1) * (2 * x - 200001) - (x - 100000) * (x - 100001)) / (x + 1)^2")]
    [InlineData("(x^2 + 3*x + 2)/(x - 1)", 1, "(x^2 - 2 * x - 5) / (x - 1)^2")]
    [InlineData("1/(x*(x + 1))", 1, "-((2 * x + 1) / (x^2 * (x + 1)^2))")]
    [InlineData("log(log(x))", 2, "-((log(x) + 1) / (x^2 * log(x)^2))")]
    [InlineData("log(log(x))", 3, "(2 + 3 * log(x) + 2 * log(x)^2) / (x^3 * log(x)^3)")]
    [InlineData("abs(x)^3", 1, "3 * x * abs(x)")]
    [InlineData("abs(x)^3", 2, "6 * abs(x)")]
    [InlineData("abs(x)^2.5", 1, "2.5 * x * sqrt(abs(x))")]
    [InlineData("x^2*abs(x)", 1, "3 * x * abs(x)")]
    [InlineData("sinh(x)/cosh(x)", 1, "1 / cosh(x)^2")]
    [InlineData("cosh(x)/sinh(x)", 1, "-1 / sinh(x)^2")]
    [InlineData("tanh(x)", 2, "-2 * tanh(x) * sech2(x)")]
    [InlineData("1/cosh(x)", 1, "-(tanh(x) / cosh(x))")]
    [InlineData("1/cosh(x)", 2, "(sinh(x)^2 - 1) / cosh(x)^3")]
    [InlineData("coth(x)", 1, "-1 / sinh(x)^2")]
    [InlineData("tan(x)", 1, "1 + tan(x)^2")]
    [InlineData("tan(x)", 2, "2 * tan(x) * (1 + tan(x)^2)")]
    [InlineData("cot(x)", 1, "-1 / sin(x)^2")]
    [InlineData("cot(x)", 2, "2 * cos(x) / sin(x)^3")]
    [InlineData("sec(x)", 1, "sin(x) / cos(x)^2")]
    [InlineData("sec(x)", 2, "(1 + sin(x)^2) / cos(x)^3")]
    [InlineData("csc(x)", 2, "(1 + cos(x)^2) / sin(x)^3")]
    [InlineData("sin(x)/(1 + cos(x))", 1, "1 / (1 + cos(x))")]
    [InlineData("sin(x)*cos(x)", 1, "cos(x)^2 - sin(x)^2")]
    [InlineData("asin(x)", 1, "1 / sqrt((1 - x) * (1 + x))")]
    [InlineData("asin(x)", 2, "x / ((1 - x) * (1 + x) * sqrt((1 - x) * (1 + x)))")]
    [InlineData("acos(x)", 2, "-(x / ((1 - x) * (1 + x) * sqrt((1 - x) * (1 + x))))")]
    [InlineData("asinh(x)", 2, "-(x / (1 + x^2)^1.5)")]
    [InlineData("acosh(x)", 2, "-(x / ((x - 1)^1.5 * (1 + x)^1.5))")]
    [InlineData("atanh(x)", 2, "2 * x / ((1 - x)^2 * (1 + x)^2)")]
    [InlineData("sigmoid(x)", 1, "sigmoid(x) * sigmoid(-x)")]
    [InlineData("sigmoid(x)", 2, "sigmoid(x) * sigmoid(-x) * (sigmoid(-x) - sigmoid(x))")]
    [InlineData("1.6e-19*x^3", 1, "4.8e-19 * x^2")]
    [InlineData("1.6e-19*3e8*x", 1, "4.8e-11")]
    [InlineData("2e300*x^200", 1, "4e+302 * x^199")]
    public void Derivatives_have_a_textbooks_form(string text, int order, string expected)
    {
        var node = ExprNode.Parse(text);
        for (var i = 0; i < order; i++) node = node.Differentiate("x").Simplify(SimplificationRule.Textbook);
        Assert.Equal(expected, Texts.Infix(node));
        Assert.Equal(node, node.Simplify(SimplificationRule.Textbook));
    }

    // 25! has more digits than a double: it is rounded, and no product of two numbers.
    [Fact]
    public void A_factorial_is_one_number()
    {
        var node = ExprNode.Parse("x^25");
        for (var i = 0; i < 25; i++) node = node.Differentiate("x").Simplify(SimplificationRule.Textbook);
        Assert.Equal(1.5511210043330985984e25, PlainEvaluator.Evaluate(node, new Dictionary<string, double>()), 1e10);
        Assert.Equal("const", node.Op);
    }

    // Multiplied out, the derivative of the first would lose nine of its digits where two factors are next to 0.
    [Theory]
    [InlineData("(x - 100000)*(x - 100000.5)*(x + 1)", 100000.125)]
    [InlineData("(x - 100000)*(x - 2)*(x - 3)", 2.5)]
    [InlineData("x*(x - 300)*(x - 301)", 300.25)]
    [InlineData("(x - 100000)*(x - 100001)/(x + 1)", 100000.25)]
    public void Products_keep_the_digits_that_they_have_as_factors(string text, double x)
    {
        var derivative = ExprNode.Parse(text).Differentiate("x");
        var at = new Dictionary<string, double> { ["x"] = x };
        var (exact, tidy) = (PlainEvaluator.Evaluate(derivative, at), PlainEvaluator.Evaluate(derivative.Simplify(SimplificationRule.Textbook), at));
        Assert.Equal(exact, tidy, Math.Abs(exact) * 1e-12);
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
        Assert.Contains("a != b", Assumptions("(a - b)/(b - a)"));
        Assert.Contains("x != 0", Assumptions("x * x^(n - 1)"));
        Assert.Contains("n * x^(n - 1) = 0 where n = 0", Assumptions("select(n, n * x^(n - 1), 0)"));
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
