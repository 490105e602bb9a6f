using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Optimization;

namespace PSAutodiff.Commands;

/// <summary>Solves equations: searches a point at which all expressions are 0.</summary>
[Cmdlet(VerbsCommon.Find, "Root")]
[OutputType(typeof(Root))]
public sealed class FindRootCommand : PositionalExpressionCmdlet
{
    private const string Activity = "Searching a root";

    private readonly List<ExprNode> _equations = [];

    private ValueSource _start = ValueSource.Empty;
    private bool _hasFailed;

    /// <summary>Start values of the unknowns, and values of all other variables: a dictionary, or an object with properties.</summary>
    [Parameter(Position = 1)]
    [Alias("At")]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? InitialValue { get; set; }

    /// <summary>The unknowns; by default all variables of the equations.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? Variable { get; set; }

    /// <summary>Two numbers between which the sign of the one equation changes.</summary>
    [Parameter]
    [Alias("Bracket")]
    [AllowEmptyCollection]
    public double[]? Range { get; set; }

    /// <summary>The greatest number of steps.</summary>
    [Parameter]
    [Alias("MaxIterations")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxIteration { get; set; } = 1000;

    /// <summary>End when no residual is larger in magnitude.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double Tolerance { get; set; }

    /// <summary>The PowerShell variable that keeps the result so far when the search is stopped with Ctrl+C.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ResultVariable { get; set; } = "LastRoot";

    private protected override string Second => nameof(InitialValue);

    private protected override string Example => $"For example: {Name} 'x^2 - 2' -At @{{ x = 1 }}";

    private RootOptions Options => new() { MaxIteration = MaxIteration, Tolerance = IsBound(nameof(Tolerance)) ? Tolerance : null };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireNames(Variable);
        if (RepeatedName(Variable) is { } twice) Stop(ErrorIds.VariableNameInvalid, $"-Variable names '{twice}' more than once.", twice);
        if (Range is not null && Range.Length != 2)
        {
            Stop(ErrorIds.RangeInvalid, string.Create(CultureInfo.InvariantCulture, $"-Range takes two numbers, its ends, not {Range.Length}. For example: {Name} 'x^2 - 2' -Range 0, 2"), Range);
        }

        _start = Require(InitialValue, () => new ValueSource(InitialValue));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();

        // Without one of its equations a system is another.
        if (_hasFailed || _equations.Count == 0) return;
        Attempt(_equations, Solve);
    }

    private protected override void Process(object? expression)
    {
        switch (Conversions.Unwrap(expression))
        {
            case ExprGradient gradient:
                // Where all derivatives are 0.
                foreach (var derivative in gradient.Values) Add(derivative);
                break;
            case IList list:
                foreach (var equation in list) Add(equation);
                break;
            default:
                Add(expression);
                break;
        }
    }

    private protected override void TakeSecond(object? value) => InitialValue = value;

    private protected override bool LooksLikeSecond(object? value) => HoldsValues(value);

    private void Add(object? equation)
    {
        var before = _equations.Count;
        ProcessExpression(equation, node => _equations.Add(node));
        _hasFailed |= _equations.Count == before;
    }

    private void Solve()
    {
        var finding = Prepare(WithFixedValues());
        if (Range is [var from, var to])
        {
            WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Solving for {finding.Variables[0]} between {from:g6} and {to:g6}."));
            Finish(finding.RunBetween(from, to, Options, Cancellation));
            return;
        }

        var start = _start.NumbersOf(finding.Variables);
        for (var i = 0; i < start.Length; i++)
        {
            if (double.IsFinite(start[i])) continue;
            throw new AutodiffException(
                ErrorIds.ValueNotFinite,
                string.Create(CultureInfo.InvariantCulture, $"The start value of '{finding.Variables[i]}' is {start[i]}, not a finite number."));
        }

        WriteVerbose($"Solving {_equations.Count} equation{(_equations.Count == 1 ? string.Empty : "s")} by Newton's method from {PointText.Of(finding.Variables, start)}.");
        Finish(finding.Run(start, Options, Cancellation));
    }

    /// <summary>The equations, with their values in place of all variables that are not unknowns.</summary>
    private List<ExprNode> WithFixedValues()
    {
        if (Variable is null) return _equations;
        var all = _equations.SelectMany(static equation => equation.Variables).Distinct(StringComparer.Ordinal).ToArray();
        if (Variable.Except(all, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new AutodiffException(
                ErrorIds.VariableUnknown,
                $"The equations have no variable '{unknown}'. They have: {string.Join(", ", all.Order(StringComparer.Ordinal))}.{Foundation.Names.NearNames.Hint(unknown, all)}");
        }

        string[] others = [.. all.Except(Variable, StringComparer.Ordinal)];
        var values = _start.NamedNumbersOf(others).ToDictionary(static pair => pair.Key, static pair => ExprNode.Constant(pair.Value), StringComparer.Ordinal);
        return values.Count == 0 ? _equations : [.. _equations.Select(equation => equation.Resolve(values, Cancellation))];
    }

    /// <summary>Differentiates and compiles.</summary>
    private RootFinding Prepare(IReadOnlyList<ExprNode> equations)
    {
        var clock = Stopwatch.StartNew();
        return new RootFinding(equations, Cancellation)
        {
            Stepped = (steps, residual) => TellStep(steps, "residual", residual),
            Progress = (steps, residual) => ShowProgress(Activity, string.Create(CultureInfo.InvariantCulture, $"Step {steps} of at most {MaxIteration}, residual {residual:g6}"), clock),
        };
    }

    private void Finish(Root result)
    {
        if (result.StopReason == RootStopReason.Cancelled)
        {
            Keep(ResultVariable, result, string.Create(CultureInfo.InvariantCulture, $"The search was stopped after {result.Iterations} steps"));
            return;
        }

        EndProgress(Activity);
        WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{result.StopReason} after {result.Iterations} steps and {result.Evaluations} evaluations in {result.Elapsed.TotalSeconds:g3} s: residual {result.Residual:g6}."));
        WriteObject(result);
        if (result.StopReason != RootStopReason.Converged) WriteError(Record(new AutodiffException(ErrorIds.RootNotFound, $"No root was found. {result.Message}"), result));
        else if (result.Message.Length > 0) WriteWarning(result.Message);
    }
}
