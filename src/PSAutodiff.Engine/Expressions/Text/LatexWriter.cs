using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as one LaTeX formula for math mode, with the package amsmath.</summary>
internal static class LatexWriter
{
    public static string Write(ExprNode node, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var text = new StringBuilder();
        var style = new LatexStyle(new LatexNames([.. node.Variables, .. node.Functions], TypesetMatrix.ArraysOf([[node]])));
        cut = !FormulaWriter.Write(default(TypesetView), new TypesetNode(node), style, text, maxLength, cancellation);
        if (cut) CutText.End(text, maxLength, node);
        return text.ToString();
    }

    /// <summary>Several expressions as one matrix, in which a variable looks the same everywhere; each is cut by itself.</summary>
    public static string WriteMatrix(IReadOnlyList<IReadOnlyList<ExprNode>> rows, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        // An array, since matrices have ten columns at the most.
        var style = new LatexStyle(new LatexNames(TypesetMatrix.NamesOf(rows), TypesetMatrix.ArraysOf(rows)));
        var text = new StringBuilder(@"\left[\begin{array}{").Append('c', rows.Count == 0 ? 1 : rows[0].Count).Append('}');
        cut = TypesetMatrix.Write(rows, style, text, maxLength, (" ", " & ", @" \\", (cell, node) => CutText.End(cell, maxLength, node)), cancellation);
        return text.Append(@" \end{array}\right]").ToString();
    }
}

/// <summary>LaTeX in math mode, with parentheses that grow.</summary>
internal sealed class LatexStyle(LatexNames names) : TextStyle
{
    public override string Open => @"\left(";

    public override string Close => @"\right)";

    public override Notation NotationOf(Operation operation) => operation is UnknownFunction unknown ? unknown.LatexOf(names[unknown.Function]) : operation.Latex;

    public override Notation NotationOf(Operation operation, in ArgumentShapes of) =>
        operation is UnknownFunction ? NotationOf(operation) :
        operation is { IsElementwise: true, Arity: 1 } and not NegOperation ? ElementByElement(operation, of.X) :
        operation.LatexOf(of);

    public override (string Open, string Close, string NotZero)? TruthMarks => (@"\left[", @"\right]", @" \ne 0");

    // Vectors are columns here, so that those that are the rows of a matrix are transposed.
    public override LiteralForm FormOf(int rank, int columns)
    {
        const string end = @" \end{array}\right]";
        return rank == 1 || columns == 0
            ? new(@"\left[\begin{array}{c} ", @" \\ ", end, AfterVector: rank == 1 ? string.Empty : @"^{\mathsf{T}}")
            : new($@"\left[\begin{{array}}{{{new string('c', columns)}}} ", " & ", end, @" \\ ");
    }

    public override string Number(double value) =>
        Math.Abs(value) != Math.PI || names.HasGreekLetters ? Decimal(FormatNumber(value)) :
        value < 0 ? @"-\pi" :
        @"\pi";

    public override string Variable(string name) => names[name];

    // exp(A) of a matrix would be a series of its powers, |A| its determinant, and |v| a length.
    private static Notation ElementByElement(Operation operation, Shape shape)
    {
        const string mark = @"_{\circ}";
        const string open = @"\left(";
        var usual = operation.Latex;
        if (usual.Pieces is not [(var start, < 0), (_, 0), ..] || !start.EndsWith(open, StringComparison.Ordinal) || (shape.IsMatrix && start.Contains('_', StringComparison.Ordinal))) return Notation.LatexCall($@"\operatorname{{{operation.Name}}}{mark}", 1);
        return shape.IsMatrix ? Notation.LatexCall(start[..^open.Length] + mark, 1) : usual;
    }

    // Of a number in an array; others are products when they come here.
    private static string Decimal(string digits) => digits.IndexOf('e', StringComparison.Ordinal) is > 0 and var mark
        ? $@"{digits[..mark]} \cdot 10^{{{int.Parse(digits.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)}}}"
        : digits;
}
