using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Completion;
using PSAutodiff.Converters;

namespace PSAutodiff;

/// <summary>
/// Completes the names of variables of the expressions that a command gets: from its -Expression or -Loss, or from the PowerShell
/// variable or text at the start of its pipeline. Nothing is run to find out.
/// </summary>
public sealed class VariableCompleter : NameCompleter
{
    /// <summary>The variables of expressions, and of those at the start of the pipeline of a command.</summary>
    internal static SortedSet<string> Variables(CommandAst command, IEnumerable<object?> expressions) => NamesIn(command, expressions, static node => node.Variables);

    /// <summary>Some names in the same expressions.</summary>
    internal static SortedSet<string> NamesIn(CommandAst command, IEnumerable<object?> expressions, Func<ExprNode, IReadOnlyList<string>> namesOf)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var value in expressions) Collect(value, names, namesOf);
        if (command.Parent is not PipelineAst { PipelineElements: [CommandExpressionAst first, ..] }) return names;
        if (first.Expression is StringConstantExpressionAst text) Collect(text.Value, names, namesOf);
        if (first.Expression is not VariableExpressionAst variable) return names;
        Collect(RowColumns.ValueOf(variable), names, namesOf);
        return names;
    }

    private protected override IEnumerable<string> Names(string commandName, CommandAst command, IDictionary bound) =>
        Variables(command, [bound["Expression"], bound["Loss"], bound["Model"]]);

    private protected override CompletionResult Result(string name) => new(ColumnCompleter.Quoted(name), name, CompletionResultType.ParameterValue, name);

    private static void Collect(object? value, SortedSet<string> names, Func<ExprNode, IReadOnlyList<string>> namesOf)
    {
        // The equations of Find-Root are several.
        foreach (var expression in Conversions.Unwrap(value) as IList ?? (object?[])[value])
        {
            if (expression is null) continue;
            try
            {
                names.UnionWith(namesOf(Conversions.ToExpression(expression)));
            }
            catch (AutodiffException)
            {
                // What is not an expression has no variables to offer.
            }
        }
    }
}
