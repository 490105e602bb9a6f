using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives where functions have kinks or jumps, and where a branch that is not taken has none at all.</summary>
public sealed class KinkTests
{
    public static TheoryData<DifferentiationMode> Modes => [.. Enum.GetValues<DifferentiationMode>()];

    [Theory]
    [InlineData("relu(x)", 0.0, 0.0)]
    [InlineData("relu(x)", 1e-300, 1.0)]
    [InlineData("relu(x)", -1e-300, 0.0)]
    [InlineData("abs(x)", 0.0, 0.0)]
    [InlineData("abs(x)", -2.0, -1.0)]
    [InlineData("sign(x)", 0.0, 0.0)]
    [InlineData("less(x, 1)", 1.0, 0.0)]
    [InlineData("min(2 * x, 3 * x)", 0.0, 2.0)]
    [InlineData("max(2 * x, 3 * x)", 0.0, 2.0)]
    [InlineData("min(3 * x, 2 * x)", 0.0, 3.0)]
    [InlineData("max(3 * x, 2 * x)", 0.0, 3.0)]
    [InlineData("min(2 * x, 3 * x)", -1.0, 3.0)]
    [InlineData("max(2 * x, 3 * x)", -1.0, 2.0)]
    [InlineData("max(x, 0)", 0.0, 1.0)]
    [InlineData("max(0, x)", 0.0, 0.0)]
    [InlineData("detach(x)", 3.0, 0.0)]
    [InlineData("x * detach(x)", 3.0, 3.0)]
    [InlineData("detach(x * x) + x", 3.0, 1.0)]
    [InlineData("x^2", -3.0, -6.0)]
    [InlineData("x^3", 0.0, 0.0)]
    [InlineData("x^1", 0.0, 1.0)]
    [InlineData("x^0", 0.0, 0.0)]
    [InlineData("x^0 / (3 - x^0) - exp(x^0)", 2.0, 0.0)]
    [InlineData("0^x", 2.0, 0.0)]
    [InlineData("(1 - 1)^x", 2.0, 0.0)]
    [InlineData("2^x", 0.0, 0.6931471805599453)]
    [InlineData("x^x", 1.0, 1.0)]
    [InlineData("sqrt(x)", 0.25, 1.0)]
    [InlineData("asin(x)", 0.0, 1.0)]
    [InlineData("acos(x)", 0.0, -1.0)]
    [InlineData("select(x, x * x, 5)", 0.0, 0.0)]
    [InlineData("select(x - 2, x * x, 5 * x)", 2.0, 5.0)]
    public void First_derivatives_are_as_promised(string text, double x, double expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate("x", mode).At(("x", x)), 1e-15);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_zero_base_that_is_a_variable_has_derivative_zero_by_its_exponent(DifferentiationMode mode)
    {
        var derivative = ExprNode.Parse("b^y").Differentiate("y", mode);
        Assert.Equal(0, derivative.At(("b", 0), ("y", 2)));
        Assert.Equal(Math.Log(3) * 9, derivative.At(("b", 3), ("y", 2)), 1e-14);
    }

    [Theory]
    [InlineData("select(less(0, x), log(x), 0)", 0.0)]
    [InlineData("select(less(0, x), log(x), 0)", -1.0)]
    [InlineData("select(less(0, x), x * log(x), 0)", 0.0)]
    [InlineData("select(less(0, x), sqrt(x), 0)", 0.0)]
    [InlineData("select(less(0, x), sqrt(x), 0)", -1.0)]
    [InlineData("select(x, 1 / x, 0)", 0.0)]
    [InlineData("select(x, sin(x) / x, 1)", 0.0)]
    [InlineData("select(less(x, 1), 0, acos(1 / x))", 0.0)]
    [InlineData("3 * select(less(0, x), log(log(x)), 0)", -1.0)]
    [InlineData("exp(select(less(0, x), log(x), 0)) - 1", -1.0)]
    [InlineData("select(less(0, x), select(less(1, x), log(x - 1), log(x)), 0)", 0.0)]
    [InlineData("select(less(0, x), select(less(1, x), log(x - 1), log(x)), 0)", -1.0)]
    [InlineData("select(less(x, 2), select(less(x, 1), 0, sqrt(x - 1)), sqrt(x - 2))", 1.0 / 2)]
    [InlineData("select(less(0, x), log(x), 0) + select(less(0, x), sqrt(x), 0)", 0.0)]
    [InlineData("select(less(0, x), log(x) * sqrt(x), log(2))", 0.0)]
    [InlineData("max(0, x) * 0 + select(less(x, 0), 0, 0 * sqrt(x - 5))", -1.0)]
    [InlineData("select(less(x, 0), 0, 1 / (x - x))", -1.0)]
    public void A_branch_not_taken_brings_no_NaN_into_value_and_derivatives(string text, double x)
    {
        var node = ExprNode.Parse(text);
        var value = node.At(("x", x));
        Assert.True(double.IsFinite(value), $"value {value}");
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            foreach (var second in Enum.GetValues<DifferentiationMode>())
            {
                Assert.Equal(0, node.Differentiate("x", mode).At(("x", x)));
                Assert.Equal(0, node.Differentiate("x", mode).Differentiate("x", second).At(("x", x)));
            }
        }

        Assert.Equal(0, node.Hessian()[0, 0].At(("x", x)));
    }

    [Theory]
    [InlineData("t = log(x); select(less(0, x), t, 0) + select(less(0, x), t * t, 0)", -1.0, 0.0)]
    [InlineData("t = sqrt(x); select(less(0, x), t, 0) + x", 0.0, 1.0)]
    [InlineData("t = x * x; select(less(0, x), t * log(x), t)", -3.0, -6.0)]
    [InlineData("t = sqrt(x); select(x - 4, 2, t)", 4.0, 0.25)]
    [InlineData("t = sqrt(x); select(x - 4, 1 / (t - 2), t) + t", 4.0, 0.5)]
    [InlineData("t = x * 3; select(less(x, 0), log(t), t) + select(less(x, 0), 0, t)", 2.0, 6.0)]
    [InlineData("t = x * 3; select(less(x, 0), log(t), 0) + select(less(0, x), t, 0)", 2.0, 3.0)]
    [InlineData("t = log(x); select(less(0, x), t, 0) * select(less(x, 0), 1, t)", 2.0, 0.6931471805599453)]
    public void A_part_shared_by_branches_counts_where_it_is_taken(string text, double x, double expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate("x", mode).At(("x", x)), 1e-15);
        }
    }

    [Theory]
    [InlineData("t = sqrt(x); u = t * 2; select(less(0, x), u, 0) + select(less(1, x), u + t, 0)", 0.0)]
    [InlineData("t = log(x); select(less(0, x), t, 0) + select(less(1, x), t, 0)", -1.0)]
    [InlineData("t = log(x); select(less(0, x), t, 0) + select(less(1, x), t, 0) + select(less(2, x), t * t, 0)", 0.0)]
    [InlineData("t = sqrt(x); select(less(0, x), select(less(1, x), t, 2), 0) + select(less(2, x), t, 3)", 0.0)]
    [InlineData("t = sqrt(x); select(less(0, x), t, 0) + select(less(x, 5), 0, t)", 0.0)]
    public void A_part_shared_by_branches_under_different_conditions_none_of_them_taken_counts_nowhere(string text, double x)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            foreach (var second in Enum.GetValues<DifferentiationMode>())
            {
                var derivative = ExprNode.Parse(text).Differentiate("x", mode);
                Assert.Equal(0, derivative.At(("x", x)));
                Assert.Equal(0, derivative.Differentiate("x", second).At(("x", x)));
            }
        }
    }

    [Theory]
    [InlineData("min(exp(x), 1)", 800.0, 0.0)]
    [InlineData("max(-exp(x), -1)", 800.0, 0.0)]
    [InlineData("min(1, exp(x))", 800.0, 0.0)]
    [InlineData("min(2, min(exp(x), exp(2 * x)))", 800.0, 0.0)]
    [InlineData("max(min(exp(x), 1), 0)", 800.0, 0.0)]
    [InlineData("min(x * exp(x) * exp(x), 1)", 800.0, 0.0)]
    [InlineData("relu(-exp(x * x))", 30.0, 0.0)]
    [InlineData("relu(-sqrt(x))", 0.0, 0.0)]
    [InlineData("relu(1 - 1/x)", 1e-310, 0.0)]
    [InlineData("relu(3 * relu(-exp(x)))", 800.0, 0.0)]
    [InlineData("abs(sqrt(x))", 0.0, 0.0)]
    [InlineData("sqrt(abs(x))", 0.0, 0.0)]
    [InlineData("abs(x)^0.5", 0.0, 0.0)]
    [InlineData("relu(x)^0.25", -1.0, 0.0)]
    [InlineData("sqrt(relu(x))", -1.0, 0.0)]
    [InlineData("sqrt(2 * relu(x) + 3 * relu(x))", -1.0, 0.0)]
    [InlineData("sqrt(max(x, 0))", -1.0, 0.0)]
    [InlineData("sqrt(relu(x) + relu(x - 1))", -1.0, 0.0)]
    [InlineData("sqrt(relu(x) * relu(x - 1))", -1.0, 0.0)]
    [InlineData("sqrt(relu(x)) * exp(relu(x))", -1.0, 0.0)]
    [InlineData("select(less(x, 0), 1, sqrt(relu(x)))", 0.0, 0.0)]
    [InlineData("sqrt(sqrt(relu(x)))", -1.0, 0.0)]
    public void An_argument_that_is_not_taken_brings_no_NaN(string text, double x, double expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate("x", mode).At(("x", x)));
        }
    }

    [Theory]
    [InlineData("sqrt(relu(x))", 4.0, 0.25)]
    [InlineData("relu(x)^0.25", 16.0, 0.03125)]
    [InlineData("sqrt(max(x, 0) + max(0, x - 3))", 2.0, 0.35355339059327373)]
    [InlineData("sqrt(relu(x) * relu(x + 1))", 1.0, 1.0606601717798212)]
    [InlineData("relu(x) / relu(x + 1)", 1.0, 0.25)]
    [InlineData("abs(x)^3", -2.0, -12.0)]
    [InlineData("min(exp(x), 1)", -1.0, 0.36787944117144233)]
    [InlineData("relu(x)^x", 2.0, 6.772588722239781)]
    public void What_is_taken_has_its_derivative(string text, double x, double expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate("x", mode).At(("x", x)), 1e-14);
        }
    }

    [Fact]
    public void A_gradient_through_several_weights_is_free_of_NaN_where_a_minimum_takes_the_other_side()
    {
        var gradient = ExprNode.Parse("(min(exp(a * x), 1) - y)^2 + relu(b * exp(-c * x) - exp(a * x))").Gradient("a", "b", "c");
        Assert.All(gradient, static part => Assert.Equal(0, part.At(("a", 1), ("b", 1), ("c", 1), ("x", 900), ("y", 0.5))));
    }

    [Theory]
    [InlineData("x^y", "x", 0.0, 0.0, 0.0)]
    [InlineData("x^y", "x", 0.0, 1.0, 1.0)]
    [InlineData("x^y", "x", 0.0, 2.0, 0.0)]
    [InlineData("x^y", "x", -2.0, 0.0, 0.0)]
    [InlineData("x^y", "y", 0.0, 2.0, 0.0)]
    [InlineData("x^y", "y", 0.0, 0.5, 0.0)]
    [InlineData("x^2 * x^y", "x", 0.0, 0.0, 0.0)]
    [InlineData("(x * (y + 1))^y", "x", 0.0, 0.0, 0.0)]
    [InlineData("sqrt(x)^y", "x", 0.0, 0.0, 0.0)]
    [InlineData("log(x)^y", "x", 0.0, 0.0, 0.0)]
    [InlineData("1^y / (y / x)^y", "x", 1.0, 0.0, 0.0)]
    [InlineData("x^(y^2)", "x", 0.0, 0.0, 0.0)]
    [InlineData("(3 * x)^(2 * y) + x", "x", 0.0, 0.0, 1.0)]
    public void A_power_at_base_0_is_1_for_the_exponent_0_and_else_0(string text, string by, double x, double y, double expected)
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate(by, mode).At(("x", x), ("y", y)));
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate(["x", "y"], mode)[by == "x" ? 0 : 1].At(("x", x), ("y", y)));
            Assert.Equal(expected, ExprNode.Parse(text).Differentiate(by, mode).Simplify(SimplificationRule.Stable).At(("x", x), ("y", y)));
        }
    }

    [Fact]
    public void Powers_with_the_exponent_0_have_no_derivative_by_what_their_base_is_made_of()
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.Equal(0, ExprNode.Parse("(p * q)^x").Differentiate("q", mode).At(("p", 0), ("q", 1), ("x", 0)));
            Assert.Equal(0, ExprNode.Parse("y^n / (y / x)^n").Differentiate("x", mode).At(("x", 1), ("y", 0), ("n", 0)));
        }
    }

    [Theory]
    [InlineData(DifferentiationMode.Auto)]
    [InlineData(DifferentiationMode.Reverse)]
    public void What_does_not_depend_on_the_variable_is_left_out(DifferentiationMode mode)
    {
        var derivative = ExprNode.Parse("x * sqrt(y)").Differentiate("x", mode);
        Assert.Equal(ExprNode.Parse("sqrt(y)"), derivative.Simplify());
        Assert.Equal(0, derivative.At(("x", 2), ("y", 0)));
        Assert.Equal((ExprNode)0, ExprNode.Parse("log(y) / sin(z)").Differentiate("x", mode));
    }

    [Fact]
    public void The_gradient_by_the_other_variable_does_not_disturb_the_first()
    {
        var gradient = ExprNode.Parse("x * sqrt(y)").Differentiate(["x", "y"]);
        Assert.Equal(0, gradient[0].At(("x", 2), ("y", 0)));
        Assert.Equal(double.PositiveInfinity, gradient[1].At(("x", 2), ("y", 0)));
    }

    [Theory]
    [InlineData("relu(x)")]
    [InlineData("abs(x)")]
    [InlineData("max(x, -x)")]
    public void Second_derivatives_at_kinks_are_zero(string text) =>
        Assert.Equal(0, ExprNode.Parse(text).Hessian()[0, 0].At(("x", 0)));

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_power_of_a_negative_base_has_a_derivative_when_its_exponent_does_not_depend_on_the_variable(DifferentiationMode mode)
    {
        Assert.Equal(-4, ExprNode.Parse("(x - 3)^(2 * n)").Differentiate("x", mode).At(("x", 1), ("n", 1)));
        Assert.Equal(-4, ExprNode.Parse("(x - 3)^(1 + 1)").Differentiate("x", mode).At(("x", 1)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Sums_of_kinks_take_each_one_by_its_own_promise(DifferentiationMode mode)
    {
        var node = ExprNode.Parse("relu(x) + 2 * abs(y) + 3 * max(x, y) + 5 * min(x, y)");
        Assert.Equal(8, node.Differentiate("x", mode).At(("x", 0), ("y", 0)));
        Assert.Equal(0, node.Differentiate("y", mode).At(("x", 0), ("y", 0)));
    }
}
