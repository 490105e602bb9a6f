using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>What Newton's method and LBFGS share: a direction, a line search along it, and when that is the end.</summary>
internal abstract class LineSearchMethod : Search
{
    private const int MostFlatSteps = 10;

    // So many times the value at the start is taken for bottomless once rounding hides where it goes on.
    private const double FarDown = -1e20;

    // The cube root of the precision, as Dennis and Schnabel take it ("Numerical Methods for Unconstrained Optimization", 7.2).
    private const double SmallRelativeGradient = 6e-6;

    private double _lastValue = double.PositiveInfinity;
    private double _firstValue;
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
        _firstValue = _lastValue = Current.Value;
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
        if (Current.Value < FarDown * (1 + Math.Abs(_firstValue))) return Unbounded();
        if (-0.5 * slope <= rounding * Math.Abs(Current.Value) && RelativeGradient() <= SmallRelativeGradient) return AtStationaryPoint();
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"No step lowers the value any more, although a derivative is still {Vectors.Largest(Current.Gradient):g4} in magnitude: rounding hides further progress, or the function has a kink or ends at {Describe(Current.Point)}.");
        return MinimizationStopReason.NoProgress;
    }

    /// <summary>The largest relative change of the value for a relative change of one variable.</summary>
    private double RelativeGradient()
    {
        var largest = 0.0;
        for (var i = 0; i < Current.Point.Length; i++) largest = Math.Max(largest, Math.Abs(Current.Gradient[i]) * Math.Max(1, Math.Abs(Current.Point[i])));
        return largest / Math.Abs(Current.Value);
    }
}
