using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Values at the edges follow IEEE 754: zeros with their signs, infinities, numbers outside domains.</summary>
public sealed class OperationValueTests
{
    private const double Inf = double.PositiveInfinity;
    private const double NaN = double.NaN;

    public static TheoryData<string, double, double, double> TwoArguments => new()
    {
        { "sum", Inf, -Inf, NaN },
        { "sum", -0.0, -0.0, -0.0 },
        { "sum", 0.0, -0.0, 0.0 },
        { "sum", 1e308, 1e308, Inf },
        { "sub", 0.0, 0.0, 0.0 },
        { "sub", -0.0, 0.0, -0.0 },
        { "sub", Inf, Inf, NaN },
        { "mul", 0.0, Inf, NaN },
        { "mul", -0.0, 2.0, -0.0 },
        { "mul", 5e-324, 0.5, 0.0 },
        { "div", 1.0, 0.0, Inf },
        { "div", 1.0, -0.0, -Inf },
        { "div", 0.0, 0.0, NaN },
        { "div", -3.0, Inf, -0.0 },
        { "pow", 0.0, 0.0, 1.0 },
        { "pow", NaN, 0.0, 1.0 },
        { "pow", 1.0, NaN, 1.0 },
        { "pow", 0.0, -1.0, Inf },
        { "pow", -0.0, -1.0, -Inf },
        { "pow", -0.0, 3.0, -0.0 },
        { "pow", -0.0, 2.0, 0.0 },
        { "pow", -8.0, 3.0, -512.0 },
        { "pow", -8.0, 0.5, NaN },
        { "pow", -2.0, -1.0, -0.5 },
        { "pow", Inf, -1.0, 0.0 },
        { "pow", 1e200, 2.0, Inf },
        { "pow", 2.0, Inf, Inf },
        { "pow", 0.5, Inf, 0.0 },
        { "min", 1.0, NaN, NaN },
        { "min", NaN, 1.0, NaN },
        { "max", 1.0, NaN, NaN },
        { "max", NaN, 1.0, NaN },
        { "min", 0.0, -0.0, -0.0 },
        { "max", -0.0, 0.0, 0.0 },
        { "min", -Inf, 5.0, -Inf },
        { "less", 1.0, 2.0, 1.0 },
        { "less", 2.0, 1.0, 0.0 },
        { "less", 1.0, 1.0, 0.0 },
        { "less", -0.0, 0.0, 0.0 },
        { "less", NaN, 1.0, 0.0 },
        { "less", 1.0, NaN, 0.0 },
        { "less", -Inf, Inf, 1.0 },
    };

    public static TheoryData<string, double, double> OneArgument => new()
    {
        { "expm1", 0.0, 0.0 },
        { "sqrt", 0.0, 0.0 },
        { "sin", 0.0, 0.0 },
        { "tan", 0.0, 0.0 },
        { "asin", 0.0, 0.0 },
        { "atan", 0.0, 0.0 },
        { "sinh", 0.0, 0.0 },
        { "tanh", 0.0, 0.0 },
        { "sign", 0.0, 0.0 },
        { "relu", 0.0, 0.0 },
        { "abs", 0.0, 0.0 },
        { "detach", 0.0, 0.0 },
        { "neg", 0.0, -0.0 },
        { "neg", -0.0, 0.0 },
        { "neg", Inf, -Inf },
        { "exp", 0.0, 1.0 },
        { "exp", 710.0, Inf },
        { "exp", -746.0, 0.0 },
        { "exp", Inf, Inf },
        { "exp", -Inf, 0.0 },
        { "log", 1.0, 0.0 },
        { "log", 0.0, -Inf },
        { "log", -0.0, -Inf },
        { "log", -1.0, NaN },
        { "log", Inf, Inf },
        { "log1p", 0.0, 0.0 },
        { "log1p", -0.0, -0.0 },
        { "log1p", -1.0, -Inf },
        { "log1p", -2.0, NaN },
        { "log1p", Inf, Inf },
        { "log1p", 1e-300, 1e-300 },
        { "expm1", -0.0, -0.0 },
        { "expm1", 1e-300, 1e-300 },
        { "expm1", -Inf, -1.0 },
        { "expm1", Inf, Inf },
        { "sqrt", -0.0, -0.0 },
        { "sqrt", -1.0, NaN },
        { "sqrt", Inf, Inf },
        { "sin", -0.0, -0.0 },
        { "sin", Inf, NaN },
        { "cos", 0.0, 1.0 },
        { "cos", Inf, NaN },
        { "tan", -0.0, -0.0 },
        { "tan", -Inf, NaN },
        { "asin", 2.0, NaN },
        { "asin", -0.0, -0.0 },
        { "asin", 1.0, Math.PI / 2 },
        { "acos", 1.0, 0.0 },
        { "acos", -1.0, Math.PI },
        { "acos", -1.5, NaN },
        { "atan", Inf, Math.PI / 2 },
        { "atan", -0.0, -0.0 },
        { "sinh", -0.0, -0.0 },
        { "sinh", Inf, Inf },
        { "sinh", -1000.0, -Inf },
        { "sinh", 1e-300, 1e-300 },
        { "cosh", -Inf, Inf },
        { "cosh", 0.0, 1.0 },
        { "tanh", -0.0, -0.0 },
        { "tanh", Inf, 1.0 },
        { "tanh", -Inf, -1.0 },
        { "tanh", 1e-300, 1e-300 },
        { "sech2", 0.0, 1.0 },
        { "dsigmoid", 0.0, 0.25 },
        { "dsigmoid", -Inf, 0.0 },
        { "dsigmoid", Inf, 0.0 },
        { "sech2", -Inf, 0.0 },
        { "sech2", Inf, 0.0 },
        { "sigmoid", 0.0, 0.5 },
        { "sigmoid", Inf, 1.0 },
        { "sigmoid", -Inf, 0.0 },
        { "softplus", -Inf, 0.0 },
        { "softplus", Inf, Inf },
        { "softplus", 1000.0, 1000.0 },
        { "softplus", 1e308, 1e308 },
        { "relu", -3.0, 0.0 },
        { "relu", 3.0, 3.0 },
        { "relu", -Inf, 0.0 },
        { "relu", Inf, Inf },
        { "abs", -0.0, 0.0 },
        { "abs", -Inf, Inf },
        { "sign", -0.0, -0.0 },
        { "sign", -5e-324, -1.0 },
        { "sign", Inf, 1.0 },
        { "detach", -0.0, -0.0 },
        { "detach", Inf, Inf },
    };

    public static TheoryData<double, double> Conditions => new()
    {
        { 1.0, 7.0 },
        { -1e-300, 7.0 },
        { NaN, 7.0 },
        { 0.0, 9.0 },
        { -0.0, 9.0 },
    };

    [Theory]
    [MemberData(nameof(TwoArguments))]
    public void Of_two_arguments(string operation, double x, double y, double expected) =>
        AssertBits(expected, ExprNode.Apply(operation, ExprNode.Variable("a"), ExprNode.Variable("b")).At(("a", x), ("b", y)));

    [Theory]
    [MemberData(nameof(OneArgument))]
    public void Of_one_argument(string operation, double x, double expected) =>
        AssertBits(expected, ExprNode.Apply(operation, ExprNode.Variable("a")).At(("a", x)));

    [Fact]
    public void Not_a_number_stays_so_under_every_operation_with_one_argument()
    {
        foreach (var operation in RandomExpressions.AllOperations.Where(static op => op.Arity == 1))
        {
            Assert.Equal(double.NaN, ExprNode.Apply(operation.Name, ExprNode.Variable("a")).At(("a", NaN)));
        }
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Select_takes_its_second_argument_unless_the_condition_is_zero(double condition, double expected) =>
        Assert.Equal(expected, ExprNode.Parse("select(c, 7, 9)").At(("c", condition)));

    [Theory]
    [InlineData(1.0, 5.0, NaN, 5.0)]
    [InlineData(0.0, NaN, 5.0, 5.0)]
    [InlineData(1.0, NaN, 5.0, NaN)]
    public void Select_ignores_what_it_does_not_take(double condition, double x, double y, double expected) =>
        AssertBits(expected, ExprNode.Parse("select(c, a, b)").At(("c", condition), ("a", x), ("b", y)));

    private static void AssertBits(double expected, double actual)
    {
        if (double.IsNaN(expected)) Assert.Equal(double.NaN, actual);
        else Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
    }
}
