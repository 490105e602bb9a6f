using System.Collections;
using System.Management.Automation.Language;
using PSAutodiff.Converters;

namespace PSAutodiff;

/// <summary>Completes the names of activations, and of the other steps of layers.</summary>
public sealed class ActivationCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        Enum.GetNames<ActivationFunction>().Select(static name => name.ToLowerInvariant()).Concat(bound.Contains("Weight") ? [] : LayerList.Steps);
}
