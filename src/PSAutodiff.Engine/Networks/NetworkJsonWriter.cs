using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PSAutodiff.Data;

namespace PSAutodiff.Networks;

/// <summary>
/// Writes a network as a JSON object: a format, a version, what is known of its training, and the layers with a row of weights a line.
/// Numbers are the shortest decimals that read back to the same bits. Version 2 came with pruning: a layer with frozen weights has a text
/// for each of its inputs with a 1 for each output whose weight is frozen, else a 0. Version 3 came with classes that are no texts: a second
/// list names their types. Version 4 came with columns that are no numbers: dates and categories with their levels. Version 5 came with the way in
/// which text is read as a number, and with how it was trained. Version 6 came with schedules of learning rates, gradients that are clipped, targets
/// that are scaled, and the activations from Softplus on. Version 7 came with layers that do more than their activation: 'steps' lists what they do. A network is written in the first version that can hold it, so that older programs read it.
/// <see cref="NetworkJsonReader"/> reads it.
/// </summary>
internal static class NetworkJsonWriter
{
    public const string Format = "PSAutodiff.Network";
    public const int Version = 7;

    /// <summary>How dates are written.</summary>
    public const string DateFormat = "yyyy-MM-ddTHH:mm:ss.fffffff";

    // Letters of all languages stay readable; what means something to HTML is still escaped.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    public static string Write(Network network)
    {
        var single = network.Precision == NetworkPrecision.Single;
        var text = new StringBuilder("{\n");
        text.Append("  \"format\": ").Append(Quoted(Format)).Append(",\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"version\": {VersionOf(network)},\n");
        text.Append("  \"precision\": ").Append(Quoted(network.Precision.ToString())).Append(",\n");
        text.Append("  \"initializer\": ").Append(Quoted(network.Initializer.ToString())).Append(",\n");
        if (network.Seed is { } seed) text.Append(CultureInfo.InvariantCulture, $"  \"seed\": {seed},\n");
        if (network.LossFunction is { } loss) text.Append("  \"loss\": ").Append(Quoted(loss.ToString())).Append(",\n");
        AppendNames(text, "features", network.Features);
        AppendColumns(text, network.Columns);
        if (network.NumberFormat != NumberFormat.Plain) text.Append("  \"numberFormat\": ").Append(Quoted(network.NumberFormat.ToString())).Append(",\n");
        AppendNames(text, "labels", network.Labels);
        AppendNames(text, "classes", [.. network.Classes.Select(ClassLabel.Write)]);
        if (HasTypes(network)) AppendNames(text, "classTypes", [.. network.Classes.Select(ClassLabel.TypeName)]);
        AppendScaling(text, "scaling", network.Scaling);
        AppendScaling(text, "targetScaling", network.TargetScaling);
        if (network.Recipe is { } recipe) text.Append("  \"training\": ").Append(NetworkRecipeJson.Write(recipe)).Append(",\n");
        text.Append("  \"layers\": [");
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var layer = network.Layers[l];
            text.Append(l == 0 ? "\n" : ",\n").Append("    {\n      \"activation\": ").Append(Quoted(layer.Activation.ToString())).Append(",\n      \"weights\": [");
            for (var row = 0; row < layer.Inputs; row++)
            {
                text.Append(row == 0 ? "\n        " : ",\n        ");
                AppendNumbers(text, layer.WeightSpan.Slice(row * layer.Outputs, layer.Outputs), single);
            }

            text.Append("\n      ],\n      \"biases\": ");
            AppendNumbers(text, layer.BiasSpan, single);
            if (layer.Frozen is { } frozen) AppendMask(text, frozen);
            if (!layer.Form.IsPlain) AppendForm(text, layer, single);
            text.Append("\n    }");
        }

        return text.Append("\n  ]\n}\n").ToString();
    }

    private static int VersionOf(Network network) => !network.IsPlain ? Version : network.Recipe is { IsPlain: false } || network.TargetScaling is not null || network.Layers.Any(static layer => layer.Activation > ActivationFunction.Softmax) ? 6 : network.Recipe is not null || network.NumberFormat != NumberFormat.Plain ? 5 : network.Columns.Count > 0 ? 4 : HasTypes(network) ? 3 : network.FrozenCount > 0 ? 2 : 1;

    private static bool HasTypes(Network network) => network.Classes.Any(static label => label is not string);

    private static void AppendNames(StringBuilder text, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        text.Append("  ").Append(Quoted(name)).Append(": [").AppendJoin(", ", values.Select(Quoted)).Append("],\n");
    }

    private static void AppendScaling(StringBuilder text, string name, FeatureScaling? scaling)
    {
        if (scaling is null) return;
        text.Append("  ").Append(Quoted(name)).Append(": {\n    \"means\": ");
        AppendNumbers(text, scaling.Means, single: false);
        text.Append(",\n    \"deviations\": ");
        AppendNumbers(text, scaling.Deviations, single: false);
        text.Append("\n  },\n");
    }

    private static void AppendColumns(StringBuilder text, IReadOnlyList<FeatureColumn> columns)
    {
        if (columns.Count == 0) return;
        text.Append("  \"columns\": [");
        var separator = "\n";
        foreach (var column in columns)
        {
            text.Append(separator).Append("    { \"name\": ").Append(Quoted(column.Name)).Append(", \"kind\": ").Append(Quoted(column.Kind.ToString()));
            if (column.Kind == FeatureKind.Category) text.Append(", \"levels\": [").AppendJoin(", ", column.Levels.Select(Quoted)).Append(']');
            if (column.FirstDate is { } first) text.Append(", \"firstDate\": ").Append(Quoted(first.ToString(DateFormat, CultureInfo.InvariantCulture)));
            text.Append(" }");
            separator = ",\n";
        }

        text.Append("\n  ],\n");
    }

    private static void AppendForm(StringBuilder text, NetworkLayer layer, bool single)
    {
        text.Append(",\n      \"steps\": [").AppendJoin(", ", layer.Steps.Select(static step => Quoted(step.ToString()))).Append(']');
        if (layer.Skip > 0) text.Append(CultureInfo.InvariantCulture, $",\n      \"skip\": {layer.Skip}");
        if (layer.Dropout > 0) text.Append(CultureInfo.InvariantCulture, $",\n      \"dropout\": {layer.Dropout}");
        Append("gain", layer.Extras.Gain);
        Append("offset", layer.Extras.Offset);
        if (layer.Extras.Projection is not { } projection) return;
        text.Append(",\n      \"projection\": [");
        for (var row = 0; row < projection.GetLength(0); row++)
        {
            text.Append(row == 0 ? "\n        " : ",\n        ");
            AppendNumbers(text, layer.Extras.ProjectionSpan.Slice(row * layer.Outputs, layer.Outputs), single);
        }

        text.Append("\n      ]");

        void Append(string name, double[]? values)
        {
            if (values is null) return;
            text.Append(",\n      ").Append(Quoted(name)).Append(": ");
            AppendNumbers(text, values, single);
        }
    }

    private static void AppendMask(StringBuilder text, bool[,] frozen)
    {
        text.Append(",\n      \"frozen\": [");
        for (var i = 0; i < frozen.GetLength(0); i++)
        {
            text.Append(i == 0 ? "\n        \"" : "\",\n        \"");
            for (var j = 0; j < frozen.GetLength(1); j++) text.Append(frozen[i, j] ? '1' : '0');
        }

        text.Append("\"\n      ]");
    }

    private static void AppendNumbers(StringBuilder text, ReadOnlySpan<double> values, bool single)
    {
        var separator = "[";
        foreach (var value in values)
        {
            text.Append(separator);
            if (single) text.Append(CultureInfo.InvariantCulture, $"{(float)value}");
            else text.Append(CultureInfo.InvariantCulture, $"{value}");
            separator = ", ";
        }

        text.Append(']');
    }

    private static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value, Encoder)}\"";
}
