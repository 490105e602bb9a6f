using System.Globalization;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>
/// Rows of data over which an expression of one row is joined to a mean or a sum: a column of numbers for some of its variables. The
/// variables without a column are parameters, the same for every row.
/// </summary>
public sealed class DataRows
{
    /// <summary>Takes columns as they are, without copying them.</summary>
    /// <param name="names">The variables that have a column.</param>
    /// <param name="columns">Their columns, in order: a number for every row.</param>
    /// <param name="count">The number of rows, at least 1.</param>
    /// <param name="total">What the rows are joined to.</param>
    /// <exception cref="AutodiffException">There are no rows, a name is none of a variable or comes twice, or a column has another length.</exception>
    public DataRows(IReadOnlyList<string> names, IReadOnlyList<ReadOnlyMemory<double>> columns, int count, RowTotal total)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(columns);
        if (count < 1) throw new AutodiffException(ErrorIds.RowsMissing, "There are no rows to join.");
        if (names.Count != columns.Count) throw new ArgumentException($"There are {names.Count} names but {columns.Count} columns.", nameof(columns));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            VariableNames.Check(names[i]);
            if (!seen.Add(names[i])) throw new AutodiffException(ErrorIds.ColumnRepeated, $"There are two columns for the variable '{names[i]}'.");
            if (columns[i].Length == count) continue;
            throw new AutodiffException(
                ErrorIds.LengthMismatch,
                string.Create(CultureInfo.InvariantCulture, $"The column '{names[i]}' has {columns[i].Length} numbers, but there are {count} rows."));
        }

        (Names, Columns, Count, Total) = ([.. names], [.. columns], count, total);
    }

    /// <summary>The variables that have a column.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A number for every row, for each of <see cref="Names"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<double>> Columns { get; }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>What the rows are joined to.</summary>
    public RowTotal Total { get; }

    /// <summary>Those of some variables that have no column, in their order.</summary>
    internal string[] ParametersAmong(IReadOnlyList<string> variables) => [.. variables.Except(Names, StringComparer.Ordinal)];
}
