using System.Diagnostics;
using System.Numerics;
using System.Runtime.ExceptionServices;
using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Machines;
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
    private readonly WorkList _work;
    private readonly List<MachineHelp> _helps = [];

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
        _work = new WorkList(_options.Restarts);
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

    /// <summary>What is trained, for other machines; needed when there are any.</summary>
    public Func<JobMessage>? Job { get; init; }

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
        var isLost = !_work.IsDone && !cancellation.IsCancellationRequested;
        if ((isLost || cancellation.IsCancellationRequested) && Best() < 0) _states[0] = TrainingRun<T>.Begin(_start, _seeds[0]);
        if (isLost || cancellation.IsCancellationRequested) MeasureUnfinished();
        var best = Best();
        WriteCheckpoint();
        var result = ResultOf(best);
        if (isLost) result.MachinesLost = _work.Done;
        return (result, _states[best]!.Kept, best);
    }

    private void OpenCheckpoint()
    {
        if (_options.CheckpointPath is not { } path) return;
        CheckpointFile.CheckWritable(_options);
        var (model, data) = Subject!();
        _file = new CheckpointFile(path, _options.Force, new CheckpointSubject(_options, model, data));
        if (!_options.Resume) return;
        var memoryCount = TrainingRun<T>.MemoryCount(_options);
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
        var machines = _options.Machines ?? [];
        var isLocal = machines.Count == 0 || _options.IncludesLocal;
        var others = new List<Task>();
        for (var i = 1; i < Workers(_options) && isLocal; i++)
        {
            var model = _model.ForAnotherThread();
            others.Add(Task.Factory.StartNew(() => Work(model, null), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        var job = new Lazy<JobMessage>(() => Job!());
        foreach (var machine in machines)
        {
            var help = new MachineHelp(machine, _work, job, _options.Restarts, RequestOf, Take) { LongestEnd = CheckpointSection.MostBytes(_plan, _start.Length, TrainingRun<T>.MemoryCount(_options)) };
            _helps.Add(help);
            others.Add(Task.Factory.StartNew(() => Help(help), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        Exception? failure = null;
        try
        {
            if (isLocal) Work(_model, _options.Progress is null && machines.Count == 0 ? null : ReportNowAndThen);
            while ((_options.Progress is not null || machines.Count > 0) && !Task.WhenAll(others).Wait(MillisecondsBetweenReports, CancellationToken.None)) ReportNowAndThen();
            ReportLost();
        }
        catch (Exception exception)
        {
            failure = exception;
            linked.Cancel();
        }

        try
        {
            Task.WaitAll([.. others], CancellationToken.None);
        }
        catch (AggregateException exception)
        {
            failure ??= exception;
        }

        if (failure is AggregateException { InnerException: { } inner }) failure = inner;
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);

        void Help(MachineHelp help)
        {
            try
            {
                help.Run(linked.Token);
            }
            catch (OperationCanceledException) when (linked.IsCancellationRequested)
            {
                // Nobody waits for it.
            }
            catch
            {
                linked.Cancel();
                throw;
            }
        }

        void Work(ITrainingModel<T> model, Action? afterSteps)
        {
            try
            {
                while (true)
                {
                    if (!_work.TryTake(out var index))
                    {
                        // What a machine has may come back.
                        if (machines.Count == 0 || _work.IsDone || linked.IsCancellationRequested) return;
                        _work.Wait(MillisecondsBetweenReports);
                        afterSteps?.Invoke();
                        continue;
                    }

                    // The first is begun even then: a result has parameters.
                    if (linked.IsCancellationRequested && index > 0) return;
                    Train(index, model, afterSteps, linked.Token);
                    _work.Complete();
                }
            }
            catch
            {
                linked.Cancel();
                throw;
            }
        }
    }

    // What a machine needs for a start: its first parameters, or how far it is, and from which loss on nobody will ask for more than the loss.
    private void RequestOf(int index, BinaryWriter writer)
    {
        lock (_gate)
        {
            var state = _states[index];
            StartTrainer<T>.Write(writer, _seeds[index], state is null ? index == 0 ? _start : _newStart!(_seeds[index]) : null, state, Best() is >= 0 and var best && _states[best] is { IsMeasured: true } known && known.IsFinite(_plan) ? known.Judged(_plan) : double.PositiveInfinity);
        }
    }

    // A start that was done elsewhere, now or before the checkpoint.
    private bool Take(int index, CheckpointReader? reader)
    {
        if (reader is null) return _states[index] is { IsMeasured: true };
        var state = StartTrainer<T>.Read(reader, _plan, _seeds[index], _start.Length);
        lock (_gate)
        {
            if (state.IsTrimmed && !(Best() is >= 0 and var best && IsBetter(_states[best]!, state))) throw new InvalidDataException("it is not the whole end of a start");
            _states[index] = state;
            Settle(index);
        }

        return true;
    }

    private void ReportLost()
    {
        foreach (var help in _helps)
        {
            if (help.TakeLoss() is { } why) _options.MachineLost?.Invoke(help.Name, why);
        }
    }

    private void Train(int index, ITrainingModel<T> model, Action? afterSteps, CancellationToken cancellation)
    {
        var start = _states[index] is not null ? null : index == 0 ? _start : _newStart!(_seeds[index]);
        var state = _states[index] ??= TrainingRun<T>.Begin(start!, _seeds[index]);
        if (state.IsMeasured) return;
        var finished = StartTrainer<T>.Train(state, start, model, _plan, _file is null ? null : AfterEpoch, afterSteps, cancellation);
        lock (_gate)
        {
            state.IsMeasured = finished;
            Settle(index);
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

    // Within the lock: a start has ended.
    private void Settle(int index)
    {
        TrimBeaten();
        if (_file is null) return;
        for (var i = 0; i < _states.Length; i++)
        {
            if (i == index || _states[i] is { IsTrimmed: true }) _sections[i] = CheckpointSection.Write(_states[i]);
        }

        if (_options.Restarts > 1) WriteCheckpoint();
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
        var (oneEnded, otherEnded) = (one.IsFinite(_plan), other.IsFinite(_plan));
        return oneEnded == otherEnded ? one.Judged(_plan) < other.Judged(_plan) : oneEnded;
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
        ReportLost();
        if (_options.Progress is null) return;
        var done = 0.0;
        TrainingState<T>? shown = null;
        foreach (var state in _states)
        {
            if (state is null) continue;
            done += state.Reason is null ? (double)state.Steps / _plan.Steps : 1;
            if (shown is null || shown.Reason is not null) shown = state;
        }

        foreach (var help in _helps) done += help.InFlight * 0.5;

        var epoch = Math.Min((shown?.Epoch ?? 0) + 1, _options.Epochs);
        _options.Progress!(new TrainingProgress(epoch, _options.Epochs, done / _states.Length, shown?.LastEpochLoss ?? double.NaN, _helps.Count == 0 ? null : string.Join(", ", _helps)));
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
            rows += (((double)one.Epoch * _plan.Rows.Training.Length) + one.Position) * _plan.RowsOfEach;
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
            BatchSize = _options.Optimizer == TrainingOptimizer.LBFGS ? _plan.Rows.Training.Length * _plan.RowsOfEach : _options.BatchSize,
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
