using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes what a command in a pipeline takes at its first position: variables, or the names of rules and formats.</summary>
public sealed class FirstPositionCompleter : IArgumentCompleter
{
    private static readonly Dictionary<string, Func<IEnumerable<string>>> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Invoke-Simplify"] = Enum.GetNames<SimplificationRule>,
        ["ConvertTo-ExprText"] = Enum.GetNames<ExprTextFormat>,
    };

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(commandAst);

        // At the beginning of a line an expression stands there.
        if (commandAst.Parent is not PipelineAst pipeline || pipeline.PipelineElements[0] == commandAst) return [];
        if (commandName is "Invoke-Differentiate" or "New-CompiledExpression")
        {
            // What stands there so far is the beginning of a name, not an expression.
            return new VariableCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, new Hashtable());
        }

        if (!Names.TryGetValue(commandName, out var names)) return [];
        return names().Order(StringComparer.Ordinal)
            .Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(static name => new CompletionResult(name));
    }
}
