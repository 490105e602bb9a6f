using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>Formulas as text: displays that are always short, and formats that are cut only at a length the caller sets.</summary>
internal static class ExprText
{
    /// <summary>How much of an expression a display shows.</summary>
    public const int DisplayLength = 240;

    /// <summary>What a screen shows: infix text, cut with an ellipsis and the structural hash.</summary>
    public static string Display(ExprNode node) => Write(node, InfixStyle.Instance, DisplayLength, out _);

    /// <summary>One formula, cut with an ellipsis and the structural hash when it is longer than the limit.</summary>
    public static string Write(ExprNode node, TextStyle style, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var text = new StringBuilder();
        cut = !FormulaWriter.Write(default(ObjectView), node, style, text, maxLength, cancellation);
        if (!cut) return text.ToString();

        // Commands that sort, group or compare by text must not take two long expressions for one.
        CutText.End(text, maxLength, node);
        return text.ToString();
    }
}
