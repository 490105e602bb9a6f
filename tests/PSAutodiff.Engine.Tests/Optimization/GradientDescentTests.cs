using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

public sealed class GradientDescentTests
{
    private const string Bowl = "(x1-6)^2 + x2^2 - x1*x2";

    [Fact]
    public void A_schedule_gives_each_step_its_rate()
    {
        var result = Minimize(Bowl, With(GradientDescent, 1.0 / 2, 1.0 / 3, 1.0 / 4) with { MaxIteration = 3, Tolerance = 0 }, 6, 6);
        Assert.Equal([0, 1, 2, 3], result.Path.Select(static step => step.Iteration));
        Assert.Equal([0, -9, -12, -12], result.Path.Select(static step => step.Value));
        Assert.Equal([6, 6], Numbers(result.Path[0].At));
        Assert.Equal([-6, 6], Numbers(result.Path[0].Gradient));
        Assert.Equal([9, 3], Numbers(result.Path[1].At));
        Assert.Equal([3, -3], Numbers(result.Path[1].Gradient));
        Assert.Equal([8, 4], Numbers(result.Path[2].At));
        Assert.Equal([0, 0], Numbers(result.Path[2].Gradient));
        Assert.Equal([8, 4], Numbers(result.Path[3].At));
        Assert.Equal(MinimizationStopReason.MaxIterations, result.StopReason);
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(0.5, 9)]
    public void One_variable_that_rises_by_what_another_falls_is_no_arrival(double x, double y)
    {
        var result = Minimize("abs(x) + abs(y - 1)", With(GradientDescent, 0.1) with { MaxIteration = 1000 }, x, y);
        Assert.NotEqual(MinimizationStopReason.Converged, result.StopReason);
        Assert.InRange(result.Value, 0, 0.21);
    }

    [Fact]
    public void The_last_rate_of_a_schedule_stays()
    {
        var schedule = Minimize("x^2", With(GradientDescent, 0.3, 0.1) with { MaxIteration = 4, Tolerance = 0 }, 1);
        Assert.Equal([1, 0.4, 0.32, 0.256, 0.2048], schedule.Path.Select(static step => Math.Round((double)step.At[0]!, 12)));
    }

    [Fact]
    public void The_descent_of_the_source_ends_at_the_tenth_step()
    {
        var result = Minimize(Bowl, With(GradientDescent, 0.1) with { MaxIteration = 10, Tolerance = 1e-4 }, 6, 6);
        AssertNear([7.943505, 4.056495], result.At, 5e-7);
        Assert.Equal(10, result.Iterations);
    }

    [Fact]
    public void It_ends_with_the_first_decrease_under_the_tolerance()
    {
        var result = Minimize(Bowl, With(GradientDescent, 0.1) with { Tolerance = 1e-4 }, 6, 6);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        var decreases = result.Path.Zip(result.Path.Skip(1), static (before, after) => before.Value - after.Value).ToArray();
        Assert.All(decreases[..^1], static decrease => Assert.True(decrease >= 1e-4));
        Assert.InRange(decreases[^1], 0, 1e-4);
    }

    [Fact]
    public void With_tolerance_0_every_step_is_taken()
    {
        var result = Minimize(Bowl, With(GradientDescent, 0.1) with { MaxIteration = 500, Tolerance = 0 }, 6, 6);
        Assert.Equal(500, result.Iterations);
        Assert.Equal(MinimizationStopReason.MaxIterations, result.StopReason);
    }

    [Fact]
    public void Each_step_is_the_closed_form_of_a_quadratic() => RandomQuadratic.Check(60, static quadratic =>
    {
        var rate = 0.7 / quadratic.LargestEigenvalue;
        var result = Minimize(quadratic.Expression, With(GradientDescent, rate) with { MaxIteration = 40, Tolerance = 0 }, quadratic.Start);
        Assert.Equal(40, result.Iterations);
        var expected = quadratic.Start.ToArray();
        foreach (var step in result.Path)
        {
            AssertNear(expected, step.At, 1e-11);
            var gradient = quadratic.GradientAt(expected);
            AssertNear(gradient, step.Gradient, 1e-10);
            for (var i = 0; i < expected.Length; i++) expected[i] -= rate * gradient[i];
        }
    });

    [Fact]
    public void Powers_of_the_matrix_lead_to_the_same_points()
    {
        // w'Hw with H = diag(3, 1/2): w_t = (I - 2 e H)^t w_0.
        const double rate = 0.25;
        var result = Minimize("3*a^2 + 0.5*b^2", With(GradientDescent, rate) with { MaxIteration = 25, Tolerance = 0 }, 2, -1);
        foreach (var step in result.Path)
        {
            double[] expected = [2 * Math.Pow(1 - (6 * rate), step.Iteration), -Math.Pow(1 - rate, step.Iteration)];
            AssertNear(expected, step.At, 1e-15);
        }
    }

    [Fact]
    public void A_quadratic_converges_just_below_the_bound() => RandomQuadratic.Check(40, static quadratic =>
    {
        var result = Minimize(quadratic.Expression, With(GradientDescent, 1.9 / quadratic.LargestEigenvalue), quadratic.Start);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.Empty(result.Message);
        AssertNear(quadratic.Minimum, result.At, 1e-4);
    });

    [Fact]
    public void A_quadratic_diverges_above_the_bound_and_the_message_names_it() => RandomQuadratic.Check(40, static quadratic =>
    {
        var result = Minimize(quadratic.Expression, With(GradientDescent, 2.1 / quadratic.LargestEigenvalue), quadratic.Start);
        Assert.Equal(MinimizationStopReason.Diverged, result.StopReason);
        Assert.Contains("quadratic", result.Message, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"is {quadratic.LargestEigenvalue:g6}")[..8], result.Message, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($" = {2 / quadratic.LargestEigenvalue:g6}")[..8], result.Message, StringComparison.Ordinal);
        Assert.All(Numbers(result.At), static value => Assert.True(double.IsFinite(value)));
    });

    [Theory]
    [InlineData(0.1001, 1000)] // slowly
    [InlineData(0.1, 1000)] // to and fro for ever
    [InlineData(0.5, 1000)] // fast
    [InlineData(1e200, 1000)] // to infinity in one step
    [InlineData(0.11, 3)] // too few steps for a row of rises
    public void A_rate_of_the_bound_or_more_is_found_out(double rate, int steps)
    {
        var result = Minimize("10*a^2 + b^2", With(GradientDescent, rate) with { MaxIteration = steps }, 1, 1);
        Assert.Equal(MinimizationStopReason.Diverged, result.StopReason);
        Assert.Contains("is 20: only rates below 2/20 = 0.1 converge", result.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(result.Value));
    }

    [Fact]
    public void The_value_may_rise_for_a_while()
    {
        var result = Minimize("x^2", With(GradientDescent, 1.5, 1.5, 1.5, 0.25) with { MaxIteration = 100 }, 1);
        Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
        Assert.Equal(-8, (double)result.Path[3].At[0]!);
    }

    [Fact]
    public void Divergence_of_other_functions_names_the_curvature_at_the_start()
    {
        var result = Minimize("x^4", With(GradientDescent, 1), 2);
        Assert.Equal(MinimizationStopReason.Diverged, result.StopReason);
        Assert.Contains("curvature at the start", result.Message, StringComparison.Ordinal);
        Assert.Contains("is 48", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_finite_point_is_kept_where_the_function_ends()
    {
        var result = Minimize("log(x)", With(GradientDescent, 0.1), 1);
        Assert.Equal(MinimizationStopReason.NotFinite, result.StopReason);
        Assert.Contains("NaN", result.Message, StringComparison.Ordinal);
        Assert.InRange((double)result.At["x"]!, 0, 1);
        Assert.Equal(Math.Log((double)result.At["x"]!), result.Value, 1e-12);
        Assert.Equal(result.Iterations, result.Path[^1].Iteration);
    }

    [Fact]
    public void Steps_across_a_kink_are_not_called_convergence()
    {
        var result = Minimize("abs(x - 0.3)", With(GradientDescent, 0.1), 1);
        Assert.Equal(MinimizationStopReason.NoProgress, result.StopReason);
        Assert.Contains("back and forth", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Momentum_is_the_heavy_ball() => RandomQuadratic.Check(30, static quadratic =>
    {
        var rate = 0.5 / quadratic.LargestEigenvalue;
        var result = Minimize(quadratic.Expression, With(Momentum, rate) with { MaxIteration = 40, Momentum = 0.8 }, quadratic.Start);
        var (expected, velocity) = (quadratic.Start.ToArray(), new double[quadratic.Dimension]);
        foreach (var step in result.Path)
        {
            AssertNear(expected, step.At, 1e-11);
            var gradient = quadratic.GradientAt(expected);
            for (var i = 0; i < expected.Length; i++) expected[i] += velocity[i] = (0.8 * velocity[i]) - (rate * gradient[i]);
        }
    });

    [Fact]
    public void Momentum_0_is_gradient_descent()
    {
        var plain = Minimize(Bowl, With(GradientDescent, 0.1) with { MaxIteration = 30, Tolerance = 0 }, 6, 6);
        var heavy = Minimize(Bowl, With(Momentum, 0.1) with { MaxIteration = 30, Momentum = 0 }, 6, 6);
        Assert.Equal(plain.Path.Select(static step => step.Value), heavy.Path.Select(static step => step.Value));
    }

    [Fact]
    public void Momentum_diverges_above_its_own_bound()
    {
        Assert.Equal(MinimizationStopReason.Converged, Minimize("10*a^2 + b^2", With(Momentum, 0.185), 1, 1).StopReason);
        var result = Minimize("10*a^2 + b^2", With(Momentum, 0.2), 1, 1);
        Assert.Equal(MinimizationStopReason.Diverged, result.StopReason);
        Assert.Contains("3.8/20 = 0.19", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adam_corrects_the_bias_of_its_means()
    {
        var result = Minimize(Bowl, With(Adam, 0.05) with { MaxIteration = 50 }, 6, 6);
        double[] point = [6, 6], mean = [0, 0], square = [0, 0];
        foreach (var step in result.Path)
        {
            AssertNear(point, step.At, 1e-12);
            double[] gradient = [(2 * (point[0] - 6)) - point[1], (2 * point[1]) - point[0]];
            var t = step.Iteration + 1;
            for (var i = 0; i < 2; i++)
            {
                mean[i] = (0.9 * mean[i]) + (0.1 * gradient[i]);
                square[i] = (0.999 * square[i]) + (0.001 * gradient[i] * gradient[i]);
                point[i] -= 0.05 * (mean[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
            }
        }
    }

    [Fact]
    public void The_first_step_of_Adam_is_as_long_as_the_rate_in_every_variable()
    {
        var result = Minimize("1000*x + y/1000", With(Adam, 0.01) with { MaxIteration = 1 }, 1, 1);
        AssertNear([0.99, 0.99], result.At, 1e-6);
    }
}
