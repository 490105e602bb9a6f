using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSAutodiff.Converters;
using PSAutodiff.Remoting;
using PSAutodiff.Results;
using PSAutodiff.Rows;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Commands;

/// <summary>Trains the parameters of a loss expression, or a dense network, on rows from the pipeline or on arrays.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetworkTraining", DefaultParameterSetName = LossSet)]
[OutputType(typeof(TrainingResult), typeof(SweepRow))]
public sealed partial class StartNetworkTrainingCommand : TrainingCmdlet
{
    private const string LossSet = "Loss";
    private const string NetworkSet = "Network";
    private const string Activity = "Training";

    private TrainingOptions _options = new();
    private ITrainingForm _form = null!;

    /// <summary>The data: objects or dictionaries with a value for each column that is needed.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = LossSet)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = NetworkSet)]
    [AllowNull]
    public override object? InputObject { get; set; }

    /// <summary>The loss of one row: a node, text or a script block.</summary>
    [Parameter(Position = 0, ParameterSetName = LossSet)]
    [AllowNull]
    public object? Loss { get; set; }

    /// <summary>What the trained model predicts: an expression of columns and of parameters of the loss.</summary>
    [Parameter(ParameterSetName = LossSet)]
    public object? Prediction { get; set; }

    /// <summary>The columns that give the elements of variables of the loss: a dictionary of names or wildcards by variable.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateNotNullOrEmpty]
    public IDictionary? Column { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>The variables to train; by default every variable of the loss that is not a column of the rows.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Parameter { get; set; }

    /// <summary>Start values of parameters: a dictionary, or an object with properties.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? InitialValue { get; set; }

    /// <summary>How parameters without an initial value are drawn.</summary>
    [Parameter(ParameterSetName = LossSet)]
    public InitialDistribution Initializer { get; set; }

    /// <summary>Parameters without an initial value start uniformly between minus and plus this, or normally with this standard deviation; matrices by their size unless it is given.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateRange(0.0, double.MaxValue)]
    public double InitialScale { get; set; } = Math.Sqrt(6.0 / 4.0);

    /// <summary>The numbers of parameters, data and matrix products; a network has its own.</summary>
    [Parameter(ParameterSetName = LossSet)]
    public NetworkPrecision Precision { get; set; } = NetworkPrecision.Double;

    /// <summary>The loss as an expression; text takes shapes from -Shape, and those that it needs from values.</summary>
    internal ExprNode ReadLoss(ValueSource? values) => ToExpression(Loss, values, listsAreArrays: true);

    /// <summary>The prediction as an expression.</summary>
    internal ExprNode ReadPrediction(ValueSource? values) => ToExpression(Prediction, values, listsAreArrays: true);

    internal bool HasInitialScale => IsBound(nameof(InitialScale));

    internal double UsedInitialScale => Initializer == InitialDistribution.Normal && !IsBound(nameof(InitialScale)) ? 1 : InitialScale;

    /// <summary>The network to train; it stays as it is, the result has the trained one.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public override object? Network { get; set; }

    /// <summary>The columns that are the inputs, in order; names or wildcards.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public override string[]? Feature { get; set; }

    /// <summary>The column of classes or numbers to predict, or a column for each output; names or wildcards.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    [SupportsWildcards]
    public override string[]? Label { get; set; }

    /// <summary>The inputs as a matrix: rows x inputs.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public override object? Data { get; set; }

    /// <summary>What to predict: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public override object? Target { get; set; }

    /// <summary>What predictions are measured by.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public override LossFunction LossFunction { get; set; }

    /// <summary>Scale every input to mean 0 and standard deviation 1; the network remembers how.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public SwitchParameter Standardize { get; set; }

    /// <summary>Scale every target to mean 0 and standard deviation 1 for the training; the network that comes back predicts targets as they are.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public SwitchParameter StandardizeTarget { get; set; }

    /// <summary>Standard deviation of normal noise added to every input at every step.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public override double InputNoise { get; set; }

    /// <summary>Standard deviation of normal factors, with mean 1, on the inputs of every layer at every step.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public override double GaussianDropout { get; set; }

    /// <summary>Number of starts, the best of which is kept.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Restart { get; set; } = 1;

    /// <summary>The file that keeps the state while training.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CheckpointPath { get; set; }

    /// <summary>Epochs between checkpoints.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int CheckpointInterval { get; set; } = 1;

    /// <summary>Go on from the checkpoint when its file is there.</summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>Replace a file at the path of the checkpoint that is not a checkpoint, or is write-protected.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The PowerShell variable that keeps the result so far when the training is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastTraining";

    /// <summary>Sessions whose machines train the starts, or in which rows are read by -RowScript and stay.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public PSSession[]? Session { get; set; }

    /// <summary>Gives the rows of a part, in a session.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? RowScript { get; set; }

    /// <summary>What -RowScript is given for each part of the rows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Part { get; set; }

    /// <summary>Train starts here too, beside those in sessions.</summary>
    [Parameter]
    public SwitchParameter IncludeLocal { get; set; }

    /// <summary>Seconds after which a machine that does not answer is given up.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Session is null && new[] { nameof(IncludeLocal), nameof(TimeoutSeconds) }.FirstOrDefault(IsBound) is { } alone)
        {
            Stop(ErrorIds.ArgumentInvalid, $"-{alone} is about machines in sessions. Give them with -Session, or leave it out.");
        }

        BeginRowScript();
        var ofNetwork = IsBound(nameof(Network)) || (!IsBound(nameof(Loss)) && SweepsNetworks);
        if (!ofNetwork && !IsBound(nameof(Loss)))
        {
            Stop(ErrorIds.ExpressionMissing, "Start-NetworkTraining needs -Loss, the expression of the loss of one row, or -Network, the network to train.");
        }

        _options = Require(IsBound(nameof(LearningRate)) ? LearningRate : null, () =>
        {
            var options = WithCheckpoint(MakeOptions(ofNetwork) with { Restarts = Restart });
            if (Sweep is null) Check(options);

            // Before the rows come, which may take long.
            if (options.CheckpointPath is not null) CheckpointFile.CheckWritable(options);
            return options;
        });
        if (Sweep is null) WarnOfUnused(ofNetwork);
        if (Sweep is not null) BeginSweep(ofNetwork);
        else if (HasFolds) Stop(ErrorIds.SweepInvalid, "-CrossValidationFold measures the settings of -Sweep. For one training run, use Test-AutodiffModel -CrossValidationFold with what it returns.");
        _form = ofNetwork ? new NetworkTrainingForm(this) : new LossTrainingForm(this, Cancellation);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Sweep is not null)
        {
            RunSweep();
            return;
        }

        var clock = Stopwatch.StartNew();
        var options = _options with
        {
            Progress = progress => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Epoch {progress.Epoch} of {progress.Epochs}, loss {progress.Loss:g6}{(progress.Machines is null ? string.Empty : $"; {progress.Machines}")}"), clock, progress.Fraction),
        };
        WriteVerbose(Plan());
        if (_source is not null)
        {
            TrainParts(options);
            return;
        }

        if (Session is null)
        {
            Finish(_form.Train(options, Cancellation));
            return;
        }

        using var machines = OpenMachines();
        Finish(_form.Train(options with { Machines = machines.All, IncludesLocal = IncludeLocal, MachineLost = WarnOfLoss }, Cancellation));
    }

    private SessionMachines OpenMachines()
    {
        StandGuard();
        return Require(Session, () => SessionMachines.Open(Session!, TimeoutSeconds, IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : null, IncludeLocal, WarnOfLoss, () => Stopping, Cancellation));
    }

    private void WarnOfLoss(string name, string why) => WriteWarning(SessionMachines.LossOf(name, why));

    private protected override IEnumerable<string> NeededColumns => base.NeededColumns.Concat(_form.NeededColumns);

    private protected override IRowWork StartRows(object row, int number) => _form.StartRows(row, number);

    private TrainingOptions WithCheckpoint(TrainingOptions options)
    {
        var path = CheckpointPath is null ? null : FilePaths.Single(this, FilePaths.Unescaped(CheckpointPath), isLiteral: true);
        return options with
        {
            Seed = Seed ?? (Resume && path is not null ? CheckpointFile.ReadSeed(path) : null) ?? options.Seed,
            CheckpointPath = path,
            CheckpointInterval = CheckpointInterval,
            Resume = Resume,
            Force = Force,
        };
    }

    /// <summary>What is going to be done.</summary>
    private string Plan()
    {
        var rows = _source is not null ? "the rows of -RowScript" : IsBound(nameof(Data)) ? "the rows of -Data" : string.Create(CultureInfo.InvariantCulture, $"{Intake.Taken} {(Intake.Taken == 1 ? "row" : "rows")}");
        var parts = new List<string> { _options.Optimizer == TrainingOptimizer.LBFGS ? "LBFGS" : string.Create(CultureInfo.InvariantCulture, $"{_options.Optimizer} with learning rate {_options.LearningRate}"), _options.Optimizer == TrainingOptimizer.LBFGS ? "all rows in each step" : _source is not null ? "all rows in each step" : string.Create(CultureInfo.InvariantCulture, $"batches of {_options.BatchSize}"), string.Create(CultureInfo.InvariantCulture, $"at most {_options.Epochs} epochs"), string.Create(CultureInfo.InvariantCulture, $"seed {_options.Seed}") };
        if (_options.LearningRateSchedule != LearningRateSchedule.Constant) parts.Add($"schedule {_options.LearningRateSchedule}");
        if (_options.WarmupEpochs > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_options.WarmupEpochs} epochs to warm up"));
        if (_options.Restarts > 1) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_options.Restarts} starts"));
        if (_options.ValidationFraction > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_options.ValidationFraction:p0} of the rows for validation"));
        return $"Training on {rows}: {string.Join(", ", parts)}.";
    }

    /// <summary>Tells of the mean losses of the first ten epochs, then fewer and fewer, and of the end.</summary>
    private void Tell(TrainingResult result)
    {
        for (var i = 0; i < result.EpochLoss.Count; i++) TellStep(i + 1, "Epoch", "mean loss", result.EpochLoss[i]);
        if (result.Restarts.Count > 1)
        {
            foreach (var restart in result.Restarts) WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Start {restart.Restart} with seed {restart.Seed}: loss {restart.FinalLoss:g6}{(restart.IsBest ? ", the best" : string.Empty)}"));
        }

        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{result.StopReason} after {result.Epochs} epochs and {result.Steps} steps in {result.Elapsed.TotalSeconds:g3} s: loss {result.FinalLoss:g6}."));
    }

    private void Finish(TrainingResult result)
    {
        if (result.MachinesLost is { } done)
        {
            SessionState.PSVariable.Set(ResultVariable, result);
            EndProgress(Activity);
            Stop(ErrorIds.MachinesLost, string.Create(CultureInfo.InvariantCulture, $"All machines were lost when {done} of {_options.Restarts} starts were done. What was reached is in ${ResultVariable}. Open new sessions, or give -IncludeLocal, and train again."), result);
        }

        if (result.StopReason == TrainingStopReason.Cancelled)
        {
            Keep(ResultVariable, result, string.Create(CultureInfo.InvariantCulture, $"Training was stopped after {result.Steps} steps"));
            return;
        }

        EndProgress(Activity);
        Tell(result);
        WriteObject(result);
        if (result.CheckpointProblem is { } problem) WriteWarning($"The last checkpoint could not be written: {problem}");
        if (DivergenceAdvice.Of(result) is { } advice) WriteWarning($"The training diverged: {advice}");
        if (result.FailedStep is not { } failed) return;

        // An error that ends the command takes the output of an assignment with it.
        SessionState.PSVariable.Set(ResultVariable, result);
        var what = double.IsFinite(failed.Loss) ? "a parameter became infinite or NaN" : string.Create(CultureInfo.InvariantCulture, $"the loss became {failed.Loss}");
        var sample = failed.Sample is { } number ? string.Create(CultureInfo.InvariantCulture, $", sample {number}") : string.Empty;
        WriteError(Record(
            new AutodiffException(
                ErrorIds.LossNotFinite,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training stopped at step {failed.Step} (epoch {failed.Epoch}{sample}): {what}. The result holds the last finite parameters and is in ${ResultVariable} too. {DivergenceAdvice.For(result)}")),
            result));
    }
}
