using System.Management.Automation;

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

    private protected override string Second => nameof(As);

    private protected override void Process(object? expression) => ProcessExpression(expression, Write);

    private protected override void TakeSecond(object? value) => As = ConvertSecond<ExprTextFormat>(value, $"one of {string.Join(", ", Enum.GetNames<ExprTextFormat>())}");

    private protected override bool LooksLikeSecond(object? value) => value is ExprTextFormat || IsName<ExprTextFormat>(value);

    private void Write(ExprNode node)
    {
        var text = node.ToText(As, MaxLength, out var cut, Cancellation);
        if (cut) WriteWarning($"The text was cut after {MaxLength} characters. -As Let writes the whole expression, each shared part once; -MaxLength moves the limit.");
        WriteObject(text);
    }
}
