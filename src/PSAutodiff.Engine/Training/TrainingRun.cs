using System.Numerics;
using System.Runtime.CompilerServices;
using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training;

/// <summary>One start of a training, from its first step to its end or to where it is stopped, from where it can go on.</summary>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A long training that is stopped early should not have paid for all of its steps.
    private const int FirstLosses = 1 << 16;

    // Between looks at the token and the clock; such steps may take only 100 ns each.
    private const int MostStepsAtOnce = 256;

    private readonly TrainingOptions _options;
    private readonly TrainingRows _rows;
    private readonly int[]? _samples;
    private readonly int _stepsPerEpoch;
    private readonly int _planned;
    private readonly TrainingUpdate<T> _update;
    private readonly LbfgsSteps<T>? _search;
    private readonly TrainingOrder _order;
    private readonly BatchNoise? _noise;
    private readonly T[] _gradient;
    private T[] _next;

    // The rows of epochs that are taken together; none where something is to be looked at between two epochs.
    private int[] _ahead = [];

    /// <summary>Prepares to go on from a state.</summary>
    /// <param name="state">The state, which is changed from now on.</param>
    /// <param name="isDecayed">Whether weight decay applies to a parameter.</param>
    /// <param name="plan">What all starts have in common.</param>
    public TrainingRun(TrainingState<T> state, Func<int, bool> isDecayed, TrainingPlan plan)
    {
        State = state;
        _options = plan.Options;
        _rows = plan.Rows;
        _samples = plan.Samples;
        _stepsPerEpoch = plan.StepsPerEpoch;
        _planned = plan.Steps;
        _gradient = new T[state.Parameters.Length];
        _next = new T[state.Parameters.Length];
        _update = new TrainingUpdate<T>(_options, state.Parameters.Length, isDecayed, _options.IsPlain ? null : new LearningRates(_options, _stepsPerEpoch, _planned));
        if (_options.Optimizer == TrainingOptimizer.LBFGS) _search = new LbfgsSteps<T>(_options, state.Parameters.Length, isDecayed);
        var memory = _search?.Memory ?? _update.Memory;
        for (var i = 0; i < state.Memory.Length; i++) state.Memory[i].CopyTo(memory[i], 0);
        state.Memory = memory;
        _order = new TrainingOrder(_rows.Training, _options.Shuffle ? state.Seed : null);
        if (_options.HasNoise || plan.HasMasks)
        {
            _noise = new BatchNoise(new RandomSource(state.Seed, TrainingStreams.Noise) { State = state.Noise }, _options.InputNoise, _options.GaussianDropout);
        }
    }

    /// <summary>Where it is.</summary>
    public TrainingState<T> State { get; }

    /// <summary>How many arrays of numbers for the parameters a state remembers.</summary>
    public static int MemoryCount(TrainingOptions options) =>
        options.Optimizer == TrainingOptimizer.LBFGS ? LbfgsSteps<T>.MemoryCount : new TrainingUpdate<T>(options, 0, static _ => false).Memory.Length;

    /// <summary>The state before the first step.</summary>
    public static TrainingState<T> Begin(T[] start, int seed) => new()
    {
        Seed = seed,
        Parameters = [.. start],
        Memory = [],
        Order = new RandomSource(seed, TrainingStreams.Order).State,
        Noise = new RandomSource(seed, TrainingStreams.Noise).State,
    };

    /// <summary>Trains to the end, or until it is cancelled; the state is then that between two steps.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="afterEpoch">Called after each epoch that is not the last.</param>
    /// <param name="afterSteps">Called often.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Whether it ended, its final losses included.</returns>
    public bool Train(ITrainingModel<T> model, Action<TrainingState<T>>? afterEpoch, Action? afterSteps, CancellationToken cancellation)
    {
        try
        {
            var descends = _options.BatchSize == 1 && _options.Optimizer == TrainingOptimizer.GradientDescent && _options is { WeightDecay: 0, IsPlain: true };
            var descent = descends && model is IDescentModel<T> { Descends: true } own ? own : null;
            if (descent is not null && afterEpoch is null && _rows.Validation.Length == 0 && _options is { Shuffle: false, Patience: null, StopLoss: null, MinDecrease: null })
                _ahead = [.. Enumerable.Repeat(_order.Next(), Math.Min(MostStepsAtOnce / _stepsPerEpoch, _options.Epochs)).SelectMany(static rows => rows)];
            if (_options.Patience is not null && State.BestParameters is null) Judge(Judged(model, cancellation));
            while (State.Reason is null)
            {
                if (!Epoch(model, descent, afterSteps, cancellation)) return false;
                if (State.Reason is null) afterEpoch?.Invoke(State);
            }

            Measure(State, _rows, model, cancellation);
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The state is that before the call that was given up.
            return false;
        }
    }

    /// <summary>Computes the final losses.</summary>
    public static void Measure(TrainingState<T> state, TrainingRows rows, ITrainingModel<T> model, CancellationToken cancellation)
    {
        if (rows.Validation.Length > 0) state.FinalValidationLoss = model.Loss(state.Kept, rows.Validation, cancellation);
        state.FinalLoss = model.Loss(state.Kept, rows.Training, cancellation);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Epoch(ITrainingModel<T> model, IDescentModel<T>? descent, Action? afterSteps, CancellationToken cancellation)
    {
        if (_options.Shuffle) _order.State = State.Order;
        var order = _order.Next();
        while (State.Position < order.Length)
        {
            if (cancellation.IsCancellationRequested) return false;
            if (State.Steps == _planned)
            {
                State.Reason = TrainingStopReason.MaxSteps;
                return true;
            }

            var more = descent is null ? Step(model, order, cancellation) : Descend(descent, order, cancellation);
            if (!more) return true;
            afterSteps?.Invoke();
        }

        EndEpoch(model, cancellation);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Step(ITrainingModel<T> model, int[] order, CancellationToken cancellation)
    {
        var rows = order.AsSpan(State.Position, Math.Min(_options.BatchSize, order.Length - State.Position));
        double loss;
        if (_search is not null)
        {
            (loss, var isTaken) = _search.Step(model, _rows.Training, State.Parameters, _next, cancellation);
            if (isTaken is null) return Fail(order, loss);
            if (isTaken is true) return Take(loss, rows.Length);
            State.Reason = TrainingStopReason.Converged;
            return false;
        }

        try
        {
            loss = model.Gradient(State.Parameters, rows, _gradient, _noise, cancellation);
        }
        catch (OperationCanceledException) when (_noise is not null)
        {
            _noise.Random.State = State.Noise;
            throw;
        }

        if (!double.IsFinite(loss) || !_update.Step(State.Steps + 1, State.Parameters, _gradient, _next, model.Team)) return Fail(order, loss);
        if (_noise is not null) State.Noise = _noise.Random.State;
        return Take(loss, rows.Length);
    }

    private bool Take(double loss, int rows)
    {
        (State.Parameters, _next) = (_next, State.Parameters);
        MakeRoom(1);
        State.Losses[State.Steps++] = loss;
        State.Position += rows;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Descend(IDescentModel<T> model, int[] order, CancellationToken cancellation)
    {
        var rows = (State.Position == 0 && _ahead.Length > order.Length ? _ahead : order).AsSpan(State.Position);
        var count = Math.Min(Math.Min(MostStepsAtOnce, rows.Length), _planned - State.Steps);
        MakeRoom(count);
        var losses = State.Losses.AsSpan(State.Steps, count);
        var taken = model.Descend(State.Parameters, rows[..count], _options.LearningRate, _planned, losses);
        var failed = taken < count;
        var left = taken;
        for (var inEpoch = order.Length - State.Position; left > inEpoch || (left == inEpoch && failed); inEpoch = order.Length)
        {
            Advance(inEpoch);
            left -= inEpoch;
            EndEpoch(model, cancellation);
        }

        Advance(left);
        return !failed || Fail(order, losses[taken]);

        void Advance(int steps)
        {
            State.Steps += steps;
            State.Position += steps;
        }
    }

    private bool Fail(int[] order, double loss)
    {
        var row = order[State.Position];
        int? sample = _options.BatchSize == 1 ? _samples?[row] ?? row + 1 : null;
        State.Failed = new TrainingStep(State.Steps + 1, State.Epoch + 1, sample, loss);
        State.FailedRows = order[State.Position..Math.Min(State.Position + _options.BatchSize, order.Length)];
        State.Reason = TrainingStopReason.NotFinite;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndEpoch(ITrainingModel<T> model, CancellationToken cancellation)
    {
        var mean = MeanOfEpoch(State.Losses.AsSpan(State.Steps - _stepsPerEpoch, _stepsPerEpoch), State.Position, _options.BatchSize);
        // Before the state is changed, since it may be cancelled.
        var judged = _rows.Validation.Length > 0 || _options.Patience is not null ? Judged(model, cancellation) : mean;
        if (_rows.Validation.Length > 0) State.ValidationLoss.Add(judged);
        var decrease = State.EpochLoss.Count > 0 ? State.EpochLoss[^1] - mean : double.NaN;
        State.EpochLoss.Add(mean);
        State.LastEpochLoss = mean;
        State.Epoch++;
        State.Position = 0;
        if (_options.Shuffle) State.Order = _order.State;
        if (_options.Patience is not null) Judge(judged);
        if (mean < _options.StopLoss) State.Reason = TrainingStopReason.StopLoss;
        else if (State.Epoch == _options.Epochs) State.Reason = TrainingStopReason.Completed;
        else if (State.Epoch - State.BestEpoch >= _options.Patience) State.Reason = TrainingStopReason.Patience;
        else if (decrease < _options.MinDecrease) State.Reason = TrainingStopReason.MinDecrease;
    }

    // The loss of the parameters as they are; those of the steps are of the parameters before each of them.
    private double Judged(ITrainingModel<T> model, CancellationToken cancellation) =>
        model.Loss(State.Parameters, _rows.Validation.Length > 0 ? _rows.Validation : _rows.Training, cancellation);

    private void Judge(double loss)
    {
        if (!(loss < State.BestLoss)) return;
        (State.BestLoss, State.BestEpoch) = (loss, State.Epoch);
        State.BestParameters ??= new T[State.Parameters.Length];
        State.Parameters.CopyTo(State.BestParameters, 0);
    }

    /// <summary>The mean over the rows of an epoch, of which the last batch may have fewer.</summary>
    /// <param name="losses">The losses of its steps, at least one.</param>
    /// <param name="rows">The rows that they went over.</param>
    /// <param name="batchSize">Rows in a step, but for the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double MeanOfEpoch(ReadOnlySpan<double> losses, int rows, int batchSize)
    {
        if (losses.Length == 1) return losses[0];
        var sum = 0.0;
        foreach (var loss in losses[..^1]) sum += loss;
        var last = rows == losses.Length * (long)batchSize ? 1 : (rows - ((losses.Length - 1) * (double)batchSize)) / batchSize;
        return (sum + (losses[^1] * last)) / (losses.Length - 1 + last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeRoom(int count)
    {
        var needed = (long)State.Steps + count;
        if (needed <= State.Losses.Length) return;
        var length = Math.Min(_planned, Math.Max(needed, State.Losses.Length == 0 ? FirstLosses : State.Losses.Length * 2L));
        var losses = State.Losses;
        Array.Resize(ref losses, (int)length);
        State.Losses = losses;
    }
}
