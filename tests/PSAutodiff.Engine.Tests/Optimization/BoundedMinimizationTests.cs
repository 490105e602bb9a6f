using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Minima between bounds.</summary>
public sealed class BoundedMinimizationTests
{
    private static readonly double[] Free = [];

    public static TheoryData<MinimizationMethod> Methods => [GradientDescent, Momentum, Adam, Newton, LBFGS];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Quadratics_end_where_an_enumeration_of_all_faces_has_the_minimum(MinimizationMethod method)
    {
        var atBound = 0;
        RandomQuadratic.Check(method is Newton or LBFGS ? 150 : 40, quadratic =>
        {
            var random = new Random(quadratic.Dimension + (int)(1000 * quadratic.Eigenvalues[0]));
            var lower = quadratic.Start.Select(x => random.Next(4) == 0 ? double.NegativeInfinity : x - (2 * random.NextDouble())).ToArray();
            var upper = quadratic.Start.Select((x, i) => random.Next(4) == 0 ? double.PositiveInfinity : random.Next(6) == 0 ? x : x + (2 * random.NextDouble())).ToArray();
            var expected = Enumerated(quadratic, lower, upper);
            var rate = 0.9 / quadratic.LargestEigenvalue;
            var options = new MinimizationOptions
            {
                Method = method,
                LearningRates = method switch { GradientDescent or Momentum => [rate], Adam => [.. Enumerable.Range(0, 4000).Select(static i => 0.3 * Math.Pow(0.995, i))], _ => null },
                Tolerance = method switch { GradientDescent => 1e-22, Momentum => 1e-11, Adam => 1e-7, _ => null },
                MaxIteration = method == Adam ? 4000 : 10_000,
                LowerBounds = lower,
                UpperBounds = upper,
            };
            var result = Minimize(quadratic.Expression, options, quadratic.Start);
            Assert.True(result.StopReason is MinimizationStopReason.AtBound or MinimizationStopReason.Converged || (method == Adam && result.StopReason == MinimizationStopReason.MaxIterations), $"{result.StopReason} {result.Message}");
            AssertNear(expected, result.At, method == Adam ? 1e-4 : method is GradientDescent or Momentum ? 1e-7 : 1e-8);
            var (point, slopes) = (Numbers(result.At), Numbers(result.Gradient));
            for (var i = 0; i < point.Length; i++)
            {
                Assert.True(point[i] >= lower[i] && point[i] <= upper[i]);
                if (method == Adam) continue;
                var projected = Math.Clamp(point[i] - slopes[i], lower[i], upper[i]) - point[i];
                Assert.True(Math.Abs(projected) <= 1e-6, $"projected gradient {projected}");
            }

            if (result.StopReason != MinimizationStopReason.AtBound) return;
            atBound++;
            Assert.NotEmpty(result.AtBound);
            Assert.Contains(result.AtBound[0], result.Message, StringComparison.Ordinal);
        });
        Assert.True(atBound > 10, $"{atBound}");
    }

    [Theory]
    [InlineData("x^4 + y^4 - x*y", "-inf 0", "inf inf")]
    [InlineData("-x*y", "0 0", "1 1")]
    [InlineData("x^2 - 3*x*y + y^2", "0 0", "1 1")]
    [InlineData("(x - y)^2 - z*y", "-inf 0 0", "1 1 1")]
    [InlineData("x*y", "0 -inf", "inf inf")]
    public void A_saddle_on_a_bound_is_no_minimum(string expression, string lower, string upper)
    {
        foreach (var method in new[] { Newton, LBFGS })
        {
            var options = With(method) with { LowerBounds = Parsed(lower), UpperBounds = Parsed(upper) };
            var result = Minimize(expression, options, new double[options.LowerBounds!.Count]);
            Assert.Equal(MinimizationStopReason.SaddlePoint, result.StopReason);
        }

        // A corner from which it grows on the inside is one.
        Assert.Equal(MinimizationStopReason.Converged, Minimize("x^2 + x*y + y^2", With(LBFGS) with { LowerBounds = [0, 0], UpperBounds = [1, 1] }, 0, 0).StopReason);

        static double[] Parsed(string bounds) => Array.ConvertAll(bounds.Split(' '), static bound => bound switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.Parse(bound, System.Globalization.CultureInfo.InvariantCulture) });
    }

    // By scipy 1.10.1: minimize(f, start, method='L-BFGS-B', bounds=bounds, options=dict(ftol=1e-16, gtol=1e-12)), the values by Nelder-Mead too.
    [Theory]
    [InlineData("100*(y - x^2)^2 + (1 - x)^2", -1.2, 1, -2, 0.8, -2, 2, 0.8, 0.64, 0.04)]
    [InlineData("100*(y - x^2)^2 + (1 - x)^2", 1.5, 0, 1.25, 2, -2, 1.2, 1.25, 1.2, 13.203125)]
    [InlineData("100*(y - x^2)^2 + (1 - x)^2", -1.2, 2, -2, 0, 1.5, 3, -1.2210262443, 1.5, 4.941229317989184)]
    [InlineData("(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2", 1, -0.5, 0, 4, -1, 0.25, 2.4138559682, 0.25, 0.15844348222424792)]
    [InlineData("(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2", 1, -0.5, 0.5, 2, -1, 1, 2, 0.1700879203, 0.5233448360104925)]
    [InlineData("sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1", 0, 0, -0.4, 4, -3, 4, -0.4, -1.4920987198, -1.8863921095617622)]
    [InlineData("sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1", 1, 1, -1.5, 4, -1, 4, -0.3563857619, -1, -1.5282840486110834)]
    public void Functions_that_bend_end_where_scipy_ends(string text, double x, double y, double xLow, double xHigh, double yLow, double yHigh, double xEnd, double yEnd, double value)
    {
        foreach (var method in new[] { Newton, LBFGS })
        {
            var result = Minimize(text, With(method) with { LowerBounds = [xLow, yLow], UpperBounds = [xHigh, yHigh] }, x, y);
            Assert.Equal(MinimizationStopReason.AtBound, result.StopReason);
            AssertNear([xEnd, yEnd], result.At, 1e-7);
            AssertNear(value, result.Value, 1e-12 * Math.Max(1, Math.Abs(value)));
            Assert.All(result.Path, step => Assert.True((double)step.At["x"]! >= xLow && (double)step.At["x"]! <= xHigh && (double)step.At["y"]! >= yLow && (double)step.At["y"]! <= yHigh));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Nothing_is_computed_outside_of_the_bounds(MinimizationMethod method)
    {
        // Not a number below 0, and infinitely steep next to it.
        var result = Minimize("(log(x) + 30)^2/100 + (y - 3)^2", With(method, 0.05) with { LowerBounds = [1e-3, double.NegativeInfinity], UpperBounds = [10, 2] }, 1, 0);
        Assert.Equal(MinimizationStopReason.AtBound, result.StopReason);
        AssertNear([1e-3, 2], result.At, 0);
        Assert.Equal(["x", "y"], result.AtBound);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_start_outside_of_bounds_is_refused_with_name_value_and_bound(MinimizationMethod method)
    {
        var error = Assert.Throws<AutodiffException>(() => Minimize("x^2 + y^2", With(method) with { LowerBounds = [0, 2.5] }, 1, 1.5));
        Assert.Equal(ErrorIds.BoundInvalid, error.ErrorId);
        Assert.Equal("The initial value 1.5 of 'y' is below its lower bound 2.5. Start within the bounds.", error.Message);
        Assert.Contains("no greater", Assert.Throws<AutodiffException>(() => Minimize("x^2", With(method) with { LowerBounds = [2], UpperBounds = [1] }, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pure_step_says_that_it_cannot_keep_bounds()
    {
        var error = Assert.Throws<AutodiffException>(() => Minimize("x^2", With(PureNewton) with { LowerBounds = [1] }, 1));
        Assert.Contains("PureNewton cannot keep bounds", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Newton)]
    [InlineData(LBFGS)]
    public void Bounds_end_a_fall_without_end(MinimizationMethod method)
    {
        var line = Minimize("-x", With(method) with { UpperBounds = [1e6] }, 0);
        Assert.Equal((1e6, MinimizationStopReason.AtBound), ((double)line.At["x"]!, line.StopReason));
        var tail = Minimize("exp(x)", With(method) with { LowerBounds = [-20] }, 0);
        Assert.Equal((-20, MinimizationStopReason.AtBound), ((double)tail.At["x"]!, tail.StopReason));
        Assert.Equal(MinimizationStopReason.NoMinimum, Minimize("exp(x) + y", With(method) with { LowerBounds = [double.NegativeInfinity, 0] }, 0, 1).StopReason);
        Assert.Equal(MinimizationStopReason.Unbounded, Minimize("x + y^2", With(method) with { UpperBounds = [5, 5] }, 0, 1).StopReason);
    }

    // However far the bounds are: the value at a bound is a number.
    [Theory]
    [InlineData("x", 1, -1e308, 1e308, -1e308)]
    [InlineData("-x", 1, -1e100, 1e308, 1e308)]
    [InlineData("-x", 0, 0, 1e308, 1e308)]
    [InlineData("-x^2", 1, -1e150, 1e150, 1e150)]
    [InlineData("-x^2", 1, -1e60, 1e25, 1e25)]
    [InlineData("1e-20*x + 1", 1, 0, double.PositiveInfinity, 0)]
    [InlineData("1 - 1e-30*x", 1, 0, 7, 7)]
    public void Far_bounds_and_slopes_below_rounding_end_at_the_bound(string text, double start, double lower, double upper, double end)
    {
        foreach (var method in new[] { Newton, LBFGS })
        {
            var result = Minimize(text, With(method) with { LowerBounds = [lower], UpperBounds = [upper] }, start);
            Assert.Equal((MinimizationStopReason.AtBound, end), (result.StopReason, Numbers(result.At)[0]));
            Assert.InRange(result.Evaluations, 1, 200);
        }
    }

    [Fact]
    public void A_fall_that_no_bound_ends_is_unbounded_beside_bounds()
    {
        foreach (var method in new[] { Newton, LBFGS })
        {
            var open = Minimize("x - y", With(method) with { LowerBounds = [-5, double.NegativeInfinity] }, 1, 1);
            Assert.Equal(MinimizationStopReason.Unbounded, open.StopReason);
            Assert.Contains("without bound", open.Message, StringComparison.Ordinal);
            foreach (var (text, lower, upper) in new[] { ("log(x)", 0.0, 2.0), ("-x^2", -1e308, 1e308) })
            {
                var closed = Minimize(text, With(method) with { LowerBounds = [lower], UpperBounds = [upper] }, 1);
                Assert.Equal(MinimizationStopReason.Unbounded, closed.StopReason);
                Assert.Contains("between the bounds", closed.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_derivative_may_be_infinite_at_the_bound_where_the_minimum_is(MinimizationMethod method)
    {
        var options = With(method) with { LowerBounds = [3, double.NegativeInfinity], MaxIteration = 10_000, Tolerance = method is Newton or LBFGS ? null : 1e-9 };
        foreach (var start in new[] { 4.0, 3.0 })
        {
            var result = Minimize("sqrt(x - 3) + (y - 1)^2", options, start, 5);
            Assert.Equal(MinimizationStopReason.AtBound, result.StopReason);
            Assert.Equal([3], Numbers(result.At)[..1]);
            AssertNear(1, Numbers(result.At)[1], 1e-4);
            Assert.Equal(double.PositiveInfinity, Numbers(result.Gradient)[0]);
            Assert.Equal(double.PositiveInfinity, Numbers(result.Path[^1].Gradient)[0]);
            Assert.Equal(["x"], result.AtBound);
            Assert.Contains("derivative is infinite: x = 3 (lower)", result.Message, StringComparison.Ordinal);
            if (method is Newton or LBFGS) Assert.InRange(result.Evaluations, 1, 60);
        }

        var above = Minimize("sqrt(2 - x)", options with { LowerBounds = null, UpperBounds = [2] }, 1);
        Assert.Equal((MinimizationStopReason.AtBound, 2.0, double.NegativeInfinity), (above.StopReason, Numbers(above.At)[0], Numbers(above.Gradient)[0]));

        // Where the value falls on the inside, there is no slope to go by.
        Assert.Equal(ErrorIds.ValueNotFinite, Assert.Throws<AutodiffException>(() => Minimize("-sqrt(x)", With(method) with { LowerBounds = [0], UpperBounds = [1] }, 0)).ErrorId);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_fixed_variable_is_nothing_to_speak_of(MinimizationMethod method)
    {
        var options = With(method, 0.1) with { LowerBounds = [3, 0], UpperBounds = [3, 10], Tolerance = 1e-9 };
        var result = Minimize("(x - 1)^2 + (y - 2)^2", options, 3, 5);
        Assert.Equal((MinimizationStopReason.Converged, string.Empty), (result.StopReason, result.Message));
        Assert.Empty(result.AtBound);
        AssertNear([3, 2], result.At, 1e-4);
        var held = Minimize("(x - 1)^2 + (y + 2)^2", options, 3, 5);
        Assert.Equal(["y"], held.AtBound);
        Assert.DoesNotContain("x =", held.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Newton)]
    [InlineData(LBFGS)]
    public void A_maximum_at_a_bound_is_no_minimum(MinimizationMethod method)
    {
        Assert.Equal(MinimizationStopReason.SaddlePoint, Minimize("-x^2", With(method) with { LowerBounds = [0], UpperBounds = [1] }, 0).StopReason);
        Assert.Equal(MinimizationStopReason.Converged, Minimize("(x - 1)^2", With(method) with { UpperBounds = [1] }, 1).StopReason);
    }

    [Theory]
    [InlineData(Newton)]
    [InlineData(LBFGS)]
    public void Many_variables_at_bounds_take_few_steps(MinimizationMethod method)
    {
        // The distance to a point of which half lies outside, with neighbours coupled.
        const int n = 60;
        ExprNode sum = 0.0;
        var variables = Enumerable.Range(0, n).Select(static i => ExprNode.Variable($"x{i:00}")).ToArray();
        for (var i = 0; i < n; i++) sum += ExprNode.Pow(variables[i] - (Math.Sin(i) * 2), 2.0);
        for (var i = 1; i < n; i++) sum += 0.5 * ExprNode.Pow(variables[i] - variables[i - 1], 2.0);
        double[] Filled(double value) => [.. Enumerable.Repeat(value, n)];
        var result = new Minimization(sum).Run(Filled(0), With(method) with { LowerBounds = Filled(-1), UpperBounds = Filled(1) }, TestContext.Current.CancellationToken);
        Assert.Equal(MinimizationStopReason.AtBound, result.StopReason);
        var (point, slopes) = (Numbers(result.At), Numbers(result.Gradient));
        for (var i = 0; i < n; i++) AssertNear(0, Math.Clamp(point[i] - slopes[i], -1, 1) - point[i], 1e-7);
        Assert.True(result.AtBound.Count > 15 && result.Iterations < 150, $"{result.AtBound.Count} at bounds after {result.Iterations}");
    }

    [Fact]
    public void Elements_of_vectors_and_symmetric_matrices_keep_bounds()
    {
        var result = Minimize("w: [3]; sum((w - 2)^2)", With(LBFGS) with { UpperBounds = [1, 3, 1.5] }, 0, 0, 0);
        Assert.Equal([1, 2, 1.5], (double[])result.At["w"]!);
        Assert.Equal(["w[0]", "w[2]"], result.AtBound);
        var matrix = Minimize("A: [2,2] symmetric; sum((A - 2)^2)", With(Newton) with { UpperBounds = [5, 1, 3, 5] }, 0, 0, 0, 0);
        Assert.Equal(new double[,] { { 2, 1 }, { 1, 2 } }, (double[,])matrix.At["A"]!);
    }

    // Of each element: at the lower bound, at the upper one, or free.
    private static double[] Enumerated(RandomQuadratic quadratic, double[] lower, double[] upper)
    {
        var n = quadratic.Dimension;
        for (var face = 0; face < Math.Pow(3, n); face++)
        {
            var kinds = Enumerable.Range(0, n).Select(i => face / (int)Math.Pow(3, i) % 3).ToArray();
            var point = Enumerable.Range(0, n).Select(i => kinds[i] == 1 ? lower[i] : kinds[i] == 2 ? upper[i] : 0).ToArray();
            if (point.Any(double.IsInfinity)) continue;
            int[] free = [.. Enumerable.Range(0, n).Where(i => kinds[i] == 0)];
            var right = quadratic.GradientAt(point);
            var solution = Solve(free, quadratic.Matrix, [.. free.Select(i => -right[i])]);
            for (var i = 0; i < free.Length; i++) point[free[i]] = solution[i];
            var slopes = quadratic.GradientAt(point);
            if (Enumerable.Range(0, n).All(i => kinds[i] == 0 ? point[i] >= lower[i] - 1e-12 && point[i] <= upper[i] + 1e-12 : lower[i] == upper[i] || (kinds[i] == 1 ? slopes[i] >= 0 : slopes[i] <= 0))) return point;
        }

        Assert.Fail("No face satisfies the conditions.");
        return Free;
    }

    private static double[] Solve(int[] free, double[,] matrix, double[] right)
    {
        var n = free.Length;
        var a = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) a[i, j] = matrix[free[i], free[j]];
        }

        for (var k = 0; k < n; k++)
        {
            for (var i = k + 1; i < n; i++)
            {
                var factor = a[i, k] / a[k, k];
                for (var j = k; j < n; j++) a[i, j] -= factor * a[k, j];
                right[i] -= factor * right[k];
            }
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < n; j++) right[i] -= a[i, j] * right[j];
            right[i] /= a[i, i];
        }

        return right;
    }
}
