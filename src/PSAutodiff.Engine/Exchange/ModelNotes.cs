using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using PSAutodiff.Networks;

namespace PSAutodiff.Exchange;

/// <summary>What files of other programs say of a model beside its numbers: texts by key.</summary>
internal static class ModelNotes
{
    /// <summary>The key of the JSON of a network whose layers have no numbers, with its columns, classes, scaling and masks.</summary>
    public const string NetworkKey = "psautodiff.network";

    /// <summary>The key of the JSON of a regression or a curve fit.</summary>
    public const string ModelKey = "psautodiff.model";

    /// <summary>The key of the columns of a model that are not numbers, for people.</summary>
    public const string ColumnsKey = "columns";

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The notes of a model.</summary>
    public static IEnumerable<(string Key, string Value)> Of(PortableModel model)
    {
        yield return ("model", model.Kind);
        yield return ("inputs", Json(model.Inputs));
        yield return ("outputs", Json(model.Outputs));
        if (model.Label is { } label) yield return ("label", label);
        if (model.Classes.Count > 0) yield return ("classes", Json(model.ClassTexts));
        var columns = model.Columns.Where(static column => column.Kind != FeatureKind.Number).ToArray();
        if (columns.Length > 0) yield return (ColumnsKey, Json(columns.Select(static column => column.Text)));
        if (model.Model is Network network) yield return (NetworkKey, WithoutNumbers(network));
    }

    /// <summary>A network of numbers from elsewhere with the notes of its file.</summary>
    /// <param name="network">The weights, biases and activations.</param>
    /// <param name="notes">The JSON of a network without numbers.</param>
    /// <param name="extras">What the layers have beside weights and biases; null for nothing.</param>
    /// <exception cref="AutodiffException">The two do not go together, or the notes are no such text.</exception>
    public static Network With(Network network, string notes, IReadOnlyList<LayerExtras>? extras = null)
    {
        try
        {
            if (JsonNode.Parse(notes, null, new JsonDocumentOptions { MaxDepth = 5 }) is not JsonObject whole || whole["layers"] is not JsonArray layers || layers.Count != network.Layers.Count)
            {
                throw new FormatException("they are not of as many layers");
            }

            whole["precision"] = network.Precision.ToString();
            for (var i = 0; i < layers.Count; i++)
            {
                var layer = network.Layers[i];
                if (layers[i] is not JsonObject members || (string?)members["activation"] != layer.Activation.ToString()) throw new FormatException("an activation is another one");
                var rows = new JsonArray();
                for (var row = 0; row < layer.Inputs; row++) rows.Add(Numbers(layer.WeightSpan.Slice(row * layer.Outputs, layer.Outputs)));
                members["weights"] = rows;
                members["biases"] = Numbers(layer.BiasSpan);
                if (extras is null) continue;
                if (extras[i].Gain is { } gain) members["gain"] = Numbers(gain);
                if (extras[i].Offset is { } offset) members["offset"] = Numbers(offset);
                if (extras[i].Projection is not { } projection) continue;
                rows = [];
                for (var row = 0; row < projection.GetLength(0); row++) rows.Add(Numbers(extras[i].ProjectionSpan.Slice(row * projection.GetLength(1), projection.GetLength(1))));
                members["projection"] = rows;
            }

            return Network.ParseJson(whole.ToJsonString());
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new AutodiffException(ErrorIds.ModelFile, $"The notes '{NetworkKey}' in the file do not go with its layers: {exception.Message.TrimEnd('.')}.");
        }

        JsonArray Numbers(ReadOnlySpan<double> values)
        {
            var list = new JsonArray();
            foreach (var value in values) list.Add(network.Precision == NetworkPrecision.Single ? JsonValue.Create((float)value) : JsonValue.Create(value));
            return list;
        }
    }

    private static string WithoutNumbers(Network network)
    {
        var whole = JsonNode.Parse(network.ToJson())!.AsObject();
        foreach (var layer in whole["layers"]!.AsArray())
        {
            layer!.AsObject().Remove("weights");
            layer.AsObject().Remove("biases");
            layer.AsObject().Remove("gain");
            layer.AsObject().Remove("offset");
            layer.AsObject().Remove("projection");
        }

        return whole.ToJsonString(Options);
    }

    /// <summary>Texts as a list of JSON.</summary>
    public static string Json(IEnumerable<string?> texts) => JsonSerializer.Serialize(texts, Options);
}
