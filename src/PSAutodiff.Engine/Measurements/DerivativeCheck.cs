using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;
using static System.FormattableString;

namespace PSAutodiff;

/// <summary>A derivative at a point beside the central difference of the function there.</summary>
/// <param name="Variable">The variable, or the element of one that is an array: W[0, 1].</param>
/// <param name="Derivative">The value of the derivative.</param>
/// <param name="Difference">The central difference (f(x + Step) - f(x - Step)) / (2 Step).</param>
/// <param name="Error">How far the two are apart.</param>
/// <param name="Tolerance">How far apart they may be.</param>
/// <param name="Step">The step to either side.</param>
/// <param name="Passed">Whether the error is within the tolerance, all numbers being finite.</param>
/// <param name="Reason">Why it did not pass; null when it did.</param>
public sealed record DerivativeCheck(
    string Variable,
    double Derivative,
    double Difference,
    double Error,
    double Tolerance,
    double Step,
    bool Passed,
    string? Reason)
{
    // Far above the error of a good central difference, far below that of a wrong derivative.
    private const double UsualTolerance = 1e-6;

    /// <summary>Checks derivatives of an expression at a point.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="at">Values for the variables of the expression and of the derivatives.</param>
    /// <param name="derivatives">The derivatives to check by variable; null for those of the engine's reverse mode.</param>
    /// <param name="variables">The variables to check; by default those that <paramref name="derivatives"/> has, or all.</param>
    /// <param name="step">The step to either side of the point; by default chosen for the point and the function.</param>
    /// <param name="tolerance">
    /// The largest error, times the larger one of derivative and difference where that is above 1. By default 1e-6 of the larger one
    /// and twice what curvature and rounding are estimated to do to the difference.
    /// </param>
    /// <param name="rows">
    /// Rows over which the expression and the derivatives, which are those of one row, are joined to a mean or sum; null for none. Then only
    /// derivatives by variables without a column are checked.
    /// </param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <returns>A check for each variable, in order.</returns>
    /// <exception cref="AutodiffException">A variable has no value or no derivative, or is not in the expression.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static IReadOnlyList<DerivativeCheck> Run(
        ExprNode expression,
        IReadOnlyDictionary<string, double> at,
        IReadOnlyDictionary<string, ExprNode>? derivatives = null,
        IReadOnlyList<string>? variables = null,
        double? step = null,
        double? tolerance = null,
        DataRows? rows = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(at);
        return RunElements(expression, new VariableLayout([.. at.Keys]), [.. at.Values], derivatives, variables, step, tolerance, rows, cancellation);
    }

    /// <summary>The same where variables may be vectors and matrices, whose derivatives are checked element by element.</summary>
    /// <param name="expression">The expression, a number.</param>
    /// <param name="given">Variables with values: those of the expression and of the derivatives.</param>
    /// <param name="elements">Their elements.</param>
    /// <param name="derivatives">The derivatives to check, each of the shape of its variable.</param>
    /// <param name="variables">The variables to check.</param>
    /// <param name="step">The step to either side of the point.</param>
    /// <param name="tolerance">The largest error.</param>
    /// <param name="rows">Rows over which the expression, of numbers alone, is joined.</param>
    /// <param name="cancellation">Ends the check early.</param>
    internal static IReadOnlyList<DerivativeCheck> RunElements(
        ExprNode expression,
        VariableLayout given,
        double[] elements,
        IReadOnlyDictionary<string, ExprNode>? derivatives,
        IReadOnlyList<string>? variables,
        double? step,
        double? tolerance,
        DataRows? rows,
        CancellationToken cancellation)
    {
        RequirePositive(step, ErrorIds.StepInvalid, "step");
        RequirePositive(tolerance, ErrorIds.ToleranceInvalid, "tolerance");
        if (!expression.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The expression is {expression.ArrayShape.InWords()}, and derivatives of a number are checked. Check its elements one by one, or their sum.");
        var all = rows?.ParametersAmong(expression.Variables) ?? [.. expression.Variables];
        foreach (var name in (variables ?? []).Concat(derivatives?.Keys ?? [])) RequireVariable(name, all, rows);
        var flat = ExprNode.Flatten([expression], cancellation);
        var values = new Values(given, elements);
        var layout = VariableLayout.Of(all, flat);
        var point = values.Of(layout);
        variables ??= derivatives is null ? all : [.. all.Where(derivatives.ContainsKey)];
        if (variables.Count == 0) return [];
        var slopes = Derivatives(expression, values, derivatives, layout.Only(variables), rows, cancellation);
        var central = new CentralDifference(expression, layout, point, rows, cancellation);
        var checks = new List<DerivativeCheck>();
        var places = new NamePlaces(all);
        foreach (var name in variables)
        {
            var range = layout.ElementsOf(places[name]);
            for (var index = range.Start.Value; index < range.End.Value; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                checks.Add(Check(layout.ElementNames[index], point[index], central.Value, slopes[checks.Count], central.Along(index, step), tolerance));
            }
        }

        return checks;
    }

    /// <summary>The check in a line.</summary>
    public override string ToString() => Invariant($"{Variable}: derivative {Derivative:g9}, difference {Difference:g9}, {Reason ?? "passed"}");

    /// <summary>The check that failed worst, or null when all passed.</summary>
    internal static DerivativeCheck? Worst(IEnumerable<DerivativeCheck> checks) => checks
        .Where(static check => !check.Passed)
        .MaxBy(static check => double.IsFinite(check.Error) ? check.Error / check.Tolerance : double.PositiveInfinity);

    /// <summary>Puts a derivative beside a difference.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="x">Its value.</param>
    /// <param name="value">The value of the function.</param>
    /// <param name="derivative">The derivative.</param>
    /// <param name="slope">The difference.</param>
    /// <param name="tolerance">As for <see cref="Run"/>.</param>
    /// <param name="what">What reasons call the function.</param>
    internal static DerivativeCheck Check(string name, double x, double value, double derivative, CentralDifference.Slope slope, double? tolerance, string what = "the expression")
    {
        var larger = Math.Max(Math.Abs(derivative), Math.Abs(slope.Value));
        var allowed = tolerance is { } given ? given * Math.Max(1, larger) : (UsualTolerance * larger) + (2 * slope.Uncertainty);
        var error = Math.Abs(derivative - slope.Value);
        var reason =
            !double.IsFinite(x) ? Invariant($"{name} is {x}") :
            !double.IsFinite(value) ? Invariant($"{what} is {value} at the point") :
            !double.IsFinite(derivative) ? Invariant($"the derivative is {derivative}") :
            slope.Step == 0 ? Invariant($"the step is too small: it does not change {name} = {x}") :
            !double.IsFinite(slope.Above) ? Invariant($"{what} is {slope.Above} at {name} = {x} + {slope.Step:g3}") :
            !double.IsFinite(slope.Below) ? Invariant($"{what} is {slope.Below} at {name} = {x} - {slope.Step:g3}") :
            !double.IsFinite(slope.Value) ? Invariant($"the difference is {slope.Value}") :
            error <= allowed ? null :
            Invariant($"off by {error:g3}, limit {allowed:g3}");
        return new DerivativeCheck(name, derivative, slope.Value, error, allowed, slope.Step, reason is null, reason);
    }

    private static double[] Derivatives(
        ExprNode expression,
        Values values,
        IReadOnlyDictionary<string, ExprNode>? derivatives,
        VariableLayout variables,
        DataRows? rows,
        CancellationToken cancellation)
    {
        var outputs = derivatives is null
            ? NumericDerivatives.Of(expression, variables.Names, cancellation: cancellation).Gradient
            : ExprNode.Flatten([.. variables.Names.Select((name, i) => Candidate(name, variables.Shapes[i], derivatives))], cancellation);
        var parameters = VariableLayout.Of(rows?.ParametersAmong(outputs.Variables()) ?? outputs.Variables(), outputs);
        var results = new double[variables.Length];
        ParameterProgram.Compile(outputs, parameters, rows, cancellation).Evaluate(values.Of(parameters), results, cancellation);
        return results;
    }

    private static ExprNode Candidate(string name, Shape shape, IReadOnlyDictionary<string, ExprNode> derivatives)
    {
        if (!derivatives.TryGetValue(name, out var node)) throw new AutodiffException(ErrorIds.DerivativeMissing, $"There is no derivative with respect to '{name}' to check.");
        if (node.ArrayShape.IsLike(shape)) return node;
        throw new AutodiffException(ErrorIds.ShapeMismatch, $"The derivative by '{name}' to check is {node.ArrayShape.InWords()}, but '{name}' is {shape.InWords()}, and so is a derivative by it.");
    }

    private static void RequireVariable(string name, string[] all, DataRows? rows)
    {
        if (VariableNames.IsPi(name)) VariableNames.CheckAmong([name], () => all);
        VariableNames.Check(name);
        if (all.Contains(name, StringComparer.Ordinal)) return;
        if (rows is not null && rows.Names.Contains(name, StringComparer.Ordinal))
        {
            throw new AutodiffException(ErrorIds.VariableUnknown, $"'{name}' is a column of the rows, so there is no derivative by it. The parameters are: {string.Join(", ", all)}.");
        }

        var have = all.Length == 0 ? "It has none." : $"It has: {string.Join(", ", all)}.";
        throw new AutodiffException(ErrorIds.VariableUnknown, $"The expression has no variable '{name}'. {have}{NearNames.Hint(name, all)}");
    }

    internal static void RequirePositive(double? number, string errorId, string what)
    {
        if (number is null or (> 0 and < double.PositiveInfinity)) return;
        throw new AutodiffException(errorId, Invariant($"The {what} has to be a finite number above 0, not {number}."));
    }

    /// <summary>Values of variables.</summary>
    private sealed class Values(VariableLayout given, double[] elements)
    {
        private readonly NamePlaces _places = new(given.Names);

        /// <summary>The elements of some of the variables, one after the other.</summary>
        /// <exception cref="AutodiffException">One has no value, or one of another shape.</exception>
        public double[] Of(VariableLayout wanted)
        {
            var point = new double[wanted.Length];
            for (var i = 0; i < wanted.Names.Count; i++)
            {
                if (!_places.TryGetValue(wanted.Names[i], out var place)) throw new AutodiffException(ErrorIds.VariableNotBound, $"Variable '{wanted.Names[i]}' has no value.");
                var (own, shape) = (given.Shapes[place], wanted.Shapes[i]);
                if (!own.IsLike(shape)) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The value of '{wanted.Names[i]}' is {own.InWords()}, but '{wanted.Names[i]}' is {shape.InWords()}.");
                elements.AsSpan(given.ElementsOf(place)).CopyTo(point.AsSpan(wanted.ElementsOf(i)));
            }

            return point;
        }
    }
}
