using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>Tells a minimum from a fall without end whose slope dies out, as that of exp(x) and atan(x) for ever smaller x.</summary>
/// <param name="objective">The function.</param>
/// <param name="at">Where the search has come to rest.</param>
/// <param name="earlier">Where it was at about half of its steps, or the start.</param>
/// <param name="firstGradient">The largest derivative at the start.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class Asymptote(Objective objective, Iterate at, double[] earlier, double firstGradient, CancellationToken cancellation)
{
    // Slopes that are so much less than that at the start are on the way to no number at all.
    private const double Vanishing = 1e-200;

    // A part of the way: near a minimum of x^2 the slope a little before it is no smaller.
    private const double Little = 1.0 / 64;

    // Of the way, from a little further on to far beyond.
    private static readonly double[] Distances = [Little, 1.0 / 16, 0.25, 1, 4, 16, 64];

    private readonly Iterate _probe = new(objective.Dimension);

    /// <summary>
    /// The variables that run away: those along which the function goes on falling where the search has ended, less and less steeply, or
    /// has fallen so until the slope was too small for a number; none at a minimum. Beyond a minimum the slope changes its sign, and a
    /// flat floor begins where the slope before it was none that vanishes.
    /// </summary>
    public IReadOnlyList<int> Variables()
    {
        if (!StationaryPoint.CanJudge(objective)) return [];
        var n = objective.Dimension;
        var way = new double[n];
        for (var i = 0; i < n; i++)
        {
            way[i] = at.Point[i] - earlier[i];
            if (way[i] == 0 && at.Gradient[i] != 0) way[i] = -Math.Sign(at.Gradient[i]) * Math.Max(Math.Abs(at.Point[i]), 1);
        }

        try
        {
            var alone = Enumerable.Range(0, n).Where(i => RunsAlong(OnlyOne(way, i))).ToList();
            if (alone.Count > 0 || n == 1) return alone;
            return RunsAlong(way) ? [.. Enumerable.Range(0, n).Where(i => way[i] != 0)] : [];
        }
        catch (OperationCanceledException)
        {
            // The search is over; only the name of its end would have been another.
            return [];
        }
    }

    private static double[] OnlyOne(double[] way, int variable)
    {
        var one = new double[way.Length];
        one[variable] = way[variable];
        return one;
    }

    private bool RunsAlong(double[] way)
    {
        var slope = Vectors.Dot(at.Gradient, way);
        if (!(slope <= 0)) return false;
        return IsVanishing(slope, way) ? HasVanished(way) : FallsOn(way, slope);
    }

    private bool FallsOn(double[] way, double slope)
    {
        var value = at.Value;
        foreach (var distance in Distances)
        {
            var next = SlopeAt(at, way, distance);
            if (!(next > slope || (next == 0 && slope == 0)) || !(next < 0 || (next == 0 && (distance >= 1 || IsVanishing(slope, way)))) || !(_probe.Value <= value)) return false;
            (slope, value) = (next, _probe.Value);
        }

        return true;
    }

    /// <summary>Whether the slope is 0 only because it was too small for a number where it became 0.</summary>
    private bool HasVanished(double[] way)
    {
        const int halvings = 1200;
        const double near = 1e-6;
        var from = new Iterate(way.Length);
        for (var i = 0; i < way.Length; i++) from.Point[i] = way[i] == 0 ? at.Point[i] : earlier[i] == at.Point[i] ? at.Point[i] - way[i] : earlier[i];
        var (steep, flat) = (0.0, 1.0);
        if (!(SlopeAt(from, way, steep) < 0)) return false;

        // In logarithms, as a search may have jumped far.
        for (var i = 0; i < halvings && flat - steep > near * flat; i++)
        {
            var middle = steep > 0 && flat > 2 * steep ? Math.Sqrt(steep) * Math.Sqrt(flat) : 0.5 * (steep + flat);
            var slope = SlopeAt(from, way, middle);
            if (!(slope <= 0)) return false;
            if (slope < 0) steep = middle;
            else flat = middle;
        }

        var before = SlopeAt(from, way, flat * (1 - Little));
        return before < 0 && IsVanishing(before, way) && Array.TrueForAll(Distances, distance => SlopeAt(at, way, distance) <= 0 && _probe.Value <= at.Value);
    }

    private bool IsVanishing(double slope, double[] way) => Math.Abs(slope) <= Vanishing * firstGradient * Vectors.Largest(way);

    private double SlopeAt(Iterate from, double[] way, double distance)
    {
        _probe.MoveFrom(from, way, distance);
        objective.Evaluate(_probe, cancellation);
        return _probe.IsFinite ? Vectors.Dot(_probe.Gradient, way) : double.NaN;
    }
}
