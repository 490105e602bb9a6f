using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;

namespace PSAutodiff.Commands;

/// <summary>Decides whether two expressions are the same function.</summary>
[Cmdlet(VerbsData.Compare, "Expression")]
[OutputType(typeof(ExpressionComparison), typeof(DerivationStep))]
public sealed class CompareExpressionCommand : ExpressionCmdlet
{
    private ExprNode? _reference;

    // The variables of text that is compared have the shapes that they have in the reference, or by -Shape.
    private IReadOnlyDictionary<string, Shape>? _shapes;

    /// <summary>The expression that the others are compared with: a node, text, a script block or a number.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? ReferenceExpression { get; set; }

    /// <summary>The expressions to compare with it: nodes, text, script blocks or numbers.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    public object? DifferenceExpression { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>Give the course of the proof instead: one object for each rule that brings the difference to 0, in order.</summary>
    [Parameter]
    public SwitchParameter Step { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!IsBound(nameof(ReferenceExpression)))
        {
            Stop(ErrorIds.ExpressionMissing, "Compare-Expression was given no expression to compare with. For example: 'x^2' | Compare-Expression 'x*x'");
        }

        _reference = Require(ReferenceExpression, () => Conversions.ToExpression(ReferenceExpression, functions: null, Shapes, Cancellation));
        WarnOfNames(ReferenceExpression, _reference);
        _shapes = ShapeTable.Joined(VariableLayout.Of(_reference.Variables, ExprNode.Flatten([_reference], Cancellation)).ByName(), Shapes);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(DifferenceExpression))) return;
        ProcessExpression(DifferenceExpression, () => Conversions.ToExpression(DifferenceExpression, functions: null, _shapes, Cancellation), node =>
        {
            ShapeTable.Check(Shapes, _reference!, node);
            WarnOfNames(DifferenceExpression, node);
            Compare(node);
        });
    }

    private void Compare(ExprNode difference)
    {
        if (!Step)
        {
            var result = ExpressionComparison.Compare(_reference!, difference, Cancellation);
            if (result.Reason is not null) WriteVerbose(result.Reason);
            WriteObject(result);
            return;
        }

        var steps = ExpressionComparison.CompareByStep(_reference!, difference, out var comparison, Cancellation);
        if (steps.Count == 0) WriteWarning($"There are no steps to show: {comparison}.{(comparison.Reason is null ? string.Empty : $" {comparison.Reason}")}");
        WriteObject(steps, enumerateCollection: true);
    }
}
