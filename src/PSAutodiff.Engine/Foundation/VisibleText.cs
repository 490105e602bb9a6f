using System.Globalization;

namespace PSAutodiff;

/// <summary>
/// Text of others (labels, names of columns and files, what a parser found) as it may be shown: nothing in it moves a cursor, starts a
/// sequence of a terminal, breaks a line or turns the direction of writing around.
/// </summary>
internal static class VisibleText
{
    private const char Unshown = '\uFFFD';

    /// <summary>The text with a visible character for each that would do something instead of being seen; as long as before.</summary>
    public static string Of(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (At(text, i) != text[i]) return string.Create(text.Length, text, static (shown, text) =>
            {
                for (var i = 0; i < shown.Length; i++) shown[i] = At(text, i);
            });
        }

        return text;
    }

    private static char At(string text, int index)
    {
        var c = text[index];
        return c switch
        {
            >= ' ' and <= '~' => c,
            < ' ' => (char)('\u2400' + c),
            '\u007F' => '\u2421',
            _ => IsSeen(text, index) ? c : Unshown,
        };
    }

    private static bool IsSeen(string text, int index) => char.GetUnicodeCategory(text[index]) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => !IsDangerous(text[index]),
        UnicodeCategory.Surrogate => char.IsHighSurrogate(text[index])
            ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
            : index > 0 && char.IsHighSurrogate(text[index - 1]),
        UnicodeCategory.OtherNotAssigned => text[index] < '\uFFFE',
        _ => true,
    };

    // The marks and overrides of writing directions, the byte order mark and interlinear annotations; joiners belong to words.
    private static bool IsDangerous(char c) => c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u206F') or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFB');
}
