using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Regressions at the ends of the range of numbers, and on columns that vary little beside their size.</summary>
public sealed class RegressionRangeTests
{
    // Powers of two: whatever the units of the columns are, the digits are the same.
    [Theory]
    [InlineData(-1020, 0)]
    [InlineData(-548, 0)]
    [InlineData(-532, 0)]
    [InlineData(532, 0)]
    [InlineData(900, 0)]
    [InlineData(0, -1000)]
    [InlineData(0, -565)]
    [InlineData(0, 500)]
    [InlineData(-530, -530)]
    [InlineData(-300, 500)]
    public void Units_do_not_change_a_digit(int ofFeature, int ofLabel)
    {
        foreach (var rows in new[] { 20, 400 })
        {
            var (x, y) = Draw(rows, 3, 1);
            var (scaled, labels) = ((double[,])x.Clone(), (double[])y.Clone());
            for (var i = 0; i < rows; i++) (scaled[i, 1], labels[i]) = (Math.ScaleB(x[i, 1], ofFeature), Math.ScaleB(y[i], ofLabel));
            foreach (var hasIntercept in new[] { true, false })
            {
                var (one, other) = (Fit(x, y, hasIntercept), Fit(scaled, labels, hasIntercept));
                Assert.Equal(one.Rank, other.Rank);
                var feature = hasIntercept ? 2 : 1;
                for (var j = 0; j < one.Coefficients.Count; j++)
                {
                    var exponent = ofLabel - (j == feature ? ofFeature : 0);
                    if (exponent > 1000) continue;
                    Assert.Equal(Math.ScaleB((double)one.Coefficients[j]!, exponent), (double)other.Coefficients[j]!);
                    Assert.Equal(Math.ScaleB((double)one.StandardErrors[j]!, exponent), (double)other.StandardErrors[j]!);
                    Assert.Equal(one.TValues[j], other.TValues[j]);
                    Assert.Equal(one.PValues[j], other.PValues[j]);
                }

                Assert.Equal(one.RSquared, other.RSquared);
                Assert.Equal(one.AdjustedRSquared, other.AdjustedRSquared);
                Assert.Equal(Math.ScaleB(one.ResidualStandardError, ofLabel), other.ResidualStandardError);
                Assert.True(other.ResidualStandardError > 0);
            }
        }
    }

    [Theory]
    [InlineData(1e-160)]
    [InlineData(1e-165)]
    [InlineData(1e160)]
    public void Slopes_keep_their_digits_where_squares_underflow_or_overflow(double unit)
    {
        var (x, y) = Draw(50, 2, 2);
        var scaled = (double[,])x.Clone();
        for (var i = 0; i < 50; i++) scaled[i, 0] = x[i, 0] * unit;
        var (one, other) = (Coefficients(Fit(x, y)), Coefficients(Fit(scaled, y)));
        Assert.Equal(1, other[1] * unit / one[1], 1e-13);
        Assert.Equal(1, other[2] / one[2], 1e-13);
    }

    // What comes after the first rows may be of any size, and other threads may have met other sizes.
    [Theory]
    [InlineData(1e-200, 1, 1e200, 2000)]
    [InlineData(1, 1e-200, 1e-250, 2000)]
    [InlineData(0, 1e-200, 0, 2000)]
    [InlineData(1e-200, 1e250, 1e-100, 60_000)]
    public void Sizes_that_change_on_the_way_are_taken_as_they_come(double early, double middle, double late, int rows)
    {
        var random = new RandomSource(3);
        var (x, y) = (new double[rows, 1], new double[rows]);
        var (largest, sizes) = (Math.Max(early, Math.Max(middle, late)), new[] { early, middle, late });
        for (var i = 0; i < rows; i++)
        {
            x[i, 0] = (2 + random.NextUniform(1)) * sizes[i * 3 / rows];
            y[i] = (x[i, 0] / largest * 3) + 1;
        }

        var result = Fit(x, y);
        Assert.Equal(2, result.Rank);
        Assert.Equal(3, Coefficients(result)[1] * largest, 1e-12);
        Assert.Equal(1, Coefficients(result)[0], 1e-12);
    }

    [Theory]
    [InlineData(0.3, 0, -540)]
    [InlineData(0, 0.3, -540)]
    [InlineData(0.2, 0.1, 520)]
    public void Penalties_are_those_of_the_units_given(double ridge, double lasso, int exponent)
    {
        // b^2 and |b| grow as the columns shrink, so the same fit has other penalties; in powers of two without a rounding.
        var (x, y) = Draw(30, 4, 4);
        var (scaled, labels) = (new double[30, 4], new double[30]);
        for (var i = 0; i < 30; i++)
        {
            labels[i] = Math.ScaleB(y[i], exponent);
            for (var j = 0; j < 4; j++) scaled[i, j] = Math.ScaleB(x[i, j], exponent);
        }

        // With the label in the same unit as the features b stays, and the objective shrinks with its square: ridge 2^2e, lasso 2^2e.
        if (Math.ScaleB(1, 2 * exponent) is 0 or double.PositiveInfinity)
        {
            // A penalty of its own size against columns of nothing: all coefficients are 0, and nothing is NaN.
            var result = Fit(scaled, y, true, ridge, lasso);
            if (exponent < 0) Assert.All(Coefficients(result).Skip(1), static coefficient => Assert.InRange(Math.Abs(coefficient), 0, 1e-150));
            Assert.All(Coefficients(result), static coefficient => Assert.True(double.IsFinite(coefficient)));
        }

        var half = exponent / 4;
        for (var i = 0; i < 30; i++)
        {
            labels[i] = Math.ScaleB(y[i], half);
            for (var j = 0; j < 4; j++) scaled[i, j] = Math.ScaleB(x[i, j], half);
        }

        Assert.Equal(Coefficients(Fit(x, y, false, ridge, lasso)), Coefficients(Fit(scaled, labels, false, Math.ScaleB(ridge, 2 * half), Math.ScaleB(lasso, 2 * half))));
    }

    [Theory]
    [InlineData(0.1, 3)]
    [InlineData(0.1, 128)]
    [InlineData(0.1, 100_000)]
    [InlineData(1e-170, 1000)]
    [InlineData(123456.789, 40_000)]
    [InlineData(-1e300, 200)]
    public void One_value_is_seen_as_one_value(double value, int rows)
    {
        var (x, y) = Draw(rows, 2, 5);
        for (var i = 0; i < rows; i++) x[i, 1] = value;
        var weights = Enumerable.Range(0, rows).Select(static i => 0.1 + (i % 7)).ToArray();
        foreach (var result in new[] { Fit(x, y), Fit(x, y, weights: weights) })
        {
            Assert.Equal(["x2"], result.Constant);
            Assert.Equal(["Intercept", "x2"], result.Aliased.Count == 3 ? result.Aliased.Where(static name => name != "x1") : result.Aliased);
            Assert.Equal(Math.Min(rows, 2), result.Rank);
        }

        Array.Fill(y, value);
        foreach (var result in new[] { Fit(Column(x, 0), y), Fit(Column(x, 0), y, weights: weights) })
        {
            Assert.True(double.IsNaN(result.RSquared));
            Assert.Equal(0, Coefficients(result)[1]);
            Assert.Equal(value, Coefficients(result)[0]);
            Assert.Equal(0, result.ResidualRisk);
        }
    }

    // 1.7e15 + 0..23 are exact: a slope, its standard error and R2 are those of 0..23.
    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void A_large_common_part_costs_no_digits(int rows)
    {
        const double level = 1.7e15;
        var random = new RandomSource(6);
        var (x, high, y, highY) = (new double[rows, 1], new double[rows, 1], new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            x[i, 0] = i % 24;
            high[i, 0] = level + x[i, 0];
            y[i] = (3 * x[i, 0]) + Math.Round(8 * random.NextNormal());
            highY[i] = level + y[i];
        }

        var plain = Fit(x, y);
        foreach (var result in new[] { Fit(high, y), Fit(x, highY), Fit(high, highY) })
        {
            Assert.Equal(2, result.Rank);
            Assert.Equal(1, Coefficients(result)[1] / Coefficients(plain)[1], 1e-12);
            Assert.Equal(1, (double)result.StandardErrors[1]! / (double)plain.StandardErrors[1]!, 1e-12);
            Assert.Equal(plain.RSquared, result.RSquared, 1e-12);
            Assert.Equal(1, result.ResidualStandardError / plain.ResidualStandardError, 1e-12);
        }

        // The standard error of an intercept that far away is that of the slope times the distance.
        Assert.Equal(1, (double)Fit(high, y).StandardErrors[0]! / ((double)plain.StandardErrors[1]! * (level + 11.5)), 1e-6);
    }

    // The reference sets of NIST that can be written down in a line, against 280 bits; the digits are those of a backward stable method.
    [Theory]
    [InlineData("Wampler1", 8)]
    [InlineData("Wampler2", 11)]
    [InlineData("like Filip", 7)]
    [InlineData("Longley", 11)]
    public void Ill_conditioned_sets_keep_their_digits(string name, int digits)
    {
        var (x, y) = Set(name);
        var result = Fit(x, y);
        var design = new double[x.GetLength(0), x.GetLength(1) + 1];
        for (var i = 0; i < x.GetLength(0); i++)
        {
            design[i, 0] = 1;
            for (var j = 0; j < x.GetLength(1); j++) design[i, j + 1] = x[i, j];
        }

        var exact = PreciseLinearAlgebra.NormalEquations(design, y);
        Assert.Equal(design.GetLength(1), result.Rank);
        for (var j = 0; j < design.GetLength(1); j++) Assert.InRange(PreciseLinearAlgebra.RelativeError(Coefficients(result)[j], exact[j, 0]), 0, Math.Pow(10, -digits));
        if (name != "Longley") return;
        Assert.Equal(-3482258.63459582, Coefficients(result)[0], 1e-6);
        Assert.Equal(1829.15146461355, Coefficients(result)[6], 1e-9);
        Assert.Equal(304.854073561965, result.ResidualStandardError, 1e-10);
        Assert.Equal(0.995479004577296, result.RSquared, 1e-14);
    }

    internal static double[] Coefficients(LinearRegressionResult result) => [.. result.Coefficients.Values.Cast<double>()];

    internal static LinearRegressionResult Fit(double[,] x, double[] y, bool hasIntercept = true, double ridge = 0, double lasso = 0, double[]? weights = null)
    {
        var plan = new RegressionPlan([.. Enumerable.Range(1, x.GetLength(1)).Select(static i => $"x{i}")], "y", hasIntercept, ridge, lasso);
        var regression = LinearAlgebraTools.Regression(plan);
        regression.AddRange(x, y, weights);
        return regression.Finish();
    }

    internal static (double[,] X, double[] Y) Draw(int rows, int features, int seed)
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

    private static double[,] Column(double[,] x, int column)
    {
        var one = new double[x.GetLength(0), 1];
        for (var i = 0; i < x.GetLength(0); i++) one[i, 0] = x[i, column];
        return one;
    }

    private static (double[,] X, double[] Y) Set(string name)
    {
        if (name == "Longley")
        {
            double[][] rows =
            [
                [83.0, 234289, 2356, 1590, 107608, 1947, 60323], [88.5, 259426, 2325, 1456, 108632, 1948, 61122], [88.2, 258054, 3682, 1616, 109773, 1949, 60171],
                [89.5, 284599, 3351, 1650, 110929, 1950, 61187], [96.2, 328975, 2099, 3099, 112075, 1951, 63221], [98.1, 346999, 1932, 3594, 113270, 1952, 63639],
                [99.0, 365385, 1870, 3547, 115094, 1953, 64989], [100.0, 363112, 3578, 3350, 116219, 1954, 63761], [101.2, 397469, 2904, 3048, 117388, 1955, 66019],
                [104.6, 419180, 2822, 2857, 118734, 1956, 67857], [108.4, 442769, 2936, 2798, 120445, 1957, 68169], [110.8, 444546, 4681, 2637, 121950, 1958, 66513],
                [112.6, 482704, 3813, 2552, 123366, 1959, 68655], [114.2, 502601, 3931, 2514, 125368, 1960, 69564], [115.7, 518173, 4806, 2572, 127852, 1961, 69331],
                [116.9, 554894, 4007, 2827, 130081, 1962, 70551],
            ];
            var features = new double[16, 6];
            for (var i = 0; i < 16; i++)
            {
                for (var j = 0; j < 6; j++) features[i, j] = rows[i][j];
            }

            return (features, [.. rows.Select(static row => row[6])]);
        }

        // Powers of 0 to 20, or of 82 points from -9 to -3, by products.
        var filip = name == "like Filip";
        var (count, degree) = filip ? (82, 10) : (21, 5);
        var (x, y) = (new double[count, degree], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var at = filip ? -9 + (i * 6.0 / 81) : i;
            var (power, factor) = (1.0, 1.0);
            for (var k = 0; k <= degree; k++)
            {
                if (k > 0) x[i, k - 1] = power;
                y[i] += factor * power;
                power *= at;
                factor *= name == "Wampler2" ? 0.1 : 1;
            }

            if (filip) y[i] = 0.8 + (0.1 * Math.Sin(at * 3)) + (0.001 * ((i * 37 % 11) - 5));
        }

        return (x, y);
    }
}
