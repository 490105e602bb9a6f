using System.Globalization;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Limits about predictions against numpy's and SciPy's, formulas of textbooks and central differences.</summary>
public sealed class ModelLimitsTests
{
    private static readonly double[] X = [1, 2, 3, 4, 5, 6, 8, 10];
    private static readonly double[] Y = [2.1, 3.9, 6.2, 7.8, 10.1, 11.7, 16.4, 19.8];

    // mtcars of R, from Henderson and Velleman 1981.
    private static readonly Lazy<Dictionary<string, double[]>> Cars = new(() =>
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "mtcars.csv"));
        var names = lines[0].Split(',');
        var cells = lines.Skip(1).Select(static line => line.Split(',')).ToArray();
        return Enumerable.Range(1, names.Length - 1).ToDictionary(j => names[j], j => Array.ConvertAll(cells, row => double.Parse(row[j], CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void A_regression_has_the_intervals_of_lm()
    {
        // lm(mpg ~ wt + hp) at wt 3, hp 120, by numpy.
        var fit = Linear(["wt", "hp"], "mpg");
        double[,] row = { { 3, 120 } };
        Near(21.78102425137361, fit.Predict(row)[0, 0]);
        Near([20.771780107382398, 22.79026839536482], fit.LimitsFor(row, PredictionInterval.Confidence, 0.95));
        Near([16.381738119543602, 27.180310383203615], fit.LimitsFor(row, PredictionInterval.Prediction, 0.95));
    }

    [Fact]
    public void A_straight_line_has_the_intervals_of_textbooks_however_it_is_fitted()
    {
        // t of 6 degrees of freedom, 0.975.
        const double t = 2.4469118511449692;
        var (mean, sum) = (X.Average(), 0.0);
        foreach (var x in X) sum += (x - mean) * (x - mean);
        var slope = X.Zip(Y, (x, y) => (x - mean) * y).Sum() / sum;
        var intercept = Y.Average() - (slope * mean);
        var s = Math.Sqrt(X.Zip(Y, (x, y) => Math.Pow(y - intercept - (slope * x), 2)).Sum() / 6);
        var regression = LinearAlgebraTools.Regression(new RegressionPlan(["x"], "y", true, 0, 0));
        for (var i = 0; i < X.Length; i++) regression.Add([X[i]], Y[i], 1);
        foreach (var fit in new IAutodiffModel[] { regression.Finish(), Curve("a*x + b", [1, 1]) })
        {
            foreach (var x in new[] { -3.0, 4.5, 40 })
            {
                var (value, error) = (intercept + (slope * x), s * Math.Sqrt((1.0 / X.Length) + ((x - mean) * (x - mean) / sum)));
                Near(value, fit.Predict(new[,] { { x } })[0, 0]);
                Near([value - (t * error), value + (t * error)], fit.LimitsFor(new[,] { { x } }, PredictionInterval.Confidence, 0.95));
                var wide = t * Math.Sqrt((error * error) + (s * s));
                Near([value - wide, value + wide], fit.LimitsFor(new[,] { { x } }, PredictionInterval.Prediction, 0.95));
            }
        }
    }

    [Fact]
    public void Limits_far_from_zero_keep_their_digits()
    {
        // Years: products with the covariance itself would cancel.
        var regression = LinearAlgebraTools.Regression(new RegressionPlan(["x"], "y", true, 0, 0));
        for (var i = 0; i < X.Length; i++) regression.Add([1e6 + X[i]], Y[i], 1);
        var near = LinearAlgebraTools.Regression(new RegressionPlan(["x"], "y", true, 0, 0));
        for (var i = 0; i < X.Length; i++) near.Add([X[i]], Y[i], 1);
        var (far, exact) = (regression.Finish().LimitsFor(new[,] { { 1e6 + 4 } }, PredictionInterval.Confidence, 0.9), near.Finish().LimitsFor(new double[,] { { 4 } }, PredictionInterval.Confidence, 0.9));
        Near(exact[0, 1] - exact[0, 0], far[0, 1] - far[0, 0], 1e-8);
    }

    [Fact]
    public void A_logistic_and_a_Poisson_regression_have_limits_on_the_scale_of_the_link()
    {
        // glm(am ~ wt + hp, binomial) and glm(carb ~ wt, poisson) by Newton's method in numpy; normal quantiles.
        var logistic = Generalized(RegressionFamily.Binomial, ["wt", "hp"], "am");
        Near(0.26241477073144703, logistic.Predict(new double[,] { { 3, 120 } })[0, 0], 1e-10);
        Near([0.046806954445418145, 0.7204862928388728], logistic.LimitsFor(new double[,] { { 3, 120 } }, PredictionInterval.Confidence, 0.95), 1e-9);
        var counts = Generalized(RegressionFamily.Poisson, ["wt"], "carb");
        Near(2.5984868500571077, counts.Predict(new double[,] { { 3 } })[0, 0], 1e-10);
        Near([2.1493653390577974, 3.1414547295526756], counts.LimitsFor(new double[,] { { 3 } }, PredictionInterval.Confidence, 0.9), 1e-9);
        var error = Assert.Throws<AutodiffException>(() => counts.LimitsFor(new double[,] { { 3 } }, PredictionInterval.Prediction, 0.9));
        Assert.Equal(ErrorIds.LimitsMissing, error.ErrorId);
    }

    [Fact]
    public void A_curve_has_the_bands_of_the_delta_method()
    {
        var fit = Curve("a*x^b + c", [2, 1, 0.1]);
        const double t = 2.5705818366147395;
        foreach (var x in new[] { 0.5, 5, 12 })
        {
            double[] point = [.. fit.Parameters.Values.Cast<double>()];
            var slopes = new double[3];
            for (var i = 0; i < 3; i++)
            {
                var step = 1e-6 * Math.Max(1, Math.Abs(point[i]));
                var (up, down) = ((double[])point.Clone(), (double[])point.Clone());
                (up[i], down[i]) = (up[i] + step, down[i] - step);
                slopes[i] = (Value(up) - Value(down)) / (up[i] - down[i]);
            }

            var variance = 0.0;
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < 3; j++) variance += slopes[i] * fit.Covariance[i, j] * slopes[j];
            }

            var limits = fit.LimitsFor(new[,] { { x } }, PredictionInterval.Confidence, 0.95);
            Near(Value(point), (limits[0, 0] + limits[0, 1]) / 2, 1e-12);
            Near(2 * t * Math.Sqrt(variance), limits[0, 1] - limits[0, 0], 1e-5);
            limits = fit.LimitsFor(new[,] { { x } }, PredictionInterval.Prediction, 0.95);
            Near(2 * t * Math.Sqrt(variance + (fit.ResidualStandardError * fit.ResidualStandardError)), limits[0, 1] - limits[0, 0], 1e-5);

            double Value(double[] p) => (p[0] * Math.Pow(x, p[1])) + p[2];
        }
    }

    [Fact]
    public void What_has_no_limits_says_why()
    {
        double[,] row = { { 1, 2 } };
        IAutodiffModel network = Network.Create(2, [(1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        foreach (var model in new[] { network, new ExpressionModel(ExprNode.Parse("x + y")) })
        {
            Assert.Equal(ErrorIds.LimitsMissing, Assert.Throws<AutodiffException>(() => model.LimitsFor(row, PredictionInterval.Confidence, 0.95)).ErrorId);
        }

        var dependent = LinearAlgebraTools.Regression(new RegressionPlan(["x", "z"], "y", true, 0, 0));
        for (var i = 0; i < X.Length; i++) dependent.Add([X[i], 2 * X[i]], Y[i], 1);
        Assert.Contains("x, z", Assert.Throws<AutodiffException>(() => dependent.Finish().LimitsFor(row, PredictionInterval.Confidence, 0.95)).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.ArgumentInvalid, Assert.Throws<AutodiffException>(() => Linear(["wt", "hp"], "mpg").LimitsFor(row, PredictionInterval.Confidence, 1)).ErrorId);
        Assert.Equal(ErrorIds.LengthMismatch, Assert.Throws<AutodiffException>(() => Linear(["wt"], "mpg").Predict(row)).ErrorId);
    }

    [Fact]
    public void Limits_survive_text()
    {
        var curve = Curve("a*exp(b*x)", [2, 0.2]);
        var again = (CurveFitResult)ObjectText.Read(ObjectText.Write(curve), typeof(CurveFitResult));
        Assert.Equal(curve.LimitsFor(new[,] { { 3.0 } }, PredictionInterval.Prediction, 0.95), again.LimitsFor(new[,] { { 3.0 } }, PredictionInterval.Prediction, 0.95));
        var linear = Linear(["wt", "hp"], "mpg");
        var read = (LinearRegressionResult)ObjectText.Read(ObjectText.Write(linear), typeof(LinearRegressionResult));
        Assert.Equal(linear.LimitsFor(new[,] { { 3.0, 120 } }, PredictionInterval.Prediction, 0.95), read.LimitsFor(new[,] { { 3.0, 120 } }, PredictionInterval.Prediction, 0.95));
        Assert.Equal(linear.Covariance, read.Covariance);
    }

    [Fact]
    public void The_expression_of_a_network_gives_what_it_predicts()
    {
        var network = Network.Create(2, [(3, ActivationFunction.Tanh), (2, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 3, NetworkPrecision.Double);
        var outputs = new ExpressionModel(network.Expression).Predict(new[,] { { 0.3, -1.2 } });
        Assert.Equal(2, outputs.Length);
        for (var i = 0; i < 2; i++) Near(network.Predict(new[,] { { 0.3, -1.2 } })[0, i], outputs[0, i], 1e-14);
    }

    private static void Near(double expected, double actual, double tolerance = 1e-11) => Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{actual:R} instead of {expected:R}");

    private static void Near(double[] expected, double[,] actual, double tolerance = 1e-11)
    {
        for (var i = 0; i < 2; i++) Near(expected[i], actual[0, i], tolerance);
    }

    private static CurveFitResult Curve(string model, double[] start) =>
        new CurveFit(ExprNode.Parse(model), ExprNode.Variable("y"), new DataRows(["x", "y"], [X, Y], [1, 1], X.Length, RowTotal.Sum)).Run(start, new CurveFitOptions(), TestContext.Current.CancellationToken);

    private static LinearRegressionResult Linear(string[] features, string label)
    {
        var regression = LinearAlgebraTools.Regression(new RegressionPlan(features, label, true, 0, 0));
        for (var i = 0; i < Cars.Value[label].Length; i++) regression.Add([.. features.Select(name => Cars.Value[name][i])], Cars.Value[label][i], 1);
        return regression.Finish();
    }

    private static GeneralizedRegressionResult Generalized(RegressionFamily family, string[] features, string label) =>
        LinearAlgebraTools.Regression(
            new RegressionPlan(features, label, true, 0, 0),
            family,
            [],
            [.. Enumerable.Range(0, Cars.Value[label].Length).SelectMany(i => features.Select(name => Cars.Value[name][i]))],
            Cars.Value[label],
            null,
            new RegressionWork(CancellationToken.None));
}
