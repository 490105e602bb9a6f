namespace PSAutodiff.Reports.Plots;

/// <summary>The range of values that a plot shows.</summary>
internal static class ValueRange
{
    // Of a curve with poles: what four fifths of it need, and half of that at both sides.
    private const double Tail = 0.1;
    private const double PoleMargin = 0.5;

    // What ends of a curve, seen closely, may add to its range.
    private const double EndMargin = 0.1;

    // Differences of numbers that are so near are roundings.
    private const double RoundingPart = 1e-12;

    /// <summary>A range that holds everything, but only the greater part of curves that grow without end.</summary>
    /// <param name="curves">The curves.</param>
    /// <param name="others">Other values that are to be seen.</param>
    /// <param name="isLog">Whether the scale is logarithmic, where only numbers above 0 have a place.</param>
    /// <returns>The range; null when there is nothing to show.</returns>
    public static (double From, double To)? Of(IEnumerable<CurveSamples> curves, IEnumerable<double> others, bool isLog)
    {
        var (from, to) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in others.Where(IsShown)) Include(value, value);
        foreach (var curve in curves)
        {
            var sorted = Quantiles.Sorted(curve.Y.Where((value, i) => curve.IsRegular[i] && IsShown(value)));
            if (sorted.Length == 0) continue;
            var (least, greatest) = (sorted[0], sorted[^1]);
            if (curve.HasPole)
            {
                var (low, high) = (Quantiles.Of(sorted, Tail), Quantiles.Of(sorted, 1 - Tail));
                if (low < high)
                {
                    var margin = Math.Min(PoleMargin * (high - low), double.MaxValue);
                    (least, greatest) = isLog ? (low, high) : (Math.Max(least, low - margin), Math.Min(greatest, high + margin));
                }
            }
            else if (!isLog)
            {
                var margin = EndMargin * ((greatest / 2) - (least / 2));
                foreach (var end in curve.Y.Where((value, i) => !curve.IsRegular[i] && IsShown(value)).ToArray())
                {
                    if (end < least && end >= least - margin) least = end;
                    if (end > greatest && end <= greatest + margin) greatest = end;
                }
            }

            Include(least, greatest);
        }

        return from > to ? null : Widened(from, to, isLog);

        bool IsShown(double value) => double.IsFinite(value) && (!isLog || value > 0);

        void Include(double least, double greatest) => (from, to) = (Math.Min(from, least), Math.Max(to, greatest));
    }

    /// <summary>A range with the same middle when it is none: for one and the same value, up to roundings.</summary>
    public static (double From, double To) Widened(double from, double to, bool isLog = false)
    {
        if (isLog) return to > from * (1 + RoundingPart) ? (from, to) : (Math.Max(from / 10, double.Epsilon), Math.Min(to * 10, double.MaxValue));
        var size = Math.Max(Math.Abs(from), Math.Abs(to));
        if ((to / 2) - (from / 2) > RoundingPart * size) return (from, to);
        var margin = size == 0 ? 1 : Math.Max(size / 10, double.Epsilon);
        return (Math.Max(from - margin, -double.MaxValue), Math.Min(to + margin, double.MaxValue));
    }
}
