namespace PSAutodiff.Reports.Plots;

/// <summary>What most of many numbers are, whatever a few of them are.</summary>
internal static class Quantiles
{
    /// <summary>The finite ones of some numbers, ascending.</summary>
    public static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The number below which a part of sorted numbers lies; at least one has to be there.</summary>
    public static double Of(double[] sorted, double part) => sorted[(int)Math.Round(part * (sorted.Length - 1))];

    /// <summary>The distance between which four fifths of the finite numbers lie, at most the greatest number; 0 for none.</summary>
    public static double Spread(IEnumerable<double> values)
    {
        var sorted = Sorted(values);
        return sorted.Length == 0 ? 0 : Math.Min(double.MaxValue, Of(sorted, 0.9) - Of(sorted, 0.1));
    }
}
