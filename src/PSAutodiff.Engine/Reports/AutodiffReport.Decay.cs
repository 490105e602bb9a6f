using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Reports;

/// <content>Weight decay.</content>
internal sealed partial class AutodiffReport
{
    // Of the plane of two weights: the width of the file's picture without its axes over its height.
    private const double PlaneAspect = 712.0 / 370;
    private const double PlainAspect = 74.0 / (2 * PlainHeight);

    /// <summary>Adds analyses of one error with weight decay, one for each tau: tables, and for two weights the geometry.</summary>
    /// <param name="analyses">At least one.</param>
    public void AddWeightDecay(IReadOnlyList<WeightDecayAnalysis> analyses)
    {
        var first = analyses[0];
        StartSection(Invariant($"Weight decay of {first.Variables.Count} weights"));
        Note("E is the error with its minimum w*, and E' = E + tau/2 |w|^2. Along each eigenvector of the Hessian the minimum shrinks by lambda/(lambda + tau).");
        Table(
            "Shrink factors",
            ["direction", "eigenvalue", .. analyses.Take(TableColumns).Select(static analysis => Invariant($"tau = {analysis.Decay:g6}"))],
            first.Directions.Take(LargestTable).Select(direction => (string[])[
                Invariant($"{direction.Index}"), Invariant(direction.Eigenvalue), .. analyses.Take(TableColumns).Select(analysis => Invariant(analysis.Factors[direction.Index - 1]))]));
        Table(
            "Minima",
            ["weight", "tau = 0", .. analyses.Take(TableColumns).Select(static analysis => Invariant($"tau = {analysis.Decay:g6}"))],
            first.Variables.Take(LargestTable).Select((name, i) => (string[])[
                name, Invariant(first.Minimizer[i]), .. analyses.Take(TableColumns).Select(analysis => Invariant(analysis.DecayedMinimizer[i]))]));
        if (first.Variables.Count != 2)
        {
            Note("The geometry is drawn for two weights.");
            return;
        }

        Heading("Geometry");
        var plot = DecayPlot.Of(analyses, PlaneAspect);
        var (x, y) = (plot.X, plot.Values!.Value);
        var description = Invariant($"Contours of E around its minimum and of E' around its own, the eigenvectors of the Hessian, and the path of the minimum as tau grows from 0; {plot.XName} from {x.From:g4} to {x.To:g4} and {plot.YName} from {y.From:g4} to {y.To:g4}, equal lengths equally long.{(plot.Curves.Exists(static curve => curve.IsHidden) ? " Names in the legend show and hide what they name." : string.Empty)}");
        _pictures.Start("curves", "Geometry of weight decay", description);
        _pictures.Text("x", plot.XName);
        _pictures.Text("y", plot.YName);
        _pictures.Numbers("gaps", []);
        _pictures.Numbers("range", [y.From, y.To]);
        _pictures.Numbers("domain", [x.From, x.To]);
        _pictures.Array("series", () =>
        {
            foreach (var (i, curve) in plot.Curves.Index()) Series(curve.Name, isMain: i == 0, isDots: false, () => Pairs(curve.Samples.X.Zip(curve.Samples.Y)), isHidden: curve.IsHidden);
            foreach (var points in plot.Points) Series(points.Name, isMain: false, isDots: true, () => Pairs(points.X.Zip(points.Y)));
        });
        _pictures.End();
        Figure(description, TerminalPlot.Draw(DecayPlot.Of(analyses, PlainAspect), PlainWidth, PlainHeight, PlotStyle.Ascii));
    }
}
