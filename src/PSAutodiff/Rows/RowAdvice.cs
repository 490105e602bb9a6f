using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>What to do about rows that are not those that someone meant.</summary>
internal static class RowAdvice
{
    /// <summary>A sentence, with a blank before it, when columns are those of a file with another delimiter, or of an array; else null.</summary>
    public static string? ForColumns(IReadOnlyList<string> names) =>
        names is [var only] && Delimiter(only) is { } delimiter ? $" The file has another delimiter: Import-Csv -Delimiter '{delimiter}'." :
        names.Contains("LongLength", StringComparer.Ordinal) && names.Contains("SyncRoot", StringComparer.Ordinal) ? " That is an array, not a row: pipe the rows instead of naming them with -InputObject." :
        null;

    /// <summary>A sentence, with a blank before it, for a row that is text; else empty.</summary>
    public static string ForText(object? row) => Conversions.Unwrap(row) is string ? " To read a CSV file: Import-Csv data.csv." : string.Empty;

    private static string? Delimiter(string name) => name.Contains(';', StringComparison.Ordinal) ? ";" : name.Contains('\t', StringComparison.Ordinal) ? "`t" : name.Contains('|', StringComparison.Ordinal) ? "|" : null;
}
