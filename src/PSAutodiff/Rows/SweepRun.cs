using System.Diagnostics;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Results;

namespace PSAutodiff.Rows;

/// <summary>
/// Trains all settings of a sweep, over all rows and, with folds, over all but each of them. These pieces of work are independent, and threads
/// take them from one list; what a piece gives does not depend on who does it.
/// </summary>
internal sealed class SweepRun
{
    private const int MillisecondsBetweenReports = 100;

    private readonly ISweepSubject _subject;
    private readonly IReadOnlyList<SweepPoint> _points;
    private readonly int _folds;
    private readonly int _seed;
    private readonly int _threads;
    private readonly WorkList _work;
    private readonly Place[] _places;
    private readonly double[] _done;

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

    /// <summary>Settings that failed, with their numbers from 1 and errors.</summary>
    public IEnumerable<(int Number, AutodiffException Error)> Failures => _places.Select(static (place, i) => (i + 1, place.Error)).Where(static failure => failure.Error is not null).Select(static failure => (failure.Item1, failure.Error!));

    /// <summary>Trains and measures.</summary>
    /// <param name="report">Called about ten times a second, on this thread, with a line and the part that is done.</param>
    /// <param name="cancellation">Ends it early; what was reached is returned.</param>
    /// <returns>A row for each setting that was begun.</returns>
    public SweepRow[] Run(Action<string, double> report, CancellationToken cancellation)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Math.Min(_threads, _done.Length);
        var tasks = new Task[workers];
        for (var i = 0; i < workers; i++) tasks[i] = Task.Factory.StartNew(() => Work(Math.Max(1, _threads / workers), linked), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var all = Task.WhenAll(tasks);
        while (Task.WaitAny([all], MillisecondsBetweenReports, CancellationToken.None) < 0) report(State(), _done.Average());
        all.GetAwaiter().GetResult();
        return Rows();
    }

    private void Work(int threads, CancellationTokenSource linked)
    {
        try
        {
            while (!linked.IsCancellationRequested && _work.TryTake(out var piece))
            {
                // First the runs over all rows, of which the folds take the model.
                var (setting, fold) = piece < _points.Count ? (piece, -1) : ((piece - _points.Count) / _folds, (piece - _points.Count) % _folds);
                var clock = Stopwatch.StartNew();
                var place = _places[setting];
                try
                {
                    if (fold < 0) TrainWhole(place, _points[setting].Setting, piece, threads, linked.Token);
                    else if (place.Dealt.Task.WaitAsync(linked.Token).GetAwaiter().GetResult() is { } folds) folds.Measure(fold, done => _done[piece] = done, linked.Token);
                }
                catch (AutodiffException exception)
                {
                    lock (place) place.Note(fold, exception);
                }
                catch (OperationCanceledException) when (linked.IsCancellationRequested)
                {
                    // Its row says so.
                }
                finally
                {
                    if (fold < 0) place.Dealt.TrySetResult(null);
                }

                _done[piece] = 1;
                lock (place) place.Elapsed += clock.Elapsed;
                _work.Complete();
            }
        }
        catch
        {
            linked.Cancel();
            throw;
        }
    }

    private void TrainWhole(Place place, TrainingSetting setting, int piece, int threads, CancellationToken cancellation)
    {
        setting = setting with { Options = setting.Options with { Threads = threads, Progress = progress => _done[piece] = progress.Fraction } };
        place.Result = _subject.Train(setting, cancellation);
        if (_folds == 0 || place.Result.FailedStep is not null || place.Result.StopReason == TrainingStopReason.Cancelled) return;
        place.Dealt.TrySetResult(_subject.Deal(setting with { Options = setting.Options with { Progress = null } }, place.Result, _folds, _seed));
    }

    private string State()
    {
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
            var row = new SweepRow { Number = i + 1, Elapsed = place.Elapsed, Result = place.Result, Problem = place.Error?.Message ?? failed };
            row.Take(_points[i].Settings);
            if (_folds == 0 && place.Result is { FailedStep: null } result) row = row with { Loss = result.Restarts.FirstOrDefault(static restart => restart.IsBest)?.ValidationLoss ?? result.FinalLoss };
            else if (place.Dealt.Task is { IsCompletedSuccessfully: true, Result: { } folds }) row = folds.Join(row);
            rows.Add(row);
        }

        var best = -1;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Loss is { } loss && double.IsFinite(loss) && (best < 0 || loss < rows[best].Loss)) best = i;
        }

        if (best >= 0) rows[best] = rows[best] with { IsBest = true };
        return [.. rows];
    }

    // What is known of a setting so far.
    private sealed class Place
    {
        private int _fold = int.MaxValue;

        public TrainingResult? Result { get; set; }

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
