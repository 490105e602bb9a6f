using System.Management.Automation;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Commands;

/// <summary>Differentiates expressions.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Differentiate", DefaultParameterSetName = NodesSet)]
[OutputType(typeof(ExprNode), typeof(DerivationStep), ParameterSetName = [NodesSet])]
[OutputType(typeof(ExprGradient), ParameterSetName = [GradientSet])]
[OutputType(typeof(ExprHessian), ParameterSetName = [HessianSet])]
[OutputType(typeof(ExprJacobian), ParameterSetName = [JacobianSet])]
public sealed class InvokeDifferentiateCommand : PositionalExpressionCmdlet
{
    private const string NodesSet = "Nodes";
    private const string GradientSet = "Gradient";
    private const string HessianSet = "Hessian";
    private const string JacobianSet = "Jacobian";
    private const int MostNamesNoted = 1000;
    private const int MostNamesShown = 12;

    private readonly List<ExprNode> _expressions = [];

    // Of -Variable: those that no expression so far had. And the variables that expressions had.
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The variables; by default all of the expression, in ordinal order.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>How often to differentiate with respect to each variable.</summary>
    [Parameter(ParameterSetName = NodesSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Order { get; set; } = 1;

    /// <summary>How to build the derivative.</summary>
    [Parameter]
    public DifferentiationMode Mode { get; set; }

    /// <summary>Give one object for each expression, with the derivative for each variable under its name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GradientSet)]
    public SwitchParameter Gradient { get; set; }

    /// <summary>Give one object for each expression, with the second derivatives under the names of both variables.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HessianSet)]
    public SwitchParameter Hessian { get; set; }

    /// <summary>Give one object for all expressions, with a gradient for each of them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JacobianSet)]
    public SwitchParameter Jacobian { get; set; }

    // In every set, so that the error says what is wrong.
    /// <summary>Give the derivation of each derivative instead: one object for each rule applied, in order.</summary>
    [Parameter]
    public SwitchParameter Step { get; set; }

    /// <summary>Leave derivatives as the rules of differentiation make them. With mode Forward they are left so anyway.</summary>
    [Parameter]
    public SwitchParameter NoSimplify { get; set; }

    private protected override string Second => nameof(Variable);

    private bool Simplifies => !NoSimplify && Mode != DifferentiationMode.Forward;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireNames(Variable);
        if (Variable is not null) Variable = Array.ConvertAll(Variable, VariableNames.Unquoted);
        _missing.UnionWith(Variable ?? []);
        if (Step && ParameterSetName != NodesSet)
        {
            Stop(
                ErrorIds.StepUnsupported,
                $"-Step shows the derivations of single derivatives and cannot be combined with -{ParameterSetName}. Leave one of the two out.");
        }

        if (Step && Mode == DifferentiationMode.Reverse)
        {
            Stop(
                ErrorIds.StepUnsupported,
                "-Step shows the rules of forward differentiation and cannot be combined with -Mode Reverse. Use -Mode Auto or Forward.");
        }

        // The objects hold one derivative under each name.
        if (ParameterSetName != NodesSet && RepeatedName(Variable) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            Note(node);
            if (Gradient) WriteObject(SerializedText.Attach(DerivativeObjects.Gradient(node, Variable ?? node.Variables, Mode, Tidy, Cancellation)));
            else if (Hessian) WriteObject(SerializedText.Attach(DerivativeObjects.Hessian(node, Variable ?? node.Variables, Tidy, Cancellation)));
            else if (Jacobian) _expressions.Add(node);
            else if (Step) WriteSteps(node, Variable ?? node.Variables);
            else WriteDerivatives(node, Variable ?? node.Variables);
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_expressions.Count > 0) Attempt(null, () => WriteObject(SerializedText.Attach(DerivativeObjects.Jacobian(_expressions, Variable, Mode, Tidy, Cancellation))));

        // The derivative of a constant is 0, and nobody wonders.
        if (_known.Count == 0) return;
        foreach (var variable in (Variable ?? []).Where(_missing.Contains).Distinct(StringComparer.Ordinal)) WriteWarning(Explain(variable));
    }

    // Which variables are meant is a matter of the whole pipeline: not every expression has to have all.
    private void Note(ExprNode node)
    {
        if (_missing.Count == 0) return;
        VariableNames.CheckAmong(_missing, () => node.Variables);
        _missing.ExceptWith(node.Variables);
        if (_known.Count < MostNamesNoted) _known.UnionWith(node.Variables);
    }

    private string Explain(string variable)
    {
        var names = string.Join(", ", _known.Take(MostNamesShown)) + (_known.Count > MostNamesShown ? ", ..." : string.Empty);
        return $"There is no variable '{variable}' to differentiate by, so its derivative is 0. The variables are: {names}.{NearNames.Hint(variable, _known)}";
    }

    private protected override void TakeSecond(object? value) => Variable = ConvertSecond<string[]>(value, "names of variables");

    private void WriteDerivatives(ExprNode node, IReadOnlyList<string> variables)
    {
        var derivatives = Tidy(node.Differentiate(variables, Mode, Cancellation));
        for (var i = 0; i < derivatives.Count; i++)
        {
            var derivative = derivatives[i];
            for (var order = 1; order < Order && derivative is not { IsConstant: true, ConstantValue: 0 }; order++) derivative = Tidy(derivative.Differentiate([variables[i]], Mode, Cancellation))[0];
            WriteObject(derivative);
        }
    }

    private IReadOnlyList<ExprNode> Tidy(IReadOnlyList<ExprNode> derivatives)
    {
        if (!Simplifies || derivatives.Count == 0) return derivatives;
        var (tidy, assumptions) = ExprNode.Simplify(derivatives, SimplificationRule.Textbook, Cancellation);
        foreach (var assumption in assumptions) WriteVerbose($"Assumed: {assumption}");
        return tidy;
    }

    private void WriteSteps(ExprNode node, IReadOnlyList<string> variables)
    {
        foreach (var variable in variables)
        {
            var derivative = node;
            var number = 1;
            for (var order = 0; order < Order; order++)
            {
                var steps = derivative.DifferentiateByStep(variable, Mode, Simplifies ? SimplificationRule.Textbook : null, number, Cancellation);
                WriteObject(steps, enumerateCollection: true);
                number += steps.Count;
                derivative = steps[^1].Whole!;
            }
        }
    }
}
