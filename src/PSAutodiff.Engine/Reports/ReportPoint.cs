using System.Globalization;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Reports;

/// <summary>A point of the data on a map.</summary>
/// <param name="X">The first input.</param>
/// <param name="Y">The second input.</param>
/// <param name="Label">What it belongs to.</param>
internal readonly record struct ReportPoint(double X, double Y, string Label)
{
    // More kinds of points are not told apart.
    private const int MostGroups = 12;

    /// <summary>The points of each label, by numbers and then by text; all in one group when the labels are many.</summary>
    /// <param name="points">The points.</param>
    /// <param name="all">What that one group is called.</param>
    public static IReadOnlyList<PlotPoints> Groups(IReadOnlyList<ReportPoint> points, string all)
    {
        var groups = points.GroupBy(static point => point.Label, StringComparer.Ordinal).ToArray();
        if (groups.Length > MostGroups) return [Of(all, points)];
        return
        [
            .. groups
                .OrderBy(static group => double.TryParse(group.Key, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0)
                .ThenBy(static group => group.Key, StringComparer.Ordinal)
                .Select(static group => Of(group.Key, group)),
        ];
    }

    private static PlotPoints Of(string name, IEnumerable<ReportPoint> points) => new(name, [.. points.Select(static point => point.X)], [.. points.Select(static point => point.Y)]);
}
