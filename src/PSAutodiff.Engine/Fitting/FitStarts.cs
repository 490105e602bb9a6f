using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>Starts of further searches.</summary>
internal static class FitStarts
{
    /// <summary>
    /// Draws a start: evenly between bounds on both sides; else the first start times a power of ten between 1/10 and 10, and evenly between -1 and 1 where
    /// that is 0; never beyond a bound.
    /// </summary>
    /// <param name="first">The first start.</param>
    /// <param name="lower">The least values.</param>
    /// <param name="upper">The greatest values.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="number">Which start it is.</param>
    public static double[] Draw(double[] first, double[] lower, double[] upper, int seed, int number)
    {
        var random = new RandomSource(seed, number);
        var start = (double[])first.Clone();
        for (var i = 0; i < start.Length; i++)
        {
            var part = random.NextUnit();
            start[i] = double.IsFinite(lower[i]) && double.IsFinite(upper[i])
                ? lower[i] + (part * upper[i]) - (part * lower[i])
                : start[i] == 0 ? (2 * part) - 1 : start[i] * Math.Pow(10, (2 * part) - 1);
            start[i] = Math.Clamp(start[i], lower[i], upper[i]);
        }

        return start;
    }
}
