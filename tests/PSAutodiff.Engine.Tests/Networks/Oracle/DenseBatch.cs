using System.Numerics;
using System.Runtime.CompilerServices;
using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Networks;

namespace PSAutodiff.Tests;

/// <summary>
/// Batched backpropagation written by hand, as networks were trained before they were expressions. The working memory of a dense network for a batch of rows, and what is done there: forward and backward, rows by rows; weight gradients,
/// inputs by inputs. Parts of either may be done in any order, by several workers at a time, with the same bits.
/// </summary>
internal sealed class DenseBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most rows that one worker takes at a time; they fit the second-level cache with some hundred numbers each.</summary>
    public const int LongestPart = 11 * MatrixProduct.TileRows;

    /// <summary>The most rows held; a larger batch is worked off in pieces of so many.</summary>
    public const int MaxRows = 8 * LongestPart;

    // A layer's inputs whose weight gradients are one part of the work.
    private const int InputsInPart = 6 * MatrixProduct.TileRows;

    private const int InputsPackedAtOnce = 200;

    private readonly ParameterLayout _layout;
    private readonly ActivationKernel<T>[] _activations;
    private readonly bool _trains;
    private readonly bool _isQuick;
    private readonly bool[] _keepsSums;
    private readonly T[][] _values;
    private readonly T[][] _sums;
    private readonly T[][] _biases;
    private readonly T[][] _weights;
    private readonly T[][] _transposed;
    private readonly T[][] _deltas;
    private readonly T[][] _packedDeltas;
    private readonly T[][] _divided;
    private readonly T[][] _noisy;
    private readonly T[][] _factors;
    private readonly Worker?[] _workers;
    private readonly (int Layer, int First)[] _gradientParts;
    private readonly (int Layer, int First)[] _packingParts;
    private readonly int[] _picks;
    private T[] _targets = [];
    private double[] _losses = [];
    private T[] _inputs = [];
    private int _capacity;
    private bool _packs;
    private bool _hasNoise;
    private bool _hasFactors;

    /// <summary>Makes the memory for a network.</summary>
    /// <param name="network">Its layers count, not the values of its parameters.</param>
    /// <param name="trains">Whether there will be gradients.</param>
    /// <param name="workers">The most workers at a time.</param>
    /// <param name="quickKernels">Kernels that take less time and give other bits; then also means are made as soon as there are derivatives, and all sums begin with a bias.</param>
    public DenseBatch(Network network, bool trains, int workers, Func<ActivationFunction, ActivationKernel<T>?>? quickKernels = null)
    {
        _isQuick = quickKernels is not null;
        _layout = network.Layout;
        _trains = trains;
        _workers = new Worker?[workers];
        _picks = new int[MaxRows];
        var layers = _layout.Layers;
        _activations = [.. network.Layers.Select(layer => quickKernels?.Invoke(layer.Activation) ?? ActivationKernel<T>.Of(layer.Activation))];
        _keepsSums = [.. network.Layers.Select(layer => quickKernels is null || quickKernels(layer.Activation) is not null)];
        _values = Each(static _ => []);
        _sums = Each(static _ => []);
        _deltas = Each(static _ => []);
        _packedDeltas = Each(static _ => []);
        _divided = Each(static _ => []);
        _noisy = Each(static _ => []);
        _factors = Each(static _ => []);
        _biases = Each(static layer => new T[layer.Outputs]);
        _weights = Each(static _ => []);
        _transposed = Each(static _ => []);
        _gradientParts =
        [
            .. layers.SelectMany(static (layer, l) => Enumerable.Range(0, Math.Max(1, (layer.Inputs + InputsInPart - 1) / InputsInPart)).Select(part => (l, part * InputsInPart))),
        ];

        // A part before the first stands for the weights transposed, which are packed in one go.
        _packingParts =
        [
            .. layers.SelectMany(static (layer, l) => Enumerable.Range(0, (layer.Inputs + InputsPackedAtOnce - 1) / InputsPackedAtOnce).Select(part => (l, part * InputsPackedAtOnce))),
            .. Enumerable.Range(1, trains ? layers.Length - 1 : 0).Select(static l => (l, -1)),
        ];

        T[][] Each(Func<LayerPlace, T[]> make) => Array.ConvertAll(layers, layer => make(layer));
    }

    /// <summary>Number of rows held.</summary>
    public int Count { get; private set; }

    /// <summary>Whether products are packed, so that parts may be done by other threads without the parameters.</summary>
    public bool IsPacked => _packs;

    /// <summary>Number of parts of the packing of weights; none when products are not packed.</summary>
    public int PackingParts => _packs ? _packingParts.Length : 0;

    /// <summary>Number of parts of the weight gradients.</summary>
    public int GradientParts => _gradientParts.Length;

    /// <summary>The losses of the rows held.</summary>
    public ReadOnlySpan<double> Losses => _losses.AsSpan(0, Count);

    /// <summary>How many rows a part of the work takes: whole tiles of them, as many for each thread.</summary>
    public static int PartOf(int rows, int threads)
    {
        const int tile = MatrixProduct.TileRows;
        var tiles = (rows + tile - 1) / tile;
        return Math.Min(LongestPart, (tiles + threads - 1) / threads * tile);
    }

    /// <summary>Takes parameters, for as many rows as will be given with them. When <see cref="IsPacked"/> is set after this, <see cref="Pack"/> has to follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetParameters(ReadOnlySpan<T> parameters, int rowCount)
    {
        Reserve(Math.Min(rowCount, MaxRows));
        _packs = rowCount >= MatrixProduct.TileRows;
        for (var l = 0; l < _biases.Length; l++)
        {
            var layer = _layout.Layers[l];
            layer.BiasesOf(parameters).CopyTo(_biases[l]);
            if (!_packs) continue;
            if (_weights[l].Length == 0) _weights[l] = new T[MatrixProduct.PackedLength<T>(layer.Inputs, layer.Outputs)];
            if (_trains && l > 0 && _transposed[l].Length == 0) _transposed[l] = new T[MatrixProduct.PackedLength<T>(layer.Outputs, layer.Inputs)];
        }
    }

    /// <summary>Packs a part of the weights, after <see cref="SetParameters"/>.</summary>
    /// <param name="part">Which, below <see cref="PackingParts"/>.</param>
    /// <param name="parameters">The parameters once more.</param>
    public void Pack(int part, ReadOnlySpan<T> parameters)
    {
        var (l, first) = _packingParts[part];
        var layer = _layout.Layers[l];
        var (inputs, outputs) = (layer.Inputs, layer.Outputs);
        if (first < 0)
        {
            MatrixProduct.PackTransposed(layer.WeightsOf(parameters), outputs, inputs, _transposed[l]);
            return;
        }

        var rows = Math.Min(InputsPackedAtOnce, inputs - first);
        MatrixProduct.Pack(layer.WeightsOf(parameters).Slice(first * outputs, rows * outputs), rows, outputs, _weights[l], inputs, first);
    }

    /// <summary>Takes rows of data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="rows">Indices of the rows; at most <see cref="MaxRows"/>.</param>
    /// <param name="noise">What is to be done to their inputs; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetRows(TrainingData<T> data, ReadOnlySpan<int> rows, BatchNoise? noise)
    {
        Count = rows.Length;
        rows.CopyTo(_picks);
        _inputs = data.Inputs;
        var columns = _layout.Last.Outputs;
        for (var i = 0; i < rows.Length; i++)
        {
            var target = _targets.AsSpan(i * columns, columns);
            if (data.Classes is not { } classes)
            {
                data.Targets.AsSpan(rows[i] * columns, columns).CopyTo(target);
            }
            else if (columns == 1)
            {
                target[0] = T.CreateTruncating(classes[rows[i]]);
            }
            else
            {
                target.Clear();
                target[classes[rows[i]]] = T.One;
            }
        }

        _hasFactors = noise is { DropoutDeviation: > 0 };
        _hasNoise = _hasFactors || noise is { InputDeviation: > 0 };
        if (_hasNoise) Draw(noise!);
    }

    /// <summary>Takes rows of inputs alone.</summary>
    /// <param name="inputs">The inputs, row after row.</param>
    /// <param name="count">Number of rows; at most <see cref="MaxRows"/>.</param>
    public void SetInputs(ReadOnlySpan<T> inputs, int count)
    {
        Count = count;
        _hasNoise = false;
        _hasFactors = false;
        if (_inputs.Length < inputs.Length) _inputs = new T[inputs.Length];
        inputs.CopyTo(_inputs);
        for (var i = 0; i < count; i++) _picks[i] = i;
    }

    /// <summary>Computes the layers' values for some of the rows held.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many; at most <see cref="LongestPart"/>.</param>
    /// <param name="parameters">All parameters; not looked at when <see cref="IsPacked"/>.</param>
    /// <param name="sumsOnly">Whether the last layer's weighted sums are left as they are.</param>
    /// <param name="worker">Who does it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(int first, int count, ReadOnlySpan<T> parameters, bool sumsOnly, int worker)
    {
        for (var l = 0; l < _values.Length; l++)
        {
            var layer = _layout.Layers[l];
            var values = _values[l].AsSpan(first * layer.Outputs, count * layer.Outputs);

            // A single sum begins with the bias, one in double ends with it.
            var begins = _isQuick || typeof(T) != typeof(double);
            if (begins) Vectors.Repeat<T>(_biases[l], values);
            else values.Clear();
            var inputs = InputsOf(l, first, count);
            if (_packs)
            {
                MatrixProduct.Multiply(inputs, _weights[l], layer.Outputs, values, accumulate: true);
            }
            else
            {
                MatrixProduct.MultiplyFew(inputs, layer.WeightsOf(parameters), layer.Outputs, values);
            }

            for (var row = 0; row < count && !begins; row++) Vectors.Add(values.Slice(row * layer.Outputs, layer.Outputs), _biases[l]);
            var isLast = l == _values.Length - 1;
            if (isLast && sumsOnly) return;
            var sums = _sums[l];
            if (sums.Length > 0) values.CopyTo(sums.AsSpan(first * layer.Outputs));
            _activations[l].Apply(values, layer.Outputs, WorkerOf(worker).Wide);
            if (isLast || !_hasFactors) continue;
            var noisy = _noisy[l + 1].AsSpan(first * layer.Outputs, values.Length);
            values.CopyTo(noisy);
            Vectors.Multiply<T>(noisy, _factors[l + 1].AsSpan(first * layer.Outputs, values.Length));
        }
    }

    /// <summary>After <see cref="Forward"/> of the same rows: their losses, and the derivatives with respect to all weighted sums when this trains.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="parameters">All parameters; not looked at when <see cref="IsPacked"/>.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="fused">Whether the forward pass left weighted sums for it.</param>
    /// <param name="rowCount">Rows over which the mean is taken.</param>
    /// <param name="backward">Whether derivatives are wanted.</param>
    /// <param name="worker">Who does it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(int first, int count, ReadOnlySpan<T> parameters, LossFunction loss, bool fused, int rowCount, bool backward, int worker)
    {
        var l = _values.Length - 1;
        var layer = _layout.Layers[l];
        var size = count * layer.Outputs;
        var values = _values[l].AsSpan(first * layer.Outputs, size);
        var targets = _targets.AsSpan(first * layer.Outputs, size);
        var deltas = _deltas[l].AsSpan(first * layer.Outputs, size);
        var losses = _losses.AsSpan(first, count);
        var wide = WorkerOf(worker).Wide;
        LossKernels.Measure<T>(loss, fused, values, targets, layer.Outputs, losses, deltas, wide, scales: fused || !_activations[l].TakesFactor, _isQuick);
        if (!fused && _activations[l].TakesFactor) _activations[l].Backward(values, deltas, layer.Outputs, SumsOf(l, first, size), LossKernels.Factor(loss, layer.Outputs));
        else if (!fused) _activations[l].Backward(values, deltas, layer.Outputs, SumsOf(l, first, size));
        if (_isQuick && rowCount > 1) Vectors.Divide(deltas, rowCount);

        while (backward)
        {
            var divided = deltas;
            if (!_isQuick)
            {
                divided = _divided[l].AsSpan(first * layer.Outputs, deltas.Length);
                deltas.CopyTo(divided);
                if (rowCount > 1) Vectors.Divide(divided, rowCount);
            }

            if (_packs) MatrixProduct.Pack<T>(divided, count, layer.Outputs, _packedDeltas[l], Count, first);
            if (l == 0) return;
            var before = _layout.Layers[l - 1];
            size = count * layer.Inputs;
            var inputDeltas = _deltas[l - 1].AsSpan(first * layer.Inputs, size);
            if (_packs)
            {
                MatrixProduct.Multiply(new MatrixRows<T>(deltas, count, layer.Outputs), _transposed[l], layer.Inputs, inputDeltas, accumulate: false);
            }
            else
            {
                MatrixProduct.MultiplyFewByTransposed(deltas, count, layer.WeightsOf(parameters), inputDeltas);
            }

            if (_hasFactors) Vectors.Multiply<T>(inputDeltas, _factors[l].AsSpan(first * layer.Inputs, size));
            _activations[l - 1].Backward(_values[l - 1].AsSpan(first * layer.Inputs, size), inputDeltas, layer.Inputs, SumsOf(l - 1, first, size));
            deltas = inputDeltas;
            layer = before;
            l--;
        }
    }

    /// <summary>After <see cref="Backward"/> of all rows: a part of the gradient.</summary>
    /// <param name="part">Which, below <see cref="GradientParts"/>.</param>
    /// <param name="gradient">The derivatives with respect to all parameters.</param>
    /// <param name="accumulate">Whether they are added to what is there.</param>
    /// <param name="worker">Who does it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gradient(int part, Span<T> gradient, bool accumulate, int worker)
    {
        var (l, first) = _gradientParts[part];
        var layer = _layout.Layers[l];
        var rows = Math.Min(InputsInPart, layer.Inputs - first);
        var outputs = layer.Outputs;
        var weights = gradient.Slice(layer.Start + (first * outputs), rows * outputs);
        var deltas = _deltas[l].AsSpan(0, Count * outputs);
        var inputs = InputsOf(l, 0, Count);
        if (_packs)
        {
            MatrixProduct.MultiplyTransposed(inputs, first, rows, _packedDeltas[l], outputs, weights, accumulate, WorkerOf(worker).Scratch);
        }
        else
        {
            MatrixProduct.MultiplyFewTransposed(inputs, first, rows, (_isQuick ? _deltas : _divided)[l].AsSpan(0, Count * outputs), outputs, weights, accumulate);
        }

        if (first > 0) return;
        var biases = gradient[layer.Bias..layer.End];
        if (!accumulate) biases.Clear();
        Vectors.AddRows<T>(biases, deltas);
    }

    /// <summary>After the last rows: makes means of the sums of biases.</summary>
    public void Finish(Span<T> gradient, int rowCount)
    {
        foreach (var layer in _layout.Layers)
        {
            if (rowCount > 1 && !_isQuick) Vectors.Divide(gradient[layer.Bias..layer.End], rowCount);
        }
    }

    // The weighted sums of a layer where they are kept: at least those whose activation saturates.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<T> SumsOf(int layer, int first, int size) =>
        _sums[layer].Length == 0 ? default : _sums[layer].AsSpan(first * _layout.Layers[layer].Outputs, size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private MatrixRows<T> InputsOf(int layer, int first, int count)
    {
        var width = _layout.Layers[layer].Inputs;
        if (_hasFactors || (_hasNoise && layer == 0)) return new MatrixRows<T>(_noisy[layer].AsSpan(first * width), count, width);
        return layer > 0 ? new MatrixRows<T>(_values[layer - 1].AsSpan(first * width), count, width) : new MatrixRows<T>(_inputs, _picks.AsSpan(first, count), width);
    }

    // Row by row, so that the numbers drawn do not depend on the pieces in which a batch is worked off.
    private void Draw(BatchNoise noise)
    {
        var layers = _layout.Layers;
        for (var l = 0; l < (_hasFactors ? layers.Length : 1); l++)
        {
            var length = _capacity * layers[l].Inputs;
            if (_noisy[l].Length < length) _noisy[l] = new T[length];
            if (_hasFactors && _factors[l].Length < length) _factors[l] = new T[length];
        }

        for (var row = 0; row < Count; row++)
        {
            var width = layers[0].Inputs;
            var inputs = _noisy[0].AsSpan(row * width, width);
            _inputs.AsSpan(_picks[row] * width, width).CopyTo(inputs);
            if (noise.InputDeviation > 0)
            {
                foreach (ref var input in inputs) input += T.CreateTruncating(noise.InputDeviation * noise.Random.NextNormal());
            }

            if (!_hasFactors) continue;
            for (var l = 0; l < layers.Length; l++)
            {
                foreach (ref var factor in _factors[l].AsSpan(row * layers[l].Inputs, layers[l].Inputs))
                {
                    factor = T.CreateTruncating(1 + (noise.DropoutDeviation * noise.Random.NextNormal()));
                }
            }

            Vectors.Multiply<T>(inputs, _factors[0].AsSpan(row * width, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reserve(int rows)
    {
        if (rows <= _capacity) return;
        _capacity = rows;
        _losses = new double[rows];
        _targets = new T[rows * _layout.Last.Outputs];
        for (var l = 0; l < _values.Length; l++)
        {
            var outputs = _layout.Layers[l].Outputs;
            _values[l] = new T[rows * outputs];
            if (!_trains) continue;
            if (_keepsSums[l]) _sums[l] = new T[rows * outputs];
            _deltas[l] = new T[rows * outputs];
            _divided[l] = new T[rows * outputs];
            _packedDeltas[l] = new T[MatrixProduct.PackedLength<T>(rows, outputs)];
        }
    }

    // Made when it is first asked for, by the worker itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Worker WorkerOf(int worker) => _workers[worker] ??= new Worker(ScratchLength());

    private int ScratchLength()
    {
        var longest = LossKernels.ScratchLength(LongestPart, _layout.Last.Outputs);
        foreach (var layer in _layout.Layers) longest = Math.Max(longest, _activations[layer.Index].ScratchLength(LongestPart, layer.Outputs));
        return longest;
    }

    private sealed class Worker(int length)
    {
        /// <summary>Doubles to compute in.</summary>
        public double[] Wide { get; } = new double[length];

        /// <summary>Columns of inputs, packed: more than all else that a small network needs, which packs nothing.</summary>
        public T[] Scratch => field ??= new T[MatrixProduct.ScratchLength(InputsInPart)];
    }
}
