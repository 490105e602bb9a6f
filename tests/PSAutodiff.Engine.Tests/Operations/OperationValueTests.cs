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
        { "lessequal", 1.0, 1.0, 1.0 },
        { "lessequal", 2.0, 1.0, 0.0 },
        { "lessequal", 0.0, -0.0, 1.0 },
        { "lessequal", NaN, NaN, 0.0 },
        { "lessequal", Inf, Inf, 1.0 },
        { "equal", 1.0, 1.0, 1.0 },
        { "equal", 0.0, -0.0, 1.0 },
        { "equal", 1.0, 1.0000000000000002, 0.0 },
        { "equal", NaN, NaN, 0.0 },
        { "equal", Inf, Inf, 1.0 },
        { "and", 1.0, -2.5, 1.0 },
        { "and", 1.0, 0.0, 0.0 },
        { "and", -0.0, 1.0, 0.0 },
        { "and", NaN, 1.0, 1.0 },
        { "and", NaN, 0.0, 0.0 },
        { "or", 0.0, -0.0, 0.0 },
        { "or", 0.0, 1e-300, 1.0 },
        { "or", NaN, 0.0, 1.0 },
        { "hypot", 3.0, -4.0, 5.0 },
        { "hypot", 0.0, -0.0, 0.0 },
        { "hypot", 3e200, 4e200, 4.9999999999999995e200 },
        { "hypot", 3e-200, 4e-200, 5e-200 },
        { "hypot", 5e-324, 0.0, 5e-324 },
        { "hypot", 1e308, 1e308, 1.4142135623730951e308 },
        { "hypot", double.MaxValue, double.MaxValue, Inf },
        { "hypot", -Inf, NaN, Inf },
        { "hypot", NaN, Inf, Inf },
        { "hypot", NaN, 1.0, NaN },
        { "atan2", 0.0, 0.0, 0.0 },
        { "atan2", 0.0, -1.0, Math.PI },
        { "atan2", -0.0, -1.0, -Math.PI },
        { "atan2", 1.0, 0.0, Math.PI / 2 },
        { "atan2", Inf, Inf, Math.PI / 4 },
        { "atan2", 1.0, -Inf, Math.PI },
        { "atan2", NaN, 1.0, NaN },
        { "mod", 7.0, 3.0, 1.0 },
        { "mod", -7.0, 3.0, 2.0 },
        { "mod", 7.0, -3.0, -2.0 },
        { "mod", -7.0, -3.0, -1.0 },
        { "mod", -6.0, 3.0, 0.0 },
        { "mod", 6.0, -3.0, -0.0 },
        { "mod", 1.0, 0.1, 0.09999999999999995 },
        { "mod", 5.0, Inf, 5.0 },
        { "mod", -5.0, Inf, Inf },
        { "mod", 1.0, 0.0, NaN },
        { "mod", Inf, 2.0, NaN },
        { "mod", 1e308, 3.0, 2.0 },
        { "rem", 7.0, 3.0, 1.0 },
        { "rem", -7.0, 3.0, -1.0 },
        { "rem", 7.0, -3.0, 1.0 },
        { "rem", -6.0, 3.0, -0.0 },
        { "rem", 5.0, -Inf, 5.0 },
        { "rem", 1.0, 0.0, NaN },
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
        { "floor", 2.5, 2.0 },
        { "floor", -2.5, -3.0 },
        { "floor", -0.0, -0.0 },
        { "floor", 1e300, 1e300 },
        { "floor", -Inf, -Inf },
        { "ceil", 2.1, 3.0 },
        { "ceil", -2.5, -2.0 },
        { "ceil", -0.5, -0.0 },
        { "ceil", 0.0, 0.0 },
        { "ceil", Inf, Inf },
        { "round", 0.5, 0.0 },
        { "round", 1.5, 2.0 },
        { "round", 2.5, 2.0 },
        { "round", -2.5, -2.0 },
        { "round", -0.2, -0.0 },
        { "round", 4503599627370497.5, 4503599627370498.0 },
        { "round", 0.49999999999999994, 0.0 },
        { "log10", 1000.0, 3.0 },
        { "log10", 1e-5, -5.0 },
        { "log10", 0.0, -Inf },
        { "log10", -1.0, NaN },
        { "log10", Inf, Inf },
        { "log2", 8.0, 3.0 },
        { "log2", 5e-324, -1074.0 },
        { "log2", -0.0, -Inf },
        { "cbrt", 27.0, 3.0 },
        { "cbrt", -8.0, -2.0 },
        { "cbrt", -0.0, -0.0 },
        { "cbrt", -Inf, -Inf },
        { "cbrt", 5e-324, 1.7031839360032603e-108 },
        { "asinh", -0.0, -0.0 },
        { "asinh", -Inf, -Inf },
        { "asinh", 1e-300, 1e-300 },
        { "acosh", 1.0, 0.0 },
        { "acosh", 0.9999999999999999, NaN },
        { "acosh", Inf, Inf },
        { "atanh", -0.0, -0.0 },
        { "atanh", 1.0, Inf },
        { "atanh", -1.0, -Inf },
        { "atanh", 1.1, NaN },
        { "not", 0.0, 1.0 },
        { "not", -0.0, 1.0 },
        { "not", 0.5, 0.0 },
        { "not", NaN, 0.0 },
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
        foreach (var operation in RandomExpressions.AllOperations.Where(static op => op.Arity == 1 && op is not NotOperation))
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
