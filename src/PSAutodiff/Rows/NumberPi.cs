using System.Text.RegularExpressions;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>The name pi in a text, which is a number even where rows have a column of that name.</summary>
internal static partial class NumberPi
{
    /// <summary>What to say of a text with pi in it and a row with such a column; null for nothing.</summary>
    /// <param name="expression">What was given as an expression.</param>
    /// <param name="row">A row.</param>
    public static string? Warning(object? expression, object? row)
    {
        if (Conversions.Unwrap(expression) is not string text || !Word().IsMatch(text) || Conversions.Unwrap(row) is null or string or ValueType) return null;
        return new RowCells(row!).Alike("pi") is [var column, ..]
            ? $"'pi' in '{text}' is the number 3.14159..., although the rows have a column '{column}'. Write ${{{column}}} for the column."
            : null;
    }

    // A word of its own or behind a factor, as in 2pi, and not in braces.
    [GeneratedRegex(@"(?<![\p{L}_]\w*)(?<!\$\{[^}]*)pi(?!\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
