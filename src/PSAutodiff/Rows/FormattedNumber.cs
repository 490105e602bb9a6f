using System.Text.RegularExpressions;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Numbers as people print them: 203,400 and 29.4%.</summary>
internal static partial class FormattedNumber
{
    /// <summary>Reads one; a comma stands before three digits, so that 203,4 is none, and no group begins with 0, so that a decimal comma as in 0,123 is none.</summary>
    public static bool TryRead(string? text, out double number)
    {
        number = 0;
        if (text is null || Form().Match(text) is not { Success: true } match) return false;
        var digits = match.Groups["digits"].Value.Replace(",", string.Empty, StringComparison.Ordinal);
        // Hundredths by the exponent are rounded once.
        return Conversions.TryGetDouble(match.Groups["percent"].Success ? digits + "e-2" : digits, out number);
    }

    [GeneratedRegex(@"^\s*(?<digits>[+-]?([1-9]\d{0,2}(,\d{3})+(\.\d+)?|\d+(\.\d*)?|\.\d+))\s*(?<percent>%)?\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
