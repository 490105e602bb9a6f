using System.Collections;
using System.Globalization;
using System.Text;

namespace PSAutodiff;

/// <summary>Short texts for the default views of PSAutodiff.format.ps1xml.</summary>
public static class Views
{
    /// <summary>Names and values in a line each, for example <c>b1 = 1.25</c>.</summary>
    public static string Entries(IDictionary entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var width = 0;
        foreach (var key in entries.Keys) width = Math.Max(width, key.ToString()!.Length);
        var text = new StringBuilder();
        foreach (DictionaryEntry entry in entries)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(entry.Key.ToString()!.PadRight(width)).Append(CultureInfo.InvariantCulture, $" = {entry.Value}");
        }

        return text.ToString();
    }

    /// <summary>A matrix in a line for each row.</summary>
    public static string Matrix(double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var text = new StringBuilder();
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            if (i > 0) text.Append('\n');
            for (var j = 0; j < matrix.GetLength(1); j++) text.Append(CultureInfo.InvariantCulture, $"{(j > 0 ? "  " : string.Empty)}{matrix[i, j]}");
        }

        return text.ToString();
    }

    /// <summary>Losses as first, sparkline, last; the sparkline shows the means of equal stretches.</summary>
    public static string Losses(IReadOnlyList<double> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return losses.Count == 0
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"{losses[0]:g4} {TerminalChart.Sparkline(losses)} {losses[^1]:g4}");
    }

    /// <summary>The layers of a network in a line each, for example <c>4 -> 16 Tanh</c>.</summary>
    public static string Layers(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Lines(network.Layers.Select(static layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Inputs} -> {layer.Outputs} {layer.Activation}")));
    }

    /// <summary>Precision, recall and F1 of classes in a line each.</summary>
    public static string ClassMeasures(IReadOnlyList<ClassMeasure> measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        var width = measures.Max(static measure => measure.Class.Length);
        return Lines(measures.Select(measure => string.Create(
            CultureInfo.InvariantCulture,
            $"{measure.Class.PadRight(width)}  precision {measure.Precision:f4}, recall {measure.Recall:f4}, F1 {measure.F1:f4}")));
    }

    /// <summary>How many restarts there were, which is the best, and the range of their losses.</summary>
    public static string Restarts(IReadOnlyList<TrainingRestart> restarts)
    {
        ArgumentNullException.ThrowIfNull(restarts);
        var best = restarts.FirstOrDefault(static restart => restart.IsBest);
        var losses = restarts.Select(static restart => restart.FinalLoss).Where(double.IsFinite).DefaultIfEmpty(double.NaN).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{restarts.Count}, best {best?.Restart}, losses {losses.Min():g4} to {losses.Max():g4}");
    }

    /// <summary>A rate with a separator of thousands, for example <c>1,250,000</c>.</summary>
    public static string Rate(double rate) => rate.ToString("n0", CultureInfo.InvariantCulture);

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
