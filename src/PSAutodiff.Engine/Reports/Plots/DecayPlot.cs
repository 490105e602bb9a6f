using static System.FormattableString;

namespace PSAutodiff.Reports.Plots;

/// <summary>
/// The geometry of weight decay for two weights: contours of the error E around its minimum w*, contours of E' = E + tau/2 |w|^2 around its own,
/// the eigenvectors of the Hessian at w*, and the path of the minimum of E' as tau grows from 0. Equal lengths are equally long on both axes.
/// </summary>
internal static class DecayPlot
{
    private const int PointsOfEllipse = 241;
    private const int PointsOfPath = 401;
    private const double Margin = 0.35;

    // Of the largest curvature, what rounding makes of 0.
    private const double Flat = 1e-12;

    // Of the path: so much below the least curvature and above the largest, in powers of ten, nothing moves that could be seen.
    private const double Decades = 4;

    // More contours of E' than these hide each other: then those of one tau are shown.
    private const int MostContours = 2;

    // Parts of the largest half axis of the contours of E; parts of the way from the minimum of E' to that of E.
    private static readonly double[] Radii = [0.25, 0.5, 0.75, 1, 1.5];

    /// <summary>The picture.</summary>
    /// <param name="analyses">Analyses of one and the same error with two weights, one for each tau.</param>
    /// <param name="aspect">The width of the picture divided by its height, as lengths are seen.</param>
    public static Plot Of(IReadOnlyList<WeightDecayAnalysis> analyses, double aspect)
    {
        var first = analyses[0];
        var (vectors, best) = (first.Eigenvectors, first.Minimizer);
        var values = Array.ConvertAll(first.Eigenvalues, value => value > Flat * first.Eigenvalues[0] ? value : 0);
        var length = 0.6 * Math.Max(Math.Sqrt((best[0] * best[0]) + (best[1] * best[1])), 1e-300);
        if (best is [0, 0]) length = 1;
        var ends = new[] { (X: 0.0, Y: 0.0), (X: best[0], Y: best[1]) }.Concat(Enumerable.Range(0, 2).Select(k => (X: best[0] + (length * vectors[0, k]), Y: best[1] + (length * vectors[1, k])))).ToArray();
        var (x, y) = Equal(DefaultRange.Around(ends.Select(static end => end.X), Margin), DefaultRange.Around(ends.Select(static end => end.Y), Margin), aspect);
        var plot = new Plot { XName = VisibleText.Of(first.Variables[0]), YName = VisibleText.Of(first.Variables[1]), X = new PlotScale(x.From, x.To), Values = y };
        var reach = (x.To - x.From) + (y.To - y.From);
        plot.Curves.Add(new PlotCurve("path of the minimum as tau grows from 0", Path(first)));
        plot.Curves.Add(new PlotCurve("contours of E", Ellipses(vectors, values, best, Closed(values, length), length, reach)));
        var decayed = analyses.Where(static analysis => analysis.Decay > 0).ToArray();
        foreach (var (i, analysis) in decayed.Index())
        {
            var moved = Array.ConvertAll(values, value => value + analysis.Decay);
            var height = HeightAt(vectors, moved, analysis.DecayedMinimizer, best);
            var contours = Ellipses(vectors, moved, analysis.DecayedMinimizer, height, length, reach);
            plot.Curves.Add(new PlotCurve(Invariant($"contours of E' with tau = {analysis.Decay:g6}"), contours, IsHidden: decayed.Length > MostContours && i != decayed.Length / 2));
        }

        for (var k = 0; k < 2; k++)
        {
            plot.Curves.Add(new PlotCurve(Invariant($"eigenvector {k + 1}, curvature {values[k]:g6}"), CurveSamples.Of([best[0], best[0] + (length * vectors[0, k])], [best[1], best[1] + (length * vectors[1, k])])));
        }

        plot.Points.Add(new PlotPoints(Invariant($"minimum of E ({best[0]:g4}, {best[1]:g4})"), [best[0]], [best[1]]));
        foreach (var analysis in decayed)
        {
            var at = analysis.DecayedMinimizer;
            plot.Points.Add(new PlotPoints(Invariant($"with tau = {analysis.Decay:g6} ({at[0]:g4}, {at[1]:g4})"), [at[0]], [at[1]]));
        }

        return plot;
    }

    /// <summary>Two ranges about the same middles, the smaller widened so that equal lengths are equally long.</summary>
    private static ((double From, double To) X, (double From, double To) Y) Equal((double From, double To) x, (double From, double To) y, double aspect)
    {
        var height = Math.Max(y.To - y.From, (x.To - x.From) / aspect) / 2;
        var (middleX, middleY) = ((x.From / 2) + (x.To / 2), (y.From / 2) + (y.To / 2));
        return ((middleX - (height * aspect), middleX + (height * aspect)), (middleY - height, middleY + height));
    }

    /// <summary>sum_k lambda_k/(lambda_k + tau) (u_k'w*) u_k for tau from 0 on, evenly in its logarithm, and its end.</summary>
    private static CurveSamples Path(WeightDecayAnalysis analysis)
    {
        var positive = analysis.Eigenvalues.Where(static value => value > 0).DefaultIfEmpty(1).ToArray();
        var (low, high) = (Math.Log10(positive.Min()) - Decades, Math.Log10(positive.Max()) + Decades);
        var (x, y) = (new double[PointsOfPath + 1], new double[PointsOfPath + 1]);

        // Along a flat direction the minimum jumps as soon as there is any decay.
        (x[0], y[0]) = (analysis.Minimizer[0], analysis.Eigenvalues[^1] > 0 ? analysis.Minimizer[1] : double.NaN);
        for (var i = 0; i < PointsOfPath; i++)
        {
            var tau = Math.Pow(10, low + ((high - low) * i / (PointsOfPath - 1)));
            for (var k = 0; k < 2; k++)
            {
                var part = analysis.Eigenvalues[k] / (analysis.Eigenvalues[k] + tau) * analysis.EigenMinimizer[k];
                x[i + 1] += part * analysis.Eigenvectors[0, k];
                y[i + 1] += part * analysis.Eigenvectors[1, k];
            }
        }

        return CurveSamples.Of(x, y);
    }

    /// <summary>The height at which the longer half axis of a contour has a length, so that it closes within the picture.</summary>
    private static double Closed(double[] values, double length) => (values[1] > 0 ? values[1] : values[0]) * length * length;

    /// <summary>(w - middle)'H(w - middle) at a point.</summary>
    private static double HeightAt(double[,] vectors, double[] values, double[] middle, double[] at)
    {
        var height = 0.0;
        for (var k = 0; k < 2; k++)
        {
            var part = ((at[0] - middle[0]) * vectors[0, k]) + ((at[1] - middle[1]) * vectors[1, k]);
            height += values[k] * part * part;
        }

        return height;
    }

    /// <summary>
    /// Where (w - middle)'H(w - middle) is the squares of some radii times a height, or where that is nothing, times its largest at
    /// a length of one's choice; each closed, with gaps between them. Along flat directions they are lines as long as the picture.
    /// </summary>
    private static CurveSamples Ellipses(double[,] vectors, double[] values, double[] middle, double height, double length, double reach)
    {
        if (!(height > 0)) height = values[0] * length * length;
        var (x, y) = (new List<double>(), new List<double>());
        if (values[0] <= 0) return CurveSamples.Of([], []);
        foreach (var radius in Radii)
        {
            var axes = Array.ConvertAll(values, value => value > 0 ? Math.Min(radius * Math.Sqrt(height / value), 1e3 * reach) : 1e3 * reach);
            for (var i = 0; i < PointsOfEllipse; i++)
            {
                var (sin, cos) = Math.SinCos(2 * Math.PI * i / (PointsOfEllipse - 1));

                // Evenly where a long ellipse is near: its far ends are out of the picture.
                var (a, b) = (axes[0] * cos, axes[1] * Spread(sin, axes[1] / axes[0]));
                a = axes[0] * Math.Sign(cos) * Math.Sqrt(Math.Max(0, 1 - (b / axes[1] * (b / axes[1]))));
                x.Add(middle[0] + (a * vectors[0, 0]) + (b * vectors[0, 1]));
                y.Add(middle[1] + (a * vectors[1, 0]) + (b * vectors[1, 1]));
            }

            x.Add(double.NaN);
            y.Add(double.NaN);
        }

        return CurveSamples.Of([.. x], [.. y]);

        static double Spread(double sin, double ratio) => ratio <= 10 ? sin : Math.Sign(sin) * Math.Pow(Math.Abs(sin), Math.Log10(ratio));
    }
}
