using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Commands;

/// <summary>Writes expressions as text.</summary>
[Cmdlet(VerbsData.ConvertTo, "ExprText")]
[OutputType(typeof(string))]
public sealed class ConvertToExprTextCommand : PositionalExpressionCmdlet
{
    /// <summary>The format.</summary>
    [Parameter(Position = 1)]
    public ExprTextFormat As { get; set; } = ExprTextFormat.Infix;

    /// <summary>Where formats that write shared parts out each time are cut, in characters.</summary>
    [Parameter]
    [ValidateRange(16, int.MaxValue)]
    public int MaxLength { get; set; } = ExprNode.DefaultMaxTextLength;

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    private protected override string Second => nameof(As);

    private protected override void Process(object? expression) => ProcessExpression(expression, () => Conversions.Live(expression), live =>
    {
        IReadOnlyList<IReadOnlyList<ExprNode>>? rows = live switch
        {
            // A column.
            ExprGradient gradient => [.. gradient.Derivatives.Select(static derivative => (ExprNode[])[derivative])],
            ExprHessian hessian => [.. hessian.Variables.Select((_, i) => hessian.Variables.Select((_, j) => hessian.Entries[i, j]).ToArray())],
            ExprJacobian jacobian => [.. jacobian.Rows.Select(static row => row.Derivatives)],
            _ => null,
        };
        if (rows is not null)
        {
            WriteTexts(ExprNode.ToMatrixText(rows, As, MaxLength, out var cut, Cancellation), cut);
            return;
        }

        // From what was given: a number token has its text with it.
        var node = ToExpression(expression);
        WarnOfNames(expression, node);
        var text = node.ToText(As, MaxLength, out var isCut, Cancellation);
        WriteTexts([text], isCut);
    });

    private protected override void TakeSecond(object? value) => As = ConvertSecond<ExprTextFormat>(value, $"one of {string.Join(", ", Enum.GetNames<ExprTextFormat>())}");

    private protected override bool LooksLikeSecond(object? value) => value is ExprTextFormat || IsName<ExprTextFormat>(value);

    private void WriteTexts(IEnumerable<string> texts, bool cut)
    {
        if (cut) WriteWarning($"The text was cut after {MaxLength} characters. -As Let writes the whole expression, each shared part once; -MaxLength moves the limit.");
        WriteObject(texts, enumerateCollection: true);
    }
}
