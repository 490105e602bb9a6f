using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>Points as messages show them.</summary>
internal static class PointText
{
    private const int Shown = 4;

    /// <summary>A few variables with their values, then how many more there are.</summary>
    public static string Of(IReadOnlyList<string> variables, ReadOnlySpan<double> point)
    {
        var parts = new List<string>();
        for (var i = 0; i < Math.Min(Shown, point.Length); i++)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{variables[i]} = {point[i]:g6}"));
        }

        if (point.Length > Shown) parts.Add(string.Create(CultureInfo.InvariantCulture, $"and {point.Length - Shown} more"));
        return string.Join(", ", parts);
    }
}
