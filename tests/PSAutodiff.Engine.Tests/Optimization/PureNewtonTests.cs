using PSAutodiff.Optimization;
using Xunit;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Newton's step as textbooks have it, on definite, indefinite and semidefinite Hessians.</summary>
public sealed class PureNewtonTests
{
    private static readonly MinimizationOptions Pure = With(MinimizationMethod.PureNewton) with { KeepPath = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void One_step_ends_a_definite_quadratic()
    {
        var minimum = Minimize("(x - 1)^2 + 10*(y + 2)^2 + x*y", Pure, 30, -40);
        Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
        Assert.Equal(1, minimum.Iterations);
        Assert.Empty(minimum.Message);
        // 2 x + y = 2 and x + 20 y = -40.
        AssertNear([80.0 / 39, -82.0 / 39], minimum.At, 1e-14);
    }

    [Fact]
    public void One_step_leads_to_the_saddle_of_an_indefinite_quadratic_and_to_the_top_of_a_negative_one()
    {
        var saddle = Minimize("x^2 - y^2 + 2*x", Pure, 3, 4);
        Assert.Equal(MinimizationStopReason.SaddlePoint, saddle.StopReason);
        Assert.Equal(1, saddle.Iterations);
        AssertNear([-1, 0], saddle.At, 1e-15);
        Assert.Equal(-1, saddle.Value, 1e-15);
        var top = Minimize("5 - (x - 2)^2", Pure, 7);
        Assert.Equal(MinimizationStopReason.SaddlePoint, top.StopReason);
        AssertNear([2], top.At, 1e-15);
        Assert.Contains("1 of 1 steps led uphill", top.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_Hessian_is_singular_the_shortest_step_is_taken()
    {
        // The valley x + y = 2; the point of it next to (3, 5).
        var minimum = Minimize("(x + y - 2)^2", Pure, 3, 5);
        Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
        Assert.Equal(1, minimum.Iterations);
        AssertNear([0, 2], minimum.At, 1e-14);
        Assert.Contains("singular", minimum.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_singular_Hessian_has_no_step_the_search_says_so()
    {
        var stuck = Minimize("(x + y)^2 + x - y", Pure, 1, 2);
        Assert.Equal(MinimizationStopReason.Stuck, stuck.StopReason);
        Assert.Equal(0, stuck.Iterations);
        Assert.Contains("singular", stuck.Message, StringComparison.Ordinal);
        AssertNear([1, 2], stuck.At, 0);
    }

    [Fact]
    public void Steps_are_whole_and_run_away_where_Newtons_do()
    {
        // x - x^4' / x^4'' is 2/3 x.
        var path = Minimize("x^4", Pure with { MaxIteration = 10 }, 1).Path;
        for (var i = 0; i < path.Count; i++) Assert.Equal(Math.Pow(2.0 / 3, i), (double)path[i].At["x"]!, 1e-15);
        var lost = Minimize("exp(x) - x", Pure, -50);
        Assert.Equal(MinimizationStopReason.NotFinite, lost.StopReason);
        AssertNear([-50], lost.At, 0);

        // x / sqrt(1 + x^2) = 0 from 2: x - f' / f'' is -x^3.
        var away = Minimize("sqrt(1 + x^2)", Pure with { MaxIteration = 3 }, 1.5).Path;
        Assert.Equal([1.5, -3.375, 38.443359375, -56815.128661595285], away.Select(static step => (double)step.At["x"]!), static (a, b) => Math.Abs(a - b) <= 1e-9 * Math.Abs(a));
    }

    [Fact]
    public void The_end_does_not_depend_on_units()
    {
        foreach (var unit in new[] { 1e-150, 1e-3, 1e150 })
        {
            var minimum = Minimize($"{unit.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}*((x - 1)^2 + 10*(y + 2)^2)", Pure with { Tolerance = 0 }, 30, -40);
            Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
            AssertNear([1, -2], minimum.At, 1e-14);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    public void Eigenvalues_and_solutions_are_those_that_the_matrix_was_made_with(int n)
    {
        var random = new Random(n);
        foreach (var exponent in new[] { -300, 0, 300 })
        {
            // A reflection I - 2 u u' has orthonormal columns.
            var u = Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray();
            var length = Math.Sqrt(u.Sum(static x => x * x));
            double Q(int i, int j) => (i == j ? 1 : 0) - (2 * u[i] * u[j] / (length * length));
            var values = Enumerable.Range(0, n).Select(k => k == 1 ? 0 : Math.ScaleB(k % 3 == 2 ? -1 - k : 1 + k, exponent)).ToArray();
            var matrix = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) matrix[(i * n) + j] = Enumerable.Range(0, n).Sum(k => Q(i, k) * values[k] * Q(j, k));
            }

            var eigen = new SymmetricEigen(matrix, n, Token);
            var most = values.Max(Math.Abs);
            Assert.All(eigen.Values.Order().Zip(values.Order()), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-13 * most));

            // Of A x = A y the shortest solution is y without its part along the eigenvector of 0.
            var y = Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray();
            var right = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => matrix[(i * n) + j] * y[j])).ToArray();
            Assert.True(eigen.Solve(right));
            var part = n > 1 ? Enumerable.Range(0, n).Sum(i => Q(i, 1) * y[i]) : 0;
            for (var i = 0; i < n; i++) Assert.Equal(y[i] - (n > 1 ? part * Q(i, 1) : 0), right[i], 1e-11);
            if (n == 1) continue;
            var outside = Enumerable.Range(0, n).Select(i => Q(i, 1)).ToArray();
            Assert.False(eigen.Solve(outside));
        }
    }
}
