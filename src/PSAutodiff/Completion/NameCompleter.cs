using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes names that begin with what was typed, in any case.</summary>
public abstract class NameCompleter : IArgumentCompleter
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

        // Its quotes, of which the last may be there already.
        var word = wordToComplete.Trim('\'', '"');
        return Names(commandName, commandAst, fakeBoundParameters)
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(Result);
    }

    /// <summary>All names that can stand there, in the order in which they are offered.</summary>
    private protected abstract IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound);

    /// <summary>How a name is offered.</summary>
    private protected virtual CompletionResult Result(string name) => new(name);
}
