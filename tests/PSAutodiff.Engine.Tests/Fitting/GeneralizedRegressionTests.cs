using System.Collections.Specialized;
using System.Globalization;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Logistic and Poisson regressions against Newton's method in 50 digits, and against the equations that define them.</summary>
public sealed class GeneralizedRegressionTests
{
    // mtcars of R, from Henderson and Velleman 1981.
    private static readonly Lazy<Dictionary<string, double[]>> Cars = new(() =>
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "mtcars.csv"));
        var names = lines[0].Split(',');
        var cells = lines.Skip(1).Select(static line => line.Split(',')).ToArray();
        return Enumerable.Range(1, names.Length - 1).ToDictionary(j => names[j], j => Array.ConvertAll(cells, row => double.Parse(row[j], CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void A_logistic_regression_has_the_numbers_of_glm()
    {
        // glm(am ~ wt + hp, binomial): coefficient, standard error, z, p, by Newton's method in 50 digits.
        var fit = Fit(RegressionFamily.Binomial, Cars.Value["am"], null, Cars.Value["wt"], Cars.Value["hp"]);
        Same(
            fit,
            [
                [18.866298717204155, 7.4435584279817278, 2.534580590686601, 0.011258202740763003],
                [-8.083475182444649, 3.0686752753905919, -2.6341904753723919, 0.0084338160612911035],
                [0.036255596082216615, 0.017734154331947037, 2.0443938517499134, 0.040914654210384267],
            ],
            10.059110472266987,
            43.229733276857806,
            16.059110472266987,
            20.456318180666167);
        Assert.Equal(31, fit.NullDegreesOfFreedom);
        Assert.Equal(29, fit.ResidualDegreesOfFreedom);
    }

    [Fact]
    public void A_Poisson_regression_has_the_numbers_of_glm() =>
        Same(
            Fit(RegressionFamily.Poisson, Cars.Value["carb"], null, Cars.Value["wt"]),
            [
                [0.23914874312607533, 0.37453527330813767, 0.63852128269190514, 0.52313440447183028],
                [0.23859351724585504, 0.10417211288130431, 2.2903780162135432, 0.021999412788015064],
            ],
            21.962333259190546,
            27.043357450132138,
            115.32798291659833,
            118.25945472219778);

    [Fact]
    public void Weights_are_numbers_of_equal_rows() =>
        Same(
            Fit(RegressionFamily.Poisson, Cars.Value["carb"], Cars.Value["cyl"], Cars.Value["wt"]),
            [
                [0.42913645143195105, 0.15652474197003992, 2.741652508292211, 0.0061130974858601177],
                [0.19495646103048246, 0.041870662972154364, 4.6561589234958177, 3.2216328915277469e-6],
            ],
            138.6211320129687,
            159.85483111187361,
            713.37659417864709,
            716.30806598424655);

    [Fact]
    public void Parts_of_trials_are_a_binomial_label_with_the_trials_as_weights()
    {
        // Moths killed of 20 by log dose and sex (Collett 1991; Venables and Ripley, Modern Applied Statistics with S, 7.2).
        double[] dead = [1, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16];
        var fit = Fit(
            RegressionFamily.Binomial,
            Array.ConvertAll(dead, static count => count / 20),
            [.. Enumerable.Repeat(20.0, 12)],
            [.. dead.Select(static (_, i) => i < 6 ? 1.0 : 0)],
            [.. dead.Select(static (_, i) => i % 6.0)]);
        Same(
            fit,
            [
                [-3.473155307087138, 0.46852037920209612, -7.413029317960561, 1.2344658213896116e-13],
                [1.1007433629953534, 0.35582713091945324, 3.0934778923435241, 0.0019782529160056989],
                [1.0642139699193682, 0.13107748952728444, 8.1189682054281842, 4.7016365964998734e-16],
            ],
            6.75706423222891,
            124.8755926044078,
            42.867465233645388,
            44.322185183009389);
    }

    [Theory]
    [InlineData(RegressionFamily.Binomial, 40, 1, 1)]
    [InlineData(RegressionFamily.Binomial, 400, 4, 2)]
    [InlineData(RegressionFamily.Poisson, 40, 2, 3)]
    [InlineData(RegressionFamily.Poisson, 400, 5, 4)]
    public void The_gradient_of_the_likelihood_vanishes_where_the_fit_says(RegressionFamily family, int rows, int features, int seed)
    {
        var random = new RandomSource(seed);
        var columns = Enumerable.Range(0, features).Select(_ => Enumerable.Range(0, rows).Select(_ => random.NextUniform(2)).ToArray()).ToArray();
        var weights = Enumerable.Range(0, rows).Select(i => 1.0 + (i % 3)).ToArray();
        var labels = Enumerable.Range(0, rows).Select(i =>
        {
            var linear = 0.3 + columns.Select((column, j) => column[i] * (j % 2 == 0 ? 0.7 : -0.4)).Sum();
            var draw = (random.NextUniform(1) + 1) / 2;
            return family == RegressionFamily.Binomial ? (draw < 1 / (1 + Math.Exp(-linear)) ? 1.0 : 0) : Math.Floor(2 * draw * Math.Exp(linear));
        }).ToArray();
        var fit = Fit(family, labels, weights, columns);
        Assert.True(fit.Converged);
        Assert.Empty(fit.Separated);
        var b = Values(fit.Coefficients);
        for (var j = -1; j < features; j++)
        {
            var (sum, size) = (0.0, 0.0);
            for (var i = 0; i < rows; i++)
            {
                var linear = b[0] + columns.Select((column, k) => column[i] * b[k + 1]).Sum();
                var mean = family == RegressionFamily.Binomial ? 1 / (1 + Math.Exp(-linear)) : Math.Exp(linear);
                var term = weights[i] * (j < 0 ? 1 : columns[j][i]);
                (sum, size) = (sum + (term * (labels[i] - mean)), size + (Math.Abs(term) * (labels[i] + mean)));
            }

            Assert.InRange(Math.Abs(sum / size), 0, 1e-14);
        }
    }

    [Fact]
    public void Units_of_a_column_change_its_coefficient_and_nothing_else()
    {
        var (labels, wt, hp) = (Cars.Value["am"], Cars.Value["wt"], Cars.Value["hp"]);
        var plain = Fit(RegressionFamily.Binomial, labels, null, wt, hp);
        var scaled = Fit(RegressionFamily.Binomial, labels, null, Array.ConvertAll(wt, static x => x * 1e-9), Array.ConvertAll(hp, static x => 1e5 + x));
        Near(Values(plain.Coefficients)[1] * 1e9, Values(scaled.Coefficients)[1], 1e-11);
        Near(Values(plain.StandardErrors)[2], Values(scaled.StandardErrors)[2], 1e-11);
        Near(plain.Deviance, scaled.Deviance, 1e-11);
    }

    [Fact]
    public void Classes_that_a_column_tells_apart_are_separated_and_their_coefficients_infinite()
    {
        double[] x = [.. Enumerable.Range(1, 10)];
        var fit = Fit(RegressionFamily.Binomial, [.. x.Select(static value => value > 5 ? 1.0 : 0)], null, x);
        Assert.Equal(["Intercept", "x1"], fit.Separated);
        Assert.False(fit.Converged);
        Assert.Equal(2, fit.Rank);
        Assert.InRange(fit.Deviance, 0, 1e-5);
        Assert.All(Values(fit.StandardErrors), static error => Assert.Equal(double.PositiveInfinity, error));
        Assert.All(Values(fit.PValues), static p => Assert.True(double.IsNaN(p)));
    }

    [Fact]
    public void What_separates_a_part_of_the_rows_leaves_the_other_coefficients_as_they_are_without_these_rows()
    {
        // The group of the last rows has one class alone.
        double[] x = [.. Enumerable.Range(1, 12)];
        double[] labels = [.. x.Select(static value => value > 9 || value % 3 == 0 ? 1.0 : 0)];
        var fit = Fit(RegressionFamily.Binomial, labels, null, x, [.. x.Select(static value => value > 9 ? 1.0 : 0)]);
        Assert.Equal(["x2"], fit.Separated);
        var others = Fit(RegressionFamily.Binomial, labels[..9], null, x[..9]);
        Assert.Empty(others.Separated);
        for (var j = 0; j < 2; j++)
        {
            Near(Values(others.Coefficients)[j], Values(fit.Coefficients)[j], 1e-6);
            Near(Values(others.StandardErrors)[j], Values(fit.StandardErrors)[j], 1e-5);
        }

        Near(others.Deviance, fit.Deviance, 1e-6);
    }

    [Fact]
    public void Counts_of_zero_in_a_whole_group_are_separated_too()
    {
        double[] x = [.. Enumerable.Range(1, 12)];
        var fit = Fit(RegressionFamily.Poisson, [.. x.Select(static value => value > 9 ? 0.0 : value % 4)], null, x, [.. x.Select(static value => value > 9 ? 1.0 : 0)]);
        Assert.Equal(["x2"], fit.Separated);
        Assert.Equal(["Intercept"], Fit(RegressionFamily.Poisson, [0, 0, 0], null, [1, 2, 3]).Separated);
    }

    [Fact]
    public void Classes_that_overlap_by_little_are_not_called_separated()
    {
        double[] x = [.. Enumerable.Range(0, 40)];
        var fit = Fit(RegressionFamily.Binomial, [.. x.Select(static value => value >= 20 ^ value is 19 or 20 ? 1.0 : 0)], null, x);
        Assert.Empty(fit.Separated);
        Assert.True(fit.Converged);
        Assert.InRange(Values(fit.Coefficients)[1], 0.5, 3);
    }

    [Fact]
    public void More_coefficients_than_rows_have_the_shortest_solution_and_no_standard_errors()
    {
        var fit = Fit(RegressionFamily.Poisson, [1, 3], null, [1, 2], [2, 1], [5, 1]);
        Assert.Equal(2, fit.Rank);
        Assert.True(fit.RankDeficient);
        Assert.Equal(0, fit.ResidualDegreesOfFreedom);
        Assert.InRange(fit.Deviance, 0, 1e-20);
        Assert.All(Values(fit.StandardErrors), static error => Assert.True(double.IsNaN(error)));

        // The shortest b with b0 + b1 + 2 b2 + 5 b3 = 0 and b0 + 2 b1 + b2 + b3 = log 3 is a combination of the two rows.
        var t = Math.Log(3) / ((31 * 7) - (10.0 * 10));
        double[] expected = [t * (31 - 10), t * (62 - 10), t * (31 - 20), t * (31 - 50)];
        for (var j = 0; j < 4; j++) Near(expected[j], Values(fit.Coefficients)[j], 1e-12);
    }

    [Fact]
    public void Labels_that_are_no_counts_have_a_fit_and_no_likelihood()
    {
        var fit = Fit(RegressionFamily.Poisson, [0.5, 1.25, 4], null, [1, 2, 3]);
        Assert.True(fit.Converged);
        Assert.True(double.IsNaN(fit.Aic) && double.IsNaN(fit.Bic));
        Assert.True(double.IsNaN(Fit(RegressionFamily.Binomial, [0.5, 0.25, 0.4], null, [1, 2, 3]).Aic));
    }

    [Fact]
    public void A_label_of_one_value_has_a_slope_of_zero_and_no_deviance()
    {
        var fit = Fit(RegressionFamily.Poisson, [3, 3, 3, 3], null, [1, 2, 3, 4]);
        Near(Math.Log(3), Values(fit.Coefficients)[0], 1e-14);
        Assert.Equal(0, Values(fit.Coefficients)[1], 1e-14);
        Assert.InRange(fit.Deviance, 0, 1e-25);
        Assert.InRange(fit.NullDeviance, 0, 1e-25);
    }

    [Fact]
    public void Without_an_intercept_the_null_model_is_one_half_or_one()
    {
        var plan = new RegressionPlan(["x1"], "y", false, 0, 0);
        var work = new RegressionWork(CancellationToken.None);
        var binomial = LinearAlgebraTools.Regression(plan, RegressionFamily.Binomial, [], [1, 2, -1, 3], [1, 0, 0, 1], null, work);
        Near(8 * Math.Log(2), binomial.NullDeviance, 1e-14);
        Assert.Equal(4, binomial.NullDegreesOfFreedom);
        var poisson = LinearAlgebraTools.Regression(plan, RegressionFamily.Poisson, [], [1, 2, -1, 3], [1, 0, 2, 1], null, work);
        Near(2 * ((2 * Math.Log(2)) - 1 + 1), poisson.NullDeviance, 1e-14);
    }

    [Fact]
    public void Its_expression_is_the_predicted_mean()
    {
        var fit = Fit(RegressionFamily.Binomial, Cars.Value["am"], null, Cars.Value["wt"], Cars.Value["hp"]);
        Assert.Equal(["x1", "x2"], fit.Expression.Variables);
        var b = Values(fit.Coefficients);
        var expected = 1 / (1 + Math.Exp(-(b[0] + (b[1] * 2.62) + (b[2] * 110))));
        Near(expected, CompiledExpression.Compile([fit.Expression], ["x1", "x2"]).Evaluate(2.62, 110), 1e-14);
        Assert.StartsWith("exp", Fit(RegressionFamily.Poisson, [1, 2, 4], null, [1, 2, 3]).Expression.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Large_counts_keep_their_digits()
    {
        // Two groups: the coefficients are logarithms of means, and the saturated likelihood is Stirling's error.
        var fit = Fit(RegressionFamily.Poisson, [1e6, 1e6 + 2000, 3e6, 3e6 - 1000], null, [0, 0, 1, 1]);
        Near(Math.Log(1_001_000), Values(fit.Coefficients)[0], 1e-15);
        Near(Math.Sqrt(1 / 2_002_000.0), Values(fit.StandardErrors)[0], 1e-13);
        // 2 (x log(x/m) - x + m) summed in 50 digits; then -2 log likelihood + 4.
        Near(2.1646967801842, fit.Deviance, 1e-9);
        Near(70.9771369129, fit.Aic, 1e-7);
    }

    private static GeneralizedRegressionResult Fit(RegressionFamily family, double[] labels, double[]? weights, params double[][] columns)
    {
        var features = new double[labels.Length * columns.Length];
        for (var i = 0; i < features.Length; i++) features[i] = columns[i % columns.Length][i / columns.Length];
        var plan = new RegressionPlan([.. columns.Select(static (_, j) => $"x{j + 1}")], "y", true, 0, 0);
        return LinearAlgebraTools.Regression(plan, family, [], features, labels, weights, new RegressionWork(CancellationToken.None));
    }

    private static void Same(GeneralizedRegressionResult fit, double[][] table, double deviance, double nullDeviance, double aic, double bic)
    {
        OrderedDictionary[] columns = [fit.Coefficients, fit.StandardErrors, fit.ZValues, fit.PValues];
        Assert.Equal(table.Length, fit.Coefficients.Count);
        for (var i = 0; i < table.Length; i++)
        {
            for (var j = 0; j < columns.Length; j++) Near(table[i][j], Values(columns[j])[i], 1e-11);
        }

        Near(deviance, fit.Deviance, 1e-12);
        Near(nullDeviance, fit.NullDeviance, 1e-12);
        Near(aic, fit.Aic, 1e-12);
        Near(bic, fit.Bic, 1e-12);
        Assert.True(fit.Converged);
        Assert.Empty(fit.Separated);
    }

    private static double[] Values(OrderedDictionary named) => [.. named.Values.Cast<double>()];

    private static void Near(double expected, double actual, double within) =>
        Assert.True(Math.Abs(actual - expected) <= within * Math.Abs(expected), $"expected {expected:r}, was {actual:r}");
}
