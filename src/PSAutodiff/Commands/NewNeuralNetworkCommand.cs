using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using PSAutodiff.Converters;
using PSAutodiff.Rows;
using PSAutodiff.Startup;

namespace PSAutodiff.Commands;

/// <summary>Makes dense neural networks, with random weights or given ones.</summary>
[Cmdlet(VerbsCommon.New, "NeuralNetwork", DefaultParameterSetName = RandomSet)]
[OutputType(typeof(Network))]
public sealed class NewNeuralNetworkCommand : AutodiffCmdlet
{
    private const string RandomSet = "Random";
    private const string GivenSet = "Given";

    /// <summary>Number of inputs.</summary>
    [Parameter(Position = 0, ParameterSetName = RandomSet)]
    [Parameter(ParameterSetName = GivenSet)]
    [ValidateRange(1, int.MaxValue)]
    public int InputSize { get; set; }

    /// <summary>The layers: sizes, each followed by its activation or linear.</summary>
    [Parameter(Position = 1, ParameterSetName = RandomSet)]
    [Parameter(ParameterSetName = GivenSet)]
    [Alias("Layers")]
    [AllowNull]
    [ArgumentCompleter(typeof(ActivationCompleter))]
    public object? Layer { get; set; }

    /// <summary>How the weights are drawn.</summary>
    [Parameter(ParameterSetName = RandomSet)]
    [ValidateSet("GlorotUniform", "GlorotNormal", "TruncatedNormal", "He", "Zeros")]
    public NetworkInitializer Initializer { get; set; } = NetworkInitializer.GlorotUniform;

    /// <summary>The seed of the weights; by default a random one, noted in the network.</summary>
    [Parameter(ParameterSetName = RandomSet)]
    public int? Seed { get; set; }

    /// <summary>The weights: a matrix of inputs x outputs for each layer.</summary>
    [Parameter(ParameterSetName = GivenSet)]
    [AllowNull]
    public object? Weight { get; set; }

    /// <summary>The biases: a vector for each layer; by default zeros.</summary>
    [Parameter(ParameterSetName = GivenSet)]
    [AllowNull]
    public object? Bias { get; set; }

    /// <summary>The activation of each layer; by default linear.</summary>
    [Parameter(ParameterSetName = GivenSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(ActivationCompleter))]
    public object? Activation { get; set; }

    /// <summary>The numbers in which the network is trained and evaluated.</summary>
    [Parameter]
    public NetworkPrecision Precision { get; set; } = NetworkPrecision.Double;

    /// <inheritdoc/>
    protected override void BeginProcessing() => WarmUp.Networks();

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(Require(null, () => ParameterSetName == GivenSet ? FromWeights() : FromSizes()));

    private Network FromSizes()
    {
        if (InputSize == 0 || !IsBound(nameof(Layer)))
        {
            throw new AutodiffException(
                ErrorIds.LayerInvalid,
                "New-NeuralNetwork needs -InputSize and -Layer, for example: New-NeuralNetwork -InputSize 4 -Layer 16,tanh,3,softmax");
        }

        return Network.Create(InputSize, LayerList.Parse(Layer, nameof(Layer)), Initializer, Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue), Precision);
    }

    private Network FromWeights()
    {
        if (!IsBound(nameof(Weight)))
        {
            throw new AutodiffException(ErrorIds.LayerInvalid, "-Bias and -Activation go with -Weight, the weights of each layer. Without weights give -InputSize and -Layer.");
        }

        var weights = WeightList.Matrices(Weight);
        var biases = Bias is null ? null : WeightList.Vectors(Bias, weights.Length);
        var network = Network.FromWeights(weights, biases, Activations(weights), Precision);
        if (InputSize == 0 || InputSize == network.InputSize) return network;
        throw new AutodiffException(
            ErrorIds.NetworkInvalid,
            string.Create(CultureInfo.InvariantCulture, $"-InputSize is {InputSize}, but the first matrix of -Weight has {network.InputSize} rows, one for each input."));
    }

    private IReadOnlyList<ActivationFunction> Activations(double[][,] weights)
    {
        if (Layer is not null && Activation is not null) throw new AutodiffException(ErrorIds.LayerInvalid, "Give the activations either by -Activation or by -Layer.");
        var parameter = Activation is null ? nameof(Layer) : nameof(Activation);
        if (Layer is null && Activation is null) return new ActivationFunction[weights.Length];
        if (LayerList.ParseActivations(Activation ?? Layer, parameter) is { } activations) return activations;
        if (Activation is not null) throw new AutodiffException(ErrorIds.LayerInvalid, "-Activation takes activations alone, one for each matrix of -Weight, as in tanh,softmax.");
        var layers = LayerList.Parse(Layer, parameter);
        for (var i = 0; i < Math.Min(layers.Count, weights.Length); i++)
        {
            if (layers[i].Outputs == weights[i].GetLength(1)) continue;
            throw new AutodiffException(
                ErrorIds.NetworkInvalid,
                string.Create(CultureInfo.InvariantCulture, $"-Layer gives layer {i + 1} {layers[i].Outputs} outputs, but its matrix of -Weight has {weights[i].GetLength(1)} columns."));
        }

        if (layers.Find(static layer => !layer.IsPlain) is { } more) throw new AutodiffException(ErrorIds.LayerInvalid, $"-Weight makes layers of weights, biases and activations, but -Layer has {more}. Make the network with -InputSize and -Layer, without -Weight.");
        return [.. layers.Select(static layer => layer.Activation)];
    }
}
