using System.Collections;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes what a command in a pipeline takes at its first position: variables, or the names of rules and formats.</summary>
public sealed class FirstPositionCompleter : NameCompleter
{
    // At the beginning of a line an expression stands there.
    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        command.Parent is not PipelineAst pipeline || pipeline.PipelineElements[0] == command ? [] : commandName switch
        {
            // What stands there so far is the beginning of a name, not an expression.
            "Invoke-Differentiate" or "New-CompiledExpression" => VariableCompleter.Variables(command, []),
            "Invoke-Simplify" => Enum.GetNames<SimplificationRule>().Order(StringComparer.Ordinal),
            "ConvertTo-ExprText" => Enum.GetNames<ExprTextFormat>().Order(StringComparer.Ordinal),
            _ => [],
        };
}
