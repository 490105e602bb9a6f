using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Completion;

namespace PSAutodiff;

/// <summary>
/// Completes the values of variables as a hashtable to fill in: a key for each variable of the expression that is not a column of the rows
/// that come through the pipeline. PowerShell asks nobody within the braces.
/// </summary>
public sealed class ValuesCompleter : IArgumentCompleter
{
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
        ArgumentNullException.ThrowIfNull(wordToComplete);
        var columns = RowColumns.Of(commandAst);
        var names = VariableCompleter.Variables(commandAst, [fakeBoundParameters["Expression"], fakeBoundParameters["Loss"], fakeBoundParameters["Model"]])
            .Where(name => !columns.Contains(name, StringComparer.OrdinalIgnoreCase))
            .ToArray();
        if (names.Length == 0 || wordToComplete.Length > 0) yield break;
        var text = $"@{{ {string.Join("; ", names.Select(static name => $"{ColumnCompleter.Quoted(name)} = "))}}}";
        yield return new CompletionResult(text, text, CompletionResultType.ParameterValue, $"Values of {string.Join(", ", names)}");
    }
}
