using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Security.Cryptography;
using PSAutodiff.Converters;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Kernels;
using PSAutodiff.Results;
using PSAutodiff.Rows;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Commands;

/// <summary>Trains the parameters of a loss expression, or a dense network, on rows from the pipeline or on arrays.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetworkTraining", DefaultParameterSetName = LossSet)]
[OutputType(typeof(TrainingResult))]
public sealed class StartNetworkTrainingCommand : AutodiffCmdlet
{
    private const string LossSet = "Loss";
    private const string NetworkSet = "Network";
    private const string Activity = "Training";
    private const int NetworkBatchSize = 32;
    private const int MostColumnsNamed = 5;

    private readonly List<double[]> _rows = [];
    private readonly List<int> _samples = [];
    private TrainingOptions _options = new();
    private Network? _network;
    private LabelledRows? _labelled;
    private ExprNode? _loss;
    private string[]? _parameters;
    private RowReader? _reader;
    private RowIntake _intake = null!;
    private string[] _columns = [];

    /// <summary>The data: objects or dictionaries with a value for each column that is needed.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = LossSet)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = NetworkSet)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The loss of one row: a node, text or a script block.</summary>
    [Parameter(Position = 0, ParameterSetName = LossSet)]
    [AllowNull]
    public object? Loss { get; set; }

    /// <summary>The variables to train; by default every variable of the loss that is no column of the rows.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Parameter { get; set; }

    /// <summary>Start values of parameters: a dictionary, or an object with properties.</summary>
    [Parameter(ParameterSetName = LossSet)]
    public object? InitialValue { get; set; }

    /// <summary>Parameters without a start value start uniformly between minus and plus this.</summary>
    [Parameter(ParameterSetName = LossSet)]
    [ValidateRange(0.0, double.MaxValue)]
    public double InitialScale { get; set; } = Math.Sqrt(6.0 / 4.0);

    /// <summary>The network to train; it stays as it is, the result has the trained one.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public object? Network { get; set; }

    /// <summary>The columns that are the inputs, in order; names or wildcards.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The column of classes or numbers to predict, or a column for each output; names or wildcards.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Label { get; set; }

    /// <summary>The inputs as a matrix: rows x inputs.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public object? Data { get; set; }

    /// <summary>What to predict: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    [AllowNull]
    public object? Target { get; set; }

    /// <summary>What predictions are measured by.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public LossFunction LossFunction { get; set; }

    /// <summary>Scale every input to mean 0 and standard deviation 1; the network remembers how.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public SwitchParameter Standardize { get; set; }

    /// <summary>Standard deviation of normal noise added to every input at every step.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public double InputNoise { get; set; }

    /// <summary>Standard deviation of normal factors, with mean 1, on the inputs of every layer at every step.</summary>
    [Parameter(ParameterSetName = NetworkSet)]
    public double GaussianDropout { get; set; }

    /// <summary>Passes over the data.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Epoch { get; set; } = 1000;

    /// <summary>The most steps, over all epochs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxStep { get; set; }

    /// <summary>Rows in a step.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int BatchSize { get; set; }

    /// <summary>Go through the rows in a new random order in each epoch.</summary>
    [Parameter]
    public SwitchParameter Shuffle { get; set; }

    /// <summary>The seed of everything random; by default a random one, noted in the result.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>How gradients become steps.</summary>
    [Parameter]
    public TrainingOptimizer Optimizer { get; set; } = TrainingOptimizer.GradientDescent;

    /// <summary>The factor of every step.</summary>
    [Parameter]
    public double LearningRate { get; set; }

    /// <summary>The part of the last step that Momentum and Nesterov keep, at least 0 and below 1.</summary>
    [Parameter]
    public double Momentum { get; set; } = 0.9;

    /// <summary>Added to the gradient of every weight, times the weight.</summary>
    [Parameter]
    public double WeightDecay { get; set; }

    /// <summary>Number of starts, the best of which is kept.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Restart { get; set; } = 1;

    /// <summary>Stop when the mean loss of an epoch is below this.</summary>
    [Parameter]
    public double StopLoss { get; set; }

    /// <summary>Stop when the loss has not fallen for so many epochs, and keep the best.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Patience { get; set; }

    /// <summary>The part of the rows, chosen at random, that is measured after each epoch instead of trained on.</summary>
    [Parameter]
    public double ValidationFraction { get; set; }

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

    /// <summary>Replace a file at the path of the checkpoint that is no checkpoint, or is write-protected.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The most threads to use.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    /// <summary>The PowerShell variable that keeps the result so far when the training is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastTraining";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var ofNetwork = IsBound(nameof(Network));
        _intake = new RowIntake(this, ofNetwork ? TakeLabelledRow : TakeRow);
        if (!ofNetwork && !IsBound(nameof(Loss)))
        {
            Stop(ErrorIds.ExpressionMissing, "Start-NetworkTraining needs -Loss, the expression of the loss of one row, or -Network, the network to train.");
        }

        _options = Require(IsBound(nameof(LearningRate)) ? LearningRate : null, () =>
        {
            var options = MakeOptions(ofNetwork, CheckpointPath is null ? null : FilePaths.Single(this, FilePaths.Unescaped(CheckpointPath), isLiteral: true));
            options.Check();

            // Before the rows come, which may take long.
            if (options.CheckpointPath is not null) CheckpointFile.CheckWritable(options);
            return options;
        });
        if (IsBound(nameof(Momentum)) && Optimizer is not (TrainingOptimizer.Momentum or TrainingOptimizer.Nesterov)) WriteWarning($"{Optimizer} does not use -Momentum.");
        if (ofNetwork)
        {
            _network = Require(Network, () => Conversions.ToNetwork(Network));
            if (IsBound(nameof(Data)) != IsBound(nameof(Target))) Stop(ErrorIds.DataInvalid, "-Data, the inputs, and -Target, what to predict, go together. Of rows from the pipeline -Label names the columns to predict.");
            if (IsBound(nameof(Data)) && (MyInvocation.ExpectingInput || IsBound(nameof(InputObject)) || IsBound(nameof(Feature)) || IsBound(nameof(Label))))
            {
                Stop(ErrorIds.DataInvalid, "The data come either as rows from the pipeline, with -Feature and -Label, or as arrays, with -Data and -Target, not both.");
            }
        }
        else
        {
            StartLoss();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(InputObject))) return;
        _intake.Take(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var clock = Stopwatch.StartNew();
        _options = _options with
        {
            Progress = progress => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Epoch {progress.Epoch} of {progress.Epochs}, loss {progress.Loss:g6}"), progress.Fraction, clock),
        };
        try
        {
            Finish(_network is null ? TrainLoss() : TrainNetwork(_network));
        }
        catch (OperationCanceledException)
        {
            // Stopped before there was anything to keep.
        }
    }

    private TrainingOptions MakeOptions(bool ofNetwork, string? checkpoint) => new()
    {
        Epochs = Epoch,
        MaxSteps = IsBound(nameof(MaxStep)) ? MaxStep : null,
        BatchSize = IsBound(nameof(BatchSize)) ? BatchSize : ofNetwork ? NetworkBatchSize : 1,
        Shuffle = Shuffle,
        Seed = Seed ?? (Resume && checkpoint is not null ? CheckpointFile.ReadSeed(checkpoint) : null) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
        Optimizer = Optimizer,
        LearningRate = IsBound(nameof(LearningRate)) ? LearningRate : ofNetwork && Optimizer is TrainingOptimizer.RMSProp or TrainingOptimizer.Adam or TrainingOptimizer.AdamW ? 0.001 : 0.1,
        Momentum = Momentum,
        WeightDecay = WeightDecay,
        InputNoise = InputNoise,
        GaussianDropout = GaussianDropout,
        Restarts = Restart,
        StopLoss = IsBound(nameof(StopLoss)) ? StopLoss : null,
        Patience = IsBound(nameof(Patience)) ? Patience : null,
        ValidationFraction = ValidationFraction,
        Threads = ThrottleLimit,
        CheckpointPath = checkpoint,
        CheckpointInterval = CheckpointInterval,
        Resume = Resume,
        Force = Force,
    };

    private void StartLoss()
    {
        _loss = Require(Loss, () => Conversions.ToExpression(Loss, Cancellation));
        _parameters = Parameter;
        foreach (var parameter in _parameters ?? [])
        {
            if (_loss.Variables.Contains(parameter, StringComparer.Ordinal)) continue;
            Stop(
                ErrorIds.ParameterUnknown,
                $"The loss has no variable '{parameter}' to train. It has: {string.Join(", ", _loss.Variables)}.{NearNames.Hint(parameter, _loss.Variables)}",
                parameter);
        }

        if (RepeatedName(_parameters) is { } twice) Stop(ErrorIds.ParameterUnknown, $"-Parameter names '{twice}' more than once.", twice);
    }

    private void TakeRow(object row)
    {
        _reader ??= StartReading(row);
        var values = new double[_columns.Length];
        _reader.Start(row, _intake.Number);
        _reader.ReadFinite(values);
        _rows.Add(values);
        _samples.Add(_intake.Number);
    }

    private void TakeLabelledRow(object row)
    {
        if (_labelled is null)
        {
            RowReader.RequireColumns(row, _intake.Number);
            _labelled = Require(row, () => new LabelledRows(_network!, Feature, Label, row, _intake.Number, numeric: false));
        }

        _labelled.Add(row, _intake.Number);
    }

    private RowReader StartReading(object row)
    {
        RowReader.RequireColumns(row, _intake.Number);
        var variables = _loss!.Variables;
        var names = new RowCells(row).Names.ToArray();
        var matches = Require(row, () => NameMatching.Match(variables, new NameGroups(names)));
        var found = variables.Where((_, i) => matches[i] is not null).ToHashSet(StringComparer.Ordinal);
        if (_parameters is null)
        {
            // Without -Parameter the first row decides: what it has is data, what it lacks is trained.
            _parameters = [.. variables.Where(variable => !found.Contains(variable))];
            WarnOfParameters(names);
        }

        _columns = [.. variables.Except(_parameters, StringComparer.Ordinal)];
        if (_columns.FirstOrDefault(column => !found.Contains(column)) is { } missing)
        {
            Stop(
                ErrorIds.ColumnMissing,
                string.Create(CultureInfo.InvariantCulture, $"-Parameter does not name the variable '{missing}' of the loss, so it has to be a column, but row {_intake.Number} has no such column. It has: {string.Join(", ", names)}.{NearNames.Hint(missing, names)}"),
                row);
        }

        if (_columns.Length == 0) WriteWarning("The rows have no column for any variable of the loss, so the loss is the same for every row. Are the names of the columns right?");
        return new RowReader(_columns, variables, ValueSource.Empty);
    }

    // A column that is misspelt in the loss would be trained in silence. Who names a parameter means it.
    private void WarnOfParameters(string[] columns)
    {
        var given = Require(InitialValue, () => new ValueSource(InitialValue));
        var unnamed = _parameters!.Where(parameter => !given.Has(parameter)).ToArray();
        const string advice = "If it is meant to be trained, name the parameters with -Parameter or give it an -InitialValue.";
        foreach (var (parameter, column) in NearNames.Pairs(unnamed, columns))
        {
            var nearness = string.Equals(parameter, column, StringComparison.OrdinalIgnoreCase) ? "differs from that of the column '{0}' in case alone" : "is nearly that of the column '{0}'";
            WriteWarning($"'{parameter}' is no column, so it is trained, but its name {string.Format(CultureInfo.InvariantCulture, nearness, column)}. {advice}");
        }

        foreach (var parameter in unnamed.Where(parameter => MistakenNames.IsSuspectedParameter(_loss!, parameter)))
        {
            WriteWarning($"'{parameter}' is no column, so it is trained. {MistakenNames.AdviceFor(parameter)} {advice}");
        }
    }

    private void RequireRows(int rows, string advice)
    {
        if (rows == 0) ThrowTerminatingError(Record(_intake.None(advice), null));
        _intake.Finish(_reader?.Rounded ?? _labelled?.Rounded);
    }

    private TrainingResult TrainLoss()
    {
        RequireRows(_rows.Count, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining ...");
        if (_parameters!.Length == 0) Stop(ErrorIds.ParameterUnknown, "Every variable of the loss is a column of the rows, so nothing is left to train. Name the parameters with -Parameter.");
        return Require(InitialValue, () =>
            new LossTraining(_loss!, _columns, _parameters, Cancellation) { StartFromSeed = StartValues }
                .Run(StartValues(_options.Seed), _rows, [.. _samples], _options, Cancellation));
    }

    private double[] StartValues(int seed)
    {
        var random = new RandomSource(seed);
        var given = new ValueSource(InitialValue);
        var variables = _loss!.Variables;
        var names = variables.Zip(given.Match(variables)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var start = new double[_parameters!.Length];
        for (var i = 0; i < start.Length; i++)
        {
            // Drawn for every parameter, so that giving one a value does not change the start of the others.
            var drawn = random.NextUniform(InitialScale);
            var name = names[_parameters[i]];
            start[i] = name is null ? drawn : given.NumberOf(name);
            if (name is not null) matched.Add(name);
            if (!double.IsFinite(start[i]))
            {
                throw new AutodiffException(ErrorIds.ValueNotFinite, $"The start value of '{_parameters[i]}' is not a finite number.");
            }
        }

        var unknown = given.AllNames.FirstOrDefault(name => !matched.Contains(name));
        return unknown is null
            ? start
            : throw new AutodiffException(
                ErrorIds.ParameterUnknown,
                $"-InitialValue names '{unknown}', which is no parameter. The parameters are: {string.Join(", ", _parameters)}.{NearNames.Hint(unknown, _parameters)}");
    }

    private TrainingResult TrainNetwork(Network network)
    {
        if (!IsBound(nameof(Data))) RequireRows(_labelled?.Count ?? 0, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining -Network $net ..., or give -Data and -Target.");

        return Require(null, () =>
        {
            var data = IsBound(nameof(Data)) ? NetworkData.FromArrays(network, Data, Target) : _labelled!.ToData();
            _labelled = null;
            var prepared = data.Describe(network, network.Scaling ?? (Standardize ? MeasureScaling(data) : null));
            var loss = IsBound(nameof(LossFunction)) ? LossFunction : NetworkTraining.DefaultLoss(network);
            return network.Precision == NetworkPrecision.Single ? Train<float>(prepared, data, loss) : Train<double>(prepared, data, loss);
        });
    }

    private TrainingResult Train<T>(Network network, NetworkData data, LossFunction loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NetworkTraining.Run(network, data.ToTrainingData<T>(network, loss), loss, _options, Cancellation, data.RowNumbers);

    private FeatureScaling MeasureScaling(NetworkData data)
    {
        var (means, deviations) = data.Inputs.MeasureScaling();
        var constant = new List<string>();
        for (var i = 0; i < deviations.Length; i++)
        {
            if (deviations[i] > 0) continue;
            deviations[i] = 1;
            constant.Add(data.Features.Length > 0 ? $"'{data.Features[i]}'" : (i + 1).ToString(CultureInfo.InvariantCulture));
        }

        if (constant.Count > 0)
        {
            WriteWarning(string.Create(
                CultureInfo.InvariantCulture,
                $"{constant.Count} input column{(constant.Count == 1 ? " has" : "s have")} the same value in every row and {(constant.Count == 1 ? "is" : "are")} only moved to 0: {string.Join(", ", constant.Take(MostColumnsNamed))}{(constant.Count > MostColumnsNamed ? ", ..." : string.Empty)}."));
        }

        return new FeatureScaling(means, deviations);
    }

    private void Finish(TrainingResult result)
    {
        if (result.StopReason == TrainingStopReason.Cancelled)
        {
            // Nothing can be written to the pipeline any more.
            SessionState.PSVariable.Set(ResultVariable, result);
            Host.UI.WriteWarningLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Training was stopped after {result.Steps} steps; the result so far is in ${ResultVariable}."));
            return;
        }

        WriteProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        WriteObject(result);
        if (result.CheckpointProblem is { } problem) WriteWarning($"The last checkpoint could not be written: {problem}");
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
                    $"Training stopped at step {failed.Step} (epoch {failed.Epoch}{sample}): {what}. The result holds the last finite parameters and is in ${ResultVariable} too. {DivergenceAdvice.For(result, "-LearningRate")}")),
            result));
    }
}
