using System.Globalization;

namespace PSAutodiff.Reports.Plots;

/// <summary>Draws plots of curves with the characters of a terminal.</summary>
internal static class TerminalPlot
{
    // One number for about so many rows or columns.
    private const int RowsOfTick = 3;
    private const int ColumnsOfTick = 11;

    // Points of a curve for each column of dots, so that what goes up and down within one is seen.
    private const int PointsOfDot = 8;

    // In dots. A line to a point farther away goes straight up or down for the eye; with its true place the part of it in the picture would drown in roundings.
    private const double Farthest = 1e7;

    /// <summary>The number of evenly spaced points that a curve of some width needs.</summary>
    public static int PointsFor(int width, PlotStyle style) => (width * CellCanvas.DotsOfCell(style).Wide * PointsOfDot) + 1;

    /// <summary>The lines of a plot.</summary>
    /// <param name="plot">What it shows.</param>
    /// <param name="width">The greatest length of a line.</param>
    /// <param name="height">The number of rows beside the vertical axis.</param>
    /// <param name="style">The characters to draw with.</param>
    /// <param name="isColored">Whether it has colors.</param>
    /// <param name="cancellation">Ends the drawing early.</param>
    public static IEnumerable<string> Draw(Plot plot, int width, int height, PlotStyle style, bool isColored = false, CancellationToken cancellation = default)
    {
        var isAscii = style == PlotStyle.Ascii;
        var ticks = Math.Max(2, (height / RowsOfTick) + 1);
        if (plot.ValueScale(ticks) is not { } values) return [NothingToShow(plot)];
        var labels = new string?[height];
        foreach (var tick in values.Ticks(ticks)) labels[RowOf(values, tick.Value, height)] = tick.Text;
        var margin = PlotFrame.Margin(labels);
        var columns = Math.Max(1, width - margin - PlotFrame.AxisWidth);
        var canvas = new CellCanvas(columns, height, style);
        var curves = plot.Curves.FindAll(static curve => !curve.IsHidden);
        for (var pen = 0; pen < curves.Count; pen++) DrawBand(canvas, curves[pen], plot.X, values, pen);

        // The first lies on top.
        for (var pen = curves.Count - 1; pen >= 0; pen--) DrawCurve(canvas, curves[pen].Samples, plot.X, values, pen, cancellation);
        var outside = 0;
        for (var i = 0; i < plot.Points.Count; i++) outside += DrawPoints(canvas, plot.Points[i], plot.X, values, curves.Count + i, MarkOf(style, i));
        DrawZeros(canvas, plot.X, values, isAscii);
        var frame = new PlotFrame(isAscii);
        Func<int, string>? colors = isColored ? PlotColors.OfCurve : null;
        return
        [
            .. PlotFrame.Title(margin, plot.YName),
            .. frame.Beside(Enumerable.Range(0, height).Select(row => canvas.Line(row, colors)), labels),
            .. frame.Below(margin, columns, [.. plot.X.Ticks(Math.Max(2, columns / ColumnsOfTick)).Select(tick => (ColumnOf(plot.X, tick.Value, columns), tick.Text))], plot.XName),
            .. Legend(curves, plot.Points, style, width, colors),
            .. Outside(plot, outside),
        ];
    }

    /// <summary>The row of a value, from the top; values beyond the scale are in rows beyond the picture.</summary>
    public static int RowOf(PlotScale values, double value, int rows)
    {
        var place = values.Position(value) * rows;
        return place == rows ? 0 : rows - 1 - Floor(place);
    }

    /// <summary>The column of a number, from the left; numbers beyond the scale are in columns beyond the picture.</summary>
    public static int ColumnOf(PlotScale x, double value, int columns)
    {
        var place = x.Position(value) * columns;
        return place == columns ? columns - 1 : Floor(place);
    }

    /// <summary>The sign of points.</summary>
    public static char MarkOf(PlotStyle style, int number) => style == PlotStyle.Ascii ? "O0Q8"[number % 4] : "●◆▲■"[number % 4];

    private static int Floor(double place) => double.IsNaN(place) ? -1 : (int)Math.Clamp(Math.Floor(place), -1, int.MaxValue / 2);

    private static string NothingToShow(Plot plot) => string.Create(
        CultureInfo.InvariantCulture,
        $"Nothing to show: no value is finite{(plot.IsLog ? " and above 0" : string.Empty)} for {plot.XName} from {plot.X.From:g6} to {plot.X.To:g6}.");

    private static void DrawCurve(CellCanvas canvas, CurveSamples curve, PlotScale x, PlotScale values, int pen, CancellationToken cancellation)
    {
        var dash = new Dash(canvas, pen);
        var (lastX, lastY) = (double.NaN, double.NaN);
        for (var i = 0; i < curve.X.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var toX = x.Position(curve.X[i]) * canvas.Width;
            var toY = double.IsFinite(curve.Y[i]) ? Math.Clamp(values.Position(curve.Y[i]) * canvas.Height, -Farthest, Farthest) : double.NaN;
            if (!double.IsNaN(toY))
            {
                if (i > 0 && curve.Joins(i - 1) && !double.IsNaN(lastY)) DrawLine(canvas, dash, lastX, lastY, toX, toY);
                else dash.Put(toX, toY);
            }

            (lastX, lastY) = (toX, toY);
        }
    }

    /// <summary>A line in steps of at most a dot, only as far as it is in the picture.</summary>
    private static void DrawLine(CellCanvas canvas, Dash dash, double fromX, double fromY, double toX, double toY)
    {
        var (start, end) = (0.0, 1.0);
        if (!Clip(fromX, toX, canvas.Width, ref start, ref end) || !Clip(fromY, toY, canvas.Height, ref start, ref end)) return;
        var (width, height) = (toX - fromX, toY - fromY);
        var steps = Math.Max(1, (int)Math.Ceiling((end - start) * Math.Max(Math.Abs(width), Math.Abs(height))));
        for (var i = 0; i <= steps; i++)
        {
            var part = start + ((end - start) * i / steps);
            dash.Put(fromX + (part * width), fromY + (part * height));
        }
    }

    /// <summary>The part of a line whose coordinate is between 0 and a limit (Liang and Barsky).</summary>
    private static bool Clip(double from, double to, double limit, ref double start, ref double end)
    {
        var length = to - from;
        if (length == 0) return from >= 0 && from <= limit;
        var (a, b) = (-from / length, (limit - from) / length);
        start = Math.Max(start, Math.Min(a, b));
        end = Math.Min(end, Math.Max(a, b));
        return start <= end;
    }

    /// <summary>Every other column of dots between the ends of the band, every third dot.</summary>
    private static void DrawBand(CellCanvas canvas, PlotCurve curve, PlotScale x, PlotScale values, int pen)
    {
        if (!(curve.Band > 0)) return;
        var next = 0;
        for (var column = 0; column < canvas.Width; column += 2)
        {
            var at = (column + 0.5) / canvas.Width;
            while (next + 1 < curve.Samples.X.Length && x.Position(curve.Samples.X[next]) < at) next++;
            var y = curve.Samples.Y[next];
            if (!double.IsFinite(y)) continue;
            var (top, bottom) = (values.Position(y + curve.Band), values.Position(y - curve.Band));
            if (double.IsNaN(bottom)) bottom = 0;
            var first = (int)Math.Ceiling(Math.Clamp(bottom * canvas.Height, 0, canvas.Height));
            var last = (int)Math.Floor(Math.Clamp(top * canvas.Height, 0, canvas.Height));
            for (var row = first; row < last; row++)
            {
                if ((row + column) % 3 == 0) canvas.Dot(column, canvas.Height - 1 - row, pen);
            }
        }
    }

    private static int DrawPoints(CellCanvas canvas, PlotPoints points, PlotScale x, PlotScale values, int pen, char mark)
    {
        var outside = 0;
        for (var i = 0; i < points.X.Length; i++)
        {
            var (atX, atY) = (x.Position(points.X[i]), values.Position(points.Y[i]));
            if (atX is >= 0 and <= 1 && atY is >= 0 and <= 1) canvas.Mark(ColumnOf(x, points.X[i], canvas.Columns), RowOf(values, points.Y[i], canvas.Rows), mark, pen);
            else outside++;
        }

        return outside;
    }

    /// <summary>The lines where x and the value are 0, in cells that have nothing else.</summary>
    private static void DrawZeros(CellCanvas canvas, PlotScale x, PlotScale values, bool isAscii)
    {
        if (values is { IsLog: false, From: < 0, To: > 0 })
        {
            for (var column = 0; column < canvas.Columns; column++) canvas.Fill(column, RowOf(values, 0, canvas.Rows), isAscii ? '-' : '┈', PlotColors.FaintPen);
        }

        if (x is { IsLog: false, From: < 0, To: > 0 })
        {
            for (var row = 0; row < canvas.Rows; row++) canvas.Fill(ColumnOf(x, 0, canvas.Columns), row, isAscii ? ':' : '┊', PlotColors.FaintPen);
        }
    }

    private static IEnumerable<string> Legend(List<PlotCurve> curves, List<PlotPoints> points, PlotStyle style, int width, Func<int, string>? colors)
    {
        for (var i = 0; i < curves.Count; i++)
        {
            var curve = curves[i];
            yield return Line(Dash.Sample(style, i), i, curve.Name);
            if (curve.Band > 0) yield return Line(style == PlotStyle.Braille ? "⠡⠊⠡" : style == PlotStyle.Blocks ? "▖▘▖" : Dash.Sample(style, i), i, curve.BandName);
        }

        for (var i = 0; i < points.Count; i++) yield return Line($" {MarkOf(style, i)} ", curves.Count + i, points[i].Name);

        string Line(string sample, int pen, string text)
        {
            // Names of columns and classes are others'.
            var name = VisibleText.Of(text);
            var room = Math.Max(1, width - sample.Length - 2);
            var shown = name.Length > room ? string.Concat(name.AsSpan(0, room - 1), style == PlotStyle.Ascii ? "~" : "…") : name;
            return colors is null ? $" {sample} {shown}" : $" {colors(pen)}{sample}{PlotColors.Reset} {shown}";
        }
    }

    private static IEnumerable<string> Outside(Plot plot, int outside)
    {
        if (outside == 0) yield break;
        var all = plot.Points.Sum(static points => points.X.Length);
        yield return string.Create(CultureInfo.InvariantCulture, $" {outside} of {all} points {(outside == 1 ? "lies" : "lie")} outside the picture.");
    }

    /// <summary>Puts the dots of a curve: all of them, or with gaps by which further curves are told from the first without colors.</summary>
    private sealed class Dash(CellCanvas canvas, int pen)
    {
        // Dots drawn and left out in turn; with one dot a cell the signs differ.
        private static readonly (int On, int Off)[] Patterns = [(1, 0), (5, 3), (1, 2), (8, 2), (2, 2)];

        private (int X, int Y) _last = (-1, -1);
        private int _count = -1;

        public static string Sample(PlotStyle style, int pen) => style switch
        {
            PlotStyle.Ascii => new string(CellCanvas.Sample(style, pen), 3),
            PlotStyle.Blocks => (pen % Patterns.Length) switch { 0 => "▀▀▀", 1 => "▀▘▀", 2 => "▘▝ ", 3 => "▀▀▘", _ => "▀ ▀" },
            _ => (pen % Patterns.Length) switch { 0 => "⠒⠒⠒", 1 => "⠒⠂⠒", 2 => "⠂⠐ ", 3 => "⠒⠒⠂", _ => "⠒ ⠒" },
        };

        /// <summary>Puts a dot.</summary>
        /// <param name="x">In dots from the left.</param>
        /// <param name="y">In dots from the bottom.</param>
        public void Put(double x, double y)
        {
            var dot = (X: x == canvas.Width ? canvas.Width - 1 : Floor(x), Y: y == canvas.Height ? canvas.Height - 1 : Floor(y));
            if (dot != _last) _count++;
            _last = dot;
            var (on, off) = canvas.Width == canvas.Columns ? Patterns[0] : Patterns[pen % Patterns.Length];
            if (_count % (on + off) < on) canvas.Dot(dot.X, canvas.Height - 1 - dot.Y, pen);
        }
    }
}
