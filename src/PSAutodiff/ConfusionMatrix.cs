using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json.Serialization;

namespace PSAutodiff;

/// <summary>How often rows of each class were taken for each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly string[] _classes;

    internal ConfusionMatrix(string[] classes, int[,] counts)
    {
        _classes = classes;
        Counts = counts;
    }

    // Of its text.
    [JsonConstructor]
    private ConfusionMatrix(IReadOnlyList<string> classes, int[,] counts)
        : this([.. classes], counts)
    {
        if (classes.Count == 0 || counts.GetLength(0) != classes.Count || counts.GetLength(1) != classes.Count) throw new FormatException("The counts are not one for each pair of classes.");
    }

    /// <summary>The classes, in the order of rows and columns.</summary>
    public IReadOnlyList<string> Classes => _classes;

    /// <summary>The numbers of rows: a row for each class they are of, a column for each class they were taken for.</summary>
    public int[,] Counts { get; }

    /// <summary>The number of rows of one class that were taken for another, or for the same.</summary>
    /// <param name="actual">The class they are of.</param>
    /// <param name="predicted">The class they were taken for.</param>
    public int this[string actual, string predicted] => Counts[IndexOf(actual), IndexOf(predicted)];

    /// <summary>An object for each class: Actual, its name, then the number of its rows taken for each class, for example for Export-Csv.</summary>
    public PSObject[] ToTable()
    {
        var table = new PSObject[_classes.Length];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = new PSObject();
            table[i].Properties.Add(new PSNoteProperty("Actual", _classes[i]));
            for (var j = 0; j < _classes.Length; j++)
            {
                // Property names ignore case, classes do not.
                var name = _classes[j];
                while (table[i].Properties[name] is not null) name += "_";
                table[i].Properties.Add(new PSNoteProperty(name, Counts[i, j]));
            }
        }

        return table;
    }

    /// <summary>The matrix with aligned columns.</summary>
    public override string ToString()
    {
        var width = new int[_classes.Length];
        for (var j = 0; j < width.Length; j++)
        {
            width[j] = _classes[j].Length;
            for (var i = 0; i < width.Length; i++) width[j] = Math.Max(width[j], Counts[i, j].ToString(CultureInfo.InvariantCulture).Length);
        }

        const string corner = "actual \\ predicted";
        var first = Math.Max(corner.Length, _classes.Max(static name => name.Length));
        var text = new StringBuilder(corner.PadRight(first));
        for (var j = 0; j < width.Length; j++) text.Append("  ").Append(VisibleText.Of(_classes[j]).PadLeft(width[j]));
        for (var i = 0; i < width.Length; i++)
        {
            text.Append('\n').Append(VisibleText.Of(_classes[i]).PadRight(first));
            for (var j = 0; j < width.Length; j++) text.Append("  ").Append(Counts[i, j].ToString(CultureInfo.InvariantCulture).PadLeft(width[j]));
        }

        return text.ToString();
    }

    private int IndexOf(string name)
    {
        var index = Array.IndexOf(_classes, name);
        return index >= 0 ? index : throw new AutodiffException(ErrorIds.LabelUnknown, $"There is no class '{name}'. There are: {string.Join(", ", _classes)}.");
    }
}
