using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json.Serialization;
using PSAutodiff.Data;

namespace PSAutodiff;

/// <summary>How often rows of each class were taken for each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly object[] _classes;
    private readonly string[] _texts;

    internal ConfusionMatrix(object[] classes, int[,] counts)
    {
        _classes = classes;
        _texts = Array.ConvertAll(classes, ClassLabel.Text);
        Counts = counts;
    }

    // Of its text.
    [JsonConstructor]
    private ConfusionMatrix(IReadOnlyList<object> classes, int[,] counts)
        : this([.. classes], counts)
    {
        if (classes.Count == 0 || counts.GetLength(0) != classes.Count || counts.GetLength(1) != classes.Count) throw new FormatException("The counts are not one for each pair of classes.");
    }

    /// <summary>The classes, in the order of rows and columns.</summary>
    public IReadOnlyList<object> Classes => _classes;

    /// <summary>The numbers of rows: a row for each class they are of, a column for each class they were taken for.</summary>
    public int[,] Counts { get; }

    /// <summary>The number of rows of one class that were taken for another, or for the same.</summary>
    /// <param name="actual">The class they are of.</param>
    /// <param name="predicted">The class they were taken for.</param>
    public int this[object actual, object predicted] => Counts[IndexOf(actual), IndexOf(predicted)];

    /// <summary>An object for each class: Actual, the class, then the number of its rows taken for each class, for example for Export-Csv.</summary>
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
                var name = _texts[j];
                while (table[i].Properties[name] is not null) name += "_";
                table[i].Properties.Add(new PSNoteProperty(name, Counts[i, j]));
            }
        }

        return table;
    }

    /// <summary>The matrix with aligned columns.</summary>
    public override string ToString()
    {
        var width = new int[_texts.Length];
        for (var j = 0; j < width.Length; j++)
        {
            width[j] = _texts[j].Length;
            for (var i = 0; i < width.Length; i++) width[j] = Math.Max(width[j], Counts[i, j].ToString(CultureInfo.InvariantCulture).Length);
        }

        const string corner = "actual \\ predicted";
        var first = Math.Max(corner.Length, _texts.Max(static name => name.Length));
        var text = new StringBuilder(corner.PadRight(first));
        for (var j = 0; j < width.Length; j++) text.Append("  ").Append(VisibleText.Of(_texts[j]).PadLeft(width[j]));
        for (var i = 0; i < width.Length; i++)
        {
            text.Append('\n').Append(VisibleText.Of(_texts[i]).PadRight(first));
            for (var j = 0; j < width.Length; j++) text.Append("  ").Append(Counts[i, j].ToString(CultureInfo.InvariantCulture).PadLeft(width[j]));
        }

        return text.ToString();
    }

    private int IndexOf(object label)
    {
        var name = label is null ? string.Empty : ClassLabel.Text(PSObject.AsPSObject(label).BaseObject);
        var index = Array.IndexOf(_texts, name);
        return index >= 0 ? index : throw new AutodiffException(ErrorIds.LabelUnknown, $"There is no class '{name}'. There are: {string.Join(", ", _texts)}.");
    }
}
