using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Converters;

namespace PSAutodiff;

/// <summary>
/// Completes the names of variables of the expressions that a command gets: from its -Expression or -Loss, or from the PowerShell
/// variable or text at the start of its pipeline. Nothing is run to find out.
/// </summary>
public sealed class VariableCompleter : IArgumentCompleter
{
    // SessionStateProxy throws while completion runs; Get-Variable does not.
    private static readonly ScriptBlock GetVariable = ScriptBlock.Create("param($name) Get-Variable -Name $name -ValueOnly -ErrorAction Ignore");

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(commandAst);
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var parameter in new[] { "Expression", "Loss" }) Collect(fakeBoundParameters[parameter], names);
        if (commandAst.Parent is PipelineAst { PipelineElements: [CommandExpressionAst first, ..] })
        {
            if (first.Expression is VariableExpressionAst variable)
            {
                foreach (var value in GetVariable.Invoke(variable.VariablePath.UserPath)) Collect(value, names);
            }
            else if (first.Expression is StringConstantExpressionAst text)
            {
                Collect(text.Value, names);
            }
        }

        foreach (var name in names)
        {
            if (name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(name);
        }
    }

    private static void Collect(object? value, SortedSet<string> names)
    {
        if (value is null) return;
        try
        {
            names.UnionWith(Conversions.ToExpression(value).Variables);
        }
        catch (AutodiffException)
        {
            // What is no expression has no variables to offer.
        }
    }
}
