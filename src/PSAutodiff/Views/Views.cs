using System.Collections;
using System.Globalization;
using System.Management.Automation.Host;
using PSAutodiff.Data;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>Short texts for the default views of PSAutodiff.format.ps1xml.</summary>
public static class Views
{
    // The labels of the lists of a training result and of a minimum, with the colon.
    private const int ListLabel = 17;

    private const int DefaultColumns = 80;

    // In the line of an expression.
    private const int MostShapes = 6;

    /// <summary>So many lines are shown of what has a line for each variable, parameter or layer.</summary>
    internal const int MostLines = 20;

    /// <summary>The formula of an expression, without the declarations that its text has; after it, its shape and those of its variables.</summary>
    public static string Expression(ExprNode expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var formula = ExprText.Formula(expression);
        SortedDictionary<string, Core.Shape> arrays;
        try
        {
            var (graph, root) = expression.Flatten();
            arrays = ExprText.ArraysOf(graph, [root]);
        }
        catch (AutodiffException exception)
        {
            // Operators put together what is not an expression, such as a name with two shapes: it is still shown.
            return $"{formula}  # {exception.Message}";
        }

        if (arrays.Count == 0 && expression.ArrayShape.IsNumber) return formula;

        // A variable alone has but one shape.
        string[] shapes = expression.Name is null ? [.. arrays.Select(static entry => $"{Visible(VariableNames.Quote(entry.Key))} {Text(entry.Value)}")] : [];
        var shown = string.Join(", ", shapes.Take(MostShapes)) + (shapes.Length > MostShapes ? string.Create(CultureInfo.InvariantCulture, $" and {shapes.Length - MostShapes} more") : string.Empty);
        var own = expression.ArrayShape.IsNumber ? "a number" : Text(expression.ArrayShape);
        return $"{formula}  # {own}{(shown.Length > 0 ? " from " : string.Empty)}{shown}";

        static string Text(Core.Shape shape) => shape.IsSymmetric ? $"{shape} symmetric" : shape.ToString();
    }

    /// <summary>Names and values in a line each, for example <c>b1 = 1.25</c>; of many, the last line says how many more there are.</summary>
    /// <param name="entries">The names and values. Those in ordinal order are shown with w2 before w10.</param>
    /// <param name="before">What to write before each name.</param>
    public static string Entries(IDictionary entries, string before = "")
    {
        ArgumentNullException.ThrowIfNull(entries);
        var pairs = entries.Cast<DictionaryEntry>().Select(static entry => (Name: entry.Key.ToString()!, entry.Value)).ToArray();

        // An order that was asked for is kept.
        var names = pairs.Select(static pair => pair.Name);
        if (names.SequenceEqual(names.Order(StringComparer.Ordinal))) pairs = [.. pairs.OrderBy(static pair => pair.Name, NaturalOrder.Instance)];
        var shown = pairs.Take(MostLines).Select(pair => (Name: before.Length == 0 ? Visible(pair.Name) : before + VariableNames.Quote(Visible(pair.Name)), pair.Value)).ToArray();
        var width = shown.Select(static pair => pair.Name.Length).DefaultIfEmpty(0).Max();
        return Lines([.. shown.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Name.PadRight(width)} = {(pair.Value is ExprNode node ? ExprText.Formula(node) : NamedNumbers.ValueText(pair.Value))}"))], pairs.Length);
    }

    /// <summary>A matrix in a line for each row. What does not fit is cut: columns, then rows, with their number.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="columns">The width of the window that it has to fit beside the labels of a list.</param>
    public static string Matrix(double[,] matrix, int columns = DefaultColumns)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var (rows, width) = (matrix.GetLength(0), matrix.GetLength(1));
        var texts = Enumerable.Range(0, Math.Min(rows, MostLines))
            .Select(i => Enumerable.Range(0, width).Select(j => matrix[i, j].ToString(CultureInfo.InvariantCulture)).ToArray())
            .ToArray();

        // As many columns as fit in every line, and at least one.
        var room = Math.Max(1, columns - ListLabel);
        var fit = texts.Select(row => Fitting(row, room)).DefaultIfEmpty(width).Min();
        var left = width - fit;
        return Lines([.. texts.Select(row => string.Join("  ", row.Take(fit)) + (left > 0 ? string.Create(CultureInfo.InvariantCulture, $"  ... {left} more") : string.Empty))], rows);

        static int Fitting(string[] row, int room)
        {
            const int more = 14; // The note of what was left out.
            if (row.Sum(static text => text.Length + 2) - 2 <= room) return row.Length;
            var (used, count) = (more, 0);
            while (count < row.Length && (used += row[count].Length + 2) <= room) count++;
            return Math.Max(1, count);
        }
    }

    /// <summary>Losses, or the values of a path, as first, sparkline, last; the sparkline shows the means of equal stretches.</summary>
    /// <param name="losses">The losses; nothing is shown for none.</param>
    /// <param name="columns">The width of the window that it has to fit beside the labels of a list.</param>
    public static string Losses(IReadOnlyList<double> losses, int columns = DefaultColumns)
    {
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Count == 0) return string.Empty;
        var first = losses[0].ToString("g4", CultureInfo.InvariantCulture);
        var last = losses[^1].ToString("g4", CultureInfo.InvariantCulture);
        var room = columns - ListLabel - first.Length - last.Length - 3;
        return $"{first} {TerminalChart.Sparkline(losses, Math.Clamp(room, 1, 40))} {last}";
    }

    /// <summary>The lines of a chart of blocks of the mean losses of the epochs, and of one of those of the validation.</summary>
    /// <param name="result">The result of a training.</param>
    /// <param name="columns">The width of the window that it has to fit.</param>
    /// <param name="color">The escape sequence that begins the color of the blocks; none leaves them plain.</param>
    public static string[] LossChart(TrainingResult result, int columns = DefaultColumns, string color = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(color);
        var lines = LossChart("Mean loss", result.EpochLoss, columns, color);
        return [.. result.ValidationLoss.Count == 0 ? lines : [.. lines, string.Empty, .. LossChart("Validation loss", result.ValidationLoss, columns, color)]];
    }

    /// <summary>The width of the window of a host; 80 when it has none or none to speak of.</summary>
    public static int Columns(PSHost? host)
    {
        try
        {
            return host?.UI.RawUI.BufferSize.Width is > 20 and var width ? width : DefaultColumns;
        }
        catch (Exception error) when (error is HostException or NotImplementedException or IOException)
        {
            return DefaultColumns;
        }
    }

    /// <summary>The layers of a network in a line each, for example <c>4 -> 16 Tanh</c>.</summary>
    public static string Layers(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Lines(
            [.. network.Layers.Take(MostLines).Select(static layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Inputs} -> {layer.Outputs} {layer.Form.Text}"))],
            network.Layers.Count);
    }

    /// <summary>A text of others, such as a label or the name of a column, so that nothing in it does anything to the terminal.</summary>
    public static string Visible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return VisibleText.Of(text);
    }

    /// <summary>Names of columns or classes in one line.</summary>
    public static string Names(IEnumerable<object> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return Visible(string.Join(", ", names.Select(ClassLabel.Text)));
    }

    /// <summary>Precision, recall and F1 of classes in a line each.</summary>
    public static string ClassMeasures(IReadOnlyList<ClassMeasure> measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        var width = measures.Max(static measure => ClassLabel.Text(measure.Class).Length);
        return Lines(
            [.. measures.Take(MostLines).Select(measure => string.Create(
                CultureInfo.InvariantCulture,
                $"{Visible(ClassLabel.Text(measure.Class)).PadRight(width)}  precision {measure.Precision:f4}, recall {measure.Recall:f4}, F1 {measure.F1:f4}"))],
            measures.Count);
    }

    /// <summary>The settings of a row of a sweep, for example <c>LearningRate = 0.1, Optimizer = Adam</c>.</summary>
    public static string Settings(SweepRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Visible(Results.SweepKey.Describe(row.Settings));
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

    private static IEnumerable<string> LossChart(string title, IReadOnlyList<double> losses, int columns, string color)
    {
        if (losses.Count == 0) return [$"{title}: no epoch was finished"];

        // Beside the blocks stand a number of about ten characters and the axis; the last column stays free, where terminals break lines.
        var lines = TerminalChart.Columns(losses, Math.Max(1, columns - 13), 8).Split('\n');
        var axis = lines[0].IndexOf('┤', StringComparison.Ordinal) + 1;
        var last = losses.Count.ToString(CultureInfo.InvariantCulture);
        var epochs = losses.Count == 1 ? "1" : "1" + last.PadLeft(Math.Max(last.Length + 1, lines[0].Length - axis - 1));
        if (color.Length > 0) lines = [.. lines.Select(line => $"{line[..axis]}{color}{line[axis..]}\e[0m")];
        return [$"{title} by epoch", .. lines, new string(' ', axis) + epochs];
    }

    /// <summary>Lines, and one more that says how many of all are not among them.</summary>
    internal static string Lines(IReadOnlyCollection<string> lines, int all)
    {
        var text = string.Join('\n', lines);
        return lines.Count < all ? string.Create(CultureInfo.InvariantCulture, $"{text}\n... {all - lines.Count} more") : text;
    }
}
