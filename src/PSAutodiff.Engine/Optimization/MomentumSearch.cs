using System.Globalization;
using PSAutodiff.Optimization.Updates;

namespace PSAutodiff.Optimization;

/// <summary>
/// Heavy ball: velocity = momentum * velocity - rate * gradient, and the point moves by the velocity (Polyak, 1964). On a quadratic
/// with largest curvature L it converges exactly for rates below 2 (1 + momentum) / L.
/// </summary>
internal sealed class MomentumSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : FixedRateSearch(objective, options, cancellation)
{
    // The ball overshoots by nature; only growth far beyond that counts.
    private const double TooHigh = 1e8;

    private readonly ParameterUpdate<double> _update =
        ParameterUpdate<double>.Of(objective.Dimension, new MomentumUpdate<double>(options.Momentum, ratesChange: true));

    private double _best = double.PositiveInfinity;

    protected override double? RateBoundForUnitCurvature => 2 * (1 + Options.Momentum);

    public override MinimizationStopReason AtLimit(int iterations) => AtLimitWhenOvershooting(iterations);

    protected override void Move(Iterate from, double[] to, double rate, int iteration) =>
        _update.Step(iteration + 1, rate, from.Point, from.Gradient, to);

    protected override MinimizationStopReason? Judge(Iterate previous, double rate, int iterations)
    {
        if (GradientIsZero) return MinimizationStopReason.Converged;
        _best = Math.Min(_best, Math.Min(previous.Value, Current.Value));
        return Current.Value - _best > TooHigh * (1 + Math.Abs(FirstValue) + Math.Abs(FirstValue - _best))
            ? Diverged(string.Create(CultureInfo.InvariantCulture, $"After {iterations} steps the value has grown from {FirstValue:g6} to {Current.Value:g6}"))
            : null;
    }
}
