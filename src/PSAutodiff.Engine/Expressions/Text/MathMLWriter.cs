using System.Globalization;
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
        var style = new MathMLStyle(new MathMLNames([.. node.Variables, .. node.Functions], TypesetMatrix.ArraysOf([[node]])));
        cut = !FormulaWriter.Write(default(TypesetView), new TypesetNode(node), style, text, maxLength - End.Length, cancellation);
        return cut
            ? Start + CutNote(node) + End
            : text.Append(End).ToString();
    }

    /// <summary>Several expressions as one matrix, in which a variable looks the same everywhere; a note in place of each that is too long.</summary>
    public static string WriteMatrix(IReadOnlyList<IReadOnlyList<ExprNode>> rows, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var style = new MathMLStyle(new MathMLNames(TypesetMatrix.NamesOf(rows), TypesetMatrix.ArraysOf(rows)));
        var text = new StringBuilder(Start).Append("<mrow><mo>[</mo><mtable>");
        cut = TypesetMatrix.Write(rows, style, text, maxLength, ("<mtr><mtd>", "</mtd><mtd>", "</mtd></mtr>", static (cell, node) => cell.Clear().Append(CutNote(node))), cancellation);
        return text.Append("</mtable><mo>]</mo></mrow>").Append(End).ToString();
    }

    private static string CutNote(ExprNode node) => $"<mtext>{node.Op} ... {CutText.Hash(node)}</mtext>";
}

/// <summary>Presentation MathML; every notation is exactly one element, so that it can stand anywhere.</summary>
internal sealed class MathMLStyle(MathMLNames names) : TextStyle
{
    public override string Open => "<mrow><mo>(</mo>";

    public override string Close => "<mo>)</mo></mrow>";

    public override Notation NotationOf(Operation operation) => operation is UnknownFunction unknown ? unknown.MathMLOf(names[unknown.Function]) : operation.MathML;

    public override Notation NotationOf(Operation operation, in ArgumentShapes of) =>
        operation is UnknownFunction ? NotationOf(operation) :
        operation is { IsElementwise: true, Arity: 1 } and not NegOperation ? ElementByElement(operation, of.X) :
        operation.MathMLOf(of);

    // As in LaTeX, vectors are columns.
    public override LiteralForm FormOf(int rank, int columns)
    {
        const string start = "<mrow><mo>[</mo><mtable><mtr><mtd>";
        const string between = "</mtd></mtr><mtr><mtd>";
        const string end = "</mtd></mtr></mtable><mo>]</mo></mrow>";
        return
            rank == 1 ? new(start, between, end) :
            columns == 0 ? new(start, between, end, AfterVector: TransposeOperation.TransposeEnd, BeforeVector: TransposeOperation.TransposeStart) :
            new(start, "</mtd><mtd>", end, between);
    }

    public override string Number(double value) =>
        Math.Abs(value) == Math.PI && !names.HasGreekLetters ? Signed("<mi>π</mi>", value < 0) : Decimal(FormatNumber(value));

    public override string Digits(string digits) => Signed($"<mn>{digits.TrimStart('-')}</mn>", digits[0] == '-');

    public override (string Open, string Close, string NotZero)? TruthMarks => ("<mo>[</mo>", "<mo>]</mo>", "<mo>≠</mo><mn>0</mn>");

    public override string Variable(string name) => names[name];

    // As in LaTeX: exp(A) of a matrix would be a series of its powers, |A| its determinant, and |v| a length.
    private static Notation ElementByElement(Operation operation, Shape shape)
    {
        var function = operation.MathML.MathMLFunction;
        return function is not null && !shape.IsMatrix ? operation.MathML : Notation.MathMLApply($"<msub>{function ?? $"<mi>{operation.Name}</mi>"}<mo>∘</mo></msub>", 1);
    }

    // Of a number in an array; others are products when they come here.
    private string Decimal(string digits) => digits.IndexOf('e', StringComparison.Ordinal) is > 0 and var mark
        ? $"<mrow>{Digits(digits[..mark])}<mo>⋅</mo><msup><mn>10</mn>{Digits(int.Parse(digits.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture))}</msup></mrow>"
        : Digits(digits);

    private static string Signed(string digits, bool isNegative) => isNegative ? $"<mrow><mo>−</mo>{digits}</mrow>" : digits;

    /// <summary>Text with the characters that mean something to XML replaced.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);
}
