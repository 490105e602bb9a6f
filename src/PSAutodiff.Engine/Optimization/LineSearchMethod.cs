using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>What Newton's method and LBFGS share: a direction, a line search along it, and when that is the end.</summary>
internal abstract class LineSearchMethod : Search
{
    private const int MostFlatSteps = 10;

    private double _lastValue = double.PositiveInfinity;
    private int _flatSteps;

    protected LineSearchMethod(Objective objective, MinimizationOptions options, CancellationToken cancellation)
        : base(objective, options, cancellation)
    {
        Line = new WolfeLineSearch(this, objective.Dimension);
        Direction = new double[objective.Dimension];
    }

    protected WolfeLineSearch Line { get; }

    protected double[] Direction { get; }

    public override MinimizationStopReason? AtStart()
    {
        _lastValue = Current.Value;
        return GradientIsZero ? AtStationaryPoint() : null;
    }

    /// <summary>What to call a point whose gradient is zero.</summary>
    protected virtual MinimizationStopReason AtStationaryPoint() => MinimizationStopReason.Converged;

    /// <summary>Searches along <see cref="Direction"/>, and goes to the point found.</summary>
    protected LineSearchOutcome Advance(double slope, double firstStep)
    {
        var outcome = Line.Run(Current, Direction, slope, firstStep);
        if (outcome == LineSearchOutcome.Found) Current = Line.Exchange(Current);
        return outcome;
    }

    /// <summary>The outcome of a step to <see cref="Search.Current"/>.</summary>
    protected StepOutcome Arrive(double slope)
    {
        if (Current.Value < BottomlessValue) return new StepOutcome(true, Unbounded());
        if (GradientIsZero) return new StepOutcome(true, AtStationaryPoint());
        _flatSteps = Current.Value < _lastValue ? 0 : _flatSteps + 1;
        _lastValue = Current.Value;
        return _flatSteps < MostFlatSteps ? StepOutcome.Moved : new StepOutcome(true, Stuck(slope));
    }

    /// <summary>The end where no step lowers the value: the best that rounding allows, or a kink.</summary>
    /// <param name="slope">
    /// The derivative along the last direction of Newton's kind, half of which is what the step promised; NaN where none is known.
    /// </param>
    protected MinimizationStopReason Stuck(double slope)
    {
        const double rounding = 1e-13;
        if (-0.5 * slope <= rounding * Math.Abs(Current.Value)) return AtStationaryPoint();
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"No step lowers the value any more, although a derivative is still {Vectors.Largest(Current.Gradient):g4} in magnitude: rounding hides further progress, or the function has a kink at {Describe(Current.Point)}.");
        return MinimizationStopReason.NoProgress;
    }
}
