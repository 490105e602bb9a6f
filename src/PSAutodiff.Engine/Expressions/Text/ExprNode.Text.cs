using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff;

/// <content>Reading, display, and text in every format.</content>
public sealed partial class ExprNode
{
    /// <summary>Where <see cref="ToText(ExprTextFormat, int)"/> cuts formats that write shared parts out each time, by default.</summary>
    internal const int DefaultMaxTextLength = 1_000_000;

    /// <summary>Reads an expression from text, for example <c>4*x*y + exp(-y)</c>.</summary>
    /// <exception cref="ExpressionSyntaxException">The text is not an expression; the message shows where.</exception>
    public static ExprNode Parse(string text) => ExpressionParser.Parse(text, CancellationToken.None);

    /// <summary>Reads an expression from text, and can be cancelled meanwhile.</summary>
    /// <exception cref="ExpressionSyntaxException">The text is not an expression; the message shows where.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    internal static ExprNode Parse(string text, CancellationToken cancellation) => ExpressionParser.Parse(text, cancellation);

    /// <summary>Reads an expression that has functions without definitions, or variables with shapes, which it need not declare.</summary>
    internal static ExprNode Parse(string text, IEnumerable<string>? functions, IReadOnlyDictionary<string, Shape>? shapes, CancellationToken cancellation) =>
        ExpressionParser.Parse(text, functions, shapes, cancellation);

    /// <summary>Infix text, cut with an ellipsis and a structural hash when it is long.</summary>
    public override string ToString()
    {
        try
        {
            return ExprText.Display(this);
        }
        catch (AutodiffException)
        {
            // Operators put together what is not an expression, such as a function with one argument here and two there: it is still shown.
            return ExprText.Formula(this);
        }
    }

    /// <summary>The expression as JSON, for files and for sessions that carry no nodes; <see cref="ParseJson(string)"/> reads it.</summary>
    public string ToJson() => ToText(ExprTextFormat.Json);

    /// <summary>Reads what <see cref="ExprTextFormat.Json"/> writes, to an equal expression.</summary>
    /// <exception cref="AutodiffException">The text is not an expression; the message names the node and what is wrong.</exception>
    public static ExprNode ParseJson(string json) => JsonReader.Read(json, CancellationToken.None);

    /// <summary>Reads what <see cref="ExprTextFormat.Json"/> writes, and can be cancelled meanwhile.</summary>
    internal static ExprNode ParseJson(string json, CancellationToken cancellation) => JsonReader.Read(json, cancellation);

    /// <summary>The expression as text, in any format and in every culture the same.</summary>
    /// <param name="format">The format.</param>
    /// <param name="maxLength">
    /// Where formats that write shared parts out each time are cut, in characters; they then end with an ellipsis and the structural
    /// hash. The other formats are linear in the number of distinct nodes and always whole.
    /// </param>
    public string ToText(ExprTextFormat format, int maxLength = DefaultMaxTextLength) => ToText(format, maxLength, out _);

    /// <summary>Expressions in rows and columns: one formula of a matrix where the format is typeset, else a text for each of them.</summary>
    internal static IEnumerable<string> ToMatrixText(
        IReadOnlyList<IReadOnlyList<ExprNode>> rows,
        ExprTextFormat format,
        int maxLength,
        out bool cut,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        if (format == ExprTextFormat.Latex) return [LatexWriter.WriteMatrix(rows, maxLength, out cut, cancellation)];
        if (format == ExprTextFormat.MathML) return [MathMLWriter.WriteMatrix(rows, maxLength, out cut, cancellation)];
        cut = false;
        var texts = new List<string>();
        foreach (var node in rows.SelectMany(static row => row))
        {
            texts.Add(node.ToText(format, maxLength, out var isCut, cancellation));
            cut |= isCut;
        }

        return texts;
    }

    /// <summary>The expression as text, and whether it was cut.</summary>
    internal string ToText(ExprTextFormat format, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        cut = false;
        return format switch
        {
            ExprTextFormat.Infix => ExprText.Write(this, InfixStyle.Instance, maxLength, out cut, cancellation),
            ExprTextFormat.Lab => ExprText.Write(this, LabStyle.Instance, maxLength, out cut, cancellation),
            ExprTextFormat.Let => LetWriter.Write(this, cancellation),
            ExprTextFormat.Latex => LatexWriter.Write(this, maxLength, out cut, cancellation),
            ExprTextFormat.MathML => MathMLWriter.Write(this, maxLength, out cut, cancellation),
            ExprTextFormat.Tree => TreeWriter.Write(this, maxLength, out cut),
            ExprTextFormat.Dot => DotWriter.Write(this, cancellation),
            ExprTextFormat.Json => JsonWriter.Write(this, cancellation),
            ExprTextFormat.CSharp => CSharpWriter.Write(this, cancellation),
            ExprTextFormat.Python => PythonWriter.Write(this, cancellation),
            ExprTextFormat.PowerShell => PowerShellWriter.Write(this, cancellation),
            ExprTextFormat.PyTorch => PyTorchWriter.Write(this, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
        };
    }
}
