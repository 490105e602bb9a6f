namespace PSAutodiff.Reports.Plots;

/// <summary>Points of a curve, from left to right.</summary>
/// <param name="X">The abscissas, ascending.</param>
/// <param name="Y">The values; what is not finite is a gap.</param>
/// <param name="Breaks">By point: whether no line leads from it to the next, because the function jumps there.</param>
/// <param name="IsRegular">By point: whether it is one of the evenly spaced ones, which say what range the curve has.</param>
/// <param name="HasPole">Whether the function grows without end somewhere.</param>
internal sealed record CurveSamples(double[] X, double[] Y, bool[] Breaks, bool[] IsRegular, bool HasPole)
{
    /// <summary>Points joined by lines.</summary>
    public static CurveSamples Of(double[] x, double[] y)
    {
        var isRegular = new bool[x.Length];
        Array.Fill(isRegular, true);
        return new CurveSamples(x, y, new bool[x.Length], isRegular, HasPole: false);
    }

    /// <summary>Whether a line leads from a point to the next.</summary>
    public bool Joins(int i) => i + 1 < X.Length && !Breaks[i] && double.IsFinite(Y[i]) && double.IsFinite(Y[i + 1]);
}
