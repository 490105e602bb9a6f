using System.Text.RegularExpressions;
using PSAutodiff.Reports.Plots;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Pictures of curves: what is drawn stands where the values are, and nothing is drawn where there are none.</summary>
public sealed partial class PlotTests
{
    private const int Width = 60;
    private const int Height = 20;

    [Fact]
    public void The_picture_of_x_is_a_diagonal()
    {
        var picture = Picture("x", -1, 1, columns: 20, rows: 20, PlotStyle.Ascii);
        for (var row = 0; row < 20; row++)
        {
            for (var column = 0; column < 20; column++) Assert.True(picture[row][column] == '*' == (row + column == 19), $"row {row}, column {column}: {picture[row]}");
        }
    }

    [Theory]
    [InlineData("x^3 - 3*x", -2.0, 2.5)]
    [InlineData("sin(x)", -5.0, 5.0)]
    [InlineData("exp(x)", -1.0, 6.0)]
    [InlineData("abs(x) - x/3", -3.0, 3.0)]
    [InlineData("1e300*tanh(x)", -3.0, 3.0)]
    [InlineData("1e-300*x^2", -3.0, 3.0)]
    [InlineData("sin(20*x)*x", -3.0, 3.0)]
    public void Every_mark_is_in_the_cell_of_a_value_and_every_value_in_a_marked_cell(string text, double from, double to)
    {
        var function = Function(text);
        var plot = PlotOf(function, from, to, PlotStyle.Ascii);
        var values = plot.ValueScale(TicksOf(Height))!;
        var picture = Inner(TerminalPlot.Draw(plot, Width, Height, PlotStyle.Ascii), Height, out var columns);
        for (var column = 0; column < columns; column++)
        {
            double[] xs = [.. Enumerable.Range(0, 201).Select(i => plot.X.ValueAt((column + (i / 200.0)) / columns))];
            var rows = function.Evaluate(xs).Select(y => TerminalPlot.RowOf(values, y, Height)).ToArray();
            for (var row = 0; row < Height; row++)
            {
                var isMarked = picture[row][column] == '*';
                if (isMarked) Assert.InRange(row, rows.Min(), rows.Max());

                // At the ends a line may only touch a cell.
                if (row > rows.Min() && row < rows.Max()) Assert.True(isMarked, $"{text}: row {row}, column {column} is empty");
            }
        }
    }

    [Fact]
    public void Where_there_is_no_value_nothing_is_drawn()
    {
        var picture = Picture("sqrt(x)", -5, 5, 40, 10, PlotStyle.Ascii);
        foreach (var line in picture) Assert.DoesNotContain('*', line[..19]);
        Assert.All(Enumerable.Range(20, 20), column => Assert.Contains(picture, line => line[column] == '*'));
    }

    [Theory]
    [InlineData("sign(x)")]
    [InlineData("select(less(x, 0), -1, 1)")]
    [InlineData("abs(x)/x")]
    public void A_jump_is_no_line(string text)
    {
        var picture = Picture(text, -5, 5, 41, 11, PlotStyle.Ascii);
        foreach (var row in Enumerable.Range(1, 9).Where(static row => row != 5)) Assert.DoesNotContain('*', picture[row]);
        Assert.Equal(20, picture[0].LastIndexOf('*') - picture[0].IndexOf('*'), 1.0);
        Assert.Equal(20, picture[10].LastIndexOf('*') - picture[10].IndexOf('*'), 1.0);
    }

    [Fact]
    public void A_steep_function_is_a_line()
    {
        var picture = Picture("tanh(1e9*x)", -5, 5, 41, 11, PlotStyle.Ascii);
        Assert.All(picture, static line => Assert.Equal('*', line[20]));
    }

    [Theory]
    [InlineData("1/x", -3.0, 3.0)]
    [InlineData("1/(x - 0.123456789)", -3.0, 3.0)]
    [InlineData("tan(x)", -3.0, 3.0)]
    [InlineData("x/(x^2 - 2)", -4.0, 4.0)]
    public void A_pole_is_no_line_and_does_not_flatten_the_rest(string text, double from, double to)
    {
        var function = Function(text);
        var samples = CurveSampler.Sample(function, new PlotScale(from, to), 961);
        Assert.True(samples.HasPole);
        var plot = PlotOf(function, from, to, PlotStyle.Braille);
        var values = plot.ValueScale(TicksOf(Height))!;
        Assert.InRange(values.To - values.From, 0.5, 50);

        // Between neighbors that are joined the function is continuous: no line goes from below the picture to above it.
        for (var i = 0; i + 1 < samples.X.Length; i++)
        {
            if (samples.Joins(i)) Assert.False(Math.Abs(values.Position(samples.Y[i])) > 1 && samples.Y[i] * samples.Y[i + 1] < 0, $"{text} at {samples.X[i]}");
        }
    }

    [Fact]
    public void A_pole_between_two_points_of_the_same_height_is_seen()
    {
        // None of the points is at 0.1.
        Assert.True(CurveSampler.Sample(Function("1/(x - 0.1)^2"), new PlotScale(-3, 3), 1001).HasPole);
        Assert.False(CurveSampler.Sample(Function("exp(-1000*(x - 0.1)^2)"), new PlotScale(-3, 3), 1001).HasPole);
    }

    [Fact]
    public void A_curve_goes_on_to_the_border_of_its_domain()
    {
        var samples = CurveSampler.Sample(Function("sqrt(1 - x^2)"), new PlotScale(-2, 2), 100);
        Assert.Equal(-1, samples.X.Where((_, i) => double.IsFinite(samples.Y[i])).Min(), 1e-12);
        Assert.Equal(1, samples.X.Where((_, i) => double.IsFinite(samples.Y[i])).Max(), 1e-12);
    }

    [Theory]
    [InlineData("1e300*x^3", -5.0, 5.0)]
    [InlineData("x*1e-310", -5.0, 5.0)]
    [InlineData("x*1e308", -1.0, 1.0)]
    [InlineData("exp(x)", -700.0, 709.0)]
    [InlineData("x", -1.7e308, 1.7e308)]
    [InlineData("1e9 + sin(x)*1e-6", -5.0, 5.0)]
    [InlineData("x", 4.9e-324, 1e-322)]
    [InlineData("5", -5.0, 5.0)]
    [InlineData("0*x", -5.0, 5.0)]
    [InlineData("1.7e308", -5.0, 5.0)]
    [InlineData("1/sin(1/x)", -0.01, 0.01)]
    public void Any_values_make_a_picture_of_the_size_asked_for(string text, double from, double to)
    {
        foreach (var style in Enum.GetValues<PlotStyle>())
        {
            var lines = TerminalPlot.Draw(PlotOf(Function(text), from, to, style), Width, Height, style).ToArray();
            Assert.InRange(lines.Length, Height + 3, Height + 4);
            Assert.All(lines, static line => Assert.InRange(line.Length, 1, Width));
            Assert.Contains(lines[..Height], line => style == PlotStyle.Ascii ? line.Contains('*', StringComparison.Ordinal) : line.Any(static c => c is >= '\u2580' and not ('┈' or '┊' or '│' or '┤')));
        }
    }

    [Fact]
    public void Nothing_finite_is_said_to_be_nothing()
    {
        var line = Assert.Single(TerminalPlot.Draw(PlotOf(Function("sqrt(-1 - x^2)"), -5, 5, PlotStyle.Braille), Width, Height, PlotStyle.Braille));
        Assert.Equal("Nothing to show: no value is finite for x from -5 to 5.", line);
    }

    [Fact]
    public void A_constant_is_a_line_in_the_middle()
    {
        var picture = Picture("7", -5, 5, 40, 11, PlotStyle.Ascii);
        Assert.Equal(new string('*', 40), picture[5]);
        Assert.All(picture.Where((_, row) => row != 5), static line => Assert.DoesNotContain('*', line));
    }

    [Fact]
    public void Colors_change_nothing_but_colors()
    {
        foreach (var style in Enum.GetValues<PlotStyle>())
        {
            var plot = PlotOf(Function("sin(x)"), -5, 5, style);
            plot.Curves.Add(new PlotCurve("cos(x)", CurveSampler.Sample(Function("cos(x)"), plot.X, 500), 0.2, "band"));
            plot.Points.Add(new PlotPoints("points", [0, 1], [0, 0.5]));
            var (plain, colored) = (TerminalPlot.Draw(plot, Width, Height, style).ToArray(), TerminalPlot.Draw(plot, Width, Height, style, isColored: true).ToArray());
            Assert.NotEqual(plain, colored);
            Assert.Equal(plain, colored.Select(static line => Escapes().Replace(line, string.Empty)));
            Assert.All(colored.Where(static line => line.Contains('\e', StringComparison.Ordinal)), static line => Assert.True(line.LastIndexOf("\e[0m", StringComparison.Ordinal) == line.LastIndexOf('\e')));
        }
    }

    [Fact]
    public void Data_stand_in_their_cells_and_those_outside_are_counted()
    {
        var plot = new Plot { XName = "x", X = new PlotScale(0, 10), Values = (0, 10) };
        plot.Points.Add(new PlotPoints("data", [0, 5, 10, 11, 3], [0, 5, 10, 3, -1]));
        var lines = TerminalPlot.Draw(plot, Width, 10, PlotStyle.Ascii).ToArray();
        var picture = Inner(lines, 10, out var columns);
        Assert.Equal('O', picture[9][0]);
        Assert.Equal('O', picture[4][columns / 2]);
        Assert.Equal('O', picture[0][columns - 1]);
        Assert.Equal(3, picture.Sum(static line => line.Count(static c => c == 'O')));
        Assert.Equal(" 2 of 5 points lie outside the picture.", lines[^1]);
    }

    [Fact]
    public void A_tangent_touches_with_the_slope_of_the_derivative()
    {
        var plot = new Plot { XName = "x", X = new PlotScale(-3, 3) };
        var curves = new PlotCurves(plot, "x", 601);
        var subject = PlotSubject.Of(ExprNode.Parse("a*x^3"));
        var at = new Dictionary<string, double> { ["a"] = 2 };
        curves.Add(subject, at);
        Assert.True(curves.AddTangent(subject, at, 1.5));
        curves.AddDerivative(subject, at);
        var tangent = plot.Curves[1].Samples;
        for (var i = 0; i < tangent.X.Length; i++) Assert.Equal(6.75 + (13.5 * (tangent.X[i] - 1.5)), tangent.Y[i], 1e-12);
        Assert.Equal("tangent at x = 1.5: value 6.75, slope 13.5", plot.Curves[1].Name);
        var derivative = plot.Curves[2].Samples;
        for (var i = 0; i < derivative.X.Length; i++) Assert.Equal(6 * derivative.X[i] * derivative.X[i], derivative.Y[i], 1e-12);
        Assert.False(curves.AddTangent(PlotSubject.Of(ExprNode.Parse("log(x)")), at, -1));
    }

    [Theory]
    [InlineData("log(x)", 0.0, 5.0)]
    [InlineData("asin(x)", -1.0, 1.0)]
    [InlineData("acos(10*x)", -0.1, 0.1)]
    [InlineData("x^2", -5.0, 5.0)]
    [InlineData("sqrt(x - 1.5)", 1.5, 5.0)]
    [InlineData("log(x - 100)", 100.0, 500.0)]
    [InlineData("sqrt(-1 - x^2)", -5.0, 5.0)]
    public void The_usual_range_is_where_the_function_has_values(string text, double from, double to) =>
        Assert.Equal((from, to), DefaultRange.Of([Function(text)], 1)[0]);

    [Fact]
    public void Work_grows_with_the_width_alone()
    {
        long[] sizes = [4000, 8000, 16000];
        var function = Function("sin(50*x) + 1/(x - 1)");
        Draw(1000);
        var bytes = Array.ConvertAll(sizes, Draw);
        for (var i = 1; i < bytes.Length; i++) Assert.InRange((double)bytes[i] / bytes[i - 1], 1.5, 2.3);

        long Draw(long width)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var plot = new Plot { XName = "x", X = new PlotScale(-3, 3) };
            plot.Curves.Add(new PlotCurve("f", CurveSampler.Sample(function, plot.X, TerminalPlot.PointsFor((int)width, PlotStyle.Braille))));
            Assert.NotEmpty(TerminalPlot.Draw(plot, (int)width, 20, PlotStyle.Braille));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_picture_can_be_ended_early()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var plot = PlotOf(Function("sin(x)"), -5, 5, PlotStyle.Braille);
        Assert.Throws<OperationCanceledException>(() => TerminalPlot.Draw(plot, Width, Height, PlotStyle.Braille, cancellation: cancellation.Token));
    }

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Escapes();

    private static int TicksOf(int height) => (height / 3) + 1;

    private static PlotFunction Function(string text) => new(ExprNode.Parse(text), ["x"], new Dictionary<string, double>());

    private static Plot PlotOf(PlotFunction function, double from, double to, PlotStyle style)
    {
        var plot = new Plot { XName = "x", X = new PlotScale(from, to) };
        plot.Curves.Add(new PlotCurve("f", CurveSampler.Sample(function, plot.X, TerminalPlot.PointsFor(Width, style))));
        return plot;
    }

    /// <summary>The cells of a picture of so many columns, whatever the numbers at its left take.</summary>
    private static string[] Picture(string text, double from, double to, int columns, int rows, PlotStyle style)
    {
        var plot = PlotOf(Function(text), from, to, style);
        for (var width = columns; ; width++)
        {
            var picture = Inner(TerminalPlot.Draw(plot, width, rows, style), rows, out var inner);
            if (inner == columns) return picture;
        }
    }

    private static string[] Inner(IEnumerable<string> lines, int rows, out int columns)
    {
        var all = lines.ToArray();
        var start = all[rows].IndexOf('+', StringComparison.Ordinal) + 1;
        var count = all[rows].Length - start;
        columns = count;
        return [.. all[..rows].Select(line => line[start..].PadRight(count))];
    }
}
