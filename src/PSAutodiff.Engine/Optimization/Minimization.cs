using System.Diagnostics;
using PSAutodiff.Core;
using PSAutodiff.Optimization;

namespace PSAutodiff;

/// <summary>Searches minima of an expression: local ones, from a start point. The same input gives the same result, bit for bit.</summary>
public sealed class Minimization
{
    internal const string CannotKeepBounds = "PureNewton cannot keep bounds: it takes every step whole, wherever it leads. Use method Newton.";

    private readonly ExprNode? _expression;
    private readonly Objective _objective;

    /// <summary>Prepares the search: rewrites the expression stably, differentiates and compiles it once.</summary>
    /// <param name="expression">The function; it needs at least one variable.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">The expression has no variables.</exception>
    /// <exception cref="OperationCanceledException">The preparation was cancelled.</exception>
    public Minimization(ExprNode expression, CancellationToken cancellation = default)
        : this(expression, null, cancellation)
    {
    }

    /// <summary>Prepares a search over the mean or sum of an expression over rows: no longer a program than that of one row.</summary>
    /// <param name="expression">The function of one row; it needs at least one variable that is not a column.</param>
    /// <param name="rows">The rows; null for none.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">The expression has no variables that are not columns.</exception>
    /// <exception cref="OperationCanceledException">The preparation was cancelled.</exception>
    public Minimization(ExprNode expression, DataRows? rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (expression.Variables.Count == 0)
        {
            throw new AutodiffException(ErrorIds.ExpressionConstant, $"The expression {expression} has no variables, so there is nothing to minimize over.");
        }

        _objective = new Objective(expression, rows, cancellation);
        if (Variables.Count == 0)
        {
            throw new AutodiffException(ErrorIds.ExpressionConstant, $"All variables of the expression are columns of the rows ({string.Join(", ", expression.Variables)}), so there is nothing to minimize over.");
        }

        // No node stands for what is joined over rows.
        _expression = rows is null ? expression : null;
    }

    /// <summary>The variables, in the order of the values of a point.</summary>
    public IReadOnlyList<string> Variables => _objective.Variables.Names;

    /// <summary>The variables with their shapes.</summary>
    internal VariableLayout Layout => _objective.Variables;

    /// <summary>Called now and then with the number of steps done and the value reached.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Called after every step with the number of steps done and the value reached.</summary>
    public Action<int, double>? Stepped { get; init; }

    /// <summary>Searches a minimum.</summary>
    /// <param name="start">Finite initial values of <see cref="Variables"/>, in order; of vectors and matrices all elements, row after row.</param>
    /// <param name="options">The method and its settings.</param>
    /// <param name="cancellation">Ends the search early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">
    /// A setting is out of its range, or the function or its gradient is not finite at the start.
    /// </exception>
    public Minimum Run(IReadOnlyList<double> start, MinimizationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (start.Count != Layout.Length) throw new ArgumentException($"The variables have {Layout.Length} elements but there are {start.Count} values.", nameof(start));
        var clock = Stopwatch.StartNew();
        var objective = _objective;
        if (Box.Of(_objective, options.LowerBounds, options.UpperBounds) is { } box)
        {
            if (options.Method == MinimizationMethod.PureNewton) throw new AutodiffException(ErrorIds.BoundInvalid, CannotKeepBounds);
            box.CheckStart(_objective.Names, [.. start]);
            options = options with { Box = box };
            objective = new BoxedObjective(_objective, box);
        }

        var search = Create(objective, options, cancellation);
        var path = new List<MinimizationStep>();
        search.Begin([.. start]);
        var iterations = 0;
        Keep();
        var reason = search.AtStart();
        var reports = new StepReports(Stepped, Progress);
        try
        {
            while (reason is null)
            {
                cancellation.ThrowIfCancellationRequested();
                if (iterations == options.MaxIteration)
                {
                    reason = search.AtLimit(iterations);
                    break;
                }

                var outcome = search.Step(iterations);
                reason = outcome.Stop;
                if (!outcome.Taken) continue;
                iterations++;
                search.Remember(iterations);
                Keep();
                reports.Take(iterations, search.Current.Value);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = MinimizationStopReason.Cancelled;
        }

        if (reason == MinimizationStopReason.Converged) reason = search.WithoutMinimum() ?? (search.IsAtSaddle() ? search.Saddle() : reason);
        if (reason == MinimizationStopReason.Converged) reason = search.Vanished(_objective) ?? reason;
        if (reason == MinimizationStopReason.Converged && search.AtBound.Count > 0) reason = search.EndAtBound();
        search.End(iterations);
        var gradient = search.ShownGradient();
        return new Minimum
        {
            At = Layout.Fold(i => search.Current.Point[i]),
            Value = search.Current.Value,
            Gradient = Layout.Fold(i => gradient[i]),
            Iterations = iterations,
            Evaluations = search.Evaluations,
            StopReason = reason!.Value,
            AtBound = reason == MinimizationStopReason.AtBound ? [.. search.AtBound.Select(i => _objective.Names[i])] : [],
            Message = search.Message,
            Method = options.Method,
            Path = path,
            Expression = _expression,
            Elapsed = clock.Elapsed,
        };

        void Keep()
        {
            if (!options.KeepPath) return;
            path.Add(new MinimizationStep(iterations, Layout, [.. search.Current.Point], search.Current.Value, search.ShownGradient()));
        }
    }

    private static Search Between(Objective objective, Func<Objective, LineSearchMethod> method, MinimizationOptions options, CancellationToken cancellation) =>
        options.Box is { } box ? new BoundedSearch(objective, box, options, method, cancellation) : method(objective);

    private static Search Create(Objective objective, MinimizationOptions options, CancellationToken cancellation) => options.Method switch
    {
        MinimizationMethod.GradientDescent => new GradientDescentSearch(objective, options, cancellation),
        MinimizationMethod.Momentum => new MomentumSearch(objective, options, cancellation),
        MinimizationMethod.Adam => new AdamSearch(objective, options, cancellation),
        MinimizationMethod.Newton => Between(objective, part => new NewtonSearch(part, options, cancellation), options, cancellation),
        MinimizationMethod.PureNewton => new PureNewtonSearch(objective, options, cancellation),
        MinimizationMethod.LBFGS => Between(objective, part => new LbfgsSearch(part, options, cancellation), options, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(options)),
    };
}
