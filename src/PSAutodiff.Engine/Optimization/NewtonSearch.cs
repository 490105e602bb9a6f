using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Newton's method: the step to the minimum of the quadratic with the gradient and Hessian here, shortened by a line search. Where
/// the Hessian is not positive definite, enough is added to its diagonal that the step still leads downhill.
/// </summary>
internal sealed class NewtonSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : LineSearchMethod(objective, options, cancellation)
{
    private readonly NewtonModel _model = new(objective);
    private bool _usesModel;
    private int _singular;
    private int _indefinite;
    private int _infinite;

    protected override bool IsModelTrusted => _usesModel && _model.IsConsistent;

    protected override bool MayBeStationary => !_model.IsIndefinite || GradientIsSmall(Scale);

    protected override double FirstStep => 1;

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

    protected override void FindDirection()
    {
        _model.MoveTo(Current.Point, Cancellation);
        _usesModel = _model.HasStep;
        if (_usesModel)
        {
            _model.Step(Current.Gradient, Direction);
            _usesModel = Vectors.AllFinite(Direction) && Vectors.Dot(Current.Gradient, Direction) <= 0;
        }

        if (!_usesModel) UseGradient();
    }

    protected override void Learn(double[] from, double[] gradient)
    {
        if (_model.IsZero || (_model.HasStep && _model.IsSingular)) _singular++;
        else if (!_model.HasStep) _infinite++;
        else if (_model.IsDamped) _indefinite++;
    }

    protected override bool TryOtherDirection(int attempt)
    {
        if (!_usesModel) return false;
        _usesModel = false;
        UseGradient();
        return true;
    }

    protected override bool ConfirmsPromise()
    {
        if (!FallsWithoutCurvature(_model)) return true;
        _usesModel = false;
        return false;
    }

    protected override bool FindPromise()
    {
        FindDirection();
        return _usesModel;
    }

    protected override MinimizationStopReason AtStationaryPoint()
    {
        try
        {
            _model.MoveTo(Current.Point, Cancellation);
        }
        catch (OperationCanceledException)
        {
            // Told, not thrown on: the step to here has been taken and has to be counted.
            return MinimizationStopReason.Cancelled;
        }

        return _model.HasStep && _model.IsIndefinite ? Saddle() : MinimizationStopReason.Converged;
    }

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");
}
