using System.Management.Automation;
using PSAutodiff.Differentiation;

namespace PSAutodiff.Commands;

/// <summary>Simplifies expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Simplify")]
[OutputType(typeof(ExprNode), typeof(ExprGradient), typeof(ExprHessian), typeof(ExprJacobian))]
public sealed class InvokeSimplifyCommand : ExpressionCmdlet
{
    /// <summary>Expressions: nodes, text, script blocks or numbers; or gradients, Hessians and Jacobians of Invoke-Differentiate.</summary>
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
        var several = Conversions.Unwrap(Expression);
        if (several is ExprGradient or ExprHessian or ExprJacobian) ProcessExpression(several, () => DerivativeObjects.NodesOf(several)![0], _ => Simplify(several));
        else ProcessExpression(Expression, node => Simplify(node));
    }

    private void Simplify(object nodes)
    {
        // All nodes of an object together, so that they go on sharing parts.
        var (simplified, assumptions) = ExprNode.Simplify(DerivativeObjects.NodesOf(nodes)!, Rule);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        WriteObject(DerivativeObjects.Rebuild(nodes, simplified));
    }
}
