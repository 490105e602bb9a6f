using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>Writes an expression as one LaTeX formula for math mode, with the package amsmath.</summary>
internal static class LatexWriter
{
    public static string Write(ExprNode node, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var text = new StringBuilder();
        var style = new LatexStyle(new LatexNames([.. node.Variables, .. node.Functions]));
        cut = !FormulaWriter.Write(default(TypesetView), new TypesetNode(node), style, text, maxLength, cancellation);
        if (cut) CutText.End(text, maxLength, node);
        return text.ToString();
    }

    /// <summary>Several expressions as one matrix, in which a variable looks the same everywhere; each is cut by itself.</summary>
    public static string WriteMatrix(IReadOnlyList<IReadOnlyList<ExprNode>> rows, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        // An array, since matrices have ten columns at the most.
        var style = new LatexStyle(new LatexNames(TypesetMatrix.NamesOf(rows)));
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

    public override string Number(double value) =>
        Math.Abs(value) != Math.PI || names.HasGreekLetters ? FormatNumber(value) :
        value < 0 ? @"-\pi" :
        @"\pi";

    public override string Variable(string name) => names[name];
}
