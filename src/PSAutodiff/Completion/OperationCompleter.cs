using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Expressions;

namespace PSAutodiff;

/// <summary>Completes the names of operations.</summary>
public sealed class OperationCompleter : NameCompleter
{
    private const int MostArguments = 3;

    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        OperationTable.ByCode.Where(static operation => operation is { Arity: > 0, HasIndices: false }).Select(static operation => operation.Name)
            .Concat(ArrayFunction.Names.Where(static name => Enumerable.Range(1, MostArguments).Any(ArrayFunction.TryFind(name)!.Takes)))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private protected override CompletionResult Result(string name)
    {
        // What text can call in several ways is an operation of numbers by its own name.
        var operation = Array.Find(OperationTable.OfNumbers, operation => operation.Name == name);
        var counts = operation is not null ? $"{operation.Arity}" : string.Join(" or ", Enumerable.Range(1, MostArguments).Where(NamedFunction.Find(name).Takes));
        return new CompletionResult(name, name, CompletionResultType.ParameterValue, $"{name} takes {counts} argument{(counts == "1" ? string.Empty : "s")}");
    }
}
