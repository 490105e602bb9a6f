using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using PSAutodiff.Networks;

namespace PSAutodiff;

/// <summary>
/// A dense layer: phi(x W + b), and where it has them layer normalization, a skip connection and dropout, in the order of <see cref="Steps"/>. Immutable: the
/// arrays are copies, made at each access.
/// </summary>
public sealed class NetworkLayer
{
    private readonly double[,] _weights;
    private readonly double[] _biases;
    private readonly bool[,]? _frozen;
    private readonly LayerExtras _extras;

    /// <summary>Makes a layer. The arrays are copied.</summary>
    /// <param name="weights">Inputs x outputs, at least 1 x 1, all finite.</param>
    /// <param name="biases">One for each output, all finite.</param>
    /// <param name="activation">phi.</param>
    /// <exception cref="AutodiffException">The sizes do not fit, or a number is not finite.</exception>
    public NetworkLayer(double[,] weights, double[] biases, ActivationFunction activation)
        : this(weights, biases, OfActivation(activation, "The layer"), null, NetworkPrecision.Double, "The layer")
    {
    }

    /// <summary>Makes a layer of a network.</summary>
    /// <param name="weights">Inputs x outputs, at least 1 x 1.</param>
    /// <param name="biases">One for each output.</param>
    /// <param name="form">What the layer does; of any number of outputs.</param>
    /// <param name="extras">The numbers of layer normalization and of the matrix of a skip connection; null for those of a layer that has neither.</param>
    /// <param name="precision">With single precision the copies are rounded to it.</param>
    /// <param name="name">What errors call the layer, at the beginning of a sentence.</param>
    /// <param name="frozen">Which weights stay 0, inputs x outputs; null for none. Copied.</param>
    internal NetworkLayer(double[,] weights, double[] biases, LayerForm form, LayerExtras? extras, NetworkPrecision precision, string name, bool[,]? frozen = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(biases);
        var (inputs, outputs) = (weights.GetLength(0), weights.GetLength(1));
        if (weights.Length == 0) throw Invalid($"{name} has {inputs} x {outputs} weights. A layer needs at least one input and one output.");
        if (biases.Length != outputs)
        {
            throw Invalid($"{name} has weights for {outputs} outputs (their columns), but {biases.Length} biases. Give one bias for each output.");
        }

        _weights = (double[,])weights.Clone();
        _biases = [.. biases];
        Form = form.Outputs == outputs ? form : form.WithOutputs(outputs);
        var wrong = RoundAndFindNotFinite(MemoryMarshal.CreateSpan(ref _weights[0, 0], _weights.Length), precision);
        if (wrong >= 0) throw NotFinite($"the weight from input {(wrong / outputs) + 1} to output {(wrong % outputs) + 1}", weights[wrong / outputs, wrong % outputs]);
        wrong = RoundAndFindNotFinite(_biases, precision);
        if (wrong >= 0) throw NotFinite($"the bias of output {wrong + 1}", biases[wrong]);
        _extras = (extras ?? LayerExtras.None).Checked(Form, name, (values, what) =>
        {
            var given = values.ToArray();
            var place = RoundAndFindNotFinite(values, precision);
            if (place >= 0) throw NotFinite(string.Create(CultureInfo.InvariantCulture, $"number {place + 1} of {what}"), given[place]);
        });
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
    private NetworkLayer(double[,] weights, double[] biases, ActivationFunction activation, bool[,]? frozen, IReadOnlyList<LayerStep>? steps, int skip, double dropout, double[]? gain, double[]? offset, double[,]? projection)
        : this(
            weights,
            biases,
            steps is null ? OfActivation(activation, "The layer") : new LayerForm(1, activation, steps, skip, projection is not null, dropout),
            new LayerExtras(gain, offset, projection),
            NetworkPrecision.Double,
            "The layer",
            frozen)
    {
    }

    /// <summary>W: inputs x outputs. A copy: take it once before a loop.</summary>
    public double[,] Weights => (double[,])_weights.Clone();

    /// <summary>b: one for each output. A copy.</summary>
    public double[] Biases => [.. _biases];

    /// <summary>phi.</summary>
    public ActivationFunction Activation => Form.Activation;

    /// <summary>What is done with the weighted sums x W + b, in order.</summary>
    public IReadOnlyList<LayerStep> Steps => Form.Steps;

    /// <summary>Over how many layers a skip connection reaches: with 1 what this layer takes in is added, with 2 what the one before takes in; 0 for none.</summary>
    public int Skip => Form.Skip;

    /// <summary>The part of the outputs that become 0 at each step of a training; 0 for none.</summary>
    public double Dropout => Form.Dropout;

    /// <summary>The gain of layer normalization: one for each output; null without it. A copy.</summary>
    public double[]? Gain => _extras.Gain is { } gain ? [.. gain] : null;

    /// <summary>The offset of layer normalization: one for each output; null without it. A copy.</summary>
    public double[]? Offset => _extras.Offset is { } offset ? [.. offset] : null;

    /// <summary>The matrix that what a skip connection adds is multiplied by; null where it is added as it is. A copy.</summary>
    public double[,]? Projection => (double[,]?)_extras.Projection?.Clone();

    /// <summary>Which weights were pruned, inputs x outputs: these are 0, and stay so in every training. Null when there are none. A copy.</summary>
    public bool[,]? Frozen => (bool[,]?)_frozen?.Clone();

    /// <summary>Number of weights that were pruned.</summary>
    public int FrozenCount { get; private set; }

    /// <summary>Number of inputs.</summary>
    public int Inputs => _weights.GetLength(0);

    /// <summary>Number of outputs.</summary>
    public int Outputs => _weights.GetLength(1);

    /// <summary>Number of weights and biases, and of all other numbers that are trained.</summary>
    public int ParameterCount => _weights.Length + _biases.Length + _extras.Count;

    /// <summary>The sizes and the steps, such as <c>4 -> 16 Tanh</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Inputs} -> {Outputs} {Form.Text}");

    /// <summary>What the layer does.</summary>
    internal LayerForm Form { get; }

    /// <summary>The numbers of layer normalization and of the matrix of a skip connection.</summary>
    internal LayerExtras Extras => _extras;

    internal int WeightCount => _weights.Length;

    /// <summary>The weights row after row.</summary>
    internal ReadOnlySpan<double> WeightSpan => MemoryMarshal.CreateReadOnlySpan(ref _weights[0, 0], _weights.Length);

    internal ReadOnlySpan<double> BiasSpan => _biases;

    /// <summary>Whether each weight was pruned, row after row; empty when none was.</summary>
    internal ReadOnlySpan<bool> FrozenSpan => _frozen is null ? [] : MemoryMarshal.CreateReadOnlySpan(ref _frozen[0, 0], _frozen.Length);

    internal double WeightAt(int input, int output) => _weights[input, output];

    private static LayerForm OfActivation(ActivationFunction activation, string name) => Enum.IsDefined(activation)
        ? new LayerForm(1, activation)
        : throw Invalid($"{name} has the activation {activation}, which does not exist.");

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
