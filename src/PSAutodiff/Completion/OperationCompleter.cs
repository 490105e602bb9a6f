using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes the names of operations.</summary>
public sealed class OperationCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        foreach (var operation in OperationTable.ByCode)
        {
            if (operation.Arity == 0 || !operation.Name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)) continue;
            yield return new CompletionResult(
                operation.Name,
                operation.Name,
                CompletionResultType.ParameterValue,
                $"{operation.Name} takes {operation.Arity} argument{(operation.Arity == 1 ? string.Empty : "s")}");
        }
    }
}
