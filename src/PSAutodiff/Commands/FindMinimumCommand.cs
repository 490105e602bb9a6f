using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Optimization;

namespace PSAutodiff.Commands;

/// <summary>Searches minima of expressions from a start point.</summary>
[Cmdlet(VerbsCommon.Find, "Minimum")]
[OutputType(typeof(Minimum))]
public sealed class FindMinimumCommand : PositionalExpressionCmdlet
{
    private const string Activity = "Searching a minimum";

    // Differentiating and compiling fewer nodes takes well under a second.
    private const int ManyNodes = 20_000;

    private MinimizationOptions _options = new();
    private ValueSource _start = ValueSource.Empty;

    /// <summary>Start values of all variables: a dictionary, or an object with properties.</summary>
    [Parameter(Position = 1)]
    [Alias("At")]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? InitialValue { get; set; }

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

    /// <summary>The greatest number of steps.</summary>
    [Parameter]
    [Alias("MaxIterations")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxIteration { get; set; } = 10_000;

    /// <summary>GradientDescent ends when the value falls by less than this, the other methods when no derivative is larger.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double Tolerance { get; set; }

    /// <summary>Keep every point on the way in the property Path.</summary>
    [Parameter]
    public SwitchParameter KeepPath { get; set; }

    /// <summary>The PowerShell variable that keeps the result so far when the search is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastMinimum";

    private protected override string Second => nameof(InitialValue);

    private protected override string Example => $"For example: {Name} '(x - 1)^2' -At @{{ x = 3 }}";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _options = new MinimizationOptions
        {
            Method = Method,
            LearningRates = LearningRate,
            Momentum = Momentum,
            MaxIteration = MaxIteration,
            Tolerance = IsBound(nameof(Tolerance)) ? Tolerance : null,
            KeepPath = KeepPath,
        };
        Require<object?>(IsBound(nameof(LearningRate)) ? LearningRate : Momentum, () =>
        {
            _options.Check();
            return null;
        });
        if (LearningRate is not null && Method is MinimizationMethod.Newton or MinimizationMethod.LBFGS)
        {
            WriteWarning($"{Method} does not use -LearningRate: its line search finds the length of every step.");
        }

        if (IsBound(nameof(Momentum)) && Method != MinimizationMethod.Momentum) WriteWarning($"{Method} does not use -Momentum.");
        _start = Require(InitialValue, () => new ValueSource(InitialValue));
    }

    private protected override void Process(object? expression)
    {
        ProcessExpression(expression, node =>
        {
            var search = Prepare(node);
            var start = _start.NumbersOf(search.Variables);
            for (var i = 0; i < start.Length; i++)
            {
                if (double.IsFinite(start[i])) continue;
                throw new AutodiffException(
                    ErrorIds.ValueNotFinite,
                    string.Create(CultureInfo.InvariantCulture, $"The start value of '{search.Variables[i]}' is {start[i]}, not a finite number."));
            }

            WriteVerbose($"Minimizing with {Method} from {PointText.Of(search.Variables, start)}.");
            Finish(search.Run(start, _options, Cancellation));
        });
    }

    private protected override void TakeSecond(object? value) => InitialValue = value;

    private protected override bool LooksLikeSecond(object? value) => HoldsValues(value);

    /// <summary>Differentiates and compiles.</summary>
    private Minimization Prepare(ExprNode node)
    {
        var count = node.NodeCount;
        if (count > ManyNodes) ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Differentiating and compiling {count} nodes"));
        var clock = Stopwatch.StartNew();
        return new Minimization(node, Cancellation)
        {
            Stepped = (steps, value) => TellStep(steps, "value", value),
            Progress = (steps, value) => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"{Method}, step {steps} of at most {MaxIteration}, value {value:g6}"), clock),
        };
    }

    private void Finish(Minimum result)
    {
        if (result.StopReason == MinimizationStopReason.Cancelled)
        {
            Keep(ResultVariable, result, string.Create(CultureInfo.InvariantCulture, $"The search was stopped after {result.Iterations} steps"));
            return;
        }

        EndProgress(Activity);
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{result.StopReason} after {result.Iterations} steps and {result.Evaluations} evaluations in {result.Elapsed.TotalSeconds:g3} s: value {result.Value:g6}."));
        WriteObject(result);
        var errorId = result.StopReason switch
        {
            MinimizationStopReason.Diverged => ErrorIds.MinimizationDiverged,
            MinimizationStopReason.NotFinite => ErrorIds.ValueNotFinite,
            _ => null,
        };
        if (errorId is not null) WriteError(new ErrorRecord(new AutodiffException(errorId, result.Message), errorId, ErrorCategory.InvalidResult, result));
        else if (result.Message.Length > 0) WriteWarning(result.Message);
    }
}
