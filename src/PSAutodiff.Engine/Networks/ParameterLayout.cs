using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>
/// Where the weights and biases of a dense network are among all its parameters, and what they are called: layer by layer, weights row by
/// row (inputs x outputs), then biases. Nothing else knows this order.
/// </summary>
internal sealed class ParameterLayout
{
    /// <summary>Lays out layers.</summary>
    /// <param name="sizes">Inputs and outputs of each; at least one layer.</param>
    /// <exception cref="AutodiffException">They are too large. Nothing was allocated for them.</exception>
    public ParameterLayout(IEnumerable<(int Inputs, int Outputs)> sizes)
    {
        var layers = new List<LayerPlace>();
        var next = 0L;
        foreach (var (inputs, outputs) in sizes)
        {
            var end = next + ((long)inputs * outputs) + outputs;
            if (end > Array.MaxLength)
            {
                throw new AutodiffException(ErrorIds.NetworkInvalid, $"The network would have more than {Array.MaxLength} weights and biases. Make its layers smaller.");
            }

            layers.Add(new LayerPlace(layers.Count, inputs, outputs, (int)next));
            next = end;
        }

        Layers = [.. layers];
        ParameterCount = (int)next;
    }

    public LayerPlace[] Layers { get; }

    public LayerPlace Last => Layers[^1];

    public int ParameterCount { get; }

    /// <summary>The names of all parameters, in order.</summary>
    public IEnumerable<string> Names()
    {
        foreach (var layer in Layers)
        {
            foreach (var weight in layer.Weights()) yield return weight.Name;
            for (var output = 0; output < layer.Outputs; output++) yield return layer.BiasName(output);
        }
    }

    /// <summary>The names of the parameters as matrices and vectors, whose elements are all parameters in order.</summary>
    public IEnumerable<string> ArrayNames() => Layers.SelectMany(static layer => new[] { layer.WeightsName, layer.BiasesName });

    /// <summary>The weights, in order.</summary>
    public IEnumerable<WeightPlace> Weights() => Layers.SelectMany(static layer => layer.Weights());

    /// <summary>Whether a parameter is a weight, not a bias.</summary>
    public bool IsWeight(int parameter)
    {
        foreach (var layer in Layers)
        {
            if (parameter < layer.End) return parameter < layer.Bias;
        }

        throw new ArgumentOutOfRangeException(nameof(parameter));
    }

    /// <summary>The parameters of layers, in order.</summary>
    public T[] Flatten<T>(NetworkLayer[] layers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parameters = new T[ParameterCount];
        foreach (var place in Layers)
        {
            Vectors.Narrow(layers[place.Index].WeightSpan, parameters.AsSpan(place.Start));
            Vectors.Narrow(layers[place.Index].BiasSpan, parameters.AsSpan(place.Bias));
        }

        return parameters;
    }

    /// <summary>The layers with other parameters; those of pruned weights have to be 0.</summary>
    /// <exception cref="AutodiffException">A parameter is not finite.</exception>
    public NetworkLayer[] Replace<T>(NetworkLayer[] layers, ReadOnlySpan<T> parameters, NetworkPrecision precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (parameters.Length != ParameterCount) throw new ArgumentException($"{parameters.Length} parameters for a network with {ParameterCount}.", nameof(parameters));
        var replaced = new NetworkLayer[layers.Length];
        foreach (var place in Layers)
        {
            var old = layers[place.Index];
            var (weights, biases) = (new double[place.Inputs, place.Outputs], new double[place.Outputs]);
            Vectors.Widen(place.WeightsOf(parameters), MemoryMarshal.CreateSpan(ref weights[0, 0], weights.Length));
            Vectors.Widen(place.BiasesOf(parameters), biases);
            replaced[place.Index] = new NetworkLayer(weights, biases, old.Activation, precision, place.Title, old.Frozen);
        }

        return replaced;
    }

    /// <summary>The layers with some weights set to 0 and frozen, beside those that are frozen already.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="indices">The indices of weights among all parameters.</param>
    /// <param name="precision">That of the network.</param>
    public NetworkLayer[] Freeze(NetworkLayer[] layers, IEnumerable<int> indices, NetworkPrecision precision)
    {
        var chosen = indices.ToHashSet();
        var frozen = new NetworkLayer[layers.Length];
        foreach (var place in Layers)
        {
            var old = layers[place.Index];
            var (weights, mask) = (old.Weights, old.Frozen ?? new bool[place.Inputs, place.Outputs]);
            foreach (var weight in place.Weights())
            {
                if (chosen.Contains(weight.Index)) (weights[weight.Input, weight.Output], mask[weight.Input, weight.Output]) = (0, true);
            }

            frozen[place.Index] = new NetworkLayer(weights, old.Biases, old.Activation, precision, place.Title, mask);
        }

        return frozen;
    }

    /// <summary>The indices of the pruned weights of layers among all parameters, in ascending order.</summary>
    public int[] FrozenIndices(NetworkLayer[] layers)
    {
        var indices = new List<int>();
        foreach (var place in Layers)
        {
            var frozen = layers[place.Index].FrozenSpan;
            for (var i = 0; i < frozen.Length; i++)
            {
                if (frozen[i]) indices.Add(place.Start + i);
            }
        }

        return [.. indices];
    }
}

/// <summary>The sizes of a layer, and where its parameters are.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Inputs">Number of inputs.</param>
/// <param name="Outputs">Number of outputs.</param>
/// <param name="Start">Index of the first weight among all parameters.</param>
internal sealed record LayerPlace(int Index, int Inputs, int Outputs, int Start)
{
    /// <summary>Index of the first bias.</summary>
    public int Bias { get; } = Start + (Inputs * Outputs);

    /// <summary>Index of what comes after the layer.</summary>
    public int End => Bias + Outputs;

    public int WeightCount => Bias - Start;

    /// <summary>What errors call the layer, at the beginning of a sentence.</summary>
    public string Title => TitleOf(Index);

    /// <summary>What errors call a layer.</summary>
    public static string TitleOf(int layer) => string.Create(CultureInfo.InvariantCulture, $"Layer {layer + 1}");

    /// <summary>What the matrix of weights is called.</summary>
    public string WeightsName => string.Create(CultureInfo.InvariantCulture, $"W{Index + 1}");

    /// <summary>What the vector of biases is called.</summary>
    public string BiasesName => string.Create(CultureInfo.InvariantCulture, $"b{Index + 1}");

    public string WeightName(int input, int output) => string.Create(CultureInfo.InvariantCulture, $"w{Index + 1}_{input + 1}_{output + 1}");

    public string BiasName(int output) => string.Create(CultureInfo.InvariantCulture, $"b{Index + 1}_{output + 1}");

    /// <summary>This layer's weights, in order.</summary>
    public IEnumerable<WeightPlace> Weights()
    {
        var index = Start;
        for (var input = 0; input < Inputs; input++)
        {
            for (var output = 0; output < Outputs; output++) yield return new WeightPlace(this, input, output, index++);
        }
    }

    /// <summary>This layer's weights among all parameters.</summary>
    public ReadOnlySpan<T> WeightsOf<T>(ReadOnlySpan<T> parameters) => parameters[Start..Bias];

    /// <summary>This layer's biases among all parameters.</summary>
    public ReadOnlySpan<T> BiasesOf<T>(ReadOnlySpan<T> parameters) => parameters[Bias..End];
}

/// <summary>Where a weight is.</summary>
/// <param name="Layer">Its layer.</param>
/// <param name="Input">The input of the layer, from 0.</param>
/// <param name="Output">The output of the layer, from 0.</param>
/// <param name="Index">Its index among all parameters.</param>
internal readonly record struct WeightPlace(LayerPlace Layer, int Input, int Output, int Index)
{
    public string Name => Layer.WeightName(Input, Output);
}
