using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;
using Xunit;
using static PSAutodiff.Tests.RegressionRangeTests;

namespace PSAutodiff.Tests;

/// <summary>Regressions on fewer rows than coefficients, where the rows are what is factored.</summary>
public sealed class WideRegressionTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 5)]
    [InlineData(6, 9)]
    [InlineData(30, 200)]
    public void Coefficients_are_those_of_the_pseudo_inverse(int rows, int features)
    {
        // A'(AA')^-1 y with A = [1 X].
        var (x, y) = Draw(rows, features, 1);
        var a = PreciseLinearAlgebra.From(WithOnes(x));
        var transpose = PreciseLinearAlgebra.Transpose(a);
        var exact = PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.Multiply(a, transpose), PreciseLinearAlgebra.Column(y)));
        var weights = Enumerable.Range(1, rows).Select(static i => (double)i).ToArray();
        // Weights do not matter to a fit without residuals.
        foreach (var result in new[] { Fit(x, y), Fit(x, y, weights: weights), Whitened(x, y) })
        {
            Assert.Equal(rows, result.Rank);
            Assert.Equal(features + 1, result.Aliased.Count);
            Assert.Equal(0, result.ResidualDegreesOfFreedom);
            Assert.All(result.StandardErrors.Values.Cast<double>(), static error => Assert.True(double.IsNaN(error)));
            if (rows > 1) Assert.Equal(1, result.RSquared, 1e-13);
            for (var j = 0; j <= features; j++) Assert.Equal(exact[j, 0].ToDoubleRoughly(), Coefficients(result)[j], 1e-12);
        }
    }

    [Fact]
    public void Repeated_rows_do_not_count_twice_and_are_averaged()
    {
        // Five rows, each twice with labels 1 apart: rank 5 of 10 rows, and an estimate of the noise from the other 5.
        var (x, y) = Draw(5, 20, 2);
        var (twice, labels) = (new double[10, 20], new double[10]);
        for (var i = 0; i < 10; i++)
        {
            for (var j = 0; j < 20; j++) twice[i, j] = x[i / 2, j];
            labels[i] = y[i / 2] + (i % 2) - 0.5;
        }

        var (one, two) = (Fit(x, y, false), Fit(twice, labels, false));
        Assert.Equal(5, two.Rank);
        Assert.Equal(5, two.ResidualDegreesOfFreedom);
        Assert.Equal(0.25, two.ResidualRisk, 1e-14);
        Assert.Equal(Math.Sqrt(0.5), two.ResidualStandardError, 1e-14);
        for (var j = 0; j < 20; j++) Assert.Equal(Coefficients(one)[j], Coefficients(two)[j], 1e-13);

        // s^2 |row of the pseudo-inverse|^2, where each of the doubled rows has half of it.
        var precise = PreciseLinearAlgebra.From(x);
        var transpose = PreciseLinearAlgebra.Transpose(precise);
        var identity = new double[5, 5];
        for (var i = 0; i < 5; i++) identity[i, i] = 1;
        var inverse = PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.Multiply(precise, transpose), PreciseLinearAlgebra.From(identity)));
        for (var j = 0; j < 20; j++)
        {
            var square = Enumerable.Range(0, 5).Sum(k => Math.Pow(inverse[j, k].ToDoubleRoughly(), 2)) / 2;
            Assert.Equal(Math.Sqrt(0.5 * square), (double)two.StandardErrors[j]!, 1e-13);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_ridge_is_that_of_the_normal_equations(bool hasIntercept)
    {
        const double ridge = 0.2;
        var (x, y) = Draw(8, 15, 3);
        var weights = Enumerable.Range(1, 8).Select(static i => (double)(i * i)).ToArray();
        var design = hasIntercept ? WithOnes(x) : x;
        var size = design.GetLength(1);
        var diagonal = Enumerable.Repeat(ridge * 8, size).ToArray();
        if (hasIntercept) diagonal[0] = 0;
        foreach (var weighted in new[] { false, true })
        {
            var (rows, labels) = ((double[,])design.Clone(), (double[])y.Clone());
            for (var i = 0; i < 8 && weighted; i++)
            {
                labels[i] *= i + 1;
                for (var j = 0; j < size; j++) rows[i, j] *= i + 1;
            }

            var exact = PreciseLinearAlgebra.NormalEquations(rows, labels, diagonal);
            var result = Fit(x, y, hasIntercept, ridge, weights: weighted ? weights : null);
            for (var j = 0; j < size; j++) Assert.Equal(exact[j, 0].ToDoubleRoughly(), Coefficients(result)[j], 1e-12);

            // K = (X'X + D)^-1 X': the trace of X K is what the fit takes, and the rows of K make the standard errors.
            var transpose = PreciseLinearAlgebra.Transpose(PreciseLinearAlgebra.From(rows));
            var gram = PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.From(rows));
            for (var j = 0; j < size; j++) gram[j, j] += PSAutodiff.Tests.BigFloat.FromDouble(diagonal[j]);
            var k = PreciseLinearAlgebra.Solve(gram, transpose);
            var hat = PreciseLinearAlgebra.Multiply(PreciseLinearAlgebra.From(rows), k);
            Assert.Equal(8 - Enumerable.Range(0, 8).Sum(i => hat[i, i].ToDoubleRoughly()), result.ResidualDegreesOfFreedom, 1e-12);
            for (var j = 0; j < size; j++)
            {
                var length = Math.Sqrt(Enumerable.Range(0, 8).Sum(i => Math.Pow(k[j, i].ToDoubleRoughly(), 2)));
                Assert.Equal(1, (double)result.StandardErrors[j]! / (result.ResidualStandardError * length), 1e-11);
            }
        }
    }

    [Fact]
    public void A_lasso_satisfies_its_optimality_conditions()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var (x, y) = Draw(12, 40, seed);
            var (lasso, ridge) = (0.05 * seed, seed % 2 == 0 ? 0 : 0.01);
            var result = Fit(x, y, true, ridge, lasso);
            var b = Coefficients(result);
            var rest = Enumerable.Range(0, 12).Select(i => y[i] - b[0] - Enumerable.Range(0, 40).Sum(j => x[i, j] * b[j + 1])).ToArray();
            Assert.True(result.Converged);
            Assert.Equal(12, result.Rank);
            Assert.Equal(0, rest.Sum(), 1e-11);
            Assert.InRange(b.Count(static coefficient => coefficient != 0), 2, 40);
            for (var j = 0; j < 40; j++)
            {
                var slope = (Enumerable.Range(0, 12).Sum(i => 2 * x[i, j] * rest[i]) / 12) - (2 * ridge * b[j + 1]);
                if (b[j + 1] == 0) Assert.True(Math.Abs(slope) <= lasso * (1 + 1e-9));
                else Assert.Equal(lasso * Math.Sign(b[j + 1]), slope, 1e-10);
            }
        }
    }

    [Fact]
    public void One_value_in_all_rows_is_named()
    {
        var (x, y) = Draw(4, 6, 4);
        for (var i = 0; i < 4; i++) x[i, 2] = 0.1;
        Assert.Equal(["x3"], Fit(x, y).Constant);
        Assert.Empty(Fit(x, y, false).Constant);
        Array.Fill(y, 0.1);
        Assert.True(double.IsNaN(Fit(x, y).RSquared));
        Assert.True(double.IsNaN(Fit(x, y, true, 0.1).RSquared));
        Assert.Equal(0, Fit(x, y, true, 0.1).ResidualRisk, 1e-30);
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(-530)]
    [InlineData(530)]
    public void Units_do_not_change_a_digit(int exponent)
    {
        var (x, y) = Draw(6, 10, 5);
        var scaled = new double[6, 10];
        for (var i = 0; i < 6; i++)
        {
            for (var j = 0; j < 10; j++) scaled[i, j] = Math.ScaleB(x[i, j], exponent);
        }

        var (one, other) = (Coefficients(Fit(x, y, false)), Coefficients(Fit(scaled, y, false)));
        for (var j = 0; j < 10; j++) Assert.Equal(Math.ScaleB(one[j], -exponent), other[j]);
    }

    [Fact]
    public void Nothing_but_zeros_has_rank_0()
    {
        var result = Fit(new double[2, 3], [1, 2], false);
        Assert.Equal(0, result.Rank);
        Assert.Equal([0, 0, 0], Coefficients(result));
        Assert.Equal(2.5, result.ResidualRisk);
    }

    // Memory stands for time: it does not depend on what else the machine does. To factor the columns takes their square.
    [Fact]
    public void Memory_grows_with_the_columns_and_not_with_their_square()
    {
        var small = Allocated(2000);
        Assert.InRange(small, 0, 2000L * 2000 * sizeof(double) / 2);
        Assert.InRange(Allocated(8000), small, 4.5 * small);

        static double Allocated(int features)
        {
            var (x, y) = Draw(30, features, 6);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(30, Fit(x, y).Rank);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void It_stops_when_it_is_told_to()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var (x, y) = Draw(10, 20, 7);
        foreach (var (rows, ridge, lasso) in new[] { (10, 0.0, 0.0), (10, 0.1, 0), (10, 0, 0.1) })
        {
            var regression = LinearAlgebraTools.Regression(new RegressionPlan([.. Enumerable.Range(1, 20).Select(static i => $"x{i}")], "y", true, ridge, lasso));
            regression.AddRange(x, y[..rows], null);
            Assert.Throws<OperationCanceledException>(() => regression.Finish(new RegressionWork(source.Token)));
        }
    }

    private static LinearRegressionResult Whitened(double[,] x, double[] y)
    {
        var covariance = new double[y.Length, y.Length];
        for (var i = 0; i < y.Length; i++)
        {
            for (var j = 0; j < y.Length; j++) covariance[i, j] = Math.Pow(0.5, Math.Abs(i - j));
        }

        var plan = new RegressionPlan([.. Enumerable.Range(1, x.GetLength(1)).Select(static i => $"x{i}")], "y", true, 0, 0);
        var regression = LinearAlgebraTools.Regression(plan, covariance, null);
        regression.AddRange(x, y, null);
        return regression.Finish();
    }

    private static double[,] WithOnes(double[,] x)
    {
        var design = new double[x.GetLength(0), x.GetLength(1) + 1];
        for (var i = 0; i < x.GetLength(0); i++)
        {
            design[i, 0] = 1;
            for (var j = 0; j < x.GetLength(1); j++) design[i, j + 1] = x[i, j];
        }

        return design;
    }
}
