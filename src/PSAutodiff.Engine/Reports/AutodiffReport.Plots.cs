using System.Collections;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Reports;

/// <content>Curves and maps of functions, and what stands in the place of pictures where no script runs.</content>
internal sealed partial class AutodiffReport
{
    private const int PointsOfCurve = 801;
    private const int PlainWidth = 78;
    private const int PlainHeight = 16;
    private const int TicksOfValues = 6;

    // Points seen closely, next to poles, are of no use beyond this many heights of the picture.
    private const double FarthestPoint = 3;
    private const double DataMargin = 0.05;
    private const double Half = 5;
    private const int MostNamed = 12;

    /// <summary>Adds a fit: its coefficients, and with one feature its line over the data.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="points">The data, feature and label.</param>
    public void AddFit(RegressionResult fit, IReadOnlyList<ReportPoint> points)
    {
        StartSection($"Fit of {fit.Label}");
        var (statistic, values) = fit is GeneralizedRegressionResult other ? ("z", other.ZValues) : ("t", ((LinearRegressionResult)fit).TValues);
        Note(fit is GeneralizedRegressionResult generalized
            ? Invariant($"{generalized.Family}, deviance {generalized.Deviance:g6} with {fit.ResidualDegreesOfFreedom:g6} degrees of freedom, null deviance {generalized.NullDeviance:g6} with {generalized.NullDegreesOfFreedom:g6}, AIC {generalized.Aic:g6}, {fit.Rows} {(fit.Rows == 1 ? "row" : "rows")}.")
            : Invariant($"R2 {((LinearRegressionResult)fit).RSquared:g6}, residual standard error {((LinearRegressionResult)fit).ResidualStandardError:g6} with {fit.ResidualDegreesOfFreedom:g6} degrees of freedom, {fit.Rows} {(fit.Rows == 1 ? "row" : "rows")}."));
        Table(
            "Coefficients",
            ["name", "coefficient", "standard error", statistic, "p"],
            fit.Coefficients.Cast<DictionaryEntry>().Take(LargestTable).Select(entry => new[]
            {
                (string)entry.Key,
                Invariant((double)entry.Value!),
                Invariant((double)fit.StandardErrors[entry.Key]!),
                Invariant((double)values[entry.Key]!),
                Invariant((double)fit.PValues[entry.Key]!),
            }));
        if (fit.Features.Count != 1) return;
        Heading("The fit");
        var range = points.Count > 0 ? DefaultRange.Around(points.Select(static point => point.X), DataMargin) : (-Half, Half);
        var plot = PlotOver(fit.Features[0], range);
        new PlotCurves(plot, fit.Features[0], PointsOfCurve).Add(PlotSubject.Of(fit), NoValues);
        AddData(plot, points);
        Curves(plot, fit.Label, fit is LinearRegressionResult ? Invariant($"{plot.Curves[0].Name}; {plot.Curves[0].BandName}") : plot.Curves[0].Name, []);
    }

    /// <summary>The function of an expression over one axis with its derivative beside it, or a map over two.</summary>
    /// <param name="expression">The function.</param>
    /// <param name="axes">The variables of the axes.</param>
    /// <param name="others">A value for every other variable.</param>
    /// <param name="at">A point to be in the picture; null for none.</param>
    /// <param name="points">Data.</param>
    private void Function(ExprNode expression, string[] axes, IReadOnlyDictionary<string, double> others, IReadOnlyDictionary<string, double>? at, IReadOnlyList<ReportPoint> points)
    {
        if (axes.Length is not (1 or 2)) return;
        if (expression.NodeCount > MostNodes)
        {
            Note(Invariant($"Its {(axes.Length == 1 ? "curve" : "map")} is left out: the expression has {expression.NodeCount} nodes. Show-Expression draws it."));
            return;
        }

        var function = new PlotFunction(expression, axes, others);
        var ranges =
            points.Count == 0 ? DefaultRange.Of([function], axes.Length) :
            axes.Length == 1 ? [DefaultRange.Around(points.Select(static point => point.X), DataMargin)] :
            [Widened(points.Select(static point => point.X), share: 0.5), Widened(points.Select(static point => point.Y), share: 0.5)];
        if (at is not null)
        {
            // The point is in the picture.
            ranges = [.. ranges.Zip(axes, (range, name) => at[name] > range.From && at[name] < range.To || !double.IsFinite(at[name]) ? range : DefaultRange.Around([range.From, range.To, at[name]], DataMargin))];
        }

        var used = expression.Variables.Where(others.ContainsKey).ToArray();
        var with = used.Length == 0 ? string.Empty : $", with {string.Join(", ", used.Take(MostNamed).Select(name => Invariant($"{name} = {others[name]:g6}")))}{(used.Length > MostNamed ? ", ..." : string.Empty)}";
        if (axes.Length == 2)
        {
            Heading("Map");
            (double, double, double)[] point = at is null ? [] : [(at[axes[0]], at[axes[1]], function.Evaluate([at[axes[0]]], [at[axes[1]]])[0])];
            Map(function, axes, ranges[0], ranges[1], "Contours of the function", point, (point.Length == 0 ? string.Empty : ", with the point that was given") + with, ReportPoint.Groups(points, "data"));
            return;
        }

        Heading("Curve and derivative");
        var plot = PlotOver(axes[0], ranges[0]);
        var curves = new PlotCurves(plot, axes[0], PointsOfCurve);
        var subject = PlotSubject.Of(expression);
        curves.Add(subject, others);
        curves.AddDerivative(subject, others);
        var hasTangent = at is not null && curves.AddTangent(subject, others, at[axes[0]]);
        AddData(plot, points);
        Curves(plot, "value", $"The function and its derivative{(hasTangent ? ", with the tangent at the point" : string.Empty)}{with}", []);
    }

    /// <summary>The outputs of a network with one input over the data.</summary>
    private void NetworkCurve(Network network, IReadOnlyList<ReportPoint> points)
    {
        Heading("Curve");
        var subjects = PlotSubject.Of(network);
        var axis = subjects[0].Expression.Variables is [var name] ? name : InputNames(network)(0);
        var plot = PlotOver(InputNames(network)(0), Range(network, 0, points, static point => point.X));
        var curves = new PlotCurves(plot, axis, PointsOfCurve);
        foreach (var subject in subjects.Take(DrawnUnits)) curves.Add(subject, NoValues);
        AddData(plot, points);
        Curves(plot, "output", subjects.Count == 1 ? "The output of the network" : Invariant($"{Math.Min(subjects.Count, DrawnUnits)} of {subjects.Count} outputs of the network"), []);
    }

    private static IReadOnlyDictionary<string, double> NoValues { get; } = new Dictionary<string, double>();

    private static Plot PlotOver(string name, (double From, double To) range) => new() { XName = name, X = new PlotScale(range.From, range.To) };

    private static void AddData(Plot plot, IReadOnlyList<ReportPoint> points)
    {
        if (points.Count > 0) plot.Points.Add(new PlotPoints("data", [.. points.Select(static point => point.X)], [.. points.Select(static point => point.Y)]));
    }

    /// <summary>A picture of curves and points over one variable.</summary>
    /// <param name="plot">What it shows.</param>
    /// <param name="values">The name of the vertical axis.</param>
    /// <param name="what">What is shown, in words.</param>
    /// <param name="steps">The steps that can be played, from the first.</param>
    private void Curves(Plot plot, string values, string what, (double X, double Y)[] steps)
    {
        if (plot.ValueScale(TicksOfValues) is not { } scale)
        {
            Note(Invariant($"No value is finite for {plot.XName} from {plot.X.From:g6} to {plot.X.To:g6}, so there is no curve."));
            return;
        }

        var description = Invariant($"{what}, for {plot.XName} from {plot.X.From:g6} to {plot.X.To:g6} and values from {scale.From:g6} to {scale.To:g6}{(steps.Length > 1 ? Invariant($", with {steps.Length - 1} steps from the start to the minimum") : string.Empty)}.");
        _pictures.Start("curves", what, description);
        _pictures.Text("x", plot.XName);
        _pictures.Text("y", values);
        _pictures.Numbers("gaps", []);
        _pictures.Array("range", () =>
        {
            _pictures.Exact(scale.From);
            _pictures.Exact(scale.To);
        });
        _pictures.Array("series", () =>
        {
            for (var i = 0; i < plot.Curves.Count; i++)
            {
                var curve = plot.Curves[i];
                Series(curve.Name, isMain: i == 0, isDots: false, () => Points(curve.Samples, scale, 0), isFaint: curve.IsFaint);
                if (!(curve.Band > 0)) continue;
                Series(curve.BandName, isMain: false, isDots: false, () => Points(curve.Samples, scale, curve.Band), isFaint: true);
                Series(curve.BandName, isMain: false, isDots: false, () => Points(curve.Samples, scale, -curve.Band), isFaint: true);
            }

            foreach (var points in plot.Points) Series(points.Name, isMain: false, isDots: true, () => Pairs(points.X.Zip(points.Y)));
            if (steps.Length > 0) Series("steps", isMain: false, isDots: true, () => Pairs(steps), isSteps: true);
        });
        _pictures.End();
        if (steps.Length > 0) plot.Points.Add(new PlotPoints("steps", [.. steps.Select(static step => step.X)], [.. steps.Select(static step => step.Y)]));
        Figure(description, TerminalPlot.Draw(plot, PlainWidth, PlainHeight, PlotStyle.Ascii));
    }

    private void Series(string name, bool isMain, bool isDots, Action points, bool isFaint = false, bool isSteps = false, bool isHidden = false) => _pictures.Object(() =>
    {
        _pictures.Text("name", name);
        _pictures.Flag("main", isMain);
        _pictures.Flag("dots", isDots);
        if (isFaint) _pictures.Flag("faint", true);
        if (isSteps) _pictures.Flag("steps", true);
        if (isHidden) _pictures.Flag("hidden", true);
        _pictures.Array("points", points);
    });

    private void Points(CurveSamples samples, PlotScale scale, double shift)
    {
        for (var i = 0; i < samples.X.Length; i++)
        {
            var isFar = !samples.IsRegular[i] && double.IsFinite(samples.Y[i]) && !(Math.Abs(scale.Position(samples.Y[i]) - 0.5) <= FarthestPoint);
            if (!isFar) Pair(samples.X[i], samples.Y[i] + shift);
            if (samples.Breaks[i]) Pair(samples.X[i], double.NaN);
        }
    }

    private void Pairs(IEnumerable<(double X, double Y)> pairs)
    {
        foreach (var (x, y) in pairs) Pair(x, y);
    }

    private void Pair(double x, double y) => _pictures.Array(() =>
    {
        _pictures.Exact(x);
        _pictures.Exact(y);
    });

    /// <summary>
    /// A map of a function of two variables, with data, and points or steps: of what has values between 0 and 1 from blue over white to red,
    /// with a line where it is one half; else contours.
    /// </summary>
    private void Map(PlotFunction function, string[] names, (double From, double To) x, (double From, double To) y, string title, (double X, double Y, double Value)[] steps, string what, IReadOnlyList<PlotPoints> groups)
    {
        var (scaleX, scaleY) = (new PlotScale(x.From, x.To), new PlotScale(y.From, y.To));
        var values = function.Evaluate(DefaultRange.Grid(scaleX.Values(GridPoints), scaleY.Values(GridPoints)));
        var levels = SurfacePlot.LevelsOf(values);
        var isProbability = levels.Count > 0;
        var where = Invariant($"{names[0]} from {x.From:g4} to {x.To:g4} and {names[1]} from {y.From:g4} to {y.To:g4}");
        var description = isProbability
            ? Invariant($"The function over {GridPoints} x {GridPoints} points, {where}; blue is low, white the middle, red high, with a line at 0.5{what}.")
            : Invariant($"Contours of the function, {where}, dark is low{what}.");
        StartMap(isProbability ? "boundary" : "contour", isProbability ? "Map of the function" : title, description, names, x, y, values);
        if (isProbability)
        {
            _pictures.Numbers("range", [0, 1]);
            _pictures.Numbers("levels", levels);
        }

        _pictures.Array("groups", () =>
        {
            foreach (var (i, group) in groups.Index())
            {
                var heights = function.Evaluate(group.X, group.Y);
                Group(group.Name, Colours[i % Colours.Length], isConnected: false, group.X.Select((at, k) => (at, group.Y[k], heights[k])));
            }

            if (steps.Length > 0) Group(steps.Length > 1 ? "step" : "point", "#ff3b30", isConnected: true, steps);
        });
        _pictures.End();
        var plain = new SurfacePlot { Name = string.Empty, Evaluate = (xs, ys) => function.Evaluate(xs, ys), XName = names[0], YName = names[1], X = scaleX, Y = scaleY };
        plain.Points.AddRange(groups);
        if (steps.Length > 0) plain.Points.Add(new PlotPoints(steps.Length > 1 ? "steps" : "point", [.. steps.Select(static step => step.X)], [.. steps.Select(static step => step.Y)]));
        Figure(description, TerminalMap.Draw(plain, PlainWidth, PlainHeight, PlotStyle.Ascii));
    }
}
