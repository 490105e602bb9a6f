using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Optimization;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that searches a point step by step: where it starts, how far it is, how it ends.</summary>
public abstract class SearchCmdlet : PositionalExpressionCmdlet
{
    private readonly string _activity;

    private protected SearchCmdlet(string activity, int maxIteration, string resultVariable)
    {
        _activity = activity;
        MaxIteration = maxIteration;
        ResultVariable = resultVariable;
    }

    /// <summary>Start values of the variables: a dictionary, or an object with properties.</summary>
    [Parameter(Position = 1)]
    [Alias("At")]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? InitialValue { get; set; }

    /// <summary>The greatest number of steps.</summary>
    [Parameter]
    [Alias("MaxIterations")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxIteration { get; set; }

    /// <summary>End when what is to become 0 is no larger.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double Tolerance { get; set; }

    /// <summary>The PowerShell variable that keeps the result so far when the search is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; }

    private protected sealed override string Second => nameof(InitialValue);

    private protected double? GivenTolerance => IsBound(nameof(Tolerance)) ? Tolerance : null;

    /// <summary>What was given as initial values.</summary>
    private protected ValueSource Values { get; private set; } = ValueSource.Empty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Values = Require(InitialValue, () => new ValueSource(InitialValue) { LeavesOthers = RowsForm is not null });
    }

    private protected sealed override void TakeSecond(object? value) => InitialValue = value;

    private protected sealed override bool LooksLikeSecond(object? value) => HoldsValues(value);

    private protected override ValueSource? GivenValues => Values;

    private protected override bool ListsAreArrays => true;

    /// <summary>The initial values of variables, in order; of vectors and matrices all elements.</summary>
    /// <exception cref="AutodiffException">One is missing or not a finite number.</exception>
    private protected double[] Start(VariableLayout variables)
    {
        var start = Values.ElementsOf(variables);
        for (var i = 0; i < start.Length; i++)
        {
            if (double.IsFinite(start[i])) continue;
            throw new AutodiffException(
                ErrorIds.ValueNotFinite,
                string.Create(CultureInfo.InvariantCulture, $"The initial value of '{variables.ElementNames[i]}' is {start[i]}, not a finite number."));
        }

        return start;
    }

    private protected void ShowProgress(string status) => ShowProgress(_activity, status);

    /// <summary>Shows how far a search is whose preparation begins now.</summary>
    /// <param name="step">What a step is called.</param>
    /// <param name="what">What the number is that says how good the point is.</param>
    private protected Action<int, double> Progress(string step, string what)
    {
        var clock = Stopwatch.StartNew();
        return (steps, number) => ShowProgress(_activity, string.Create(CultureInfo.InvariantCulture, $"{step} {steps} of at most {MaxIteration}, {what} {number:g6}"), clock);
    }

    /// <summary>Tells of steps.</summary>
    private protected Action<int, double> Steps(string what) => (steps, number) => TellStep(steps, what, number);

    /// <summary>Writes a result with what there is to say about its end; keeps it where Ctrl+C was the end.</summary>
    /// <param name="result">The result.</param>
    /// <param name="what">What the number is that says how good its point is.</param>
    /// <param name="number">That number.</param>
    /// <param name="errorId">The error that the end is; null where the result is what was wanted, or may be.</param>
    /// <param name="failure">What the error says before the message of the result.</param>
    private protected void Finish(ISearchResult result, string what, double number, string? errorId, string failure = "")
    {
        if (result.IsCancelled)
        {
            Keep(ResultVariable, result, string.Create(CultureInfo.InvariantCulture, $"The search was stopped after {result.Iterations} steps"));
            return;
        }

        EndProgress(_activity);
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{result.Reason} after {result.Iterations} steps and {result.Evaluations} evaluations in {result.Elapsed.TotalSeconds:g3} s: {what} {number:g6}."));
        WriteObject(result);
        if (errorId is not null) WriteError(new ErrorRecord(new AutodiffException(errorId, failure + result.Message), errorId, ErrorCategory.InvalidResult, result));
        else if (result.Message.Length > 0) WriteWarning(result.Message);
    }
}
