using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Weight decay moves the minimizer w* of a quadratic error to the solution of (H + tau I) w = H w*.</summary>
public sealed class WeightDecayTests
{
    private static readonly string[] Two = ["a", "b"];

    [Fact]
    public void A_case_by_hand()
    {
        // Eigenvalues 3 and 1 along (1, 1) and (1, -1).
        var result = LinearAlgebraTools.WeightDecay(new double[,] { { 2, 1 }, { 1, 2 } }, [3, 1], Two)(1);
        Near([3, 1], result.Eigenvalues);
        Near([0.75, 0.5], result.Factors);
        var root = Math.Sqrt(0.5);
        Near([4 * root, 2 * root], result.EigenMinimizer);
        Near([3 * root, 1 * root], result.EigenDecayedMinimizer);
        Near([2, 1], result.DecayedMinimizer);
        Assert.Equal([3, 1], result.Minimizer);
        Assert.Equal(2, result.Directions.Count);
        Near([root, -root], result.Directions[1].Eigenvector);
        Assert.Equal(result.Factors[1], result.Directions[1].Factor);
    }

    [Fact]
    public void The_decayed_minimizer_solves_its_equations_and_directions_shrink_by_curvature()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var n = 1 + (seed % 7);
            var random = new RandomSource(seed);
            var root = new double[n, n];
            for (var i = 0; i < n * n; i++) root[i / n, i % n] = random.NextNormal();
            var (hessian, minimizer) = (new double[n, n], new double[n]);
            for (var i = 0; i < n; i++)
            {
                minimizer[i] = random.NextNormal();
                for (var j = 0; j < n; j++)
                {
                    for (var k = 0; k < n; k++) hessian[i, j] += root[i, k] * root[j, k];
                }
            }

            var tau = random.NextUniform(1) + 1.5;
            var result = LinearAlgebraTools.WeightDecay(hessian, minimizer, [.. Enumerable.Range(0, n).Select(static i => $"w{i}")])(tau);
            for (var i = 0; i < n; i++)
            {
                var rest = tau * result.DecayedMinimizer[i];
                for (var j = 0; j < n; j++) rest += hessian[i, j] * (result.DecayedMinimizer[j] - minimizer[j]);
                Assert.Equal(0, rest, 1e-11);
                Assert.Equal(result.Eigenvalues[i] / (result.Eigenvalues[i] + tau), result.Factors[i], 1e-15);
            }

            Assert.Equal(result.Eigenvalues.OrderDescending(), result.Eigenvalues);
            Assert.Equal(result.Factors.OrderDescending(), result.Factors);
        }
    }

    [Fact]
    public void Without_decay_nothing_moves()
    {
        double[] minimizer = [0.1, 0.7];
        var result = LinearAlgebraTools.WeightDecay(new double[,] { { 1, 1 }, { 1, 1 } }, minimizer, Two)(0);
        Assert.Equal(minimizer, result.DecayedMinimizer);
        Assert.Equal([1, 1], result.Factors);
    }

    [Fact]
    public void A_flat_direction_is_shrunk_to_nothing_by_any_decay()
    {
        var result = LinearAlgebraTools.WeightDecay(new double[,] { { 1, 1 }, { 1, 1 } }, [3, 1], Two)(1e-9);
        Assert.Equal(0, result.Factors[1], 1e-6);
        Near([2, 2], result.DecayedMinimizer, 1e-6);
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e300)]
    public void Units_make_no_difference(double unit)
    {
        var result = LinearAlgebraTools.WeightDecay(new[,] { { 2 * unit, unit }, { unit, 2 * unit } }, [3, 1], Two)(unit);
        Near([0.75, 0.5], result.Factors);
        Near([2, 1], result.DecayedMinimizer);
    }

    [Fact]
    public void Rounding_may_make_a_Hessian_asymmetric_but_no_more_than_rounding()
    {
        Near([2, 1], LinearAlgebraTools.WeightDecay(new[,] { { 2, 1 + 1e-11 }, { 1, 2 } }, [3, 1], Two)(1).DecayedMinimizer, 1e-10);
        var error = Assert.Throws<AutodiffException>(() => LinearAlgebraTools.WeightDecay(new[,] { { 2, 1.001 }, { 1, 2 } }, [3, 1], Two));
        Assert.Equal("HessianInvalid", error.ErrorId);
        Assert.Contains("row 1, column 2", error.Message, StringComparison.Ordinal);
        Assert.Equal("HessianInvalid", Assert.Throws<AutodiffException>(() => LinearAlgebraTools.WeightDecay(new double[2, 3], [3, 1], Two)).ErrorId);
    }

    [Fact]
    public void An_indefinite_Hessian_is_an_error_that_names_the_eigenvalue()
    {
        var error = Assert.Throws<AutodiffException>(() => LinearAlgebraTools.WeightDecay(new double[,] { { 1, 0 }, { 0, -0.25 } }, [3, 1], Two));
        Assert.Equal("HessianIndefinite", error.ErrorId);
        Assert.Contains("-0.25", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_decay_has_to_be_a_number_from_0_up(double decay)
    {
        var analyze = LinearAlgebraTools.WeightDecay(new double[,] { { 1, 0 }, { 0, 1 } }, [3, 1], Two);
        Assert.Equal("DecayInvalid", Assert.Throws<AutodiffException>(() => analyze(decay)).ErrorId);
    }

    private static void Near(double[] expected, double[] actual, double tolerance = 1e-14)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{expected[i]} is not {actual[i]}");
    }
}
