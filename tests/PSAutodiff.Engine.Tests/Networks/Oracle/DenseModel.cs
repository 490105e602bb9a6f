using System.Numerics;
using System.Runtime.CompilerServices;
using PSAutodiff.Data;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Networks;
using PSAutodiff.Networks.Losses;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Tests;

/// <summary>
/// The loss of a dense network over rows and its gradient, by batched backpropagation written by hand. Sums over rows are formed row after row, in the
/// order given, so the bits depend neither on threads nor on the pieces in which a large batch is worked off.
/// </summary>
internal sealed class DenseModel<T> : ITrainingModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Multiply-adds that are worth a second thread: some ten microseconds.
    private const long SharedWork = 1 << 18;

    private readonly Network _network;
    private readonly ParameterLayout _layout;
    private readonly Loss _loss;
    private readonly bool _fused;
    private readonly TrainingData<T> _data;
    private readonly int _threads;
    private readonly int[] _frozen;
    private readonly DenseBatch<T> _batch;
    private readonly ThreadTeam _team;
    private T[] _parameters = [];
    private T[]? _gradient;
    private Phase _phase;
    private int _part;
    private int _rowCount;
    private bool _accumulate;
    private CancellationToken _cancellation;

    /// <summary>Makes the model.</summary>
    /// <param name="network">Its layers count, not the values of its parameters. Pruned weights are constants: their derivatives are 0.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="data">The rows, as wide as the network has inputs and outputs.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    /// <param name="quickKernels">See <see cref="DenseBatch{T}"/>.</param>
    public DenseModel(Network network, LossFunction loss, TrainingData<T> data, int threads, Func<ActivationFunction, ActivationKernel<T>?>? quickKernels = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        data.Check();
        if (data.InputSize != network.InputSize || data.OutputSize != network.OutputSize)
            throw new ArgumentException($"The rows have {data.InputSize} inputs and {data.OutputSize} outputs, the network {network.InputSize} and {network.OutputSize}.", nameof(data));
        _network = network;
        _loss = Networks.Losses.Loss.Of(loss);
        _layout = network.Layout;
        _fused = _loss.FusesInto(network);
        _data = data;
        _threads = threads;
        _frozen = network.FrozenIndices();
        _batch = new DenseBatch<T>(network, trains: true, threads, quickKernels);
        _team = new ThreadTeam(Do, threads);
    }

    private enum Phase
    {
        Packing,
        Loss,
        Backward,
        Gradient,
    }

    /// <inheritdoc/>
    public int ParameterCount => _layout.ParameterCount;

    /// <inheritdoc/>
    public int RowCount => _data.RowCount;

    /// <inheritdoc/>
    public ThreadTeam? Team => _threads > 1 ? _team : null;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Gradient(T[] parameters, ReadOnlySpan<int> rows, T[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        var loss = Run(parameters, rows, gradient, noise, cancellation);

        // No optimizer, momentum or weight decay moves a weight from 0 whose derivatives are all 0.
        foreach (var index in _frozen) gradient[index] = T.Zero;
        return loss;
    }

    /// <inheritdoc/>
    public double Loss(T[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation) => Run(parameters, rows, null, null, cancellation);

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => _layout.IsWeight(parameter);

    /// <inheritdoc/>
    public ITrainingModel<T> ForAnotherThread() => new DenseModel<T>(_network, _loss.Function, _data, _threads);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Do(int unit, int worker)
    {
        if (_cancellation.IsCancellationRequested) return;
        switch (_phase)
        {
            case Phase.Packing:
                _batch.Pack(unit, _parameters);
                break;
            case Phase.Gradient:
                _batch.Gradient(unit, _gradient, _accumulate, worker);
                break;
            default:
                DoRows(unit, worker);
                break;
        }
    }

    // Without a gradient none is wanted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Run(T[] parameters, ReadOnlySpan<int> rows, T[]? gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        if (rows.IsEmpty) throw new ArgumentException("There are no rows.", nameof(rows));
        if (parameters.Length != ParameterCount) throw new ArgumentException($"There are {ParameterCount} parameters, but {parameters.Length} values.", nameof(parameters));
        (_parameters, _gradient) = (parameters, gradient);
        _rowCount = rows.Length;
        _cancellation = cancellation;
        _batch.SetParameters(parameters, rows.Length);
        var shares = _threads > 1 && _batch.IsPacked && (long)Math.Min(rows.Length, DenseBatch<T>.MaxRows) * ParameterCount >= SharedWork;
        Do(Phase.Packing, _batch.PackingParts, shares);
        var sum = 0.0;
        for (var start = 0; start < rows.Length; start += DenseBatch<T>.MaxRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(DenseBatch<T>.MaxRows, rows.Length - start);
            _batch.SetRows(_data, rows.Slice(start, count), noise);
            _accumulate = start > 0;
            _part = DenseBatch<T>.PartOf(count, shares ? _threads : 1);
            Do(gradient is null ? Phase.Loss : Phase.Backward, (count + _part - 1) / _part, shares);
            if (gradient is not null) Do(Phase.Gradient, _batch.GradientParts, shares);
            cancellation.ThrowIfCancellationRequested();
            foreach (var loss in _batch.Losses) sum += loss;
        }

        if (gradient is not null) _batch.Finish(gradient, rows.Length);
        (_parameters, _gradient) = ([], null);
        return sum / rows.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Do(Phase phase, int units, bool shares)
    {
        _phase = phase;
        if (shares)
        {
            _team.Run(units);
            return;
        }

        for (var unit = 0; unit < units; unit++) Do(unit, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DoRows(int part, int worker)
    {
        var first = part * _part;
        var count = Math.Min(_part, _batch.Count - first);
        _batch.Forward(first, count, _parameters, _fused, worker);
        _batch.Backward(first, count, _parameters, _loss.Function, _fused, _rowCount, _phase == Phase.Backward, worker);
    }
}
