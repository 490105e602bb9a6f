namespace PSAutodiff.Optimization;

/// <summary>How a line search ended.</summary>
internal enum LineSearchOutcome
{
    /// <summary>There is a better point.</summary>
    Found,

    /// <summary>No step along the direction lowers the value.</summary>
    Failed,

    /// <summary>A point has the value minus infinity.</summary>
    Unbounded,
}

/// <summary>
/// Finds a step that satisfies the strong Wolfe conditions: algorithms 3.5 and 3.6 of Nocedal and Wright, "Numerical Optimization",
/// 2nd edition, with cubic interpolation (their equation 3.59). Points where the function is not finite count as infinitely high, so
/// the search backs off from them. Near a minimum, where rounding hides decreases of the value, the approximate Wolfe condition
/// takes over (Hager and Zhang, SIAM J. Optim. 16, 2005, equation 4.1).
/// </summary>
internal sealed class WolfeLineSearch(Search owner, int dimension)
{
    private const double Decrease = 1e-4;
    private const double Flatness = 0.9;
    private const double Growth = 4;
    private const int MostGrowths = 25;
    private const int MostDivisions = 60;

    private Iterate _trial = new(dimension);
    private Iterate _lowest = new(dimension);
    private Sample _origin;
    private bool _isUnbounded;

    /// <summary>The step that was found.</summary>
    public double Step { get; private set; }

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
    public LineSearchOutcome Run(Iterate origin, ReadOnlySpan<double> direction, double slope, double firstStep)
    {
        _origin = new Sample(0, origin.Value, slope);
        _isUnbounded = false;
        var found = Bracket(origin, direction, firstStep);
        if (_isUnbounded) return LineSearchOutcome.Unbounded;
        if (!(found > 0)) return LineSearchOutcome.Failed;
        Step = found;
        return LineSearchOutcome.Found;
    }

    /// <summary>The step to the point in <see cref="_trial"/>, or 0.</summary>
    private double Bracket(Iterate origin, ReadOnlySpan<double> direction, double step)
    {
        var previous = _origin;
        for (var i = 0; i <= MostGrowths; i++, step *= Growth)
        {
            var sample = Try(origin, direction, step);
            if (_isUnbounded || IsGoodEnough(sample)) return sample.Step;
            if (!IsLowEnough(sample) || (i > 0 && sample.Value >= previous.Value)) return Zoom(origin, direction, previous, sample);
            (_trial, _lowest) = (_lowest, _trial);
            if (sample.Slope >= 0) return Zoom(origin, direction, sample, previous);
            previous = sample;
        }

        // Still going down: what has been reached is taken.
        return Take(previous);
    }

    private double Zoom(Iterate origin, ReadOnlySpan<double> direction, Sample low, Sample high)
    {
        for (var i = 0; i < MostDivisions; i++)
        {
            // Every third time the middle, so that the interval shrinks fast whatever the interpolation does.
            var step = i % 3 == 2 ? 0.5 * (low.Step + high.Step) : Interpolate(low, high);
            if (step == low.Step || step == high.Step) break;
            var sample = Try(origin, direction, step);
            if (_isUnbounded || IsGoodEnough(sample)) return sample.Step;
            if (!IsLowEnough(sample) || sample.Value >= low.Value)
            {
                high = sample;
                continue;
            }

            if (sample.Slope * (high.Step - low.Step) >= 0) high = low;
            low = sample;
            (_trial, _lowest) = (_lowest, _trial);
        }

        return Take(low);
    }

    private double Take(Sample sample)
    {
        if (sample.Step > 0) (_trial, _lowest) = (_lowest, _trial);
        return sample.Step;
    }

    private Sample Try(Iterate origin, ReadOnlySpan<double> direction, double step)
    {
        _trial.MoveFrom(origin, direction, step);
        owner.Evaluate(_trial);
        _isUnbounded = double.IsNegativeInfinity(_trial.Value);
        return _trial.IsFinite
            ? new Sample(step, _trial.Value, Vectors.Dot(_trial.Gradient, direction))
            : new Sample(step, double.PositiveInfinity, double.NaN);
    }

    private bool IsLowEnough(Sample sample) => sample.Value <= _origin.Value + (Decrease * sample.Step * _origin.Slope);

    private bool IsGoodEnough(Sample sample)
    {
        const double rounding = 4e-16;
        if (IsLowEnough(sample) && Math.Abs(sample.Slope) <= -Flatness * _origin.Slope) return true;
        return sample.Value <= _origin.Value + (rounding * Math.Abs(_origin.Value))
            && sample.Slope >= Flatness * _origin.Slope
            && sample.Slope <= ((2 * Decrease) - 1) * _origin.Slope;
    }

    private static double Interpolate(Sample low, Sample high)
    {
        var width = high.Step - low.Step;
        var middle = low.Step + (0.5 * width);
        var d1 = low.Slope + high.Slope - (3 * (low.Value - high.Value) / (low.Step - high.Step));
        var root = Math.Sqrt((d1 * d1) - (low.Slope * high.Slope));
        var d2 = width > 0 ? root : -root;
        var step = high.Step - (width * (high.Slope + d2 - d1) / (high.Slope - low.Slope + (2 * d2)));

        // Not finite where an end is not, or where the cubic has no minimum; never too close to an end.
        if (!double.IsFinite(step)) return middle;
        var (near, far) = (low.Step + (0.1 * width), high.Step - (0.1 * width));
        return Math.Clamp(step, Math.Min(near, far), Math.Max(near, far));
    }

    private readonly record struct Sample(double Step, double Value, double Slope);
}
