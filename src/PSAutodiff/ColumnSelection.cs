using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Which columns of rows are meant by names and wildcards.</summary>
internal static class ColumnSelection
{
    /// <summary>
    /// The columns that patterns name, in their order. A pattern that is the name of a column means that column, even with a wildcard
    /// in it; other wildcards match the columns that are neither named nor excluded.
    /// </summary>
    /// <param name="patterns">What the parameter was given.</param>
    /// <param name="row">A row: the names of its columns decide.</param>
    /// <param name="excluded">Columns that are taken for something else.</param>
    /// <param name="parameter">The name of the parameter, for errors.</param>
    /// <exception cref="AutodiffException">A wildcard matches nothing, a column is named twice or is excluded.</exception>
    public static string[] Resolve(IReadOnlyList<string> patterns, RowCells row, IReadOnlyList<string> excluded, string parameter)
    {
        var literal = new string?[patterns.Count];
        var taken = new HashSet<string>(excluded, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < literal.Length; i++)
        {
            literal[i] = row.NameOf(patterns[i]) ?? (WildcardPattern.ContainsWildcardCharacters(patterns[i]) ? null : patterns[i]);
            if (literal[i] is null || taken.Add(literal[i]!)) continue;
            throw new AutodiffException(
                ErrorIds.ColumnRepeated,
                excluded.Contains(literal[i], StringComparer.OrdinalIgnoreCase)
                    ? $"The column '{literal[i]}' cannot be both feature and label."
                    : $"-{parameter} names the column '{literal[i]}' more than once.");
        }

        var columns = new List<string>();
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] is { } name)
            {
                columns.Add(name);
                continue;
            }

            var pattern = new WildcardPattern(patterns[i], WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            var before = columns.Count;
            columns.AddRange(row.Names.Where(column => pattern.IsMatch(column) && taken.Add(column)));
            if (columns.Count == before)
            {
                throw new AutodiffException(
                    ErrorIds.ColumnMissing,
                    $"No further column matches '{patterns[i]}' of -{parameter}. The row has: {string.Join(", ", row.Names)}.");
            }
        }

        return [.. columns];
    }
}
