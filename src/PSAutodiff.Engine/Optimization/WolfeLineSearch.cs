using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>How a line search ended.</summary>
internal enum LineSearchOutcome
{
    /// <summary>There is a better point.</summary>
    Found,

    /// <summary>No step along the direction lowers the value.</summary>
    Failed,

    /// <summary>The value falls to minus infinity, and nothing on the way is a minimum.</summary>
    Unbounded,
}

/// <summary>
/// Finds a step that satisfies the strong Wolfe conditions (Nocedal and Wright, "Numerical Optimization", 2nd edition, equation 3.7)
/// or, where rounding hides decreases of the value, the approximate ones of Hager and Zhang (SIAM J. Optim. 16, 2005, equation 4.1).
/// Two steps are kept between which there is one: a lower one where the value still falls and an upper one where it does not, as in
/// section 4.3 of the latter. Points where the function is not finite, minus infinity included, count as too far. Nothing here
/// depends on the units of the variables or of the value.
/// </summary>
internal sealed class WolfeLineSearch(Action<Iterate> evaluate, int dimension)
{
    private const double Decrease = 1e-4;
    private const double Flatness = 0.9;
    private const double FirstFactor = 10;
    private const double LargestFactor = 1e64;
    private const int MostTrials = 100;

    // Nothing that has a minimum comes near the end of the doubles, but for minima at bounds.
    private const double Bottomless = -1e300;

    private Iterate _trial = new(dimension);
    private Iterate _lowest = new(dimension);
    private Sample _origin;
    private double _ceiling;
    private bool _fellEndlessly;

    /// <summary>The step that was found; 0 when that of the lowest point was taken.</summary>
    public double Step { get; private set; }

    /// <summary>No step is longer; one of this length need not come to where the slope is small.</summary>
    public double Furthest { get; set; } = double.PositiveInfinity;

    /// <summary>Takes the point that was found; the one given will be written over.</summary>
    public Iterate Exchange(Iterate used)
    {
        var found = _trial;
        _trial = used;
        return found;
    }

    /// <summary>Searches along a direction from the current point.</summary>
    /// <param name="origin">The current point.</param>
    /// <param name="direction">A direction.</param>
    /// <param name="slope">The derivative along it, below 0.</param>
    /// <param name="firstStep">The step to try first, above 0.</param>
    /// <param name="ceiling">The highest value that may be rounding's work; that of the current point or a little more.</param>
    public LineSearchOutcome Run(Iterate origin, ReadOnlySpan<double> direction, double slope, double firstStep, double ceiling)
    {
        _origin = new Sample(0, origin.Value, slope);
        _ceiling = ceiling;
        _fellEndlessly = false;
        _lowest.CopyFrom(origin);
        Step = Find(origin, direction, firstStep);
        if (Step > 0) return LineSearchOutcome.Found;

        // Whatever was lower on the way is better than nothing.
        if (!(_lowest.Value < origin.Value)) return LineSearchOutcome.Failed;
        (_trial, _lowest) = (_lowest, _trial);
        return _fellEndlessly ? LineSearchOutcome.Unbounded : LineSearchOutcome.Found;
    }

    /// <summary>A step to the point in <see cref="_trial"/> that satisfies the conditions, or 0.</summary>
    private double Find(Iterate origin, ReadOnlySpan<double> direction, double step)
    {
        var (low, high) = (_origin, default(Sample?));
        var factor = FirstFactor;
        for (var i = 0; i < MostTrials; i++)
        {
            step = Math.Min(step, Furthest);
            if (step == 0 || !double.IsFinite(step) || step == low.Step || step == high?.Step) return 0;
            _trial.MoveFrom(origin, direction, step);
            if (_trial.IsAt(origin))
            {
                // Too short to move at all.
                if (high is not null || low.Step > 0) return 0;
                step *= factor;
                factor = Math.Min(factor * factor, LargestFactor);
                continue;
            }

            var sample = Try(direction, step);
            if (IsGoodEnough(sample) || (step == Furthest && StillFalls(sample) && sample.Value <= _origin.Value)) return step;
            if (_trial.IsFinite && _trial.Value < _lowest.Value) (_trial, _lowest) = (_lowest, _trial);
            var isBottomless = _lowest.Value < Bottomless && double.IsInfinity(Furthest);
            _fellEndlessly |= isBottomless;
            if (isBottomless || (high is { } end && (sample.IsLike(low) || sample.IsLike(end)))) return 0;
            var before = low;
            if (StillFalls(sample)) low = sample;
            else high = sample;
            if (high is { } upper && low.Step > 0)
            {
                // Every third time the middle, so that the interval shrinks fast whatever the interpolation does.
                step = i % 3 == 2 ? Middle(low.Step, upper.Step) : Interpolate(low, upper);
                continue;
            }

            step = high is { } far ? Shorten(far, factor) : Lengthen(before, low, factor);
            if (i > 0) factor = Math.Min(factor * factor, LargestFactor);
        }

        return 0;
    }

    private Sample Try(ReadOnlySpan<double> direction, double step)
    {
        evaluate(_trial);
        _fellEndlessly |= double.IsNegativeInfinity(_trial.Value);
        return _trial.IsFinite
            ? new Sample(step, _trial.Value, Vectors.Dot(_trial.Gradient, direction))
            : new Sample(step, double.PositiveInfinity, double.NaN);
    }

    private bool IsLowEnough(Sample sample) => sample.Value <= _origin.Value + (Decrease * sample.Step * _origin.Slope);

    /// <summary>Whether a minimum lies further on: the value has not risen, rounding aside, and goes on falling.</summary>
    private bool StillFalls(Sample sample) => sample.Slope < 0 && (IsLowEnough(sample) || sample.Value <= _ceiling);

    private bool IsGoodEnough(Sample sample)
    {
        if (IsLowEnough(sample) && sample.Value < _origin.Value && Math.Abs(sample.Slope) <= -Flatness * _origin.Slope) return true;
        return sample.Value <= _ceiling && sample.Slope >= Flatness * _origin.Slope && sample.Slope <= ((2 * Decrease) - 1) * _origin.Slope;
    }

    /// <summary>A shorter step than one that is too long, with nothing between it and the start.</summary>
    private double Shorten(Sample high, double factor)
    {
        var step = Interpolate(_origin, high);
        return double.IsFinite(high.Value) && step > high.Step / factor ? step : high.Step / factor;
    }

    /// <summary>A longer step: where the slope would be 0 if it went on changing as it has, but not too far beyond.</summary>
    private static double Lengthen(Sample before, Sample low, double factor)
    {
        var zero = low.Step - (low.Slope * (low.Step - before.Step) / (low.Slope - before.Slope));
        var furthest = factor * low.Step;
        return zero > low.Step && zero < furthest ? Math.Max(zero, 1.5 * low.Step) : furthest;
    }

    // The middle of the magnitudes where those differ.
    private static double Middle(double low, double high) =>
        high > FirstFactor * low ? Math.Sqrt(low) * Math.Sqrt(high) : low + (0.5 * (high - low));

    /// <summary>The minimum of the cubic with these values and slopes (Nocedal and Wright, equation 3.59).</summary>
    private static double Interpolate(Sample low, Sample high)
    {
        var width = high.Step - low.Step;
        var d1 = low.Slope + high.Slope - (3 * (low.Value - high.Value) / (low.Step - high.Step));
        var scale = Math.Max(Math.Abs(d1), Math.Max(Math.Abs(low.Slope), Math.Abs(high.Slope)));
        var root = scale * Math.Sqrt((d1 / scale * (d1 / scale)) - (low.Slope / scale * (high.Slope / scale)));
        var step = high.Step - (width * ((high.Slope + root - d1) / (high.Slope - low.Slope + (2 * root))));

        // Not finite where an end is not, or where the cubic has no minimum; never too close to an end.
        return double.IsFinite(step)
            ? Math.Clamp(step, low.Step + (0.1 * width), high.Step - (0.1 * width))
            : Middle(low.Step, high.Step);
    }

    private readonly record struct Sample(double Step, double Value, double Slope)
    {
        /// <summary>Whether nothing tells the points apart: usually they are one.</summary>
        public bool IsLike(Sample other) => Value == other.Value && Slope == other.Slope;
    }
}
