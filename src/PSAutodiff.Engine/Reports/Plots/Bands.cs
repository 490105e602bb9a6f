namespace PSAutodiff.Reports.Plots;

/// <summary>The bands of values that a map tells apart, between round numbers.</summary>
internal sealed class Bands
{
    // More of the picture in one band is no picture: then the bands hold equal parts of it.
    private const double LargestPart = 0.7;

    private readonly PlotTick[] _limits;

    private Bands(PlotTick[] limits) => _limits = limits;

    /// <summary>The number of bands, at least 1.</summary>
    public int Count => _limits.Length + 1;

    /// <summary>Chooses bands.</summary>
    /// <param name="values">The values; what is not finite has no band.</param>
    /// <param name="range">The range to divide; null for that of the values.</param>
    /// <param name="most">The greatest number of bands, at least 3.</param>
    public static Bands For(IReadOnlyList<double> values, (double From, double To)? range, int most)
    {
        var sorted = Quantiles.Sorted(values);
        if (sorted.Length == 0) return new Bands([]);
        var (from, to) = range ?? ValueRange.Widened(sorted[0], sorted[^1]);
        var even = new Bands([.. new PlotScale(from, to).Ticks(most - 1).Where(tick => tick.Value > from && tick.Value < to)]);
        if (range is not null) return even;
        var counts = new int[even.Count];
        foreach (var value in sorted) counts[even.Of(value)]++;
        if (counts.Max() <= LargestPart * sorted.Length) return even;
        var limits = new SortedDictionary<double, PlotTick>();
        for (var i = 1; i < most; i++)
        {
            if (TickStep.Round(Quantiles.Of(sorted, (double)i / most)) is { } limit && limit.Value > sorted[0] && limit.Value < sorted[^1]) limits.TryAdd(limit.Value, limit);
        }

        return limits.Count < 2 ? even : new Bands([.. limits.Values]);
    }

    /// <summary>The band of a value, from 0; -1 for what is not finite.</summary>
    public int Of(double value)
    {
        if (!double.IsFinite(value)) return -1;
        var band = 0;
        while (band < _limits.Length && value >= _limits[band].Value) band++;
        return band;
    }

    /// <summary>What values a band has.</summary>
    public string Text(int band) =>
        Count == 1 ? "all values" :
        band == 0 ? $"below {_limits[0].Text}" :
        band == Count - 1 ? $"{_limits[^1].Text} and more" :
        $"{_limits[band - 1].Text} to {_limits[band].Text}";
}
