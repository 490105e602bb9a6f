using System.Numerics;
using System.Text.Json;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training.Machines;

/// <summary>What a training trains, on what rows and how, as bytes for another machine. Reading takes nothing for granted and runs nothing.</summary>
internal static class TrainingJob
{
    /// <summary>The first byte of the job of a curve fit, see <see cref="FitJob"/>.</summary>
    public const byte OfFit = 3;

    private const byte OfNetwork = 1;
    private const byte OfLoss = 2;
    private const int LongestText = 1 << 28;

    /// <summary>The bytes of the training of a network.</summary>
    public static JobMessage Write<T>(Network network, TrainingData<T> data, LossFunction loss, TrainingPlan plan)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Write(OfNetwork, plan, writer =>
        {
            writer.WriteText(network.ToJson());
            writer.Write((int)loss);
            writer.Write(data.RowCount);
            writer.WriteNumbers<T>(data.Inputs.AsMemory(0, data.RowCount * data.InputSize));
            writer.Write(data.Targets is not null);
            if (data.Targets is not null) writer.WriteNumbers<T>(data.Targets.AsMemory(0, data.RowCount * data.OutputSize));
            else writer.WriteNumbers<int>(data.Classes.AsMemory(0, data.RowCount));
        });

    /// <summary>The bytes of the training of a loss.</summary>
    public static JobMessage Write(ExprNode loss, string[] columns, string[] parameters, NetworkPrecision precision, double[][] rows, TrainingPlan plan) =>
        Write(OfLoss, plan, writer =>
        {
            writer.WriteText(loss.ToText(ExprTextFormat.Let));
            writer.Write((int)precision);
            writer.WriteNames(columns);
            writer.WriteNames(parameters);
            writer.Write(rows.Length);
            writer.Write(rows.Length == 0 ? 0 : rows[0].Length);
            writer.WriteNumbers<double>(rows.SelectMany(static row => row).ToArray());
        });

    /// <summary>What trains single starts of a job.</summary>
    /// <param name="bytes">What was written.</param>
    /// <param name="slots">How many starts will be trained side by side.</param>
    /// <param name="store">Its blocks of data.</param>
    /// <param name="cancellation">Ends the wait for such a block.</param>
    /// <exception cref="InvalidDataException">The bytes are none of a job.</exception>
    /// <exception cref="AutodiffException">The job cannot be trained.</exception>
    public static IStartTrainer Read(ArraySegment<byte> bytes, int slots, JobStore store, CancellationToken cancellation)
    {
        using var stream = CheckpointReader.StreamOf(bytes);
        var reader = new JobReader(stream, store, cancellation);
        var kind = reader.Byte();
        if (kind == OfFit) return FitJob.Read(reader, Math.Max(1, Environment.ProcessorCount / Math.Max(1, slots)), cancellation);
        var options = ReadOptions(reader.Text(LongestText));
        var samples = reader.Flag() ? reader.Numbers<int>(reader.Int32(1, int.MaxValue)) : null;
        var threads = Math.Max(1, options.Threads / Math.Max(1, slots));
        if (kind == OfNetwork)
        {
            var network = Network.ParseJson(reader.Text(LongestText));
            return network.Precision == NetworkPrecision.Single ? ReadNetwork<float>(reader, network, options, samples, threads) : ReadNetwork<double>(reader, network, options, samples, threads);
        }

        if (kind != OfLoss) throw CheckpointReader.Wrong(kind);
        var loss = ExprNode.Parse(reader.Text(LongestText), cancellation);
        var precision = (NetworkPrecision)reader.Int32(0, (int)Enum.GetValues<NetworkPrecision>().Max());
        var columns = reader.Names();
        var parameters = reader.Names();
        if (!loss.Variables.ToHashSet(StringComparer.Ordinal).SetEquals(columns.Concat(parameters)) || columns.Intersect(parameters, StringComparer.Ordinal).Any()) throw new InvalidDataException("its columns and parameters are not those of its loss");
        var (count, width) = (reader.Int32(1, int.MaxValue), reader.Int32(0, int.MaxValue));
        var flat = reader.Numbers<double>(checked(count * width));
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        var rows = new double[count][];
        for (var i = 0; i < rows.Length; i++) rows[i] = flat[(i * width)..((i + 1) * width)];
        return new LossTraining(loss, columns, parameters, precision).TrainerOf(rows, new TrainingPlan(rows.Length, Checked(samples, rows.Length), options), threads);
    }

    private static StartTrainer<T> ReadNetwork<T>(JobReader reader, Network network, TrainingOptions options, int[]? samples, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = (LossFunction)reader.Int32(0, (int)Enum.GetValues<LossFunction>().Max());
        var rows = reader.Int32(1, int.MaxValue);
        var inputs = reader.Numbers<T>(checked(rows * network.InputSize));
        var hasTargets = reader.Flag();
        var data = new TrainingData<T>
        {
            Inputs = inputs,
            Targets = hasTargets ? reader.Numbers<T>(checked(rows * network.OutputSize)) : null,
            Classes = hasTargets ? null : reader.Numbers<int>(rows),
            RowCount = rows,
            InputSize = network.InputSize,
            OutputSize = network.OutputSize,
        };
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        data.Check();
        return new StartTrainer<T>(NetworkModel<T>.Of(network, loss, data, threads, options.HasNoise || network.HasDropout), new TrainingPlan(rows, Checked(samples, rows), options) { HasMasks = network.HasDropout });
    }

    private static int[]? Checked(int[]? samples, int rows) => samples is null || samples.Length == rows ? samples : throw new InvalidDataException("it has more or fewer numbers of rows than rows");

    private static JobMessage Write(byte kind, TrainingPlan plan, Action<JobWriter> rest) => JobWriter.Write(writer =>
    {
        writer.Write(kind);
        writer.WriteText(JsonSerializer.Serialize(plan.Options.Settings(), NetworkRecipeJson.Options));
        writer.Write(plan.Samples is not null);
        if (plan.Samples is { } samples)
        {
            writer.Write(samples.Length);
            writer.WriteNumbers<int>(samples);
        }

        rest(writer);
    });

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
}
