using PSAutodiff.Core;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Reports;

/// <content>Curve fits.</content>
internal sealed partial class AutodiffReport
{
    /// <summary>Adds a curve fit: its parameters, and over data the residuals; with one column the curve with its bands.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="columns">The columns of the model and of the label, for which there are data.</param>
    /// <param name="data">The values of each column; null for no data.</param>
    public void AddCurveFit(CurveFitResult fit, IReadOnlyList<string> columns, IReadOnlyList<double[]>? data)
    {
        var label = fit.Label.ToText(ExprTextFormat.Infix, LongestFormula);
        StartSection($"Curve fit of {label}");
        Note(Invariant($"R2 {fit.RSquared:g6}, residual standard error {fit.ResidualStandardError:g6} with {fit.DegreesOfFreedom} degrees of freedom, {fit.Rows} {(fit.Rows == 1 ? "row" : "rows")}; {fit.StopReason} after {fit.Iterations} {(fit.Iterations == 1 ? "step" : "steps")}."));
        if (fit.Message.Length > 0) Note(fit.Message);
        Formula(label, fit.Model);
        var (values, errors) = (VariableLayout.ElementsOf(fit.Parameters), VariableLayout.ElementsOf(fit.StandardErrors));
        var (lower, upper) = (VariableLayout.ElementsOf(fit.LowerConfidenceLimits), VariableLayout.ElementsOf(fit.UpperConfidenceLimits));
        var (ts, ps) = (VariableLayout.ElementsOf(fit.TValues), VariableLayout.ElementsOf(fit.PValues));
        var percent = Invariant($"{100 * fit.Confidence:g6} %");
        Table(
            "Parameters",
            ["name", "value", "standard error", $"lower limit, {percent}", $"upper limit, {percent}", "t", "p"],
            fit.ParameterNames.Take(LargestTable).Select((name, i) => (string[])[name, Invariant(values[i]), Invariant(errors[i]), Invariant(lower[i]), Invariant(upper[i]), Invariant(ts[i]), Invariant(ps[i])]));

        // What has to be arrays is no place in a picture.
        var flat = ExprNode.Flatten([fit.Model]);
        string[] axes = [.. fit.Model.Variables.Where(name => !fit.Parameters.Contains(name))];
        if (VariableLayout.Of(axes, flat).HasArrays) return;
        var labels = data is null ? [] : Evaluated(fit.Label, columns, data);
        if (axes.Length == 1) Bands(fit, axes[0], label, percent, data?[IndexOf(columns, axes[0])] ?? [], labels);
        if (data is null)
        {
            Note("The data are in no picture; -Data puts them there, with the residuals.");
            return;
        }

        Residuals(axes.Length == 1 ? axes[0] : $"predicted {label}", axes.Length == 1 ? data[IndexOf(columns, axes[0])] : null, Evaluated(fit.Expression, columns, data), labels);
    }

    private static int IndexOf(IReadOnlyList<string> columns, string name) => columns.Index().First(column => column.Item == name).Index;

    private static double[] Evaluated(ExprNode expression, IReadOnlyList<string> columns, IReadOnlyList<double[]> data) =>
        new PlotFunction(expression, columns, NoValues).Evaluate([.. data]);

    private void Bands(CurveFitResult fit, string axis, string label, string percent, double[] x, double[] y)
    {
        Heading("The curve");
        var plot = PlotOver(axis, x.Length > 0 ? DefaultRange.Around(x, DataMargin) : (-Half, Half));
        new PlotCurves(plot, axis, PointsOfCurve).Add(PlotSubject.Of(fit.Expression), NoValues);
        // What data do not determine has no limits.
        var hasBands = fit.CovarianceRoot is not null;
        if (hasBands)
        {
            var xs = plot.X.Values(PointsOfCurve);
            var inputs = new double[xs.Length, 1];
            for (var row = 0; row < xs.Length; row++) inputs[row, 0] = xs[row];
            foreach (var (interval, name) in new[] { (PredictionInterval.Confidence, $"{percent} confidence of the curve"), (PredictionInterval.Prediction, $"{percent} prediction of an observation") })
            {
                var limits = fit.LimitsFor(inputs, interval, fit.Confidence);
                foreach (var side in new[] { 1, 0 }) plot.Curves.Add(new PlotCurve(name, CurveSamples.Of(xs, [.. Enumerable.Range(0, xs.Length).Select(row => limits[row, side])]), IsFaint: true));
            }
        }

        if (x.Length > 0) plot.Points.Add(new PlotPoints("data", x, y));
        Curves(plot, label, hasBands ? $"The fitted curve with bands: {percent} confidence of the curve and, wider, {percent} prediction of an observation of weight 1" : "The fitted curve", []);
    }

    /// <summary>What the model leaves over, by the one column or else by what is predicted.</summary>
    private void Residuals(string axis, double[]? x, double[] predicted, double[] labels)
    {
        Heading("Residuals");
        x ??= predicted;
        var plot = PlotOver(axis, DefaultRange.Around(x, DataMargin));
        double[] ends = [plot.X.From, plot.X.To];
        plot.Curves.Add(new PlotCurve("0", CurveSamples.Of(ends, [0, 0])));
        plot.Points.Add(new PlotPoints("residuals", x, [.. labels.Zip(predicted, static (label, value) => label - value)]));
        Curves(plot, "residual", "What the fit leaves over: the label less the prediction", []);
    }
}
