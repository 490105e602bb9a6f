using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes the definitions of functions as a hashtable to fill in: a key for each function of the expression that has no definition.</summary>
public sealed class DefinitionsCompleter : IArgumentCompleter
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
        var names = VariableCompleter.NamesIn(commandAst, [fakeBoundParameters["Expression"]], static node => node.Functions);
        if (names.Count == 0 || wordToComplete.Length > 0) yield break;
        var text = $"@{{ {string.Join("; ", names.Select(static name => $"{name} = ''"))} }}";
        yield return new CompletionResult(text, text, CompletionResultType.ParameterValue, $"Definitions of {string.Join(", ", names)}, such as 'x => tanh(x)'");
    }
}
