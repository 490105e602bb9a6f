using System.Collections.Specialized;
using System.Globalization;
using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Networks;

namespace PSAutodiff;

/// <summary>A dense neural network. Immutable: training gives a new one, and arrays that are asked for are copies.</summary>
public sealed class Network
{
    private readonly NetworkLayer[] _layers;

    /// <summary>Makes a network of layers.</summary>
    /// <exception cref="AutodiffException">There is none, one takes not as many inputs as the one before has outputs, or they are too large.</exception>
    internal Network(IReadOnlyList<NetworkLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw Invalid("A network needs at least one layer.");
        _layers = [.. layers];
        for (var i = 1; i < _layers.Length; i++)
        {
            if (_layers[i].Inputs != _layers[i - 1].Outputs)
            {
                throw Invalid(
                    $"Layer {i + 1} takes {_layers[i].Inputs} inputs (the rows of its weights), but layer {i} has {_layers[i - 1].Outputs} outputs " +
                    "(the columns of its weights). The two numbers have to be equal.");
            }
        }

        ParameterCount = CheckedCount(_layers.Select(static layer => (layer.Inputs, layer.Outputs)));
    }

    private Network(Network source, NetworkLayer[] layers)
        : this(layers)
    {
        Precision = source.Precision;
        Initializer = source.Initializer;
        Seed = source.Seed;
        Features = source.Features;
        Labels = source.Labels;
        Classes = source.Classes;
        Scaling = source.Scaling;
        LossFunction = source.LossFunction;
    }

    /// <summary>The layers, from the inputs to the outputs.</summary>
    public IReadOnlyList<NetworkLayer> Layers => Copy(_layers);

    /// <summary>Number of inputs.</summary>
    public int InputSize => _layers[0].Inputs;

    /// <summary>Number of outputs.</summary>
    public int OutputSize => _layers[^1].Outputs;

    /// <summary>The numbers in which it is trained and evaluated. In single precision the weights and biases are rounded to it.</summary>
    public NetworkPrecision Precision
    {
        get;
        init
        {
            if (!Enum.IsDefined(value)) throw Invalid($"There is no precision {value}.");
            field = value;
            if (value != NetworkPrecision.Single) return;
            for (var i = 0; i < _layers.Length; i++)
            {
                var layer = _layers[i];
                _layers[i] = new NetworkLayer(layer.Weights, layer.Biases, layer.Activation, value, LayerName(i), layer.Frozen);
            }
        }
    }

    /// <summary>How its weights were drawn.</summary>
    public NetworkInitializer Initializer { get; init; } = NetworkInitializer.Given;

    /// <summary>The seed its weights were drawn with; null when they were given.</summary>
    public int? Seed { get; init; }

    /// <summary>The columns it takes its inputs from, when it was trained on rows; else empty.</summary>
    public IReadOnlyList<string> Features
    {
        get => Copy(field);
        init => field = Names(value, "features", InputSize, $"the network has {InputSize} inputs");
    }

    = [];

    /// <summary>The columns it was trained to predict: one for each output, or one of classes; else empty.</summary>
    public IReadOnlyList<string> Labels
    {
        get => Copy(field);
        init => field = Names(value, "labels", value is [_] ? 1 : OutputSize, $"the network has {OutputSize} outputs");
    }

    = [];

    /// <summary>
    /// The classes its outputs stand for (with one output: of 0 and 1), each the text, Boolean or number that the labels were; empty when the
    /// targets were numbers.
    /// </summary>
    public IReadOnlyList<object> Classes
    {
        get => Copy(field);
        init => field = ClassesOf(value);
    }

    = [];

    /// <summary>How raw inputs are scaled first; null for not at all.</summary>
    public FeatureScaling? Scaling
    {
        get;
        init
        {
            if (value is not null) CheckScaling(value);
            field = value;
        }
    }

    /// <summary>The loss it was trained with; null before.</summary>
    public LossFunction? LossFunction { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public int ParameterCount { get; }

    /// <summary>Number of weights, the biases left out.</summary>
    public int WeightCount => _layers.Sum(static layer => layer.WeightCount);

    /// <summary>Number of weights that were pruned: they are 0, and stay so in every training.</summary>
    public int FrozenCount => _layers.Sum(static layer => layer.FrozenCount);

    /// <summary>The weights and biases by name: w1_2_3 from input 2 to output 3 of layer 1, b1_3; layer by layer, weights row by row before biases.</summary>
    public OrderedDictionary Parameters
    {
        get
        {
            var parameters = new OrderedDictionary(ParameterCount, StringComparer.Ordinal);
            foreach (var (name, value) in ParameterNames().Zip(FlatParameters())) parameters.Add(name, value);
            return parameters;
        }
    }

    /// <summary>Makes a network with random weights, drawn layer by layer and row by row, and biases 0.</summary>
    /// <param name="inputSize">Number of inputs, at least 1.</param>
    /// <param name="layers">Number of outputs, at least 1, and activation of each layer; at least one layer.</param>
    /// <param name="initializer">How they are drawn.</param>
    /// <param name="seed">The same seed gives the same weights on every machine.</param>
    /// <param name="precision">The numbers in which the network works; in single precision the weights are rounded to it.</param>
    /// <exception cref="AutodiffException">A size is below 1, there is no layer, or the network is too large.</exception>
    public static Network Create(int inputSize, IReadOnlyList<(int Outputs, ActivationFunction Activation)> layers, NetworkInitializer initializer, int seed, NetworkPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (inputSize < 1) throw Invalid($"A network cannot have {inputSize} inputs; it needs at least one.");
        if (layers.Count == 0) throw Invalid("A network needs at least one layer.");
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i].Outputs < 1) throw Invalid($"{LayerName(i)} cannot have {layers[i].Outputs} outputs; it needs at least one.");
        }

        // Before anything is allocated.
        CheckedCount(layers.Select((layer, i) => (Inputs(i), layer.Outputs)));
        var random = new RandomWeights(initializer, seed);
        var made = new NetworkLayer[layers.Count];
        for (var i = 0; i < made.Length; i++)
        {
            var (outputs, activation) = layers[i];
            made[i] = new NetworkLayer(random.Draw(Inputs(i), outputs), new double[outputs], activation, precision, LayerName(i));
        }

        return new Network(made) { Precision = precision, Initializer = initializer, Seed = seed };

        int Inputs(int layer) => layer == 0 ? inputSize : layers[layer - 1].Outputs;
    }

    /// <summary>Makes a network from given weights.</summary>
    /// <param name="weights">The weights of each layer, inputs x outputs.</param>
    /// <param name="biases">The biases of each layer; null for zeros.</param>
    /// <param name="activations">The activation of each layer.</param>
    /// <param name="precision">The numbers in which the network works; in single precision the weights and biases are rounded to it.</param>
    /// <exception cref="AutodiffException">The sizes do not fit together, or a number is not finite.</exception>
    public static Network FromWeights(
        IReadOnlyList<double[,]> weights,
        IReadOnlyList<double[]>? biases,
        IReadOnlyList<ActivationFunction> activations,
        NetworkPrecision precision = NetworkPrecision.Double)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(activations);
        if (activations.Count != weights.Count) throw Invalid($"There are weights for {weights.Count} layers, but {activations.Count} activations. Give one for each layer.");
        if (biases is not null && biases.Count != weights.Count) throw Invalid($"There are weights for {weights.Count} layers, but biases for {biases.Count}. Give one vector for each layer, or none at all.");
        var layers = new NetworkLayer[weights.Count];
        for (var i = 0; i < layers.Length; i++)
        {
            var matrix = weights[i] ?? throw Invalid($"{LayerName(i)} has no weights: null was given.");
            var vector = biases is null ? new double[matrix.GetLength(1)] : biases[i] ?? throw Invalid($"{LayerName(i)} has no biases: null was given.");
            layers[i] = new NetworkLayer(matrix, vector, activations[i], precision, LayerName(i));
        }

        return new Network(layers) { Precision = precision };
    }

    /// <summary>Reads what <see cref="ToJson"/> writes, strictly; every bit of every number comes back.</summary>
    /// <exception cref="AutodiffException">The text is no network; the message says where.</exception>
    public static Network ParseJson(string json) => NetworkJsonReader.Read(json);

    /// <summary>The network as a JSON object, a row of weights a line.</summary>
    public string ToJson() => NetworkJsonWriter.Write(this);

    /// <summary>The outputs for rows of raw inputs: rows x inputs gives rows x outputs.</summary>
    /// <exception cref="AutodiffException">The rows have another number of inputs than the network.</exception>
    public double[,] Predict(double[,] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.GetLength(1) != InputSize)
        {
            throw new AutodiffException(
                ErrorIds.LengthMismatch,
                $"The rows have {inputs.GetLength(1)} values each, but the network has {InputSize} inputs. Give rows x {InputSize} values.");
        }

        return Precision == NetworkPrecision.Single ? Predict<float>(inputs) : Predict<double>(inputs);
    }

    /// <summary>The outputs as expressions in the raw inputs and the names of <see cref="Parameters"/>, or with their values instead.</summary>
    /// <remarks>
    /// The inputs are called like <see cref="Features"/> when all of these can be names of variables beside the parameters, else x1, x2, ...,
    /// or x_1, x_2, ... with as many underscores as it takes for names that no column has.
    /// Hidden units are shared between the outputs.
    /// </remarks>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    public ExprNode[] ToExpression(bool withValues = false) => NetworkExpression.Build(this, withValues);

    /// <summary>The sizes and activations, such as <c>4-16 Tanh-3 Softmax</c>.</summary>
    public override string ToString() => _layers.Aggregate(
        InputSize.ToString(CultureInfo.InvariantCulture),
        static (text, layer) => string.Create(CultureInfo.InvariantCulture, $"{text}-{layer.Outputs} {layer.Activation}"));

    /// <summary>The names of <see cref="Parameters"/>, in order.</summary>
    internal IEnumerable<string> ParameterNames()
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            for (var i = 0; i < layer.Inputs; i++)
            {
                for (var j = 0; j < layer.Outputs; j++) yield return WeightName(l, i, j);
            }

            for (var j = 0; j < layer.Outputs; j++) yield return BiasName(l, j);
        }
    }

    /// <summary>All parameters in the order of <see cref="Parameters"/>.</summary>
    internal double[] FlatParameters()
    {
        var parameters = new double[ParameterCount];
        var rest = parameters.AsSpan();
        foreach (var layer in _layers)
        {
            layer.WeightSpan.CopyTo(rest);
            rest = rest[layer.WeightCount..];
            layer.BiasSpan.CopyTo(rest);
            rest = rest[layer.Outputs..];
        }

        return parameters;
    }

    /// <summary>The indices of the pruned weights among all parameters, in ascending order.</summary>
    internal int[] FrozenIndices()
    {
        var indices = new int[FrozenCount];
        var (count, start) = (0, 0);
        foreach (var layer in _layers)
        {
            var index = start;
            foreach (var isFrozen in layer.FrozenSpan)
            {
                if (isFrozen) indices[count++] = index;
                index++;
            }

            start += layer.ParameterCount;
        }

        return indices;
    }

    /// <summary>This network with some weights set to 0 and frozen, beside those that are frozen already.</summary>
    /// <param name="indices">The indices of weights among all parameters.</param>
    internal Network WithFrozen(IEnumerable<int> indices)
    {
        var chosen = indices.ToHashSet();
        var layers = new NetworkLayer[_layers.Length];
        var index = 0;
        for (var l = 0; l < layers.Length; l++)
        {
            var old = _layers[l];
            var weights = old.Weights;
            var frozen = old.Frozen ?? new bool[old.Inputs, old.Outputs];
            for (var i = 0; i < old.Inputs; i++)
            {
                for (var j = 0; j < old.Outputs; j++, index++)
                {
                    if (!chosen.Contains(index)) continue;
                    (weights[i, j], frozen[i, j]) = (0, true);
                }
            }

            index += old.Outputs;
            layers[l] = new NetworkLayer(weights, old.Biases, old.Activation, Precision, LayerName(l), frozen);
        }

        return new Network(this, layers);
    }

    /// <summary>This network with other parameters, in the same order; those of pruned weights have to be 0.</summary>
    /// <exception cref="AutodiffException">A parameter is not finite.</exception>
    internal Network WithParameters(ReadOnlySpan<double> parameters)
    {
        if (parameters.Length != ParameterCount) throw new ArgumentException($"{parameters.Length} parameters for a network with {ParameterCount}.", nameof(parameters));
        var layers = new NetworkLayer[_layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            var old = _layers[i];
            var weights = new double[old.Inputs, old.Outputs];
            for (var row = 0; row < old.Inputs; row++)
            {
                for (var column = 0; column < old.Outputs; column++) weights[row, column] = parameters[(row * old.Outputs) + column];
            }

            parameters = parameters[weights.Length..];
            layers[i] = new NetworkLayer(weights, parameters[..old.Outputs].ToArray(), old.Activation, Precision, LayerName(i), old.Frozen);
            parameters = parameters[old.Outputs..];
        }

        return new Network(this, layers);
    }

    /// <summary>This network, with a note of the loss it was trained with.</summary>
    internal Network WithLoss(LossFunction loss) => new(this, _layers) { LossFunction = loss };

    /// <summary>This network with the columns it works on.</summary>
    /// <param name="features">See <see cref="Features"/>.</param>
    /// <param name="labels">See <see cref="Labels"/>.</param>
    /// <param name="classes">See <see cref="Classes"/>.</param>
    /// <param name="scaling">See <see cref="Scaling"/>.</param>
    /// <exception cref="AutodiffException">Their number does not fit the network, a name is given twice, or a deviation is not above 0.</exception>
    internal Network WithColumns(IReadOnlyList<string> features, IReadOnlyList<string> labels, IReadOnlyList<object> classes, FeatureScaling? scaling) =>
        new(this, _layers) { Features = features, Labels = labels, Classes = classes, Scaling = scaling };

    internal static string WeightName(int layer, int input, int output) => string.Create(CultureInfo.InvariantCulture, $"w{layer + 1}_{input + 1}_{output + 1}");

    internal static string BiasName(int layer, int output) => string.Create(CultureInfo.InvariantCulture, $"b{layer + 1}_{output + 1}");

    private static string LayerName(int layer) => string.Create(CultureInfo.InvariantCulture, $"Layer {layer + 1}");

    private static int CheckedCount(IEnumerable<(int Inputs, int Outputs)> layers)
    {
        var count = 0L;
        foreach (var (inputs, outputs) in layers)
        {
            count += ((long)inputs * outputs) + outputs;
            if (count > Array.MaxLength) throw Invalid($"The network would have more than {Array.MaxLength} weights and biases. Make its layers smaller.");
        }

        return (int)count;
    }

    private static string[] Names(IReadOnlyList<string> names, string what, int wanted, string because)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0) return [];
        if (names.Count != wanted) throw Invalid($"There are {names.Count} {what} where {wanted} are wanted: {because}.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name is null) throw Invalid($"One of the {what} is null.");
            if (!seen.Add(name)) throw Invalid($"'{name}' stands twice among the {what}.");
            for (var i = 0; i < name.Length; i++)
            {
                if (!char.IsSurrogate(name[i])) continue;
                if (!char.IsSurrogatePair(name, i)) throw Invalid($"One of the {what} holds half a surrogate pair, which is no text.");
                i++;
            }
        }

        return [.. names];
    }

    private object[] ClassesOf(IReadOnlyList<object> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        foreach (var label in classes)
        {
            if (label is null) throw Invalid("One of the classes is null.");
            if (!ClassLabel.IsSupported(label)) throw Invalid($"A class is a text, a Boolean, a finite number, a date, a time, an identifier or a member of an enumeration, not a {label.GetType().Name}.");
        }

        Names([.. classes.Select(ClassLabel.Text)], "classes", Math.Max(OutputSize, 2), $"the network has {OutputSize} outputs");
        return [.. classes];
    }

    private void CheckScaling(FeatureScaling scaling)
    {
        var (means, deviations) = (scaling.Means, scaling.Deviations);
        if (means.Length != InputSize || deviations.Length != InputSize)
        {
            throw Invalid($"The scaling has {means.Length} means and {deviations.Length} deviations, but the network has {InputSize} inputs.");
        }

        for (var i = 0; i < InputSize; i++)
        {
            if (!double.IsFinite(means[i]) || !double.IsFinite(deviations[i]) || deviations[i] <= 0)
            {
                throw Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The scaling of input {i + 1} has the mean {means[i]} and the deviation {deviations[i]}. Both have to be finite, and the deviation above 0."));
            }
        }
    }

    private double[,] Predict<T>(double[,] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = inputs.GetLength(0);
        var scaled = new T[inputs.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var input = 0; input < InputSize; input++)
            {
                var value = inputs[row, input];
                scaled[(row * InputSize) + input] = T.CreateTruncating(Scaling is null ? value : Scaling.Apply(input, value));
            }
        }

        var flat = new DensePrediction<T>(this, threads: 1).Predict(scaled, rows, CancellationToken.None);
        var outputs = new double[rows, OutputSize];
        for (var row = 0; row < rows; row++)
        {
            for (var output = 0; output < OutputSize; output++) outputs[row, output] = double.CreateTruncating(flat[(row * OutputSize) + output]);
        }

        return outputs;
    }

    // Arrays, since PowerShell cannot index what the compiler makes of a collection expression.
    private static T[] Copy<T>(IReadOnlyList<T> items) => items.Count == 0 ? [] : [.. items];

    private static AutodiffException Invalid(string message) => new(ErrorIds.NetworkInvalid, message);
}
