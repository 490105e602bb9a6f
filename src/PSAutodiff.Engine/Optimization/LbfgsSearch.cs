using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Limited-memory BFGS with the two-loop recursion (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and
/// 7.5) over the last ten steps, and a Wolfe line search. Where no step lowers the value, second derivatives say why, and whether a
/// step of Newton's kind does, if the function is small enough for them.
/// </summary>
internal sealed class LbfgsSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : LineSearchMethod(objective, options, cancellation)
{
    private const int Memory = 10;
    // So many times what pairs promise may be what is there, before they are not believed.
    private const double Doubt = 1e3;

    private readonly List<Pair> _pairs = [];
    private readonly double[] _weights = new double[Memory];
    private readonly Iterate _probe = new(objective.Dimension);
    private readonly NewtonModel? _model = StationaryPoint.CanJudge(objective) ? new NewtonModel(objective) : null;

    private double _slope;
    private bool _predictsWell;
    private bool _usesModel;

    protected override bool IsModelTrusted => _usesModel ? _model!.IsConsistent : _predictsWell && _pairs.Count > 0;

    protected override bool MayBeStationary => !_usesModel || !_model!.IsIndefinite;

    protected override double FirstStep => 1;

    /// <summary>Minus the inverse Hessian's estimate times the gradient.</summary>
    protected override void FindDirection()
    {
        _usesModel = false;
        Current.Gradient.CopyTo(Direction);
        for (var i = _pairs.Count - 1; i >= 0; i--)
        {
            _weights[i] = Vectors.Dot(_pairs[i].Step, Direction) / _pairs[i].Product;
            Vectors.AddScaled(Direction, -_weights[i], _pairs[i].Change);
        }

        if (_pairs.Count > 0)
        {
            var change = Vectors.Norm(_pairs[^1].Change);
            var scale = _pairs[^1].Product / change / change;
            for (var i = 0; i < Direction.Length; i++) Direction[i] *= scale;
        }

        for (var i = 0; i < _pairs.Count; i++)
        {
            var correction = Vectors.Dot(_pairs[i].Change, Direction) / _pairs[i].Product;
            Vectors.AddScaled(Direction, _weights[i] - correction, _pairs[i].Step);
        }

        for (var i = 0; i < Direction.Length; i++) Direction[i] = -Direction[i];
        _slope = Vectors.Dot(Current.Gradient, Direction);
        if (_pairs.Count > 0 && _slope < 0 && Vectors.AllFinite(Direction)) return;
        Forget();
    }

    protected override bool TryOtherDirection(int attempt)
    {
        // What was learned on the way here misleads: once more with the gradient alone, then with second derivatives.
        if (attempt == 0 && _pairs.Count > 0)
        {
            Forget();
            return true;
        }

        return attempt <= 1 && !_usesModel && FindPromise();
    }

    protected override bool FindPromise()
    {
        if (_model is null)
        {
            FindDirection();
            return _pairs.Count > 0 && GradientIsSmall(Math.Abs(Current.Value));
        }

        _model.MoveTo(Current.Point, Cancellation);
        if (!_model.HasStep) return false;
        _model.Step(Current.Gradient, Direction);
        _usesModel = Vectors.AllFinite(Direction);
        if (!_usesModel) Forget();
        return _usesModel;
    }

    /// <summary>
    /// Pairs say nothing about directions in which no step has gone. So the curvature of each variable is measured where there are
    /// few.
    /// </summary>
    protected override bool ConfirmsPromise()
    {
        if (_model is null) return GradientIsSmall(Math.Abs(Current.Value));
        if (_usesModel)
        {
            _usesModel = !FallsWithoutCurvature(_model);
            _predictsWell &= _usesModel;
            return _usesModel;
        }

        var promised = 0.0;
        for (var i = 0; i < Direction.Length; i++) promised += PromisedBy(i);
        return promised <= Doubt * Promised();
    }

    protected override bool FindBetterPromise() => _predictsWell && _model is not null && FindPromise();

    /// <summary>By how much the value falls to the minimum along one variable, by a difference of gradients.</summary>
    private double PromisedBy(int variable)
    {
        const double part = 1e-5;
        var (x, derivative) = (Current.Point[variable], Current.Gradient[variable]);
        if (derivative == 0) return 0;
        _probe.CopyFrom(Current);
        _probe.Point[variable] += part * Math.Max(Math.Abs(x), Math.Abs(Direction[variable]));
        Evaluate(_probe);
        var curvature = (_probe.Gradient[variable] - derivative) / (_probe.Point[variable] - x);
        return curvature > 0 ? 0.5 * derivative * (derivative / curvature) : double.PositiveInfinity;
    }

    protected override void Learn(double[] from, double[] gradient)
    {
        const double rounding = 2.2e-16;
        const double wellPredicted = 0.5;
        _predictsWell = !_usesModel && Line.Step == 1 && Math.Abs(Vectors.Dot(Current.Gradient, Direction)) <= -wellPredicted * _slope;
        var (step, change) = (new double[from.Length], gradient);
        for (var i = 0; i < step.Length; i++)
        {
            step[i] = Current.Point[i] - from[i];
            change[i] = Current.Gradient[i] - gradient[i];
        }

        // Only a positive product keeps the estimate positive definite.
        var product = Vectors.Dot(step, change);
        if (!(product > rounding * Vectors.Norm(step) * Vectors.Norm(change))) return;
        if (_pairs.Count == Memory) _pairs.RemoveAt(0);
        _pairs.Add(new Pair(step, change, product));
    }

    private void Forget()
    {
        _pairs.Clear();
        _usesModel = false;
        UseGradient();
        _slope = Vectors.Dot(Current.Gradient, Direction);
    }

    /// <param name="Step">The step.</param>
    /// <param name="Change">The change of the gradient over it.</param>
    /// <param name="Product">The scalar product of both.</param>
    private sealed record Pair(double[] Step, double[] Change, double Product);
}
