using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Commands;

/// <summary>Simplifies expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Simplify")]
[OutputType(typeof(ExprNode), typeof(ExprGradient), typeof(ExprHessian), typeof(ExprJacobian), typeof(DerivationStep))]
public sealed class InvokeSimplifyCommand : PositionalExpressionCmdlet
{
    /// <summary>Which identities may be used.</summary>
    [Parameter(Position = 1)]
    public SimplificationRule Rule { get; set; }

    /// <summary>The variable by whose powers rule Collect collects; by default the only one that there is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string? Variable { get; set; }

    /// <summary>Give the derivation instead: one object for each identity applied, in order.</summary>
    [Parameter]
    public SwitchParameter Step { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    private protected override string Second => nameof(Rule);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Variable is null) return;
        RequireNames([Variable]);
        if (Rule != SimplificationRule.Collect) Stop(ErrorIds.ArgumentInvalid, $"-Variable '{Variable}' belongs to rule Collect, not to rule {Rule}. Add -Rule Collect, or leave -Variable out.", Variable);
    }

    private protected override void Process(object? expression) => ProcessExpression(expression, () => Conversions.Live(expression), live =>
    {
        if (live is ExprGradient or ExprHessian or ExprJacobian)
        {
            Simplify(Step ? throw StepOfSeveral() : live);
            return;
        }

        // From what was given: a number token has its text with it.
        var node = ToExpression(expression);
        WarnOfNames(expression, node);
        if (Step) WriteSteps(node);
        else Simplify(node);
    });

    private protected override void TakeSecond(object? value) =>
        Rule = ConvertSecond<SimplificationRule>(value, $"one of {string.Join(", ", Enum.GetNames<SimplificationRule>())}");

    private protected override bool LooksLikeSecond(object? value) => value is SimplificationRule || IsName<SimplificationRule>(value);

    private void Simplify(object nodes)
    {
        // All nodes of an object together, so that they go on sharing parts.
        var (simplified, assumptions) = ExprNode.Simplify(DerivativeObjects.NodesOf(nodes)!, Rule, Variable, Cancellation);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        WriteObject(SerializedText.Attach(DerivativeObjects.Rebuild(nodes, simplified, Cancellation)));
    }

    private static AutodiffException StepOfSeveral() => new(
        ErrorIds.StepUnsupported,
        "-Step shows how one expression is simplified. Pipe the derivatives in one by one, for example: $gradient.Values | Invoke-Simplify -Step");

    private void WriteSteps(ExprNode node)
    {
        var (steps, assumptions) = ExprNode.SimplifyByStep(node, Rule, Variable, Cancellation);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        if (steps.Count == 0) WriteVerbose($"Nothing can be simplified: {node}");
        WriteObject(steps, enumerateCollection: true);
    }
}
