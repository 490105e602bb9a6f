using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Results;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>The table of settings of -Sweep.</summary>
public sealed partial class StartNetworkTrainingCommand
{
    private const string SweepActivity = "Sweep";
    private const int MostNumbersNamed = 10;

    private IReadOnlyList<SweepPoint> _points = [];
    private IReadOnlyList<string> _unused = [];

    /// <summary>Values of settings by name: each of them is trained with each of all others, and gives a row.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Sweep { get; set; }

    /// <summary>With -Sweep, deal the rows to so many parts, and measure each setting on each part with a model that is trained on all others.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int CrossValidationFold { get; set; }

    /// <summary>Whether settings are measured by folds.</summary>
    internal bool HasFolds => IsBound(nameof(CrossValidationFold));

    private bool SweepsNetworks => Sweep is not null && Sweep.Cast<DictionaryEntry>().Any(static entry => SweepKey.Find(Conversions.NameOf(entry))?.Type == typeof(Network));

    private void BeginSweep(bool ofNetwork)
    {
        if (new[] { nameof(CheckpointPath), nameof(CheckpointInterval), nameof(Resume), nameof(Force) }.FirstOrDefault(IsBound) is { } other)
        {
            Stop(ErrorIds.SweepInvalid, $"-{other} goes with one training run, and -Sweep makes several. Leave one of the two out.");
        }

        var whole = new TrainingSetting(_options) { HasLearningRate = IsBound(nameof(LearningRate)), HasBatchSize = IsBound(nameof(BatchSize)) };
        _points = Require(Sweep, () => SweepTable.Make(Sweep!, ofNetwork, whole, IsBound, Check));
        _unused = UnusedInSweep(ofNetwork);
        Network[] networks = [.. _points.Select(static point => point.Setting.Network).OfType<Network>()];
        if (networks.Length == 0) return;
        Require<object?>(Sweep, () =>
        {
            NetworkSweep.CheckAlike(networks);
            return null;
        });
        Network = networks[0];
    }

    // What is swept does something in every row, or rows are the same for it; what is given beside it does something in one.
    private List<string> UnusedInSweep(bool ofNetwork)
    {
        bool Varies(string name) => _points.Select(point => point.Settings[name]).Distinct().Skip(1).Any();
        var rows = _points.Select((point, i) => (Number: i + 1, Unused: point.Fault is not null ? [] : Unused(point.Setting.Options, name => IsBound(name) || point.Settings.Contains(name), ofNetwork).ToArray())).ToArray();
        var trained = _points.Count(static point => point.Fault is null);
        var warnings = new List<string>();
        foreach (var group in rows.SelectMany(static row => row.Unused.Select(unused => (row.Number, Case: unused))).GroupBy(static row => row.Case.Name, StringComparer.Ordinal))
        {
            int[] numbers = [.. group.Select(static row => row.Number)];
            if (!Varies(group.Key) && numbers.Length < trained) continue;
            warnings.Add(numbers.Length == rows.Length ? group.First().Case.Why : string.Create(CultureInfo.InvariantCulture, $"{(numbers.Length == 1 ? "Setting" : "Settings")} {string.Join(", ", numbers.Take(MostNumbersNamed))}{(numbers.Length > MostNumbersNamed ? ", ..." : string.Empty)}: {group.First().Case.Why}"));
        }

        return [.. warnings.Distinct(StringComparer.Ordinal)];
    }

    private void RunSweep()
    {
        var clock = Stopwatch.StartNew();
        var folds = HasFolds ? CrossValidationFold : 0;
        var subject = _form.ForSweep(_points, HasFolds);
        if (folds > Intake.Taken && !IsBound(nameof(Data))) Stop(ErrorIds.RowsTooFew, string.Create(CultureInfo.InvariantCulture, $"{Intake.Taken} {(Intake.Taken == 1 ? "row" : "rows")} cannot be divided into {folds} folds. Give at most as many folds as rows."));

        // Where seeds are swept, all settings have the folds of the first.
        var seed = _points[0].Setting.Options.Seed;
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{_points.Count} settings{(folds > 0 ? $", each over all rows and {folds} folds dealt by seed {seed}" : $", seed {seed}")}."));
        using var machines = Session is null ? null : OpenMachines();
        var run = new SweepRun(subject, _points, folds, seed, ThrottleLimit) { Machines = machines?.All ?? [], IncludesLocal = IncludeLocal, MachineLost = WarnOfLoss };
        var rows = run.Run((line, done) => ShowProgress(SweepActivity, line, clock, done), Cancellation);
        foreach (var row in rows) SerializedText.Attach(row);
        if (Cancellation.IsCancellationRequested)
        {
            Keep(ResultVariable, rows, string.Create(CultureInfo.InvariantCulture, $"The sweep was stopped when {rows.Count(static row => row.Loss is not null)} of {_points.Count} settings were measured"));
            return;
        }

        EndProgress(SweepActivity);
        if (run.IsLost)
        {
            SessionState.PSVariable.Set(ResultVariable, rows);
            Stop(ErrorIds.MachinesLost, string.Create(CultureInfo.InvariantCulture, $"All machines were lost when {run.Runs.Done} of {run.Runs.All} training runs were done. What was reached is in ${ResultVariable}. Open new sessions, or give -IncludeLocal, and sweep again."), rows);
        }

        foreach (var row in rows) WriteObject(row);
        if (subject.ComparedBy is { } common) WriteWarning($"The losses of these settings measure different things or targets of different scales, so IsBest is by {common} on the targets as they are. See the property Comparison.");
        foreach (var warning in _unused) WriteWarning(warning);
        foreach (var warning in subject.Warnings) WriteWarning(warning);
        foreach (var row in rows)
        {
            if (row.Result is { } result) WarnOf(row, result);
        }

        foreach (var (number, error) in run.Failures)
        {
            var row = rows.First(row => row.Number == number);
            WriteError(Record(error.Within(string.Create(CultureInfo.InvariantCulture, $"Setting {number} ({SweepKey.Describe(row.Settings)}).")), row));
        }
    }

    private void WarnOf(SweepRow row, TrainingResult result)
    {
        var advice = result.FailedStep is { } failed ? string.Create(CultureInfo.InvariantCulture, $"the loss or a parameter became infinite or NaN at step {failed.Step}. {DivergenceAdvice.For(result)}")
            : DivergenceAdvice.Of(result);
        if (advice is not null) WriteWarning(string.Create(CultureInfo.InvariantCulture, $"Setting {row.Number} ({SweepKey.Describe(row.Settings)}) diverged: {advice}"));
    }
}
