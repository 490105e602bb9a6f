using System.Numerics;
using System.Runtime.CompilerServices;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Networks;

namespace PSAutodiff.Training.Models;

/// <summary>
/// The loss of a network over rows and its gradient: those of its expression. Sums over rows are formed row after row, in the order given, so the
/// bits do not depend on threads.
/// </summary>
internal sealed class NetworkModel<T> : ITrainingModel<T>, IPieceColumns<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What varies by row: inputs, targets, the masks of layers with dropout, and then the factors on the inputs of all layers but the first.
    private const int OfInputs = 0;
    private const int OfTargets = 1;
    private const int OfMasks = 2;

    // Numbers computed for a row up to which a network is trained as numbers.
    private const int MostNumbers = 1024;

    // Numbers in the data up to which they are copied for that, row by row.
    private const int MostCells = 1 << 22;

    private readonly Network _network;
    private readonly LossFunction _loss;
    private readonly TrainingData<T> _data;
    private readonly int _threads;
    private readonly int[] _frozen;
    private readonly (int Outputs, double Rate)[] _masks;
    private readonly int _ofFactors;
    private readonly ReadOnlyMemory<T>[] _columns;
    private readonly T[][] _made;
    private readonly double[] _mean = new double[1];
    private RowRun<T>? _gradient;
    private RowRun<T>? _noisyGradient;
    private RowRun<T>? _maskedGradient;
    private RowRun<T>? _value;
    private BatchNoise? _noise;

    private NetworkModel(Network network, LossFunction loss, TrainingData<T> data, int threads)
    {
        (_network, _loss, _data, _threads, _frozen) = (network, loss, data, threads, network.FrozenIndices());
        _masks = [.. network.Layers.Where(static layer => layer.Dropout > 0).Select(static layer => (layer.Outputs, layer.Dropout))];
        _ofFactors = OfMasks + _masks.Length;
        _columns = new ReadOnlyMemory<T>[_ofFactors + network.Layout.Layers.Length - 1];
        _columns[OfInputs] = data.Inputs;
        _columns[OfTargets] = data.Targets;
        _made = [.. Enumerable.Repeat(Array.Empty<T>(), _columns.Length)];
    }

    /// <inheritdoc/>
    public int ParameterCount => _network.ParameterCount;

    /// <inheritdoc/>
    public int RowCount => _data.RowCount;

    /// <inheritdoc/>
    public ThreadTeam? Team => _threads > 1 ? (_noisyGradient ?? _maskedGradient ?? _gradient)?.Team : null;

    /// <summary>Makes the model of a network.</summary>
    /// <param name="network">Its layers count, not the values of its parameters. Pruned weights are constants: their derivatives are 0.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="data">The rows, as wide as the network has inputs and outputs.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    /// <param name="hasNoise">Whether gradients will be asked for with noise.</param>
    public static ITrainingModel<T> Of(Network network, LossFunction loss, TrainingData<T> data, int threads, bool hasNoise = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        data.Check();
        if (data.InputSize != network.InputSize || data.OutputSize != network.OutputSize)
            throw new ArgumentException($"The rows have {data.InputSize} inputs and {data.OutputSize} outputs, the network {network.InputSize} and {network.OutputSize}.", nameof(data));
        if (hasNoise || (long)data.RowCount * (data.InputSize + data.OutputSize) > MostCells || ProgramOf(network, loss) is not { Rows: null } numbers) return new NetworkModel<T>(network, loss, data, threads);
        var many = new NetworkModel<T>(network, loss, data, threads);
        var few = new LossModel(numbers, CellsOf(data), data.RowCount, threads) { Decays = network.Layout.IsWeight, Frozen = network.FrozenIndices(), Many = many as ITrainingModel<double> };
        return few as ITrainingModel<T> ?? (ITrainingModel<T>)(object)new RoundedModel(few, (ITrainingModel<float>)(object)many);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Gradient(T[] parameters, ReadOnlySpan<int> rows, T[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        var run = noise is { DropoutDeviation: > 0 }
            ? _noisyGradient ??= RunOf(LossProgramOf(hasFactors: true, hasMasks: true).Rows!)
            : noise is not null && _masks.Length > 0
            ? _maskedGradient ??= RunOf(LossProgramOf(hasFactors: false, hasMasks: true).Rows!)
            : _gradient ??= RunOf(LossProgramOf(hasFactors: false, hasMasks: false).Rows!);
        _noise = noise;
        Run(run, parameters, rows, gradient, cancellation);

        // No optimizer, momentum or weight decay moves a weight from 0 whose derivatives are all 0.
        foreach (var index in _frozen) gradient[index] = T.Zero;
        return _mean[0];
    }

    /// <inheritdoc/>
    public double Loss(T[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        _noise = null;
        Run(_value ??= RunOf(LossProgramOf(hasFactors: false, hasMasks: false).Loss), parameters, rows, [], cancellation);
        return _mean[0];
    }

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => _network.Layout.IsWeight(parameter);

    /// <inheritdoc/>
    public ITrainingModel<T> ForAnotherThread() => new NetworkModel<T>(_network, _loss, _data, _threads);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlyMemory<T> Fill(int column, ReadOnlySpan<int> rows)
    {
        if (column == OfTargets) return FillTargets(rows);
        if (_noise is null) return default;
        if (column == OfInputs) Draw(_noise, rows);
        return _made[column];
    }

    private static LossProgram ProgramOf(Network network, LossFunction loss) => NetworkForms.Get(network, $"gradient of {loss}", () =>
        new LossProgram(NetworkForms.LossOf(network, loss), [NetworkForms.Inputs, NetworkForms.Targets], [.. network.Layout.ArrayNames()], default, mostNumbers: MostNumbers));

    // Inputs and then targets, row after row.
    private static double[] CellsOf(TrainingData<T> data)
    {
        var width = data.InputSize + data.OutputSize;
        var cells = new double[data.RowCount * width];
        var targets = new T[data.OutputSize];
        for (var row = 0; row < data.RowCount; row++)
        {
            Vectors.Widen<T>(data.Inputs.AsSpan(row * data.InputSize, data.InputSize), cells.AsSpan(row * width));
            data.CopyTargets(row, targets);
            Vectors.Widen<T>(targets, cells.AsSpan((row * width) + data.InputSize));
        }

        return cells;
    }

    // With memory for arrays, however small they are.
    private LossProgram LossProgramOf(bool hasFactors, bool hasMasks) => NetworkForms.Get(_network, $"gradient of {_loss} in arrays of {typeof(T)}{(hasFactors ? " with factors" : string.Empty)}{(hasMasks ? " with masks" : string.Empty)}", () =>
    {
        string[] masks = hasMasks ? [.. _network.Layers.Index().Where(static layer => layer.Item.Dropout > 0).Select(static layer => NetworkForms.MaskName(layer.Index))] : [];
        string[] factors = hasFactors ? [.. Enumerable.Range(1, _network.Layout.Layers.Length - 1).Select(NetworkForms.FactorsName)] : [];
        return new LossProgram(NetworkForms.LossOf(_network, _loss, hasFactors, hasMasks), [NetworkForms.Inputs, NetworkForms.Targets, .. masks, .. factors], [.. _network.Layout.ArrayNames()], default, typeof(T) == typeof(float), keepsArrays: true);
    });

    private RowRun<T> RunOf(RowProgram program) => new(program, _threads) { OfPiece = this };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(RowRun<T> run, T[] parameters, ReadOnlySpan<int> rows, T[] gradient, CancellationToken cancellation)
    {
        if (rows.IsEmpty) throw new ArgumentException("There are no rows.", nameof(rows));
        if (parameters.Length != ParameterCount) throw new ArgumentException($"There are {ParameterCount} parameters, but {parameters.Length} values.", nameof(parameters));
        run.Sum(parameters, _columns, rows, isMean: true, gradient, _mean, cancellation);
    }

    private ReadOnlyMemory<T> FillTargets(ReadOnlySpan<int> rows)
    {
        if (_data.Classes is null) return default;
        var columns = _data.OutputSize;
        var targets = Room(OfTargets, rows.Length * columns);
        for (var i = 0; i < rows.Length; i++) _data.CopyTargets(rows[i], targets.AsSpan(i * columns, columns));
        return targets;
    }

    // Row by row, so that the numbers drawn do not depend on the pieces in which a batch is worked off.
    private void Draw(BatchNoise noise, ReadOnlySpan<int> rows)
    {
        var width = _data.InputSize;
        var inputs = Room(OfInputs, rows.Length * width);
        var layers = noise.DropoutDeviation > 0 ? _network.Layout.Layers : [];
        for (var l = 1; l < layers.Length; l++) Room(_ofFactors + l - 1, rows.Length * layers[l].Inputs);
        for (var m = 0; m < _masks.Length; m++) Room(OfMasks + m, rows.Length * _masks[m].Outputs);
        for (var row = 0; row < rows.Length; row++)
        {
            var some = inputs.AsSpan(row * width, width);
            _data.Inputs.AsSpan(rows[row] * width, width).CopyTo(some);
            if (noise.InputDeviation > 0)
            {
                foreach (ref var input in some) input += T.CreateTruncating(noise.InputDeviation * noise.Random.NextNormal());
            }

            for (var l = 0; l < layers.Length; l++)
            {
                if (l == 0)
                {
                    foreach (ref var input in some) input *= Factor(noise);
                    continue;
                }

                foreach (ref var factor in _made[_ofFactors + l - 1].AsSpan(row * layers[l].Inputs, layers[l].Inputs)) factor = Factor(noise);
            }

            for (var m = 0; m < _masks.Length; m++) DrawMask(noise.Random, _masks[m].Rate, _made[OfMasks + m].AsSpan(row * _masks[m].Outputs, _masks[m].Outputs));
        }
    }

    // What stays is divided by the part that does, so that sums stay what they are on the average.
    private static void DrawMask(RandomSource random, double rate, Span<T> mask)
    {
        var kept = T.CreateTruncating(1 / (1 - rate));
        foreach (ref var factor in mask) factor = random.NextUnit() < rate ? T.Zero : kept;
    }

    private static T Factor(BatchNoise noise) => T.CreateTruncating(1 + (noise.DropoutDeviation * noise.Random.NextNormal()));

    private T[] Room(int column, int length) => _made[column].Length >= length ? _made[column] : _made[column] = new T[length];
}
