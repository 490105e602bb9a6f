using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>
/// Where the weights and biases of a dense network are among all its parameters, and what they are called: layer by layer, weights row by
/// row (inputs x outputs), then biases. Nothing else knows this order.
/// </summary>
internal sealed class ParameterLayout
{
    /// <summary>Lays out layers.</summary>
    /// <param name="inputSize">Number of inputs.</param>
    /// <param name="forms">The layers; at least one.</param>
    /// <exception cref="AutodiffException">They are too large. Nothing was allocated for them.</exception>
    public ParameterLayout(int inputSize, IReadOnlyList<LayerForm> forms)
    {
        var layers = new List<LayerPlace>();
        var next = 0L;
        for (var l = 0; l < forms.Count; l++)
        {
            var (inputs, outputs) = (l == 0 ? inputSize : forms[l - 1].Outputs, forms[l].Outputs);
            var projected = forms[l].Projects ? LayerForm.SourceOf(l, inputSize, forms) : 0;
            var end = next + (((long)inputs + 1 + (forms[l].Normalizes ? 2 : 0) + projected) * outputs);
            if (end > Array.MaxLength)
            {
                throw new AutodiffException(ErrorIds.NetworkInvalid, $"The network would have more than {Array.MaxLength} weights and biases. Make its layers smaller.");
            }

            layers.Add(new LayerPlace(l, inputs, outputs, (int)next) { Normalizes = forms[l].Normalizes, Projected = projected });
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
            for (var output = 0; output < layer.Outputs && layer.Normalizes; output++) yield return LayerPlace.NameOf(layer.GainsName, output);
            for (var output = 0; output < layer.Outputs && layer.Normalizes; output++) yield return LayerPlace.NameOf(layer.OffsetsName, output);
            for (var i = 0; i < layer.Projected * layer.Outputs; i++) yield return LayerPlace.NameOf(layer.ProjectionName.ToLowerInvariant(), i / layer.Outputs, i % layer.Outputs);
        }
    }

    /// <summary>The names of the parameters as matrices and vectors, whose elements are all parameters in order.</summary>
    public IEnumerable<string> ArrayNames() => Layers.SelectMany(static layer => layer.Arrays()).Select(static array => array.Name);

    /// <summary>The weights, in order.</summary>
    public IEnumerable<WeightPlace> Weights() => Layers.SelectMany(static layer => layer.Weights());

    /// <summary>Whether a parameter is a weight, or of the matrix of a skip connection, which is like one; not a bias, a gain or an offset.</summary>
    public bool IsWeight(int parameter)
    {
        foreach (var layer in Layers)
        {
            if (parameter < layer.End) return parameter < layer.Bias || parameter >= layer.Projection;
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
            var (gain, offset, _) = layers[place.Index].Extras;
            Vectors.Narrow<T>(gain, parameters.AsSpan(place.Gain));
            Vectors.Narrow<T>(offset, parameters.AsSpan(place.Offset));
            Vectors.Narrow<T>(layers[place.Index].Extras.ProjectionSpan, parameters.AsSpan(place.Projection));
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
            replaced[place.Index] = new NetworkLayer(weights, biases, old.Form, place.ExtrasOf(parameters), precision, place.Title, old.Frozen);
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

            frozen[place.Index] = new NetworkLayer(weights, old.Biases, old.Form, old.Extras, precision, place.Title, mask);
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

    /// <summary>Whether there are gains and offsets of layer normalization.</summary>
    public bool Normalizes { get; init; }

    /// <summary>Rows of the matrix of a skip connection; 0 where it has none.</summary>
    public int Projected { get; init; }

    /// <summary>Index of the first gain, where there are any; those come after the biases.</summary>
    public int Gain => Bias + Outputs;

    /// <summary>Index of the first offset.</summary>
    public int Offset => Gain + (Normalizes ? Outputs : 0);

    /// <summary>Index of the first number of the matrix of a skip connection.</summary>
    public int Projection => Offset + (Normalizes ? Outputs : 0);

    /// <summary>Index of what comes after the layer.</summary>
    public int End => Projection + (Projected * Outputs);

    public int WeightCount => Bias - Start;

    /// <summary>What errors call the layer, at the beginning of a sentence.</summary>
    public string Title => TitleOf(Index);

    /// <summary>What errors call a layer.</summary>
    public static string TitleOf(int layer) => string.Create(CultureInfo.InvariantCulture, $"Layer {layer + 1}");

    /// <summary>What the matrix of weights is called.</summary>
    public string WeightsName => string.Create(CultureInfo.InvariantCulture, $"W{Index + 1}");

    /// <summary>What the vector of biases is called.</summary>
    public string BiasesName => string.Create(CultureInfo.InvariantCulture, $"b{Index + 1}");

    /// <summary>What the gains of layer normalization are called.</summary>
    public string GainsName => string.Create(CultureInfo.InvariantCulture, $"g{Index + 1}");

    /// <summary>What the offsets of layer normalization are called.</summary>
    public string OffsetsName => string.Create(CultureInfo.InvariantCulture, $"c{Index + 1}");

    /// <summary>What the matrix of a skip connection is called.</summary>
    public string ProjectionName => string.Create(CultureInfo.InvariantCulture, $"P{Index + 1}");

    /// <summary>The arrays of this layer that are trained, in the order of the parameters.</summary>
    public IEnumerable<(string Name, Shape Shape)> Arrays()
    {
        yield return (WeightsName, Shape.Matrix(Inputs, Outputs));
        yield return (BiasesName, Shape.Vector(Outputs));
        if (Normalizes)
        {
            yield return (GainsName, Shape.Vector(Outputs));
            yield return (OffsetsName, Shape.Vector(Outputs));
        }

        if (Projected > 0) yield return (ProjectionName, Shape.Matrix(Projected, Outputs));
    }

    /// <summary>What a number of an array is called.</summary>
    /// <param name="array">The array.</param>
    /// <param name="places">Where it is, from 0.</param>
    public static string NameOf(string array, params int[] places) => string.Join('_', [array, .. places.Select(static place => (place + 1).ToString(CultureInfo.InvariantCulture))]);

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
    public ReadOnlySpan<T> BiasesOf<T>(ReadOnlySpan<T> parameters) => parameters[Bias..Gain];

    /// <summary>What this layer has beside weights and biases, among all parameters.</summary>
    public LayerExtras ExtrasOf<T>(ReadOnlySpan<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (End == Gain) return LayerExtras.None;
        var extras = new LayerExtras(Normalizes ? new double[Outputs] : null, Normalizes ? new double[Outputs] : null, Projected > 0 ? new double[Projected, Outputs] : null);
        Vectors.Widen(parameters[Gain..Offset], extras.Gain);
        Vectors.Widen(parameters[Offset..Projection], extras.Offset);
        Vectors.Widen(parameters[Projection..End], extras.ProjectionSpan);
        return extras;
    }
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
