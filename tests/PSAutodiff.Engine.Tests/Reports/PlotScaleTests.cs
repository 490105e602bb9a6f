using System.Globalization;
using PSAutodiff.Reports.Plots;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Axes: positions and round numbers, for any two ends.</summary>
public sealed class PlotScaleTests
{
    [Theory]
    [InlineData(-1, 1, 5, "-1 -0.5 0 0.5 1")]
    [InlineData(0, 10, 6, "0 2 4 6 8 10")]
    [InlineData(0.1, 0.35, 4, "0.1 0.2 0.3")]
    [InlineData(-1e308, 1.7e308, 4, "-1e308 0 1e308")]
    [InlineData(0, 4.9e-322, 4, "0 2e-322 4e-322")]
    [InlineData(1e9, 1000000004.0, 5, "1e9 1.000000001e9 1.000000002e9 1.000000003e9 1.000000004e9")]
    [InlineData(0, 25_000_000, 6, "0 5000000 1e7 1.5e7 2e7 2.5e7")]
    [InlineData(-0.003, 0, 4, "-0.003 -0.002 -0.001 0")]
    [InlineData(0, 0.00035, 4, "0 1e-4 2e-4 3e-4")]
    public void Ticks_are_round(double from, double to, int most, string expected) =>
        Assert.Equal(expected, string.Join(' ', new PlotScale(from, to).Ticks(most).Select(static tick => tick.Text)));

    [Theory]
    [InlineData(0.01, 1000, 4, "0.01 1 100")]
    [InlineData(1e-300, 1e300, 5, "1e-200 1 1e200")]
    [InlineData(2, 7, 6, "2 3 4 5 6 7")]
    [InlineData(1, 1e6, 7, "1 10 100 1000 10000 100000 1000000")]
    public void Ticks_of_a_logarithmic_scale_are_powers_of_ten_where_there_are_two(double from, double to, int most, string expected) =>
        Assert.Equal(expected, string.Join(' ', new PlotScale(from, to, isLog: true).Ticks(most).Select(static tick => tick.Text)));

    [Fact]
    public void Ticks_of_any_range_are_few_within_it_and_what_they_say()
    {
        var random = new Random(5);
        for (var i = 0; i < 3000; i++)
        {
            var (a, b) = Ends(random);
            var most = random.Next(2, 12);
            var scale = new PlotScale(a, b);
            var ticks = scale.Ticks(most);
            Assert.InRange(ticks.Count, 0, most);
            if (most >= 5) Assert.True(ticks.Count >= 2, $"{a} to {b}, at most {most}: {ticks.Count}");
            foreach (var tick in ticks)
            {
                Assert.InRange(tick.Value, a, b);
                Assert.Equal(tick.Value, double.Parse(tick.Text, CultureInfo.InvariantCulture));
                Assert.InRange(scale.Position(tick.Value), 0, 1);
            }

            // Evenly spaced, up to the rounding of the numbers.
            for (var j = 2; j < ticks.Count; j++)
            {
                Assert.Equal(scale.Position(ticks[1].Value) - scale.Position(ticks[0].Value), scale.Position(ticks[j].Value) - scale.Position(ticks[j - 1].Value), 1e-3);
            }
        }
    }

    [Fact]
    public void Rounded_ends_hold_the_range_and_little_more()
    {
        var random = new Random(6);
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = Ends(random);
            var rounded = new PlotScale(a, b).Rounded(6);
            Assert.True(rounded.From <= a && rounded.To >= b);
            Assert.InRange(new PlotScale(a, b).Position(rounded.From), -0.21, 0);
            Assert.InRange(new PlotScale(a, b).Position(rounded.To), 1, 1.21);
        }
    }

    [Fact]
    public void A_number_is_at_its_position_and_positions_ascend()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = Ends(random);
            foreach (var isLog in (bool[])[false, true])
            {
                if (isLog && a <= 0) continue;
                var scale = new PlotScale(a, b, isLog);
                Assert.Equal(0, scale.Position(a));
                Assert.Equal(1, scale.Position(b));
                var values = scale.Values(9);
                for (var j = 0; j < values.Length; j++)
                {
                    Assert.InRange(values[j], a, b);
                    if (j > 0) Assert.True(values[j] >= values[j - 1]);
                    if (b > 1e-290 && Math.Abs(b - a) > 1e-6 * Math.Max(Math.Abs(a), Math.Abs(b))) Assert.Equal(j / 8.0, scale.Position(values[j]), 1e-6);
                }
            }
        }
    }

    [Theory]
    [InlineData(3.0, 3.0, 2.7, 3.3)]
    [InlineData(0.0, 0.0, -1.0, 1.0)]
    [InlineData(1.0, 1.00000000000001, 0.9, 1.1)]
    [InlineData(1.0, 2.0, 1.0, 2.0)]
    [InlineData(1.79769e308, 1.79769e308, 1.617921e308, double.MaxValue)]
    public void A_single_value_gets_room(double from, double to, double expectedFrom, double expectedTo)
    {
        var (low, high) = ValueRange.Widened(from, to);
        Assert.Equal(1, low == 0 ? 1 : expectedFrom / low, 1e-12);
        Assert.Equal(1, expectedTo / high, 1e-12);
    }

    private static (double From, double To) Ends(Random random)
    {
        while (true)
        {
            var (a, b) = (Number(random), random.Next(4) == 0 ? 0 : Number(random));
            if (random.Next(4) == 0) b = a + (Math.Abs(a) * Math.Pow(10, -random.Next(1, 9)));
            if (a < b && double.IsFinite(b) && b - a > 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b))) return (a, b);
            if (b < a && a - b > 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b))) return (b, a);
        }
    }

    private static double Number(Random random) => (random.Next(2) == 0 ? -1 : 1) * (1 + random.NextDouble()) * Math.Pow(10, random.Next(3) == 0 ? random.Next(-300, 308) : random.Next(-5, 6));
}
