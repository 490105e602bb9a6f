using System.Buffers;
using System.Globalization;
using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>What stands at the end of a text that was cut.</summary>
internal static class CutText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>The structural hash as displays show it: texts that are cut alike must not be taken for one.</summary>
    public static string Hash(ExprNode node) => string.Create(CultureInfo.InvariantCulture, $"[#{(uint)(node.StructuralHash >> 32):x8}]");

    /// <summary>What is wrong with a text that was cut.</summary>
    public const string Problem = "this text is the shortened print of a long expression, which ends with '...' and a number. Use the expression itself, as in Find-Root ($fit.Expression - 500), or its whole text: ConvertTo-ExprText.";

    private const string Mark = "... [#";
    private const int HashLength = 8;

    /// <summary>Where a text was cut; -1 for one that was not.</summary>
    public static int Find(string text)
    {
        for (var at = text.IndexOf(Mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Mark, at + 1, StringComparison.Ordinal))
        {
            var hash = text.AsSpan(at + Mark.Length);
            if (hash.Length > HashLength && hash[HashLength] == ']' && !hash[..HashLength].ContainsAnyExcept(Digits)) return at;
        }

        return -1;
    }

    /// <summary>Cuts a text at a length and ends it with an ellipsis and the hash.</summary>
    public static void End(StringBuilder text, int maxLength, ExprNode node)
    {
        text.Length = Math.Min(text.Length, maxLength);
        text.Append("... ").Append(Hash(node));
    }
}
