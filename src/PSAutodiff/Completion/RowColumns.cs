using System.Collections;
using System.Data;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSAutodiff.Converters;

namespace PSAutodiff.Completion;

/// <summary>
/// The columns of the rows that a pipeline brings to a command, from the text of the line alone: those of the PowerShell variable, the
/// CSV file or the literal at its start, through commands that leave the columns as they are. Nothing on the line is run.
/// </summary>
internal static class RowColumns
{
    // SessionStateProxy throws while completion runs; Get-Variable does not. The variable itself: its value is not enumerated.
    private static readonly ScriptBlock GetVariable = ScriptBlock.Create("param($name) Get-Variable -Name $name -ErrorAction Ignore");

    private static readonly string[] Filters = OperatingSystem.IsWindows() ? ["Where-Object", "where", "?", "Sort-Object", "sort"] : ["Where-Object", "where", "?", "Sort-Object"];

    private static readonly string[] Choices = ["First", "Last", "Skip", "SkipLast", "Index", "SkipIndex"];

    /// <summary>The columns of the rows that come to a command; none when they are not known.</summary>
    public static IReadOnlyList<string> Of(CommandAst command)
    {
        if (command.Parent is not PipelineAst pipeline) return [];
        var index = pipeline.PipelineElements.IndexOf(command);
        while (true)
        {
            if (--index < 0) return [];
            switch (pipeline.PipelineElements[index])
            {
                case CommandAst before when Filters.Contains(NameOf(before), StringComparer.OrdinalIgnoreCase):
                    continue;
                case CommandAst before when IsNamed(before, "Select-Object", "select"):
                    if (!OnlyChooses(before)) return ConstantNames(before);
                    continue;
                case CommandAst before when IsNamed(before, "Import-Csv", "ipcsv"):
                    return CsvHeader.Of(before);
                case CommandExpressionAst expression when Inner(expression.Expression) is PipelineAst inner:
                    (pipeline, index) = (inner, inner.PipelineElements.Count);
                    continue;
                case CommandExpressionAst expression:
                    return OfExpression(expression.Expression);
                default:
                    return [];
            }
        }
    }

    /// <summary>The value of a PowerShell variable; null when there is none.</summary>
    public static object? ValueOf(VariableExpressionAst variable)
    {
        var name = variable.VariablePath.UserPath;
        if (!variable.VariablePath.IsVariable || WildcardPattern.ContainsWildcardCharacters(name)) return null;
        return GetVariable.Invoke(name) is [{ BaseObject: PSVariable found }] ? found.Value : null;
    }

    /// <summary>The name of a command, without its module.</summary>
    private static string NameOf(CommandAst command)
    {
        var name = command.GetCommandName() ?? string.Empty;
        return name[(name.LastIndexOf('\\') + 1)..];
    }

    private static bool IsNamed(CommandAst command, string name, string alias) => NameOf(command) is var given
        && (string.Equals(given, name, StringComparison.OrdinalIgnoreCase) || string.Equals(given, alias, StringComparison.OrdinalIgnoreCase));

    /// <summary>The pipeline in parentheses; null when there is none.</summary>
    private static PipelineAst? Inner(ExpressionAst expression) => expression switch
    {
        ParenExpressionAst { Pipeline: PipelineAst inner } => inner,
        ArrayExpressionAst { SubExpression.Statements: [PipelineAst inner] } => inner,
        _ => null,
    };

    /// <summary>Whether Select-Object takes rows as they are, the first or last of them for example.</summary>
    private static bool OnlyChooses(CommandAst command)
    {
        for (var i = 1; i < command.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is not CommandParameterAst parameter) return false;
            if (parameter.ParameterName.Length > 2 && "Unique".StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase)) continue;
            if (!Choices.Any(choice => choice.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase))) return false;

            // Its number.
            if (parameter.Argument is null) i++;
        }

        return true;
    }

    /// <summary>The columns that Select-Object names, where it does nothing else and all of them are plain names.</summary>
    private static IReadOnlyList<string> ConstantNames(CommandAst command)
    {
        var elements = command.CommandElements.Skip(1).Where(static element => element is not CommandParameterAst { ParameterName: "Property", Argument: null }).ToArray();
        if (elements is not [ExpressionAst list]) return [];
        var names = list is ArrayLiteralAst array ? array.Elements : (IReadOnlyList<ExpressionAst>)[list];
        return names.All(static name => name is StringConstantExpressionAst text && !WildcardPattern.ContainsWildcardCharacters(text.Value))
            ? [.. names.Cast<StringConstantExpressionAst>().Select(static name => name.Value)]
            : [];
    }

    private static IReadOnlyList<string> OfExpression(ExpressionAst expression) => expression switch
    {
        IndexExpressionAst { Target: VariableExpressionAst variable } => OfRows(ValueOf(variable)),
        VariableExpressionAst variable => OfRows(ValueOf(variable)),
        ConvertExpressionAst { Child: HashtableAst table } => OfTable(table),
        HashtableAst table => OfTable(table),
        _ => [],
    };

    private static IReadOnlyList<string> OfTable(HashtableAst table) =>
        [.. table.KeyValuePairs.Select(static pair => pair.Item1).OfType<StringConstantExpressionAst>().Select(static key => key.Value)];

    /// <summary>The columns of the first of some rows. A sequence that would have to be run to have a first one has none.</summary>
    private static IReadOnlyList<string> OfRows(object? value)
    {
        var row = Conversions.Unwrap(value) switch
        {
            DataTable table => table.Rows.Count > 0 ? table.Rows[0] : null,
            IDictionary dictionary => dictionary,
            IList { Count: > 0 } list => list[0],
            IEnumerable or ValueType => null,
            _ => value,
        };
        return Conversions.Unwrap(row) switch
        {
            null or string or ValueType or ExprNode => [],
            IDictionary dictionary => [.. dictionary.Keys.Cast<object>().Select(static key => key.ToString() ?? string.Empty)],
            _ => [.. Conversions.Properties(row!).Select(static property => property.Name)],
        };
    }
}
