using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSAutodiff;

/// <summary>Completes the names of operations.</summary>
public sealed class OperationCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        OperationTable.OfNumbers.Select(static operation => operation.Name);

    private protected override CompletionResult Result(string name)
    {
        var arity = OperationTable.ByCode.First(operation => operation.Name == name).Arity;
        return new CompletionResult(name, name, CompletionResultType.ParameterValue, $"{name} takes {arity} argument{(arity == 1 ? string.Empty : "s")}");
    }
}
