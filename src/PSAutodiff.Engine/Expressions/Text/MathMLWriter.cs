using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as a presentation MathML element (MathML Core, which browsers typeset by themselves).</summary>
internal static class MathMLWriter
{
    private const string Start = "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">";
    private const string End = "</math>";

    /// <summary>The element; a short note in place of a formula that would be longer than the limit, as half an element is none.</summary>
    public static string Write(ExprNode node, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var text = new StringBuilder(Start);
        var style = new MathMLStyle(new MathMLNames(node.Variables));
        cut = !FormulaWriter.Write(default(TypesetView), new TypesetNode(node), style, text, maxLength - End.Length, cancellation);
        return cut
            ? $"{Start}<mtext>{node.Op.Name} ... {CutText.Hash(node)}</mtext>{End}"
            : text.Append(End).ToString();
    }
}

/// <summary>Presentation MathML; every notation is exactly one element, so that it can stand anywhere.</summary>
internal sealed class MathMLStyle(MathMLNames names) : TextStyle
{
    public override string Open => "<mrow><mo>(</mo>";

    public override string Close => "<mo>)</mo></mrow>";

    public override Notation NotationOf(Operation operation) => operation.MathML;

    public override string Number(double value) =>
        Math.Abs(value) == Math.PI && !names.HasGreekLetters ? Signed("<mi>π</mi>", value < 0) : Digits(FormatNumber(value));

    public override string Digits(string digits) => Signed($"<mn>{digits.TrimStart('-')}</mn>", digits[0] == '-');

    public override string Variable(string name) => names[name];

    private static string Signed(string digits, bool isNegative) => isNegative ? $"<mrow><mo>−</mo>{digits}</mrow>" : digits;

    /// <summary>Text with the characters that mean something to XML replaced.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);
}
