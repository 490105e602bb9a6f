using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Foundation;
using PSAutodiff.Optimization;
using PSAutodiff.Optimization.Roots;

namespace PSAutodiff;

/// <summary>Searches roots of equations: points at which all of them are 0. The same input gives the same result, bit for bit.</summary>
public sealed class RootFinding
{
    private readonly ExprNode[] _equations;
    private readonly EquationSystem _system;

    /// <summary>Prepares the search: rewrites the equations stably, differentiates and compiles them once.</summary>
    /// <param name="equations">Expressions that are to be 0, or that say what is to be equal, as many as they have variables.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">There are no variables, or not as many as equations, or one of those is a condition.</exception>
    /// <exception cref="OperationCanceledException">The preparation was cancelled.</exception>
    public RootFinding(IReadOnlyList<ExprNode> equations, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(equations);
        ArgumentOutOfRangeException.ThrowIfZero(equations.Count, nameof(equations));
        _equations = [.. equations];
        var variables = equations.SelectMany(static equation => equation.Variables).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        ExprNode[] differences = [.. _equations.Select(Difference)];
        CheckSize(variables);
        _system = new EquationSystem(differences, variables, cancellation);
    }

    /// <summary>The variables, in the order of the values of a point.</summary>
    public IReadOnlyList<string> Variables => _system.Variables;

    /// <summary>Called now and then with the number of steps done and the largest residual.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Called after every step with the number of steps done and the largest residual.</summary>
    public Action<int, double>? Stepped { get; init; }

    /// <summary>Searches a root by Newton's method from a start.</summary>
    /// <param name="start">Finite initial values of <see cref="Variables"/>, in order.</param>
    /// <param name="options">How long to search.</param>
    /// <param name="cancellation">Ends the search early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">An equation or a derivative is not finite at the start.</exception>
    public Root Run(IReadOnlyList<double> start, RootOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (start.Count != Variables.Count) throw new ArgumentException($"There are {Variables.Count} variables but {start.Count} values.", nameof(start));
        var clock = Stopwatch.StartNew();
        var before = _system.Evaluations;
        var search = new NewtonRootSearch(_system, options, cancellation);
        search.Begin([.. start]);
        var reason = Guarded(() => search.Run(Reporter()), cancellation);
        if (reason is RootStopReason.LocalMinimum or RootStopReason.SingularJacobian or RootStopReason.NoProgress or RootStopReason.Unbounded && Variables.Count == 1)
        {
            // Where slopes lead nowhere, signs may: far away, or where the equation is too steep or too flat for its size.
            var bracket = new BracketRootSearch(_system, options, cancellation);
            var outcome = Guarded(() => SignChange(start[0], cancellation) is { } range ? BetweenEnds(bracket, range) : reason, cancellation);
            if (outcome is RootStopReason.Converged or RootStopReason.Cancelled)
            {
                var found = outcome == RootStopReason.Converged;
                return Result(
                    found ? [bracket.Point] : search.Point,
                    found ? [bracket.Residual] : search.Residuals,
                    search.Iterations + bracket.Iterations,
                    before,
                    outcome,
                    bracket.Message,
                    clock);
            }
        }

        return Result(search.Point, search.Residuals, search.Iterations, before, reason, search.Message, clock);
    }

    private RootStopReason BetweenEnds(BracketRootSearch search, (double From, double To) range)
    {
        search.Begin(range.From, range.To);
        return search.Run(Reporter());
    }

    /// <summary>
    /// Two neighbors of different signs among points at doubling distances on either side of a start, and from it towards 0; null when there
    /// are none.
    /// </summary>
    private (double From, double To)? SignChange(double start, CancellationToken cancellation)
    {
        const double first = 1.0 / 64;
        const double towardsZero = 0.25;
        var seen = (double[])_system.LargestSeen.Clone();
        var value = new double[1];
        try
        {
            var sign = SignAt(start);
            ReadOnlySpan<double> ways = [1, -1, 0];
            var last = new[] { start, start, start };
            for (var step = first * Math.Max(Math.Abs(start), 1); double.IsFinite(step); step *= 2)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < ways.Length; i++)
                {
                    var point = ways[i] == 0 ? last[i] * towardsZero : start + (ways[i] * step);
                    if (double.IsNaN(last[i]) || !double.IsFinite(point) || point == last[i]) continue;
                    if (SignAt(point) * sign < 0) return (last[i], point);
                    last[i] = double.IsNaN(value[0]) ? double.NaN : point;
                }
            }

            return null;
        }
        finally
        {
            // How large the equation is far away says nothing of its size near the root.
            seen.CopyTo(_system.LargestSeen, 0);
        }

        int SignAt(double point)
        {
            _system.Evaluate([point], value);
            return double.IsNaN(value[0]) ? 0 : Math.Sign(value[0]);
        }
    }

    /// <summary>Searches a root of one equation between two points at which it has different signs.</summary>
    /// <param name="from">An end of the range; may be infinite.</param>
    /// <param name="to">The other end.</param>
    /// <param name="options">How long to search.</param>
    /// <param name="cancellation">Ends the search early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">
    /// There is more than one equation, the equation is NaN at an end, or it has one sign at both ends.
    /// </exception>
    public Root RunBetween(double from, double to, RootOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (Variables.Count != 1)
        {
            throw new AutodiffException(ErrorIds.RangeInvalid, string.Create(CultureInfo.InvariantCulture, $"A range serves one equation with one variable, and here are {Variables.Count}: {string.Join(", ", Variables)}. Use a start point."));
        }

        var clock = Stopwatch.StartNew();
        var before = _system.Evaluations;
        var search = new BracketRootSearch(_system, options, cancellation);
        search.Begin(from, to);
        var reason = Guarded(() => search.Run(Reporter()), cancellation);
        return Result([search.Point], [search.Residual], search.Iterations, before, reason, search.Message, clock);
    }

    /// <summary>What is 0 where an equation holds.</summary>
    private static ExprNode Difference(ExprNode equation) => equation.Operation switch
    {
        EqualOperation => equation.X! - equation.Y!,
        { IsTruth: true } => throw new AutodiffException(
            ErrorIds.EquationInvalid,
            $"{equation} is a condition, which is 1 or 0, not an equation. Write what is to be 0, or what is to be equal with ==."),
        _ => equation,
    };

    private static RootStopReason Guarded(Func<RootStopReason> search, CancellationToken cancellation)
    {
        try
        {
            return search();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return RootStopReason.Cancelled;
        }
    }

    private Action<int, double> Reporter() => new StepReports(Stepped, Progress).Take;

    private Root Result(ReadOnlySpan<double> point, ReadOnlySpan<double> residuals, int iterations, int before, RootStopReason reason, string message, Stopwatch clock)
    {
        var at = point.ToArray();
        return new Root
        {
            At = NamedNumbers.Of(Variables, i => at[i]),
            Residual = Kernels.Vectors.Largest(residuals),
            Residuals = residuals.ToArray(),
            Iterations = iterations,
            Evaluations = _system.Evaluations - before,
            StopReason = reason,
            Message = message,
            Equations = _equations,
            Elapsed = clock.Elapsed,
        };
    }

    private void CheckSize(string[] variables)
    {
        var (equations, unknowns) = (_equations.Length, variables.Length);
        if (unknowns == 0)
        {
            throw new AutodiffException(ErrorIds.ExpressionConstant, $"The equation{(equations == 1 ? $" {_equations[0]} has" : "s have")} no variables, so there is nothing to solve for.");
        }

        if (equations == unknowns) return;
        var names = string.Join(", ", variables.Take(10)) + (unknowns > 10 ? ", ..." : string.Empty);
        var advice = equations > unknowns
            ? "More equations than variables have no root in general. Leave some out, or minimize the sum of their squares with Find-Minimum."
            : "Fewer equations than variables leave some free. Name the unknowns with -Variable, and give the others fixed values, or add equations.";
        throw new AutodiffException(
            ErrorIds.EquationCount,
            string.Create(CultureInfo.InvariantCulture, $"There {(equations == 1 ? "is 1 equation" : $"are {equations} equations")} for {unknowns} variable{(unknowns == 1 ? string.Empty : "s")} ({names}). {advice}"));
    }
}
