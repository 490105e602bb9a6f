namespace PSAutodiff.Reports.Plots;

/// <summary>What a map of a function of two variables shows.</summary>
internal sealed class SurfacePlot
{
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

    /// <summary>Points.</summary>
    public List<PlotPoints> Points { get; } = [];
}
