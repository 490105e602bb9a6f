using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes the names of activations.</summary>
public sealed class ActivationCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        foreach (var name in Enum.GetNames<ActivationFunction>())
        {
            if (name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(name.ToLowerInvariant());
        }
    }
}
