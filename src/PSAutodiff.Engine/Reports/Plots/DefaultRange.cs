using System.Globalization;

namespace PSAutodiff.Reports.Plots;

/// <summary>The range to show when nobody says one: from -5 to 5, or the part of that in which the functions have values, or a wider one.</summary>
internal static class DefaultRange
{
    private const int Usual = 5;
    private const int Widest = 5_000_000;
    private const int PointsOfCurve = 1001;
    private const int PointsOfSide = 81;

    /// <summary>The range of each axis.</summary>
    /// <param name="functions">What is drawn, at least one function.</param>
    /// <param name="axes">The number of axes, 1 or 2.</param>
    public static (double From, double To)[] Of(IReadOnlyList<PlotFunction> functions, int axes)
    {
        for (var end = Usual; end <= Widest; end *= 10)
        {
            if (Within(functions, axes, end) is { } ranges) return ranges;
        }

        return [.. Enumerable.Repeat(((double)-Usual, (double)Usual), axes)];
    }

    /// <summary>The least and greatest of some numbers with a part of their distance at both sides; something around a single one.</summary>
    public static (double From, double To) Around(IEnumerable<double> values, double share)
    {
        var (from, to) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values) (from, to) = (Math.Min(from, value), Math.Max(to, value));
        var margin = to > from ? 2 * share * ((to / 2) - (from / 2)) : Math.Max(1, 0.1 * Math.Abs(to));
        return (Math.Max(from - margin, -double.MaxValue), Math.Min(to + margin, double.MaxValue));
    }

    private static (double From, double To)[]? Within(IReadOnlyList<PlotFunction> functions, int axes, int end)
    {
        var points = axes == 1 ? PointsOfCurve : PointsOfSide;
        var steps = points - 1;

        // Quotients of whole numbers, so that round ones are met.
        var coordinates = new double[points];
        for (var i = 0; i < points; i++) coordinates[i] = (double)end * ((2 * i) - steps) / steps;
        var grid = axes == 1 ? [coordinates] : Grid(coordinates, coordinates);
        var first = Enumerable.Repeat(points, axes).ToArray();
        var last = Enumerable.Repeat(-1, axes).ToArray();
        foreach (var function in functions)
        {
            var values = function.Evaluate(grid);
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.IsFinite(values[i])) continue;
                for (var axis = 0; axis < axes; axis++)
                {
                    var at = axis == 0 ? i % points : i / points;
                    (first[axis], last[axis]) = (Math.Min(first[axis], at), Math.Max(last[axis], at));
                }
            }
        }

        if (last[0] < 0) return null;
        return [.. first.Zip(last, (from, to) =>
        {
            var (low, high) = (End(coordinates, from, from - 1), End(coordinates, to, to + 1));
            return low < high ? (low, high) : (coordinates[Math.Max(0, from - 1)], coordinates[Math.Min(steps, to + 1)]);
        })];
    }

    /// <summary>The coordinates of all points of a grid, row by row.</summary>
    public static double[][] Grid(double[] x, double[] y)
    {
        var (xs, ys) = (new double[checked(x.Length * y.Length)], new double[x.Length * y.Length]);
        for (var j = 0; j < y.Length; j++)
        {
            x.CopyTo(xs, j * x.Length);
            Array.Fill(ys, y[j], j * x.Length, x.Length);
        }

        return [xs, ys];
    }

    /// <summary>The border lies between the last point with a value and the next without one: the rounder of them.</summary>
    private static double End(double[] coordinates, int last, int next)
    {
        if (next < 0 || next >= coordinates.Length) return coordinates[last];
        return Digits(coordinates[next]) < Digits(coordinates[last]) ? coordinates[next] : coordinates[last];
    }

    private static int Digits(double value) => Math.Abs(value).ToString("g6", CultureInfo.InvariantCulture).TrimEnd('0').Length;
}
