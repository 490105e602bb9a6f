using System.Diagnostics;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Results;

namespace PSAutodiff.Rows;

/// <summary>
/// Trains all settings of a sweep, over all rows and, with folds, over all but each of them. These pieces of work are independent, and threads
/// and machines take them from one list; what a piece gives does not depend on who does it.
/// </summary>
internal sealed class SweepRun
{
    private const int MillisecondsBetweenReports = 100;
    private const int MillisecondsBetweenLooks = 20;

    // Pieces that wait at a machine, so that it goes on while rows are read or measured here.
    private const int Ahead = 1;

    private readonly ISweepSubject _subject;
    private readonly IReadOnlyList<SweepPoint> _points;
    private readonly int _folds;
    private readonly int _seed;
    private readonly int _threads;
    private readonly WorkList _work;
    private readonly Place[] _places;
    private readonly double[] _done;
    private readonly List<(string Name, string Why)> _lost = [];

    /// <summary>Prepares a run.</summary>
    /// <param name="subject">What the settings are tried on.</param>
    /// <param name="points">The settings.</param>
    /// <param name="folds">The number of folds; 0 for none.</param>
    /// <param name="seed">The seed by which rows are dealt to folds.</param>
    /// <param name="threads">The most threads to use.</param>
    public SweepRun(ISweepSubject subject, IReadOnlyList<SweepPoint> points, int folds, int seed, int threads)
    {
        (_subject, _points, _folds, _seed, _threads) = (subject, points, folds, seed, threads);
        _done = new double[points.Count * (folds + 1)];
        _work = new WorkList(_done.Length);
        _places = [.. points.Select(static _ => new Place())];
    }

    /// <summary>Machines that train; empty for none.</summary>
    public IReadOnlyList<IMachine> Machines { get; init; } = [];

    /// <summary>Whether threads here train beside them.</summary>
    public bool IncludesLocal { get; init; }

    /// <summary>Takes the name of a machine that was lost and why, on the thread of <see cref="Run"/>.</summary>
    public Action<string, string>? MachineLost { get; init; }

    /// <summary>Whether all machines were lost, and work is left.</summary>
    public bool IsLost { get; private set; }

    /// <summary>How many training runs are done, of how many.</summary>
    public (int Done, int All) Runs => (_work.Done, _done.Length);

    /// <summary>Settings that failed, with their numbers from 1 and errors.</summary>
    public IEnumerable<(int Number, AutodiffException Error)> Failures => _places.Select(static (place, i) => (i + 1, place.Error)).Where(static failure => failure.Error is not null).Select(static failure => (failure.Item1, failure.Error!));

    /// <summary>Trains and measures.</summary>
    /// <param name="report">Called about ten times a second, on this thread, with a line and the part that is done.</param>
    /// <param name="cancellation">Ends it early; what was reached is returned.</param>
    /// <returns>A row for each setting that was begun.</returns>
    public SweepRow[] Run(Action<string, double> report, CancellationToken cancellation)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = Machines.Select(static machine => new MachineLanes(machine)).ToArray();
        try
        {
            var tasks = new List<Task>();
            var workers = Machines.Count > 0 && !IncludesLocal ? 0 : Math.Min(_threads, _done.Length);
            for (var i = 0; i < workers; i++) Start(() => Work(Math.Max(1, _threads / workers), null, linked));
            for (var i = 0; i < lanes.Length; i++)
            {
                for (var slot = 0; slot < Math.Min(Machines[i].Slots + Ahead, _done.Length); slot++)
                {
                    var (lane, own) = (lanes[i].Open(), lanes[i]);
                    Start(() => Help(lane, own, linked));
                }
            }

            var all = Task.WhenAll(tasks);
            while (Task.WaitAny([all], MillisecondsBetweenReports, CancellationToken.None) < 0)
            {
                ReportLost();
                report(State(), _done.Average());
            }

            all.GetAwaiter().GetResult();
            ReportLost();
            IsLost = !_work.IsDone && !cancellation.IsCancellationRequested;
            return Rows();

            void Start(Action work) => tasks.Add(Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }
        finally
        {
            foreach (var own in lanes) own.Dispose();
        }
    }

    private void ReportLost()
    {
        lock (_lost)
        {
            foreach (var (name, why) in _lost) MachineLost?.Invoke(name, why);
            _lost.Clear();
        }
    }

    private void Help(IMachine lane, MachineLanes lanes, CancellationTokenSource linked)
    {
        try
        {
            Work(1, lane, linked);
        }
        catch (MachineLostException exception)
        {
            // All lanes of a machine end together, and it is named once.
            lock (lanes)
            {
                if (lanes.IsGivenUp) return;
                lanes.IsGivenUp = true;
                lanes.Dispose();
            }

            lock (_lost) _lost.Add((lanes.Name, exception.Message));
        }
    }

    private void Work(int threads, IMachine? lane, CancellationTokenSource linked)
    {
        try
        {
            while (!linked.IsCancellationRequested && !_work.IsDone)
            {
                if (!_work.TryTake(out var piece))
                {
                    // What a machine has may come back.
                    if (Machines.Count == 0) return;
                    _work.Wait(MillisecondsBetweenReports);
                    continue;
                }

                // First the runs over all rows, of which the folds take the model.
                var (setting, fold) = piece < _points.Count ? (piece, -1) : ((piece - _points.Count) / _folds, (piece - _points.Count) % _folds);
                if (fold >= 0 && !_places[setting].Dealt.Task.Wait(MillisecondsBetweenLooks, CancellationToken.None))
                {
                    // The run over all rows may come back first.
                    _work.GiveBack(piece);
                    continue;
                }

                Do(piece, setting, fold, threads, lane, linked);
            }
        }
        catch (Exception exception) when (exception is not MachineLostException)
        {
            linked.Cancel();
            throw;
        }
    }

    private void Do(int piece, int setting, int fold, int threads, IMachine? lane, CancellationTokenSource linked)
    {
        var clock = Stopwatch.StartNew();
        var place = _places[setting];
        try
        {
            if (fold < 0) TrainWhole(place, _points[setting].Setting, piece, threads, lane, linked.Token);
            else if (place.Dealt.Task.Result is { } folds) folds.Measure(fold, done => _done[piece] = done, lane, linked.Token);
        }
        catch (MachineLostException)
        {
            _done[piece] = 0;
            _work.GiveBack(piece);
            throw;
        }
        catch (AutodiffException exception)
        {
            lock (place) place.Note(fold, exception);
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            // Its row says so.
        }

        if (fold < 0) place.Dealt.TrySetResult(null);
        _done[piece] = 1;
        lock (place) place.Elapsed += clock.Elapsed;
        _work.Complete();
    }

    private void TrainWhole(Place place, TrainingSetting setting, int piece, int threads, IMachine? lane, CancellationToken cancellation)
    {
        if (_points[piece].Fault is { } fault) throw fault;
        var options = setting.Options with { Threads = threads, Progress = progress => _done[piece] = progress.Fraction };
        var result = _subject.Train(setting with { Options = options.On(lane) }, cancellation);
        place.Result = result;
        if (_folds == 0 && result.FailedStep is null && result.StopReason != TrainingStopReason.Cancelled) place.Comparison = _subject.Compare(setting with { Options = options }, result, cancellation);
        if (_folds == 0 || result.FailedStep is not null || result.StopReason == TrainingStopReason.Cancelled) return;
        place.Dealt.TrySetResult(_subject.Deal(setting with { Options = options with { Progress = null } }, result, _folds, _seed));
    }

    private string State()
    {
        if (_subject.ComparedBy is not null) return FormattableString.Invariant($"{_work.Done} of {_done.Length} training runs of {_points.Count} settings");
        var losses = _places.Select(static place => place.Result?.FinalLoss).Where(static loss => loss is { } known && double.IsFinite(known));
        var least = losses.Min() is { } loss ? FormattableString.Invariant($", least loss {loss:g6}") : string.Empty;
        return FormattableString.Invariant($"{_work.Done} of {_done.Length} training runs of {_points.Count} settings{least}");
    }

    private SweepRow[] Rows()
    {
        var rows = new List<SweepRow>();
        for (var i = 0; i < _points.Count; i++)
        {
            var place = _places[i];
            if (place.Result is null && place.Error is null) continue;
            var failed = place.Result?.FailedStep is { } step ? FormattableString.Invariant($"The loss or a parameter became infinite or NaN at step {step.Step} (epoch {step.Epoch}).") : null;
            var row = new SweepRow { Number = i + 1, Elapsed = place.Elapsed, Result = place.Result, Problem = place.Error?.Message ?? failed, ComparedBy = _subject.ComparedBy, Comparison = place.Comparison };
            row.Take(_points[i].Settings);
            if (_folds == 0 && place.Result is { FailedStep: null } result) row = row with { Loss = result.Restarts.FirstOrDefault(static restart => restart.IsBest)?.ValidationLoss ?? result.FinalLoss };
            else if (place.Dealt.Task is { IsCompletedSuccessfully: true, Result: { } folds }) row = folds.Join(row);
            rows.Add(row);
        }

        var best = -1;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Comparison is { } measure && double.IsFinite(measure) && (best < 0 || measure < rows[best].Comparison)) best = i;
        }

        if (best >= 0) rows[best] = rows[best] with { IsBest = true };
        return [.. rows];
    }

    // What is known of a setting so far.
    private sealed class Place
    {
        private int _fold = int.MaxValue;

        public TrainingResult? Result { get; set; }

        public double? Comparison { get; set; }

        public AutodiffException? Error { get; private set; }

        public TimeSpan Elapsed { get; set; }

        public TaskCompletionSource<ISweepFolds?> Dealt { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // That of the first fold that failed, whichever thread came first.
        public void Note(int fold, AutodiffException error)
        {
            if (fold < _fold) (_fold, Error) = (fold, error);
        }
    }
}
