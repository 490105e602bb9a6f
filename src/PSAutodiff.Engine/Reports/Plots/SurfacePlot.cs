namespace PSAutodiff.Reports.Plots;

/// <summary>What a map of a function of two variables shows.</summary>
internal sealed class SurfacePlot
{
    private const double Half = 0.5;

    /// <summary>What the legend calls the function.</summary>
    public required string Name { get; init; }

    /// <summary>The function: values at points, given by their coordinates.</summary>
    public required Func<double[], double[], double[]> Evaluate { get; init; }

    /// <summary>The name of the horizontal axis.</summary>
    public required string XName { get; init; }

    /// <summary>The name of the vertical axis.</summary>
    public required string YName { get; init; }

    /// <summary>The horizontal range.</summary>
    public required PlotScale X { get; init; }

    /// <summary>The vertical range.</summary>
    public required PlotScale Y { get; init; }

    /// <summary>The values that the bands are chosen for; null for all that are in the picture.</summary>
    public (double From, double To)? Values { get; init; }

    /// <summary>The values where a line is drawn; by default one half when all values are between 0 and 1, as those of a probability.</summary>
    public IReadOnlyList<double>? Levels { get; init; }

    /// <summary>The level that divides probabilities: one half, when all values that are finite are between 0 and 1, and lie on both sides of it.</summary>
    public static IReadOnlyList<double> LevelsOf(IReadOnlyList<double> values)
    {
        var (least, greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (double.IsFinite(value)) (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        }

        return least is >= 0 and < Half && greatest is > Half and <= 1 ? [Half] : [];
    }

    /// <summary>Points.</summary>
    public List<PlotPoints> Points { get; } = [];
}
