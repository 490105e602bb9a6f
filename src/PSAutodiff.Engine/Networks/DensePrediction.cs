using System.Numerics;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Networks;

/// <summary>The outputs of a network for many rows. Holds its parameters and working memory; for one thread at a time.</summary>
internal sealed class DensePrediction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterLayout _layout;
    private readonly T[] _parameters;
    private readonly DenseBatch<T> _batch;
    private readonly ThreadTeam _team;
    private readonly int _threads;
    private int _part;
    private CancellationToken _cancellation;

    /// <summary>Prepares predictions.</summary>
    /// <param name="network">The network.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    public DensePrediction(Network network, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _layout = network.Layout;
        _parameters = network.FlatParameters<T>();
        _batch = new DenseBatch<T>(network, trains: false, threads);
        _team = new ThreadTeam(Do, threads);
        _threads = threads;
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
    public T[] Predict(ReadOnlySpan<T> inputs, int rowCount, CancellationToken cancellation)
    {
        var (width, columns) = (_layout.Layers[0].Inputs, _layout.Last.Outputs);
        if (inputs.Length != checked(rowCount * width)) throw new ArgumentException($"{rowCount} rows of {width} inputs are not {inputs.Length} numbers.", nameof(inputs));
        var outputs = new T[checked(rowCount * columns)];
        _cancellation = cancellation;
        _batch.SetParameters(_parameters, rowCount);
        for (var part = 0; part < _batch.PackingParts; part++) _batch.Pack(part, _parameters);
        for (var start = 0; start < rowCount; start += DenseBatch<T>.MaxRows)
        {
            var count = Math.Min(DenseBatch<T>.MaxRows, rowCount - start);
            _batch.SetInputs(inputs.Slice(start * width, count * width), count);
            _part = DenseBatch<T>.PartOf(count, _threads);
            var parts = (count + _part - 1) / _part;
            if (_threads > 1 && _batch.IsPacked)
            {
                _team.Run(parts);
            }
            else
            {
                for (var part = 0; part < parts; part++) Do(part, 0);
            }

            cancellation.ThrowIfCancellationRequested();
            _batch.Outputs.CopyTo(outputs.AsSpan(start * columns));
        }

        return outputs;
    }

    private void Do(int unit, int worker)
    {
        if (_cancellation.IsCancellationRequested) return;
        var first = unit * _part;
        _batch.Forward(first, Math.Min(_part, _batch.Count - first), _parameters, sumsOnly: false, worker);
    }
}
