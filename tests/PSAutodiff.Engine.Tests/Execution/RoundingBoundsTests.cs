using PSAutodiff.Core;
using PSAutodiff.Execution;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Bounds on rounding errors, against 60 digits.</summary>
public sealed class RoundingBoundsTests
{
    private const double SafetyFactor = 4;

    [Fact]
    public void Random_values_are_as_near_to_the_exact_ones_as_the_bounds_say()
    {
        var finite = 0;
        var random = new Random(11);
        foreach (var node in RandomExpressions.Everyday.Sample(4000, 12, 5))
        {
            var variables = node.Variables;
            var at = variables.ToDictionary(static name => name, _ => Math.Round((4 * random.NextDouble()) - 1.7, 3));
            var (value, bound, _) = Evaluate(node, [.. variables.Select(name => at[name])]);
            if (new PreciseEvaluator(node) { MayCancel = true }.Evaluate(at) is not { } exact || !double.IsFinite(bound)) continue;
            finite++;
            var error = Math.Abs((BigFloat.FromDouble(value) - exact).ToDoubleRoughly());
            Assert.True(error <= SafetyFactor * bound, $"{value:R} is off by {error:g3}, the bound is {bound:g3}: {Texts.Let(node)} at {string.Join(", ", at)}");
        }

        Assert.True(finite > 1000, $"{finite} bounds are finite");
    }

    [Theory]
    [InlineData("(x + 1e10) - 1e10", 0.3, 1e-7)]
    [InlineData("x*x*x", 0.3, 1e-17)]
    [InlineData("sin(x)^2 + cos(x)^2 - 1", 0.3, 1e-15)]
    [InlineData("exp(x)", 0.3, 1e-15)]
    [InlineData("1/(x - 0.1 - 0.2)", 0.7, 1e-14)]
    public void Bounds_are_of_the_size_of_what_rounding_does(string text, double x, double size)
    {
        var (_, bound, _) = Evaluate(ExprNode.Parse(text), [x]);
        Assert.InRange(bound, size / 100, size * 100);
    }

    [Theory]
    [InlineData("x + 3*x - 2", 7)]
    [InlineData("x/4 - 0.25", 7)]
    [InlineData("select(less(x, 2*x), -x, abs(x))", 7)]
    [InlineData("min(x, max(1, relu(x))) + sign(x)", 7)]
    public void What_is_exact_has_the_bound_0(string text, double x) => Assert.Equal(0, Evaluate(ExprNode.Parse(text), [x]).Bound);

    [Theory]
    [InlineData("select(cos(acos(x)), 5, 2)", 0, 3)] // cos(acos(0)) is 6e-17, and might be 0
    [InlineData("select(0.1*x - 0.3, 5, 2)", 3, 3)]
    public void A_choice_by_what_may_be_0_may_go_either_way(string text, double x, double least) =>
        Assert.True(Evaluate(ExprNode.Parse(text), [x]).Bound >= least);

    [Theory]
    [InlineData("sign(x - 0.3)", 0.3)]
    [InlineData("less(x, 0.3)", 0.3)]
    [InlineData("select(x - 0.3, x, 2)", 0.3)]
    public void Next_to_a_jump_nothing_is_known_if_so_wanted(string text, double x)
    {
        var bounds = new RoundingBounds(ExprNode.Flatten([ExprNode.Parse(text)]), new VariableLayout(["x"]), jumpsAreUnknown: true);
        bounds.Evaluate([x], Rounding.Unit);
        Assert.Equal(double.PositiveInfinity, bounds.BoundOf(0));
        bounds.Evaluate([x + 0.1], Rounding.Unit);
        Assert.InRange(bounds.BoundOf(0), 0, 1e-14);
    }

    [Fact]
    public void Exactness_can_be_left_out_of_account() => Assert.True(Evaluate(ExprNode.Parse("1e6 + x"), [3], creditExact: false).Bound > 0);

    [Theory]
    [InlineData("1/(x - x*1.1 + 0.1*x)", 3)]
    [InlineData("sin(1e20*x)", 0.1)]
    [InlineData("1/exp(x)", 800)]
    [InlineData("log(x - 1)", 0.5)]
    public void Where_nothing_is_known_the_bound_is_infinite(string text, double x) =>
        Assert.Equal(double.PositiveInfinity, Evaluate(ExprNode.Parse(text), [x]).Bound);

    [Theory]
    [InlineData("exp(-x)*exp(-x)", 400, true)]
    [InlineData("exp(-x)", 800, true)]
    [InlineData("x^100", 1e-5, true)]
    [InlineData("log(x)*sin(x - 1)", 1, false)]
    [InlineData("x*(x - 1)", 1, false)]
    [InlineData("x/exp(x)", 3, false)]
    public void Underflow_is_noticed(string text, double x, bool underflows) => Assert.Equal(underflows, Evaluate(ExprNode.Parse(text), [x]).Underflowed);

    [Fact]
    public void Values_are_those_of_the_compiled_expression_bit_for_bit()
    {
        var random = new Random(3);
        foreach (var node in RandomExpressions.Everyday.Sample(500, 12, 8))
        {
            var point = node.Variables.Select(_ => (4 * random.NextDouble()) - 2).ToArray();
            var compiled = CompiledExpression.Compile([node]).Evaluate(point);
            Assert.Equal(BitConverter.DoubleToInt64Bits(compiled), BitConverter.DoubleToInt64Bits(Evaluate(node, point).Value));
        }
    }

    private static (double Value, double Bound, bool Underflowed) Evaluate(ExprNode node, double[] point, bool creditExact = true)
    {
        var bounds = new RoundingBounds(ExprNode.Flatten([node]), new VariableLayout(node.Variables), creditExact);
        bounds.Evaluate(point);
        return (bounds.ValueOf(0), bounds.BoundOf(0), bounds.Underflowed);
    }
}
