using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PSAutodiff.Training.Checkpoints;

/// <summary>A start's state in a checkpoint.</summary>
internal static class CheckpointSection
{
    private const byte NotBegun = 0;
    private const byte Begun = 1;
    private const byte Trimmed = 2;
    private const byte NoReason = byte.MaxValue;

    // The bytes of all that is not an array.
    private const int MostScalars = 256;

    /// <summary>The section of a start; null for one that is not begun.</summary>
    public static byte[] Write<T>(TrainingState<T>? state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (state is null) return [NotBegun];
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8, true);
        writer.Write(state.IsTrimmed ? Trimmed : Begun);
        writer.Write(state.Epoch);
        writer.Write(state.Position);
        writer.Write(state.Steps);
        writer.Write(state.Reason is { } reason ? (byte)reason : NoReason);
        writer.Write(state.IsMeasured);
        writer.Write(state.IsMeasured ? state.FinalLoss : double.NaN);
        writer.Write(state.IsMeasured ? state.FinalValidationLoss : double.NaN);
        if (state.IsTrimmed) return stream.ToArray();
        WriteRandom(writer, state.Order);
        WriteRandom(writer, state.Noise);
        if (state.Reason == TrainingStopReason.NotFinite)
        {
            writer.Write(state.Failed!.Sample is not null);
            writer.Write(state.Failed.Sample ?? 0);
            writer.Write(state.Failed.Loss);
        }

        WriteArray<double>(writer, state.Losses.AsSpan(0, state.Steps));
        WriteArray<double>(writer, CollectionsMarshal.AsSpan(state.EpochLoss));
        WriteArray<double>(writer, CollectionsMarshal.AsSpan(state.ValidationLoss));
        WriteArray<T>(writer, state.Parameters);
        foreach (var memory in state.Memory) WriteArray<T>(writer, memory);
        writer.Write(state.BestEpoch);
        writer.Write(state.BestLoss);
        if (state.BestParameters is { } best) WriteArray<T>(writer, best);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The most bytes of a section.</summary>
    /// <param name="plan">The training.</param>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="memoryCount">How many arrays the optimizer remembers.</param>
    public static long MostBytes(TrainingPlan plan, int parameterCount, int memoryCount) =>
        MostScalars + ((plan.Steps + (2L * plan.Options.Epochs) + ((memoryCount + 2L) * parameterCount)) * sizeof(double));

    /// <summary>Reads a section; null for a start that is not begun.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="plan">The training that it has to fit.</param>
    /// <param name="seed">The seed of the start.</param>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="memoryCount">How many arrays the optimizer remembers.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    public static TrainingState<T>? Read<T>(CheckpointReader reader, TrainingPlan plan, int seed, int parameterCount, int memoryCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var kind = reader.Byte();
        if (kind == NotBegun) return null;
        if (kind > Trimmed) throw CheckpointReader.Wrong(kind);
        var (rows, batch) = (plan.Rows.Training.Length, plan.Options.BatchSize);
        var epoch = reader.Int32(0, plan.Options.Epochs);
        var position = reader.Int32(0, rows);
        if (position != rows && position % batch != 0) throw CheckpointReader.Wrong(position);
        var steps = reader.Int32(0, plan.Steps);
        if (steps != ((long)epoch * plan.StepsPerEpoch) + (position + (long)batch - 1) / batch) throw CheckpointReader.Wrong(steps);
        var code = reader.Byte();
        if (code != NoReason && !Enum.IsDefined((TrainingStopReason)code)) throw CheckpointReader.Wrong(code);
        TrainingStopReason? reason = code == NoReason ? null : (TrainingStopReason)code;
        if (reason is null && epoch == plan.Options.Epochs) throw CheckpointReader.Wrong(epoch);
        var state = new TrainingState<T>
        {
            Seed = seed,
            Parameters = [],
            Memory = [],
            Epoch = epoch,
            Position = position,
            Steps = steps,
            Reason = reason,
            IsMeasured = reader.Flag(),
            FinalLoss = reader.Double(),
            FinalValidationLoss = reader.Double(),
        };
        if ((kind == Trimmed && !state.IsMeasured) || (state.IsMeasured && reason is null)) throw CheckpointReader.Wrong(kind);
        if (kind == Trimmed)
        {
            state.Trim();
            return state;
        }

        state.Order = ReadRandom(reader);
        state.Noise = ReadRandom(reader);
        if (reason == TrainingStopReason.NotFinite)
        {
            var hasSample = reader.Flag();
            var sample = reader.Int32(int.MinValue, int.MaxValue);
            state.Failed = new TrainingStep(steps + 1, epoch + 1, hasSample ? sample : null, reader.Double());
        }

        state.Losses = reader.Array<double>(steps);
        state.EpochLoss = [.. reader.Array<double>(epoch)];
        state.ValidationLoss = [.. reader.Array<double>(plan.Rows.Validation.Length > 0 ? epoch : 0)];
        state.Parameters = reader.Array<T>(parameterCount);
        state.Memory = new T[memoryCount][];
        for (var i = 0; i < memoryCount; i++) state.Memory[i] = reader.Array<T>(parameterCount);
        state.BestEpoch = reader.Int32(0, plan.Options.Patience is null ? 0 : epoch);
        state.BestLoss = reader.Double();
        if (state.BestLoss < double.PositiveInfinity) state.BestParameters = reader.Array<T>(parameterCount);
        return state;
    }

    private static void WriteArray<T>(BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged => writer.Write(MemoryMarshal.AsBytes(values));

    private static void WriteRandom(BinaryWriter writer, (ulong S0, ulong S1, ulong S2, ulong S3) state)
    {
        writer.Write(state.S0);
        writer.Write(state.S1);
        writer.Write(state.S2);
        writer.Write(state.S3);
    }

    private static (ulong S0, ulong S1, ulong S2, ulong S3) ReadRandom(CheckpointReader reader)
    {
        var state = (reader.UInt64(), reader.UInt64(), reader.UInt64(), reader.UInt64());

        // The one state that the generator never reaches and never leaves.
        return state == default ? throw CheckpointReader.Wrong(0) : state;
    }
}
