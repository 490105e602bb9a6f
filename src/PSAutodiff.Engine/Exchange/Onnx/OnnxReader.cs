using System.Globalization;
using System.Text.Json;

namespace PSAutodiff.Exchange.Onnx;

/// <summary>
/// Reads a dense network from an ONNX file, as PyTorch, scikit-learn and this module write them: the nodes are followed from the input on, and each
/// adds a layer, an activation, or what becomes of the outputs. Every other node is an error that names it.
/// </summary>
internal sealed class OnnxReader
{
    private const string Known = "Gemm, MatMul, Add, Sub, Mul, Div, Relu, Sigmoid, Tanh, Softmax, and what turns their outputs into classes";

    private readonly OnnxModel _file;
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    private long _left;

    private OnnxReader(OnnxModel file) => (_file, _left) = (file, file.Bytes);

    // Nodes may use one tensor again and again. A number has two bytes or more in the file, so a network that takes more numbers than the file has bytes uses each several times.
    private void Take(long numbers)
    {
        if ((_left -= numbers) < 0) throw FileErrors.Of("It uses the same tensors again and again, so that the network would be many times as large as the file.");
    }

    private double[] NumbersOf(OnnxTensor tensor)
    {
        Take(tensor.Count);
        return tensor.Numbers();
    }

    /// <summary>The network of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="folder">Where files with its tensors may be; null for nowhere.</param>
    /// <exception cref="AutodiffException">It is damaged, or holds something other than a dense network.</exception>
    public static Network Read(ReadOnlyMemory<byte> bytes, string? folder = null) => ReadNetwork(OnnxFile.Read(bytes, folder));

    private static Network ReadNetwork(OnnxModel file)
    {
        try
        {
            return new OnnxReader(file).ReadNetwork();
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ModelFile && file.Metadata.TryGetValue("model", out var kind) && kind != "dense network")
        {
            throw FileErrors.Of($"The file says that it holds a {VisibleText.Of(kind.Length > 60 ? kind[..60] : kind)}. From ONNX only dense networks come back; from the .json file of Export-AutodiffModel every model does. {exception.Message}");
        }
    }

    private Network ReadNetwork()
    {
        if (_file.Inputs is not [var (input, width)]) throw FileErrors.Of(string.Create(CultureInfo.InvariantCulture, $"The model has {_file.Inputs.Count} inputs. A dense network has one: a matrix with a row for each row of data."));
        foreach (var (name, tensor) in _file.Tensors) _values[name] = tensor;
        _values[input] = new Rows { Width = width };
        foreach (var node in _file.Nodes)
        {
            var made = Follow(node);
            if (node.Outputs is not [{ Length: > 0 } output, ..]) throw FileErrors.Of($"The node {node.Title} has no output.");
            if (!_values.TryAdd(output, made)) throw FileErrors.Of($"Two nodes give {FileErrors.Shown(output)}.");
        }

        Rows? rows = null;
        Labels? labels = null;
        foreach (var name in _file.Outputs)
        {
            switch (_values.GetValueOrDefault(name))
            {
                case Rows found when rows is null || rows.Core == found.Core: rows = found; break;
                case Labels found when labels is null: labels = found; break;
                case Rows or Labels: throw FileErrors.Of("The model has several outputs of different layers. A dense network has one, and its classes.");
                default: throw FileErrors.Of($"The output {FileErrors.Shown(name)} is none of a dense network.");
            }
        }

        rows ??= labels?.Rows ?? throw FileErrors.Of("The model has no output.");
        if (labels is not null && labels.Rows.Core != rows.Core) throw FileErrors.Of("The classes are not those of the other output.");
        return Build(rows, rows.Classes ?? labels?.Classes ?? []);
    }

    private Network Build(Rows last, IReadOnlyList<object> classes)
    {
        var core = last.Core;
        var layers = new List<Rows>();
        var first = core;
        for (; first.Weights is not null; first = first.Before!) layers.Add(first);
        if (layers.Count == 0) throw FileErrors.Of("The model has no layer with weights.");
        layers.Reverse();
        try
        {
            var network = Network.FromWeights(
                [.. layers.Select(static layer => layer.Weights!)],
                [.. layers.Select(static layer => layer.Biases ?? new double[layer.Weights!.GetLength(1)])],
                [.. layers.Select(static layer => layer.Activation ?? ActivationFunction.Linear)],
                layers.TrueForAll(static layer => layer.IsSingle) ? NetworkPrecision.Single : NetworkPrecision.Double);
            var scaling = first.Means is null && first.Deviations is null ? null : new FeatureScaling(first.Means ?? new double[network.InputSize], first.Deviations ?? [.. Enumerable.Repeat(1.0, network.InputSize)]);
            if (_file.Metadata.TryGetValue(ModelNotes.NetworkKey, out var notes)) return ModelNotes.With(network.WithColumns([], [], [], scaling), notes);
            var names = FeatureNames(network.InputSize);

            // A regression of this module: how its columns become inputs is noted for people only.
            if (names.Length > 0 && _file.Metadata.TryGetValue(ModelNotes.ColumnsKey, out var coded)) throw FileErrors.Of($"The model has columns that are not numbers, {FileErrors.Shown(coded)}, and only networks say in ONNX how to read them. Save it as .json or .safetensors too, and read that.");
            return network.WithColumns(names, [], classes, scaling);
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.NetworkInvalid or ErrorIds.ValueNotFinite)
        {
            throw FileErrors.Of(exception.Message);
        }
    }

    // As this module notes them.
    private string[] FeatureNames(int count)
    {
        if (!_file.Metadata.TryGetValue("inputs", out var text)) return [];
        try
        {
            var names = JsonSerializer.Deserialize<string[]>(text);
            return names?.Length == count ? names : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private object Follow(OnnxNode node)
    {
        if (node.Domain is not ("" or "ai.onnx" or "ai.onnx.ml")) throw FileErrors.Of($"The node {node.Title} is of the set of operations {FileErrors.Shown(node.Domain)}, which is not read.");
        var values = new object[node.Inputs.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (node.Inputs[i].Length == 0) values[i] = Missing.Instance;
            else if (!_values.TryGetValue(node.Inputs[i], out values[i]!)) throw FileErrors.Of($"The node {node.Title} takes {FileErrors.Shown(node.Inputs[i])}, which nothing before it gives. In a file of ONNX nodes stand in order, without circles.");
        }

        return (node.Operation, values) switch
        {
            ("Constant", []) => ConstantOf(node),
            ("Identity" or "Dropout", [var same, ..]) => same,
            ("Cast", [(Rows or Labels or Places or OnnxTensor) and var same]) => same,
            ("Flatten", [Rows rows]) when node.Integer("axis", 1) is 1 or -1 => rows,
            ("Reshape", [Rows rows, OnnxTensor sizes]) when sizes.Integers() is [-1 or 0, var size] && (size == -1 || size == rows.Width) => rows,
            ("Reshape" or "Squeeze" or "Flatten", [(Places or Labels) and var same, ..]) => same,
            ("Transpose", [OnnxTensor tensor]) => Transposed(node, tensor),
            ("Gemm", [Rows rows, OnnxTensor weights, .. var rest]) => Gemm(node, rows, weights, rest),
            ("MatMul", [Rows rows, OnnxTensor weights]) => Layer(node, rows, weights, isTransposed: false, factor: 1),
            ("Add", [Rows rows, OnnxTensor tensor]) => Shifted(node, rows, tensor, sign: 1),
            ("Add", [OnnxTensor tensor, Rows rows]) => Shifted(node, rows, tensor, sign: 1),
            ("Sub", [Rows rows, OnnxTensor tensor]) => Shifted(node, rows, tensor, sign: -1),
            ("Sub", [OnnxTensor one, Rows rows]) when IsOne(one) => new Complement(rows),
            ("Div", [Rows rows, OnnxTensor tensor]) => Scaled(node, rows, Row(node, tensor, rows.Width)),
            ("Mul", [Rows rows, OnnxTensor tensor]) => Scaled(node, rows, Inverses(Row(node, tensor, rows.Width))),
            ("Mul", [OnnxTensor tensor, Rows rows]) => Scaled(node, rows, Inverses(Row(node, tensor, rows.Width))),
            ("Scaler", [Rows rows]) when node.Domain == "ai.onnx.ml" => Scaler(node, rows),
            ("Relu", [Rows rows]) => Activated(node, rows, ActivationFunction.ReLU),
            ("Sigmoid", [Rows rows]) => Activated(node, rows, ActivationFunction.Sigmoid),
            ("Tanh", [Rows rows]) => Activated(node, rows, ActivationFunction.Tanh),
            ("Softmax", [Rows rows]) when node.Integer("axis", _file.Opset < 13 ? 1 : -1) is 1 or -1 => Activated(node, rows, ActivationFunction.Softmax),
            ("Concat", [Complement complement, Rows rows]) when complement.Rows == rows && node.Integer("axis", 1) is 1 or -1 => rows.OfTwo(),
            ("ArgMax", [Rows rows]) when node.Integer("axis", 0) is 1 or -1 => new Places(rows),
            ("Less" or "Greater" or "GreaterOrEqual" or "Not", [(Rows or Places) and var value, ..]) => Threshold(node, value, values),
            ("ArrayFeatureExtractor", [OnnxTensor tensor, Places places]) => LabelsOf(node, tensor, places),
            ("Gather", [OnnxTensor tensor, Places places]) => LabelsOf(node, tensor, places),
            ("LabelEncoder", [Places places]) => Encoded(node, places),
            ("ZipMap", [Rows rows]) => rows.OfClasses(Listed(node, "classlabels_strings", "classlabels_int64s")),
            _ => throw Unknown(node),
        };
    }

    private static AutodiffException Unknown(OnnxNode node) =>
        FileErrors.Of($"The model has the operation {node.Title}{(node.Domain.Length > 0 ? $" of {node.Domain}" : string.Empty)} where a dense network has none. Import-AutodiffModel reads dense networks: {Known}, each on the layer before it and constants. Networks of PSAutodiff with other activations, layer normalization or skip connections come back from JSON and safetensors.");

    private static AutodiffException Misplaced(OnnxNode node, string why) => FileErrors.Of($"The node {node.Title} is not read: {why}.");

    private static bool IsOne(OnnxTensor tensor) => tensor.IsReal && tensor.Count == 1 && tensor.Numbers() is [1];

    private static OnnxTensor ConstantOf(OnnxNode node)
    {
        if (node.Attributes.TryGetValue("value", out var value) && value.Tensor is { } tensor) return tensor;
        if (node.Attributes.TryGetValue("value_ints", out value)) return OfIntegers(node.Name, [value.Integers.Count], value.Integers);
        if (node.Attributes.TryGetValue("value_int", out value)) return OfIntegers(node.Name, [], [value.Integer]);
        if (node.Attributes.TryGetValue("value_float", out value)) return OfSingles(node.Name, [], [value.Single]);
        return node.Attributes.TryGetValue("value_floats", out value) ? OfSingles(node.Name, [value.Singles.Count], value.Singles) : throw Misplaced(node, "it is a constant without numbers");
    }

    private static OnnxTensor OfIntegers(string name, long[] sizes, IReadOnlyList<long> values) => new(name, sizes, OnnxFields.TypeInt64, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray(), []);

    private static OnnxTensor OfSingles(string name, long[] sizes, IReadOnlyList<float> values) => new(name, sizes, OnnxFields.TypeFloat, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray(), []);

    private OnnxTensor Transposed(OnnxNode node, OnnxTensor tensor)
    {
        Take(tensor.Data.Length / 2);
        if (tensor.Sizes is not [var rows, var columns] || !tensor.IsReal) throw Misplaced(node, "it transposes something other than a matrix of numbers");
        var perm = node.Attributes.TryGetValue("perm", out var given) ? given.Integers : [1, 0];
        if (perm is [0, 1]) return tensor;
        if (perm is not [1, 0]) throw Misplaced(node, "a matrix has two axes");
        var width = OnnxTensor.WidthOf(tensor.Type);
        var (from, to) = (tensor.Data, new byte[tensor.Data.Length]);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) from.Span.Slice((int)((i * columns) + j) * width, width).CopyTo(to.AsSpan((int)((j * rows) + i) * width));
        }

        return tensor with { Sizes = [columns, rows], Data = to };
    }

    private Rows Gemm(OnnxNode node, Rows rows, OnnxTensor weights, object[] rest)
    {
        if (node.Integer("transA", 0) != 0) throw Misplaced(node, "it transposes its rows (transA)");
        var layer = Layer(node, rows, weights, node.Integer("transB", 0) != 0, node.Single("alpha", 1));
        if (rest is [] or [Missing]) return layer;
        if (rest is not [OnnxTensor biases]) throw Misplaced(node, "its third input is not a constant");
        var beta = (double)node.Single("beta", 1);
        return layer with { Biases = Array.ConvertAll(Row(node, biases, layer.Width), bias => beta * bias) };
    }

    private Rows Layer(OnnxNode node, Rows rows, OnnxTensor weights, bool isTransposed, double factor)
    {
        if (rows.Ends) throw Misplaced(node, "it stands behind what makes classes of the outputs");
        if (weights.Sizes is not [var down, var along]) throw Misplaced(node, $"its weights have the sizes {weights.SizesText}, and a dense layer has a matrix of them");
        var (inputs, outputs) = isTransposed ? (along, down) : (down, along);
        if (inputs == 0 || outputs == 0 || (rows.Width > 0 && rows.Width != inputs)) throw Misplaced(node, string.Create(CultureInfo.InvariantCulture, $"it takes {inputs} inputs, but what comes before it has {rows.Width}"));
        var numbers = NumbersOf(weights);
        var matrix = new double[inputs, outputs];
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < outputs; j++) matrix[i, j] = factor * numbers[isTransposed ? (j * inputs) + i : (i * outputs) + j];
        }

        if (rows.Weights is null && rows.Width == 0) rows = rows with { Width = inputs };
        return new Rows { Before = rows, Width = outputs, Weights = matrix, IsSingle = weights.Type != OnnxFields.TypeDouble };
    }

    private Rows Shifted(OnnxNode node, Rows rows, OnnxTensor tensor, int sign)
    {
        var shift = Array.ConvertAll(Row(node, tensor, rows.Width), value => sign * value);
        if (rows.Weights is not null)
        {
            if (rows.Ends || rows.Activation is not null) throw Misplaced(node, "it adds to what an activation gives");
            return rows with { Biases = rows.Biases is null ? shift : [.. rows.Biases.Zip(shift, static (a, b) => a + b)] };
        }

        // (x - m) / d + t is (x - (m - t d)) / d.
        var means = new double[shift.Length];
        for (var i = 0; i < means.Length; i++) means[i] = (rows.Means?[i] ?? 0) - (shift[i] * (rows.Deviations?[i] ?? 1));
        return rows with { Means = means, Width = shift.Length };
    }

    private static Rows Scaled(OnnxNode node, Rows rows, double[] deviations)
    {
        if (rows.Weights is not null) throw Misplaced(node, "it multiplies or divides what a layer gives");
        return rows with { Deviations = rows.Deviations is null ? deviations : [.. rows.Deviations.Zip(deviations, static (a, b) => a * b)], Width = deviations.Length };
    }

    private Rows Scaler(OnnxNode node, Rows rows)
    {
        if (rows.Weights is not null || rows.Means is not null || rows.Deviations is not null) throw Misplaced(node, "it scales something other than the inputs");
        double[] offsets = node.Attributes.TryGetValue("offset", out var offset) ? [.. offset.Singles] : [];
        double[] scales = node.Attributes.TryGetValue("scale", out var scale) ? [.. scale.Singles] : [];
        var width = Math.Max(Math.Max(offsets.Length, scales.Length), rows.Width);
        if (width == 0 || !Fits(offsets) || !Fits(scales)) throw Misplaced(node, "it has not one offset and scale for each input");
        Take(2 * width);
        return rows with { Means = Spread(offsets, 0), Deviations = Inverses(Spread(scales, 1)), Width = width };

        bool Fits(double[] values) => values.Length <= 1 || values.Length == width;

        double[] Spread(double[] values, double otherwise) => values.Length > 1 ? values : [.. Enumerable.Repeat(values.Length == 1 ? values[0] : otherwise, (int)Math.Min(width, int.MaxValue))];
    }

    private static double[] Inverses(double[] values) => Array.ConvertAll(values, static value => 1 / value);

    // A number for each column: given as such, as one for all, or as a matrix of one row.
    private double[] Row(OnnxNode node, OnnxTensor tensor, long width)
    {
        if (tensor.Sizes.Length > 2 || (tensor.Sizes is [var rows, _] && rows != 1)) throw Misplaced(node, $"its constant has the sizes {tensor.SizesText}, and one number for each column is read");
        var numbers = NumbersOf(tensor);
        if (width == 0 && numbers.Length > 1) return numbers;
        if (numbers.Length == width) return numbers;
        if (numbers.Length == 1) Take(width);
        return numbers.Length == 1 && width > 0 ? [.. Enumerable.Repeat(numbers[0], (int)width)] : throw Misplaced(node, string.Create(CultureInfo.InvariantCulture, $"its constant has {numbers.Length} numbers for {width} columns"));
    }

    private static Rows Activated(OnnxNode node, Rows rows, ActivationFunction activation)
    {
        if (rows.Weights is null) throw Misplaced(node, "it is an activation of the inputs themselves");
        if (rows.Ends || rows.Activation is not null) throw Misplaced(node, "it is an activation of what an activation gives");
        return rows with { Activation = activation };
    }

    // With one output: whether it is at least a half.
    private static Places Threshold(OnnxNode node, object value, object[] values) => (node.Operation, value, values) switch
    {
        ("Not", Places places, _) => places,
        ("Less" or "Greater" or "GreaterOrEqual", Rows { Width: 1 } rows, [_, OnnxTensor { IsReal: true } half]) when half.Count == 1 && half.Numbers() is [0.5] => new Places(rows),
        _ => throw Unknown(node),
    };

    private Labels LabelsOf(OnnxNode node, OnnxTensor tensor, Places places)
    {
        Take(tensor.Count);
        if (tensor.Type == OnnxFields.TypeString) return new Labels(places.Rows, [.. tensor.Texts]);
        return tensor.Type is OnnxFields.TypeInt64 or OnnxFields.TypeInt32 ? new Labels(places.Rows, [.. tensor.Integers().Select(static value => (object)value)]) : throw Misplaced(node, "its classes are neither texts nor integers");
    }

    private static Labels Encoded(OnnxNode node, Places places)
    {
        var keys = node.Attributes.TryGetValue("keys_int64s", out var given) ? given.Integers : [];
        var classes = Listed(node, "values_strings", "values_int64s");
        return keys.Count == classes.Length && keys.Index().All(static pair => pair.Item == pair.Index) ? new Labels(places.Rows, classes) : throw Misplaced(node, "its keys are not the places of the outputs in order");
    }

    private static object[] Listed(OnnxNode node, string texts, string integers) =>
        node.Attributes.TryGetValue(texts, out var given) && given.Texts.Count > 0 ? [.. given.Texts] :
        node.Attributes.TryGetValue(integers, out given) && given.Integers.Count > 0 ? [.. given.Integers.Select(static value => (object)value)] :
        throw Misplaced(node, "it has no classes");

    /// <summary>An optional input that is not there.</summary>
    private sealed class Missing
    {
        public static Missing Instance { get; } = new();
    }

    /// <summary>The rows as they are so far: the inputs, scaled or not, or what a layer gives.</summary>
    private sealed record Rows
    {
        public Rows? Before { get; init; }

        public long Width { get; init; }

        public double[]? Means { get; init; }

        public double[]? Deviations { get; init; }

        public double[,]? Weights { get; init; }

        public double[]? Biases { get; init; }

        public ActivationFunction? Activation { get; init; }

        public bool IsSingle { get; init; }

        public object[]? Classes { get; init; }

        /// <summary>What these are the probabilities of two classes, or of named ones, of.</summary>
        public Rows? Of { get; init; }

        public bool Ends => Of is not null;

        public Rows Core => Of ?? this;

        public Rows OfTwo() => new() { Of = Core, Width = 2 };

        public Rows OfClasses(object[] classes) => this with { Of = Core, Classes = classes };

        public bool Equals(Rows? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }

    /// <summary>1 less what one output gives.</summary>
    private sealed record Complement(Rows Rows);

    /// <summary>The place of the class in the list of classes.</summary>
    private sealed record Places(Rows Rows);

    /// <summary>The class of each row.</summary>
    private sealed record Labels(Rows Rows, object[] Classes);
}
