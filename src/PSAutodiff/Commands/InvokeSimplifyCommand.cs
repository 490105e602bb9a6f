using System.Management.Automation;

namespace PSAutodiff.Commands;

/// <summary>Simplifies expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Simplify")]
[OutputType(typeof(ExprNode))]
public sealed class InvokeSimplifyCommand : ExpressionCmdlet
{
    /// <summary>Expressions: nodes, text, script blocks or numbers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>Which identities may be used.</summary>
    [Parameter(Position = 0)]
    public SimplificationRule Rule { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Expression))) return;
        ProcessExpression(Expression, node =>
        {
            var (nodes, assumptions) = ExprNode.Simplify([node], Rule);
            foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
            WriteObject(nodes[0]);
        });
    }
}
