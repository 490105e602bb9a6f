using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PSAutodiff.Core;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Networks;
using PSAutodiff.Serialization;

namespace PSAutodiff.Exchange.Safetensors;

/// <summary>Models as tensors with names: the layers of a network as those of PyTorch, and the parameters of fits.</summary>
internal static class SafetensorsModel
{
    private const string Weight = ".weight";
    private const string Bias = ".bias";

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="AutodiffException">The model is an expression, whose numbers have no names.</exception>
    public static byte[] Write(PortableModel model, NetworkPrecision precision) => SafetensorsFile.Write(TensorsOf(model), [.. ModelNotes.Of(model), .. model.Model is Network ? (IEnumerable<(string, string)>)[] : [(ModelNotes.ModelKey, ModelJson.Write(model.Model))]], precision);

    /// <summary>The model of a file: a network, or the regression or curve fit that it notes.</summary>
    /// <exception cref="AutodiffException">It is damaged, or holds neither, or its numbers are not those of what it notes.</exception>
    public static IAutodiffModel ReadModel(ReadOnlyMemory<byte> bytes, IReadOnlyList<ActivationFunction>? activations)
    {
        var (tensors, notes) = SafetensorsFile.Read(bytes);
        if (!notes.TryGetValue(ModelNotes.ModelKey, out var text)) return ReadNetwork(tensors, notes, activations);
        if (activations is not null) throw FileErrors.Of("It notes a model of its own, which has no activations. Leave -Activation out.");
        var model = ModelJson.Read(text);
        if (model is Network or ExpressionModel) throw FileErrors.Of($"Its notes '{ModelNotes.ModelKey}' are of neither a regression nor a curve fit.");
        CheckNumbers(tensors, TensorsOf(PortableModel.Of(model)));
        return model;
    }

    // Whoever changes the tensors of a regression has to make its statistics anew.
    private static void CheckNumbers(IReadOnlyList<OnnxTensor> tensors, List<(string Name, long[] Sizes, double[] Elements)> wanted)
    {
        var byName = tensors.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var (name, sizes, elements) in wanted)
        {
            if (!byName.Remove(name, out var tensor) || !tensor.Sizes.SequenceEqual(sizes)) throw Changed(name);
            var numbers = tensor.Numbers();
            for (var i = 0; i < numbers.Length; i++)
            {
                if (numbers[i] != (tensor.Type == OnnxFields.TypeDouble ? elements[i] : (float)elements[i])) throw Changed(name);
            }
        }

        if (byName.Count > 0) throw Changed(byName.Keys.First());

        static AutodiffException Changed(string name) => FileErrors.Of($"The tensor {FileErrors.Shown(name)} is not that of the model in its notes '{ModelNotes.ModelKey}'. Where the numbers were changed by another program, remove the notes: then they are read as a network of one layer.");
    }

    /// <summary>The network of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="activations">The activations of its layers; null for those that the file notes.</param>
    /// <exception cref="AutodiffException">It is damaged, or holds no network, or does not note the activations.</exception>
    public static Network Read(ReadOnlyMemory<byte> bytes, IReadOnlyList<ActivationFunction>? activations)
    {
        var (tensors, notes) = SafetensorsFile.Read(bytes);
        return ReadNetwork(tensors, notes, activations);
    }

    private static Network ReadNetwork(IReadOnlyList<OnnxTensor> tensors, IReadOnlyDictionary<string, string> notes, IReadOnlyList<ActivationFunction>? activations)
    {
        var noted = notes.GetValueOrDefault(ModelNotes.NetworkKey);
        var (extras, rest) = ExtrasOf(tensors, noted);
        tensors = rest;
        var byName = tensors.ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        string[] layers = [.. tensors.Where(static tensor => Dotted(tensor.Name).EndsWith(Weight, StringComparison.Ordinal)).Select(static tensor => Dotted(tensor.Name)[..^Weight.Length]).Order(NaturalOrder.Instance)];
        var known = layers.ToHashSet(StringComparer.Ordinal);
        var others = tensors.Where(tensor => Layer(Dotted(tensor.Name)) is not { } layer || !known.Contains(layer)).Select(static tensor => FileErrors.Shown(tensor.Name)).ToArray();
        if (layers.Length == 0 || others.Length > 0) throw FileErrors.Of($"It holds no dense network: {(others.Length > 0 ? $"beside weights and biases of layers there {(others.Length == 1 ? "is" : "are")} {string.Join(", ", others.Take(5))}" : "there are no weights")}. A network has a matrix 'name.weight' for each layer, and a vector 'name.bias'.");
        activations ??= noted is null ? throw FileErrors.Of($"It holds {layers.Length.ToString(CultureInfo.InvariantCulture)} layers ({string.Join(", ", layers.Take(8).Select(static layer => FileErrors.Shown(layer + Weight)))}), but not what stands between them. Name the activations with -Activation, one for each layer, for example: -Activation {string.Join(", ", Enumerable.Repeat("ReLU", layers.Length - 1).Append("Linear").Take(8))}") : ActivationsIn(noted, layers.Length);
        if (activations.Count != layers.Length) throw FileErrors.Of(string.Create(CultureInfo.InvariantCulture, $"It holds {layers.Length} layers, but there are {activations.Count} activations. Give one for each layer."));
        var (weights, biases, isSingle) = (new List<double[,]>(), new List<double[]>(), true);
        foreach (var layer in layers)
        {
            var tensor = byName[Plain(layer + Weight)];
            if (tensor.Sizes is not [var outputs, var inputs]) throw FileErrors.Of($"{FileErrors.Shown(tensor.Name)} has the shape {tensor.SizesText}. The weights of a dense layer are a matrix, outputs x inputs.");
            isSingle &= tensor.Type != OnnxFields.TypeDouble;
            var numbers = tensor.Numbers();
            var matrix = new double[inputs, outputs];
            for (var i = 0; i < inputs; i++)
            {
                for (var j = 0; j < outputs; j++) matrix[i, j] = numbers[(j * inputs) + i];
            }

            weights.Add(matrix);
            biases.Add(byName.TryGetValue(Plain(layer + Bias), out var bias) ? bias.Numbers() : new double[outputs]);
        }

        try
        {
            var network = Network.FromWeights(weights, biases, activations, isSingle ? NetworkPrecision.Single : NetworkPrecision.Double);
            return noted is null ? network : ModelNotes.With(network, noted, extras);
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.NetworkInvalid)
        {
            throw FileErrors.Of(exception.Message);
        }
    }

    // What layers have beside weights and biases goes with the notes that say what they do; without those it stays among the tensors.
    private static (List<LayerExtras>? Extras, IReadOnlyList<OnnxTensor> Others) ExtrasOf(IReadOnlyList<OnnxTensor> tensors, string? notes)
    {
        var others = tensors.Where(static tensor => tensor.Name.StartsWith("norms.", StringComparison.Ordinal) || tensor.Name.StartsWith("projections.", StringComparison.Ordinal)).ToDictionary(static tensor => tensor.Name, StringComparer.Ordinal);
        if (others.Count == 0 || notes is null) return (null, tensors);
        var extras = new List<LayerExtras>();
        for (var l = 0; l < tensors.Count && others.Count > 0; l++)
        {
            double[,]? projection = null;
            if (others.Remove(ProjectionOf(l) + Weight, out var matrix))
            {
                if (matrix.Sizes is not [var outputs, var inputs] || outputs == 0 || inputs == 0) throw FileErrors.Of($"{FileErrors.Shown(matrix.Name)} has the shape {matrix.SizesText}. It has to be a matrix, outputs x inputs.");
                projection = new double[inputs, outputs];
                foreach (var (at, number) in matrix.Numbers().Index()) projection[at % inputs, at / inputs] = number;
            }

            extras.Add(new LayerExtras(
                others.Remove(NormOf(l) + Weight, out var gain) ? gain.Numbers() : null,
                others.Remove(NormOf(l) + Bias, out var offset) ? offset.Numbers() : null,
                projection));
        }

        if (others.Count > 0) throw FileErrors.Of($"{FileErrors.Shown(others.Keys.First())} belongs to none of its layers.");
        while (extras.Count < tensors.Count) extras.Add(LayerExtras.None);
        return (extras, [.. tensors.Where(static tensor => !tensor.Name.StartsWith("norms.", StringComparison.Ordinal) && !tensor.Name.StartsWith("projections.", StringComparison.Ordinal))]);
    }

    // One layer alone is called nothing: its tensors are 'weight' and 'bias'.
    private static string Dotted(string name) => name is "weight" or "bias" ? "." + name : name;

    private static string Plain(string name) => name is Weight or Bias ? name[1..] : name;

    private static string? Layer(string name) =>
        name.EndsWith(Weight, StringComparison.Ordinal) ? name[..^Weight.Length] :
        name.EndsWith(Bias, StringComparison.Ordinal) ? name[..^Bias.Length] :
        null;

    private static List<ActivationFunction> ActivationsIn(string notes, int count)
    {
        try
        {
            var layers = JsonNode.Parse(notes, null, new JsonDocumentOptions { MaxDepth = 5 })?["layers"] as JsonArray;
            if (layers?.Count == count) return [.. layers.Select(static layer => Enum.Parse<ActivationFunction>((string)layer!["activation"]!))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException or FormatException or NullReferenceException)
        {
            // Said below.
        }

        throw FileErrors.Of($"The notes '{ModelNotes.NetworkKey}' in the file are not those of its {count.ToString(CultureInfo.InvariantCulture)} layers.");
    }

    private static List<(string Name, long[] Sizes, double[] Elements)> TensorsOf(PortableModel model)
    {
        var tensors = new List<(string Name, long[] Sizes, double[] Elements)>();
        switch (model.Model)
        {
            case Network network:
                // The places in a torch.nn.Sequential whose activations stand between the layers.
                for (var l = 0; l < network.Layers.Count; l++)
                {
                    var layer = network.Layers[l];
                    var transposed = new double[layer.Inputs * layer.Outputs];
                    for (var i = 0; i < layer.Inputs; i++)
                    {
                        for (var j = 0; j < layer.Outputs; j++) transposed[(j * layer.Inputs) + i] = layer.WeightAt(i, j);
                    }

                    tensors.Add((NameOf(l) + Weight, [layer.Outputs, layer.Inputs], transposed));
                    tensors.Add((NameOf(l) + Bias, [layer.Outputs], layer.Biases));
                    if (layer.Extras.Gain is { } gain) tensors.Add((NormOf(l) + Weight, [gain.Length], gain));
                    if (layer.Extras.Offset is { } offset) tensors.Add((NormOf(l) + Bias, [offset.Length], offset));
                    if (layer.Extras.Projection is not { } projection) continue;
                    var (sources, turned) = (projection.GetLength(0), new double[projection.Length]);
                    for (var i = 0; i < turned.Length; i++) turned[(i % layer.Outputs * sources) + (i / layer.Outputs)] = projection[i / layer.Outputs, i % layer.Outputs];
                    tensors.Add((ProjectionOf(l) + Weight, [layer.Outputs, sources], turned));
                }

                return tensors;
            case RegressionResult regression:
                tensors.Add(("weight", [1, regression.Features.Count], [.. regression.Features.Select(name => (double)regression.Coefficients[name]!)]));
                if (regression.HasIntercept) tensors.Add(("bias", [1], [(double)regression.Coefficients[0]!]));
                return tensors;
            case CurveFitResult fit:
                var layout = VariableLayout.Of(fit.Parameters);
                var elements = VariableLayout.ElementsOf(fit.Parameters);
                for (var i = 0; i < layout.Names.Count; i++) tensors.Add((layout.Names[i], layout.Shapes[i].Sizes, elements[layout.ElementsOf(i)]));
                return tensors;
            default:
                throw new AutodiffException(ErrorIds.FormatUnsupported, "Safetensors hold numbers with names: those of networks, regressions and curve fits. Those of this model stand in its expression. Save it as JSON or ONNX.");
        }
    }

    /// <summary>What the layer normalization of a layer is called.</summary>
    internal static string NormOf(int layer) => string.Create(CultureInfo.InvariantCulture, $"norms.{2 * layer}");

    /// <summary>What the matrix of the skip connection of a layer is called.</summary>
    internal static string ProjectionOf(int layer) => string.Create(CultureInfo.InvariantCulture, $"projections.{2 * layer}");

    /// <summary>What a layer is called.</summary>
    internal static string NameOf(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{2 * layer}");
}
