using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>Starts of further searches.</summary>
internal static class FitStarts
{
    /// <summary>
    /// Starts that were not given, by the number of the start: of parameters with one possible value this; with several searches, of those with bounds on
    /// both sides one drawn evenly between. NaN for the others without one.
    /// </summary>
    /// <param name="layout">The parameters.</param>
    /// <param name="start">The starts that were given, else NaN.</param>
    /// <param name="lower">The least values.</param>
    /// <param name="upper">The greatest values.</param>
    /// <param name="options">The settings.</param>
    public static Func<int, double[]> ForMissing(VariableLayout layout, IReadOnlyList<double> start, double[] lower, double[] upper, CurveFitOptions options)
    {
        var isDrawn = new bool[lower.Length];
        for (var parameter = 0; parameter < layout.Names.Count; parameter++)
        {
            var (from, length) = layout.ElementsOf(parameter).GetOffsetAndLength(layout.Length);
            var elements = Enumerable.Range(from, length);
            if (elements.All(i => double.IsNaN(start[i]) && (lower[i] == upper[i] || (options.Restarts > 1 && double.IsFinite(lower[i]) && double.IsFinite(upper[i]))))) Array.Fill(isDrawn, true, from, length);
        }

        return number =>
        {
            var random = new RandomSource(options.Seed, number);
            return [.. start.Select((value, i) => isDrawn[i] ? Between(lower[i], upper[i], random.NextUnit()) : value)];
        };
    }

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
                ? Between(lower[i], upper[i], part)
                : start[i] == 0 ? (2 * part) - 1 : start[i] * Math.Pow(10, (2 * part) - 1);
            start[i] = Math.Clamp(start[i], lower[i], upper[i]);
        }

        return start;
    }

    private static double Between(double lower, double upper, double part) => Math.Clamp(lower + (part * upper) - (part * lower), lower, upper);
}
