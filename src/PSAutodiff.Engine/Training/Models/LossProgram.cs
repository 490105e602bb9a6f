using PSAutodiff.Measurements;

namespace PSAutodiff.Training.Models;

/// <summary>What is compiled of a loss expression to train it.</summary>
internal sealed class LossProgram
{
    private readonly Lazy<CompiledExpression> _step;

    /// <summary>Differentiates and compiles a loss.</summary>
    /// <param name="loss">The loss of one row.</param>
    /// <param name="columns">Its variables that the data give.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    /// <param name="cancellation">Ends it early.</param>
    public LossProgram(ExprNode loss, string[] columns, string[] parameters, CancellationToken cancellation)
    {
        ExprNode.Flatten([loss], cancellation).RequireNumbers("Training");

        // The loss comes last: the next step waits for the derivatives, not for it.
        var derivatives = NumericDerivatives.Of(loss, parameters, cancellation: cancellation);
        var outputs = derivatives.Gradient.And(derivatives.Value);
        Gradient = CompiledExpression.Compile(outputs, [.. columns, .. parameters], cancellation);
        _step = new Lazy<CompiledExpression>(() => DescentStep.Compile(outputs, columns, parameters));
        ColumnCount = columns.Length;
    }

    /// <summary>The number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>The derivatives by the parameters, then the loss; its variables are the columns, then the parameters.</summary>
    public CompiledExpression Gradient { get; }

    /// <summary>A step on one row, see <see cref="DescentStep.Compile"/>.</summary>
    public CompiledExpression Step => _step.Value;
}
