using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff;

/// <summary>
/// Rows of data over which an expression of one row is joined to a mean or a sum: a column of numbers, or of vectors or matrices, for some of its
/// variables. The variables without a column are parameters, the same for every row.
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
        : this(names, columns, null, count, total)
    {
    }

    /// <summary>Takes columns as they are, without copying them.</summary>
    /// <param name="names">The variables that have a column.</param>
    /// <param name="columns">Their columns, in order: for every row a number, or all elements of an array.</param>
    /// <param name="sizes">How many elements each has in a row; null for 1.</param>
    /// <param name="count">The number of rows, at least 1.</param>
    /// <param name="total">What the rows are joined to.</param>
    /// <exception cref="AutodiffException">There are no rows, a name is none of a variable or comes twice, or a column has another length.</exception>
    public DataRows(IReadOnlyList<string> names, IReadOnlyList<ReadOnlyMemory<double>> columns, IReadOnlyList<int>? sizes, int count, RowTotal total)
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
            var size = sizes?[i] ?? 1;
            if (columns[i].Length == (long)count * size) continue;
            var each = size == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" with {size} elements each");
            throw new AutodiffException(
                ErrorIds.LengthMismatch,
                string.Create(CultureInfo.InvariantCulture, $"The column '{names[i]}' has {columns[i].Length} numbers, but there are {count} rows{each}."));
        }

        (Names, Columns, Count, Total) = ([.. names], [.. columns], count, total);
    }

    /// <summary>Rows that stay where they are.</summary>
    /// <param name="parts">Their parts.</param>
    /// <param name="total">What the rows are joined to.</param>
    internal DataRows(IRowParts parts, RowTotal total)
    {
        var count = parts.Counts.Sum(static count => (long)count);
        if (count is < 1 or > int.MaxValue) throw new AutodiffException(ErrorIds.RowsMissing, count < 1 ? "There are no rows to join." : string.Create(CultureInfo.InvariantCulture, $"There are {count} rows in all parts, and at most {int.MaxValue} can be joined."));
        (Parts, Names, Columns, Count, Total) = (parts, parts.Names, [], (int)count, total);
    }

    /// <summary>The parts of rows that stay where they are; null where <see cref="Columns"/> holds them.</summary>
    internal IRowParts? Parts { get; }

    /// <summary>The variables that have a column.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A number, or all elements of an array, for every row, for each of <see cref="Names"/>; empty where the rows stay on other machines.</summary>
    public IReadOnlyList<ReadOnlyMemory<double>> Columns { get; }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>What the rows are joined to.</summary>
    public RowTotal Total { get; }

    /// <summary>The variables that have a column, with their shapes in expressions.</summary>
    /// <exception cref="AutodiffException">A column has not the elements of such arrays.</exception>
    internal VariableLayout LayoutIn(RootedGraph expressions)
    {
        var layout = VariableLayout.Of(Names, expressions);
        if (Parts is not null) return layout;
        for (var i = 0; i < Names.Count; i++)
        {
            if (Columns[i].Length == layout.Shapes[i].Count * (double)Count) continue;
            throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"'{Names[i]}' is {layout.Shapes[i].InWords()}, but its column has {Columns[i].Length / Count} elements in a row."));
        }

        return layout;
    }

    /// <summary>Those of some variables that have no column, in their order.</summary>
    internal string[] ParametersAmong(IReadOnlyList<string> variables) => [.. variables.Except(Names, StringComparer.Ordinal)];
}
