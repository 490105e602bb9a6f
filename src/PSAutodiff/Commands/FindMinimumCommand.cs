using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Optimization;
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
        base.EndProcessing();
        if (TakesSeveral && _bounds.Unused() is { } unused) WriteError(Record(unused, null));
    }

    private JoinedRows StartRows(object row, int number)
    {
        if (LearnShapes(Expression, Values, row, number) || _node is null) _node = ToExpression(Expression, Values);
        return new JoinedRows(ExprNode.Flatten([_node], Cancellation), _node.Variables, Values, nameof(InitialValue), [], ColumnMap.Empty, row, number, leavesOthers: false, this, NumberFormat);
    }

    private void Search(ExprNode node, DataRows? rows)
    {
        var search = Prepare(node, rows);
        var start = Start(search.Layout);

        // Of several expressions from the pipeline each has its own variables.
        var (lower, upper) = _bounds.Of(search.Layout, areAll: !TakesSeveral);
        var options = _options with { LowerBounds = lower, UpperBounds = upper };
        var what = rows is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" the {(rows.Total == RowTotal.Mean ? "mean" : "sum")} over {rows.Count} rows");
        WriteVerbose($"Minimizing{what} with {Method} from {PointText.Of(search.Layout.ElementNames, start)}.");
        Finish(search.Run(start, options, Cancellation));
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
