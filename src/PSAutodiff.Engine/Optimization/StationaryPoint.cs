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
            var rounding = objective.Rounding(at.Point, cancellation);
            var flat = Flat(at, rounding);
            if (flat.Length == 0) return false;
            var hessian = new double[objective.Dimension * objective.Dimension];
            var part = new double[flat.Length * flat.Length];
            var cholesky = new ModifiedCholesky(flat.Length);
            objective.Hessian(at.Point, hessian, cancellation);
            for (var i = 0; i < flat.Length; i++)
            {
                for (var j = 0; j < flat.Length; j++) part[(i * flat.Length) + j] = hessian[(flat[i] * objective.Dimension) + flat[j]];
            }

            var largest = Vectors.Largest(part);
            if (!double.IsFinite(largest) || largest == 0) return false;
            cholesky.Factor(part, cancellation);
            return cholesky.Shift > 0 && !cholesky.IsSingular && Array.TrueForAll(flat, i => IsSmooth(objective, at, i, hessian, rounding[i + 1], cancellation));
        }
        catch (OperationCanceledException)
        {
            // The search is over; only the name of its end would have been another.
            return false;
        }
    }

    /// <summary>
    /// Whether the function falls along a variable where first and second derivatives say nothing, as x^3 and -x^4 do from 0: at every
    /// distance at which the value shows it, far more than the slope has it.
    /// </summary>
    /// <param name="objective">The function.</param>
    /// <param name="at">The point.</param>
    /// <param name="start">Where the search began: with the point it says what is far.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static bool FallsWithoutCurvature(Objective objective, Iterate at, double[] start, CancellationToken cancellation)
    {
        const double farthest = 0.1;
        const double factor = 0.25;
        const int distances = 24;
        const int fewest = 6;
        const double bySlope = 100;
        if (!CanJudge(objective)) return false;
        try
        {
            var rounding = objective.Rounding(at.Point, cancellation)[0];
            var probe = new Iterate(objective.Dimension);
            var reach = Math.Max(Vectors.Largest(at.Point), Vectors.Largest(start));
            return double.IsFinite(rounding) && Enumerable.Range(0, objective.Dimension).Any(i => Falls(i, 1) || Falls(i, -1));

            bool Falls(int variable, double sign)
            {
                var seen = 0;
                var own = Math.Max(Math.Abs(at.Point[variable]), Math.Abs(start[variable]));
                var distance = sign * farthest * (own > 0 ? own : reach > 0 ? reach : 1);
                for (var i = 0; i < distances; i++, distance *= factor)
                {
                    probe.CopyFrom(at);
                    probe.Point[variable] += distance;
                    objective.Evaluate(probe, cancellation);
                    var fall = at.Value - probe.Value;
                    if (i == 0 && !(fall > bySlope * Math.Abs(at.Gradient[variable] * distance))) return false;
                    if (Math.Abs(fall) <= 2 * rounding) break;
                    if (!(fall > 0) || !double.IsFinite(fall)) return false;
                    seen++;
                }

                return seen >= fewest;
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether the function falls into a box from a bound at which its slope is zero: along one variable, or along two at once, as x*y does from 0
    /// where y may grow and x fall. That no two variables do is no proof for more.
    /// </summary>
    public static bool FallsWithin(Objective objective, Iterate at, Box box, CancellationToken cancellation)
    {
        if (!CanJudge(objective) || !at.Gradient.Contains(0)) return false;
        try
        {
            var n = objective.Dimension;
            var rounding = objective.Rounding(at.Point, cancellation);
            var flat = Flat(at, rounding);
            if (!Array.Exists(flat, i => box.IsAtBound(i, at.Point[i]))) return false;
            var hessian = new double[n * n];
            objective.Hessian(at.Point, hessian, cancellation);
            var probe = new Iterate(n);
            foreach (var i in flat)
            {
                foreach (var j in flat)
                {
                    if (j > i) break;
                    var (own, other, mixed) = (hessian[(i * n) + i], hessian[(j * n) + j], hessian[(i * n) + j]);
                    if (i == j ? !(own < 0) : !(own >= 0 && other >= 0 && mixed * mixed > own * other)) continue;
                    // Where the quadratic form is below zero.
                    var (first, second) = i == j ? (1.0, 0.0)
                        : own > 0 && other > 0 ? (Math.Sqrt(other), Math.Sqrt(own))
                        : own > 0 ? (Math.Abs(mixed) / own, 1)
                        : (1, other > 0 ? Math.Abs(mixed) / other : 1);
                    foreach (var sign in (ReadOnlySpan<double>)[1, -1])
                    {
                        if (Falls(i, sign * first, j, sign * -Math.Sign(mixed) * second)) return true;
                    }
                }
            }

            return false;

            bool Falls(int i, double first, int j, double second)
            {
                const double farthest = 0.1;
                const double factor = 0.25;
                const int distances = 12;
                const int fewest = 3;
                var largest = Math.Max(Math.Abs(first), Math.Abs(second));
                var distance = farthest * Math.Max(1, Math.Max(Math.Abs(at.Point[i]), Math.Abs(at.Point[j]))) / largest;
                for (var (step, seen) = (0, 0); step < distances; step++, distance *= factor)
                {
                    probe.CopyFrom(at);
                    probe.Point[i] = box.Clamp(i, at.Point[i] + (distance * first));
                    if (j != i) probe.Point[j] = box.Clamp(j, at.Point[j] + (distance * second));
                    if (probe.Point[i] == at.Point[i] || (j != i && probe.Point[j] == at.Point[j])) return false;
                    objective.Evaluate(probe, cancellation);
                    seen = at.Value - probe.Value > 2 * rounding[0] ? seen + 1 : 0;
                    if (seen == fewest) return true;
                }

                return false;
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// The elements that never moved because their slope is 0, where it is 0 only because parts of the function became too small for a double: so
    /// does exp(-x^2) at 30. Around the point neither value nor slope changes.
    /// </summary>
    /// <param name="objective">The function, without bounds.</param>
    /// <param name="at">The point.</param>
    /// <param name="start">Where the search began.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static int[] Vanished(Objective objective, Iterate at, double[] start, CancellationToken cancellation)
    {
        const double part = 1e-3;
        if (!CanJudge(objective)) return [];
        int[] still = [.. Enumerable.Range(0, start.Length).Where(i => at.Gradient[i] == 0 && at.Point[i] == start[i])];
        try
        {
            if (still.Length == 0 || !objective.Underflows(at.Point, cancellation)) return [];
            var probe = new Iterate(objective.Dimension);
            return Array.FindAll(still, i => IsFlat(i, part) && IsFlat(i, -part));

            bool IsFlat(int variable, double step)
            {
                probe.CopyFrom(at);
                probe.Point[variable] += step * (at.Point[variable] == 0 ? 1 : at.Point[variable]);
                objective.Evaluate(probe, cancellation);
                return probe.IsFinite && probe.Value == at.Value && probe.Gradient[variable] == 0;
            }
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>The elements along which the slope is zero, as far as rounding lets it be known.</summary>
    /// <param name="at">The point.</param>
    /// <param name="rounding">What rounding may have made of the value, and then of each derivative.</param>
    private static int[] Flat(Iterate at, double[] rounding) =>
        [.. Enumerable.Range(0, at.Point.Length).Where(i => double.IsFinite(rounding[i + 1]) && Math.Abs(at.Gradient[i]) <= rounding[i + 1])];

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
