using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using PSAutodiff.Numerics;

namespace PSAutodiff.Commands;

/// <summary>Trains the parameters of a loss expression on rows from the pipeline.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetworkTraining")]
[OutputType(typeof(TrainingResult))]
public sealed class StartNetworkTrainingCommand : AutodiffCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<double[]> _rows = [];
    private readonly List<int> _samples = [];
    private ExprNode? _loss;
    private string[]? _parameters;
    private RowReader? _reader;
    private int _nullRows;
    private string[] _columns = [];

    /// <summary>The data: objects or dictionaries with a value for each variable of the loss that is no parameter.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The loss of one row: a node, text or a script block.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Loss { get; set; }

    /// <summary>The variables to train; by default every variable of the loss that is no column of the rows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Parameter { get; set; }

    /// <summary>Start values of parameters: a dictionary, or an object with properties.</summary>
    [Parameter]
    public object? InitialValue { get; set; }

    /// <summary>Parameters without a start value start uniformly between minus and plus this.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double InitialScale { get; set; } = Math.Sqrt(6.0 / 4.0);

    /// <summary>The factor of every step.</summary>
    [Parameter]
    public double LearningRate { get; set; } = 0.1;

    /// <summary>Passes over the data.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Epoch { get; set; } = 1000;

    /// <summary>The seed of the random start; by default a random one, noted in the result.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>The PowerShell variable that keeps the result so far when the training is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastTraining";

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Loss)))
        {
            Stop(ErrorIds.ExpressionMissing, "Start-NetworkTraining needs -Loss, the expression of the loss of one row.");
        }

        if (!double.IsFinite(LearningRate) || LearningRate <= 0)
        {
            Stop(
                ErrorIds.LearningRateInvalid,
                string.Create(CultureInfo.InvariantCulture, $"The learning rate has to be a finite number above 0, not {LearningRate}."),
                LearningRate);
        }

        _loss = Require(Loss, () => Conversions.ToExpression(Loss));
        _parameters = Parameter;
        foreach (var parameter in _parameters ?? [])
        {
            if (_loss.Variables.Contains(parameter, StringComparer.Ordinal)) continue;
            Stop(
                ErrorIds.ParameterUnknown,
                $"The loss has no variable '{parameter}' to train. It has: {string.Join(", ", _loss.Variables)}.",
                parameter);
        }

        if (_parameters?.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            Stop(ErrorIds.ParameterUnknown, $"-Parameter names '{twice.Key}' more than once.", twice.Key);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject))) return;
        Attempt(InputObject, () =>
        {
            if (InputObject is null && _reader is null) throw RowReader.RowIsNull(++_nullRows);
            _reader ??= StartReading(InputObject!);
            var values = new double[_columns.Length];
            _reader.Read(InputObject, values);
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.IsFinite(values[i])) throw NotFinite(_reader.RowNumber, _columns[i], values[i]);
            }

            _rows.Add(values);
            _samples.Add(_reader.RowNumber);
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_rows.Count == 0) Stop(ErrorIds.RowsMissing, "There are no rows to train on. Pipe data in, for example: Import-Csv data.csv | Start-NetworkTraining ...");
        if (_parameters!.Length == 0) Stop(ErrorIds.ParameterUnknown, "Every variable of the loss is a column of the rows, so nothing is left to train. Name the parameters with -Parameter.");
        if ((long)_rows.Count * Epoch > Array.MaxLength)
        {
            Stop(
                ErrorIds.StepsTooMany,
                string.Create(CultureInfo.InvariantCulture, $"{_rows.Count} rows times {Epoch} epochs are more steps than the result can hold ({Array.MaxLength}). Train in several calls, each starting from -InitialValue of the last."),
                Epoch);
        }

        var seed = Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var start = Require(InitialValue, () => StartValues(new RandomSource(seed)));
        var training = new LossTraining(_loss!, _columns, _parameters) { Progress = ShowProgress(Stopwatch.StartNew()) };
        var result = training.Run(start, _rows, [.. _samples], LearningRate, Epoch, seed, _cancellation.Token);
        Finish(result);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _cancellation.Cancel();

    private RowReader StartReading(object row)
    {
        // Without -Parameter the first row decides: what it has is data, what it lacks is trained.
        _parameters ??= [.. _loss!.Variables.Where(variable => !RowReader.HasColumn(row, variable))];
        _columns = [.. _loss!.Variables.Except(_parameters, StringComparer.Ordinal)];
        if (_columns.Length == 0) WriteWarning("The rows have no column for any variable of the loss, so the loss is the same for every row. Are the names of the columns right?");
        return new RowReader(_columns, _nullRows);
    }

    private double[] StartValues(RandomSource random)
    {
        var given = new ValueSource(InitialValue);
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var start = new double[_parameters!.Length];
        for (var i = 0; i < start.Length; i++)
        {
            // Drawn for every parameter, so that giving one a value does not change the start of the others.
            var drawn = random.NextUniform(InitialScale);
            var name = given.Match(_parameters[i]);
            start[i] = name is null ? drawn : given.NumberOf(_parameters[i]);
            if (name is not null) matched.Add(name);
            if (!double.IsFinite(start[i]))
            {
                throw new AutodiffException(ErrorIds.ValueNotFinite, $"The start value of '{_parameters[i]}' is not a finite number.");
            }
        }

        var unknown = given.Names.FirstOrDefault(name => !matched.Contains(name));
        return unknown is null
            ? start
            : throw new AutodiffException(
                ErrorIds.ParameterUnknown,
                $"-InitialValue names '{unknown}', which is no parameter. The parameters are: {string.Join(", ", _parameters)}.");
    }

    private Action<int, double> ShowProgress(Stopwatch clock)
    {
        var total = (double)_rows.Count * Epoch;
        var next = TimeSpan.FromSeconds(1);
        return (steps, loss) =>
        {
            if (clock.Elapsed < next || Stopping) return;
            next = clock.Elapsed + TimeSpan.FromMilliseconds(200);
            try
            {
                WriteProgress(new ProgressRecord(0, "Training", string.Create(CultureInfo.InvariantCulture, $"Epoch {(steps / _rows.Count) + 1} of {Epoch}, loss {loss:g6}"))
                {
                    PercentComplete = (int)(100 * steps / total),
                    SecondsRemaining = (int)Math.Min(int.MaxValue, clock.Elapsed.TotalSeconds * (total - steps) / Math.Max(1, steps)),
                });
            }
            catch (PipelineStoppedException)
            {
                // Ctrl+C just now: the token ends the training, and its result so far is kept.
            }
        };
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

        WriteProgress(new ProgressRecord(0, "Training", "Done") { RecordType = ProgressRecordType.Completed });
        WriteObject(result);
        if (result.FailedStep is not { } failed) return;
        var what = double.IsFinite(failed.Loss) ? "a parameter became infinite or NaN" : string.Create(CultureInfo.InvariantCulture, $"the loss became {failed.Loss}");
        WriteError(Record(
            new AutodiffException(
                ErrorIds.LossNotFinite,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training stopped at step {failed.Step} (epoch {failed.Epoch}, sample {failed.Sample}): {what}. The result holds the last finite parameters. A smaller -LearningRate than {LearningRate} may help.")),
            result));
    }

    private static AutodiffException NotFinite(int row, string column, double value) => new(
        ErrorIds.ValueNotFinite,
        string.Create(CultureInfo.InvariantCulture, $"Row {row}, column '{column}': {value} cannot be trained on. The row was left out."));
}
