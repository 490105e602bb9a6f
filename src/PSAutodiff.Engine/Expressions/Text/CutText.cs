using System.Globalization;
using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>What stands at the end of a text that was cut.</summary>
internal static class CutText
{
    /// <summary>The structural hash as displays show it: texts that are cut alike must not be taken for one.</summary>
    public static string Hash(ExprNode node) => string.Create(CultureInfo.InvariantCulture, $"[#{(uint)(node.StructuralHash >> 32):x8}]");

    /// <summary>Cuts a text at a length and ends it with an ellipsis and the hash.</summary>
    public static void End(StringBuilder text, int maxLength, ExprNode node)
    {
        text.Length = Math.Min(text.Length, maxLength);
        text.Append("... ").Append(Hash(node));
    }
}
