using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Newton's method as textbooks state it: the whole step to where the quadratic with the gradient and Hessian here is stationary,
/// uphill too where the Hessian is not positive definite. Where it is singular, the shortest of the steps that solve the equations.
/// </summary>
internal sealed class PureNewtonSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : Search(objective, options, cancellation)
{
    // Of a variable: a step below this changes nothing but rounding.
    private const double SmallestStep = 4e-16;

    private readonly double[] _hessian = new double[objective.Dimension * objective.Dimension];
    private readonly double[] _step = new double[objective.Dimension];
    private readonly double[] _slope = new double[objective.Dimension];
    private readonly LinearSystem _solver = new();
    private Iterate _next = new(objective.Dimension);
    private int _uphill;
    private int _singular;

    public override MinimizationStopReason? AtStart() => IsStationary() ? AtStationaryPoint() : null;

    public override StepOutcome Step(int iteration)
    {
        Objective.Hessian(Current.Point, _hessian, Cancellation);
        if (!Vectors.AllFinite(_hessian))
        {
            Message = $"At {Describe(Current.Point)} a second derivative is not finite, so Newton's step does not exist there. Start elsewhere.";
            return StepOutcome.Failed(MinimizationStopReason.NotFinite);
        }

        for (var i = 0; i < _step.Length; i++) _step[i] = -Current.Gradient[i];
        if (_solver.Factor(_hessian, _step.Length, Cancellation) && _solver.HasLargePivots)
        {
            _step.CopyTo(_slope, 0);
            _solver.Solve(_slope, 1, _step);
        }
        else if (new SymmetricEigen(_hessian, _step.Length, Cancellation).Solve(_step))
        {
            _singular++;
        }
        else
        {
            Message = $"At {Describe(Current.Point)} the Hessian is singular and the gradient is not zero where it has no curvature, so Newton's step does not exist there. Method Newton goes on.";
            return StepOutcome.Failed(MinimizationStopReason.Stuck);
        }

        var rises = Vectors.Dot(Current.Gradient, _step) > 0;
        _next.MoveFrom(Current, _step, 1);
        Evaluate(_next);
        if (!_next.IsFinite)
        {
            Message = string.Create(CultureInfo.InvariantCulture, $"Step {iteration + 1} leads to where the value or the gradient is not finite. The result holds the last finite point, {Describe(Current.Point)}. Start nearer to the minimum, or take method Newton, which shortens such steps.");
            return StepOutcome.Failed(MinimizationStopReason.NotFinite);
        }

        if (rises) _uphill++;
        (Current, _next) = (_next, Current);
        return new StepOutcome(true, IsStationary() || HasSettled() ? AtStationaryPoint() : null);
    }

    public override void End(int iterations)
    {
        var parts = new List<string>();
        if (_uphill > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_uphill} of {iterations} steps led uphill, as the Hessian was not positive definite"));
        if (_singular > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"in {_singular} of {iterations} steps the Hessian was singular, and the shortest step was taken"));
        if (parts.Count == 0) return;
        var text = string.Join("; ", parts);
        text = char.ToUpperInvariant(text[0]) + text[1..] + ".";
        Message = Message.Length == 0 ? text : $"{Message} {text}";
    }

    private bool IsStationary() => Vectors.Largest(Current.Gradient) <= Options.UsedTolerance;

    private bool HasSettled()
    {
        for (var i = 0; i < _step.Length; i++)
        {
            if (Math.Abs(_step[i]) > SmallestStep * Math.Abs(Current.Point[i])) return false;
        }

        return true;
    }

    private MinimizationStopReason AtStationaryPoint()
    {
        try
        {
            Objective.Hessian(Current.Point, _hessian, Cancellation);
            if (!Vectors.AllFinite(_hessian)) return MinimizationStopReason.Converged;
            var eigen = new SymmetricEigen(_hessian, _step.Length, Cancellation);
            return eigen.Values.Min() < -eigen.Threshold ? Saddle() : MinimizationStopReason.Converged;
        }
        catch (OperationCanceledException)
        {
            // Told, not thrown on: the step to here has been taken and has to be counted.
            return MinimizationStopReason.Cancelled;
        }
    }
}
