using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The teaching lab's story, figure by figure: z = 4xy + exp(-y) and its derivatives.</summary>
public sealed class LabStoryTests
{
    private static readonly ExprNode X = ExprNode.Variable("x");
    private static readonly ExprNode Y = ExprNode.Variable("y");
    private static readonly ExprNode Z = (4 * X * Y) + ExprNode.Exp(-1 * Y);

    [Fact]
    public void The_example_prints_with_every_operation_in_parentheses() =>
        Assert.Equal("( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )", Texts.Lab(Z));

    [Fact]
    public void A_sum_with_a_product_prints_in_the_labs_way() =>
        Assert.Equal("( x + ( 2 * y ) )", Texts.Lab(X + (2 * Y)));

    [Fact]
    public void The_same_node_comes_from_names_of_operations()
    {
        var product = ExprNode.Apply("mul", ExprNode.Apply("mul", 4, X), Y);
        var power = ExprNode.Apply("exp", ExprNode.Apply("mul", -1, Y));
        Assert.Equal(Z, ExprNode.Apply("sum", product, power));
    }

    [Fact]
    public void The_example_has_its_value_at_2_and_3() =>
        Assert.Equal(24.049787068367863, Z.At(("x", 2), ("y", 3)));

    [Fact]
    public void The_derivative_is_written_rule_by_rule_with_all_zeros_and_ones() => Assert.Equal(
        "( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )",
        Texts.Lab(Z.Differentiate("x", DifferentiationMode.Forward)));

    [Theory]
    [InlineData(DifferentiationMode.Forward)]
    [InlineData(DifferentiationMode.Reverse)]
    [InlineData(DifferentiationMode.Auto)]
    public void The_derivative_simplifies_to_4y(DifferentiationMode mode) =>
        Assert.Equal("( 4 * y )", Texts.Lab(Z.Differentiate("x", mode).Simplify(SimplificationRule.Lab)));

    [Theory]
    [InlineData("x", "y")]
    [InlineData("y", "x")]
    public void The_mixed_second_derivative_is_the_constant_4(string first, string second)
    {
        foreach (var rule in RewritingRules.All)
        {
            foreach (var mode in Enum.GetValues<DifferentiationMode>())
            {
                Assert.Equal((ExprNode)4, Z.Differentiate(first, mode).Differentiate(second, mode).Simplify(rule));
            }
        }
    }

    [Fact]
    public void Derivatives_of_any_order_can_be_taken()
    {
        var derivative = Z;
        for (var order = 1; order <= 12; order++)
        {
            derivative = derivative.Differentiate("y").Simplify();
            if (order > 1) Assert.Equal((order % 2 == 0 ? 1 : -1) * Math.Exp(-3), derivative.At(("x", 2), ("y", 3)), 1e-15);
        }
    }

    [Theory]
    [InlineData("u / v", "( ( ( 1 * v ) - ( u * 0 ) ) / ( v * v ) )")]
    [InlineData("u - v", "( 1 - 0 )")]
    [InlineData("tanh(u)", "( ( 1 - ( tanh ( u ) * tanh ( u ) ) ) * 1 )")]
    [InlineData("log(u)", "( 1 / u )")]
    [InlineData("exp(u)", "( exp ( u ) * 1 )")]
    [InlineData("5", "0")]
    [InlineData("v", "0")]
    [InlineData("u", "1")]
    public void Each_rule_of_the_lab_is_literal(string text, string derivative) =>
        Assert.Equal(derivative, Texts.Lab(ExprNode.Parse(text).Differentiate("u", DifferentiationMode.Forward)));

    [Theory]
    [InlineData("0 + x", "x")]
    [InlineData("x + 0", "x")]
    [InlineData("0 - y", "( -1 * y )")]
    [InlineData("x - 0", "x")]
    [InlineData("0 * x", "0")]
    [InlineData("x * 0", "0")]
    [InlineData("1 * x", "x")]
    [InlineData("x * 1", "x")]
    [InlineData("0 / x", "0")]
    [InlineData("0 / 0", "0")]
    [InlineData("x / 1", "x")]
    [InlineData("2 + 3 * 4", "14")]
    [InlineData("2 / 4 - 1", "-0.5")]
    [InlineData("tanh(0)", "0")]
    [InlineData("exp(0)", "1")]
    [InlineData("log(1)", "0")]
    [InlineData("(x + 0) * (1 + 0 * y) / 1", "x")]
    public void The_labs_identities_apply(string text, string simplified) =>
        Assert.Equal(simplified, Texts.Lab(ExprNode.Parse(text).Simplify(SimplificationRule.Lab)));

    [Theory]
    [InlineData("x - x")]
    [InlineData("x / x")]
    [InlineData("x + x")]
    [InlineData("x * x")]
    [InlineData("log(exp(x))")]
    [InlineData("-1 * (-1 * x)")]
    public void The_lab_knows_no_further_identities(string text)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(node, node.Simplify(SimplificationRule.Lab));
    }

    [Theory]
    [InlineData("x / 0", "DivisionByZero", "division by zero")]
    [InlineData("1 / (2 - 2)", "DivisionByZero", "division by zero")]
    [InlineData("y + 3 / (0 * x)", "DivisionByZero", "division by zero")]
    [InlineData("log(0)", "LogarithmDomain", "logarithm of non-positive number")]
    [InlineData("log(-3)", "LogarithmDomain", "logarithm of non-positive number")]
    [InlineData("x * log(1 - 2)", "LogarithmDomain", "logarithm of non-positive number")]
    public void The_two_domain_errors_are_raised(string text, string errorId, string message)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse(text).Simplify(SimplificationRule.Lab));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("x / 0")]
    [InlineData("log(0)")]
    [InlineData("log(-3)")]
    [InlineData("0 / 0")]
    public void The_other_rules_raise_no_errors_and_leave_IEEE_arithmetic_to_the_evaluation(string text)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(node, node.Simplify(SimplificationRule.Standard));
        Assert.Equal(node, node.Simplify(SimplificationRule.Stable));
    }
}
