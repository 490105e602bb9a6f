using System.Diagnostics;
using System.Numerics;
using System.Runtime.ExceptionServices;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training;

/// <summary>Trains a model from one start or several, and keeps the best. The result does not depend on the number of threads.</summary>
/// <typeparam name="T">The numbers of the parameters: double or float.</typeparam>
internal sealed class TrainingLoop<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MillisecondsBetweenReports = 100;

    private readonly ITrainingModel<T> _model;
    private readonly T[] _start;
    private readonly Func<int, T[]>? _newStart;
    private readonly TrainingPlan _plan;
    private readonly TrainingOptions _options;
    private readonly int[] _seeds;
    private readonly TrainingState<T>?[] _states;
    private readonly byte[][] _sections;
    private readonly Lock _gate = new();
    private CheckpointFile? _file;
    private string? _fileProblem;
    private TimeSpan _before;
    private long _begun;
    private long _reported;
    private int _taken = -1;

    /// <summary>Prepares a training.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="plan">How.</param>
    /// <param name="start">The start of the first run.</param>
    /// <param name="newStart">Makes the starts of further runs from seeds; null when there are none.</param>
    public TrainingLoop(ITrainingModel<T> model, TrainingPlan plan, T[] start, Func<int, T[]>? newStart)
    {
        _model = model;
        _plan = plan;
        _options = plan.Options;
        _start = start;
        _newStart = newStart;
        _seeds = new int[_options.Restarts];
        _states = new TrainingState<T>?[_options.Restarts];
        _sections = new byte[_options.Restarts][];
        var random = new RandomSource(_options.Seed, TrainingStreams.Restarts);
        for (var i = 0; i < _seeds.Length; i++)
        {
            _seeds[i] = i == 0 ? _options.Seed : random.NextInt(int.MaxValue);
            _sections[i] = CheckpointSection.Write<T>(null);
        }
    }

    /// <summary>What is hashed into checkpoints; needed when there is a path for them.</summary>
    public Func<(byte[] Model, byte[] Data)>? Subject { get; init; }

    /// <summary>For how long final losses are measured after Ctrl+C: they are worth having, but not worth waiting for.</summary>
    public TimeSpan TimeForLastLosses { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How many threads train starts side by side.</summary>
    public static int Workers(TrainingOptions options) => Math.Min(options.Threads, options.Restarts);

    /// <summary>Trains.</summary>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    /// <returns>The result without the parameters, the parameters of the best start, and its number, from 0.</returns>
    public (TrainingResult Result, T[] Parameters, int Best) Run(CancellationToken cancellation)
    {
        _begun = Stopwatch.GetTimestamp();
        OpenCheckpoint();
        TrainAll(cancellation);
        if (cancellation.IsCancellationRequested) MeasureUnfinished();
        var best = Best();
        WriteCheckpoint();
        return (ResultOf(best), _states[best]!.Kept, best);
    }

    private void OpenCheckpoint()
    {
        if (_options.CheckpointPath is not { } path) return;
        CheckpointFile.CheckWritable(_options);
        var (model, data) = Subject!();
        _file = new CheckpointFile(path, _options.Force, new CheckpointSubject(_options, model, data));
        if (!_options.Resume) return;
        var memoryCount = new TrainingUpdate<T>(_options, 0, static _ => false).Memory.Length;
        _before = _file.Read(reader =>
        {
            for (var i = 0; i < _states.Length; i++)
            {
                _states[i] = CheckpointSection.Read<T>(reader, _plan, _seeds[i], _start.Length, memoryCount);
                _sections[i] = CheckpointSection.Write(_states[i]);
            }

            if (_states.Any(static state => state is not null) && _states[Best()]!.IsTrimmed) throw new InvalidDataException("the best start is missing");
        }) ?? TimeSpan.Zero;
    }

    private void TrainAll(CancellationToken cancellation)
    {
        // A start that fails with an exception ends the others.
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var others = new Task[Workers(_options) - 1];
        for (var i = 0; i < others.Length; i++)
        {
            var model = _model.ForAnotherThread();
            others[i] = Task.Factory.StartNew(() => Work(model, null), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Exception? failure = null;
        try
        {
            Work(_model, _options.Progress is null ? null : ReportNowAndThen);
            while (_options.Progress is not null && !Task.WhenAll(others).Wait(MillisecondsBetweenReports, CancellationToken.None)) ReportNowAndThen();
        }
        catch (Exception exception)
        {
            failure = exception;
            linked.Cancel();
        }

        try
        {
            Task.WaitAll(others, CancellationToken.None);
        }
        catch (AggregateException exception)
        {
            failure ??= exception;
        }

        if (failure is AggregateException { InnerException: { } inner }) failure = inner;
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);

        void Work(ITrainingModel<T> model, Action? afterSteps)
        {
            try
            {
                while (true)
                {
                    var index = Interlocked.Increment(ref _taken);
                    if (index >= _states.Length) return;

                    // The first is begun even then: a result has parameters.
                    if (linked.IsCancellationRequested && index > 0) return;
                    Train(index, model, afterSteps, linked.Token);
                }
            }
            catch
            {
                linked.Cancel();
                throw;
            }
        }
    }

    private void Train(int index, ITrainingModel<T> model, Action? afterSteps, CancellationToken cancellation)
    {
        var start = _states[index] is not null ? null : index == 0 ? _start : _newStart!(_seeds[index]);
        var state = _states[index] ??= TrainingRun<T>.Begin(start!, _seeds[index]);
        if (state.IsMeasured) return;
        var run = new TrainingRun<T>(state, model.IsDecayed, _plan);
        bool finished;
        try
        {
            finished = run.Train(model, _file is null ? null : AfterEpoch, afterSteps, cancellation);
        }
        catch (RowFaultException fault) when (_plan.Samples is { } numbers)
        {
            throw fault.Numbered(numbers[fault.Row]);
        }

        if (start is not null && state.FailedRows is { } rows)
        {
            state.FailsAtStart = Fails(model, start, rows, cancellation);
            if (state is { FailsAtStart: true, Failed: { Sample: null } failed }) state.Failed = failed with { Sample = SampleOf(model, start, rows, cancellation) };
        }

        lock (_gate)
        {
            state.IsMeasured = finished;
            TrimBeaten();
            if (_file is null) return;
            for (var i = 0; i < _states.Length; i++)
            {
                if (i == index || _states[i] is { IsTrimmed: true }) _sections[i] = CheckpointSection.Write(_states[i]);
            }

            if (_options.Restarts > 1) WriteCheckpoint();
        }

        void AfterEpoch(TrainingState<T> current)
        {
            if (current.Epoch % _options.CheckpointInterval != 0) return;
            lock (_gate)
            {
                _sections[index] = CheckpointSection.Write(current);
                WriteCheckpoint();
            }
        }
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
    private int? SampleOf(ITrainingModel<T> model, T[] parameters, int[] rows, CancellationToken cancellation)
    {
        int? failing = null;
        var passes = false;
        foreach (var row in rows)
        {
            if (Fails(model, parameters, [row], cancellation)) failing ??= _plan.Samples?[row] ?? row + 1;
            else passes = true;
            if (cancellation.IsCancellationRequested) return null;
            if (passes && failing is not null) return failing;
        }

        return null;
    }

    // Of the finished starts only one can still be the best; it does not matter in which order they finish.
    private void TrimBeaten()
    {
        TrainingState<T>? best = null;
        foreach (var state in _states)
        {
            if (state is not { IsMeasured: true }) continue;
            if (best is null)
            {
                best = state;
                continue;
            }

            var beaten = IsBetter(state, best) ? best : state;
            if (beaten == best) best = state;
            if (!beaten.IsTrimmed) beaten.Trim();
        }
    }

    private void MeasureUnfinished()
    {
        using var limit = new CancellationTokenSource(TimeForLastLosses);
        foreach (var state in _states)
        {
            if (state is null or { IsMeasured: true }) continue;
            try
            {
                TrainingRun<T>.Measure(state, _plan.Rows, _model, limit.Token);
            }
            catch (OperationCanceledException)
            {
                // Its loss stays unknown.
            }
        }
    }

    private int Best()
    {
        var best = -1;
        for (var i = 0; i < _states.Length; i++)
        {
            if (_states[i] is { } state && (best < 0 || IsBetter(state, _states[best]!))) best = i;
        }

        return best;
    }

    private bool IsBetter(TrainingState<T> one, TrainingState<T> other)
    {
        var (oneEnded, otherEnded) = (IsFinite(one), IsFinite(other));
        return oneEnded == otherEnded ? Judged(one) < Judged(other) : oneEnded;

        bool IsFinite(TrainingState<T> state) => state.Reason != TrainingStopReason.NotFinite && double.IsFinite(Judged(state));
    }

    private double Judged(TrainingState<T> state)
    {
        var loss = _plan.Rows.Validation.Length > 0 ? state.FinalValidationLoss : state.FinalLoss;
        return double.IsNaN(loss) ? double.PositiveInfinity : loss;
    }

    private void WriteCheckpoint()
    {
        if (_file is not null) _fileProblem = _file.Write(_before + Stopwatch.GetElapsedTime(_begun), _sections);
    }

    private void ReportNowAndThen()
    {
        var now = Environment.TickCount64;
        if (now - _reported < MillisecondsBetweenReports) return;
        _reported = now;
        var done = 0.0;
        TrainingState<T>? shown = null;
        foreach (var state in _states)
        {
            if (state is null) continue;
            done += state.Reason is null ? (double)state.Steps / _plan.Steps : 1;
            if (shown is null || shown.Reason is not null) shown = state;
        }

        var epoch = Math.Min((shown?.Epoch ?? 0) + 1, _options.Epochs);
        _options.Progress!(new TrainingProgress(epoch, _options.Epochs, done / _states.Length, shown?.LastEpochLoss ?? double.NaN));
    }

    private TrainingResult ResultOf(int best)
    {
        var state = _states[best]!;
        var elapsed = _before + Stopwatch.GetElapsedTime(_begun);
        var restarts = new List<TrainingRestart>();
        var rows = 0.0;
        for (var i = 0; i < _states.Length; i++)
        {
            if (_states[i] is not { } one) continue;
            rows += ((double)one.Epoch * _plan.Rows.Training.Length) + one.Position;
            double? validation = _plan.Rows.Validation.Length > 0 ? one.FinalValidationLoss : null;
            restarts.Add(new TrainingRestart(i + 1, one.Seed, one.FinalLoss, validation, one.Steps, one.BegunEpochs, ReasonOf(one), i == best));
        }

        var epochLoss = state.EpochLoss;
        if (state.Position > 0)
        {
            var steps = state.Steps - (state.Epoch * _plan.StepsPerEpoch);
            epochLoss = [.. epochLoss, TrainingRun<T>.MeanOfEpoch(state.Losses.AsSpan(state.Steps - steps, steps), state.Position, _options.BatchSize)];
        }

        return new TrainingResult
        {
            Loss = state.Losses[..state.Steps],
            EpochLoss = epochLoss.ToArray(),
            ValidationLoss = state.ValidationLoss.ToArray(),
            FinalLoss = state.FinalLoss,
            StopReason = ReasonOf(state),
            FailedStep = state.Failed,
            FailsAtStart = state.FailsAtStart,
            KeptEpoch = _options.Patience is null ? null : state.BestEpoch,
            Seed = _options.Seed,
            Elapsed = elapsed,
            RowsPerSecond = elapsed > TimeSpan.Zero ? rows / elapsed.TotalSeconds : 0,
            Optimizer = _options.Optimizer,
            LearningRate = _options.LearningRate,
            BatchSize = _options.BatchSize,
            Restarts = restarts.ToArray(),
            CheckpointProblem = _fileProblem,
            StepsPerEpoch = _plan.StepsPerEpoch,
            Samples = _options.BatchSize == 1 ? Array.ConvertAll(_plan.Rows.Training, row => _plan.Samples?[row] ?? row + 1) : null,
            OrderSeed = _options.Shuffle ? state.Seed : null,
        };
    }

    private static TrainingStopReason ReasonOf(TrainingState<T> state) =>
        state.IsMeasured ? state.Reason!.Value : TrainingStopReason.Cancelled;
}
