using System.Management.Automation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Commands;

/// <summary>Makes functions to call from expressions.</summary>
[Cmdlet(VerbsCommon.New, "CompiledExpression")]
[OutputType(typeof(CompiledFunction))]
public sealed class NewCompiledExpressionCommand : PositionalExpressionCmdlet
{
    /// <summary>The order of the function's arguments; by default all variables in ordinal order.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>Compile the derivatives with respect to all arguments too.</summary>
    [Parameter]
    public SwitchParameter Gradient { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    private protected override string Second => nameof(Variable);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireNames(Variable);
        if (Variable is not null) Variable = Array.ConvertAll(Variable, VariableNames.Unquoted);

        if (RepeatedName(Variable) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            VariableNames.CheckAmong(Variable ?? [], () => node.Variables);
            if (Variable is not null && node.Variables.Except(Variable, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            {
                throw new AutodiffException(
                    ErrorIds.VariableNotBound,
                    $"The expression has the variable '{missing}', which -Variable does not name. It has: {string.Join(", ", node.Variables)}.{NearNames.Hint(missing, Variable.Except(node.Variables, StringComparer.Ordinal))}");
            }

            WriteObject(new CompiledFunction(node, Variable, Gradient, Cancellation));
        });
    }

    private protected override void TakeSecond(object? value) => Variable = ConvertSecond<string[]>(value, "names of variables");
}
