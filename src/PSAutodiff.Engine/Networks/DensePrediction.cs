using System.Numerics;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>The outputs of a network for many rows. Holds its parameters and working memory; for one thread at a time.</summary>
internal sealed class DensePrediction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _inputSize;
    private readonly int _outputSize;
    private readonly T[] _parameters;
    private readonly RowRun<T> _run;

    /// <summary>Prepares predictions.</summary>
    /// <param name="network">The network.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    public DensePrediction(Network network, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (_inputSize, _outputSize) = (network.InputSize, network.OutputSize);
        _parameters = network.FlatParameters<T>();
        _run = new RowRun<T>(NetworkForms.Outputs(network, typeof(T) == typeof(float)), threads);
    }

    /// <summary>The outputs of a network for rows of raw inputs: rows x inputs gives rows x outputs.</summary>
    public static double[,] Predict(Network network, double[,] inputs)
    {
        var rows = inputs.GetLength(0);
        var outputs = new double[rows, network.OutputSize];
        var flat = new DensePrediction<T>(network, threads: 1).Predict(FeatureScaling.Flatten<T>(inputs, network.Scaling), rows, CancellationToken.None);
        for (var i = 0; i < flat.Length; i++) outputs[i / network.OutputSize, i % network.OutputSize] = double.CreateTruncating(flat[i]);
        return outputs;
    }

    /// <summary>The outputs, row after row: rows x outputs.</summary>
    /// <param name="inputs">The inputs, row after row, scaled as the network was trained with.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="cancellation">Ends a long call with an <see cref="OperationCanceledException"/>.</param>
    public T[] Predict(T[] inputs, int rowCount, CancellationToken cancellation)
    {
        if (inputs.Length != checked(rowCount * _inputSize)) throw new ArgumentException($"{rowCount} rows of {_inputSize} inputs are not {inputs.Length} numbers.", nameof(inputs));
        var wide = new double[checked(rowCount * _outputSize)];
        _run.Evaluate(_parameters, [inputs], rowCount, [wide], cancellation);
        if (wide is T[] outputs) return outputs;
        outputs = new T[wide.Length];
        Vectors.Narrow<T>(wide, outputs);
        return outputs;
    }
}
