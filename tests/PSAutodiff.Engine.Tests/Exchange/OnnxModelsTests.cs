using System.Globalization;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Fitting;
using PSAutodiff.Fuzz;
using PSAutodiff.LinearAlgebra;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Regressions, curve fits and random expressions in ONNX Runtime against what they predict.</summary>
public sealed class OnnxModelsTests
{
    private const double ForSingle = 1e-6;
    private const double ForDouble = 1e-12;

    [Fact]
    public void Random_linear_regressions_give_the_same_numbers()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var (rows, features) = Table(random);
            var regression = LinearAlgebraTools.Regression(new RegressionPlan(features, "y", seed % 3 > 0, 0, 0));
            for (var i = 0; i < rows.GetLength(0); i++) regression.Add(Row(rows, i), Enumerable.Range(0, features.Length).Sum(j => (j - 1.5) * rows[i, j]) + random.NextDouble(), 1);
            Check(regression.Finish(), rows, seed, "output");
        }
    }

    [Theory]
    [InlineData(RegressionFamily.Binomial)]
    [InlineData(RegressionFamily.Poisson)]
    public void Random_generalized_regressions_give_the_same_numbers(RegressionFamily family)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var (rows, features) = Table(random);
            double[] labels = [.. Enumerable.Range(0, rows.GetLength(0)).Select(_ => family == RegressionFamily.Binomial ? random.Next(2) : (double)random.Next(6))];
            var plan = new RegressionPlan(features, "y", true, 0, 0.1);
            Check(LinearAlgebraTools.Regression(plan, family, [], [.. rows.Cast<double>()], labels, null, new RegressionWork(CancellationToken.None)), rows, seed, null);
        }
    }

    [Theory]
    [InlineData("a*x + b", 1.5, 0.2)]
    [InlineData("a*exp(b*x)", 2, 0.1)]
    [InlineData("a*x^b", 2, 0.8)]
    [InlineData("a*log(x) + b", 2, 0.8)]
    [InlineData("a/(1 + exp(-b*x))", 5, 0.8)]
    public void Curve_fits_give_the_same_numbers(string text, double a, double b)
    {
        var random = new Random(7);
        var rows = ExchangeSamples.Rows(random, 12, 1, 0.5, 4);
        double[] x = [.. rows.Cast<double>()];
        double[] y = [.. x.Select(value => new ExpressionModel(ExprNode.Parse(text.Replace("a", a.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("b", b.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))).Predict(new[,] { { value } })[0, 0] + (0.01 * random.NextDouble()))];
        var fit = new CurveFit(ExprNode.Parse(text), ExprNode.Variable("y"), new DataRows(["x", "y"], [x, y], [1, 1], x.Length, RowTotal.Sum)).Run([a, b], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Check(fit, rows, 7, "output");
    }

    [Fact]
    public void Random_expressions_give_the_same_numbers_or_are_refused_by_name()
    {
        var (written, refused) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var text = ArrayGrammar.Make(random, 12, isSmooth: true, isNumber: true).Text;
            var model = new ExpressionModel(ExprNode.Parse(text));
            byte[] bytes;
            try
            {
                bytes = OnnxWriter.Write(PortableModel.Of(model), NetworkPrecision.Double, 17 + (seed % 5), "1.0");
            }
            catch (AutodiffException exception)
            {
                Assert.Equal("FormatUnsupported", exception.ErrorId);
                Assert.True(exception.Message.Contains('\'', StringComparison.Ordinal) || exception.Message.Contains("no inputs", StringComparison.Ordinal), exception.Message);
                refused++;
                continue;
            }

            using var session = new OnnxSession(bytes);
            var rows = ExchangeSamples.Rows(random, 1 + (seed % 7), model.Inputs.Count, -1, 1);
            var distance = ExchangeSamples.Distance(model.Predict(rows), session.Run(rows, "output"));
            Assert.True(distance <= ForDouble, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {distance:e2}: {text}"));
            written++;
        }

        Assert.True(written > 150, string.Create(CultureInfo.InvariantCulture, $"{written} were written and {refused} refused."));
    }

    private static (double[,] Rows, string[] Features) Table(Random random)
    {
        var count = 1 + random.Next(4);
        return (ExchangeSamples.Rows(random, 30, count), [.. Enumerable.Range(1, count).Select(static j => $"x{j}")]);
    }

    private static double[] Row(double[,] rows, int i) => [.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[i, j])];

    // Single numbers are as far off as they are large on the way: the scale is that of the largest number of the batch.
    private static void Check(IAutodiffModel model, double[,] rows, int seed, string? output)
    {
        var portable = PortableModel.Of(model);
        var expected = model.Predict(rows);
        output ??= portable.GivesProbabilities ? "probabilities" : "output";
        var largest = Math.Max(1, expected.Cast<double>().Max(Math.Abs));
        foreach (var precision in new[] { NetworkPrecision.Double, NetworkPrecision.Single })
        {
            using var session = new OnnxSession(OnnxWriter.Write(portable, precision, 17 + (seed % 5), "1.0"));
            var actual = session.Run(rows, output);
            var last = actual.GetLength(1) - 1;
            for (var i = 0; i < rows.GetLength(0); i++)
            {
                var distance = Math.Abs(actual[i, last] - expected[i, 0]) / largest;
                Assert.True(distance <= (precision == NetworkPrecision.Single ? ForSingle : ForDouble), string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {precision}, row {i}: {distance:e2}"));
            }
        }
    }
}
