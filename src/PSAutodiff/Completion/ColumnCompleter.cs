using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Completion;

namespace PSAutodiff;

/// <summary>Completes the columns of the rows that come through the pipeline; those with spaces or signs in quotes.</summary>
public sealed class ColumnCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        RowColumns.Of(command).Where(static name => !name.Any(char.IsControl));

    private protected override CompletionResult Result(string name) => new(Quoted(name), name, CompletionResultType.ParameterValue, name);

    /// <summary>A name as it is written for an argument, or for a key of a hashtable.</summary>
    internal static string Quoted(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(static c => char.IsLetterOrDigit(c) || c == '_') ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
