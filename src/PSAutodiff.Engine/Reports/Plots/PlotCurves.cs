using System.Collections.Specialized;
using PSAutodiff.Measurements;

namespace PSAutodiff.Reports.Plots;

/// <summary>Adds functions of one variable to a plot: their curves, and what belongs to them.</summary>
/// <param name="plot">The plot.</param>
/// <param name="axis">The variable of its horizontal axis.</param>
/// <param name="points">The number of evenly spaced points of a curve.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class PlotCurves(Plot plot, string axis, int points, CancellationToken cancellation = default)
{
    // Formulas of derivatives of larger expressions are no names.
    private const int LargestNamed = 200;

    /// <summary>Adds the curve, with its band and the steps to its minimum.</summary>
    /// <param name="subject">The function.</param>
    /// <param name="at">A value for every variable but that of the axis.</param>
    public void Add(PlotSubject subject, IReadOnlyDictionary<string, double> at)
    {
        var function = Function(subject.Expression, at);
        plot.Curves.Add(new PlotCurve(subject.Name, CurveSampler.Sample(function, plot.X, points), subject.Band, subject.BandName));
        foreach (var (name, steps) in subject.Steps)
        {
            double[] x = [.. Coordinates(steps, axis)];
            if (x.Length > 0) plot.Points.Add(new PlotPoints(name, x, function.Evaluate(x)));
        }
    }

    /// <summary>Adds the curve of the derivative.</summary>
    /// <param name="subject">The function.</param>
    /// <param name="at">A value for every variable but that of the axis.</param>
    public void AddDerivative(PlotSubject subject, IReadOnlyDictionary<string, double> at)
    {
        var numeric = NumericDerivatives.Of(subject.Expression, [axis], hessian: false, cancellation).Gradient.Nodes()[0];
        var name = subject.Expression.NodeCount <= LargestNamed
            ? PlotSubject.Of(subject.Expression.Differentiate(axis).Simplify(SimplificationRule.Textbook)).Name
            : subject.Name;
        plot.Curves.Add(new PlotCurve(
            subject.Expression.NodeCount <= LargestNamed ? $"d/d{plot.XName}: {name}" : $"d/d{plot.XName} of {name}",
            CurveSampler.Sample(Function(numeric, at), plot.X, points)));
    }

    /// <summary>Adds the tangent at a point, and the point.</summary>
    /// <param name="subject">The function.</param>
    /// <param name="at">A value for every variable but that of the axis.</param>
    /// <param name="x">Where it touches.</param>
    /// <returns>Whether there is one: the value and the derivative are finite.</returns>
    public bool AddTangent(PlotSubject subject, IReadOnlyDictionary<string, double> at, double x)
    {
        var numeric = NumericDerivatives.Of(subject.Expression, [axis], hessian: false, cancellation).Gradient.Nodes()[0];
        var (value, slope) = (Function(subject.Expression, at).Evaluate([x])[0], Function(numeric, at).Evaluate([x])[0]);
        if (!double.IsFinite(value) || !double.IsFinite(slope)) return false;
        var xs = plot.X.Values(points);
        plot.Curves.Add(new PlotCurve(
            FormattableString.Invariant($"tangent at {plot.XName} = {x:g6}: value {value:g6}, slope {slope:g6}"),
            CurveSamples.Of(xs, Array.ConvertAll(xs, to => value + (slope * (to - x)))),
            IsCompanion: true));
        plot.Points.Add(new PlotPoints(FormattableString.Invariant($"({x:g6}, {value:g6})"), [x], [value]));
        return true;
    }

    /// <summary>What steps have for a variable.</summary>
    public static IEnumerable<double> Coordinates(IEnumerable<OrderedDictionary> steps, string variable) =>
        steps.Where(step => step.Contains(variable)).Select(step => (double)step[variable]!);

    private PlotFunction Function(ExprNode expression, IReadOnlyDictionary<string, double> at) => new(expression, [axis], at, cancellation);
}
