using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Converters;

namespace PSAutodiff;

/// <summary>
/// Completes the names of variables of the expressions that a command gets: from its -Expression or -Loss, or from the PowerShell
/// variable or text at the start of its pipeline. Nothing is run to find out.
/// </summary>
public sealed class VariableCompleter : NameCompleter
{
    // SessionStateProxy throws while completion runs; Get-Variable does not.
    private static readonly ScriptBlock GetVariable = ScriptBlock.Create("param($name) Get-Variable -Name $name -ValueOnly -ErrorAction Ignore");

    /// <summary>The variables of expressions, and of those at the start of the pipeline of a command.</summary>
    internal static SortedSet<string> Variables(CommandAst command, IEnumerable<object?> expressions)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var value in expressions) Collect(value, names);
        if (command.Parent is not PipelineAst { PipelineElements: [CommandExpressionAst first, ..] }) return names;
        if (first.Expression is StringConstantExpressionAst text) Collect(text.Value, names);
        if (first.Expression is not VariableExpressionAst variable) return names;
        foreach (var value in GetVariable.Invoke(variable.VariablePath.UserPath)) Collect(value, names);
        return names;
    }

    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        Variables(command, [bound["Expression"], bound["Loss"]]);

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
