using System.Collections.Specialized;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Regressions that are put together from parts: whatever order they come in, the bits are the same, and the numbers are those of all rows at once.</summary>
public sealed class RegressionPartTests
{
    [Theory]
    [InlineData(2_000, 4, 0, 1)]
    [InlineData(2_000, 4, 1e9, 1)]
    [InlineData(100_000, 3, 1e6, 1)]
    [InlineData(300, 5, 0, 1e-170)]
    [InlineData(300, 5, 1e9, 1e160)]
    [InlineData(12, 2, 0, 1)]
    [InlineData(9, 20, 0, 1)]
    public void Parts_in_any_order_give_the_same_bits_and_the_fit_of_all_rows(int rows, int features, double level, double unit)
    {
        var (x, y) = Draw(rows, features, level, unit);
        foreach (var hasIntercept in new[] { true, false })
        {
            var plan = Plan(features, hasIntercept);
            var whole = Fit(plan, Part(plan, x, y, 0, rows, isWeighted: true));
            RegressionPart[] parts = [Part(plan, x, y, 0, rows / 7, true), Part(plan, x, y, rows / 7, rows / 2, true), Part(plan, x, y, rows / 2, (rows / 2) + 1, true), Part(plan, x, y, (rows / 2) + 1, rows, true)];
            var joined = Fit(plan, parts);
            Assert.Equal(rows, joined.Rows);
            Same(joined, Fit(plan, parts[2], parts[0], parts[3], parts[1]));
            Same(joined, Fit(plan, [.. parts.Select(static part => (RegressionPart)ObjectText.Read(ObjectText.Write(part), typeof(RegressionPart)))]));

            // Joined step by step, the numbers are the same to rounding.
            foreach (var other in new[] { joined, Fit(plan, Joined(plan, parts[0], parts[1]), Joined(plan, parts[2], parts[3])) })
            {
                Assert.Equal(whole.Rank, other.Rank);
                Assert.Equal(whole.Rows, other.Rows);
                for (var i = hasIntercept ? 1 : 0; i < whole.Coefficients.Count; i++)
                {
                    var (expected, error) = ((double)whole.Coefficients[i]!, (double)whole.StandardErrors[i]!);
                    Assert.Equal(0, ((double)other.Coefficients[i]! - expected) / (double.IsNaN(error) ? expected : error), 1e-6);
                    if (!double.IsNaN(error)) Assert.Equal(1, (double)other.StandardErrors[i]! / error, 1e-6);
                }
            }
        }
    }

    [Fact]
    public void A_column_that_is_constant_in_each_part_but_not_in_all_counts()
    {
        var plan = Plan(1, hasIntercept: true);
        RegressionPart PartAt(double value, double noise)
        {
            var regression = LinearAlgebraTools.Regression(plan);
            for (var i = 0; i < 200; i++) regression.Add([value], (2 * value) + (i % 2 == 0 ? noise : -noise), 1);
            return regression.ToPart();
        }

        foreach (var (low, high) in new[] { (1.0, 2.0), (0.1, 0.1000001), (-1e140, 1e140), (1e-200, 3e-200) })
        {
            var joined = Fit(plan, PartAt(low, high / 64), PartAt(high, high / 64));
            Assert.Equal(1, (double)joined.Coefficients[1]! / 2, 1e-6);
            Assert.Empty(joined.Constant);
        }

        var constant = Fit(plan, PartAt(0.1, 1), PartAt(0.1, 1));
        Assert.Equal(["x0"], constant.Constant);
    }

    [Theory]
    [InlineData("\"rows\": 0", "\"rows\":2000,", "\"rows\":0,")]
    [InlineData("negative rows", "\"rows\":2000,", "\"rows\":-5,")]
    [InlineData("other features", "\"x0\",", "")]
    [InlineData("repeated features", "\"x0\"", "\"x1\"")]
    [InlineData("a label that is a feature", "\"label\":\"y\"", "\"label\":\"x1\"")]
    [InlineData("an exponent too many", "\"exponents\":[", "\"exponents\":[0,")]
    [InlineData("an exponent beyond all", "\"exponents\":[0", "\"exponents\":[99999999")]
    [InlineData("origins that are not finite", "\"origins\":[0", "\"origins\":[\"NaN\"")]
    [InlineData("an origin of the ones", "\"origins\":[0", "\"origins\":[1")]
    [InlineData("no intercept", "\"hasIntercept\":true", "\"hasIntercept\":false")]
    [InlineData("a null", "\"factor\":\"", "\"factor\":null,\"x\":\"")]
    [InlineData("something more", "{", "{\"run\":\"Get-Date\",")]
    [InlineData("bytes that are none", "\"factor\":\"", "\"factor\":\"*")]
    [InlineData("too many bytes", "\"factor\":\"", "\"factor\":\"AAAAAAAAAAAA")]
    public void A_damaged_part_is_refused(string what, string text, string damage)
    {
        var plan = Plan(3, hasIntercept: true);
        var (x, y) = Draw(2_000, 3, 1e6, 1);
        var written = ObjectText.Write(Part(plan, x, y, 0, 2_000, false));
        Assert.Contains(text, written, StringComparison.Ordinal);
        var damaged = written.Replace(text, damage, StringComparison.Ordinal);
        Assert.True(Record.Exception(() => ObjectText.Read(damaged, typeof(RegressionPart))) is AutodiffException { ErrorId: ErrorIds.ObjectText }, what);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused_wherever_they_are()
    {
        var plan = Plan(2, hasIntercept: true);
        var (x, y) = Draw(500, 2, 0, 1);
        foreach (var rows in new[] { 5, 500 })
        {
            var part = Part(plan, x, y, 0, rows, false);
            for (var at = 0; at < part.Factor.Length; at += sizeof(double))
            {
                foreach (var value in new[] { double.NaN, double.NegativeInfinity, part.HoldsRows ? double.PositiveInfinity : 1e300 })
                {
                    var bytes = part.Factor.ToArray();
                    BitConverter.GetBytes(value).CopyTo(bytes, at);
                    var text = ObjectText.Write(part).Replace(Convert.ToBase64String(part.Factor), Convert.ToBase64String(bytes), StringComparison.Ordinal);
                    Assert.True(Record.Exception(() => ObjectText.Read(text, typeof(RegressionPart))) is AutodiffException { ErrorId: ErrorIds.ObjectText });
                }
            }
        }
    }

    private static RegressionPlan Plan(int features, bool hasIntercept) =>
        new([.. Enumerable.Range(0, features).Select(static i => $"x{i}")], "y", hasIntercept, 0, 0) { IsWeighted = true };

    private static (double[][] X, double[] Y) Draw(int rows, int features, double level, double unit)
    {
        var random = new RandomSource(rows + features);
        var (x, y) = (new double[rows][], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            var drawn = new double[features];
            for (var j = 0; j < features; j++) drawn[j] = random.NextNormal();
            y[i] = drawn.Sum() + (0.1 * random.NextNormal());
            x[i] = Array.ConvertAll(drawn, value => unit * (level + value));
        }

        return (x, y);
    }

    private static RegressionPart Part(RegressionPlan plan, double[][] x, double[] y, int from, int to, bool isWeighted)
    {
        var regression = LinearAlgebraTools.Regression(plan);
        for (var i = from; i < to; i++) regression.Add(x[i], y[i], isWeighted ? 1 + (i % 3) : 1);
        return regression.ToPart();
    }

    private static LinearRegressionResult Fit(RegressionPlan plan, params RegressionPart[] parts)
    {
        var regression = LinearAlgebraTools.Regression(plan);
        regression.AddParts(parts);
        return regression.Finish();
    }

    private static RegressionPart Joined(RegressionPlan plan, params RegressionPart[] parts)
    {
        var regression = LinearAlgebraTools.Regression(plan);
        regression.AddParts(parts);
        return regression.ToPart();
    }

    private static void Same(LinearRegressionResult one, LinearRegressionResult other)
    {
        Assert.Equal(Bits(one.Coefficients), Bits(other.Coefficients));
        Assert.Equal(Bits(one.StandardErrors), Bits(other.StandardErrors));
        Assert.Equal(BitConverter.DoubleToInt64Bits(one.RSquared), BitConverter.DoubleToInt64Bits(other.RSquared));
    }

    private static long[] Bits(OrderedDictionary numbers) => [.. numbers.Values.Cast<double>().Select(BitConverter.DoubleToInt64Bits)];
}
