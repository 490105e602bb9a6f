using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What simplification makes of typical expressions, and what it says it assumed.</summary>
public sealed class SimplificationTests
{
    [Theory]
    [InlineData("0 - y", "-y")]
    [InlineData("x + x", "2 * x")]
    [InlineData("x + y - x", "y")]
    [InlineData("x - x", "0")]
    [InlineData("3 * x - 5 * x", "-2 * x")]
    [InlineData("2 + x + 3", "x + 5")]
    [InlineData("2 * x * 3", "6 * x")]
    [InlineData("x * 4", "4 * x")]
    [InlineData("x * x", "x^2")]
    [InlineData("x^2 * x^3", "x^5")]
    [InlineData("(x^2)^3", "x^6")]
    [InlineData("x^1", "x")]
    [InlineData("x^0", "1")]
    [InlineData("1^x", "1")]
    [InlineData("x^-1", "1 / x")]
    [InlineData("x^0.5", "sqrt(x)")]
    [InlineData("-(-x)", "x")]
    [InlineData("-1 * x", "-x")]
    [InlineData("x / -1", "-x")]
    [InlineData("(-x) * (-y)", "x * y")]
    [InlineData("(-x) / (-y)", "x / y")]
    [InlineData("x + (-y)", "x - y")]
    [InlineData("x - (-y)", "x + y")]
    [InlineData("-(x - y)", "y - x")]
    [InlineData("(-x)^2", "x^2")]
    [InlineData("abs(x)^2", "x^2")]
    [InlineData("sqrt(x^2)", "abs(x)")]
    [InlineData("sqrt(x * x)", "abs(x)")]
    [InlineData("abs(-x)", "abs(x)")]
    [InlineData("abs(abs(x))", "abs(x)")]
    [InlineData("abs(exp(x))", "exp(x)")]
    [InlineData("log(exp(x))", "x")]
    [InlineData("exp(log(x))", "x")]
    [InlineData("exp(log(x) - log(y))", "x / y")]
    [InlineData("exp(log(x) + log(y))", "x * y")]
    [InlineData("exp(log(x * y) - log(y)) - 1", "x - 1")]
    [InlineData("sin(asin(x))", "x")]
    [InlineData("1 + expm1(x)", "exp(x)")]
    [InlineData("x / (1 / y)", "x * y")]
    [InlineData("log1p(expm1(x))", "x")]
    [InlineData("expm1(log1p(x))", "x")]
    [InlineData("sin(-x)", "-sin(x)")]
    [InlineData("cos(-x)", "cos(x)")]
    [InlineData("tanh(-x)", "-tanh(x)")]
    [InlineData("cosh(-x)", "cosh(x)")]
    [InlineData("relu(relu(x))", "relu(x)")]
    [InlineData("max(x, x)", "x")]
    [InlineData("less(x, x)", "0")]
    [InlineData("select(1, x, y)", "x")]
    [InlineData("select(0, x, y)", "y")]
    [InlineData("select(c, x, x)", "x")]
    [InlineData("select(c, select(c, x, y), z)", "select(c, x, z)")]
    [InlineData("detach(detach(x))", "detach(x)")]
    [InlineData("sin(x) + 2 * sin(x)", "3 * sin(x)")]
    [InlineData("x * y - y * x", "0")]
    [InlineData("sin(x + y) - sin(y + x)", "0")]
    [InlineData("(x + 2) * (2 + x)", "(x + 2)^2")]
    [InlineData("x * 4 + 4 * x", "8 * x")]
    [InlineData("exp(0 * x) + 1", "2")]
    public void Standard_and_Stable_simplify(string text, string expected)
    {
        Assert.Equal(expected, Texts.Infix(ExprNode.Parse(text).Simplify()));
        Assert.Equal(expected, Texts.Infix(ExprNode.Parse(text).Simplify(SimplificationRule.Stable)));
    }

    [Theory]
    [InlineData("x * y * x", "x^2 * y", "x * y * x")]
    [InlineData("x * y * y", "x * y^2", "x * y * y")]
    [InlineData("x * x * x", "x^3", "x^2 * x")]
    [InlineData("x * 2 * y * 3", "6 * x * y", "3 * (2 * x * y)")]
    [InlineData("x * y + x * y + x * y", "3 * x * y", "3 * (x * y)")]
    [InlineData("x * y * z / x", "y * z", "x * y * z / x")]
    [InlineData("2 * x + y + x", "3 * x + y", "2 * x + y + x")]
    [InlineData("x + y + z - x", "y + z", "x + y + z - x")]
    public void Stable_keeps_products_that_may_overflow_and_sums_that_may_be_exact(string text, string standard, string stable)
    {
        Assert.Equal(standard, Texts.Infix(ExprNode.Parse(text).Simplify()));
        Assert.Equal(stable, Texts.Infix(ExprNode.Parse(text).Simplify(SimplificationRule.Stable)));
    }

    [Theory]
    [InlineData("sin(x) * (sin(x) / (sin(x) + sin(y)))")]
    [InlineData("x / y * (z / y)")]
    [InlineData("x / y / z * (x / z)")]
    public void Quotients_are_not_torn_apart_to_collect_powers(string text)
    {
        Assert.Equal(text, Texts.Infix(ExprNode.Parse(text).Simplify()));
        Assert.Equal(text, Texts.Infix(ExprNode.Parse(text).Simplify(SimplificationRule.Stable)));
    }

    [Fact]
    public void A_share_of_exponentials_is_kept_by_Standard_and_kept_from_overflow_by_Stable()
    {
        const string text = "exp(x) * (exp(x) / (exp(x) + exp(y)))";
        Assert.Equal(text, Texts.Infix(ExprNode.Parse(text).Simplify()));
        Assert.Equal(
            "t1 = max(x, y); t2 = detach(relu(t1 - 700) - relu(-700 - t1)); t3 = exp(x - t2); exp(x) * (t3 / (t3 + exp(y - t2)))",
            string.Join(' ', Texts.Let(ExprNode.Parse(text).Simplify(SimplificationRule.Stable)).Split('\n', StringSplitOptions.TrimEntries)));
    }

    [Theory]
    [InlineData("log(1 + exp(u))", "softplus(u)")]
    [InlineData("log(exp(u) + 1)", "softplus(u)")]
    [InlineData("log1p(exp(u))", "softplus(u)")]
    [InlineData("1 / (1 + exp(-u))", "sigmoid(u)")]
    [InlineData("1 / (1 + exp(-1 * u))", "sigmoid(u)")]
    [InlineData("1 / (1 + exp(u))", "sigmoid(-u)")]
    [InlineData("exp(u) / (1 + exp(u))", "sigmoid(u)")]
    [InlineData("exp(u) / (exp(u) + 1)", "sigmoid(u)")]
    [InlineData("1 - sigmoid(u)", "sigmoid(-u)")]
    [InlineData("log(1 + u)", "log1p(u)")]
    [InlineData("log(1 - u)", "log1p(-u)")]
    [InlineData("exp(u) - 1", "expm1(u)")]
    [InlineData("fin - fin * y + log(1 + exp(-1 * fin))", "fin - fin * y + softplus(-fin)")]
    public void Stable_rewrites_what_loses_digits_or_overflows(string text, string expected)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(expected, Texts.Infix(node.Simplify(SimplificationRule.Stable)));
        Assert.NotEqual(expected, Texts.Infix(node.Simplify()));
    }

    [Theory]
    [InlineData("log(1 + exp(u))", 1000.0, 1000.0)]
    [InlineData("1 / (1 + exp(-u))", -1000.0, 0.0)]
    [InlineData("exp(u) / (1 + exp(u))", 1000.0, 1.0)]
    [InlineData("log(1 + u)", 1e-17, 1e-17)]
    [InlineData("exp(u) - 1", 1e-17, 1e-17)]
    public void Stable_values_stay_finite_and_keep_their_digits(string text, double u, double expected)
    {
        var node = ExprNode.Parse(text).Simplify(SimplificationRule.Stable);
        Assert.Equal(expected, node.At(("u", u)));
        Assert.True(double.IsFinite(node.Differentiate("u").Simplify(SimplificationRule.Stable).At(("u", u))));
    }

    [Theory]
    [InlineData("log(1 + exp(u))", "sigmoid(u)")]
    [InlineData("log(1 + exp(-u))", "-sigmoid(-u)")]
    public void Derivatives_become_stable_too(string text, string expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var derivative = ExprNode.Parse(text).Differentiate("u", mode);
            Assert.Equal(expected, Texts.Infix(derivative.Simplify(SimplificationRule.Stable)));
        }
    }

    [Theory]
    [InlineData("x / x", "1")]
    [InlineData("x * y / x", "y")]
    [InlineData("x^2 / x", "x")]
    [InlineData("x^3 * x^-1", "x^2")]
    [InlineData("0 / x", "0")]
    public void What_is_assumed_is_reported(string text, string expected)
    {
        var (nodes, assumptions) = ExprNode.Simplify([ExprNode.Parse(text)], SimplificationRule.Standard);
        Assert.Equal(expected, Texts.Infix(nodes[0]));
        Assert.Contains("x != 0", assumptions);
        var renamed = ExprNode.Parse(text).Resolve(new Dictionary<string, ExprNode> { ["x"] = ExprNode.Parse("tan(u)") });
        Assert.Equal("tan(u) != 0", Assert.Single(ExprNode.Simplify([renamed], SimplificationRule.Standard).Assumptions));
    }

    [Fact]
    public void Of_very_many_assumptions_the_first_hundred_are_written()
    {
        var sum = ExprNode.Parse(string.Join(" + ", Enumerable.Range(0, 1000).Select(static i => $"y{i}*x{i}/x{i}")));
        var assumptions = ExprNode.Simplify([sum], SimplificationRule.Standard).Assumptions;
        Assert.Equal(101, assumptions.Count);
        Assert.Equal("x0 != 0", assumptions[0]);
        Assert.Equal("and 900 more like these", assumptions[^1]);
    }

    [Theory]
    [InlineData("x + x")]
    [InlineData("x * 0")]
    [InlineData("x / x^2")]
    [InlineData("x^2 * x^3 / y")]
    [InlineData("x / y / x^3")]
    [InlineData("x - y - x")]
    [InlineData("sqrt(x^2)")]
    [InlineData("log(exp(x))")]
    [InlineData("-(-x)")]
    public void Nothing_is_assumed_where_nothing_needs_to_be(string text)
    {
        Assert.Empty(ExprNode.Simplify([ExprNode.Parse(text)], SimplificationRule.Standard).Assumptions);
        Assert.Empty(ExprNode.Simplify([ExprNode.Parse(text)], SimplificationRule.Stable).Assumptions);
    }

    [Theory]
    [InlineData("x^0.5 * x^0.5 + x^0.5 / x")]
    [InlineData("exp(1000)")]
    [InlineData("1e308 * 10 * x")]
    [InlineData("log(0) + x")]
    [InlineData("1e-300 * 1e-300 * x * 1e300 * 1e300")]
    [InlineData("x / (2 - 2)")]
    [InlineData("sqrt(-1) * x")]
    public void No_constant_becomes_infinite_or_NaN(string text)
    {
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable })
        {
            var (graph, _) = ExprNode.Parse(text).Simplify(rule).Flatten();
            Assert.All(graph.Constants.ToArray(), static constant => Assert.True(double.IsFinite(constant)));
        }
    }

    [Fact]
    public void Regrouping_constants_loses_no_digits()
    {
        Assert.Equal(1.0 / 3, ExprNode.Parse("x / 3").Simplify().At(("x", 1)));
        Assert.Equal(0.7 * 0.1 * 0.3, ExprNode.Parse("x * 0.1 * 0.3").Simplify().At(("x", 0.7)));
        Assert.Equal(0.7 + 0.1 + 0.2, ExprNode.Parse("x + 0.1 + 0.2").Simplify().At(("x", 0.7)));
        Assert.Equal("x", Texts.Infix(ExprNode.Parse("x + 1e16 - 1e16").Simplify()));
        Assert.Equal("x", Texts.Infix(ExprNode.Parse("x * 3 / 3").Simplify()));
    }

    [Fact]
    public void Like_terms_and_powers_are_collected_with_any_weights()
    {
        for (var a = -9; a <= 9; a++)
        {
            for (var b = -9; b <= 9; b++)
            {
                var terms = ExprNode.Parse($"{a} * x + y + {b} * x").Simplify();
                Assert.Equal(((a + b) * 0.5) + 3, terms.At(("x", 0.5), ("y", 3)));
                Assert.True(Cost(terms) <= 2, $"{a}, {b}: {terms}");
                var powers = ExprNode.Parse($"x^{a} * y * x^{b}").Simplify();
                Assert.Equal(Math.Pow(0.5, a + b) * 3, powers.At(("x", 0.5), ("y", 3)));
                Assert.True(Cost(powers) <= 3, $"{a}, {b}: {powers}");
            }
        }
    }

    [Fact]
    public void Several_expressions_simplified_together_go_on_sharing()
    {
        var node = ExprNode.Parse("exp(x + x) * sin(x + x)");
        var (nodes, _) = ExprNode.Simplify([node, .. node.Gradient()], SimplificationRule.Standard);
        var (graph, ids) = ExprNode.Flatten(nodes);
        Assert.Same(nodes[0].Home!.Graph, nodes[1].Home!.Graph);
        Assert.True(graph.OperationCount(ids) < graph.OperationCount([ids[0]]) + graph.OperationCount([ids[1]]));
    }

    [Fact]
    public void A_shared_part_is_not_torn_apart_to_collect_terms()
    {
        // Collecting inside the shared sum would compute it twice.
        var node = ExprNode.Parse("t = x + y; sin(t) + (t + x)");
        Assert.True(Cost(node.Simplify()) <= Cost(node));
    }

    [Theory]
    [InlineData(SimplificationRule.Standard)]
    [InlineData(SimplificationRule.Stable)]
    public void A_sign_that_several_nodes_share_moves_when_all_gain_by_it_together(SimplificationRule rule)
    {
        // The gradient of a determinant: each sign stands in two products, and each sum takes one in.
        var node = ExprNode.Parse("a*(e*i - f*h) - b*(d*i - f*g) + c*(d*h - e*g)");
        var (nodes, _) = ExprNode.Simplify([node, .. node.Gradient()], rule);
        var (graph, ids) = ExprNode.Flatten(nodes);
        Assert.Equal(33, graph.OperationCount(ids));
        Assert.DoesNotContain(nodes, static written => written.ToString().Contains("-a", StringComparison.Ordinal) || written.ToString().Contains("-b", StringComparison.Ordinal));
    }

    private static int Cost(ExprNode node)
    {
        var (graph, id) = node.Flatten();
        return graph.OperationCount([id]);
    }

    [Fact]
    public void The_same_but_for_the_order_of_terms_and_factors_is_one_part()
    {
        var simplified = ExprNode.Parse("sin(x + y) / cos(y + x) + tan(x * y) / tan(y * x + z)").Simplify();

        // x, y, z; x + y, x * y, x * y + z; sin, cos, tan, tan; two quotients and their sum.
        Assert.Equal(13, simplified.NodeCount);
    }

    [Fact]
    public void What_changes_nothing_makes_no_new_graph()
    {
        var settled = ExprNode.Parse("x * y + sin(x)").Simplify();

        Assert.Same(settled.Flatten().Graph, settled.Simplify().Flatten().Graph);
    }

    [Fact]
    public void What_is_simplified_away_is_left_behind()
    {
        var sum = ExprNode.Variable("x");
        for (var i = 0; i < 2000; i++) sum = ExprNode.Sin(sum) + i;
        var simplified = ((0 * sum) + ExprNode.Variable("y") + 0).Simplify();

        Assert.Equal("y", Texts.Infix(simplified));
        Assert.True(simplified.Flatten().Graph.Count < 10);
    }
}
