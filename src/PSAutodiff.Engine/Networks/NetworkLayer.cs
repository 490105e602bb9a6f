using System.Globalization;
using System.Runtime.InteropServices;

namespace PSAutodiff;

/// <summary>A dense layer: phi(x W + b).</summary>
public sealed class NetworkLayer
{
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

        if (!Enum.IsDefined(activation)) throw Invalid($"{name} has the activation {activation}, which is none.");
        Weights = (double[,])weights.Clone();
        Biases = [.. biases];
        Activation = activation;
        var wrong = RoundAndFindNotFinite(WeightSpan, precision);
        if (wrong >= 0) throw NotFinite($"the weight from input {(wrong / outputs) + 1} to output {(wrong % outputs) + 1}", weights[wrong / outputs, wrong % outputs]);
        wrong = RoundAndFindNotFinite(Biases, precision);
        if (wrong >= 0) throw NotFinite($"the bias of output {wrong + 1}", biases[wrong]);
        if (frozen is not null) Frozen = Freeze(frozen);

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
                    if (Weights[i, j] != 0) throw Invalid($"{name}: the weight from input {i + 1} to output {j + 1} is frozen, but not 0. Only weights of 0 can be frozen.");
                    Weights[i, j] = 0; // Not -0.
                    FrozenCount++;
                }
            }

            return FrozenCount > 0 ? (bool[,])mask.Clone() : null;
        }
    }

    /// <summary>W: inputs x outputs.</summary>
    public double[,] Weights { get; }

    /// <summary>b: one for each output.</summary>
    public double[] Biases { get; }

    /// <summary>phi.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Which weights were pruned, inputs x outputs: these are 0, and stay so in every training. Null when there are none.</summary>
    public bool[,]? Frozen { get; }

    /// <summary>Number of weights that were pruned.</summary>
    public int FrozenCount { get; private set; }

    /// <summary>Number of inputs.</summary>
    public int Inputs => Weights.GetLength(0);

    /// <summary>Number of outputs.</summary>
    public int Outputs => Weights.GetLength(1);

    /// <summary>The weights row after row.</summary>
    internal Span<double> WeightSpan => MemoryMarshal.CreateSpan(ref Weights[0, 0], Weights.Length);

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
