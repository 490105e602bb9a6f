using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// What columns are measured from beside an intercept: their first value, when the first rows all lie within a factor of two of it, so that the
/// differences are exact; else 0. A column of one value becomes one of zeros, and a large common part costs no digits.
/// </summary>
internal static class ColumnOrigins
{
    /// <summary>The most rows that are looked at.</summary>
    public const int Rows = 128;

    /// <summary>Finds the origins.</summary>
    /// <param name="plan">With an intercept, or all are 0.</param>
    /// <param name="rows">The first rows of [X y], at least one.</param>
    /// <returns>A number for each column of [1 X y] or [X y]; null when all are 0.</returns>
    public static double[]? Find(RegressionPlan plan, IReadOnlyList<double[]> rows)
    {
        if (!plan.HasIntercept) return null;
        var origins = new double[rows[0].Length + 1];
        for (var j = 1; j < origins.Length; j++)
        {
            var first = rows[0][j - 1];
            var (low, high) = (Math.Min(first / 2, first * 2), Math.Max(first / 2, first * 2));
            var isNear = true;
            for (var i = 1; i < Math.Min(Rows, rows.Count) && isNear; i++) isNear = rows[i][j - 1] >= low && rows[i][j - 1] <= high;
            if (isNear) origins[j] = first;
        }

        return Array.TrueForAll(origins, static origin => origin == 0) ? null : origins;
    }
}
