using System.Globalization;
using System.Text;
using System.Text.Json;
using PSAutodiff.Data;
using PSAutodiff.Foundation;

namespace PSAutodiff.Networks;

/// <summary>
/// Reads what <see cref="NetworkJsonWriter"/> writes, strictly: whatever is not exactly a network is an error that names the place.
/// Memory stays in proportion to the length of the text, whatever it claims.
/// </summary>
internal static class NetworkJsonReader
{
    // The whole, its layers, a layer, its weights, a row: a deeper text is refused before anything else is looked at.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 5 };

    private static readonly string[] Members =
        ["format", "version", "precision", "initializer", "seed", "loss", "features", "labels", "classes", "scaling", "layers"];

    private static readonly string[] MembersWithTypes = [.. Members, "classTypes"];

    private static readonly string[] MembersWithColumns = [.. MembersWithTypes, "columns"];

    private static readonly string[] MembersWithTraining = [.. MembersWithColumns, "numberFormat", "training"];

    private static readonly string[] MembersWithTargets = [.. MembersWithTraining, "targetScaling"];

    private static readonly string[] ColumnMembers = ["name", "kind", "levels", "firstDate"];

    private static readonly string[] ScalingMembers = ["means", "deviations"];

    private static readonly string[] LayerMembers = ["activation", "weights", "biases"];

    private static readonly string[] MaskedLayerMembers = [.. LayerMembers, "frozen"];

    private static readonly string[] SteppedLayerMembers = [.. MaskedLayerMembers, "steps", "skip", "dropout", "gain", "offset", "projection"];

    /// <summary>The network that the text stands for.</summary>
    /// <exception cref="AutodiffException">The text is none.</exception>
    public static Network Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(json), Options);
            return ReadNetwork(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw Error("", exception.Message.TrimEnd('.'));
        }
        catch (EncoderFallbackException)
        {
            throw Error("", "it holds half a surrogate pair");
        }
    }

    private static Network ReadNetwork(JsonElement root)
    {
        // Before everything else: a later version may have members that this one does not know.
        if (root.ValueKind != JsonValueKind.Object) throw Error("", "the text has to be an object");
        if (TextOf(Find(root, "format")) != NetworkJsonWriter.Format) throw Error("", $"'format' has to be \"{NetworkJsonWriter.Format}\"");
        var number = Find(root, "version");
        if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var version) || version < 1)
        {
            throw Error("", "'version' has to be a whole number from 1");
        }

        if (version > NetworkJsonWriter.Version)
        {
            throw Error("", $"it has version {version}, but this PSAutodiff reads up to version {NetworkJsonWriter.Version}; read it with a newer one");
        }

        var members = ReadMembers(root, "", version > 5 ? MembersWithTargets : version > 4 ? MembersWithTraining : version > 3 ? MembersWithColumns : version > 2 ? MembersWithTypes : Members, ["precision", "initializer", "layers"]);
        var precision = ReadEnum<NetworkPrecision>(members["precision"], "", "precision");
        var initializer = ReadEnum<NetworkInitializer>(members["initializer"], "", "initializer");
        var list = members["layers"];
        if (list.ValueKind != JsonValueKind.Array) throw Error("", "'layers' has to be a list");
        var layers = new List<NetworkLayer>();
        foreach (var layer in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $" in layer {layers.Count + 1}");
            layers.Add(ReadLayer(layer, place, precision, version));
        }

        try
        {
            var network = new Network(layers, initializer, members.TryGetValue("seed", out var seed) ? ReadSeed(seed) : null)
                .WithPrecision(precision)
                .WithColumns(
                    ReadNames(members, "features"),
                    ReadNames(members, "labels"),
                    ReadClasses(members),
                    members.TryGetValue("scaling", out var scaling) ? ReadScaling(scaling, " in 'scaling'") : null,
                    members.TryGetValue("columns", out var columns) ? ReadColumns(columns) : null,
                    members.TryGetValue("numberFormat", out var format) ? ReadEnum<NumberFormat>(format, "", "numberFormat") : NumberFormat.Plain,
                    members.TryGetValue("targetScaling", out var targets) ? ReadScaling(targets, " in 'targetScaling'") : null);
            if (members.TryGetValue("loss", out var loss)) network = WithLoss(network, ReadEnum<LossFunction>(loss, "", "loss"));
            else if (members.ContainsKey("training")) throw Error("", "'training' is there, but 'loss' is not");
            return members.TryGetValue("training", out var training) ? network.WithRecipe(NetworkRecipeJson.Read(training, network)) : network;
        }
        catch (FormatException exception)
        {
            throw Error(" in 'training'", exception.Message.TrimEnd('.'));
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.NetworkInvalid)
        {
            throw Error("", exception.Message.TrimEnd('.'));
        }
    }

    // A training that the last layer does not allow cannot have made the network.
    private static Network WithLoss(Network network, LossFunction loss)
    {
        try
        {
            Losses.Loss.Of(loss).CheckLayer<double>(network, null);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.LossFunctionInvalid)
        {
            throw Error("", $"'loss' and the layers disagree: {exception.Message.TrimEnd('.')}");
        }

        return network.WithLoss(loss);
    }

    private static NetworkLayer ReadLayer(JsonElement element, string place, NetworkPrecision precision, int version)
    {
        var members = ReadMembers(element, place, version > 6 ? SteppedLayerMembers : version > 1 ? MaskedLayerMembers : LayerMembers, LayerMembers);
        var activation = ReadEnum<ActivationFunction>(members["activation"], place, "activation");
        var single = precision == NetworkPrecision.Single;
        var weights = ReadMatrix(members["weights"], place, "weights", single);
        var biases = ReadNumbers(members["biases"], place, "'biases'", single);
        if (biases.Length != weights.GetLength(1)) throw Error(place, $"'biases' has {biases.Length} numbers, but the rows of 'weights' have {weights.GetLength(1)}");
        var frozen = members.TryGetValue("frozen", out var mask) ? ReadMask(mask, place, weights) : null;
        var extras = new LayerExtras(
            members.TryGetValue("gain", out var gain) ? ReadNumbers(gain, place, "'gain'", single) : null,
            members.TryGetValue("offset", out var offset) ? ReadNumbers(offset, place, "'offset'", single) : null,
            members.TryGetValue("projection", out var projection) ? ReadMatrix(projection, place, "projection", single) : null);
        try
        {
            var form = members.TryGetValue("steps", out var steps) ? ReadForm(members, steps, place, biases.Length, activation, extras) : new LayerForm(biases.Length, activation);
            return new NetworkLayer(weights, biases, form, extras, NetworkPrecision.Double, "The layer", frozen);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.NetworkInvalid)
        {
            throw Error(place, exception.Message.TrimEnd('.'));
        }
    }

    private static LayerForm ReadForm(Dictionary<string, JsonElement> members, JsonElement list, string place, int outputs, ActivationFunction activation, LayerExtras extras)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Error(place, "'steps' has to be a list of texts");
        var steps = new List<LayerStep>();
        foreach (var step in list.EnumerateArray()) steps.Add(ReadEnum<LayerStep>(step, place, "steps"));
        var skip = 0;
        if (members.TryGetValue("skip", out var over) && (over.ValueKind != JsonValueKind.Number || !over.TryGetInt32(out skip))) throw Error(place, $"'skip' has to be a whole number, not {Shown(over.GetRawText())}");
        var dropout = 0.0;
        if (members.TryGetValue("dropout", out var part) && (part.ValueKind != JsonValueKind.Number || !part.TryGetDouble(out dropout))) throw Error(place, $"'dropout' has to be a number, not {Shown(part.GetRawText())}");
        return new LayerForm(outputs, activation, steps, skip, extras.Projection is not null, dropout);
    }

    private static double[,] ReadMatrix(JsonElement list, string place, string what, bool single)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Error(place, $"'{what}' has to be a list of rows");
        var rows = new List<double[]>();
        foreach (var row in list.EnumerateArray())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"row {rows.Count + 1} of '{what}'");
            rows.Add(ReadNumbers(row, place, name, single));
            if (rows[^1].Length == 0) throw Error(place, $"{name} is empty");
            if (rows[^1].Length != rows[0].Length) throw Error(place, $"{name} has {rows[^1].Length} numbers, but the first row has {rows[0].Length}");
        }

        if (rows.Count == 0) throw Error(place, $"'{what}' has no rows");
        var matrix = new double[rows.Count, rows[0].Length];
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < rows[i].Length; j++) matrix[i, j] = rows[i][j];
        }

        return matrix;
    }

    private static bool[,] ReadMask(JsonElement element, string place, double[,] weights)
    {
        var (inputs, outputs) = (weights.GetLength(0), weights.GetLength(1));
        if (element.ValueKind != JsonValueKind.Array) throw Error(place, "'frozen' has to be a list of texts");
        if (element.GetArrayLength() != inputs) throw Error(place, $"'frozen' has {element.GetArrayLength()} texts, but 'weights' has {inputs} rows");
        var frozen = new bool[inputs, outputs];
        var i = 0;
        foreach (var row in element.EnumerateArray())
        {
            if (TextOf(row) is not { } text || text.Length != outputs || text.Any(static c => c is not ('0' or '1')))
            {
                throw Error(place, $"text {i + 1} of 'frozen', {Shown(row.GetRawText())}, is not {outputs} times 0 or 1");
            }

            for (var j = 0; j < outputs; j++)
            {
                frozen[i, j] = text[j] == '1';
                if (frozen[i, j] && weights[i, j] != 0) throw Error(place, $"the weight from input {i + 1} to output {j + 1} is frozen, but not 0");
            }

            i++;
        }

        return frozen;
    }

    private static FeatureScaling ReadScaling(JsonElement element, string place)
    {
        var members = ReadMembers(element, place, ScalingMembers, ScalingMembers);
        return new FeatureScaling(
            ReadNumbers(members["means"], place, "'means'", single: false),
            ReadNumbers(members["deviations"], place, "'deviations'", single: false));
    }

    private static JsonElement Find(JsonElement element, string name) =>
        element.EnumerateObject().FirstOrDefault(member => NameOf(member) == name).Value;

    /// <summary>The members of an object by name: only known ones, each once, the required ones all there.</summary>
    private static Dictionary<string, JsonElement> ReadMembers(JsonElement element, string place, string[] known, string[] required)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Error(place, "an object was expected");
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var name = NameOf(member);
            if (!known.Contains(name)) throw Error(place, $"{Shown(name)} is not a member here; the members are {string.Join(", ", known)}");
            if (!members.TryAdd(name, member.Value)) throw Error(place, $"'{name}' is given twice");
        }

        foreach (var name in required)
        {
            if (!members.ContainsKey(name)) throw Error(place, $"'{name}' is missing");
        }

        return members;
    }

    private static TEnum ReadEnum<TEnum>(JsonElement element, string place, string name)
        where TEnum : struct, Enum
    {
        var names = Enum.GetNames<TEnum>();
        if (TextOf(element) is { } text && names.Contains(text)) return Enum.Parse<TEnum>(text);
        throw Error(place, $"'{name}' has to be one of {string.Join(", ", names)}, not {Shown(element.GetRawText())}");
    }

    private static int ReadSeed(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var seed)
        ? seed
        : throw Error("", $"'seed' has to be a whole number of 32 bits, not {Shown(element.GetRawText())}");

    private static List<string> ReadNames(Dictionary<string, JsonElement> members, string name)
    {
        var names = new List<string>();
        if (!members.TryGetValue(name, out var list)) return names;
        if (list.ValueKind != JsonValueKind.Array) throw Error("", $"'{name}' has to be a list of texts");
        foreach (var element in list.EnumerateArray())
        {
            names.Add(TextOf(element) ?? throw Error("", $"'{name}' has to be a list of texts, but one of them is {Shown(element.GetRawText())}"));
        }

        return names;
    }

    private static List<FeatureColumn> ReadColumns(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Error("", "'columns' has to be a list of columns");
        var columns = new List<FeatureColumn>();
        foreach (var element in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $" in column {columns.Count + 1}");
            var members = ReadMembers(element, place, ColumnMembers, ["name", "kind"]);
            var kind = ReadEnum<FeatureKind>(members["kind"], place, "kind");
            var levels = ReadNames(members, "levels");
            if (levels.Count < 2 == (kind == FeatureKind.Category) || levels.Distinct(StringComparer.Ordinal).Count() != levels.Count) throw Error(place, "'levels' has to be a list of two or more different texts, for a category alone");
            DateTime? first = null;
            if (members.TryGetValue("firstDate", out var date))
            {
                first = DateTime.TryParseExact(TextOf(date), NetworkJsonWriter.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : throw Error(place, "'firstDate' is not a date");
            }

            if (first is null == (kind == FeatureKind.Date)) throw Error(place, "'firstDate' has to be there for dates, and for dates alone");
            columns.Add(new FeatureColumn { Name = TextOf(members["name"]) ?? throw Error(place, "'name' has to be a text"), Kind = kind, Levels = levels, FirstDate = first });
        }

        return columns;
    }

    private static List<object> ReadClasses(Dictionary<string, JsonElement> members)
    {
        var classes = ReadNames(members, "classes").ToList<object>();
        if (!members.ContainsKey("classTypes")) return classes;
        var types = ReadNames(members, "classTypes");
        if (types.Count != classes.Count) throw Error("", $"there are {classes.Count} 'classes', but {types.Count} 'classTypes'");
        for (var i = 0; i < types.Count; i++)
        {
            classes[i] = ClassLabel.TryRead((string)classes[i], types[i])
                ?? throw Error("", $"the class {Shown((string)classes[i])} is not a value of the type {Shown(types[i])} that 'classTypes' names for it");
        }

        return classes;
    }

    private static double[] ReadNumbers(JsonElement element, string place, string name, bool single)
    {
        if (element.ValueKind != JsonValueKind.Array) throw Error(place, $"{name} has to be a list of numbers");
        var numbers = new double[element.GetArrayLength()];
        var count = 0;
        foreach (var number in element.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number) throw Wrong(number, "is not a number");

            // From the text at once: by way of a double it would be rounded twice.
            var value = single ? number.GetSingle() : number.GetDouble();
            if (!double.IsFinite(value)) throw Wrong(number, single ? "is too large for single precision" : "is too large for a double");
            if (value == 0 && NumberText.IsLost(number.GetRawText(), value)) throw Wrong(number, single ? "is too small for single precision" : "is too small for a double");
            numbers[count++] = value;
        }

        return numbers;

        AutodiffException Wrong(JsonElement number, string problem) =>
            Error(place, string.Create(CultureInfo.InvariantCulture, $"number {count + 1} of {name}, {Shown(number.GetRawText())}, {problem}"));
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "?"; // Half a surrogate pair, escaped.
        }
    }

    private static string? TextOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Half a surrogate pair, escaped.
        }
    }

    /// <summary>A part of the text, for a message: not more than a few words of it.</summary>
    private static string Shown(string part)
    {
        const int most = 40;
        return part.Length > most ? $"'{part[..most]}...'" : $"'{part}'";
    }

    private static AutodiffException Error(string place, string problem) =>
        new(ErrorIds.NetworkJson, $"The JSON text of a network is wrong{place}: {problem}.");
}
