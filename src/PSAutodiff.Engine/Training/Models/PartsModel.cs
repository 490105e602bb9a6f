using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Execution;
using PSAutodiff.Measurements;

namespace PSAutodiff.Training.Models;

/// <summary>
/// A loss over rows that stay elsewhere in parts, as the training loop sees it: all of them are one row of it, whose loss is their mean. Sums are added in the
/// order of the parts, so the bits do not depend on who computes them.
/// </summary>
internal sealed class PartsModel : ITrainingModel<double>
{
    private readonly ParameterProgram _gradient;
    private readonly ParameterProgram _loss;
    private readonly SymmetricParts _symmetric;
    private readonly double[] _results;
    private readonly Func<int, bool> _decays;
    private readonly int[] _frozen;

    /// <summary>Differentiates a loss.</summary>
    /// <param name="loss">The loss of one row.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    /// <param name="rows">The rows, joined to a mean.</param>
    /// <param name="decays">Whether weight decay applies to a parameter.</param>
    /// <param name="frozen">The parameters that stay as they are.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">The loss is not a number.</exception>
    public PartsModel(ExprNode loss, VariableLayout parameters, DataRows rows, Func<int, bool> decays, int[] frozen, CancellationToken cancellation)
    {
        if (!loss.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The loss is {loss.ArrayShape.InWords()}, and what is made small is a number. Sum its elements, for example.");
        var derivatives = NumericDerivatives.Of(loss, parameters.Names, cancellation: cancellation);
        _gradient = ParameterProgram.Compile(derivatives.Gradient.And(derivatives.Value), parameters, rows, cancellation);
        _loss = ParameterProgram.Compile(derivatives.Value, parameters, rows, cancellation);
        (_symmetric, _decays, _frozen) = (new SymmetricParts(parameters), decays, frozen);
        _results = new double[parameters.Length + 1];
    }

    /// <inheritdoc/>
    public int ParameterCount => _results.Length - 1;

    /// <inheritdoc/>
    public int RowCount => 1;

    /// <inheritdoc/>
    public double Gradient(double[] parameters, ReadOnlySpan<int> rows, double[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        _gradient.Evaluate(parameters, _results, cancellation);
        _results.AsSpan(..^1).CopyTo(gradient);
        _symmetric.Symmetrize<double>(gradient);
        foreach (var index in _frozen) gradient[index] = 0;
        return _results[^1];
    }

    /// <inheritdoc/>
    public double Loss(double[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        var loss = new double[1];
        _loss.Evaluate(parameters, loss, cancellation);
        return loss[0];
    }

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => _decays(parameter);

    /// <inheritdoc/>
    public ITrainingModel<double> ForAnotherThread() => throw new NotSupportedException("Rows in parts are asked for by one thread.");
}
