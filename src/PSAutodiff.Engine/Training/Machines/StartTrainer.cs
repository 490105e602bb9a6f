using System.Collections.Concurrent;
using System.Numerics;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training.Machines;

/// <summary>Trains single starts of a training, on several threads at once.</summary>
internal interface IStartTrainer
{
    /// <summary>Trains a start to its end.</summary>
    /// <param name="request">What <see cref="StartTrainer{T}.Write"/> wrote.</param>
    /// <param name="cancellation">Ends it early, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Its state, as in a checkpoint; little of it where another start is known to be better.</returns>
    /// <exception cref="AutodiffException">The start cannot be trained.</exception>
    byte[] Train(CheckpointReader request, CancellationToken cancellation);
}

/// <summary>Trains starts of one model: the one way to do it, here and on other machines.</summary>
internal sealed class StartTrainer<T>(ITrainingModel<T> model, TrainingPlan plan) : IStartTrainer
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConcurrentBag<ITrainingModel<T>> _free = [model];
    private readonly int _memoryCount = TrainingRun<T>.MemoryCount(plan.Options);

    /// <summary>Trains a start as far as it is not trained yet.</summary>
    /// <param name="state">Where it is; changed.</param>
    /// <param name="start">Its first parameters, when no step was taken yet; else null.</param>
    /// <param name="model">The model, for this thread.</param>
    /// <param name="plan">What all starts have in common.</param>
    /// <param name="afterEpoch">Called after each epoch that is not the last.</param>
    /// <param name="afterSteps">Called often.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Whether it ended.</returns>
    public static bool Train(TrainingState<T> state, T[]? start, ITrainingModel<T> model, TrainingPlan plan, Action<TrainingState<T>>? afterEpoch, Action? afterSteps, CancellationToken cancellation)
    {
        bool finished;
        try
        {
            finished = new TrainingRun<T>(state, model.IsDecayed, plan).Train(model, afterEpoch, afterSteps, cancellation);
        }
        catch (RowFaultException fault) when (plan.Samples is { } numbers)
        {
            throw fault.Numbered(numbers[fault.Row]);
        }

        if (start is not null && state.FailedRows is { } rows)
        {
            state.FailsAtStart = Fails(model, start, rows, cancellation);
            if (state is { FailsAtStart: true, Failed: { Sample: null } failed }) state.Failed = failed with { Sample = SampleOf(model, plan, start, rows, cancellation) };
        }

        return finished;
    }

    /// <inheritdoc/>
    public byte[] Train(CheckpointReader request, CancellationToken cancellation)
    {
        var seed = request.Int32(int.MinValue, int.MaxValue);
        var bar = request.Double();
        var begun = request.Flag();
        var start = begun ? null : request.Array<T>(model.ParameterCount);
        var state = begun ? CheckpointSection.Read<T>(request, plan, seed, model.ParameterCount, _memoryCount) : TrainingRun<T>.Begin(start!, seed);
        if (state is null or { IsTrimmed: true } || request.Remaining > 0) throw new InvalidDataException("it is not a start to be trained");
        if (!_free.TryTake(out var mine)) mine = model.ForAnotherThread();
        if (!Train(state, start, mine, plan, null, null, cancellation)) throw new OperationCanceledException(cancellation);
        _free.Add(mine);
        state.IsMeasured = true;

        // All that it was is only asked of the best.
        if (bar < double.PositiveInfinity && !(state.IsFinite(plan) && state.Judged(plan) <= bar)) state.Trim();
        return [state.FailsAtStart ? (byte)1 : (byte)0, .. CheckpointSection.Write(state)];
    }

    /// <summary>The request for a start.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="seed">The seed of the start.</param>
    /// <param name="start">Its first parameters; null where it is begun.</param>
    /// <param name="state">How far it is; null where it is not begun.</param>
    /// <param name="bar">The least loss that is known: of a start that ends above it nothing else is sent. Infinite for none.</param>
    public static void Write(BinaryWriter writer, int seed, T[]? start, TrainingState<T>? state, double bar)
    {
        writer.Write(seed);
        writer.Write(bar);
        writer.Write(state is not null);
        writer.Write(state is not null ? CheckpointSection.Write(state) : System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(start).ToArray());
    }

    /// <summary>The state that a machine sent.</summary>
    /// <exception cref="InvalidDataException">It is none that this start can end in.</exception>
    public static TrainingState<T> Read(CheckpointReader reader, TrainingPlan plan, int seed, int parameterCount)
    {
        var fails = reader.Flag();
        var state = CheckpointSection.Read<T>(reader, plan, seed, parameterCount, TrainingRun<T>.MemoryCount(plan.Options));
        if (state is not { IsMeasured: true } || reader.Remaining > 0) throw new InvalidDataException("it is not the end of a start");
        state.FailsAtStart = fails;
        state.LastEpochLoss = state.EpochLoss.Count > 0 ? state.EpochLoss[^1] : state.FinalLoss;
        return state;
    }

    private static bool Fails(ITrainingModel<T> model, T[] parameters, int[] rows, CancellationToken cancellation)
    {
        var gradient = new T[parameters.Length];
        try
        {
            return !double.IsFinite(model.Gradient(parameters, rows, gradient, null, cancellation)) || !gradient.All(T.IsFinite);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The number of the first row of a batch that fails, as far as others do not; null where all do or none does alone.</summary>
    private static int? SampleOf(ITrainingModel<T> model, TrainingPlan plan, T[] parameters, int[] rows, CancellationToken cancellation)
    {
        int? failing = null;
        var passes = false;
        foreach (var row in rows)
        {
            if (Fails(model, parameters, [row], cancellation)) failing ??= plan.Samples?[row] ?? row + 1;
            else passes = true;
            if (cancellation.IsCancellationRequested) return null;
            if (passes && failing is not null) return failing;
        }

        return null;
    }
}
