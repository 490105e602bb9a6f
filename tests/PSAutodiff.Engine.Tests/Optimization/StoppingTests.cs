using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Where searches end that do not simply reach a minimum, and what that is called.</summary>
public sealed class StoppingTests
{
    private const string Waves = "(x-0.9)^2 + 8*sin(7*(x-0.9)^2)^2 + 6*sin(14*(x-0.9)^2)^2";

    [Theory]
    [InlineData("exp(x)", 0, 0)]
    [InlineData("exp(x)", 3, 0)]
    [InlineData("atan(x)", 1, 0)]
    [InlineData("tanh(x)", 0, 0)]
    [InlineData("sigmoid(x)", 2, 0)]
    [InlineData("1/x", 1, 0)]
    [InlineData("log(1+exp(x))", 1, 0)]
    [InlineData("exp(x) + y^2", 1, 3)]
    public void A_fall_whose_slope_dies_out_is_no_minimum(string text, double x, double y)
    {
        foreach (var method in new[] { LBFGS, Newton })
        {
            var result = text.Contains('y', StringComparison.Ordinal) ? Minimize(text, With(method), x, y) : Minimize(text, With(method), x);
            Assert.Equal(MinimizationStopReason.NoMinimum, result.StopReason);
            Assert.Contains("however far x", result.Message, StringComparison.Ordinal);
            Assert.Contains("0.001*x^2", result.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-exp(-x^2)", 30)]
    [InlineData("tanh(x)^2", 400)]
    public void A_start_where_parts_became_0_is_no_minimum(string text, double start)
    {
        foreach (var method in new[] { LBFGS, Newton, GradientDescent, Adam })
        {
            var result = Minimize(text, With(method), start);
            Assert.Equal(MinimizationStopReason.NoProgress, result.StopReason);
            Assert.Contains("parts of the function are too small for a double and became 0, so it looks flat along x:", result.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("(x-1)^2", 1e22, 1)]
    [InlineData("(x-1)^2", -1e25, 1)]
    [InlineData("(x-1)^2", 1e140, 1)]
    [InlineData("(x-1e-3)^2 + 5", 1e30, 1e-3)]
    [InlineData("(x-1e-30)^2", 1, 1e-30)]
    [InlineData("(x-1)^2 + x^4", 1e30, 0.58975451230145)]
    [InlineData("x^4 - 2*x^2", 1e35, 1)]
    [InlineData("(x-3)^2*(1 + (x-3)^2)", 1e40, 3)]
    [InlineData("cosh(x/1e10) - x/1e10", 1e12, 8813735870.195430)]
    public void A_start_far_away_ends_at_the_minimum(string text, double start, double minimum)
    {
        foreach (var method in new[] { LBFGS, Newton })
        {
            var result = Minimize(text, With(method), start);
            Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
            Assert.Equal(1, Numbers(result.At)[0] / minimum * Math.Sign(Numbers(result.At)[0] / minimum), 1e-6);
        }
    }

    [Theory]
    [InlineData("x^2", 1e150)]
    [InlineData("x^4", 1e60)]
    [InlineData("x^2 + x^4", 1e40)]
    [InlineData("x^2*(y^2 + 1) + (y - 2)^2", 1e30)]
    public void A_start_far_from_a_minimum_at_0_ends_there(string text, double start)
    {
        foreach (var method in new[] { LBFGS, Newton })
        {
            var result = text.Contains('y', StringComparison.Ordinal) ? Minimize(text, With(method), start, start) : Minimize(text, With(method), start);
            Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
            Assert.Equal(0, Numbers(result.At)[0], 1e-9);
            Assert.All(Numbers(result.Gradient), slope => Assert.Equal(0, slope, 1e-6));
        }
    }

    [Fact]
    public void A_variable_that_stays_where_parts_became_0_is_named_alone()
    {
        var result = Minimize("(x - 1)^2 - exp(-y^2)", With(LBFGS), 0, 30);
        Assert.Equal(MinimizationStopReason.NoProgress, result.StopReason);
        Assert.Contains("it looks flat along y:", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x^2 + exp(-1000)", 0)]
    [InlineData("x^4*exp(x)", 0)]
    [InlineData("max(0, x - 1)", -5)]
    [InlineData("-exp(-x^2)", 0)]
    public void A_start_at_a_minimum_is_one(string text, double start) => Assert.Equal(MinimizationStopReason.Converged, Minimize(text, With(LBFGS), start).StopReason);

    [Fact]
    public void Variables_that_run_away_together_are_named_together()
    {
        var result = Minimize("(x - y)^2 + exp(x)", With(LBFGS), 1, 3);
        Assert.Equal(MinimizationStopReason.NoMinimum, result.StopReason);
        Assert.Contains("however far x, y go", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-x^4", 0)]
    [InlineData("x^3", 0)]
    [InlineData("x^3", 1)]
    [InlineData("cos(x)^3 - cos(x)^5", 0)]
    [InlineData("x^5 - 1e-3*x^4", 0)]
    public void What_falls_where_second_derivatives_say_nothing_is_no_minimum(string text, double x)
    {
        foreach (var method in new[] { LBFGS, Newton, GradientDescent })
        {
            var result = Minimize(text, With(method), x);
            var expected = text.StartsWith("cos", StringComparison.Ordinal) ? MinimizationStopReason.Converged : MinimizationStopReason.SaddlePoint;
            Assert.Equal(expected, result.StopReason);
        }
    }

    // Flat floors, steep feet and minima with lower ones not far off.
    [Theory]
    [InlineData("x^4", 1, 0, 1e-2)]
    [InlineData("x^4", 0, 0, 1e-2)]
    [InlineData("x^20", 1, 0, 0.5)]
    [InlineData("max(0, x)^2", 5, 0, 1e-5)]
    [InlineData("max(0, abs(x) - 1)^2", 5, 1, 1e-5)]
    [InlineData("max(0, x - 1e-200)^2", 1, 0, 1e-5)]
    [InlineData("relu(x)", 2, 0, 1e-5)]
    [InlineData("abs(x)", 3, 0, 1e-5)]
    [InlineData("-exp(-x^2)", 3, 0, 1e-5)]
    [InlineData("x^4 - 1e10*x^6", 0, 0, 1e-5)]
    [InlineData("x^6 - 1e10*x^8", 0, 0, 1e-5)]
    [InlineData("exp(x) + exp(-x)", 9, 0, 1e-5)]
    [InlineData("exp(x) - x", 5, 0, 1e-5)]
    [InlineData("(x - 1e8)^2", 0, 1e8, 1)]
    [InlineData("x - x", 1, 1, 1e-5)]
    public void A_real_minimum_is_one_on_flat_floors_too(string text, double start, double x, double within)
    {
        foreach (var method in new[] { LBFGS, Newton })
        {
            var result = Minimize(text, With(method), start);
            Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
            Assert.Equal(x, (double)result.At["x"]!, within);
        }
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void A_gradient_that_changes_its_sign_between_neighbouring_numbers_is_zero(MinimizationMethod method)
    {
        var result = Minimize(Waves, With(method), 30.9);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.InRange(result.Evaluations, 1, 100);
        Assert.True(result.Value < 908.07);

        // The sign changes within a few neighbours.
        var x = (double)result.At["x"]!;
        var slope = ExprNode.Parse(Waves).Differentiate("x");
        var compiled = CompiledExpression.Compile([slope]);
        Assert.True(compiled.Evaluate(x - (8 * Math.BitDecrement(x) * 2.2e-16)) < 0);
        Assert.True(compiled.Evaluate(x + (8 * Math.BitIncrement(x) * 2.2e-16)) > 0);
    }

    [Theory]
    [InlineData(LBFGS, "-x1/(x2^2+1) + sin(x2)*cos(x1)", 1.947, 0.16578)]
    [InlineData(Newton, "-x1/(x2^2+1) + sin(x2)*cos(x1)", 1.937, 0.16578)]
    [InlineData(LBFGS, "y + 1e-5*(y-x)^2", 1, 2)]
    [InlineData(Newton, "y + 1e-5*(y-x)^2", 1, 2)]
    [InlineData(LBFGS, "y + 1e-5*(y-x)^2", 0, 0)]
    [InlineData(Newton, "x + (y - 1)^2", 1, 1.5)]
    [InlineData(LBFGS, "1e150*x + (y - 1)^2", 1, 1.5)]
    [InlineData(Newton, "1e-10*x + (y - 1)^2", 1, 1.5)]
    public void A_slow_fall_without_end_is_said(MinimizationMethod method, string text, double x, double y)
    {
        var result = Minimize(text, With(method), x, y);
        Assert.Equal(MinimizationStopReason.Unbounded, result.StopReason);
        Assert.Contains("no minimum", result.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(result.Value));
        Assert.True(result.Value <= result.Path.Min(static step => step.Value));
        Assert.True(result.Value < -1e15);
    }

    [Theory]
    [InlineData(LBFGS, "-exp(x)", 0)]
    [InlineData(Newton, "-exp(x)", 0)]
    [InlineData(LBFGS, "log(x)", 1)]
    [InlineData(Newton, "log(x)", 1)]
    [InlineData(LBFGS, "-1/x^2", 1)]
    [InlineData(Newton, "-x^4 + x", 0)]
    public void A_fall_to_minus_infinity_holds_the_lowest_finite_point(MinimizationMethod method, string text, double start)
    {
        var result = Minimize(text, With(method), start);
        Assert.Equal(MinimizationStopReason.Unbounded, result.StopReason);
        Assert.True(double.IsFinite(result.Value) && result.Value < result.Path[0].Value - 10);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void An_infinity_far_out_only_shortens_the_step(MinimizationMethod method)
    {
        var result = Minimize("-exp(-x)*sin(2*pi*x)", With(method), 0.3);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear(Math.Atan(2 * Math.PI) / (2 * Math.PI), (double)result.At["x"]!, 1e-9);
    }

    [Theory]
    [InlineData(LBFGS, "abs(x - 0.3) + 2*abs(y - x - 0.1)", 1, 2)]
    [InlineData(Newton, "abs(x - 0.3) + 2*abs(y - x - 0.1)", 1, 2)]
    [InlineData(LBFGS, "max(x, -x) + 0.5*x + y^2", 3, 1)]
    [InlineData(LBFGS, "sqrt(x) + (y - 1)^2", 1, 3)]
    [InlineData(Newton, "sqrt(x) + (y - 1)^2", 1, 3)]
    public void A_kink_or_the_border_of_the_domain_is_said(MinimizationMethod method, string text, double x, double y)
    {
        var result = Minimize(text, With(method), x, y);
        Assert.Equal(MinimizationStopReason.Stuck, result.StopReason);
        Assert.Contains("kink or border of its domain", result.Message, StringComparison.Ordinal);
        Assert.True(result.Value <= result.Path[0].Value);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void A_start_on_a_kink_or_border_says_so(MinimizationMethod method)
    {
        var error = Assert.Throws<AutodiffException>(() => Minimize("-cos(sqrt(x^2+y^2))", With(method), 0, 0));
        Assert.Equal("ValueNotFinite", error.ErrorId);
        Assert.Contains("kink or border of the domain. Start beside it", error.Message, StringComparison.Ordinal);
        Assert.Contains("x = 0, y = 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_valley_too_flat_to_see_is_no_minimum()
    {
        // Beside 1e8, the slope in y shows no more; the gradient alone knows of it.
        var result = Minimize("1e8 + (x - 1)^2 + 1e-12*softplus(y)", With(Newton) with { MaxIteration = 40 }, 3, 5);
        Assert.NotEqual(MinimizationStopReason.Stuck, result.StopReason);
        AssertNear(1, (double)result.At["x"]!, 1e-6);
        Assert.Equal(1e8, result.Value, 1e-7);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void A_tolerance_is_absolute(MinimizationMethod method)
    {
        var result = Minimize("1e-20*(x - 1)^2", With(method) with { Tolerance = 1e-10 }, 3);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.Equal(0, result.Iterations);
        Assert.Equal(3.0, result.At["x"]);
        AssertNear(1, (double)Minimize("1e-20*(x - 1)^2", With(method), 3).At["x"]!, 1e-9);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void A_second_search_from_the_result_stays(MinimizationMethod method)
    {
        foreach (var text in new[] { "100*(y - x^2)^2 + (1 - x)^2", "(x - 1/3)^2 + (y - 1/7)^2 + 5", "exp(x + y) + exp(-x) + y^2" })
        {
            var first = Minimize(text, With(method), -1.2, 1);
            var second = Minimize(text, With(method), Numbers(first.At));
            Assert.Equal(MinimizationStopReason.Converged, second.StopReason);
            Assert.True(second.Value <= first.Value);
            AssertNear(Numbers(first.At), second.At, 1e-9);
        }
    }

    [Fact]
    public void Newton_calls_no_large_gradient_zero()
    {
        var result = Minimize("-x1/(x2^2+1) + sin(x2)*cos(x1)", With(Newton) with { MaxIteration = 500 }, 1.937, 0.16578);
        Assert.NotEqual(MinimizationStopReason.SaddlePoint, result.StopReason);
        Assert.NotEqual(MinimizationStopReason.Converged, result.StopReason);
    }

    [Fact]
    public void A_variable_that_no_step_has_moved_yet_is_looked_at()
    {
        // From (0, 0), y alone has shaped what LBFGS knows of curvature when y has arrived.
        var result = Minimize("1e-20*(x - 3e10)^2 + 1e12*(y - 1e-6)^2", With(LBFGS), 0, 0);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear(3e10, (double)result.At["x"]!, 1);
        AssertNear(1e-6, (double)result.At["y"]!, 1e-14);
    }
}
