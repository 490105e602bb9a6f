using System.Collections.Specialized;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;
using PSAutodiff.Fitting;
using PSAutodiff.Networks;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff;

/// <summary>A dense neural network. Immutable: training gives a new one, and arrays that are asked for are copies.</summary>
public sealed class Network : IAutodiffModel
{
    private readonly NetworkLayer[] _layers;
    private readonly NetworkColumns _columns;
    private readonly NetworkRecipe? _recipe;

    /// <summary>Makes a network of layers, in double precision and without columns.</summary>
    /// <exception cref="AutodiffException">There is none, one takes not as many inputs as the one before has outputs, or they are too large.</exception>
    internal Network(IReadOnlyList<NetworkLayer> layers, NetworkInitializer initializer = NetworkInitializer.Given, int? seed = null)
        : this([.. layers], NetworkPrecision.Double, initializer, seed, NetworkColumns.None, null, null)
    {
        if (layers.Count == 0) throw Invalid("A network needs at least one layer.");
        for (var i = 1; i < _layers.Length; i++)
        {
            if (_layers[i].Inputs != _layers[i - 1].Outputs)
            {
                throw Invalid(
                    $"Layer {i + 1} takes {_layers[i].Inputs} inputs (the rows of its weights), but layer {i} has {_layers[i - 1].Outputs} outputs " +
                    "(the columns of its weights). The two numbers have to be equal.");
            }
        }

        LayerForm.Check(InputSize, Array.ConvertAll(_layers, static layer => layer.Form));
        foreach (var place in Layout.Layers)
        {
            if (_layers[place.Index].Extras.Projection is { } projection && projection.GetLength(0) != place.Projected) throw Invalid($"{place.Title}: the matrix of its skip connection has {projection.GetLength(0)} rows for {place.Projected} numbers. The two have to be equal.");
        }
    }

    private Network(NetworkLayer[] layers, NetworkPrecision precision, NetworkInitializer initializer, int? seed, NetworkColumns columns, LossFunction? loss, NetworkRecipe? recipe)
    {
        _layers = layers;
        _columns = columns;
        _recipe = recipe;
        Precision = precision;
        Initializer = initializer;
        Seed = seed;
        LossFunction = loss;
        Layout = layers.Length > 0 ? new ParameterLayout(layers[0].Inputs, Array.ConvertAll(layers, static layer => layer.Form)) : null!;
    }

    /// <summary>The layers, from the inputs to the outputs.</summary>
    public IReadOnlyList<NetworkLayer> Layers => (NetworkLayer[])_layers.Clone();

    /// <summary>Number of inputs.</summary>
    public int InputSize => _layers[0].Inputs;

    /// <summary>Number of outputs.</summary>
    public int OutputSize => _layers[^1].Outputs;

    /// <summary>The numbers in which it is trained and evaluated. In single precision the weights and biases are rounded to it.</summary>
    public NetworkPrecision Precision { get; }

    /// <summary>How its weights were drawn.</summary>
    public NetworkInitializer Initializer { get; }

    /// <summary>The seed its weights were drawn with; null when they were given.</summary>
    public int? Seed { get; }

    /// <summary>The columns it takes its inputs from, when it was trained on rows; else empty.</summary>
    public IReadOnlyList<string> Features => _columns.Features;

    /// <summary>The columns it was trained to predict: one for each output, or one of classes; else empty.</summary>
    public IReadOnlyList<string> Labels => _columns.Labels;

    /// <summary>
    /// The classes its outputs stand for (with one output: of 0 and 1), each the text, Boolean or number that the labels were; empty when the
    /// targets were numbers.
    /// </summary>
    public IReadOnlyList<object> Classes => _columns.Classes;

    /// <summary>
    /// The columns of the rows it was trained on, with the levels of categories and the first dates; empty where each is a column of numbers. A
    /// category has an input for each of its levels, <c>Name=level</c>.
    /// </summary>
    public IReadOnlyList<FeatureColumn> Columns => _columns.Columns;

    /// <inheritdoc/>
    public NumberFormat NumberFormat => _columns.NumberFormat;

    /// <summary>How raw inputs are scaled first; null for not at all.</summary>
    public FeatureScaling? Scaling => _columns.Scaling;

    /// <summary>The loss it was trained with; null before.</summary>
    public LossFunction? LossFunction { get; }

    /// <summary>Number of weights and biases, and of all other numbers that are trained.</summary>
    public int ParameterCount => Layout.ParameterCount;

    /// <summary>Number of weights, the biases left out.</summary>
    public int WeightCount => _layers.Sum(static layer => layer.WeightCount);

    /// <summary>Number of weights that were pruned: they are 0, and stay so in every training.</summary>
    public int FrozenCount => _layers.Sum(static layer => layer.FrozenCount);

    /// <summary>The weights and biases by name: w1_2_3 from input 2 to output 3 of layer 1, b1_3; layer by layer, weights row by row before biases, and then gains g1_3, offsets c1_3 and the matrix of a skip connection p1_2_3.</summary>
    public OrderedDictionary Parameters
    {
        get
        {
            var parameters = new OrderedDictionary(ParameterCount, StringComparer.Ordinal);
            foreach (var (name, value) in Layout.Names().Zip(FlatParameters())) parameters.Add(name, value);
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
        return Create(inputSize, [.. layers.Select(static layer => new LayerForm(layer.Outputs, layer.Activation))], initializer, seed, precision);
    }

    /// <summary>Makes a network with random weights, drawn layer by layer and row by row, and biases 0. Layer normalization begins with a gain of 1 and an offset of 0.</summary>
    /// <param name="inputSize">Number of inputs, at least 1.</param>
    /// <param name="layers">The layers; at least one.</param>
    /// <param name="initializer">How weights are drawn; those of the matrix of a skip connection too, after the weights of its layer.</param>
    /// <param name="seed">The same seed gives the same weights on every machine.</param>
    /// <param name="precision">The numbers in which the network works; in single precision the weights are rounded to it.</param>
    /// <exception cref="AutodiffException">A size is below 1, there is no layer, the network is too large, or a skip connection does not fit.</exception>
    public static Network Create(int inputSize, IReadOnlyList<LayerForm> layers, NetworkInitializer initializer, int seed, NetworkPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (inputSize < 1) throw Invalid($"A network cannot have {inputSize} inputs; it needs at least one.");
        if (layers.Count == 0) throw Invalid("A network needs at least one layer.");
        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i].Outputs < 1) throw Invalid($"{LayerPlace.TitleOf(i)} cannot have {layers[i].Outputs} outputs; it needs at least one.");
        }

        // Before anything is allocated.
        LayerForm.Check(inputSize, layers);
        var layout = new ParameterLayout(inputSize, layers);
        var random = new RandomWeights(initializer, seed);
        var made = new NetworkLayer[layers.Count];
        foreach (var place in layout.Layers)
        {
            var (form, weights) = (layers[place.Index], random.Draw(place.Inputs, place.Outputs));
            made[place.Index] = new NetworkLayer(weights, new double[place.Outputs], form, LayerExtras.New(form, form.Projects ? random.Draw(place.Projected, place.Outputs) : null), NetworkPrecision.Double, place.Title);
        }

        return new Network(made, initializer, seed).WithPrecision(precision);
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
            var matrix = weights[i] ?? throw Invalid($"{LayerPlace.TitleOf(i)} has no weights: null was given.");
            var vector = biases is null ? new double[matrix.GetLength(1)] : biases[i] ?? throw Invalid($"{LayerPlace.TitleOf(i)} has no biases: null was given.");
            if (!Enum.IsDefined(activations[i])) throw Invalid($"{LayerPlace.TitleOf(i)} has the activation {activations[i]}, which does not exist.");
            layers[i] = new NetworkLayer(matrix, vector, new LayerForm(1, activations[i]), null, NetworkPrecision.Double, LayerPlace.TitleOf(i));
        }

        return new Network(layers).WithPrecision(precision);
    }

    /// <summary>Reads what <see cref="ToJson"/> writes, strictly; every bit of every number comes back.</summary>
    /// <exception cref="AutodiffException">The text is not a network; the message says where.</exception>
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

        return Precision == NetworkPrecision.Single ? DensePrediction<float>.Predict(this, inputs) : DensePrediction<double>.Predict(this, inputs);
    }

    /// <summary>The outputs with the values of all weights: the one there is, or a vector of several. See <see cref="ToScalarExpression"/>.</summary>
    public ExprNode Expression => ToScalarExpression(withValues: true) is var outputs && outputs.Length == 1 ? outputs[0] : ExprNode.Stack(outputs);

    /// <inheritdoc/>
    IReadOnlyList<string> IAutodiffModel.Inputs => NetworkExpression.InputNames(this);

    /// <inheritdoc/>
    public double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence) =>
        throw ModelRows.WithoutLimits("A network has no covariance of its weights, so there are no limits about its predictions. Invoke-CurveFit and Invoke-LinearRegression give models that have them.");

    /// <summary>The outputs as expressions of numbers, in the raw inputs and the names of <see cref="Parameters"/>, or with their values instead.</summary>
    /// <remarks>
    /// The inputs are called like <see cref="Features"/> when all of these can be names of variables beside the parameters, else x1, x2, ...,
    /// or x_1, x_2, ... with as many underscores as it takes for names that no column has.
    /// Hidden units are shared between the outputs.
    /// </remarks>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    public ExprNode[] ToScalarExpression(bool withValues = false) => NetworkExpression.Build(this, withValues);

    /// <summary>
    /// The outputs as one expression of vectors and matrices, such as <c>softmax(tanh(x @ W1 + b1) @ W2 + b2)</c>, in the raw inputs x and the names
    /// of <see cref="ArrayParameters"/>, or with their values instead.
    /// </summary>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    public ExprNode ToExpression(bool withValues = false) => NetworkExpression.OfVectors(this, ScaledInputs, withValues);

    /// <summary>The weights and biases by layer: W1, a matrix of inputs x outputs, b1, W2, and so on; after those of a layer the gain g1 and the offset c1 of layer normalization, and the matrix P1 of a skip connection.</summary>
    [JsonIgnore]
    public OrderedDictionary ArrayParameters
    {
        get
        {
            var parameters = new OrderedDictionary(StringComparer.Ordinal);
            foreach (var place in Layout.Layers)
            {
                parameters.Add(place.WeightsName, _layers[place.Index].Weights);
                parameters.Add(place.BiasesName, _layers[place.Index].Biases);
                if (_layers[place.Index].Gain is { } gain) parameters.Add(place.GainsName, gain);
                if (_layers[place.Index].Offset is { } offset) parameters.Add(place.OffsetsName, offset);
                if (_layers[place.Index].Projection is { } projection) parameters.Add(place.ProjectionName, projection);
            }

            return parameters.AsReadOnly();
        }
    }

    /// <summary>
    /// The loss of one row as an expression of vectors and matrices, in the raw inputs x, the targets y and the names of <see cref="ArrayParameters"/>,
    /// or with their values instead: what training takes the mean of. Its derivatives by these are what backpropagation computes.
    /// </summary>
    /// <param name="loss">The loss; null for the one it was trained with, or before that the one that goes with its last layer.</param>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    /// <exception cref="AutodiffException">The loss measures probabilities, but the last layer does not give them.</exception>
    public ExprNode ToLossExpression(LossFunction? loss = null, bool withValues = false) =>
        NetworkExpression.OfVectors(this, Used(loss), ScaledInputs, ExprNode.Variable(NetworkForms.Targets, Core.Shape.Vector(OutputSize)), withValues: withValues);

    /// <summary>
    /// The loss of one row as an expression of numbers in the raw inputs, the targets and the names of <see cref="Parameters"/>, or with their values
    /// instead: what training takes the mean of, term by term.
    /// </summary>
    /// <remarks>
    /// The inputs are called as in <see cref="ToScalarExpression"/>. The targets are called like <see cref="Labels"/> when these are numbers and can
    /// be names, else y1, y2, ..., or y_1, y_2, ...; with classes each is 1 for its class and else 0. A cross-entropy is written with the
    /// weighted sums of its last layer where training computes it from them.
    /// </remarks>
    /// <param name="loss">The loss; null for the one it was trained with, or before that the one that goes with its last layer.</param>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    /// <exception cref="AutodiffException">The loss measures probabilities, but the last layer does not give them.</exception>
    public ExprNode ToScalarLossExpression(LossFunction? loss = null, bool withValues = false)
    {
        return NetworkExpression.Build(this, Used(loss), withValues);
    }

    /// <summary>The sizes and activations, such as <c>4-16 Tanh-3 Softmax</c>.</summary>
    public override string ToString() => _layers.Aggregate(
        InputSize.ToString(CultureInfo.InvariantCulture),
        static (text, layer) => string.Create(CultureInfo.InvariantCulture, $"{text}-{layer.Form}"));

    // Raw inputs, with the scaling that comes first.
    private ExprNode ScaledInputs
    {
        get
        {
            var inputs = ExprNode.Variable(NetworkForms.Inputs, Core.Shape.Vector(InputSize));
            return Scaling is { } scaling ? (inputs - scaling.Means) / scaling.Deviations : inputs;
        }
    }

    /// <summary>
    /// How targets were scaled in its training; null for not at all. The way back is part of the last layer, so only a training that goes on
    /// needs it.
    /// </summary>
    internal FeatureScaling? TargetScaling => _columns.TargetScaling;

    /// <summary>Whether dropout draws masks while it is trained.</summary>
    internal bool HasDropout => Array.Exists(_layers, static layer => layer.Dropout > 0);

    /// <summary>Whether all layers do nothing but their activation.</summary>
    internal bool IsPlain => Array.TrueForAll(_layers, static layer => layer.Form.IsPlain);

    /// <summary>What the outputs are: the activation of the last layer where it is its last step, else linear.</summary>
    internal ActivationFunction LastActivation => _layers[^1].Form.Last;

    /// <summary>The order of <see cref="Parameters"/>.</summary>
    internal ParameterLayout Layout { get; }

    /// <summary>All parameters in the order of <see cref="Parameters"/>.</summary>
    internal double[] FlatParameters() => FlatParameters<double>();

    /// <summary>All parameters in the order of <see cref="Parameters"/>.</summary>
    internal T[] FlatParameters<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Layout.Flatten<T>(_layers);

    /// <summary>The indices of the pruned weights among all parameters, in ascending order.</summary>
    internal int[] FrozenIndices() => Layout.FrozenIndices(_layers);

    /// <summary>This network with some weights set to 0 and frozen, beside those that are frozen already.</summary>
    /// <param name="indices">The indices of weights among all parameters.</param>
    internal Network WithFrozen(IEnumerable<int> indices) => With(layers: Layout.Freeze(_layers, indices, Precision));

    /// <summary>This network with other parameters, in the same order; those of pruned weights have to be 0.</summary>
    /// <exception cref="AutodiffException">A parameter is not finite.</exception>
    internal Network WithParameters<T>(ReadOnlySpan<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => With(layers: Layout.Replace(_layers, parameters, Precision));

    /// <summary>This network working in other numbers; in single precision the weights and biases are rounded to it.</summary>
    /// <exception cref="AutodiffException">There is no such precision, or a parameter is too large for it.</exception>
    internal Network WithPrecision(NetworkPrecision precision)
    {
        if (!Enum.IsDefined(precision)) throw Invalid($"There is no precision {precision}.");
        return precision == Precision ? this : With(layers: Layout.Replace<double>(_layers, FlatParameters(), precision), precision: precision);
    }

    /// <summary>This network, with a note of the loss it was trained with.</summary>
    internal Network WithLoss(LossFunction loss) => With(loss: loss);

    /// <summary>How it was trained; null for a network that was not, or was changed since, and for one of a file that does not say.</summary>
    internal NetworkRecipe? Recipe => _recipe;

    /// <summary>This network, with a note of how it was trained.</summary>
    internal Network WithRecipe(NetworkRecipe? recipe) => new(_layers, Precision, Initializer, Seed, _columns, LossFunction, recipe);

    /// <summary>This network as if it had been trained on nothing: without columns and loss.</summary>
    internal Network AsNew() => new(_layers, Precision, Initializer, Seed, NetworkColumns.None, null, null);

    /// <summary>This network with new random weights. Pruned ones stay pruned; the others are what they would be without a mask.</summary>
    internal Network Redrawn(int seed)
    {
        var drawn = Create(InputSize, Array.ConvertAll(_layers, static layer => layer.Form), Initializer, seed, Precision);
        drawn = drawn.With(columns: _columns);
        return FrozenCount > 0 ? drawn.WithFrozen(FrozenIndices()) : drawn;
    }

    /// <summary>This network with the columns it works on.</summary>
    /// <param name="features">See <see cref="Features"/>.</param>
    /// <param name="labels">See <see cref="Labels"/>.</param>
    /// <param name="classes">See <see cref="Classes"/>.</param>
    /// <param name="scaling">See <see cref="Scaling"/>.</param>
    /// <param name="columns">See <see cref="Columns"/>; null for columns of numbers.</param>
    /// <param name="format">See <see cref="NumberFormat"/>.</param>
    /// <param name="targets">See <see cref="TargetScaling"/>.</param>
    /// <exception cref="AutodiffException">Their number does not fit the network, a name is given twice, or a deviation is not above 0.</exception>
    internal Network WithColumns(IReadOnlyList<string> features, IReadOnlyList<string> labels, IReadOnlyList<object> classes, FeatureScaling? scaling, IReadOnlyList<FeatureColumn>? columns = null, NumberFormat format = NumberFormat.Plain, FeatureScaling? targets = null) =>
        With(columns: new NetworkColumns(this, features, labels, classes, scaling, columns, format, targets));

    private Network With(NetworkLayer[]? layers = null, NetworkPrecision? precision = null, NetworkColumns? columns = null, LossFunction? loss = null) =>
        new(layers ?? _layers, precision ?? Precision, Initializer, Seed, columns ?? _columns, loss ?? LossFunction, null);

    private static AutodiffException Invalid(string message) => new(ErrorIds.NetworkInvalid, message);

    private Loss Used(LossFunction? loss)
    {
        var used = Loss.Of(loss ?? LossFunction ?? Loss.DefaultFor(this));
        used.CheckLayer<double>(this, null);
        return used;
    }
}
