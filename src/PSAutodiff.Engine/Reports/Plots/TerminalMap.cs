using System.Globalization;
using System.Text;

namespace PSAutodiff.Reports.Plots;

/// <summary>Draws functions of two variables with the characters of a terminal: darker where the value is higher, with a legend.</summary>
internal static class TerminalMap
{
    private const int RowsOfTick = 3;
    private const int ColumnsOfTick = 11;

    // From low to high. A blank is where there is no value.
    private const string BrailleShades = "⠄⠢⠦⠶⡶⣶⣾⣿";
    private const string BlockShades = "·░▒▓█";
    private const string AsciiShades = ".:-=+*#%@";

    /// <summary>The lines of a map.</summary>
    /// <param name="plot">What it shows.</param>
    /// <param name="width">The greatest length of a line.</param>
    /// <param name="height">The number of rows beside the vertical axis.</param>
    /// <param name="style">The characters to draw with.</param>
    /// <param name="isColored">Whether it has colors.</param>
    /// <param name="cancellation">Ends the drawing early.</param>
    public static IEnumerable<string> Draw(SurfacePlot plot, int width, int height, PlotStyle style, bool isColored = false, CancellationToken cancellation = default)
    {
        var isAscii = style == PlotStyle.Ascii;
        var shades = style switch
        {
            PlotStyle.Braille => BrailleShades,
            PlotStyle.Blocks => BlockShades,
            _ => AsciiShades,
        };
        var labels = new string?[height];
        foreach (var tick in plot.Y.Ticks(Math.Max(2, (height / RowsOfTick) + 1))) labels[TerminalPlot.RowOf(plot.Y, tick.Value, height)] = tick.Text;
        var margin = PlotFrame.Margin(labels);
        var columns = Math.Max(1, width - margin - PlotFrame.AxisWidth);
        var values = Evaluate(plot, columns, height);
        var levels = plot.Levels ?? SurfacePlot.LevelsOf(values);

        // Probabilities have the same bands in every picture.
        var bands = Bands.For(values, plot.Values ?? (levels is [> 0 and < 1] && SurfacePlot.LevelsOf(values).Count > 0 ? (0, 1) : null), shades.Length);
        var canvas = new CellCanvas(columns, height, style);
        for (var row = 0; row < height; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var column = 0; column < columns; column++)
            {
                var band = bands.Of(values[(row * columns) + column]);
                if (band >= 0) canvas.Mark(column, row, ShadeOf(shades, band, bands.Count), band);
            }
        }

        foreach (var level in levels) DrawLevel(canvas, values, level, LevelSign(isAscii), bands.Count);
        var outside = 0;
        for (var i = 0; i < plot.Points.Count; i++) outside += DrawPoints(canvas, plot, i, TerminalPlot.MarkOf(style, i), bands.Count);
        var frame = new PlotFrame(isAscii);
        Func<int, string>? colors = isColored ? pen => PlotColors.OfBand(pen, bands.Count) : null;
        return
        [
            .. PlotFrame.Title(margin, plot.YName),
            .. frame.Beside(Enumerable.Range(0, height).Select(row => canvas.Line(row, colors)), labels),
            .. frame.Below(margin, columns, [.. plot.X.Ticks(Math.Max(2, columns / ColumnsOfTick)).Select(tick => (TerminalPlot.ColumnOf(plot.X, tick.Value, columns), tick.Text))], plot.XName),
            .. Legend(plot, values, levels, bands, shades, style, width, colors),
            .. Outside(plot, outside),
        ];
    }

    /// <summary>The sign of a band: of few bands the lowest and the highest differ most.</summary>
    private static char ShadeOf(string shades, int band, int count) => shades[count == 1 ? shades.Length / 2 : band * (shades.Length - 1) / (count - 1)];

    /// <summary>The value in the middle of every cell, row by row from the top.</summary>
    private static double[] Evaluate(SurfacePlot plot, int columns, int rows)
    {
        var (x, y) = (new double[columns], new double[rows]);
        for (var column = 0; column < columns; column++) x[column] = plot.X.ValueAt((column + 0.5) / columns);
        for (var row = 0; row < rows; row++) y[row] = plot.Y.ValueAt(1 - ((row + 0.5) / rows));
        var grid = DefaultRange.Grid(x, y);
        return plot.Evaluate(grid[0], grid[1]);
    }

    private static char LevelSign(bool isAscii) => isAscii ? 'x' : '╳';

    /// <summary>Marks the cells from which a level lies between theirs and the value at their right or below.</summary>
    private static void DrawLevel(CellCanvas canvas, double[] values, double level, char sign, int pen)
    {
        for (var row = 0; row < canvas.Rows; row++)
        {
            for (var column = 0; column < canvas.Columns; column++)
            {
                var value = values[(row * canvas.Columns) + column];
                if ((column + 1 < canvas.Columns && Lies(value, values[(row * canvas.Columns) + column + 1])) || (row + 1 < canvas.Rows && Lies(value, values[((row + 1) * canvas.Columns) + column])))
                {
                    canvas.Mark(column, row, sign, pen);
                }
            }
        }

        bool Lies(double one, double other) => double.IsFinite(one) && double.IsFinite(other) && one < level != other < level;
    }

    private static int DrawPoints(CellCanvas canvas, SurfacePlot plot, int number, char mark, int pen)
    {
        var (points, outside) = (plot.Points[number], 0);
        for (var i = 0; i < points.X.Length; i++)
        {
            var isInside = plot.X.Position(points.X[i]) is >= 0 and <= 1 && plot.Y.Position(points.Y[i]) is >= 0 and <= 1;
            if (isInside) canvas.Mark(TerminalPlot.ColumnOf(plot.X, points.X[i], canvas.Columns), TerminalPlot.RowOf(plot.Y, points.Y[i], canvas.Rows), mark, pen);
            else outside++;
        }

        return outside;
    }

    private static IEnumerable<string> Legend(SurfacePlot plot, double[] values, IReadOnlyList<double> levels, Bands bands, string shades, PlotStyle style, int width, Func<int, string>? colors)
    {
        var room = Math.Max(1, width - 1);
        if (plot.Name.Length > 0) yield return " " + (plot.Name.Length > room ? string.Concat(plot.Name.AsSpan(0, room - 1), style == PlotStyle.Ascii ? "~" : "…") : plot.Name);
        var entries = new List<(string Sign, int Pen, string Text)>();
        var seen = values.Select(bands.Of).ToHashSet();
        for (var band = 0; band < bands.Count; band++)
        {
            if (seen.Contains(band)) entries.Add((new string(ShadeOf(shades, band, bands.Count), 2), band, bands.Text(band)));
        }

        if (seen.Contains(-1)) entries.Add(("  ", -1, seen.Count == 1 ? "nothing to show: no value is finite" : "blank: not finite"));
        if (levels.Count > 0) entries.Add(($"{LevelSign(style == PlotStyle.Ascii)}", bands.Count, string.Join(", ", levels.Select(static level => level.ToString("g6", CultureInfo.InvariantCulture)))));
        for (var i = 0; i < plot.Points.Count; i++) entries.Add(($"{TerminalPlot.MarkOf(style, i)}", bands.Count, VisibleText.Of(plot.Points[i].Name)));
        var (line, length) = (new StringBuilder(), 0);
        foreach (var (sign, pen, text) in entries)
        {
            var added = sign.Length + text.Length + 2;
            if (length > 0 && length + added + 1 > width)
            {
                yield return line.ToString();
                (line, length) = (line.Clear(), 0);
            }

            if (length > 0) (line, length) = (line.Append(' '), length + 1);
            line.Append(' ').Append(colors is null || pen < 0 ? sign : $"{colors(pen)}{sign}{PlotColors.Reset}").Append(' ').Append(text);
            length += added;
        }

        yield return line.ToString();
    }

    private static IEnumerable<string> Outside(SurfacePlot plot, int outside)
    {
        if (outside == 0) yield break;
        var all = plot.Points.Sum(static points => points.X.Length);
        yield return string.Create(CultureInfo.InvariantCulture, $" {outside} of {all} points {(outside == 1 ? "lies" : "lie")} outside the picture.");
    }
}
