using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSAutodiff.Converters;
using PSAutodiff.Optimization;
using PSAutodiff.Remoting;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Searches minima of expressions from a start point.</summary>
[Cmdlet(VerbsCommon.Find, "Minimum")]
[OutputType(typeof(Minimum))]
public sealed class FindMinimumCommand() : SearchCmdlet("Searching a minimum", maxIteration: 10_000, resultVariable: "LastMinimum")
{
    // Differentiating and compiling fewer nodes takes well under a second.
    private const int ManyNodes = 20_000;

    private MinimizationOptions _options = new();
    private ExprNode? _node;
    private GivenBounds _bounds = new(null, null);
    private RowScriptSource? _source;

    /// <summary>The method.</summary>
    [Parameter]
    public MinimizationMethod Method { get; set; } = MinimizationMethod.LBFGS;

    /// <summary>The learning rate; or several, one for each step, of which the last stays.</summary>
    [Parameter]
    [Alias("lr")]
    [AllowEmptyCollection]
    public double[]? LearningRate { get; set; }

    /// <summary>The part of the last step that the method Momentum keeps, at least 0 and below 1.</summary>
    [Parameter]
    public double Momentum { get; set; } = 0.9;

    /// <summary>The least values of variables: a dictionary, or an object with properties.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? LowerBound { get; set; }

    /// <summary>The greatest values of variables.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? UpperBound { get; set; }

    /// <summary>Minimize the mean of the expression over rows from the pipeline.</summary>
    [Parameter]
    public SwitchParameter Mean { get; set; }

    /// <summary>Minimize the sum of the expression over rows from the pipeline.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Keep every point on the way in the property Path.</summary>
    [Parameter]
    public SwitchParameter KeepPath { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>Sessions in which rows are read by -RowScript and stay.</summary>
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

    /// <summary>Seconds after which a machine that does not answer is given up.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSeconds { get; set; } = 30;

    private bool TakesSeveral => MyInvocation.ExpectingInput && RowsForm is null;

    /// <summary>How text in rows is read as a number.</summary>
    [Parameter]
    public NumberFormat NumberFormat { get; set; } = NumberFormat.Plain;

    /// <summary>What is done with rows that lack a value.</summary>
    [Parameter]
    public MissingValueAction MissingValue { get; set; } = MissingValueAction.Error;

    private protected override MissingValueAction RowsMissingValue => MissingValue;

    private protected override string Example => $"For example: {Name} '(x - 1)^2' -At @{{ x = 3 }}";

    private protected override IRowsForm? RowsForm => TotalOf(Mean, Sum) is { } total
        ? new JoinForm(
            total,
            $"For example: Import-Csv data.csv | {Name} '(y - w*x)^2' -InitialValue @{{ w = 1 }} -{total}",
            StartRows,
            (_, data) => Search(_node!, data))
        : null;

    private protected override string RowsAdvice => JoinForm.Advice;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _bounds = Require(null, () => new GivenBounds(LowerBound, UpperBound));
        if (Mean || Sum) _node = BeforeRows(Expression, () => ToExpression(Expression, Values));
        _source = Require(RowScript, () => RowScriptForm.SourceOf(this, RowScript, Session, Part, TimeoutSeconds, []));
        if (_source is not null && !Mean && !Sum) Stop(ErrorIds.ArgumentInvalid, $"With -RowScript an expression is joined over rows. Say how with -Mean or -Sum.");
        _options = new MinimizationOptions
        {
            Method = Method,
            LearningRates = LearningRate,
            Momentum = Momentum,
            MaxIteration = MaxIteration,
            Tolerance = GivenTolerance,
            KeepPath = KeepPath,
        };
        if (Method == MinimizationMethod.PureNewton && _bounds.Any) Stop(ErrorIds.BoundInvalid, Minimization.CannotKeepBounds, Method);
        Require<object?>(IsBound(nameof(LearningRate)) ? LearningRate : Momentum, () =>
        {
            _options.Check();
            return null;
        });
        if (LearningRate is not null && Method is MinimizationMethod.Newton or MinimizationMethod.PureNewton or MinimizationMethod.LBFGS)
        {
            WriteWarning($"{Method} does not use -LearningRate: {(Method == MinimizationMethod.PureNewton ? "it takes every step whole" : "its line search finds the length of every step")}.");
        }

        if (IsBound(nameof(Momentum)) && Method != MinimizationMethod.Momentum) WriteWarning($"{Method} does not use -Momentum.");
    }

    private protected override void Process(object? expression) => ProcessExpression(expression, node => Search(node, null));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_source is not null)
        {
            Attempt(Expression, SearchParts);
            return;
        }

        base.EndProcessing();
        if (TakesSeveral && _bounds.Unused() is { } unused) WriteError(Record(unused, null));
    }

    private JoinedRows StartRows(object row, int number)
    {
        if (LearnShapes(Expression, Values, row, number) || _node is null) _node = ToExpression(Expression, Values);
        return new JoinedRows(ExprNode.Flatten([_node], Cancellation), _node.Variables, Values, nameof(InitialValue), [], ColumnMap.Empty, row, number, leavesOthers: false, this, NumberFormat);
    }

    private void Search(ExprNode node, DataRows? rows, RowScriptParts? parts = null)
    {
        var search = Prepare(node, rows);
        var start = Start(search.Layout);

        // Of several expressions from the pipeline each has its own variables.
        var (lower, upper) = _bounds.Of(search.Layout, areAll: !TakesSeveral);
        var options = _options with { LowerBounds = lower, UpperBounds = upper };
        var what = rows is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" the {(rows.Total == RowTotal.Mean ? "mean" : "sum")} over {rows.Count} rows");
        WriteVerbose($"Minimizing{what} with {Method} from {PointText.Of(search.Layout.ElementNames, start)}.");
        if (parts is null)
        {
            Finish(search.Run(start, options, Cancellation));
            return;
        }

        Minimum? result = null;
        try
        {
            result = search.Run(start, options, parts.Token);
        }
        catch (OperationCanceledException) when (parts.Loss is not null)
        {
            // Before there was a result.
        }

        RowScriptForm.RequireWhole(this, parts, ResultVariable, result);
        Finish(result!);
    }

    // Variables without a value are columns.
    private void SearchParts()
    {
        var node = _node ??= ToExpression(Expression, Values);
        var given = Values.Match(node.Variables);
        string[] columns = [.. node.Variables.Where((_, i) => given[i] is null)];
        if (columns.Length == 0) throw new AutodiffException(ErrorIds.ColumnMissing, "-InitialValue has a value for every variable of the expression, so none is a column of the rows. Leave out those that are.");
        var source = _source! with { NumberFormat = NumberFormat, MissingValue = MissingValue };
        using var parts = new RowScriptParts(source, new ExpressionReading(source, [node], columns, Cancellation), WriteWarning, ShowProgress, Cancellation);
        Search(node, parts.ToData(TotalOf(Mean, Sum)!.Value), parts);
    }

    /// <summary>Differentiates and compiles.</summary>
    private Minimization Prepare(ExprNode node, DataRows? rows)
    {
        var count = node.NodeCount;
        if (count > ManyNodes) ShowProgress(string.Create(CultureInfo.InvariantCulture, $"Differentiating and compiling {count} nodes"));
        var progress = Progress($"{Method}, step", "value");
        return new Minimization(node, rows, Cancellation) { Stepped = Steps("value"), Progress = progress };
    }

    private void Finish(Minimum result) => Finish(result, "value", result.Value, result.StopReason switch
    {
        MinimizationStopReason.Diverged => ErrorIds.MinimizationDiverged,
        MinimizationStopReason.NotFinite => ErrorIds.ValueNotFinite,
        _ => null,
    });
}
