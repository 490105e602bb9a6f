namespace PSAutodiff.Reports;

/// <summary>Fewer points of a long curve that look the same: of each stretch the least and the greatest, so that no spike is lost.</summary>
internal static class CurveThinning
{
    /// <summary>The indices of the points to keep, ascending.</summary>
    /// <param name="values">The values; of a run that is not finite, one in a stretch is kept as a gap.</param>
    /// <param name="most">The greatest number of points with a value, at least 4.</param>
    public static int[] Thin(IReadOnlyList<double> values, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 4);
        if (values.Count <= most) return [.. Enumerable.Range(0, values.Count)];
        var kept = new SortedSet<int> { 0, values.Count - 1 };
        var stretches = (most / 2) - 1;
        for (var stretch = 0; stretch < stretches; stretch++)
        {
            var (from, to) = ((int)((long)stretch * values.Count / stretches), (int)((stretch + 1L) * values.Count / stretches));
            var (least, greatest, gap) = (-1, -1, -1);
            for (var i = from; i < to; i++)
            {
                if (!double.IsFinite(values[i]))
                {
                    if (gap < 0) gap = i;
                    continue;
                }

                if (least < 0 || values[i] < values[least]) least = i;
                if (greatest < 0 || values[i] > values[greatest]) greatest = i;
            }

            if (least >= 0) kept.Add(least);
            if (greatest >= 0) kept.Add(greatest);
            if (gap >= 0) kept.Add(gap);
        }

        return [.. kept];
    }
}
