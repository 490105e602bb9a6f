using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives keep their digits where functions saturate, overflow or have a border, not only in the middle.</summary>
public sealed class DerivativeAccuracyTests
{
    private static readonly double[] Places =
    [
        0.5, 1e-3, 1e-8, 1e-200, 1e-300, 0.97, 0.9999999, 1 - 1e-16, 1, 1.5, 3, 7.25, 10, 20, 40, 100, 300, 340, 700, 1000, 1e8, 1e100, 1e150,
    ];

    private static readonly double[] OtherPlaces = [0.3, 2.5, 17, 1e-5, 1e5];

    public static TheoryData<string> Names => [.. RandomExpressions.AllOperations.Select(static op => op.Name)];

    /// <summary>Against the same formula in 60 digits; that the formula is the derivative, slopes tell elsewhere.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void First_and_second_derivatives_keep_their_digits_at_any_place(string name)
    {
        var operation = OperationTable.FindFunction(name);
        var node = ExprNode.Apply(name, [.. RandomExpressions.Names.Take(operation.Arity).Select(ExprNode.Variable)]);
        var compared = 0;
        foreach (var first in new[] { DifferentiationMode.Auto, DifferentiationMode.Reverse })
        {
            foreach (var variable in node.Variables)
            {
                var derivative = node.Differentiate(variable, first);
                compared += Compare(node, derivative);
                foreach (var second in node.Variables) Compare(node, derivative.Differentiate(second, first));
            }
        }

        Assert.True(compared >= 20, $"{compared} values compared");
    }

    // The square of the denominator overflows, so x / y^2 is 0 before the derivative is.
    [Theory]
    [InlineData("x/(exp(x) - 1)", 400, -7.641526690888882e-172, 7.622374994921742e-172)]
    [InlineData("1/x^4", 1e40, -4e-200, 2e-239)]
    [InlineData("x^2/(x^3 + 1e200)", 1e60, 2e-140, 2e-200)]
    public void The_numbers_of_one_variable_keep_quotients_with_huge_denominators(string text, double x, double first, double second)
    {
        var derivatives = NumericDerivatives.Of(ExprNode.Parse(text), ["x"], hessian: true);
        Assert.Equal(first, PlainEvaluator.Evaluate(derivatives.Gradient.Nodes()[0], new Dictionary<string, double> { ["x"] = x }), Math.Abs(first) * 1e-14);
        Assert.Equal(second, PlainEvaluator.Evaluate(derivatives.Hessian.Nodes()[0], new Dictionary<string, double> { ["x"] = x }), Math.Abs(second) * 1e-13);
        var (_, jacobian) = NumericDerivatives.OfSystem([ExprNode.Parse(text)], ["x"]);
        Assert.Equal(first, PlainEvaluator.Evaluate(jacobian.Nodes()[0], new Dictionary<string, double> { ["x"] = x }), Math.Abs(first) * 1e-14);
    }

    [Theory]
    [InlineData("tanh(x)", 1, 20.0, 1.6993417021166355e-17)]
    [InlineData("tanh(x)", 1, 10.0, 8.244614455767398e-9)]
    [InlineData("tanh(x)", 1, -300.0, 1.0601586212017243e-260)]
    [InlineData("tanh(x)", 2, 20.0, -3.398683404233271e-17)]
    [InlineData("tanh(x)", 3, 20.0, 6.797366808466542e-17)]
    [InlineData("sigmoid(x)", 1, 40.0, 4.248354255291589e-18)]
    [InlineData("sigmoid(x)", 2, 40.0, -4.248354255291589e-18)]
    [InlineData("sigmoid(x)", 2, 1e-9, -1.25e-10)]
    [InlineData("sigmoid(x)", 3, 0.0, -0.125)]
    [InlineData("softplus(x)", 2, 40.0, 4.248354255291589e-18)]
    [InlineData("softplus(x)", 3, -40.0, 4.248354255291589e-18)]
    [InlineData("1/(1+exp(-x))", 1, 40.0, 4.248354255291589e-18)]
    [InlineData("1/(1+x^2)", 7, 1000.0, -4.0319394994e-23)]
    [InlineData("1/(1+x*x)", 7, 1000.0, -4.0319394994e-23)]
    [InlineData("atan(x)", 14, 0.5, -2.6952123e8)]
    [InlineData("log(1+exp(x))", 7, 20.0, -2.061e-9)]
    [InlineData("softplus(x)", 7, 20.0, -2.061e-9)]
    [InlineData("x/(x+1e-170)", 1, 1e-170, 2.5e169)]
    [InlineData("x/(x+1e170)", 1, 1e170, 2.5e-171)]
    [InlineData("(x+1e200)/(x-1e200)", 1, 0.0, -2e-200)]
    [InlineData("atan(x)", 1, 1e200, 0.0)]
    [InlineData("atan(x)", 2, 1e200, 0.0)]
    [InlineData("asin(x)", 1, 0.9999999999999999, 67108864.0)]
    public void High_orders_and_tails_have_their_values(string text, int order, double x, double expected)
    {
        foreach (var mode in new[] { DifferentiationMode.Auto, DifferentiationMode.Reverse })
        {
            var node = ExprNode.Parse(text);
            var stable = node.Simplify(SimplificationRule.Stable);
            for (var i = 0; i < order; i++)
            {
                node = node.Differentiate("x", mode);
                stable = stable.Differentiate("x", mode).Simplify(SimplificationRule.Stable);
            }

            AssertClose(expected, node.At(("x", x)), mode.ToString());
            if (order < 7) AssertClose(expected, stable.At(("x", x)), $"{mode}, simplified");
        }
    }

    [Theory]
    [InlineData("(sinh(x))^10/(cosh(x))^10", 50.0, 1.4880303e-42)]
    [InlineData("(exp(2*x)-1)/(exp(2*x)+1)", 1e5, 0.0)]
    [InlineData("(exp(2*x)-1)/(exp(2*x)+1)", 20.0, 1.6993417021166355e-17)]
    [InlineData("sigmoid(x)*(1 - sigmoid(x))", 40.0, -4.248354255291589e-18)]
    [InlineData("1 - tanh(x)^2", 20.0, -3.398683404233271e-17)]
    [InlineData("1/cosh(x)^2", 20.0, -3.398683404233271e-17)]
    [InlineData("1/cosh(x)^2", 400.0, 0.0)]
    [InlineData("cos(acos(x))", 1.0, 1.0)]
    [InlineData("sin(asin(x))", 1.0, 1.0)]
    [InlineData("tan(atan(x))", 1e200, 1.0)]
    [InlineData("sqrt(x)^2", 0.0, 1.0)]
    [InlineData("sqrt(x)*sqrt(x)", 0.0, 1.0)]
    [InlineData("sqrt(x)^6", 0.0, 0.0)]
    public void What_cancels_is_simplified_before_it_is_differentiated(string text, double x, double expected)
    {
        foreach (var mode in new[] { DifferentiationMode.Auto, DifferentiationMode.Reverse })
        {
            var derivative = ExprNode.Parse(text).Simplify(SimplificationRule.Stable).Differentiate("x", mode);
            AssertClose(expected, derivative.At(("x", x)), mode.ToString());
            AssertClose(expected, derivative.Simplify(SimplificationRule.Stable).At(("x", x)), $"{mode}, simplified");
        }
    }

    [Theory]
    [InlineData("atan(y/x)", 1e-155, 1, -1.0, 1e-155)]
    [InlineData("atan(y/x)", -1e-200, 1, -1.0, -1e-200)]
    [InlineData("atan(y/x)", 1e-200, 1e-200, -5e199, 5e199)]
    [InlineData("atan(y/x)", 3, 4, -0.16, 0.12)]
    [InlineData("atan(y/x)", 1e200, 1e-200, 0.0, 1e-200)]
    [InlineData("atan(y/x)", 1e150, 0, 0.0, 1e-150)]
    [InlineData("y*atan(1/x)", 1e-155, 2, -2.0, 1.5707963267948966)]
    [InlineData("y*atan(1/x)", -1e-300, 2, -2.0, -1.5707963267948966)]
    [InlineData("y*atan(1/x)", 2, 1, -0.2, 0.4636476090008061)]
    [InlineData("y/cosh(x)", 400, 1, -3.830339193428011e-174, 3.830339193428011e-174)]
    [InlineData("y/cosh(x)", -700, 3, 5.915805926255863e-304, 1.9719353087519542e-304)]
    public void Squares_of_large_numbers_on_the_way_do_not_lose_a_gradient(string text, double x, double y, double byX, double byY)
    {
        var gradient = NumericDerivatives.Of(ExprNode.Parse(text), ["x", "y"]).Gradient.Nodes();
        Assert.Equal(0, Off(byX, gradient[0]), 4e-15);
        Assert.Equal(0, Off(byY, gradient[1]), 4e-15);

        double Off(double expected, ExprNode derivative) =>
            derivative.At(("x", x), ("y", y)) is var actual && expected == 0 ? actual : (actual - expected) / expected;
    }

    private static int Compare(ExprNode node, ExprNode derivative)
    {
        var compared = 0;
        foreach (var place in Places.SelectMany(static x => new[] { x, -x }))
        {
            foreach (var other in node.Variables.Count > 1 ? OtherPlaces : [0])
            {
                var at = new Dictionary<string, double> { ["x"] = place, ["y"] = other, ["z"] = 0.7 * other };
                if (!double.IsFinite(PlainEvaluator.Evaluate(node, at))) continue;
                if (new PreciseEvaluator(derivative) { MayCancel = true }.Evaluate(at) is not { } exact || (exact.Sign != 0 && exact.Magnitude > 1020)) continue;
                var value = PlainEvaluator.Evaluate(derivative, at);
                compared++;
                Assert.True(double.IsFinite(value), $"at {place}, {other}: {value}: {Texts.Let(derivative)}");

                // Next to a zero of the derivative the size of its terms counts, next to the least numbers what they underflow by.
                var bound = (2e-13 * Math.Abs(exact.ToDoubleRoughly())) + (Math.Abs(place) < 0.01 ? 1e-15 : 0) + SizeOfTerms(node, at) + 1e-290;
                var off = Math.Abs((BigFloat.FromDouble(value) - exact).ToDoubleRoughly());
                Assert.True(off <= bound, $"at {place}, {other}: {value:R}, not {exact.ToDoubleRoughly():R}: {Texts.Let(derivative)}");
            }
        }

        return compared;
    }

    // That of a length has terms as large as 1 / length, which cancel along an axis.
    private static double SizeOfTerms(ExprNode node, Dictionary<string, double> at) =>
        node.Operation is HypotOperation ? 4e-16 / PlainEvaluator.Evaluate(node, at) : 0;

    // Some of the values are given with four digits.
    private static void AssertClose(double expected, double actual, string what) =>
        Assert.True(Math.Abs(actual - expected) <= (2e-4 * Math.Abs(expected)) + (expected == 0 ? 1e-300 : 0), $"{what}: {actual:R}, not {expected:R}");
}
