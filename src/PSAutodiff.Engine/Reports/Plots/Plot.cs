namespace PSAutodiff.Reports.Plots;

/// <summary>What a plot of curves shows.</summary>
internal sealed class Plot
{
    /// <summary>The name of the horizontal axis.</summary>
    public required string XName { get; init; }

    /// <summary>The name of the vertical axis; empty where the legend says what the values are.</summary>
    public string YName { get; init; } = string.Empty;

    /// <summary>The horizontal range.</summary>
    public required PlotScale X { get; init; }

    /// <summary>The curves.</summary>
    public List<PlotCurve> Curves { get; } = [];

    /// <summary>Points.</summary>
    public List<PlotPoints> Points { get; } = [];

    /// <summary>The vertical range; null to choose it by what is shown.</summary>
    public (double From, double To)? Values { get; init; }

    /// <summary>Whether the vertical scale is logarithmic.</summary>
    public bool IsLog { get; init; }

    /// <summary>The vertical scale; null when nothing has a place on it.</summary>
    /// <param name="ticks">The greatest number of ticks on it.</param>
    public PlotScale? ValueScale(int ticks)
    {
        if (Values is { } given) return new PlotScale(given.From, given.To, IsLog);

        // Tangents and bands follow what they belong to.
        var range = ValueRange.Of(
            Curves.Where(static curve => !curve.IsCompanion).Select(static curve => curve.Samples),
            Points.SelectMany(points => points.Y.Where((_, i) => X.Position(points.X[i]) is >= 0 and <= 1)).Concat(BandEnds()),
            IsLog);
        return range is { } some ? new PlotScale(some.From, some.To, IsLog).Rounded(ticks) : null;
    }

    private IEnumerable<double> BandEnds() => Curves.Where(static curve => curve.Band > 0)
        .SelectMany(static curve => curve.Samples.Y.Where(double.IsFinite).SelectMany(y => new[] { y - curve.Band, y + curve.Band }));
}

/// <summary>A curve of a plot.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Samples">Its points.</param>
/// <param name="Band">Half the height of the band around it; 0 for none.</param>
/// <param name="BandName">What the legend calls the band.</param>
/// <param name="IsCompanion">Whether the vertical range is not chosen by it.</param>
/// <param name="IsHidden">Whether it is drawn only on demand, where the legend can be clicked.</param>
/// <param name="IsFaint">Whether it is the border of a band.</param>
internal sealed record PlotCurve(string Name, CurveSamples Samples, double Band = 0, string BandName = "", bool IsCompanion = false, bool IsHidden = false, bool IsFaint = false);

/// <summary>Points of a plot.</summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="X">The abscissas.</param>
/// <param name="Y">The values.</param>
internal sealed record PlotPoints(string Name, double[] X, double[] Y);
