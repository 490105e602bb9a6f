using System.Management.Automation;
using PSAutodiff.Differentiation;

namespace PSAutodiff.Commands;

/// <summary>Simplifies expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Simplify")]
[OutputType(typeof(ExprNode), typeof(ExprGradient), typeof(ExprHessian), typeof(ExprJacobian), typeof(DerivationStep))]
public sealed class InvokeSimplifyCommand : ExpressionCmdlet
{
    /// <summary>Expressions: nodes, text, script blocks or numbers; or gradients, Hessians and Jacobians of Invoke-Differentiate.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Expression { get; set; }

    /// <summary>Which identities may be used.</summary>
    [Parameter(Position = 0)]
    public SimplificationRule Rule { get; set; }

    /// <summary>Give the derivation instead: one object for each identity applied, in order.</summary>
    [Parameter]
    public SwitchParameter Step { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Expression))) return;
        var several = Conversions.Unwrap(Expression);
        if (Step) ProcessExpression(several, () => ToSingle(Expression), WriteSteps);
        else if (several is ExprGradient or ExprHessian or ExprJacobian) ProcessExpression(several, () => DerivativeObjects.NodesOf(several)![0], _ => Simplify(several));
        else ProcessExpression(Expression, node => Simplify(node));
    }

    private void Simplify(object nodes)
    {
        // All nodes of an object together, so that they go on sharing parts.
        var (simplified, assumptions) = ExprNode.Simplify(DerivativeObjects.NodesOf(nodes)!, Rule);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        WriteObject(SerializedText.Attach(DerivativeObjects.Rebuild(nodes, simplified)));
    }

    private static ExprNode ToSingle(object? value) => Conversions.Unwrap(value) is ExprGradient or ExprHessian or ExprJacobian
        ? throw new AutodiffException(
            ErrorIds.StepUnsupported,
            "-Step shows how one expression is simplified. Pipe the derivatives in one by one, for example: $gradient.Values | Invoke-Simplify -Step")
        : Conversions.ToExpression(value);

    private void WriteSteps(ExprNode node)
    {
        var (steps, assumptions) = ExprNode.SimplifyByStep(node, Rule);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        if (steps.Count == 0) WriteVerbose($"Nothing can be simplified: {node}");
        WriteObject(steps, enumerateCollection: true);
    }
}
