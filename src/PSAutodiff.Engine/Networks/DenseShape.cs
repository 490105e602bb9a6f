using System.Numerics;

namespace PSAutodiff.Networks;

/// <summary>
/// The layers of a dense network and where their numbers are among all parameters: layer by layer, weights row by row
/// (inputs x outputs), then biases.
/// </summary>
internal sealed class DenseShape
{
    public DenseShape(Network network)
    {
        var layers = new DenseLayer[network.Layers.Count];
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = network.Layers[i];
            layers[i] = new DenseLayer(layer.Inputs, layer.Outputs, layer.Activation, ParameterCount);
            ParameterCount = layers[i].End;
        }

        Layers = layers;
    }

    public DenseLayer[] Layers { get; }

    public DenseLayer Last => Layers[^1];

    public int ParameterCount { get; }

    /// <summary>All parameters of a network, in order.</summary>
    public static T[] Flatten<T>(Network network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parameters = new T[new DenseShape(network).ParameterCount];
        var next = 0;
        foreach (var layer in network.Layers)
        {
            foreach (var weight in layer.WeightSpan) parameters[next++] = T.CreateTruncating(weight);
            foreach (var bias in layer.BiasSpan) parameters[next++] = T.CreateTruncating(bias);
        }

        return parameters;
    }
}

/// <summary>A layer's size and the place of its parameters.</summary>
/// <param name="Inputs">Number of inputs.</param>
/// <param name="Outputs">Number of outputs.</param>
/// <param name="Activation">What is done with the weighted sums.</param>
/// <param name="Start">Index of the first weight among all parameters.</param>
internal sealed record DenseLayer(int Inputs, int Outputs, ActivationFunction Activation, int Start)
{
    public int Bias { get; } = checked(Start + (Inputs * Outputs));

    public int End => checked(Bias + Outputs);

    /// <summary>This layer's weights among all parameters.</summary>
    public ReadOnlySpan<T> WeightsOf<T>(ReadOnlySpan<T> parameters) => parameters[Start..Bias];

    /// <summary>This layer's biases among all parameters.</summary>
    public ReadOnlySpan<T> BiasesOf<T>(ReadOnlySpan<T> parameters) => parameters[Bias..End];
}
