using System.Management.Automation;
using PSAutodiff.Expressions;

namespace PSAutodiff.Commands;

/// <summary>Differentiates expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Differentiate")]
[OutputType(typeof(ExprNode))]
public sealed class InvokeDifferentiateCommand : ExpressionCmdlet
{
    /// <summary>Expressions: nodes, text, script blocks or numbers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>The variables; by default all of the expression, in ordinal order.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>How often to differentiate with respect to each variable.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Order { get; set; } = 1;

    /// <summary>How to build the derivative.</summary>
    [Parameter]
    public DifferentiationMode Mode { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        foreach (var name in Variable ?? [])
        {
            Require(name, () =>
            {
                VariableNames.Check(name);
                return name;
            });
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Expression))) return;
        ProcessExpression(Expression, node =>
        {
            var derivatives = node.Differentiate(Variable ?? node.Variables, Mode);
            var names = Variable ?? node.Variables;
            for (var i = 0; i < derivatives.Count; i++)
            {
                var derivative = derivatives[i];
                for (var order = 1; order < Order && !Stopping; order++) derivative = derivative.Differentiate(names[i], Mode);
                WriteObject(derivative);
            }
        });
    }
}
