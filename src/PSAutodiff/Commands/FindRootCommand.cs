using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Optimization;

namespace PSAutodiff.Commands;

/// <summary>Solves equations: searches a point at which all expressions are 0.</summary>
[Cmdlet(VerbsCommon.Find, "Root")]
[OutputType(typeof(Root))]
public sealed class FindRootCommand() : SearchCmdlet("Searching a root", maxIteration: 1000, resultVariable: "LastRoot")
{
    private readonly List<ExprNode> _equations = [];

    private bool _hasFailed;

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

    private protected override string Example => $"For example: {Name} 'x^2 - 2' -At @{{ x = 1 }}";

    private RootOptions Options => new() { MaxIteration = MaxIteration, Tolerance = GivenTolerance };

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

    private void Add(object? equation)
    {
        var before = _equations.Count;
        ProcessExpression(equation, node => _equations.Add(node));
        _hasFailed |= _equations.Count == before;
    }

    private void Solve()
    {
        ExprNode.Flatten(_equations, Cancellation).RequireNumbers("Finding roots");
        var finding = Prepare(WithFixedValues());
        if (Range is [var from, var to])
        {
            WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"Solving for {finding.Variables[0]} between {from:g6} and {to:g6}."));
            Finish(finding.RunBetween(from, to, Options, Cancellation));
            return;
        }

        var start = Start(new VariableLayout(finding.Variables));
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
        var values = Values.NamedNumbersOf(others).ToDictionary(static pair => pair.Key, static pair => ExprNode.Constant(pair.Value), StringComparer.Ordinal);
        return values.Count == 0 ? _equations : [.. _equations.Select(equation => equation.Resolve(values, Cancellation))];
    }

    /// <summary>Differentiates and compiles.</summary>
    private RootFinding Prepare(IReadOnlyList<ExprNode> equations)
    {
        var progress = Progress("Step", "residual");
        return new RootFinding(equations, Cancellation) { Stepped = Steps("residual"), Progress = progress };
    }

    private void Finish(Root result) =>
        Finish(result, "residual", result.Residual, result.StopReason == RootStopReason.Converged ? null : ErrorIds.RootNotFound, "No root was found. ");
}
