using PSAutodiff.Data;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training.Models;

/// <summary>A model with parameters in single precision, which computes in double and rounds the gradient: what is small is no faster in single precision.</summary>
/// <param name="wide">The model in double.</param>
/// <param name="many">What computes large batches, which threads share.</param>
internal sealed class RoundedModel(ITrainingModel<double> wide, ITrainingModel<float> many) : ITrainingModel<float>
{
    private readonly double[] _parameters = new double[wide.ParameterCount];
    private readonly double[] _gradient = new double[wide.ParameterCount];

    /// <inheritdoc/>
    public int ParameterCount => wide.ParameterCount;

    /// <inheritdoc/>
    public int RowCount => wide.RowCount;

    /// <inheritdoc/>
    public double Gradient(float[] parameters, ReadOnlySpan<int> rows, float[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        if (rows.Length > BatchSums.MostRows) return many.Gradient(parameters, rows, gradient, noise, cancellation);
        Vectors.Widen<float>(parameters, _parameters);
        var loss = wide.Gradient(_parameters, rows, _gradient, noise, cancellation);
        Vectors.Narrow<float>(_gradient, gradient);
        return loss;
    }

    /// <inheritdoc/>
    public double Loss(float[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        if (rows.Length > BatchSums.MostRows) return many.Loss(parameters, rows, cancellation);
        Vectors.Widen<float>(parameters, _parameters);
        return wide.Loss(_parameters, rows, cancellation);
    }

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => wide.IsDecayed(parameter);

    /// <inheritdoc/>
    public ITrainingModel<float> ForAnotherThread() => new RoundedModel(wide.ForAnotherThread(), many.ForAnotherThread());
}
