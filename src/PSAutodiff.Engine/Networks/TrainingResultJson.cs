using System.Collections.Specialized;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace PSAutodiff.Networks;

/// <summary>Training results as JSON. Numbers are base64 of their bytes, little end first, so that none loses a bit and none grows long.</summary>
internal static class TrainingResultJson
{
    private const string Format = "PSAutodiff.TrainingResult";
    private const int Version = 1;
    private const int Depth = 4;

    /// <summary>The text of a result.</summary>
    public static string Write(TrainingResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            if (result.Network is { } network) json.WriteString("network", network.ToJson());
            if (result.Parameters is { } parameters)
            {
                json.WriteStartArray("parameters");
                foreach (string name in parameters.Keys) json.WriteStringValue(name);
                json.WriteEndArray();
                Numbers(json, "values", [.. parameters.Values.Cast<double>()]);
            }

            Numbers(json, "loss", result.Loss);
            Numbers(json, "epochLoss", result.EpochLoss);
            Numbers(json, "validationLoss", result.ValidationLoss);
            Numbers(json, "figures", [result.FinalLoss, result.RowsPerSecond, result.LearningRate]);
            json.WriteString("stopReason", result.StopReason.ToString());
            if (result.FailedStep is { } failed)
            {
                json.WriteStartObject("failedStep");
                json.WriteNumber("step", failed.Step);
                json.WriteNumber("epoch", failed.Epoch);
                if (failed.Sample is { } sample) json.WriteNumber("sample", sample);
                Numbers(json, "loss", [failed.Loss]);
                json.WriteEndObject();
            }

            json.WriteNumber("seed", result.Seed);
            json.WriteNumber("elapsedTicks", result.Elapsed.Ticks);
            json.WriteString("optimizer", result.Optimizer.ToString());
            json.WriteNumber("batchSize", result.BatchSize);
            json.WriteNumber("stepsPerEpoch", result.StepsPerEpoch);
            if (result.Samples is { } samples) json.WriteBase64String("samples", Bytes(samples));
            if (result.OrderSeed is { } orderSeed) json.WriteNumber("orderSeed", orderSeed);
            if (result.CheckpointProblem is { } problem) json.WriteString("checkpointProblem", problem);
            json.WriteStartArray("restarts");
            foreach (var restart in result.Restarts)
            {
                json.WriteStartObject();
                json.WriteNumber("restart", restart.Restart);
                json.WriteNumber("seed", restart.Seed);
                Numbers(json, "losses", restart.ValidationLoss is { } validation ? [restart.FinalLoss, validation] : [restart.FinalLoss]);
                json.WriteNumber("steps", restart.Steps);
                json.WriteNumber("epochs", restart.Epochs);
                json.WriteString("stopReason", restart.StopReason.ToString());
                json.WriteBoolean("isBest", restart.IsBest);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>The result of a text.</summary>
    /// <exception cref="AutodiffException">The text is none of a result.</exception>
    public static TrainingResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth });
            return Result(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException or ArgumentException)
        {
            throw new AutodiffException(ErrorIds.TrainingResultJson, $"The text is no training result: {exception.Message}");
        }
    }

    private static TrainingResult Result(JsonElement json)
    {
        if (json.GetProperty("format").GetString() != Format) throw new FormatException($"'format' has to be \"{Format}\".");
        if (json.GetProperty("version").GetInt32() != Version) throw new FormatException($"'version' has to be {Version}; another version of PSAutodiff may be able to read this.");
        var samples = json.TryGetProperty("samples", out var given) ? Numbers<int>(given) : null;
        var stepsPerEpoch = json.GetProperty("stepsPerEpoch").GetInt32();
        if (stepsPerEpoch < 1 || (samples is not null && samples.Length != stepsPerEpoch)) throw new FormatException("'stepsPerEpoch' is impossible.");
        var figures = Numbers<double>(json.GetProperty("figures"));
        if (figures.Length != 3) throw new FormatException("'figures' has to hold three numbers.");
        return new TrainingResult
        {
            Network = json.TryGetProperty("network", out var network) ? Network.ParseJson(Text(network)) : null,
            Parameters = json.TryGetProperty("parameters", out var names) ? Named(names, Numbers<double>(json.GetProperty("values"))) : null,
            Loss = Numbers<double>(json.GetProperty("loss")),
            EpochLoss = Numbers<double>(json.GetProperty("epochLoss")),
            ValidationLoss = Numbers<double>(json.GetProperty("validationLoss")),
            FinalLoss = figures[0],
            RowsPerSecond = figures[1],
            LearningRate = figures[2],
            StopReason = Named<TrainingStopReason>(json.GetProperty("stopReason")),
            FailedStep = json.TryGetProperty("failedStep", out var failed) ? Step(failed) : null,
            Seed = json.GetProperty("seed").GetInt32(),
            Elapsed = new TimeSpan(json.GetProperty("elapsedTicks").GetInt64()),
            Optimizer = Named<TrainingOptimizer>(json.GetProperty("optimizer")),
            BatchSize = json.GetProperty("batchSize").GetInt32(),
            StepsPerEpoch = stepsPerEpoch,
            Samples = samples,
            OrderSeed = json.TryGetProperty("orderSeed", out var orderSeed) ? orderSeed.GetInt32() : null,
            CheckpointProblem = json.TryGetProperty("checkpointProblem", out var problem) ? problem.GetString() : null,
            Restarts = json.GetProperty("restarts").EnumerateArray().Select(Restart).ToArray(),
        };
    }

    private static TrainingStep Step(JsonElement json) => new(
        json.GetProperty("step").GetInt32(),
        json.GetProperty("epoch").GetInt32(),
        json.TryGetProperty("sample", out var sample) ? sample.GetInt32() : null,
        Numbers<double>(json.GetProperty("loss")) is [var loss] ? loss : throw new FormatException("'loss' of a step has to hold one number."));

    private static TrainingRestart Restart(JsonElement json)
    {
        var losses = Numbers<double>(json.GetProperty("losses"));
        if (losses.Length is not (1 or 2)) throw new FormatException("'losses' of a restart has to hold one number or two.");
        return new TrainingRestart(
            json.GetProperty("restart").GetInt32(),
            json.GetProperty("seed").GetInt32(),
            losses[0],
            losses.Length == 2 ? losses[1] : null,
            json.GetProperty("steps").GetInt32(),
            json.GetProperty("epochs").GetInt32(),
            Named<TrainingStopReason>(json.GetProperty("stopReason")),
            json.GetProperty("isBest").GetBoolean());
    }

    private static OrderedDictionary Named(JsonElement names, double[] values)
    {
        if (names.GetArrayLength() != values.Length) throw new FormatException("'parameters' and 'values' differ in number.");
        var parameters = new OrderedDictionary(values.Length);
        foreach (var name in names.EnumerateArray()) parameters.Add(Text(name), values[parameters.Count]);
        return parameters;
    }

    private static TEnum Named<TEnum>(JsonElement json)
        where TEnum : struct, Enum
    {
        var name = Text(json);
        return Enum.GetNames<TEnum>().Contains(name) ? Enum.Parse<TEnum>(name) : throw new FormatException($"'{name}' is no {typeof(TEnum).Name}.");
    }

    private static string Text(JsonElement json) => json.GetString() ?? throw new FormatException("A text is null.");

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<double> values) =>
        json.WriteBase64String(name, Bytes(values as double[] ?? [.. values]));

    private static ReadOnlySpan<byte> Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values);

    private static T[] Numbers<T>(JsonElement json)
        where T : unmanaged
    {
        var bytes = json.GetBytesFromBase64();
        var values = MemoryMarshal.Cast<byte, T>(bytes);
        return bytes.Length == MemoryMarshal.AsBytes(values).Length ? values.ToArray() : throw new FormatException("A list of numbers ends within one.");
    }
}
