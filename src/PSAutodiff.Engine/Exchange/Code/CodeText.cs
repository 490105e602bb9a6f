using System.Globalization;
using System.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>Texts and numbers of others as literals of languages. Whatever they hold, they stay on one line and within their quotes.</summary>
internal static class CodeText
{
    private const int NumbersInLine = 12;

    /// <summary>A text in Python.</summary>
    public static string Python(string text) => Quoted(text, static rune => rune.IsBmp ? FormattableString.Invariant($"\\u{rune.Value:x4}") : FormattableString.Invariant($"\\U{rune.Value:x8}"));

    /// <summary>A text in C#.</summary>
    public static string CSharp(string text) => Quoted(text, static rune => rune.IsBmp ? FormattableString.Invariant($"\\u{rune.Value:X4}") : FormattableString.Invariant($"\\U{rune.Value:X8}"));

    /// <summary>A text in PowerShell.</summary>
    public static string PowerShell(string text)
    {
        if (text.All(static c => c is >= ' ' and <= '~' || IsPlain(c))) return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

        // By their numbers: between double quotes a text could be code, and single ones have several signs.
        return $"([string]::new([char[]] ({string.Join(", ", text.Select(static c => FormattableString.Invariant($"0x{(int)c:X4}")))})))";
    }

    /// <summary>Numbers in lines, each of which ends with a comma.</summary>
    public static string Numbers(IEnumerable<string> numbers, string indent) => string.Concat(numbers.Chunk(NumbersInLine).Select(line => $"{indent}{string.Join(", ", line)},\n"));

    /// <summary>A number that reads back to the same bits in C#, Python and PowerShell; never NaN.</summary>
    public static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    private static string Quoted(string text, Func<Rune, string> escape)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~' || IsPlain(c)) quoted.Append(c);
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                quoted.Append(escape(rune));
                i += rune.Utf16SequenceLength - 1;
            }
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return quoted.Append('"').ToString();
    }

    // Letters and digits, of which none moves others or looks like a quote.
    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) && char.GetUnicodeCategory(c) is not UnicodeCategory.ModifierLetter;
}
