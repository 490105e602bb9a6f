using System.Management.Automation;

namespace PSAutodiff.Commands;

/// <summary>Writes expressions as text.</summary>
[Cmdlet(VerbsData.ConvertTo, "ExprText")]
[OutputType(typeof(string))]
public sealed class ConvertToExprTextCommand : ExpressionCmdlet
{
    /// <summary>Expressions: nodes, text, script blocks or numbers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>The format.</summary>
    [Parameter(Position = 0)]
    public ExprTextFormat As { get; set; } = ExprTextFormat.Infix;

    /// <summary>Where formats that write shared parts out each time are cut, in characters.</summary>
    [Parameter]
    [ValidateRange(16, int.MaxValue)]
    public int MaxLength { get; set; } = ExprNode.DefaultMaxTextLength;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Expression))) return;
        ProcessExpression(Expression, Write);
    }

    private void Write(ExprNode node)
    {
        var text = node.ToText(As, MaxLength, out var cut);
        if (cut) WriteWarning($"The text was cut after {MaxLength} characters. -As Let writes the whole expression, each shared part once; -MaxLength moves the limit.");
        WriteObject(text);
    }
}
