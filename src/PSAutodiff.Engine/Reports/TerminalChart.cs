using System.Globalization;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff;

/// <summary>Small charts of numbers for the terminal, drawn with block characters.</summary>
public static class TerminalChart
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>One line: a block for each number, taller for larger ones; at most <paramref name="width"/> blocks.</summary>
    /// <param name="values">The numbers; more than fit are averaged in equal stretches, and what is not finite is a gap.</param>
    /// <param name="width">The greatest number of blocks, at least 1.</param>
    public static string Sparkline(IReadOnlyList<double> values, int width = 40)
    {
        var (means, least, range) = Scale(values, width);
        return string.Concat(means.Select(mean =>
            !double.IsFinite(mean) ? ' ' : Blocks[Math.Min(Blocks.Length - 1, Level(mean, least, range, Blocks.Length))]));
    }

    /// <summary>A column chart with the largest and the smallest number at its left edge.</summary>
    /// <param name="values">The numbers; more than fit are averaged in equal stretches, and what is not finite is a gap.</param>
    /// <param name="width">The greatest number of columns, at least 1.</param>
    /// <param name="height">The number of lines, at least 1.</param>
    public static string Columns(IReadOnlyList<double> values, int width = 60, int height = 8)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var (means, least, range) = Scale(values, width);
        var top = string.Create(CultureInfo.InvariantCulture, $"{least + range:g4}");
        var bottom = string.Create(CultureInfo.InvariantCulture, $"{least:g4}");
        var labels = new string?[height];
        labels[^1] = bottom;
        labels[0] = top;
        return string.Join('\n', new PlotFrame().Beside(Enumerable.Range(0, height).Select(line => Row(height - 1 - line)), labels));

        string Row(int line) => string.Concat(means.Select(mean =>
        {
            var filled = double.IsFinite(mean) ? 1 + Level(mean, least, range, (height * Blocks.Length) - 1) - (line * Blocks.Length) : 0;
            return filled <= 0 ? ' ' : Blocks[Math.Min(Blocks.Length, filled) - 1];
        }));
    }

    private static int Level(double value, double least, double range, int levels) =>
        range > 0 ? (int)((value - least) / range * levels) : 0;

    private static (double[] Means, double Least, double Range) Scale(IReadOnlyList<double> values, int width)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var means = new double[Math.Min(width, values.Count)];
        for (var i = 0; i < means.Length; i++)
        {
            var (from, to) = ((int)((long)i * values.Count / means.Length), (int)((i + 1L) * values.Count / means.Length));
            for (var j = from; j < to; j++) means[i] += values[j] / (to - from);
        }

        var finite = means.Where(double.IsFinite).DefaultIfEmpty().ToArray();
        return (means, finite.Min(), finite.Max() - finite.Min());
    }
}
