using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Measurements;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Training.Models;

/// <summary>What is compiled of a loss expression to train it.</summary>
internal sealed class LossProgram
{
    private readonly CompiledExpression? _gradient;
    private readonly Lazy<CompiledExpression>? _step;
    private readonly Lazy<RowProgram>? _loss;
    private readonly Lazy<LaneProgram?>? _lanes;

    /// <summary>Differentiates and compiles a loss.</summary>
    /// <param name="loss">The loss of one row.</param>
    /// <param name="columns">Its variables that the data give.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="isNarrow">Whether it is trained in single precision: then also numbers are as arrays are.</param>
    /// <param name="keepsArrays">Whether small arrays are trained as arrays too.</param>
    /// <param name="mostNumbers">See <see cref="ElementForms.Of"/>.</param>
    /// <exception cref="AutodiffException">The loss is not a number, or single precision does not count as far as is needed.</exception>
    public LossProgram(ExprNode loss, string[] columns, string[] parameters, CancellationToken cancellation, bool isNarrow = false, bool keepsArrays = false, int mostNumbers = 0)
    {
        var flat = ExprNode.Flatten([loss], cancellation);
        (Columns, Parameters) = (VariableLayout.Of(columns, flat), VariableLayout.Of(parameters, flat));
        if (!loss.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The loss is {loss.ArrayShape.InWords()}, and what is made small is a number. Sum its elements, for example.");

        // The loss comes last: the next step waits for the derivatives, not for it.
        var derivatives = NumericDerivatives.Of(loss, parameters, cancellation: cancellation);
        var outputs = derivatives.Gradient.And(derivatives.Value);
        WrittenProducts? products = null;
        var hasArrays = flat.Graph.HasArrays(flat.Roots) || Columns.HasArrays || Parameters.HasArrays;
        if (hasArrays && !isNarrow && !keepsArrays && !new SymmetricParts(Parameters).Exist)
        {
            // Small arrays are trained as numbers.
            var inputs = new VariableLayout([.. columns, .. parameters], [.. Columns.Shapes, .. Parameters.Shapes]);
            if (mostNumbers > 0) products = new WrittenProducts();
            if (ElementForms.Of(outputs, inputs, cancellation, mostNumbers, products) is { } elements)
            {
                string[] names = [.. Enumerable.Range(0, inputs.Length).Select(ElementForms.NameOf)];
                (outputs, columns, parameters, hasArrays) = (elements, names[..Columns.Length], names[Columns.Length..], false);
            }
        }

        if (hasArrays || isNarrow || keepsArrays)
        {
            Rows = RowProgram.ForSums(outputs, Parameters, Columns, cancellation, isNarrow);
            _loss = new Lazy<RowProgram>(() => RowProgram.ForSums(derivatives.Value, Parameters, Columns, default, isNarrow));
            return;
        }

        // Rows are looked at where they are.
        _gradient = CompiledExpression.Compile(outputs, [.. columns, .. parameters], [], columns.Length, cancellation, products);
        _lanes = new Lazy<LaneProgram?>(() => LaneProgram.TryCreate(_gradient.Tape, columns.Length, Array.ConvertAll(outputs.Roots, SecondOf)));
        _step = new Lazy<CompiledExpression>(() => DescentStep.Compile(outputs, columns, parameters, products: products));

        int SecondOf(int root) => products?.SecondOf(root) is not (null or Graph.None) and var second ? outputs.Graph.X(root) == second ? 0 : 1 : -1;
    }

    /// <summary>The variables that the data give.</summary>
    public VariableLayout Columns { get; }

    /// <summary>The variables that are trained.</summary>
    public VariableLayout Parameters { get; }

    /// <summary>Where there are arrays that are not small, and in single precision, the derivatives by the parameters, summed over rows, and then the loss; else null.</summary>
    public RowProgram? Rows { get; }

    /// <summary>Where there are such arrays, and in single precision, the loss alone, summed over rows.</summary>
    public RowProgram Loss => _loss!.Value;

    /// <summary>Where all are numbers, or elements of small arrays, the derivatives by the parameters, then the loss; its variables are the columns, then the parameters.</summary>
    public CompiledExpression Gradient => _gradient!;

    /// <summary>The same for a few rows side by side; null where it is too long for that.</summary>
    public LaneProgram? Lanes => _lanes!.Value;

    /// <summary>Where all are numbers, or elements of small arrays, a step on one row, see <see cref="DescentStep.Compile"/>.</summary>
    public CompiledExpression Step => _step!.Value;
}
