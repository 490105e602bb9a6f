namespace PSAutodiff.Optimization;

/// <summary>
/// Adam with bias correction (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1) and the paper's decay
/// rates 0.9 and 0.999 and epsilon 1e-8.
/// </summary>
internal sealed class AdamSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : FixedRateSearch(objective, options, cancellation)
{
    private const double MeanDecay = 0.9;
    private const double SquareDecay = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double[] _mean = new double[objective.Dimension];
    private readonly double[] _square = new double[objective.Dimension];
    private double _meanPower = 1;
    private double _squarePower = 1;

    protected override double? RateBoundForUnitCurvature => null;

    public override MinimizationStopReason AtLimit(int iterations) => AtLimitWhenOvershooting(iterations);

    protected override void Move(Iterate from, double[] to, double rate, int iteration)
    {
        _meanPower *= MeanDecay;
        _squarePower *= SquareDecay;
        for (var i = 0; i < to.Length; i++)
        {
            var derivative = from.Gradient[i];
            _mean[i] = (MeanDecay * _mean[i]) + ((1 - MeanDecay) * derivative);
            _square[i] = (SquareDecay * _square[i]) + ((1 - SquareDecay) * derivative * derivative);
            var (mean, square) = (_mean[i] / (1 - _meanPower), _square[i] / (1 - _squarePower));
            to[i] = from.Point[i] - (rate * mean / (Math.Sqrt(square) + Epsilon));
        }
    }

    protected override MinimizationStopReason? Judge(Iterate previous, double rate, int iterations) =>
        GradientIsZero ? MinimizationStopReason.Converged : null;
}
