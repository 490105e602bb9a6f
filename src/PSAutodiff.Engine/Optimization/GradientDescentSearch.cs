using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Steps of rate times gradient, downhill. On a quadratic with Hessian A the error is multiplied by (I - rate A), so it converges
/// from everywhere exactly for rates below 2 / (largest eigenvalue of A).
/// </summary>
internal sealed class GradientDescentSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : FixedRateSearch(objective, options, cancellation)
{
    private const int RisesToDiverge = 10;
    private const int StepsToGiveUp = 100;

    // On a quadratic, the part of the expected gain that remains is how far, relatively, the rate stays below its bound.
    private const double JumpGain = 1e-6;

    private double _best = double.PositiveInfinity;
    private double _beforeRises;
    private int _rises;
    private int _idle;

    protected override double? RateBoundForUnitCurvature => 2;

    protected override bool IsGrowing => _rises > 0 || base.IsGrowing;

    public override MinimizationStopReason AtLimit(int iterations) => _rises > 0 && Current.Value > FirstValue
        ? Diverged(string.Create(CultureInfo.InvariantCulture, $"After {iterations} steps the value has grown from {FirstValue:g6} to {Current.Value:g6}"))
        : MinimizationStopReason.MaxIterations;

    protected override void Move(Iterate from, double[] to, double rate, int iteration)
    {
        for (var i = 0; i < to.Length; i++) to[i] = from.Point[i] - (rate * from.Gradient[i]);
    }

    protected override MinimizationStopReason? Judge(Iterate previous, double rate, int iterations)
    {
        const double rounding = 1e-12;
        var decrease = previous.Value - Current.Value;

        // What a short step gains for its length. Where that is not small, no decrease means steps that are too long, not arrival.
        var (expected, turn) = Options.Box is { } box ? BetweenBounds(box, previous) : (rate * Vectors.Dot(previous.Gradient, previous.Gradient), Vectors.Dot(previous.Gradient, Current.Gradient));
        var jumps = expected >= Tolerance && turn < 0;
        var gains = decrease > JumpGain * expected;
        var hasArrived = decrease > 0 ? decrease < Tolerance && (gains || expected < Tolerance) : -decrease < Tolerance && expected < Tolerance;
        if (hasArrived) return MinimizationStopReason.Converged;

        if (-decrease > rounding * (Math.Abs(previous.Value) + Math.Abs(Current.Value)))
        {
            if (_rises++ == 0) _beforeRises = previous.Value;
            if (_rises >= RisesToDiverge)
            {
                return Diverged(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The value rose in {_rises} steps in a row, from {_beforeRises:g6} to {Current.Value:g6} at step {iterations}"));
            }
        }
        else
        {
            _rises = 0;
        }

        var isLower = Current.Value < _best - (JumpGain * expected);
        _best = Math.Min(_best, Current.Value);
        _idle = jumps && !isLower && HasMoved(previous) ? _idle + 1 : 0;
        return _idle < StepsToGiveUp ? null : GiveUp(iterations);
    }

    // The gain of the step by the slope, and the product of the gradients along which the point may move.
    private (double Expected, double Turn) BetweenBounds(Box box, Iterate previous)
    {
        var (expected, turn) = (0.0, 0.0);
        for (var i = 0; i < Current.Point.Length; i++)
        {
            expected += previous.Gradient[i] * (previous.Point[i] - Current.Point[i]);
            if (!box.Holds(i, Current.Point[i], Current.Gradient[i])) turn += previous.Gradient[i] * Current.Gradient[i];
        }

        return (expected, turn);
    }

    // Whether the point moved by more than rounding does.
    private bool HasMoved(Iterate previous)
    {
        const double rounding = 1e-9;
        var moved = 0.0;
        for (var i = 0; i < Current.Point.Length; i++) moved = Math.Max(moved, Math.Abs(Current.Point[i] - previous.Point[i]));
        return moved > rounding * Vectors.Largest(Current.Point);
    }

    private MinimizationStopReason GiveUp(int iterations)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"The last {StepsToGiveUp} of {iterations} steps have hardly lowered the value, {_best:g6} at best");
        if (RateReaches(QuadraticBound())) return Diverged(what);
        Message = $"{what}: the steps jump back and forth. A smaller learning rate gets closer.";
        return MinimizationStopReason.NoProgress;
    }
}
