using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSAutodiff.Converters;
using PSAutodiff.Remoting;
using PSAutodiff.Rows;
using PSAutodiff.Training.Machines;

namespace PSAutodiff.Commands;

/// <summary>Fits the parameters of a model to rows by nonlinear least squares.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CurveFit")]
[OutputType(typeof(CurveFitResult))]
public sealed class InvokeCurveFitCommand : RowsCmdlet
{
    private const string Activity = "Fitting a curve";

    private ExprNode? _model;
    private ValueSource _start = ValueSource.Empty;
    private GivenBounds _bounds = new(null, null);
    private ColumnMap _map = ColumnMap.Empty;
    private CurveFitOptions _options = new();
    private RowScriptSource? _source;

    /// <summary>The columns as arrays: a dictionary, or an object with properties.</summary>
    [Parameter]
    [AllowNull]
    public override object? Data { get; set; }

    /// <summary>The model of one row: a node, text or a script block of columns and parameters.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [Alias("Expression")]
    public object? Model { get; set; }

    /// <summary>What the model is to give: a column, or an expression of columns.</summary>
    [Parameter(Position = 1)]
    [Alias("Target")]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? Label { get; set; }

    /// <summary>The variables to fit; by default every variable of the model that is not a column.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Parameter { get; set; }

    /// <summary>Start values of parameters: a dictionary, or an object with properties.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? InitialValue { get; set; }

    /// <summary>The least values of parameters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? LowerBound { get; set; }

    /// <summary>The greatest values of parameters.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? UpperBound { get; set; }

    /// <summary>The inverse variance of each row, but for a factor: a column, or an expression of columns.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ColumnCompleter))]
    public object? Weight { get; set; }

    /// <summary>The columns that give the elements of variables of the model: a dictionary of names or wildcards by variable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Column { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>How much residuals count.</summary>
    [Parameter]
    public FitLoss LossFunction { get; set; }

    /// <summary>The residual from which on other losses than least squares take it for an outlier.</summary>
    [Parameter]
    public double LossScale { get; set; } = 1;

    /// <summary>Number of starts, the best of which is kept.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Restart { get; set; } = 1;

    /// <summary>The seed of the starts that are drawn.</summary>
    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>The greatest number of steps of one search.</summary>
    [Parameter]
    [Alias("MaxIterations")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxIteration { get; set; } = new CurveFitOptions().MaxIteration;

    /// <summary>The part by which sums of squares, parameters or angles may be off.</summary>
    [Parameter]
    public double Tolerance { get; set; } = new CurveFitOptions().Tolerance;

    /// <summary>The probability with which the confidence limits hold a parameter.</summary>
    [Parameter]
    public double Confidence { get; set; } = new CurveFitOptions().Confidence;

    /// <summary>The PowerShell variable that keeps the result so far when the fit is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastFit";

    /// <summary>Sessions whose machines search the starts of -Restart, or in which rows are read by -RowScript and stay.</summary>
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

    /// <summary>Search starts here too, beside those in sessions.</summary>
    [Parameter]
    public SwitchParameter IncludeLocal { get; set; }

    /// <summary>Seconds after which a machine that does not answer is given up.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSeconds { get; set; } = 30;

    private bool SendsStarts => Session is not null && RowScript is null;

    private protected override IEnumerable<string> ColumnParameters => [nameof(Column)];

    private protected override IEnumerable<string> NeededColumns =>
        base.NeededColumns.Concat((_model?.Variables ?? []).Where(name => Parameter?.Contains(name, StringComparer.Ordinal) != true && !_start.Has(name) && !_map.Has(name)));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!IsBound(nameof(Model))) Stop(ErrorIds.ExpressionMissing, "Invoke-CurveFit needs a model. For example: Import-Csv decay.csv | Invoke-CurveFit 'a*exp(-b*t)' -Label y -InitialValue @{ b = 0.1 }");
        if (!IsBound(nameof(Label)) || Conversions.Unwrap(Label) is null) Stop(ErrorIds.LabelMissing, "Which column does the model predict? Name it with -Label, or write an expression of columns there.");
        if (Session is null && IncludeLocal) Stop(ErrorIds.ArgumentInvalid, "-IncludeLocal is about machines in sessions. Give them with -Session, or leave it out.");
        if (!SendsStarts) _source = Require(RowScript, () => RowScriptForm.SourceOf(this, RowScript, Session, Part, TimeoutSeconds, [nameof(Data), nameof(Column), nameof(IncludeLocal)]));
        else if (Restart == 1) Stop(ErrorIds.ArgumentInvalid, "-Session gives starts to machines, and there is one start. Give their number with -Restart, or read rows in the sessions with -RowScript.");
        else if (IsBound(nameof(Part))) Stop(ErrorIds.ArgumentInvalid, "-Part is about rows that stay in sessions. Give the script that reads them there with -RowScript, or leave it out.");
        RequireOneSource(null);
        _start = Require(InitialValue, () => new ValueSource(InitialValue) { LeavesOthers = true });
        _bounds = Require(null, () => new GivenBounds(LowerBound, UpperBound));
        LearnShapes(Model, _start);
        if (IsBound(nameof(Data))) Take(Require(Model, ReadModel));
        else if (BeforeRows(Model, ReadModel) is { } model) Take(model);
        _options = Require<CurveFitOptions>(null, () =>
        {
            var options = new CurveFitOptions
            {
                Loss = LossFunction,
                LossScale = LossScale,
                Restarts = Restart,
                Seed = Seed,
                MaxIteration = MaxIteration,
                Tolerance = Tolerance,
                Confidence = Confidence,
            };
            options.Check();
            return options;
        });
        if (IsBound(nameof(LossScale)) && LossFunction == FitLoss.LeastSquares) WriteWarning("Least squares have no scale: -LossScale goes with -LossFunction Huber, SoftL1 or Cauchy.");
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_source is not null)
        {
            Require<object?>(Model, () =>
            {
                FitParts();
                return null;
            });
            return;
        }

        if (IsBound(nameof(Data)))
        {
            Require<object?>(Data, () =>
            {
                FitArrays();
                return null;
            });
            return;
        }

        Intake.Require(Intake.Taken, "There are no rows to fit. Pipe data in, for example: Import-Csv data.csv | Invoke-CurveFit 'a*exp(-b*t)' -Label y -InitialValue @{ a = 1; b = 0.1 }, or give columns with -Data.");
        var rows = Intake.Release<FitRowWork>();
        Fit(rows.Columns, rows.ToData(), Intake.Numbers(), rows.InputColumns);
    }

    private ExprNode ReadModel() => ToExpression(Model, _start, listsAreArrays: true);

    private void Take(ExprNode model)
    {
        _model = model;
        _map = Require(Column, () => new ColumnMap(Column, model.Variables));
    }

    private protected override IRowWork StartRows(object row, int number)
    {
        if (LearnShapes(Model, _start, row, number) || _model is null) Take(Require(Model, ReadModel));
        WarnOfPi(row, Model, FormulaOf(Label), FormulaOf(Weight));
        var columns = Columns(_map.Others(new RowCells(row), number));
        return new FitRowWork(columns, columns.Reader(_map, row, number, NumberFormat));
    }

    // A label that is the name of a column is that column.
    private static object? FormulaOf(object? value) => Conversions.Unwrap(value) is string text && text.Equals("pi", StringComparison.OrdinalIgnoreCase) ? null : value;

    private FitColumns Columns(string[] names)
    {
        var columns = new FitColumns(_model!, Label!, Weight, Parameter, _start, names, _map, value => ToExpression(value));
        foreach (var warning in columns.Warnings) WriteWarning(warning);
        return columns;
    }

    private void FitArrays()
    {
        if (Conversions.Unwrap(Data) is Array) throw new AutodiffException(ErrorIds.ValueMissing, "-Data takes columns by name, for example @{ t = 1, 2, 3; y = 5, 4, 4 }, not a list. Pipe rows in: $rows | Invoke-CurveFit ...");
        var data = new ValueSource(Data);
        string[] names = [.. data.AllNames];
        WarnOfPi(Data, Model, FormulaOf(Label), FormulaOf(Weight));
        var columns = Columns(names);
        if (columns.Layout.HasArrays) throw new AutodiffException(ErrorIds.ArraysUnsupported, "-Data holds columns of numbers, and a variable of the model that is a column is a vector or matrix. Pipe rows in, with -Column for its elements.");
        var values = Array.ConvertAll(columns.Places, name => data.ColumnOf(name!));
        if (data.Rounded.Warning is { } warning) WriteWarning(warning);
        if (values[0].Length == 0) throw new AutodiffException(ErrorIds.RowsMissing, "-Data has no rows.");
        Fit(columns, new DataRows(columns.Names, Array.ConvertAll(values, static column => (ReadOnlyMemory<double>)column), values.Max(static column => column.Length), RowTotal.Sum), null, []);
    }

    // No row shows which variables are columns, so parameters are those that have a value or are named.
    private void FitParts()
    {
        if (_model is null) Take(ReadModel());
        var given = _start.Match(_model!.Variables);
        string[] parameters = Parameter ?? [.. _model.Variables.Where((_, i) => given[i] is not null)];
        if (parameters.Length == 0) throw new AutodiffException(ErrorIds.ParameterUnknown, "With -RowScript it is not known before the rows which variables are columns. Name the parameters with -Parameter, or give them values with -InitialValue.");
        string[] names = [.. _model.Variables.Except(parameters, StringComparer.Ordinal).Union(ToExpression(Label).Variables, StringComparer.Ordinal).Union(Weight is null ? [] : ToExpression(Weight).Variables, StringComparer.Ordinal)];
        var columns = new FitColumns(_model, Label!, Weight, parameters, _start, names, ColumnMap.Empty, value => ToExpression(value));
        ExprNode[] expressions = columns.Weight is null ? [columns.Model, columns.Label] : [columns.Model, columns.Label, columns.Weight];
        var source = _source! with { NumberFormat = NumberFormat, MissingValue = MissingValue };
        using var parts = new RowScriptParts(source, new ExpressionReading(source, expressions, columns.Names, Cancellation), WriteWarning, line => ShowProgress(Activity, line), Cancellation);
        Fit(columns, parts.ToData(RowTotal.Sum), null, [], parts);
    }

    private void WarnOfLoss(string name, string why) => WriteWarning(SessionMachines.LossOf(name, why));

    // A variable without an initial value may be a column that is misspelled.
    private CurveFitResult? Run(CurveFit fit, double[] start, CurveFitOptions options, FitColumns columns, RowScriptParts? parts, FitMachines? starts)
    {
        try
        {
            return fit.Run(start, options with { Starts = starts }, parts?.Token ?? Cancellation);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.InitialValueMissing && Parameter is null)
        {
            throw new AutodiffException(exception.ErrorId, $"{exception.Message} If a column is meant, there are: {ParameterNames.Listed(columns.ColumnNames)}.");
        }
        catch (OperationCanceledException) when (parts?.Loss is not null || starts?.Lost is not null)
        {
            return null;
        }
    }

    private void Fit(FitColumns columns, DataRows data, int[]? numbers, IReadOnlyList<VariableColumns> inputColumns, RowScriptParts? parts = null)
    {
        var clock = Stopwatch.StartNew();
        var fit = Require(Model, () => new CurveFit(columns.Model, columns.Label, data, columns.Weight, columns.Parameters, numbers, parts?.Token ?? Cancellation) { InputColumns = inputColumns, NumberFormat = NumberFormat });
        var start = Require(InitialValue, () => _start.ParametersOf(fit.Layout, nameof(InitialValue), double.NaN, columns: columns.ColumnNames));
        var (lower, upper) = Require(null, () => _bounds.Of(fit.Layout, columns: columns.ColumnNames));
        var options = Require(null, () => _options with
        {
            LowerBounds = lower,
            UpperBounds = upper,
            Progress = (steps, squares) => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Step {steps} of at most {MaxIteration}, sum of squares {squares:g6}"), clock),
        });
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Fitting {fit.Layout.Length} {(fit.Layout.Length == 1 ? "parameter" : "parameters")} ({string.Join(", ", fit.Parameters)}) to {columns.Label} over {data.Count} {(data.Count == 1 ? "row" : "rows")}."));
        if (SendsStarts) StandGuard();
        using var machines = SendsStarts ? Require(Session, () => SessionMachines.Open(Session!, TimeoutSeconds, null, IncludeLocal, WarnOfLoss, () => Stopping, Cancellation)) : null;
        var starts = machines is null ? null : new FitMachines(machines.All, IncludeLocal)
        {
            MachineLost = WarnOfLoss,
            Progress = (line, done) => ShowProgress(Activity, line, clock, done),
        };
        var reached = Require(InitialValue, () => Run(fit, start, options, columns, parts, starts));
        if (starts?.Lost is { } done) EndWithout(done, reached);
        if (parts is not null) RowScriptForm.RequireWhole(this, parts, ResultVariable, reached);
        var result = reached!;
        if (result.StopReason == CurveFitStopReason.Cancelled)
        {
            Keep(ResultVariable, result, string.Create(CultureInfo.InvariantCulture, $"The fit was stopped after {result.Iterations} steps"));
            return;
        }

        if (clock.Elapsed.TotalSeconds >= 1) EndProgress(Activity);
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{result.StopReason} after {result.Iterations} steps and {result.Evaluations} evaluations in {result.Elapsed.TotalSeconds:g3} s: residual standard error {result.ResidualStandardError:g6}."));
        WriteObject(result);
        if (result.Rows < data.Count) WriteWarning(string.Create(CultureInfo.InvariantCulture, $"Rows left out because their weight is 0: {data.Count - result.Rows}."));
        if (result.Message.Length > 0) WriteWarning(result.Message);
    }

    private void EndWithout(int done, CurveFitResult? reached)
    {
        if (reached is not null) SessionState.PSVariable.Set(ResultVariable, reached);
        Stop(ErrorIds.MachinesLost, string.Create(CultureInfo.InvariantCulture, $"All machines were lost when {done} of {Restart} starts were done. {(reached is null ? "Nothing was reached." : $"What was reached is in ${ResultVariable}.")} Open new sessions, or give -IncludeLocal, and fit again."), reached);
    }
}
