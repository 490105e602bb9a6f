using System.Collections;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes the names of activations.</summary>
public sealed class ActivationCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        Enum.GetNames<ActivationFunction>().Select(static name => name.ToLowerInvariant());
}
