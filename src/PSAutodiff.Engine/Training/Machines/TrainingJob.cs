using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training.Machines;

/// <summary>What a training trains, on what rows and how, as bytes for another machine. Reading takes nothing for granted and runs nothing.</summary>
internal static class TrainingJob
{
    private const byte OfNetwork = 1;
    private const byte OfLoss = 2;
    private const int LongestText = 1 << 28;
    private const int LongestName = 1 << 16;

    /// <summary>The bytes of the training of a network.</summary>
    public static byte[] Write<T>(Network network, TrainingData<T> data, LossFunction loss, TrainingPlan plan)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Write(OfNetwork, plan, writer =>
        {
            WriteText(writer, network.ToJson());
            writer.Write((int)loss);
            writer.Write(data.RowCount);
            WriteNumbers<T>(writer, data.Inputs.AsSpan(0, data.RowCount * data.InputSize));
            writer.Write(data.Targets is not null);
            if (data.Targets is not null) WriteNumbers<T>(writer, data.Targets.AsSpan(0, data.RowCount * data.OutputSize));
            else WriteNumbers<int>(writer, data.Classes.AsSpan(0, data.RowCount));
        });

    /// <summary>The bytes of the training of a loss.</summary>
    public static byte[] Write(ExprNode loss, string[] columns, string[] parameters, NetworkPrecision precision, double[][] rows, TrainingPlan plan) =>
        Write(OfLoss, plan, writer =>
        {
            WriteText(writer, loss.ToText(ExprTextFormat.Let));
            writer.Write((int)precision);
            WriteNames(writer, columns);
            WriteNames(writer, parameters);
            writer.Write(rows.Length);
            writer.Write(rows.Length == 0 ? 0 : rows[0].Length);
            foreach (var row in rows) WriteNumbers<double>(writer, row);
        });

    /// <summary>What trains single starts of a job.</summary>
    /// <param name="bytes">What was written.</param>
    /// <param name="slots">How many starts will be trained side by side.</param>
    /// <exception cref="InvalidDataException">The bytes are none of a job.</exception>
    /// <exception cref="AutodiffException">The job cannot be trained.</exception>
    public static IStartTrainer Read(byte[] bytes, int slots)
    {
        using var stream = new MemoryStream(bytes);
        var reader = new CheckpointReader(stream);
        var kind = reader.Byte();
        var options = ReadOptions(reader.Text(LongestText));
        var samples = reader.Flag() ? reader.Array<int>(reader.Int32(1, int.MaxValue)) : null;
        var threads = Math.Max(1, options.Threads / Math.Max(1, slots));
        if (kind == OfNetwork)
        {
            var network = Network.ParseJson(reader.Text(LongestText));
            return network.Precision == NetworkPrecision.Single ? ReadNetwork<float>(reader, network, options, samples, threads) : ReadNetwork<double>(reader, network, options, samples, threads);
        }

        if (kind != OfLoss) throw CheckpointReader.Wrong(kind);
        var loss = ExprNode.Parse(reader.Text(LongestText));
        var precision = (NetworkPrecision)reader.Int32(0, (int)Enum.GetValues<NetworkPrecision>().Max());
        var columns = ReadNames(reader);
        var parameters = ReadNames(reader);
        if (!loss.Variables.ToHashSet(StringComparer.Ordinal).SetEquals(columns.Concat(parameters)) || columns.Intersect(parameters, StringComparer.Ordinal).Any()) throw new InvalidDataException("its columns and parameters are not those of its loss");
        var rows = new double[reader.Int32(1, int.MaxValue)][];
        var width = reader.Int32(0, int.MaxValue);
        if ((long)rows.Length * width * sizeof(double) != reader.Remaining) throw new InvalidDataException("it has more or fewer numbers than rows");
        for (var i = 0; i < rows.Length; i++) rows[i] = reader.Array<double>(width);
        return new LossTraining(loss, columns, parameters, precision).TrainerOf(rows, new TrainingPlan(rows.Length, Checked(samples, rows.Length), options), threads);
    }

    private static StartTrainer<T> ReadNetwork<T>(CheckpointReader reader, Network network, TrainingOptions options, int[]? samples, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = (LossFunction)reader.Int32(0, (int)Enum.GetValues<LossFunction>().Max());
        var rows = reader.Int32(1, int.MaxValue);
        var inputs = reader.Array<T>(checked(rows * network.InputSize));
        var hasTargets = reader.Flag();
        var data = new TrainingData<T>
        {
            Inputs = inputs,
            Targets = hasTargets ? reader.Array<T>(checked(rows * network.OutputSize)) : null,
            Classes = hasTargets ? null : reader.Array<int>(rows),
            RowCount = rows,
            InputSize = network.InputSize,
            OutputSize = network.OutputSize,
        };
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        data.Check();
        return new StartTrainer<T>(NetworkModel<T>.Of(network, loss, data, threads, options.HasNoise), new TrainingPlan(rows, Checked(samples, rows), options));
    }

    private static int[]? Checked(int[]? samples, int rows) => samples is null || samples.Length == rows ? samples : throw new InvalidDataException("it has more or fewer numbers of rows than rows");

    private static byte[] Write(byte kind, TrainingPlan plan, Action<BinaryWriter> rest)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(kind);
        WriteText(writer, JsonSerializer.Serialize(plan.Options.Settings(), NetworkRecipeJson.Options));
        writer.Write(plan.Samples is not null);
        if (plan.Samples is { } samples)
        {
            writer.Write(samples.Length);
            WriteNumbers<int>(writer, samples);
        }

        rest(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static TrainingOptions ReadOptions(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingOptions>(text, NetworkRecipeJson.Options) ?? throw new InvalidDataException("it has no options");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("its options are not those of a training run", exception);
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteNames(BinaryWriter writer, string[] names)
    {
        writer.Write(names.Length);
        foreach (var name in names) WriteText(writer, name);
    }

    private static string[] ReadNames(CheckpointReader reader)
    {
        var names = new List<string>();
        for (var left = reader.Int32(0, int.MaxValue); left > 0; left--) names.Add(reader.Text(LongestName));
        return [.. names];
    }

    private static void WriteNumbers<T>(BinaryWriter writer, ReadOnlySpan<T> numbers)
        where T : unmanaged => writer.Write(MemoryMarshal.AsBytes(numbers));
}
