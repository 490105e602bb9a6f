using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>The methods whose steps are as long as a learning rate says, and which can therefore diverge.</summary>
internal abstract class FixedRateSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : Search(objective, options, cancellation)
{
    // A value that falls below so many times that at the start, or 1 if that is more, is taken for minus infinity.
    private const double Bottomless = -1e100;

    private readonly IReadOnlyList<double> _rates = options.UsedRates;
    private Iterate _next = new(objective.Dimension);
    private double _largestRate;

    protected double Tolerance { get; } = options.UsedTolerance;

    protected bool GradientIsZero => LargestDerivative() <= Tolerance;

    /// <summary>The value at the start.</summary>
    protected double FirstValue { get; private set; }

    /// <summary>How far rates may go where the curvature is 1, for the message; null where no such bound is known.</summary>
    protected abstract double? RateBoundForUnitCurvature { get; }

    public override MinimizationStopReason? AtStart()
    {
        FirstValue = Current.Value;
        return null;
    }

    public override StepOutcome Step(int iteration)
    {
        var rate = _rates[Math.Min(iteration, _rates.Count - 1)];
        _largestRate = Math.Max(_largestRate, rate);
        Move(Current, _next.Point, rate, iteration);
        Options.Box?.Clamp(_next.Point);
        Evaluate(_next);
        if (!_next.IsFinite) return StepOutcome.Failed(Lost(_next.Value, iteration));
        (Current, _next) = (_next, Current);
        return new StepOutcome(true, Current.Value < Bottomless * Math.Max(1, Math.Abs(FirstValue)) && !Objective.EndsFall(Current) ? Unbounded() : Judge(_next, rate, iteration + 1));
    }

    /// <summary>Writes the next point.</summary>
    protected abstract void Move(Iterate from, double[] to, double rate, int iteration);

    /// <summary>The reason to stop after a step to a finite point, or null.</summary>
    protected abstract MinimizationStopReason? Judge(Iterate previous, double rate, int iterations);

    /// <summary>Whether the value has been growing, so that infinity next is no surprise.</summary>
    protected virtual bool IsGrowing => Current.Value > FirstValue;

    /// <summary>The end of a search that runs away; says what rates would do.</summary>
    protected MinimizationStopReason Diverged(string what)
    {
        var curvature = Curvature.Of(Objective, Start, Cancellation);
        Message = string.Create(CultureInfo.InvariantCulture, $"{what}: the learning rate {_largestRate:g10} is too large. {Advice(curvature)}");
        return MinimizationStopReason.Diverged;
    }

    /// <summary>The verdict at the limit for methods whose value may rise for a while on the way down.</summary>
    protected MinimizationStopReason AtLimitWhenOvershooting(int iterations)
    {
        const int whileOfRising = 50;
        return iterations >= whileOfRising && Current.Value > FirstValue
            ? Diverged(string.Create(CultureInfo.InvariantCulture, $"After {iterations} steps the value has grown from {FirstValue:g6} to {Current.Value:g6}"))
            : MinimizationStopReason.MaxIterations;
    }

    /// <summary>The largest rate that converges when the function is quadratic; else null.</summary>
    protected double? QuadraticBound() =>
        Curvature.Of(Objective, Start, Cancellation) is { IsConstant: true, Largest: > 0 } curvature ? RateBoundForUnitCurvature / curvature.Largest : null;

    protected bool RateReaches(double? bound) => _largestRate >= bound * (1 - 1e-9);

    private string Advice(Curvature? curvature)
    {
        if (curvature is not { Largest: > 0 } || RateBoundForUnitCurvature is not { } unit) return "Take a smaller one.";
        var (largest, bound) = (curvature.Largest, unit / curvature.Largest);
        return curvature.IsConstant
            ? string.Create(CultureInfo.InvariantCulture, $"The function is quadratic and its largest curvature, the largest eigenvalue of its Hessian, is {largest:g10}: only rates below {unit:g10}/{largest:g10} = {bound:g10} converge.")
            : string.Create(CultureInfo.InvariantCulture, $"The largest curvature at the start, the largest eigenvalue of the Hessian, is {largest:g10}: where it is that large, only rates below {unit:g10}/{largest:g10} = {bound:g10} converge.");
    }

    private MinimizationStopReason Lost(double value, int iteration)
    {
        if (double.IsNegativeInfinity(value)) return Unbounded();
        var what = string.Create(CultureInfo.InvariantCulture, $"In step {iteration + 1} the {(double.IsFinite(value) ? "gradient became infinite or NaN" : $"value became {value}")}");

        // A quadratic function is finite everywhere, so only growth can have left the numbers.
        if (double.IsPositiveInfinity(value) || IsGrowing || QuadraticBound() is not null) return Diverged(what);
        Message = string.Create(CultureInfo.InvariantCulture, $"{what}. The result holds the last finite point, {Describe(Current.Point)}. A smaller learning rate than {_largestRate:g10} may help.");
        return MinimizationStopReason.NotFinite;
    }
}
