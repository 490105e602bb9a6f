using System.Text;

namespace PSAutodiff.Reports.Plots;

/// <summary>The axes of charts in the terminal: numbers and a line at the left, a line and numbers below.</summary>
/// <param name="isAscii">Whether characters of ASCII alone are used.</param>
internal sealed class PlotFrame(bool isAscii = false)
{
    /// <summary>The columns that the left axis takes beside its numbers.</summary>
    public const int AxisWidth = 2;

    private char Side => isAscii ? '|' : '│';

    private char SideTick => isAscii ? '+' : '┤';

    /// <summary>The name of the left axis, above it; nothing for an empty name.</summary>
    /// <param name="margin">The width of the numbers at the left.</param>
    /// <param name="name">The name.</param>
    public static IEnumerable<string> Title(int margin, string name) => name.Length == 0 ? [] : [new string(' ', Math.Max(0, margin + 1 - name.Length)) + name];

    /// <summary>Puts numbers and a line at the left of rows.</summary>
    /// <param name="rows">The rows, from the top.</param>
    /// <param name="labels">For each row its number, or null.</param>
    public IEnumerable<string> Beside(IEnumerable<string> rows, IReadOnlyList<string?> labels)
    {
        var margin = Margin(labels);
        return rows.Select((row, i) => $"{(labels[i] ?? string.Empty).PadLeft(margin)} {(labels[i] is null ? Side : SideTick)}{row}");
    }

    /// <summary>The width of the numbers at the left.</summary>
    public static int Margin(IEnumerable<string?> labels) => labels.Max(static label => label?.Length ?? 0);

    /// <summary>The line below the rows, the numbers below it, and the name of the axis.</summary>
    /// <param name="margin">The width of the numbers at the left.</param>
    /// <param name="columns">The number of columns beside the left axis.</param>
    /// <param name="ticks">The columns of the numbers, ascending, and the numbers.</param>
    /// <param name="name">The name of the axis.</param>
    public IEnumerable<string> Below(int margin, int columns, IReadOnlyList<(int Column, string Text)> ticks, string name)
    {
        var start = margin + AxisWidth;
        var line = new StringBuilder(new string(' ', start - 1)).Append(isAscii ? '+' : '└').Append(isAscii ? '-' : '─', columns);
        var texts = new StringBuilder();
        foreach (var (column, text) in ticks)
        {
            line[start + column] = isAscii ? '+' : '┬';
            var at = Math.Clamp(start + column - (text.Length / 2), 0, Math.Max(0, start + columns - text.Length));

            // One that would touch the one before is left out.
            if (texts.Length > 0 && at <= texts.Length) continue;
            texts.Append(' ', at - texts.Length).Append(text);
        }

        yield return line.ToString();
        var place = start + columns - name.Length;
        if (name.Length > 0 && place > texts.Length)
        {
            texts.Append(' ', place - texts.Length).Append(name);
            yield return texts.ToString();
            yield break;
        }

        yield return texts.ToString();
        if (name.Length > 0) yield return new string(' ', Math.Max(0, place)) + name;
    }
}
