using System.Globalization;

namespace PSAutodiff;

/// <summary>A column of a table, and how it becomes the inputs of a model.</summary>
public sealed class FeatureColumn
{
    /// <summary>The name of the column.</summary>
    public required string Name { get; init; }

    /// <summary>What its cells are.</summary>
    public FeatureKind Kind { get; init; }

    /// <summary>The levels of a category in ordinal order; empty for other kinds.</summary>
    public IReadOnlyList<string> Levels { get; init; } = [];

    /// <summary>The date that is day 0; null for other kinds.</summary>
    public DateTime? FirstDate { get; init; }

    /// <summary>Whether the first level has no input of its own, because an intercept stands for it: treatment contrasts. Else each level has one.</summary>
    public bool IsContrast { get; init; }

    /// <summary>
    /// The names of its inputs: that of the column, or <c>Name=level</c> for each level that has one, which is 1 where the cell is that level and
    /// else 0.
    /// </summary>
    public IReadOnlyList<string> Inputs => Kind == FeatureKind.Category ? [.. Levels.Skip(IsContrast ? 1 : 0).Select(level => $"{Name}={level}")] : [Name];

    /// <summary>What it is, in a line; null for a column of numbers.</summary>
    internal string? Text => Kind switch
    {
        FeatureKind.Category => $"{Name}: {string.Join(", ", Levels)}",
        FeatureKind.Date => string.Create(CultureInfo.InvariantCulture, $"{Name}: days from {FirstDate:yyyy-MM-dd}{(FirstDate!.Value.TimeOfDay == TimeSpan.Zero ? string.Empty : $" {FirstDate:HH:mm:ss}")}"),
        _ => null,
    };

    /// <summary>The number of its inputs.</summary>
    internal int Width => Kind == FeatureKind.Category ? Levels.Count - (IsContrast ? 1 : 0) : 1;

    /// <summary>The line of <see cref="Text"/>, or the name.</summary>
    public override string ToString() => Text ?? Name;

    /// <summary>The inputs of the cells of a row.</summary>
    internal static void Encode(IReadOnlyList<FeatureColumn> columns, ReadOnlySpan<double> values, Span<double> inputs)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var width = columns[i].Width;
            columns[i].Encode(values[i], inputs[..width]);
            inputs = inputs[width..];
        }
    }

    /// <summary>The inputs of a cell.</summary>
    /// <param name="value">A number, or the index of a level.</param>
    /// <param name="inputs">Gets them: <see cref="Width"/> numbers.</param>
    internal void Encode(double value, Span<double> inputs)
    {
        if (Kind != FeatureKind.Category)
        {
            inputs[0] = value;
            return;
        }

        inputs.Clear();
        var input = (int)value - (IsContrast ? 1 : 0);
        if (input >= 0) inputs[input] = 1;
    }

    /// <summary>The index of the level that the inputs of a cell of a category stand for.</summary>
    internal int LevelOf(ReadOnlySpan<double> inputs)
    {
        var input = inputs.IndexOf(1);
        return IsContrast ? input + 1 : input;
    }
}
