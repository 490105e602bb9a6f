namespace PSAutodiff.Optimization;

/// <summary>
/// Limited-memory BFGS with the two-loop recursion (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and
/// 7.5) over the last ten steps, and a strong Wolfe line search.
/// </summary>
internal sealed class LbfgsSearch(Objective objective, MinimizationOptions options, CancellationToken cancellation)
    : LineSearchMethod(objective, options, cancellation)
{
    private const int Memory = 10;

    private readonly List<Pair> _pairs = [];
    private readonly double[] _weights = new double[Memory];
    private double _lastStep;

    public override StepOutcome Step(int iteration)
    {
        var from = Current.Point.ToArray();
        var gradient = Current.Gradient.ToArray();
        var slope = FindDirection(gradient);
        var promised = _pairs.Count > 0 ? slope : double.NaN;
        var outcome = Advance(slope, FirstStep(gradient));
        if (outcome == LineSearchOutcome.Failed && _pairs.Count > 0)
        {
            // What was learned on the way here misleads: once more with the gradient alone.
            _pairs.Clear();
            _lastStep = 0;
            slope = FindDirection(gradient);
            outcome = Advance(slope, FirstStep(gradient));
        }

        if (outcome == LineSearchOutcome.Unbounded) return StepOutcome.Failed(Unbounded());
        if (outcome == LineSearchOutcome.Failed) return StepOutcome.Failed(Stuck(promised));
        _lastStep = Line.Step;
        Learn(from, gradient);
        return Arrive(promised);
    }

    private double FirstStep(double[] gradient)
    {
        if (_pairs.Count > 0) return 1;
        return _lastStep > 0 ? 2 * _lastStep : Math.Min(1, 1 / Vectors.Norm(gradient));
    }

    /// <summary>Minus the inverse Hessian's estimate times the gradient; gives the slope along it.</summary>
    private double FindDirection(double[] gradient)
    {
        gradient.CopyTo(Direction, 0);
        for (var i = _pairs.Count - 1; i >= 0; i--)
        {
            _weights[i] = Vectors.Dot(_pairs[i].Step, Direction) / _pairs[i].Product;
            Vectors.Add(Direction, -_weights[i], _pairs[i].Change);
        }

        if (_pairs.Count > 0)
        {
            var scale = _pairs[^1].Product / Vectors.Dot(_pairs[^1].Change, _pairs[^1].Change);
            for (var i = 0; i < Direction.Length; i++) Direction[i] *= scale;
        }

        for (var i = 0; i < _pairs.Count; i++)
        {
            var correction = Vectors.Dot(_pairs[i].Change, Direction) / _pairs[i].Product;
            Vectors.Add(Direction, _weights[i] - correction, _pairs[i].Step);
        }

        for (var i = 0; i < Direction.Length; i++) Direction[i] = -Direction[i];
        var slope = Vectors.Dot(gradient, Direction);
        if (slope < 0 && Vectors.AllFinite(Direction)) return slope;
        _pairs.Clear();
        for (var i = 0; i < Direction.Length; i++) Direction[i] = -gradient[i];
        return Vectors.Dot(gradient, Direction);
    }

    private void Learn(double[] from, double[] gradient)
    {
        const double rounding = 2.2e-16;
        for (var i = 0; i < from.Length; i++)
        {
            from[i] = Current.Point[i] - from[i];
            gradient[i] = Current.Gradient[i] - gradient[i];
        }

        // Only a positive product keeps the estimate positive definite.
        var product = Vectors.Dot(from, gradient);
        if (!(product > rounding * Vectors.Norm(from) * Vectors.Norm(gradient))) return;
        if (_pairs.Count == Memory) _pairs.RemoveAt(0);
        _pairs.Add(new Pair(from, gradient, product));
    }

    /// <param name="Step">The step.</param>
    /// <param name="Change">The change of the gradient over it.</param>
    /// <param name="Product">The scalar product of both.</param>
    private sealed record Pair(double[] Step, double[] Change, double Product);
}
