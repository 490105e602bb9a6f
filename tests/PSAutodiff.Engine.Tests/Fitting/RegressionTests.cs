using System.Collections.Specialized;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Regressions against normal equations in high precision, and against what defines them.</summary>
public sealed class RegressionTests
{
    [Fact]
    public void An_ill_conditioned_polynomial_fit_agrees_with_high_precision()
    {
        // Degree 8 at 60 points of [0, 1): X'X would square a condition number that is large already.
        const int degree = 8;
        var (design, y) = (new double[60, degree + 1], new double[60]);
        for (var i = 0; i < 60; i++)
        {
            var x = i / 64.0;
            for (var k = 0; k <= degree; k++) design[i, k] = Math.Pow(x, k);
            y[i] = Math.Sin(7 * x) + (0.01 * ((i * 37 % 11) - 5));
        }

        var exact = PreciseLinearAlgebra.NormalEquations(design, y);
        var withOnes = Fit(design, y, hasIntercept: false);
        var withIntercept = Fit(WithoutFirst(design), y);
        for (var k = 0; k <= degree; k++)
        {
            Assert.True(PreciseLinearAlgebra.RelativeError(Coefficients(withOnes)[k], exact[k, 0]) <= 1e-10);
            Assert.True(PreciseLinearAlgebra.RelativeError(Coefficients(withIntercept)[k], exact[k, 0]) <= 1e-10);
        }

        Assert.False(withOnes.RankDeficient);
        var design280 = PreciseLinearAlgebra.From(design);
        var gram = PreciseLinearAlgebra.Multiply(PreciseLinearAlgebra.Transpose(design280), design280);
        var identity = new double[degree + 1, degree + 1];
        for (var k = 0; k <= degree; k++) identity[k, k] = 1;
        var inverse = PreciseLinearAlgebra.Solve(gram, PreciseLinearAlgebra.From(identity));
        for (var k = 0; k <= degree; k++)
        {
            var expected = withOnes.ResidualStandardError * Math.Sqrt(inverse[k, k].ToDoubleRoughly());
            Assert.Equal(1, (double)withOnes.StandardErrors[k]! / expected, 1e-7);
        }
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(127, 1e6)]
    [InlineData(128, 1e6)]
    [InlineData(16_384, 0)]
    [InlineData(50_000, 0)]
    [InlineData(50_000, 1e6)]
    public void Rows_one_by_one_and_arrays_give_the_same_bits(int rows, double level)
    {
        var (x, y) = Draw(rows, 6, 1);
        for (var i = 0; i < rows; i++) (x[i, 2], y[i]) = (level + x[i, 2], level + y[i]);
        var weights = new double[rows];
        for (var i = 0; i < rows; i++) weights[i] = 1 + (i % 3);
        var plan = Plan(6);
        var (single, array) = (LinearAlgebraTools.Regression(plan), LinearAlgebraTools.Regression(plan));
        var row = new double[6];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < 6; j++) row[j] = x[i, j];
            single.Add(row, y[i], weights[i]);
        }

        array.AddRange(x, y, weights);
        var (first, second) = (single.Finish(), array.Finish());
        Assert.Equal(rows, second.Rows);
        Assert.Equal(Coefficients(first), Coefficients(second));
        Assert.Equal(first.ResidualRisk, second.ResidualRisk);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ridge_is_the_normal_equations_with_lambda_N_on_the_diagonal_but_not_for_the_intercept(bool hasIntercept)
    {
        const double ridge = 0.3;
        var (x, y) = Draw(40, 3, 2);
        var design = hasIntercept ? WithOnes(x) : x;
        var diagonal = Enumerable.Repeat(ridge * 40, design.GetLength(1)).ToArray();
        if (hasIntercept) diagonal[0] = 0;
        var exact = PreciseLinearAlgebra.NormalEquations(design, y, diagonal);
        var result = Fit(x, y, hasIntercept, ridge);
        var coefficients = Coefficients(result);
        for (var i = 0; i < coefficients.Length; i++) Assert.True(PreciseLinearAlgebra.RelativeError(coefficients[i], exact[i, 0]) <= 1e-13);

        // tr(X (X'X + D)^-1 X'), column after column.
        var transpose = PreciseLinearAlgebra.Transpose(PreciseLinearAlgebra.From(design));
        var gram = PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.From(design));
        for (var i = 0; i < diagonal.Length; i++) gram[i, i] += BigFloat.FromDouble(diagonal[i]);
        var hat = PreciseLinearAlgebra.Multiply(PreciseLinearAlgebra.From(design), PreciseLinearAlgebra.Solve(gram, transpose));
        var trace = Enumerable.Range(0, 40).Sum(i => hat[i, i].ToDoubleRoughly());
        Assert.Equal(40 - trace, result.ResidualDegreesOfFreedom, 1e-10);
    }

    [Theory]
    [InlineData(0.05, 0.2, 1)]
    [InlineData(0.5, 0.01, 2)]
    [InlineData(1.5, 0.1, 3)]
    public void The_elastic_net_is_the_lasso_on_augmented_rows(double lasso, double ridge, int seed)
    {
        const int rows = 30;
        const int features = 6;
        var (x, y) = Draw(rows, features, seed);
        var net = Coefficients(Fit(x, y, false, ridge, lasso));

        // d more rows sqrt(lambda1) e_i with target 0, lambda1 = Ridge N; their mean loss is over N + d rows, hence the other factor.
        var (augmented, targets) = (new double[rows + features, features], new double[rows + features]);
        Array.Copy(x, augmented, x.Length);
        y.CopyTo(targets, 0);
        for (var i = 0; i < features; i++) augmented[rows + i, i] = Math.Sqrt(ridge * rows);
        var plain = Coefficients(Fit(augmented, targets, false, 0, lasso * rows / (rows + features)));
        Assert.Equal(net.Length, plain.Length);
        for (var i = 0; i < features; i++) Assert.Equal(net[i], plain[i], 1e-12);
        Assert.Contains(net, static coefficient => coefficient != 0);
    }

    [Fact]
    public void The_lasso_satisfies_its_optimality_conditions()
    {
        var zeros = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            // The last two columns are nearly the same.
            var (x, y) = Draw(25, 8, seed);
            for (var i = 0; i < 25; i++) x[i, 7] = x[i, 6] + (1e-3 * x[i, 7]);
            var (lasso, ridge) = (0.02 * seed, seed % 2 == 0 ? 0 : 0.01);
            var result = Fit(x, y, true, ridge, lasso);
            var b = Coefficients(result);
            var rest = new double[25];
            for (var i = 0; i < 25; i++)
            {
                rest[i] = y[i] - b[0];
                for (var j = 0; j < 8; j++) rest[i] -= x[i, j] * b[j + 1];
            }

            Assert.True(result.Converged);
            Assert.Equal(0, rest.Sum(), 1e-11);
            for (var j = 0; j < 8; j++)
            {
                var slope = Enumerable.Range(0, 25).Sum(i => 2 * x[i, j] * rest[i]) / 25 - (2 * ridge * b[j + 1]);
                if (b[j + 1] == 0) Assert.True(Math.Abs(slope) <= lasso * (1 + 1e-9));
                else Assert.Equal(lasso * Math.Sign(b[j + 1]), slope, 1e-10);
                if (b[j + 1] == 0) zeros++;
            }
        }

        Assert.InRange(zeros, 5, 150);
    }

    [Fact]
    public void A_large_lasso_leaves_the_mean_alone()
    {
        var (x, y) = Draw(20, 4, 3);
        Assert.Equal([y.Average(), 0, 0, 0, 0], Coefficients(Fit(x, y, true, 0, 1e6)).Select((value, i) => i == 0 ? Math.Round(value, 14) : value), static (a, b) => Math.Abs(a - b) <= 1e-13);
    }

    [Fact]
    public void Generalized_least_squares_is_its_formula()
    {
        const int rows = 12;
        var (x, y) = Draw(rows, 2, 4);
        var covariance = new double[rows, rows];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < rows; j++) covariance[i, j] = Math.Pow(0.7, Math.Abs(i - j)) * (1 + (0.1 * Math.Min(i, j)));
        }

        var design = PreciseLinearAlgebra.From(WithOnes(x));
        var transpose = PreciseLinearAlgebra.Transpose(design);
        var s = PreciseLinearAlgebra.From(covariance);
        var exact = PreciseLinearAlgebra.Solve(
            PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.Solve(s, design)),
            PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.Solve(s, PreciseLinearAlgebra.Column(y))));
        var regression = LinearAlgebraTools.Regression(Plan(2), covariance, null);
        regression.AddRange(x, y, null);
        var coefficients = Coefficients(regression.Finish());
        for (var i = 0; i < 3; i++) Assert.True(PreciseLinearAlgebra.RelativeError(coefficients[i], exact[i, 0]) <= 1e-12);

        // Rows that are missing take their rows and columns of the covariance with them.
        int[] picks = [0, 1, 3, 4, 6, 7, 8, 9, 10, 11];
        var (some, part) = (LinearAlgebraTools.Regression(Plan(2), covariance, picks), new double[10, 10]);
        for (var i = 0; i < 10; i++)
        {
            for (var j = 0; j < 10; j++) part[i, j] = covariance[picks[i], picks[j]];
        }

        var whole = LinearAlgebraTools.Regression(Plan(2), part, null);
        foreach (var i in picks)
        {
            some.Add([x[i, 0], x[i, 1]], y[i], 1);
            whole.Add([x[i, 0], x[i, 1]], y[i], 1);
        }

        Assert.Equal(Coefficients(whole.Finish()), Coefficients(some.Finish()));
    }

    [Fact]
    public void A_diagonal_covariance_is_weights_by_inverse_variances()
    {
        var (x, y) = Draw(15, 2, 5);
        var (covariance, weights) = (new double[15, 15], new double[15]);
        for (var i = 0; i < 15; i++) (covariance[i, i], weights[i]) = (i + 1.0, 1 / (i + 1.0));
        var (general, weighted) = (LinearAlgebraTools.Regression(Plan(2), covariance, null), LinearAlgebraTools.Regression(Plan(2)));
        general.AddRange(x, y, null);
        weighted.AddRange(x, y, weights);
        var (first, second) = (general.Finish(), weighted.Finish());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Coefficients(first)[i], Coefficients(second)[i], 1e-13);
            Assert.Equal((double)first.StandardErrors[i]!, (double)second.StandardErrors[i]!, 1e-13);
        }

        Assert.Equal(first.RSquared, second.RSquared, 1e-13);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1e-150)]
    [InlineData(1e100)]
    public void Dependent_columns_get_the_shortest_coefficients(double unit)
    {
        // The second feature is twice the first: b1 a + b2 2a, shortest with b2 = 2 b1.
        var (x, y) = Draw(20, 2, 6);
        for (var i = 0; i < 20; i++)
        {
            x[i, 0] *= unit;
            x[i, 1] = 2 * x[i, 0];
        }

        var alone = new double[20, 1];
        for (var i = 0; i < 20; i++) alone[i, 0] = x[i, 0];
        var (one, two) = (Fit(alone, y), Fit(x, y));
        Assert.Equal(2, two.Rank);
        Assert.True(two.RankDeficient);
        Assert.Equal(["x1", "x2"], two.Aliased);
        Assert.Empty(two.Constant);
        Assert.Equal(1, Coefficients(two)[1] / (Coefficients(one)[1] / 5), 1e-12);
        Assert.Equal(1, Coefficients(two)[2] / (2 * Coefficients(one)[1] / 5), 1e-12);
        Assert.Equal(one.ResidualRisk, two.ResidualRisk, 1e-13);
        Assert.Equal(one.ResidualDegreesOfFreedom, two.ResidualDegreesOfFreedom);
        Assert.Equal(1, (double)two.StandardErrors[1]! / ((double)one.StandardErrors[1]! / 5), 1e-12);
    }

    [Fact]
    public void A_constant_feature_shares_the_intercept()
    {
        var (x, y) = Draw(20, 2, 7);
        for (var i = 0; i < 20; i++) x[i, 1] = 3;
        var alone = new double[20, 1];
        for (var i = 0; i < 20; i++) alone[i, 0] = x[i, 0];
        var (one, two) = (Fit(alone, y), Fit(x, y));
        Assert.Equal(["x2"], two.Constant);
        Assert.Equal(["Intercept", "x2"], two.Aliased);
        Assert.Equal(Coefficients(one)[0] / 10, Coefficients(two)[0], 1e-13);
        Assert.Equal(3 * Coefficients(one)[0] / 10, Coefficients(two)[2], 1e-13);
        Assert.Equal(Coefficients(one)[1], Coefficients(two)[1], 1e-13);
        // The lasso leaves it out; without an intercept it is a feature like any other.
        Assert.Equal(0, Coefficients(Fit(x, y, true, 0, 1e-3))[2]);
        Assert.False(Fit(x, y, false).RankDeficient);
    }

    [Fact]
    public void More_features_than_rows_are_fitted_exactly_by_the_shortest_coefficients()
    {
        // X'(XX')^-1 y
        var (x, y) = Draw(4, 7, 8);
        var precise = PreciseLinearAlgebra.From(x);
        var transpose = PreciseLinearAlgebra.Transpose(precise);
        var exact = PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.Multiply(precise, transpose), PreciseLinearAlgebra.Column(y)));
        var result = Fit(x, y, false);
        Assert.Equal(4, result.Rank);
        Assert.Equal(0, result.ResidualDegreesOfFreedom);
        Assert.True(double.IsNaN(result.ResidualStandardError));
        Assert.Equal(0, result.ExpectedResidualRisk);
        for (var i = 0; i < 7; i++) Assert.Equal(exact[i, 0].ToDoubleRoughly(), Coefficients(result)[i], 1e-12);
    }

    [Fact]
    public void Nearly_dependent_columns_keep_their_rank()
    {
        var (x, y) = Draw(50, 2, 9);
        for (var i = 0; i < 50; i++) x[i, 1] = x[i, 0] + (1e-9 * x[i, 1]);
        Assert.Equal(3, Fit(x, y).Rank);
        // A year in seconds has a large mean, yet is not a constant.
        for (var i = 0; i < 50; i++) x[i, 1] = 1.7e9 + i;
        Assert.Equal(3, Fit(x, y).Rank);
    }

    [Fact]
    public void The_mean_squared_residual_is_N_minus_d_over_N_times_the_variance_on_average()
    {
        const int rows = 12;
        const int features = 3;
        const double deviation = 0.5;
        const int draws = 4000;
        var random = new RandomSource(10);
        var (x, y) = Draw(rows, features, 11);
        var (sum, squares) = (0.0, 0.0);
        for (var draw = 0; draw < draws; draw++)
        {
            for (var i = 0; i < rows; i++) y[i] = 1 + x[i, 0] - x[i, 2] + (deviation * random.NextNormal());
            var risk = Fit(x, y).ResidualRisk;
            sum += risk;
            squares += risk * risk;
        }

        var mean = sum / draws;
        var error = Math.Sqrt(((squares / draws) - (mean * mean)) / draws);
        Assert.InRange(mean, (8.0 / 12 * 0.25) - (4 * error), (8.0 / 12 * 0.25) + (4 * error));
    }

    [Fact]
    public void Results_that_are_too_large_are_an_error()
    {
        // The squares are no matter, but a coefficient of 1e350 and a risk of 1e400 are.
        foreach (var (x, y) in new[] { (1e-200, 1e150), (1.0, 1e200) })
        {
            var error = Assert.Throws<AutodiffException>(() => Fit(new double[,] { { x }, { 2 * x }, { 4 * x } }, [y, 2 * y, -y]));
            Assert.Equal("ValueNotFinite", error.ErrorId);
        }
    }

    [Fact]
    public void A_covariance_that_is_none_is_an_error()
    {
        var (x, y) = Draw(3, 1, 12);
        Assert.Equal("CovarianceInvalid", Error(new double[,] { { 1, 0.5, 0 }, { 0.4, 1, 0 }, { 0, 0, 1 } }).ErrorId);
        Assert.Contains("eigenvalue is -0.999", Error(new double[,] { { 1, 2, 0 }, { 2, 1, 0 }, { 0, 0, 1 } }).Message, StringComparison.Ordinal);
        Assert.Contains("singular", Error(new double[,] { { 1, 0, 0 }, { 0, 0, 0 }, { 0, 0, 1 } }).Message, StringComparison.Ordinal);
        Assert.Contains("3 rows", Error(new double[,] { { 1, 0 }, { 0, 1 } }).Message, StringComparison.Ordinal);

        AutodiffException Error(double[,] covariance) => Assert.Throws<AutodiffException>(() =>
        {
            var regression = LinearAlgebraTools.Regression(Plan(1), covariance, null);
            regression.AddRange(x, y, null);
            regression.Finish();
        });
    }

    private static RegressionPlan Plan(int features, bool hasIntercept = true, double ridge = 0, double lasso = 0) =>
        new([.. Enumerable.Range(1, features).Select(static i => $"x{i}")], "y", hasIntercept, ridge, lasso);

    private static LinearRegressionResult Fit(double[,] x, double[] y, bool hasIntercept = true, double ridge = 0, double lasso = 0)
    {
        var regression = LinearAlgebraTools.Regression(Plan(x.GetLength(1), hasIntercept, ridge, lasso));
        regression.AddRange(x, y, null);
        return regression.Finish();
    }

    private static double[] Coefficients(LinearRegressionResult result) => Values(result.Coefficients);

    private static double[] Values(OrderedDictionary named) => [.. named.Values.Cast<double>()];

    private static (double[,] X, double[] Y) Draw(int rows, int features, int seed)
    {
        var random = new RandomSource(seed);
        var (x, y) = (new double[rows, features], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            y[i] = 1 + random.NextNormal();
            for (var j = 0; j < features; j++)
            {
                x[i, j] = random.NextUniform(2);
                y[i] += (j - 1) * x[i, j];
            }
        }

        return (x, y);
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

    private static double[,] WithoutFirst(double[,] design)
    {
        var x = new double[design.GetLength(0), design.GetLength(1) - 1];
        for (var i = 0; i < x.GetLength(0); i++)
        {
            for (var j = 0; j < x.GetLength(1); j++) x[i, j] = design[i, j + 1];
        }

        return x;
    }
}
