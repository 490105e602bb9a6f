using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>A curve fit whose starts other machines search, as bytes. Reading takes nothing for granted and runs nothing.</summary>
internal static class FitJob
{
    private const int LongestText = 1 << 28;
    private const int MostElements = 1_000_000;

    // A search has two or three ways.
    private const int MostWays = 8;

    /// <summary>The bytes of a fit.</summary>
    public static JobMessage Write(CurveFit fit, IReadOnlyList<double> start, CurveFitOptions options) => JobWriter.Write(writer =>
    {
        var (model, label, weight, rows, numbers) = fit.Subject;
        writer.Write(TrainingJob.OfFit);
        writer.WriteText(model.ToText(ExprTextFormat.Let));
        writer.WriteText(label.ToText(ExprTextFormat.Let));
        writer.WriteText(weight is null ? string.Empty : weight.ToText(ExprTextFormat.Let));
        writer.WriteNames(fit.Parameters);
        writer.Write(rows.Count);
        writer.WriteNames(rows.Names);
        foreach (var column in rows.Columns)
        {
            writer.Write(column.Length / rows.Count);
            writer.WriteNumbers(column);
        }

        writer.Write(numbers is not null);
        if (numbers is not null) writer.WriteNumbers<int>(numbers.ToArray());
        writer.WriteNumbers<double>(start.ToArray());
        foreach (var bounds in new[] { options.LowerBounds, options.UpperBounds })
        {
            writer.Write(bounds is not null);
            if (bounds is not null) writer.WriteNumbers<double>(bounds.ToArray());
        }

        writer.Write((int)options.Loss);
        writer.Write(options.LossScale);
        writer.Write(options.Restarts);
        writer.Write(options.Seed);
        writer.Write(options.MaxIteration);
        writer.Write(options.Tolerance);
    });

    /// <summary>What searches from single starts of a fit.</summary>
    /// <param name="reader">What was written, after its first byte.</param>
    /// <param name="threads">The most threads of one search.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="InvalidDataException">The bytes are none of a fit.</exception>
    /// <exception cref="AutodiffException">The curve cannot be fitted.</exception>
    public static IStartTrainer Read(JobReader reader, int threads, CancellationToken cancellation)
    {
        var model = ExprNode.Parse(reader.Text(LongestText), cancellation);
        var label = ExprNode.Parse(reader.Text(LongestText), cancellation);
        var weight = reader.Text(LongestText) is { Length: > 0 } text ? ExprNode.Parse(text, cancellation) : null;
        var parameters = reader.Names();
        var count = reader.Int32(1, int.MaxValue);
        var names = reader.Names();
        var (columns, sizes) = (new ReadOnlyMemory<double>[names.Length], new int[names.Length]);
        for (var i = 0; i < names.Length; i++) columns[i] = reader.Numbers<double>(checked(count * (sizes[i] = reader.Int32(1, int.MaxValue))));
        var numbers = reader.Flag() ? reader.Numbers<int>(count) : null;
        var fit = new CurveFit(model, label, new DataRows(names, columns, sizes, count, RowTotal.Sum), weight, parameters, numbers, cancellation);
        var size = fit.Layout.Length;
        var start = reader.Numbers<double>(size);
        var lower = reader.Flag() ? reader.Numbers<double>(size) : null;
        var upper = reader.Flag() ? reader.Numbers<double>(size) : null;
        var options = new CurveFitOptions
        {
            LowerBounds = lower,
            UpperBounds = upper,
            Loss = (FitLoss)reader.Int32(0, (int)Enum.GetValues<FitLoss>().Max()),
            LossScale = reader.Double(),
            Restarts = reader.Int32(1, int.MaxValue),
            Seed = reader.Int32(int.MinValue, int.MaxValue),
            MaxIteration = reader.Int32(1, int.MaxValue),
            Tolerance = reader.Double(),
            MaxThreads = threads,
        };
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        return new FitTrainer(fit, start, options);
    }

    /// <summary>The outcomes of a start as bytes.</summary>
    public static byte[] Write(FitOutcome[] outcomes, int evaluations)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(evaluations);
        writer.Write((byte)outcomes.Length);
        foreach (var (state, iterations, reason) in outcomes)
        {
            writer.Write(iterations);
            writer.Write((int)reason);
            writer.Write(state.Cost);
            writer.Write(MemoryMarshal.AsBytes<double>(state.Point));
            writer.Write(MemoryMarshal.AsBytes<double>(state.Triangle));
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The most bytes of the outcomes of a start.</summary>
    /// <param name="size">The number of parameters.</param>
    public static long LongestEnd(int size) => (2 * sizeof(double)) + (MostWays * (2L + size + ((size + 1L) * (size + 1))) * sizeof(double));

    /// <summary>The outcomes of a start.</summary>
    /// <exception cref="InvalidDataException">They cannot be.</exception>
    public static (FitOutcome[] Outcomes, int Evaluations) Read(CheckpointReader reader, int size)
    {
        if (size > MostElements) throw CheckpointReader.Wrong(size);
        var evaluations = reader.Int32(0, int.MaxValue);
        var count = reader.Byte();
        if (count > MostWays) throw CheckpointReader.Wrong(count);
        var outcomes = new FitOutcome[count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var iterations = reader.Int32(0, int.MaxValue);
            var reason = (CurveFitStopReason)reader.Int32(0, (int)Enum.GetValues<CurveFitStopReason>().Max());
            var state = new FitState(size) { Cost = reader.Double() };
            reader.Array<double>(size).CopyTo(state.Point, 0);
            reader.Array<double>((size + 1) * (size + 1)).CopyTo(state.Triangle, 0);
            state.CheckFinite();
            outcomes[i] = new FitOutcome(state, iterations, reason);
        }

        return reader.Remaining == 0 ? (outcomes, evaluations) : throw new InvalidDataException("it goes on after its end");
    }

    // Several threads may search, each with memory of its own.
    private sealed class FitTrainer(CurveFit fit, double[] start, CurveFitOptions options) : IStartTrainer
    {
        private readonly ConcurrentBag<FitSearch> _free = [];

        public byte[] Train(CheckpointReader request, CancellationToken cancellation)
        {
            var number = request.Int32(0, options.Restarts - 1);
            if (request.Remaining > 0) throw new InvalidDataException("it goes on after its end");
            if (!_free.TryTake(out var search)) search = fit.Begin(start, options, cancellation).Search;
            var (outcomes, evaluations) = FitMachines.Search(search, number, cancellation);
            _free.Add(search);
            return Write(outcomes, evaluations);
        }
    }
}

/// <summary>Searches from the starts of a fit on machines, and here beside them where that is wanted.</summary>
/// <param name="machines">The machines.</param>
/// <param name="includesLocal">Whether this machine searches too.</param>
internal sealed class FitMachines(IReadOnlyList<IMachine> machines, bool includesLocal) : IFitStarts
{
    private const int MillisecondsBetweenReports = 100;

    /// <summary>Told of a machine that is lost, and why, on the thread that fits.</summary>
    public Action<string, string>? MachineLost { get; init; }

    /// <summary>Told what is done, on the thread that fits.</summary>
    public Action<string, double>? Progress { get; init; }

    /// <summary>How many starts were done when the last machine was lost; null when that did not happen.</summary>
    public int? Lost { get; private set; }

    /// <summary>Searches from one start to the end.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (FitOutcome[] Outcomes, int Evaluations) Search(FitSearch search, int number, CancellationToken cancellation)
    {
        var before = search.Program.Evaluations;
        FitOutcome[] outcomes = [.. search.From(number, hasResult: number > 0, cancellation)];
        cancellation.ThrowIfCancellationRequested();
        return (outcomes, search.Program.Evaluations - before);
    }

    /// <inheritdoc/>
    public (FitOutcome[] Outcomes, int Evaluations)?[] Search(CurveFit fit, IReadOnlyList<double> start, CurveFitOptions options, CancellationToken cancellation)
    {
        var found = new (FitOutcome[] Outcomes, int Evaluations)?[options.Restarts];
        var work = new WorkList(found.Length);
        var job = new Lazy<JobMessage>(() => FitJob.Write(fit, start, options));
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var helps = machines.Select(machine => new MachineHelp(machine, work, job, found.Length, static (number, writer) => writer.Write(number), Take) { LongestEnd = FitJob.LongestEnd(start.Count) }).ToArray();
        List<Task> tasks = [.. helps.Select(help => Begin(() => help.Run(linked.Token)))];
        if (includesLocal) tasks.Add(Begin(() => Here(fit.Begin(start, options with { Progress = null }, linked.Token).Search)));
        var all = Task.WhenAll(tasks);
        while (Task.WaitAny([all], MillisecondsBetweenReports, CancellationToken.None) < 0) Report();
        all.GetAwaiter().GetResult();
        Report();
        if (!work.IsDone && !cancellation.IsCancellationRequested) Lost = work.Done;
        return found;

        Task Begin(Action action) => Task.Factory.StartNew(() => Guarded(action), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        void Guarded(Action action)
        {
            try
            {
                action();
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

        void Here(FitSearch search)
        {
            while (!work.IsDone)
            {
                linked.Token.ThrowIfCancellationRequested();
                if (!work.TryTake(out var number))
                {
                    // What a machine has may come back.
                    work.Wait(MillisecondsBetweenReports);
                    continue;
                }

                found[number] = Search(search, number, linked.Token);
                work.Complete();
            }
        }

        bool Take(int number, CheckpointReader? reader)
        {
            if (reader is null) return false;
            found[number] = FitJob.Read(reader, fit.Layout.Length);
            return true;
        }

        void Report()
        {
            foreach (var help in helps)
            {
                if (help.TakeLoss() is { } why) MachineLost?.Invoke(help.Name, why);
            }

            Progress?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{work.Done} of {found.Length} starts; {string.Join<MachineHelp>(", ", helps)}"), (double)work.Done / found.Length);
        }
    }
}
