using System.Numerics;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Networks;

/// <summary>The outputs of a network for many rows. Holds its parameters and working memory; for one thread at a time.</summary>
internal sealed class DensePrediction<T> : IUnitWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseShape _shape;
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
        _shape = new DenseShape(network);
        _parameters = DenseShape.Flatten<T>(network);
        _batch = new DenseBatch<T>(_shape, trains: false, threads);
        _team = new ThreadTeam(this, threads);
        _threads = threads;
    }

    /// <summary>The outputs, row after row: rows x outputs.</summary>
    /// <param name="inputs">The inputs, row after row, scaled as the network was trained with.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="cancellation">Ends a long call with an <see cref="OperationCanceledException"/>.</param>
    public T[] Predict(ReadOnlySpan<T> inputs, int rowCount, CancellationToken cancellation)
    {
        var (width, columns) = (_shape.Layers[0].Inputs, _shape.Last.Outputs);
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
                for (var part = 0; part < parts; part++) ((IUnitWork)this).Do(part, 0);
            }

            cancellation.ThrowIfCancellationRequested();
            _batch.Outputs.CopyTo(outputs.AsSpan(start * columns));
        }

        return outputs;
    }

    void IUnitWork.Do(int unit, int worker)
    {
        if (_cancellation.IsCancellationRequested) return;
        var first = unit * _part;
        _batch.Forward(first, Math.Min(_part, _batch.Count - first), _parameters, sumsOnly: false, worker);
    }
}
