using PSAutodiff.Optimization.Updates;

namespace PSAutodiff.Optimization;

/// <summary>
/// Adam with bias correction (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1) and the paper's decay
/// rates 0.9 and 0.999 and epsilon 1e-8.
/// </summary>
internal sealed class AdamSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : FixedRateSearch(objective, options, cancellation)
{
    private readonly ParameterUpdate<double> _update = ParameterUpdate<double>.Of(objective.Dimension, default(AdamUpdate<double>));

    protected override double? RateBoundForUnitCurvature => null;

    public override MinimizationStopReason AtLimit(int iterations) => AtLimitWhenOvershooting(iterations);

    protected override void Move(Iterate from, double[] to, double rate, int iteration) =>
        _update.Step(iteration + 1, rate, from.Point, from.Gradient, to);

    protected override MinimizationStopReason? Judge(Iterate previous, double rate, int iterations) =>
        GradientIsZero ? MinimizationStopReason.Converged : null;
}
