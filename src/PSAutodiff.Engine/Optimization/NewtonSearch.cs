using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>
/// Newton's method: the step to the minimum of the quadratic with the gradient and Hessian here, shortened by a line search. Where
/// the Hessian is not positive definite, enough is added to its diagonal that the step still leads downhill.
/// </summary>
internal sealed class NewtonSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : LineSearchMethod(objective, options, cancellation)
{
    private const double Endless = 1e6;

    private readonly double[] _hessian = new double[objective.Dimension * objective.Dimension];
    private readonly ModifiedCholesky _cholesky = new(objective.Dimension);
    private double _lastDampedStep = 1;
    private bool _isDamped;
    private int _singular;
    private int _indefinite;
    private int _infinite;

    public override StepOutcome Step(int iteration)
    {
        FindDirection();
        var slope = Vectors.Dot(Current.Gradient, Direction);
        if (!(slope < 0) || !Vectors.AllFinite(Direction))
        {
            UseGradient();
            slope = Vectors.Dot(Current.Gradient, Direction);
        }

        var outcome = Advance(slope, _isDamped ? _lastDampedStep : 1);
        var promised = _isDamped ? double.NaN : slope;
        if (outcome == LineSearchOutcome.Unbounded) return StepOutcome.Failed(Unbounded());
        if (outcome == LineSearchOutcome.Failed) return StepOutcome.Failed(Stuck(promised));

        // Where nothing ends a damped step, the next one starts as long: what is bottomless shows soon.
        _lastDampedStep = _isDamped && Line.Step > Endless ? Line.Step : 1;
        return GradientIsRounding() ? new StepOutcome(true, AtStationaryPoint()) : Arrive(promised);
    }

    public override void End(int iterations)
    {
        if (_singular + _indefinite + _infinite == 0) return;
        var parts = new List<string>();
        if (_singular > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"singular {Times(_singular)}"));
        if (_indefinite > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"not positive definite {Times(_indefinite)}"));
        if (_infinite > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"not finite {Times(_infinite)}"));
        var text = $"The Hessian was {string.Join(" and ", parts)}; damped steps were tried there in place of Newton's.";
        Message = Message.Length == 0 ? text : $"{Message} {text}";
    }

    protected override MinimizationStopReason AtStationaryPoint()
    {
        // Not to be interrupted: the step to here has been taken and has to be counted.
        Objective.Hessian(Current.Point, _hessian);
        if (!Vectors.AllFinite(_hessian)) return MinimizationStopReason.Converged;
        _cholesky.Factor(_hessian, CancellationToken.None);
        if (_cholesky.Shift == 0 || _cholesky.IsSingular) return MinimizationStopReason.Converged;
        Message = $"At {Describe(Current.Point)} the gradient is zero, but the function falls in some direction from there: this is a saddle or a maximum. Start elsewhere.";
        return MinimizationStopReason.SaddlePoint;
    }

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    private void FindDirection()
    {
        Objective.Hessian(Current.Point, _hessian);
        if (!Vectors.AllFinite(_hessian))
        {
            _infinite++;
            UseGradient();
            return;
        }

        _cholesky.Factor(_hessian, Cancellation);
        _isDamped = _cholesky.Shift > 0;
        if (_cholesky.IsSingular) _singular++;
        else if (_isDamped) _indefinite++;
        for (var i = 0; i < Direction.Length; i++) Direction[i] = -Current.Gradient[i];
        _cholesky.Solve(Direction);
    }

    private void UseGradient()
    {
        _isDamped = true;
        var length = Math.Max(1, Vectors.Norm(Current.Gradient));
        for (var i = 0; i < Direction.Length; i++) Direction[i] = -Current.Gradient[i] / length;
    }

    /// <summary>Whether every derivative is smaller than what rounding the variables alone can make of it.</summary>
    private bool GradientIsRounding()
    {
        const double rounding = 4 * 2.2e-16;
        for (var i = 0; i < Direction.Length; i++)
        {
            var size = 0.0;
            for (var j = 0; j < Direction.Length; j++) size += Math.Abs(_hessian[(i * Direction.Length) + j] * Current.Point[j]);
            if (!(Math.Abs(Current.Gradient[i]) <= Math.Max(Tolerance, rounding * size))) return false;
        }

        return true;
    }
}
