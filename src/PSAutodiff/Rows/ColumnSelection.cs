using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Rows;

/// <summary>Which columns of rows are meant by names and wildcards.</summary>
internal static class ColumnSelection
{
    // What PowerShell adds to objects that come back from jobs and other computers.
    private static readonly HashSet<string> Added = new(["PSComputerName", "PSShowComputerName", "PSSourceJobInstanceId", "RunspaceId"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The columns that patterns name, in their order. A pattern that is the name of a column means that column, even with a wildcard
    /// in it; other wildcards match the columns that are neither named nor excluded.
    /// </summary>
    /// <param name="patterns">What the parameter was given.</param>
    /// <param name="row">A row: the names of its columns decide.</param>
    /// <param name="number">The number of the row, for errors.</param>
    /// <param name="excluded">Columns that are taken for something else.</param>
    /// <param name="parameter">The name of the parameter, for errors.</param>
    /// <param name="weights">Those of the excluded columns that are weights; the others are labels.</param>
    /// <exception cref="AutodiffException">A name or wildcard matches nothing, a column is named twice or is excluded.</exception>
    public static string[] Resolve(IReadOnlyList<string> patterns, RowCells row, int number, IReadOnlyList<string> excluded, string parameter, IReadOnlyList<string>? weights = null)
    {
        var names = row.Names.ToArray();
        var groups = new NameGroups(names);

        // What [WildcardPattern]::Escape makes of a name is that column.
        patterns = [.. patterns.Select(pattern => WildcardPattern.ContainsWildcardCharacters(pattern) || groups.Alike(pattern).Count > 0 ? pattern : WildcardPattern.Unescape(pattern))];
        var named = NameMatching.Match(patterns, groups);
        var taken = new HashSet<string>(excluded, StringComparer.Ordinal);
        for (var i = 0; i < named.Length; i++)
        {
            if (named[i] is not { } column)
            {
                if (WildcardPattern.ContainsWildcardCharacters(patterns[i])) continue;
                // What stands for no column because another name stands for it exactly is that column once more.
                if (groups.Alike(patterns[i]) is [var same, ..]) throw Repeated(same);
                throw Missing(patterns[i], names, number, $"-{parameter}");
            }

            if (!taken.Add(column)) throw Repeated(column);
        }

        var columns = new List<string>();
        for (var i = 0; i < named.Length; i++)
        {
            if (named[i] is { } name)
            {
                columns.Add(name);
                continue;
            }

            var pattern = new WildcardPattern(patterns[i], WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            var before = columns.Count;
            columns.AddRange(names.Where(column => !Added.Contains(column) && pattern.IsMatch(column) && taken.Add(column)));
            if (columns.Count == before)
            {
                throw new AutodiffException(
                    ErrorIds.ColumnMissing,
                    $"No further column matches '{patterns[i]}' of -{parameter}. The row has: {string.Join(", ", names)}.");
            }
        }

        return [.. columns];

        AutodiffException Repeated(string column) => new(
            ErrorIds.ColumnRepeated,
            excluded.Contains(column, StringComparer.Ordinal)
                ? $"The column '{column}' cannot be both {(weights?.Contains(column, StringComparer.Ordinal) == true ? $"{parameter.ToLowerInvariant()} and weight" : "feature and label")}."
                : $"-{parameter} names the column '{column}' more than once.");
    }

    /// <summary>Throws when a row lacks a column that is known by name.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number.</param>
    /// <param name="source">What names the columns, for the error.</param>
    public static void Require(IReadOnlyList<string> columns, RowCells row, int number, string source)
    {
        var names = row.Names.ToArray();
        var missing = Array.IndexOf(NameMatching.Match(columns, new NameGroups(names)), null);
        if (missing >= 0) throw Missing(columns[missing], names, number, source);
    }

    /// <summary>What to write in place of a formula as in R; empty where none is given.</summary>
    public static string HintOfFormula(IEnumerable<string>? names) => names?.Any(static name => name.Contains('~', StringComparison.Ordinal)) == true
        ? " Formulas as in R are not read: name the column to predict with -Label and those to predict from with -Feature x, z."
        : string.Empty;

    private static AutodiffException Missing(string column, string[] names, int number, string source)
    {
        var hint = HintOfFormula([column]) is { Length: > 0 } formula ? formula : RowAdvice.ForColumns(names) ?? NearNames.Hint(column, names);
        return new AutodiffException(
            ErrorIds.ColumnMissing,
            string.Create(CultureInfo.InvariantCulture, $"{source} names the column '{column}', but row {number} has no such column. It has: {string.Join(", ", names)}.{hint}"));
    }
}
