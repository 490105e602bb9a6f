using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

public sealed class LineSearchMethodTests
{
    private const string Rosenbrock = "100*(y-x^2)^2 + (1-x)^2";

    [Theory]
    [InlineData(LBFGS, 60)]
    [InlineData(Newton, 30)]
    public void Rosenbrocks_valley_is_followed_to_its_end(MinimizationMethod method, int mostSteps)
    {
        var result = Minimize(Rosenbrock, With(method), -1.2, 1);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear([1, 1], result.At, 1e-8);
        AssertNear([0, 0], result.Gradient, 1e-8);
        Assert.InRange(result.Iterations, 1, mostSteps);
        Assert.Empty(result.Message);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void Every_step_goes_down(MinimizationMethod method)
    {
        var result = Minimize(Rosenbrock, With(method), -1.2, 1);
        Assert.All(result.Path.Zip(result.Path.Skip(1)), static pair => Assert.True(pair.Second.Value < pair.First.Value));
    }

    [Fact]
    public void Newton_needs_one_step_on_a_quadratic() => RandomQuadratic.Check(100, static quadratic =>
    {
        var result = Minimize(quadratic.Expression, With(Newton), quadratic.Start);
        Assert.Equal(1, result.Iterations);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear(quadratic.Minimum, result.At, 1e-12);
        AssertNear(quadratic.Offset, result.Value, 1e-12);
    });

    [Fact]
    public void Newton_does_not_care_for_units()
    {
        var result = Minimize("1e-20*(x - 3e10)^2 + 1e12*(y - 1e-6)^2", With(Newton), 0, 0);
        Assert.Equal(1, result.Iterations);
        AssertNear(3e10, (double)result.At["x"]!, 1e-3);
        AssertNear(1e-6, (double)result.At["y"]!, 1e-20);
    }

    [Fact]
    public void All_methods_reach_the_solution() => RandomQuadratic.Check(30, static quadratic =>
    {
        foreach (var method in Enum.GetValues<MinimizationMethod>())
        {
            var rate = method == Adam ? 0.1 : 1 / quadratic.LargestEigenvalue;
            var result = Minimize(quadratic.Expression, With(method, rate) with { KeepPath = false }, quadratic.Start);
            Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
            AssertNear(quadratic.Minimum, result.At, method == GradientDescent ? 1e-5 : 1e-9);
            AssertNear(quadratic.Offset, result.Value, 1e-10);
        }
    });

    [Fact]
    public void LBFGS_is_exact_even_where_the_value_rounds()
    {
        // Near the minimum the value is 1e6 whatever x does in the ninth digit.
        var result = Minimize("(x - 1/3)^2 + (y - 1/7)^4 + (y - 1/7)^2 + 1e6", With(LBFGS), 5, 5);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear([1.0 / 3, 1.0 / 7], result.At, 1e-9);
    }

    [Fact]
    public void LBFGS_takes_hundreds_of_variables()
    {
        // Rosenbrock's function in pairs.
        var sum = ExprNode.Constant(0);
        var start = new double[300];
        for (var i = 0; i < start.Length; i += 2)
        {
            var (x, y) = (ExprNode.Variable(FormattableString.Invariant($"x{i:000}")), ExprNode.Variable(FormattableString.Invariant($"x{i + 1:000}")));
            sum += (100 * ((y - (x * x)) * (y - (x * x)))) + ((1 - x) * (1 - x));
            (start[i], start[i + 1]) = (-1.2, 1);
        }

        var result = Minimize(sum, With(LBFGS), start);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.All(Numbers(result.At), static value => AssertNear(1, value, 1e-8));
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void They_back_off_from_where_the_function_is_not_defined(MinimizationMethod method)
    {
        var result = Minimize("x - log(x) + y^2 - log(1 - y)", With(method), 50, -30);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear(1, (double)result.At["x"]!, 1e-8);
        AssertNear((1 - Math.Sqrt(3)) / 2, (double)result.At["y"]!, 1e-8);
    }

    [Theory]
    [InlineData(LBFGS, "x")]
    [InlineData(LBFGS, "-x^2")]
    [InlineData(LBFGS, "-1e-9*x")]
    [InlineData(LBFGS, "x + (y - 1)^2")]
    [InlineData(LBFGS, "log(x)")]
    [InlineData(Newton, "x")]
    [InlineData(Newton, "-x^2")]
    [InlineData(Newton, "x*y")]
    [InlineData(GradientDescent, "-x^2")]
    [InlineData(Momentum, "-x^2")]
    public void What_has_no_minimum_is_found_out(MinimizationMethod method, string text)
    {
        var function = ExprNode.Parse(text);
        var result = Minimize(function, With(method), [.. function.Variables.Select(static (_, i) => 1.0 + (i / 2.0))]);
        Assert.Equal(MinimizationStopReason.Unbounded, result.StopReason);
        Assert.Contains("no minimum", result.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(result.Value));
    }

    [Theory]
    [InlineData(GradientDescent)]
    [InlineData(Momentum)]
    [InlineData(Adam)]
    public void A_slope_without_end_takes_as_many_steps_as_allowed(MinimizationMethod method)
    {
        var result = Minimize("x", With(method), 1);
        Assert.Equal(MinimizationStopReason.MaxIterations, result.StopReason);
        Assert.Equal(10_000, result.Iterations);
    }

    [Theory]
    [InlineData("(x + y)^2", 0)]
    [InlineData("(x + y - 1)^2 + 7", 7)]
    [InlineData("(x - 1)^4 + (y - 2)^2", 0)]
    [InlineData("(x + y)^4", 0)]
    [InlineData("exp(x + y) - x - y", 1)]
    public void A_singular_Hessian_gives_damped_steps_and_is_said(string text, double least)
    {
        var result = Minimize(text, With(Newton), 1, 0.5);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear(least, result.Value, 1e-9);
        Assert.Contains("singular", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_indefinite_Hessian_gives_damped_steps_and_is_said()
    {
        // Concave at the start; minima at x = +-sqrt(1/2), y = 0.
        var result = Minimize("x^4 - x^2 + y^2", With(Newton), 0.1, 1);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        AssertNear([Math.Sqrt(0.5), 0], result.At, 1e-9);
        Assert.Contains("not positive definite", result.Message, StringComparison.Ordinal);
    }

    public static TheoryData<MinimizationMethod, string, double, double> Saddles
    {
        get
        {
            var data = new TheoryData<MinimizationMethod, string, double, double>();
            foreach (var method in new[] { Newton, LBFGS, GradientDescent, Momentum, Adam })
            {
                data.Add(method, "x^2 - y^2", 0, 0);
                data.Add(method, "-x^2 - y^2", 0, 0);
                data.Add(method, "1e-30*x*y", 0, 0);
                data.Add(method, "cos(x)*cos(y)", 0, 0);
                data.Add(method, "x^4 - x^2 + y^2", 0, 0);
                if (method is Newton or LBFGS or GradientDescent) data.Add(method, "x^2 - y^2", 3, 0);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Saddles))]
    public void A_saddle_and_a_maximum_are_told_from_a_minimum(MinimizationMethod method, string text, double x, double y)
    {
        var result = Minimize(text, With(method) with { LearningRates = [0.1] }, x, y);
        Assert.Equal(MinimizationStopReason.SaddlePoint, result.StopReason);
        Assert.Contains("saddle", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x^2 + y^2", 0, 0)]
    [InlineData("x^4 + y^4", 0, 0)]
    [InlineData("(x + y)^2", 0, 0)]
    [InlineData("abs(x) - x^2 + y^2", 0, 0)]
    [InlineData("(x - 1/3)^2*(1 + y^2) + y^2 + (x - 1/3)^4", 5, 0)]
    [InlineData("100*(y - x^2)^2 + (1 - x)^2", -1.2, 1)]
    public void A_minimum_a_flat_valley_and_a_kink_are_not_called_saddles(string text, double x, double y)
    {
        foreach (var method in new[] { LBFGS, GradientDescent })
        {
            var result = Minimize(text, With(method) with { LearningRates = [1e-3], MaxIteration = 200_000 }, x, y);
            Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        }
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void A_start_at_the_minimum_takes_no_step(MinimizationMethod method)
    {
        var result = Minimize("x^2 + y^2", With(method), 0, 0);
        Assert.Equal(0, result.Iterations);
        Assert.Equal(1, result.Evaluations);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.Single(result.Path);
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void Steps_are_limited(MinimizationMethod method)
    {
        var result = Minimize(Rosenbrock, With(method) with { MaxIteration = 5 }, -1.2, 1);
        Assert.Equal(5, result.Iterations);
        Assert.Equal(6, result.Path.Count);
        Assert.Equal(MinimizationStopReason.MaxIterations, result.StopReason);
    }
}
