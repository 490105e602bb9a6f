using System.Globalization;
using System.Text.RegularExpressions;
using PSAutodiff.Reports.Plots;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Maps of functions of two variables.</summary>
public sealed partial class MapTests
{
    private const string Shades = ".:-=+*#%@";

    [Fact]
    public void The_map_of_x_has_equal_rows_that_ascend()
    {
        var lines = Draw("x", -1, 1, 60, 8);
        var rows = lines[1..9].Select(static line => line[(line.IndexOfAny(['|', '+']) + 1)..]).ToArray();
        Assert.Single(rows.Distinct());
        Assert.Equal(string.Concat(rows[0].OrderBy(static c => Shades.IndexOf(c, StringComparison.Ordinal))), rows[0]);
        Assert.InRange(rows[0].Distinct().Count(), 4, Shades.Length);
    }

    [Fact]
    public void The_map_of_y_has_its_largest_values_on_top()
    {
        var rows = Draw("y", -1, 1, 60, 8)[1..9].Select(static line => line[(line.IndexOfAny(['|', '+']) + 1)..]).ToArray();
        Assert.All(rows, static row => Assert.Single(row.Distinct()));
        Assert.Equal('@', rows[0][0]);
        Assert.Equal('.', rows[7][0]);
    }

    [Fact]
    public void Every_cell_has_the_sign_of_the_band_that_the_legend_gives_to_its_value()
    {
        const int Columns = 57;
        var expression = ExprNode.Parse("x^2 - 2*y + x*y");
        var lines = Draw("x^2 - 2*y + x*y", -3, 3, Columns + 3, 11);
        var legend = Entry().Matches(string.Join(' ', lines[15..])).ToDictionary(static entry => entry.Groups["sign"].Value[0], static entry => (
            From: entry.Groups["from"].Success ? double.Parse(entry.Groups["from"].Value, CultureInfo.InvariantCulture) : double.NegativeInfinity,
            To: entry.Groups["to"].Success ? double.Parse(entry.Groups["to"].Value, CultureInfo.InvariantCulture) : double.PositiveInfinity));
        var compiled = CompiledExpression.Compile([expression], ["x", "y"]);
        for (var row = 0; row < 11; row++)
        {
            var line = lines[row + 1];
            var start = line.IndexOfAny(['|', '+']) + 1;
            var columns = line.Length - start;
            for (var column = 0; column < columns; column++)
            {
                var value = compiled.Evaluate(-3 + (6 * (column + 0.5) / columns), 3 - (6 * (row + 0.5) / 11));
                var (from, to) = legend[line[start + column]];
                Assert.InRange(value, from - 1e-12, to + 1e-12);
            }
        }
    }

    [Fact]
    public void Where_no_value_is_finite_the_map_is_blank_and_the_legend_says_so()
    {
        var lines = Draw("sqrt(x) + 0*y", -2, 2, 60, 8);
        Assert.All(lines[1..9], static line => Assert.Equal(new string(' ', 20), line.Substring(line.IndexOfAny(['|', '+']) + 1, 20)));
        Assert.Contains(lines, static line => line.Contains("blank: not finite", StringComparison.Ordinal));
        Assert.Contains("no value is finite", string.Join('\n', Draw("sqrt(-1 - x^2 - y^2)", -2, 2, 60, 8)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e300*x*y")]
    [InlineData("1e-310*(x + y)")]
    [InlineData("1e308*x + 1e308*y")]
    [InlineData("1/(x*y)")]
    [InlineData("exp(100*x*y)")]
    [InlineData("0*x*y")]
    [InlineData("1e9 + x + y")]
    public void Any_values_make_a_map_of_the_size_asked_for(string text)
    {
        foreach (var style in Enum.GetValues<PlotStyle>())
        {
            var lines = Draw(text, -3, 3, 60, 8, style);
            Assert.All(lines, static line => Assert.InRange(line.Length, 1, 60));
            Assert.True(lines[1..9].Sum(static line => line[(line.IndexOfAny(['|', '+', '│', '┤']) + 1)..].Count(static c => c != ' ')) > 50, string.Join('\n', lines));
        }
    }

    [Fact]
    public void A_steep_valley_has_bands_of_about_equal_parts()
    {
        var values = Enumerable.Range(0, 1000).Select(static i => Math.Pow(10, i / 100.0)).ToArray();
        var bands = Bands.For(values, range: null, most: 8);
        var counts = values.GroupBy(bands.Of).Select(static group => group.Count()).ToArray();
        Assert.Equal(8, counts.Length);
        Assert.All(counts, static count => Assert.InRange(count, 80, 170));
        Assert.Equal("below 18", bands.Text(0));
    }

    [Fact]
    public void Colors_change_nothing_but_colors()
    {
        var plot = PlotOf("x*y", -3, 3);
        plot.Points.Add(new PlotPoints("points", [1, 2], [1, 2]));
        var (plain, colored) = (TerminalMap.Draw(plot, 60, 8, PlotStyle.Braille).ToArray(), TerminalMap.Draw(plot, 60, 8, PlotStyle.Braille, isColored: true).ToArray());
        Assert.NotEqual(plain, colored);
        Assert.Equal(plain, colored.Select(static line => Escapes().Replace(line, string.Empty)));
    }

    [GeneratedRegex("(?<sign>\\S)\\k<sign> (?:below (?<to>\\S+)|(?<from>\\S+) to (?<to>\\S+)|(?<from>\\S+) and more)")]
    private static partial Regex Entry();

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Escapes();

    private static string[] Draw(string text, double from, double to, int width, int height, PlotStyle style = PlotStyle.Ascii) =>
        [.. TerminalMap.Draw(PlotOf(text, from, to), width, height, style)];

    private static SurfacePlot PlotOf(string text, double from, double to) => new()
    {
        Name = text,
        Evaluate = (x, y) => new PlotFunction(ExprNode.Parse(text), ["x", "y"], new Dictionary<string, double>()).Evaluate(x, y),
        XName = "x",
        YName = "y",
        X = new PlotScale(from, to),
        Y = new PlotScale(from, to),
    };
}
