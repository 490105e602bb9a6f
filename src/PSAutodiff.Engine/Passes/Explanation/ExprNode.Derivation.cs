using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Explanation;

namespace PSAutodiff;

/// <content>Derivations, step by step.</content>
public sealed partial class ExprNode
{
    /// <summary>
    /// The rules that give the derivative with respect to a variable, one by one from the outside in; <see cref="DerivationStep.Whole"/> of
    /// the last step is the derivative, as <see cref="Differentiate(string, DifferentiationMode)"/> gives it.
    /// </summary>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="mode">Auto or Forward, by whose rules single derivatives are built.</param>
    /// <exception cref="AutodiffException">The mode is Reverse, or <paramref name="variable"/> is no valid name.</exception>
    public IReadOnlyList<DerivationStep> DifferentiateByStep(string variable, DifferentiationMode mode = DifferentiationMode.Auto) =>
        DifferentiateByStep(variable, mode, form: null, firstNumber: 1, CancellationToken.None);

    /// <summary>
    /// The identities that give the simplified expression, one by one in the order of their application;
    /// <see cref="DerivationStep.Whole"/> of the last step is what <see cref="Simplify(SimplificationRule, CancellationToken)"/> gives. Empty where
    /// nothing can be simplified.
    /// </summary>
    /// <param name="rule">Which identities may be used.</param>
    /// <exception cref="AutodiffException">As for <see cref="Simplify(SimplificationRule, CancellationToken)"/>.</exception>
    public IReadOnlyList<DerivationStep> SimplifyByStep(SimplificationRule rule = SimplificationRule.Standard) =>
        SimplifyByStep(this, rule, variable: null, CancellationToken.None).Steps;

    /// <summary>The same, numbered on from a derivative of lower order, and followed by the simplification of the derivative, if any.</summary>
    internal IReadOnlyList<DerivationStep> DifferentiateByStep(
        string variable,
        DifferentiationMode mode,
        SimplificationRule? form,
        int firstNumber,
        CancellationToken cancellation)
    {
        VariableNames.Check(variable);
        if (mode == DifferentiationMode.Reverse)
        {
            throw new AutodiffException(
                ErrorIds.StepUnsupported,
                "The derivation is shown by the rules of forward differentiation; reverse mode has no such steps. Use mode Auto or Forward.");
        }

        var flat = Flatten([this], cancellation);
        if (flat.Graph.Arrays is not null && VariableLayout.Of([variable], flat).Shapes[0] is { IsNumber: false } by)
        {
            return ArrayShape.IsNumber && mode != DifferentiationMode.Forward
                ? DerivationStep.Ended(AdjointDerivation.Steps(this, variable, form, firstNumber, cancellation))
                : DerivationStep.Ended(StepsByForm(variable, by, mode, form, firstNumber, cancellation));
        }

        return DerivationStep.Ended(DifferentiationDerivation.Steps(this, variable, literal: mode == DifferentiationMode.Forward, form, firstNumber, cancellation));
    }

    /// <summary>The one step to the derivative by a vector or matrix that the expression does not have.</summary>
    internal IReadOnlyList<DerivationStep> StepByAbsent(string variable, Shape by, int firstNumber)
    {
        var derivative = DifferentiateByAbsent(variable, by);
        var text = DerivationStep.Text(derivative, DerivationStep.TextLength);
        return DerivationStep.Ended([new(new StoredDerivation(this, variable, this, derivative, derivative, DerivationStep.DerivativeOf(variable, this), text, text), 0, firstNumber, DifferentiationRule.OfLeaf(null))]);
    }

    /// <summary>The derivation of the derivative of a vector by a vector: along any direction, and then what multiplies the direction.</summary>
    private List<DerivationStep> StepsByForm(string variable, Shape by, DifferentiationMode mode, SimplificationRule? form, int firstNumber, CancellationToken cancellation)
    {
        var derivative = Differentiate([variable], mode, cancellation)[0];
        var name = "d" + variable;
        while (Variables.Contains(name)) name += "_";
        var along = DifferentiateAlong(new Dictionary<string, ExprNode>(StringComparer.Ordinal) { [variable] = ExprNode.Variable(name, by.Plain()) }, cancellation);
        var (text, quoted) = (DerivationStep.Text(along, DerivationStep.TextLength), VariableNames.Quote(name));
        var made = DerivationStep.Text(derivative, DerivationStep.TextLength);
        List<DerivationStep> steps =
        [
            new(new StoredDerivation(this, variable, this, along, null, DerivationStep.DerivativeOf(variable, this) + $" @ {quoted}", text, text), 0, firstNumber, $"the derivative along any direction {quoted}"),
            new(new StoredDerivation(this, variable, along, derivative, derivative, text, made, made), 0, firstNumber + 1, $"what multiplies {quoted} in a form linear in it: (A @ {quoted}) by {quoted} is A"),
        ];
        if (form is { } rule) steps.AddRange(SimplificationDerivation.Steps(this, variable, derivative, rule, firstNumber + 2, DerivationStep.MaxRules, cancellation));
        return steps;
    }

    /// <summary>The steps of simplification, and what had to be assumed.</summary>
    internal static (IReadOnlyList<DerivationStep> Steps, IReadOnlyList<string> Assumptions) SimplifyByStep(
        ExprNode node,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        var (steps, assumptions) = SimplificationDerivation.Steps(node, rule, variable, cancellation);
        return (DerivationStep.Ended(steps), assumptions);
    }
}
