using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>Tells a minimum from a saddle or a maximum, where the function is small enough for second derivatives.</summary>
internal static class StationaryPoint
{
    private const int MostVariables = 100;
    private const int MostOperations = 200_000;

    /// <summary>Whether second derivatives can be had in less time than a search takes.</summary>
    public static bool CanJudge(Objective objective) =>
        objective.Dimension <= MostVariables && (long)objective.Dimension * objective.OperationCount <= MostOperations;

    /// <summary>
    /// Whether the function falls in a direction in which the gradient is zero, as far as rounding lets it be known. A search by
    /// gradients stays at such a point when it starts there, or where it comes along a symmetry of the function. Nothing is said of
    /// kinks.
    /// </summary>
    public static bool FallsFrom(Objective objective, Iterate at, CancellationToken cancellation)
    {
        if (!CanJudge(objective) || !at.Gradient.Contains(0)) return false;
        try
        {
            var rounding = objective.Rounding(at.Point, cancellation)[1..];
            var flat = new List<int>();
            for (var i = 0; i < objective.Dimension; i++)
            {
                if (double.IsFinite(rounding[i]) && Math.Abs(at.Gradient[i]) <= rounding[i]) flat.Add(i);
            }

            if (flat.Count == 0) return false;
            var hessian = new double[objective.Dimension * objective.Dimension];
            var part = new double[flat.Count * flat.Count];
            var cholesky = new ModifiedCholesky(flat.Count);
            objective.Hessian(at.Point, hessian, cancellation);
            for (var i = 0; i < flat.Count; i++)
            {
                for (var j = 0; j < flat.Count; j++) part[(i * flat.Count) + j] = hessian[(flat[i] * objective.Dimension) + flat[j]];
            }

            var largest = Vectors.Largest(part);
            if (!double.IsFinite(largest) || largest == 0) return false;
            cholesky.Factor(part, cancellation);
            return cholesky.Shift > 0 && !cholesky.IsSingular && flat.TrueForAll(i => IsSmooth(objective, at, i, hessian, rounding[i], cancellation));
        }
        catch (OperationCanceledException)
        {
            // The search is over; only the name of its end would have been another.
            return false;
        }
    }

    /// <summary>Whether a derivative changes by no more than second derivatives say when its variable does: at a kink it jumps.</summary>
    private static bool IsSmooth(Objective objective, Iterate at, int variable, double[] hessian, double rounding, CancellationToken cancellation)
    {
        const double part = 1e-8;
        const double safety = 4;
        var (x, n) = (at.Point[variable], objective.Dimension);
        var step = part * Math.Max(Math.Abs(x), part);
        var curvature = Vectors.Largest(hessian.AsSpan(variable * n, n));
        var probe = new Iterate(n);
        return Math.Abs(DerivativeAt(x + step) - DerivativeAt(x - step)) <= safety * ((2 * step * curvature) + rounding);

        double DerivativeAt(double value)
        {
            probe.CopyFrom(at);
            probe.Point[variable] = value;
            objective.Evaluate(probe, cancellation);
            return probe.Gradient[variable];
        }
    }
}
