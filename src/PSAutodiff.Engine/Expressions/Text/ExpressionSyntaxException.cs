using PSAutodiff.Expressions.Text;

namespace PSAutodiff;

/// <summary>Text that is not an expression. The message tells what was expected and shows the place.</summary>
public sealed class ExpressionSyntaxException : AutodiffException
{
    private const int Margin = 30;

    internal ExpressionSyntaxException(string errorId, string problem, string text, int position)
        : this(errorId, problem, text, position, CutText.Find(text))
    {
    }

    // Whatever goes wrong in a text that was cut, goes wrong because of the cut.
    private ExpressionSyntaxException(string errorId, string problem, string text, int position, int cut)
        : base(cut >= 0 ? ErrorIds.ExpressionSyntax : errorId, cut >= 0 ? Describe(CutText.Problem, text, cut) : Describe(problem, text, position))
    {
        Text = text;
        Column = (cut >= 0 ? cut : position) + 1;
    }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>The variables so far that were taken for numbers, where shapes do not go together.</summary>
    internal IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Where the text goes wrong: 1 for the first character.</summary>
    public int Column { get; }

    private static IEnumerable<string> Describe(string problem, string text, int position)
    {
        var start = Math.Max(0, position - Margin);
        var end = Math.Min(text.Length, position + Margin);
        var before = start > 0 ? "..." : string.Empty;
        var after = end < text.Length ? "..." : string.Empty;
        var caret = new string(' ', before.Length + position - start) + "^";
        return [VisibleText.Of($"Column {position + 1}: {problem}"), $"    {before}{VisibleText.Of(text[start..end])}{after}", $"    {caret}"];
    }
}
