using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The derivative of the cross-entropy is sigmoid(u) - y, whichever way it is taken.</summary>
public sealed class CrossEntropyTests
{
    private const string Loss = "-(y*log(f) + (1 - y)*log(1 - f))";

    private static readonly ExprNode U = ExprNode.Variable("u");

    [Fact]
    public void By_hand_from_the_nodes_of_the_chain_rule()
    {
        var f = ExprNode.Sigmoid(U);
        var byOutput = ExprNode.Parse(Loss).Differentiate("f");
        foreach (var slope in new[] { f * (1 - f), f.Differentiate("u"), f.Differentiate("u", DifferentiationMode.Forward), ExprNode.Dsigmoid(U) })
        {
            AssertTidy("sigmoid(u) - y", Composed(byOutput, f) * slope);
            AssertTidy("sigmoid(u) - y", Composed(byOutput.Simplify(SimplificationRule.Textbook), f) * slope);
        }
    }

    [Theory]
    [InlineData(DifferentiationMode.Auto)]
    [InlineData(DifferentiationMode.Forward)]
    [InlineData(DifferentiationMode.Reverse)]
    public void By_every_mode_of_one_variable_and_of_several(DifferentiationMode mode)
    {
        AssertTidy("sigmoid(u) - y", Composed(ExprNode.Parse(Loss), ExprNode.Sigmoid(U)).Differentiate("u", mode));
        var neuron = Composed(ExprNode.Parse(Loss), ExprNode.Parse("sigmoid(w*x + b)"));
        AssertTidy("sigmoid(w * x + b) - y", neuron.Differentiate("b", mode));
        AssertTidy(mode == DifferentiationMode.Reverse ? "x * (sigmoid(w * x + b) - y)" : "x * (sigmoid(w * x + b) - y)", neuron.Differentiate("w", mode));
    }

    [Theory]
    [InlineData("1 - y - sigmoid(-u)", "sigmoid(u) - y")]
    [InlineData("(1 - y)*sigmoid(u) - y*sigmoid(-u)", "sigmoid(u) - y")]
    [InlineData("1 - sigmoid(-u)", "sigmoid(u)")]
    [InlineData("sigmoid(u) + sigmoid(-u)", "1")]
    [InlineData("y*sigmoid(-u)", "y * sigmoid(-u)")]
    public void Logistic_functions_of_opposite_arguments_are_one_where_they_meet(string text, string expected) => AssertTidy(expected, ExprNode.Parse(text));

    // The exponential is what the user wrote.
    [Fact]
    public void A_logistic_function_that_is_written_out_stays_so()
    {
        var loss = Composed(ExprNode.Parse(Loss), ExprNode.Parse("1/(1 + exp(-u))"));
        AssertTidy("1 / (1 + exp(-u)) - y", loss.Differentiate("u"));
        AssertTidy("exp(-u) / (1 + exp(-u))^2", ExprNode.Parse("1/(1 + exp(-u))").Differentiate("u"));
    }

    [Theory]
    [InlineData("(1 - y*(1 + exp(-u)))/(1 + exp(-u))", "1 / (1 + exp(-u)) - y")]
    [InlineData("x*(y*exp(-u) + y - 1)/(1 + exp(-u))", "x * (y - 1 / (1 + exp(-u)))")]
    [InlineData("(y*x*exp(-u) + x*(y - 1))/(1 + exp(-u))", "x * (y - sigmoid(u))")]
    [InlineData("x*sigmoid(u) - y*x", "x * (sigmoid(u) - y)")]
    [InlineData("x*sigmoid(u) - y*z", "x * sigmoid(u) - y * z")]
    public void A_sum_above_a_logistic_denominator_is_divided_by_it(string text, string expected) => AssertTidy(expected, ExprNode.Parse(text));

    [Theory]
    [InlineData("-(y*log(sigmoid(w*x + b)) + (1 - y)*log(1 - sigmoid(w*x + b)))")]
    [InlineData("f = 1/(1 + exp(-(w*x + b))); -y*log(f) - (1 - y)*log(1 - f)")]
    public void By_one_weight_it_has_the_form_that_it_has_by_several(string text)
    {
        var loss = ExprNode.Parse(text);
        AssertTidy("x * (sigmoid(w * x + b) - y)", loss.Differentiate("w"));
    }

    [Theory]
    [InlineData("a/(1 + exp(-u))", "a * sigmoid(u)")]
    [InlineData("a/(exp(-1*u) + 1)", "a * sigmoid(u)")]
    [InlineData("2/(1 + exp(-3*u)) - 1", "2 * sigmoid(3 * u) - 1")]
    [InlineData("(a + b)/(1 + exp(-(w*x + b)))", "(a + b) * sigmoid(w * x + b)")]
    [InlineData("a/(1 + exp(-u)) + 1/(1 + exp(-v))", "a * sigmoid(u) + 1 / (1 + exp(-v))")]
    public void A_multiple_of_a_logistic_function_is_written_by_it(string text, string expected)
    {
        var node = ExprNode.Parse(text);
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Textbook }) Assert.Equal(expected, Texts.Infix(node.Simplify(rule)));
        Assert.Contains("y / (1 + exp(-x)) = y * sigmoid(x)", node.SimplifyByStep(SimplificationRule.Standard).Select(static step => step.Rule));
        Assert.DoesNotContain("sigmoid", Texts.Infix(node.Simplify(SimplificationRule.Lab)), StringComparison.Ordinal);
        foreach (var u in new[] { -1000.0, -3.0, 0.0, 2.0, 1000.0 })
        {
            var at = node.Variables.Select(name => (name, name is "u" or "w" ? u : 1.5)).ToArray();
            Assert.Equal(node.At(at), node.Simplify().At(at), 1e-14);
        }
    }

    // What meets the exponential elsewhere may cancel or be added.
    [Theory]
    [InlineData("a/(1 + exp(-u)) + 1/(1 + exp(-u))", "(a + 1) * sigmoid(u)")]
    [InlineData("a*exp(-u)/(1 + exp(-u))", "a * exp(-u) / (1 + exp(-u))")]
    [InlineData("(a*exp(-u) + b)/(1 + exp(-u))", "(a * exp(-u) + b) / (1 + exp(-u))")]
    public void It_stays_written_out_as_long_as_the_exponential_is_used_elsewhere(string text, string expected) => AssertTidy(expected, ExprNode.Parse(text));

    [Theory]
    [InlineData("a*dsigmoid(u)/sigmoid(u)", "a * sigmoid(-u)")]
    [InlineData("a*dsigmoid(u)/sigmoid(-u)", "a * sigmoid(u)")]
    public void Stable_cancels_a_slope_against_its_function(string text, string expected) =>
        Assert.Equal(expected, Texts.Infix(ExprNode.Parse(text).Simplify(SimplificationRule.Stable)));

    [Fact]
    public void A_shared_product_cancels_for_each_of_its_users()
    {
        var (p, q) = (ExprNode.Variable("p"), ExprNode.Variable("q"));
        var t = p * q;
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable, SimplificationRule.Textbook })
        {
            Assert.Equal("q + p", Texts.Infix(((t / p) + (t / q)).Simplify(rule)));
            Assert.Equal(["p != 0", "q != 0"], ExprNode.Simplify([(t / p) + (t / q)], rule).Assumptions);
        }
    }

    [Fact]
    public void A_shared_product_of_several_factors_cancels_too()
    {
        var (p, q, r, s) = (ExprNode.Variable("p"), ExprNode.Variable("q"), ExprNode.Variable("r"), ExprNode.Variable("s"));
        var t = p * q * r;
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Textbook })
        {
            var (simplified, assumptions) = ExprNode.Simplify([(t / p) + (t / q) + (t / r)], rule);
            Assert.Equal("q * r + p * r + p * q", Texts.Infix(simplified[0]));
            Assert.Equal(["p != 0", "q != 0", "r != 0"], assumptions);
        }

        var four = t * s;
        Assert.Equal("q * r * s + p * r * s + p * q * s + p * q * r", Texts.Infix(((four / p) + (four / q) + (four / r) + (four / s)).Simplify()));

        // q * r overflows, and what it is multiplied by brings it back, so Stable leaves it.
        var at = new[] { ("p", 1e-200), ("q", 1e200), ("r", 1e200), ("s", 1e-200) };
        Assert.Equal(1e200, (four / p).Simplify(SimplificationRule.Stable).At(at), 1e186);
    }

    private static ExprNode Composed(ExprNode outer, ExprNode f) => outer.Resolve(new Dictionary<string, ExprNode> { ["f"] = f });

    private static void AssertTidy(string expected, ExprNode node) => Assert.Equal(expected, Texts.Infix(node.Simplify(SimplificationRule.Textbook)));
}
