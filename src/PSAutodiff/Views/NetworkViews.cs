using System.Globalization;

namespace PSAutodiff;

/// <summary>Texts for the default views of traces of networks.</summary>
public static class NetworkViews
{
    private const string Gap = "   ";

    /// <summary>The loss of a batch, and the matrices of each layer with their sizes.</summary>
    /// <param name="trace">The batch.</param>
    /// <param name="columns">The width of the window.</param>
    public static string Trace(NetworkTrace trace, int columns)
    {
        ArgumentNullException.ThrowIfNull(trace);
        string[] parts =
        [
            string.Create(CultureInfo.InvariantCulture, $"{trace.LossFunction} {trace.Loss}, the mean over {trace.Rows} row{(trace.Rows == 1 ? string.Empty : "s")}"),
            string.Join('\n', Beside([Block("X", trace.X, columns), Block("Targets", trace.Targets, columns)], columns)),
            .. trace.Layers.Take(Views.MostLines).Select(layer => Layer(layer, columns)),
        ];
        return Views.Lines(parts.Select(static part => part + "\n").ToArray(), 2 + trace.Layers.Count).TrimEnd('\n');
    }

    /// <summary>The matrices of a layer with their sizes.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="columns">The width of the window.</param>
    public static string Layer(LayerTrace layer, int columns)
    {
        ArgumentNullException.ThrowIfNull(layer);
        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"Layer {layer.Layer}: {layer.Inputs} -> {layer.Outputs} {layer.Activation}"),
            .. Beside([Block("Z", layer.Z, columns), Block("Y", layer.Y, columns), Block("Delta", layer.Delta, columns)], columns),
            .. Beside([Block("DW", layer.DW, columns), Block("Db", Row(layer.Db), columns, string.Create(CultureInfo.InvariantCulture, $"({layer.Db.Length})"))], columns),
            .. Beside(Extras(layer, columns), columns),
        ];
        return string.Join('\n', lines);
    }

    private static string[][] Extras(LayerTrace layer, int columns) =>
    [
        .. layer.DGain is { } gain ? [Block("DGain", Row(gain), columns, string.Create(CultureInfo.InvariantCulture, $"({gain.Length})"))] : (string[][])[],
        .. layer.DOffset is { } offset ? [Block("DOffset", Row(offset), columns, string.Create(CultureInfo.InvariantCulture, $"({offset.Length})"))] : (string[][])[],
        .. layer.DProjection is { } projection ? [Block("DProjection", projection, columns)] : (string[][])[],
    ];

    private static double[,] Row(double[] values)
    {
        var row = new double[1, values.Length];
        for (var i = 0; i < values.Length; i++) row[0, i] = values[i];
        return row;
    }

    /// <summary>The lines of a matrix: its name and size, then the rows, right-aligned. Of many rows and columns the last tell how many more there are.</summary>
    private static string[] Block(string name, double[,] matrix, int columns, string? size = null)
    {
        var (rows, width) = (matrix.GetLength(0), matrix.GetLength(1));
        var shown = Math.Min(rows, Views.MostLines);
        var texts = new string[shown][];
        for (var i = 0; i < shown; i++) texts[i] = [.. Enumerable.Range(0, Math.Min(width, columns)).Select(j => matrix[i, j].ToString("g5", CultureInfo.InvariantCulture))];
        var widths = Enumerable.Range(0, Math.Min(width, columns)).Select(j => texts.Max(row => row[j].Length)).ToArray();
        var (fit, used) = (0, 0);
        while (fit < widths.Length && (fit == 0 || used + widths[fit] + 2 <= columns - (fit + 1 < width ? "  ... 1000000 more".Length : 0))) used += widths[fit++] + 2;
        var note = fit < width ? string.Create(CultureInfo.InvariantCulture, $"  ... {width - fit} more") : string.Empty;
        return
        [
            string.Create(CultureInfo.InvariantCulture, $"{name} {size ?? $"({rows} x {width})"}"),
            .. texts.Select(row => "  " + string.Join("  ", row.Take(fit).Select((text, j) => text.PadLeft(widths[j]))) + note),
            .. rows > shown ? [string.Create(CultureInfo.InvariantCulture, $"  ... {rows - shown} more")] : Array.Empty<string>(),
        ];
    }

    /// <summary>Blocks side by side where they fit, else one below the other.</summary>
    private static IEnumerable<string> Beside(string[][] blocks, int columns)
    {
        if (blocks.Length == 0) return [];
        var widths = Array.ConvertAll(blocks, static block => block.Max(static line => line.Length));
        if (widths.Sum() + (Gap.Length * (blocks.Length - 1)) >= columns) return blocks.SelectMany(static block => block);
        return Enumerable.Range(0, blocks.Max(static block => block.Length))
            .Select(i => string.Join(Gap, blocks.Select((block, b) => (i < block.Length ? block[i] : string.Empty).PadRight(widths[b]))).TrimEnd());
    }
}
