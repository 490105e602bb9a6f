namespace PSAutodiff;

/// <summary>The columns of rows that give the elements of a variable of a model, in the order of the elements.</summary>
public sealed class VariableColumns
{
    /// <summary>The variable.</summary>
    public required string Variable { get; init; }

    /// <summary>The names of the columns: as many as the variable has elements, those of a matrix row after row.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The variable and its columns in a line.</summary>
    public override string ToString() => $"{Variable}: {string.Join(", ", Columns)}";

    /// <summary>Those of some variables.</summary>
    /// <param name="all">Those of all variables.</param>
    /// <param name="variables">The variables.</param>
    internal static VariableColumns[] Of(IReadOnlyList<VariableColumns> all, IReadOnlyList<string> variables) => [.. all.Where(one => variables.Contains(one.Variable, StringComparer.Ordinal))];
}
