using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace PSAutodiff;

/// <summary>A dense layer: phi(x W + b). Immutable: the arrays are copies, made at each access.</summary>
public sealed class NetworkLayer
{
    private readonly double[,] _weights;
    private readonly double[] _biases;
    private readonly bool[,]? _frozen;

    /// <summary>Makes a layer. The arrays are copied.</summary>
    /// <param name="weights">Inputs x outputs, at least 1 x 1, all finite.</param>
    /// <param name="biases">One for each output, all finite.</param>
    /// <param name="activation">phi.</param>
    /// <exception cref="AutodiffException">The sizes do not fit, or a number is not finite.</exception>
    public NetworkLayer(double[,] weights, double[] biases, ActivationFunction activation)
        : this(weights, biases, activation, NetworkPrecision.Double, "The layer")
    {
    }

    /// <summary>Makes a layer of a network.</summary>
    /// <param name="weights">Inputs x outputs, at least 1 x 1.</param>
    /// <param name="biases">One for each output.</param>
    /// <param name="activation">phi.</param>
    /// <param name="precision">With single precision the copies are rounded to it.</param>
    /// <param name="name">What errors call the layer, at the beginning of a sentence.</param>
    /// <param name="frozen">Which weights stay 0, inputs x outputs; null for none. Copied.</param>
    internal NetworkLayer(double[,] weights, double[] biases, ActivationFunction activation, NetworkPrecision precision, string name, bool[,]? frozen = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(biases);
        var (inputs, outputs) = (weights.GetLength(0), weights.GetLength(1));
        if (weights.Length == 0) throw Invalid($"{name} has {inputs} x {outputs} weights. A layer needs at least one input and one output.");
        if (biases.Length != outputs)
        {
            throw Invalid($"{name} has weights for {outputs} outputs (their columns), but {biases.Length} biases. Give one bias for each output.");
        }

        if (!Enum.IsDefined(activation)) throw Invalid($"{name} has the activation {activation}, which does not exist.");
        _weights = (double[,])weights.Clone();
        _biases = [.. biases];
        Activation = activation;
        var wrong = RoundAndFindNotFinite(MemoryMarshal.CreateSpan(ref _weights[0, 0], _weights.Length), precision);
        if (wrong >= 0) throw NotFinite($"the weight from input {(wrong / outputs) + 1} to output {(wrong % outputs) + 1}", weights[wrong / outputs, wrong % outputs]);
        wrong = RoundAndFindNotFinite(_biases, precision);
        if (wrong >= 0) throw NotFinite($"the bias of output {wrong + 1}", biases[wrong]);
        if (frozen is not null) _frozen = Freeze(frozen);

        AutodiffException NotFinite(string what, double value) => new(
            ErrorIds.ValueNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"{name}: {what} is {value}. ") +
            (double.IsFinite(value) ? "That is too large for single precision; use double." : "Weights and biases have to be finite numbers."));

        bool[,]? Freeze(bool[,] mask)
        {
            if (mask.GetLength(0) != inputs || mask.GetLength(1) != outputs)
            {
                throw Invalid($"{name} has {inputs} x {outputs} weights, but its mask of frozen ones is {mask.GetLength(0)} x {mask.GetLength(1)}.");
            }

            for (var i = 0; i < inputs; i++)
            {
                for (var j = 0; j < outputs; j++)
                {
                    if (!mask[i, j]) continue;
                    if (_weights[i, j] != 0) throw Invalid($"{name}: the weight from input {i + 1} to output {j + 1} is frozen, but not 0. Only weights of 0 can be frozen.");
                    _weights[i, j] = 0; // Not -0.
                    FrozenCount++;
                }
            }

            return FrozenCount > 0 ? (bool[,])mask.Clone() : null;
        }
    }

    // Of its text.
    [JsonConstructor]
    private NetworkLayer(double[,] weights, double[] biases, ActivationFunction activation, bool[,]? frozen)
        : this(weights, biases, activation, NetworkPrecision.Double, "The layer", frozen)
    {
    }

    /// <summary>W: inputs x outputs. A copy: take it once before a loop.</summary>
    public double[,] Weights => (double[,])_weights.Clone();

    /// <summary>b: one for each output. A copy.</summary>
    public double[] Biases => [.. _biases];

    /// <summary>phi.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Which weights were pruned, inputs x outputs: these are 0, and stay so in every training. Null when there are none. A copy.</summary>
    public bool[,]? Frozen => (bool[,]?)_frozen?.Clone();

    /// <summary>Number of weights that were pruned.</summary>
    public int FrozenCount { get; private set; }

    /// <summary>Number of inputs.</summary>
    public int Inputs => _weights.GetLength(0);

    /// <summary>Number of outputs.</summary>
    public int Outputs => _weights.GetLength(1);

    /// <summary>Number of weights and biases.</summary>
    public int ParameterCount => _weights.Length + _biases.Length;

    /// <summary>The sizes and the activation, such as <c>4 -> 16 Tanh</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Inputs} -> {Outputs} {Activation}");

    internal int WeightCount => _weights.Length;

    /// <summary>The weights row after row.</summary>
    internal ReadOnlySpan<double> WeightSpan => MemoryMarshal.CreateReadOnlySpan(ref _weights[0, 0], _weights.Length);

    internal ReadOnlySpan<double> BiasSpan => _biases;

    /// <summary>Whether each weight was pruned, row after row; empty when none was.</summary>
    internal ReadOnlySpan<bool> FrozenSpan => _frozen is null ? [] : MemoryMarshal.CreateReadOnlySpan(ref _frozen[0, 0], _frozen.Length);

    internal double WeightAt(int input, int output) => _weights[input, output];

    private static int RoundAndFindNotFinite(Span<double> values, NetworkPrecision precision)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (precision == NetworkPrecision.Single) values[i] = (float)values[i];
            if (!double.IsFinite(values[i])) return i;
        }

        return -1;
    }

    private static AutodiffException Invalid(string message) => new(ErrorIds.NetworkInvalid, message);
}
