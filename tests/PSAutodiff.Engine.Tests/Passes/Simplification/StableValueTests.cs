using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What Stable makes of textbook formulas at points where they lose everything as written; the right values to 60 digits or by reasoning.</summary>
public sealed class StableValueTests
{
    private const string CrossEntropy = "-(y*log(sigmoid(z)) + (1-y)*log(1-sigmoid(z)))";
    private const string WrittenOut = "-(y*log(1/(1+exp(-z))) + (1-y)*log(1-1/(1+exp(-z))))";

    [Theory]
    [InlineData(40, 0, 40.0, 1.0)]
    [InlineData(40, 1, 4.248354255291589e-18, -4.248354255291589e-18)]
    [InlineData(-40, 0, 4.248354255291589e-18, 4.248354255291589e-18)]
    [InlineData(-40, 1, 40.0, -1.0)]
    [InlineData(1000, 0, 1000.0, 1.0)]
    [InlineData(-1000, 1, 1000.0, -1.0)]
    public void The_textbook_loss_and_its_derivative_are_right_where_the_sigmoid_is_saturated(double z, double y, double loss, double slope)
    {
        foreach (var text in new[] { CrossEntropy, WrittenOut })
        {
            var derivatives = NumericDerivatives.Of(ExprNode.Parse(text), ["z"]);
            AssertClose(loss, derivatives.Value.Nodes()[0].At(("y", y), ("z", z)));
            AssertClose(slope, derivatives.Gradient.Nodes()[0].At(("y", y), ("z", z)));
        }
    }

    [Fact]
    public void Training_with_the_textbook_loss_goes_on_where_the_sigmoid_is_saturated()
    {
        var loss = ExprNode.Parse("-(y*log(sigmoid(a*x+b)) + (1-y)*log(1-sigmoid(a*x+b)))");
        var training = new LossTraining(loss, ["x", "y"], ["a", "b"]);
        double[][] rows = [[-200, 1], [-100, 1], [100, 0], [200, 0]];
        var result = training.Run([1, 0], rows, null, new TrainingOptions { LearningRate = 0.001, Epochs = 200 }, TestContext.Current.CancellationToken);
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
        Assert.InRange((double)result.Parameters!["a"]!, -5, -0.01);
        Assert.InRange(result.FinalLoss, 0, 0.01);
    }

    // One part that gets dearer does not keep the others from being rewritten.
    [Fact]
    public void Each_rewrite_is_judged_by_itself()
    {
        var node = ExprNode.Parse("(1-x)*log(1-x)+(1-y)*log(1-y)+(1-w)*log(1-w)+log(1+exp(z))+(2*z+3*z)").Simplify(SimplificationRule.Stable);
        Assert.Equal("(1 - x) * log1p(-x) + (1 - y) * log1p(-y) + (1 - w) * log1p(-w) + softplus(z) + 5 * z", Texts.Infix(node));
        var rest = (0.7 * Math.Log(0.7)) + (0.5 * Math.Log(0.5)) + (0.2 * Math.Log(0.2));
        AssertClose(1000 + rest + 5000, node.At(("x", 0.3), ("y", 0.5), ("w", 0.8), ("z", 1000)));
    }

    [Theory]
    [InlineData("(1-x)*log(1-x)", 1e-20, -1e-20)]
    [InlineData("log(sigmoid(x))", -800, -800.0)]
    [InlineData("log(sigmoid(x))", 40, -4.248354255291589e-18)]
    [InlineData("log(1 - sigmoid(x))", 800, -800.0)]
    [InlineData("log1p(-sigmoid(x))", 40, -40.0)]
    [InlineData("1 + expm1(x)", -40, 4.248354255291589e-18)]
    [InlineData("1 - exp(x)", 1e-20, -1e-20)]
    [InlineData("3*exp(x) - 3", 1e-20, 3e-20)]
    [InlineData("3 - 3*exp(x)", 1e-20, -3e-20)]
    [InlineData("3*exp(x)/(1 + exp(x))", 1000, 3.0)]
    [InlineData("2/(1 + exp(-x))", 1000, 2.0)]
    [InlineData("exp(x)/(1 + exp(x))^2", 1000, 0.0)]
    [InlineData("exp(x)/(1 + exp(x))^2", -40, 4.248354255291589e-18)]
    [InlineData("exp(x)*(5/(1 + exp(x)))", 1000, 5.0)]
    [InlineData("x - x*sigmoid(x)", 40, 1.6993417021166355e-16)]
    [InlineData("sigmoid(x) - 1", 40, -4.248354255291589e-18)]
    [InlineData("softplus(x) - x", 40, 4.248354255291589e-18)]
    [InlineData("x - softplus(x)", 40, -4.248354255291589e-18)]
    [InlineData("1 - tanh(x)^2", 20, 1.6993417021166355e-17)]
    [InlineData("1 - sech2(x)", 1e-9, 1e-18)]
    [InlineData("sech2(x) - 1", 1e-9, -1e-18)]
    [InlineData("1 - (1 - tanh(x)^2)", 1e-9, 1e-18)]
    [InlineData("tanh(x)*tanh(x) - 1", 20, -1.6993417021166355e-17)]
    [InlineData("(exp(2*x)-1)/(exp(2*x)+1)", 1e5, 1.0)]
    [InlineData("(exp(2*x)-1)/(exp(2*x)+1)", 1e-20, 1e-20)]
    [InlineData("(exp(x)-exp(-x))/(exp(x)+exp(-x))", 1e5, 1.0)]
    [InlineData("sinh(x)/cosh(x)", 1e5, 1.0)]
    [InlineData("log(1 - exp(x))", -1e-20, -46.051701859880914)]
    [InlineData("log(1 - exp(x))", -50, -1.9287498479639178e-22)]
    [InlineData("log(1 - exp(x))", -0.5, -0.9327521295671886)]
    public void Digits_are_kept(string text, double x, double expected) =>
        AssertClose(expected, ExprNode.Parse(text).Simplify(SimplificationRule.Stable).At(("x", x)));

    [Theory]
    [InlineData(1000, 1000, 1000.6931471805599)]
    [InlineData(-1000, -1001, -999.68673831248178)]
    [InlineData(-2000, 3, 3.0)]
    [InlineData(0, -50, 1.9287498479639178e-22)]
    [InlineData(1.5, 1.5, 2.1931471805599454)]
    public void The_logarithm_of_two_exponentials_has_right_values_and_slopes(double a, double b, double expected)
    {
        var derivatives = NumericDerivatives.Of(ExprNode.Parse("log(exp(a) + exp(b))"), ["a", "b"], hessian: true);
        AssertClose(expected, derivatives.Value.Nodes()[0].At(("a", a), ("b", b)));

        // The slopes are the two weights, on a tie too, and the second derivatives products of them.
        var weight = 1 / (1 + Math.Exp(b - a));
        AssertClose(weight, derivatives.Gradient.Nodes()[0].At(("a", a), ("b", b)));
        AssertClose(1 / (1 + Math.Exp(a - b)), derivatives.Gradient.Nodes()[1].At(("a", a), ("b", b)));
        AssertClose(weight / (1 + Math.Exp(a - b)), derivatives.Hessian.Nodes()[0].At(("a", a), ("b", b)));
    }

    [Theory]
    [InlineData(1000.0, 999.0, 998.0, 1000.4076059644444, 0.6652409557748219, 0.24472847105479764)]
    [InlineData(-1000.0, -1001.0, -1003.0, -999.6509877832318, 0.7053845126982412, 0.25949646034241913)]
    [InlineData(1.0, 2.0, 3.0, 3.40760596444438, 0.09003057317038046, 0.24472847105479764)]
    [InlineData(-40.0, 3.0, -2000.0, 3.0, 2.1151310375910805e-19, 1.0)]
    [InlineData(709.0, 709.0, 709.0, 710.0986122886682, 0.3333333333333333, 0.3333333333333333)]
    [InlineData(800.5, 800.5, -800.5, 801.1931471805599, 0.5, 0.5)]
    public void The_logarithm_of_several_exponentials_has_right_values_and_slopes(double a, double b, double c, double expected, double byA, double byB)
    {
        foreach (var text in new[] { "log(exp(a) + exp(b) + exp(c))", "log(exp(a) + (exp(b) + exp(c)))" })
        {
            var derivatives = NumericDerivatives.Of(ExprNode.Parse(text), ["a", "b", "c"]);
            AssertClose(expected, derivatives.Value.Nodes()[0].At(("a", a), ("b", b), ("c", c)));
            AssertClose(byA, derivatives.Gradient.Nodes()[0].At(("a", a), ("b", b), ("c", c)));
            AssertClose(byB, derivatives.Gradient.Nodes()[1].At(("a", a), ("b", b), ("c", c)));
        }
    }

    [Theory]
    [InlineData(1000.0, 900.0, 1000.0, 1.0)]
    [InlineData(-40.0, -41.0, 5.811236444626578e-18, 4.248354255291589e-18)]
    [InlineData(-1000.0, -1000.0, 0.0, 0.0)]
    [InlineData(1.0, 2.0, 2.40760596444438, 0.24472847105479764)]
    [InlineData(699.5, 699.75, 700.3259394198789, 0.4378234991142019)]
    [InlineData(700.5, 3.0, 700.5, 1.0)]
    public void A_term_1_among_several_exponentials_costs_no_digits(double a, double b, double expected, double byA)
    {
        foreach (var text in new[] { "log(1 + exp(a) + exp(b))", "log(exp(a) + 1 + exp(b))", "log(exp(a) + exp(b) + 1)" })
        {
            var derivatives = NumericDerivatives.Of(ExprNode.Parse(text), ["a", "b"]);
            AssertClose(expected, derivatives.Value.Nodes()[0].At(("a", a), ("b", b)));
            AssertClose(byA, derivatives.Gradient.Nodes()[0].At(("a", a), ("b", b)));
        }
    }

    [Theory]
    [InlineData(1000.0, 1001.0, 3.0, 0.2689414213699951, 1.3132616875182228, -0.7310585786300049)]
    [InlineData(-1000.0, 1001.0, 3.0, 0.0, 2001.0, -1.0)]
    [InlineData(600.3, 598.1, 599.7, 0.602549461079934, 0.5065855239080507, -0.397450538920066)]
    [InlineData(1.0, 2.0, 3.0, 0.09003057317038046, 2.40760596444438, -0.9099694268296196)]
    [InlineData(-2000.0, -2001.0, -2002.0, 0.6652409557748219, 0.4076059644443803, -0.3347590442251781)]
    public void Shares_of_exponentials_and_their_losses_are_right(double a, double b, double c, double share, double loss, double slope)
    {
        (string Name, double Value)[] at = [("a", a), ("b", b), ("c", c), ("y", 2.0)];
        AssertClose(share, ExprNode.Parse("exp(a)/(exp(a) + exp(b) + exp(c))").Simplify(SimplificationRule.Stable).At(at));
        AssertClose(2 * share, ExprNode.Parse("y*exp(a)/(exp(a) + exp(b) + exp(c))").Simplify(SimplificationRule.Stable).At(at));
        var derivatives = NumericDerivatives.Of(ExprNode.Parse("-log(exp(a)/(exp(a) + exp(b) + exp(c)))"), ["a"]);
        AssertClose(loss, derivatives.Value.Nodes()[0].At(at));
        AssertClose(slope, derivatives.Gradient.Nodes()[0].At(at));
    }

    [Fact]
    public void Sums_of_exponentials_are_rewritten_once_and_long_ones_are_left()
    {
        var once = ExprNode.Parse("log(exp(a) + exp(b) + exp(c)) + exp(a)/(exp(a) + exp(-b) + exp(2*c - a))").Simplify(SimplificationRule.Stable);
        Assert.True(once.Equals(once.Simplify(SimplificationRule.Stable)));
        var terms = string.Join(" + ", Enumerable.Range(0, 100).Select(static i => $"exp(x{i})"));
        Assert.Equal(300, ExprNode.Parse($"log({terms})").Simplify(SimplificationRule.Stable).NodeCount);
    }

    [Theory]
    [InlineData("exp(x)*(exp(x)/(exp(x)+exp(y)))", 400, 400, 0, 2.610734844882072e173)]
    [InlineData("(x/y)*(z/y)", 1e200, 1e200, 1e200, 1.0)]
    [InlineData("x*y*y", 1e-310, 1e300, 0, 1e290)]
    [InlineData("x*y*x*y", 1e-200, 1e200, 0, 1.0)]
    [InlineData("x*x*y", 1e-100, 1e200, 0, 1.0)]
    [InlineData("(x*y)*(x*z)", 1e200, 1e-200, 1e-200, 1.0)]
    [InlineData("x*(x/y)*x", 1e200, 1e300, 0, 1e300)]
    [InlineData("x*y + x*y + x*y", 1.7e308, 1e-10, 0, 5.1e298)]
    public void Stable_makes_no_finite_value_infinite(string text, double x, double y, double z, double expected)
    {
        var node = ExprNode.Parse(text);
        AssertClose(expected, node.At(("x", x), ("y", y), ("z", z)));
        AssertClose(expected, node.Simplify(SimplificationRule.Stable).At(("x", x), ("y", y), ("z", z)));
    }

    [Theory]
    [InlineData("exp(x)*(exp(x)/(exp(x)+exp(y)))", 400, 400, 0, 2.610734844882072e173)]
    [InlineData("(x/y)*(z/y)", 1e200, 1e200, 1e200, 1.0)]
    [InlineData("x/(x+y)*x", 1e200, 1e200, 0, 5e199)]
    public void Quotients_are_torn_apart_by_no_rule(string text, double x, double y, double z, double expected) =>
        AssertClose(expected, ExprNode.Parse(text).Simplify().At(("x", x), ("y", y), ("z", z)));

    [Theory]
    [InlineData("1/(1 + exp(-x))", 40, 4.248354255291589e-18)]
    [InlineData("1/(1 + exp(-x))", -40, 4.248354255291589e-18)]
    [InlineData("sigmoid(x)", 40, 4.248354255291589e-18)]
    [InlineData("tanh(x)", 20, 1.6993417021166355e-17)]
    [InlineData("(exp(x)-exp(-x))/(exp(x)+exp(-x))", 20, 1.6993417021166355e-17)]
    [InlineData("log(1 + exp(x))", -40, 4.248354255291589e-18)]
    [InlineData("log(x + x/x)", 0.001, 0.99900099900099903)]
    public void Slopes_keep_their_digits_in_the_tails(string text, double x, double slope) =>
        AssertClose(slope, NumericDerivatives.Of(ExprNode.Parse(text), ["x"]).Gradient.Nodes()[0].At(("x", x)));

    // As written, rounding of w1/w1 leaves -0.998002995970.
    [Fact]
    public void The_second_derivative_with_a_part_that_is_1_has_all_digits() =>
        AssertClose(-0.99800299600499432, NumericDerivatives.Of(ExprNode.Parse("log(w1 + w1/w1)"), ["w1"], hessian: true).Hessian.Nodes()[0].At(("w1", 0.001)));

    // sigmoid(log1p(expm1(x))) lost 10,600 units in the last place where 1 + expm1(x) was not seen.
    [Fact]
    public void Inverse_functions_keep_the_digits_of_derivatives()
    {
        var derivative = ExprNode.Parse("sigmoid(log1p(expm1(x)))").Differentiate("x", DifferentiationMode.Reverse).Simplify(SimplificationRule.Stable);
        AssertClose(1 / (2 + (2 * Math.Cosh(30.25))), derivative.At(("x", -30.25)));
    }

    private static void AssertClose(double expected, double actual) =>
        Assert.True(expected == actual || Math.Abs(actual - expected) <= 4e-15 * Math.Abs(expected), $"{actual:r} is not {expected:r}");
}
