using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Optimization;

namespace PSAutodiff;

/// <summary>
/// A model to be fitted to rows by nonlinear least squares: the parameters that make the sum of the squared differences between label and model as small
/// as it gets near a start. The same input gives the same result, bit for bit, on any number of threads.
/// </summary>
public sealed class CurveFit
{
    private readonly ExprNode _model;
    private readonly ExprNode _label;
    private readonly DataRows _columns;
    private readonly VariableLayout _layout;
    private readonly FitRows _rows;
    private readonly bool[] _isLinear;
    private readonly ExprNode? _weight;
    private readonly DataRows _given;
    private readonly IReadOnlyList<int>? _numbers;

    /// <summary>Prepares a fit: differentiates and compiles the model.</summary>
    /// <param name="model">The model of one row, a number. Its variables are columns or parameters.</param>
    /// <param name="label">What the model is to give: a column, or an expression of columns, a number.</param>
    /// <param name="rows">The columns.</param>
    /// <param name="weight">The inverse variance of each row but for a factor, at least 0: a column or an expression of columns; null for equal ones.</param>
    /// <param name="parameters">The variables of the model that are fitted; null for all that are not columns, in ordinal order.</param>
    /// <param name="rowNumbers">The numbers of the rows in messages; null for 1, 2, 3, ...</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">Something does not go together, a label is not a finite number, or a weight is negative.</exception>
    /// <exception cref="OperationCanceledException">The preparation was cancelled.</exception>
    public CurveFit(ExprNode model, ExprNode label, DataRows rows, ExprNode? weight = null, IReadOnlyList<string>? parameters = null, IReadOnlyList<int>? rowNumbers = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(rows);
        if (!model.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The model is {model.ArrayShape.InWords()}, and what it has to give in each row is a number. Sum its elements, for example, or take one of them.");
        var flat = ExprNode.Flatten([model], cancellation);
        (_model, _label, _weight, _given, _numbers) = (model, label, weight, rows, rowNumbers);
        _layout = VariableLayout.Of(ParametersOf(model, rows, parameters), flat);
        if (_layout.Length == 0) throw new AutodiffException(ErrorIds.ParameterUnknown, $"The model {model} has no parameters: all its variables are columns. There is nothing to fit.");

        if (rows.Parts is { } parts)
        {
            _columns = rows;
            var text = FitFunction.TextOf(flat, new VariableLayout([]), label, weight);
            _rows = new FitRows(parts, new FitLabelsFunction(text), cancellation);
            Gradient = Prepare(out _isLinear, cancellation);
            return;
        }

        // Columns that are named as parameters are none.
        int[] used = [.. Enumerable.Range(0, rows.Names.Count).Where(i => model.Variables.Contains(rows.Names[i], StringComparer.Ordinal) && !_layout.Names.Contains(rows.Names[i], StringComparer.Ordinal))];
        _columns = new DataRows([.. used.Select(i => rows.Names[i])], [.. used.Select(i => rows.Columns[i])], [.. used.Select(i => rows.Columns[i].Length / rows.Count)], rows.Count, RowTotal.Sum);
        _rows = new FitRows(label, weight, rows, rowNumbers, cancellation);
        Gradient = Prepare(out _isLinear, cancellation);
    }

    /// <summary>The parameters, in the order of initial values and bounds.</summary>
    public IReadOnlyList<string> Parameters => _layout.Names;

    /// <summary>See <see cref="CurveFitResult.InputColumns"/>.</summary>
    public IReadOnlyList<VariableColumns> InputColumns { get; init; } = [];

    /// <summary>See <see cref="CurveFitResult.NumberFormat"/>.</summary>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>What is fitted, for another machine that is to do the same.</summary>
    internal (ExprNode Model, ExprNode Label, ExprNode? Weight, DataRows Rows, IReadOnlyList<int>? RowNumbers) Subject => (_model, _label, _weight, _given, _numbers);

    /// <summary>The parameters with their shapes.</summary>
    internal VariableLayout Layout => _layout;

    // The derivatives of the model, in the order of the parameters.
    private RootedGraph Gradient { get; }

    /// <summary>Fits the model.</summary>
    /// <param name="start">
    /// A finite start value for each element of the parameters, in order; NaN for none. Those without one are parameters in which the model is linear: they are
    /// always the best for the others.
    /// </param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellation">Ends the fit early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">A setting or start is out of its range, or the model is not finite at the start.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before anything was reached.</exception>
    public CurveFitResult Run(IReadOnlyList<double> start, CurveFitOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        var clock = Stopwatch.StartNew();
        var begun = Begin(start, options, cancellation);
        var (best, isWhole) = options.Starts is { } starts && options.Restarts > 1 ? SearchBy(starts, start, options, begun.Search.Program, cancellation) : SearchHere(begun.Search, options, cancellation);
        var recipe = new CurveFitRecipe([.. start], _weight, options.Restarts, options.Seed, options.MaxIteration, options.Tolerance);
        return Describe(best, isWhole ? best.StopReason : CurveFitStopReason.Cancelled, begun, options, recipe, clock);
    }

    /// <summary>Makes ready to search from all starts.</summary>
    /// <inheritdoc cref="Run"/>
    internal FitBeginning Begin(IReadOnlyList<double> start, CurveFitOptions options, CancellationToken cancellation)
    {
        options.Check();
        if (start.Count != _layout.Length) throw new ArgumentException($"The parameters have {_layout.Length} elements but there are {start.Count} initial values.", nameof(start));
        var (lower, upper) = (Bounds(options.LowerBounds, double.NegativeInfinity), Bounds(options.UpperBounds, double.PositiveInfinity));
        CheckStart(start, lower, upper);
        bool[] isFixed = [.. lower.Zip(upper, static (low, high) => low == high)];
        CheckRows(isFixed);
        var draws = FitStarts.ForMissing(_layout, start, lower, upper, options);
        bool[] isFree = [.. Enumerable.Range(0, _layout.Names.Count).Select(i => IsWithoutStart(start, i) && double.IsNaN(draws(0)[_layout.ElementsOf(i).Start.Value]))];
        CheckLinear(isFree);

        // The parameters without a start, then the others in which the model is linear together with them, then the rest. What may be projected has no bounds.
        var isLinear = LinearWith(isFree);
        var names = Enumerable.Range(0, 3).SelectMany(kind => _layout.Names.Where((_, i) => Kind(i) == kind)).ToArray();
        var layout = _layout.Only(names);
        int[] order = [.. Enumerable.Range(0, 3).SelectMany(kind => ElementsOf(i => Kind(i) == kind))];
        var (low, high) = (Array.ConvertAll(order, i => lower[i]), Array.ConvertAll(order, i => upper[i]));
        var (unstarted, linear) = (ElementsOf(i => Kind(i) == 0).Length, ElementsOf(i => Kind(i) < 2).Length);
        var projects = options.Loss == FitLoss.LeastSquares && order.Take(linear).All(i => double.IsNegativeInfinity(lower[i]) && double.IsPositiveInfinity(upper[i]));
        var program = Program(layout, options, FitLoss.LeastSquares, cancellation);
        var first = First(0);

        // Between bounds there may be points where the model has no value; a start that was given is not passed over.
        for (var number = 1; number < options.Restarts && !draws(number).SequenceEqual(draws(0)) && program.FindNotFinite(first, cancellation) is not null; number++) first = First(number);
        if (unstarted > 0) Settle(program, first, unstarted, low, high, layout, cancellation);
        else CheckFinite(program, first, layout, cancellation);
        if (options.Loss != FitLoss.LeastSquares) program = Program(layout, options, options.Loss, cancellation);
        return new FitBeginning(new FitSearch(program, first, projects ? linear : 0, low, high, _rows.LabelNorm, options), layout, order, low, high);

        double[] First(int number)
        {
            var begun = draws(number);
            return Array.ConvertAll(order, i => double.IsNaN(begun[i]) ? Math.Clamp(0, lower[i], upper[i]) : begun[i]);
        }

        int Kind(int parameter) => isFree[parameter] ? 0 : isLinear[parameter] ? 1 : 2;
    }

    private void CheckRows(bool[] isFixed)
    {
        var searched = isFixed.Count(static value => !value);
        if (_rows.Count >= searched) return;
        throw new AutodiffException(
            ErrorIds.RowsTooFew,
            string.Create(CultureInfo.InvariantCulture, $"There are {searched} parameters ({FitMessages.Listed([.. _layout.ElementNames.Where((_, i) => !isFixed[i])])}), but only {_rows.Count} {(_rows.Count == 1 ? "row" : "rows")}. Give at least as many rows as parameters, or fix some parameters, by numbers in the model or by equal bounds."));
    }

    private static string[] ParametersOf(ExprNode model, DataRows rows, IReadOnlyList<string>? parameters)
    {
        if (parameters is null) return rows.ParametersAmong(model.Variables);
        foreach (var parameter in parameters)
        {
            if (!model.Variables.Contains(parameter, StringComparer.Ordinal)) throw new AutodiffException(ErrorIds.ParameterUnknown, $"The model has no variable '{parameter}' to fit. It has: {string.Join(", ", model.Variables)}.{NearNames.Hint(parameter, model.Variables)}");
            if (parameters.Count(other => other == parameter) > 1) throw new AutodiffException(ErrorIds.ParameterUnknown, $"'{parameter}' is named more than once as a parameter.");
        }

        var missing = rows.ParametersAmong(model.Variables).Except(parameters, StringComparer.Ordinal).FirstOrDefault();
        return missing is null
            ? [.. parameters]
            : throw new AutodiffException(ErrorIds.ColumnMissing, $"The variable '{missing}' of the model is not a parameter, so it has to be a column, and there is none of that name. There are: {string.Join(", ", rows.Names)}.{NearNames.Hint(missing, rows.Names)}");
    }

    private static bool DependsOn(RootedGraph gradient, int derivative, string name) => gradient.Slice(derivative, 1).Variables().Contains(name, StringComparer.Ordinal);

    private (CompiledExpression Compiled, RootedGraph Gradient) Compile(VariableLayout parameters, CancellationToken cancellation)
    {
        var columns = _columns.LayoutIn(ExprNode.Flatten([_model], cancellation));
        var form = KeptForms.Get(_model, ["fit", .. parameters.Names, string.Empty, .. columns.Names], () =>
        {
            var (compiled, gradient) = FitProgram.Compile(_model, parameters, columns, cancellation);
            return new CompiledModel(compiled, gradient);
        });
        return (form.Compiled, form.Gradient);
    }

    private RootedGraph Prepare(out bool[] isLinear, CancellationToken cancellation)
    {
        var (_, gradient) = Compile(_layout, cancellation);
        isLinear = [.. Enumerable.Range(0, _layout.Names.Count).Select(i => !DependsOn(gradient, i, _layout.Names[i]))];
        return gradient;
    }

    private FitProgram Program(VariableLayout layout, CurveFitOptions options, FitLoss loss, CancellationToken cancellation)
    {
        if (_columns.Parts is not { } parts) return LocalProgram(layout, options, loss, cancellation);
        var derivatives = Measurements.NumericDerivatives.Of(_model, layout.Names, cancellation: cancellation);
        var outputs = derivatives.Gradient.And(derivatives.Value);
        var triangle = new FitTriangleFunction(FitFunction.TextOf(outputs, layout, _label, _weight, (double)loss, options.LossScale));
        var notFinite = new FitNotFiniteFunction(FitFunction.TextOf(outputs, layout, _label, _weight));
        return new FitProgram(parts, layout.Length + 1, triangle, notFinite) { Loss = loss, LossScale = options.LossScale };
    }

    private FitProgram LocalProgram(VariableLayout layout, CurveFitOptions options, FitLoss loss, CancellationToken cancellation) =>
        new(Compile(layout, cancellation).Compiled, layout, _columns, _rows.Label, _rows.Factors, options.MaxThreads)
        {
            Loss = loss,
            LossScale = Math.ScaleB(options.LossScale, -_rows.Unit),
        };

    private double[] Bounds(IReadOnlyList<double>? bounds, double none)
    {
        if (bounds is null) return [.. Enumerable.Repeat(none, _layout.Length)];
        if (bounds.Count != _layout.Length) throw new ArgumentException($"The parameters have {_layout.Length} elements but there are {bounds.Count} bounds.", nameof(bounds));
        return [.. bounds];
    }

    private void CheckStart(IReadOnlyList<double> start, double[] lower, double[] upper)
    {
        for (var i = 0; i < lower.Length; i++)
        {
            var name = _layout.ElementNames[i];
            Box.Check(name, lower[i], upper[i]);
            if (double.IsNaN(start[i])) continue;
            if (!double.IsFinite(start[i])) throw new AutodiffException(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"The initial value of '{name}' is {start[i]}, not a finite number."));
            Box.CheckStart(name, start[i], lower[i], upper[i]);
        }
    }

    private bool IsWithoutStart(IReadOnlyList<double> start, int parameter)
    {
        var (from, length) = _layout.ElementsOf(parameter).GetOffsetAndLength(_layout.Length);
        var missing = Enumerable.Range(from, length).Count(i => double.IsNaN(start[i]));
        if (missing != 0 && missing != length) throw new AutodiffException(ErrorIds.InitialValueMissing, $"Some elements of '{_layout.Names[parameter]}' have an initial value and others have none. Give all of them one, or none.");
        return missing > 0;
    }

    // The model is linear in some parameters together where no derivative by one of them depends on any of them.
    private void CheckLinear(bool[] isFree)
    {
        for (var i = 0; i < isFree.Length; i++)
        {
            if (!isFree[i]) continue;
            for (var j = 0; j < isFree.Length; j++)
            {
                if (!isFree[j] || !DependsOn(Gradient, i, _layout.Names[j])) continue;
                var (name, other) = (_layout.Names[i], _layout.Names[j]);
                var key = _isLinear[i] && !_isLinear[j] ? other : name;
                var why = i == j || !_isLinear[i] || !_isLinear[j] ? $"the model is not linear in '{key}', which has no initial value" : $"the model is linear in '{name}' and in '{other}', but not in both together, and neither has an initial value";
                throw new AutodiffException(ErrorIds.InitialValueMissing, $"A search has to start somewhere: {why}. Give it one, for example with -InitialValue @{{ {VariableNames.Key(key)} = 1 }}, or both bounds and -Restart.");
            }
        }
    }

    // Parameters in which the model is linear together with those that are given and with each other.
    private bool[] LinearWith(bool[] given)
    {
        var isLinear = (bool[])given.Clone();
        for (var i = 0; i < isLinear.Length; i++)
        {
            if (isLinear[i] || !_isLinear[i]) continue;
            isLinear[i] = true;
            for (var j = 0; j < isLinear.Length; j++) isLinear[i] &= j == i || !isLinear[j] || !DependsOn(Gradient, i, _layout.Names[j]);
        }

        return isLinear;
    }

    private int[] ElementsOf(Func<int, bool> isChosen) => [.. Enumerable.Range(0, _layout.Names.Count).Where(isChosen).SelectMany(i =>
    {
        var (from, length) = _layout.ElementsOf(i).GetOffsetAndLength(_layout.Length);
        return Enumerable.Range(from, length);
    })];

    // Puts the first elements where they are the best for the others, or at a bound before that.
    private void Settle(FitProgram program, double[] point, int linear, double[] lower, double[] upper, VariableLayout layout, CancellationToken cancellation)
    {
        var search = new CurveSearch(program, point.Length, linear, lower, upper, _rows.LabelNorm, new CurveFitOptions(), cancellation);
        if (!search.Begin(point)) CheckFinite(program, point, layout, cancellation);
        for (var i = 0; i < linear; i++) point[i] = Math.Clamp(search.Current.Point[i], lower[i], upper[i]);
    }

    private void CheckFinite(FitProgram program, double[] point, VariableLayout layout, CancellationToken cancellation)
    {
        if (program.FindNotFinite(point, cancellation) is not { } found) return;
        var what = double.IsFinite(found.Value)
            ? string.Create(CultureInfo.InvariantCulture, $"the model gives {found.Value:g6}, but a derivative by a parameter is not finite: a kink or border of its domain. Start beside it.")
            : string.Create(CultureInfo.InvariantCulture, $"the model gives {found.Value}{(_columns.Parts is null ? FitFault.Of(_model, _columns, found.Row, point, layout) : ". Start where it is finite for all rows.")}");
        throw new AutodiffException(
            ErrorIds.ValueNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"At the start, {PointText.Of(layout.ElementNames, point)}, in {_rows.PlaceOf(found.Row)}, {what}"));
    }

    // The best search of all starts, and whether all of them were searched to their ends.
    private static (FitOutcome Best, bool IsWhole) SearchHere(FitSearch search, CurveFitOptions options, CancellationToken cancellation)
    {
        FitOutcome? best = null;
        for (var restart = 0; restart < options.Restarts; restart++)
        {
            if (best is not null && cancellation.IsCancellationRequested) return (best, false);
            foreach (var outcome in search.From(restart, best is not null, cancellation))
            {
                if (FitSearch.IsBetter(outcome, best)) best = outcome;
                if (outcome.StopReason == CurveFitStopReason.Cancelled) return (best!, false);
            }
        }

        return (best!, !cancellation.IsCancellationRequested);
    }

    private (FitOutcome Best, bool IsWhole) SearchBy(IFitStarts starts, IReadOnlyList<double> start, CurveFitOptions options, FitProgram program, CancellationToken cancellation)
    {
        FitOutcome? best = null;
        var isWhole = true;
        foreach (var found in starts.Search(this, start, options, cancellation))
        {
            isWhole &= found is not null;
            if (found is not var (outcomes, evaluations)) continue;
            program.Evaluations += evaluations;
            foreach (var outcome in outcomes)
            {
                if (FitSearch.IsBetter(outcome, best)) best = outcome;
            }
        }

        return (best ?? throw new OperationCanceledException(cancellation), isWhole);
    }

    private CurveFitResult Describe(FitOutcome search, CurveFitStopReason reason, FitBeginning begun, CurveFitOptions options, CurveFitRecipe recipe, Stopwatch clock)
    {
        var ((program, order, lower, upper), iterations) = ((begun.Search.Program, begun.Order, begun.Lower, begun.Upper), search.Iterations);
        var final = new CurveSearch(program, order.Length, 0, lower, upper, _rows.LabelNorm, options, CancellationToken.None);
        final.Current.CopyFrom(search.State);
        if (reason is not (CurveFitStopReason.Cancelled or CurveFitStopReason.MaxIterations)) final.Polish();
        var held = (bool[])final.Held().Clone();
        var state = final.Current;
        var cost = Math.ScaleB(state.Cost, 2 * _rows.Unit);
        var sums = options.Loss == FitLoss.LeastSquares ? default : program.EvaluatePlain(state, CancellationToken.None);
        bool[] isFixed = [.. lower.Zip(upper, static (low, high) => low == high)];
        var statistics = new CurveFitStatistics(state, held, isFixed.Count(static value => value), _rows.Count, _rows.Unit);
        var deviation = statistics.StandardError(options.Loss, sums);
        var spreads = statistics.Spread(deviation);

        // From the order of the search to that of the model.
        var place = new int[order.Length];
        for (var i = 0; i < order.Length; i++) place[order[i]] = i;
        var (point, errors) = (Ordered(state.Point), Ordered(spreads.Errors));
        var quantile = StudentT.Quantile(1 - options.Confidence, statistics.Freedom);
        var ts = point.Zip(errors, static (value, error) => value / error).ToArray();
        var (squares, rows) = (statistics.Squares, _rows.Count);
        var likelihood = options.Loss == FitLoss.LeastSquares ? -0.5 * rows * (Math.Log(2 * Math.PI) + 1 - Math.Log(rows) - (_rows.LogWeights / rows) + statistics.LogSquares) : double.NaN;
        string[] atBound = [.. _layout.ElementNames.Where((_, i) => held[place[i]] && !isFixed[place[i]])];
        string[] undetermined = [.. _layout.ElementNames.Where((_, i) => spreads.Undetermined[place[i]])];
        if (atBound.Length > 0 && reason is CurveFitStopReason.ConvergedByGradient or CurveFitStopReason.ConvergedByStep or CurveFitStopReason.ConvergedByValue) reason = CurveFitStopReason.AtBound;
        return new CurveFitResult
        {
            Model = _model,
            Expression = FitMessages.With(_model, _layout, point),
            Label = _label,
            Parameters = _layout.Fold(i => point[i]),
            ParameterNames = [.. _layout.ElementNames],
            StandardErrors = _layout.Fold(i => errors[i]),
            LowerConfidenceLimits = _layout.Fold(i => point[i] - (quantile * errors[i])),
            UpperConfidenceLimits = _layout.Fold(i => point[i] + (quantile * errors[i])),
            Confidence = options.Confidence,
            TValues = _layout.Fold(i => ts[i]),
            PValues = _layout.Fold(i => StudentT.TwoSided(ts[i], statistics.Freedom)),
            Covariance = Both(spreads.Covariance),
            CovarianceRoot = Rows(spreads.Root),
            Recipe = recipe,
            LowerBounds = options.LowerBounds?.ToArray(),
            UpperBounds = options.UpperBounds?.ToArray(),
            Correlation = Both(spreads.Correlation),
            ResidualSumOfSquares = squares,
            ResidualStandardError = Math.ScaleB(deviation, _rows.Unit),
            DegreesOfFreedom = statistics.Freedom,
            RSquared = _rows.Variation > 0 ? 1 - (statistics.ScaledSquares / _rows.Variation) : double.NaN,
            Aic = (-2 * likelihood) + (2 * (statistics.Determined + 1)),
            Bic = (-2 * likelihood) + (Math.Log(rows) * (statistics.Determined + 1)),
            Rows = rows,
            Rank = spreads.Rank,
            ConditionNumber = spreads.Condition,
            LossFunction = options.Loss,
            LossScale = options.LossScale,
            Loss = cost / 2,
            Iterations = iterations,
            Evaluations = program.Evaluations,
            StopReason = reason,
            AtBound = atBound,
            Undetermined = undetermined,
            Message = FitMessages.Of(reason, iterations, atBound, undetermined, spreads.Rank, held.Count(static value => !value), [.. _layout.ElementNames.Where((_, i) => errors[i] > FitMessages.Flat * Math.Abs(point[i]) && point[i] != 0)]),
            Elapsed = clock.Elapsed,
            InputColumns = InputColumns,
            NumberFormat = NumberFormat,
        };

        double[] Ordered(double[] values) => [.. place.Select(i => values[i])];

        double[,]? Rows(double[,]? root)
        {
            if (root is null) return null;
            var ordered = new double[place.Length, root.GetLength(1)];
            for (var i = 0; i < place.Length; i++)
            {
                for (var k = 0; k < root.GetLength(1); k++) ordered[i, k] = root[place[i], k];
            }

            return ordered;
        }

        double[,] Both(double[,] matrix)
        {
            var ordered = new double[place.Length, place.Length];
            for (var i = 0; i < place.Length; i++)
            {
                for (var j = 0; j < place.Length; j++) ordered[i, j] = matrix[place[i], place[j]];
            }

            return ordered;
        }
    }

    /// <summary>A fit that is ready to be searched.</summary>
    /// <param name="Search">Searches.</param>
    /// <param name="Layout">The parameters in the order of the search.</param>
    /// <param name="Order">The place of each of their elements in the order of the model.</param>
    /// <param name="Lower">The least values, in the order of the search.</param>
    /// <param name="Upper">The greatest values.</param>
    internal sealed record FitBeginning(FitSearch Search, VariableLayout Layout, int[] Order, double[] Lower, double[] Upper);

    private sealed record CompiledModel(CompiledExpression Compiled, RootedGraph Gradient);
}
