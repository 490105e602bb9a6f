namespace PSAutodiff.Optimization;

/// <summary>
/// Newton or LBFGS between bounds, by a projected active set. The method searches among the elements that no bound holds. Where its direction leads
/// out of the bounds, the path is bent along them (Bertsekas, SIAM J. Control Optim. 20, 1982), and the elements that it ends at are held. Where it
/// comes to rest, those from whose bounds the value falls on the inside are let go (More and Toraldo, SIAM J. Optim. 1, 1991). So it ends where the
/// gradient of the free elements is zero and that of the others points out.
/// </summary>
internal sealed class BoundedSearch(Objective objective, Box box, MinimizationOptions options, Func<Objective, LineSearchMethod> method, CancellationToken cancellation)
    : Search(objective, options, cancellation)
{
    private const double Decrease = 1e-4;
    private const double Shrink = 0.25;
    private const double Grow = 10;
    private const int MostTrials = 100;

    private Face? _face;
    private LineSearchMethod? _method;
    private int[] _free = [];
    private double _firstScale;
    private Iterate _trial = new(objective.Dimension);
    private Iterate _best = new(objective.Dimension);
    private int _evaluationsBefore;

    public override int Evaluations => base.Evaluations + _evaluationsBefore + (_face?.Evaluations ?? 0);

    public override MinimizationStopReason? AtStart()
    {
        _firstScale = Math.Abs(Current.Value);
        for (var i = 0; i < Current.Point.Length; i++) _firstScale = Math.Max(_firstScale, Math.Abs(Current.Gradient[i] * Current.Point[i]));
        return null;
    }

    public override StepOutcome Step(int iteration)
    {
        if (_method is null && Enter() is { } rest) return Leave(rest, false);
        var within = _method!;
        var face = _face!;
        face.WasLeft = false;
        var outcome = within.Step(iteration);
        if (outcome.Taken)
        {
            face.Read(within.Current.Point, _trial);
            (Current, _trial) = (_trial, Current);
        }

        if (face.WasLeft && Bend(Whole(within.Direction))) return Turn();
        if (HoldsMore() && outcome.Stop is not (MinimizationStopReason.Unbounded or MinimizationStopReason.Cancelled))
        {
            CloseFace();
            return outcome with { Stop = null };
        }

        return outcome.Stop is { } reason ? Leave(reason, outcome.Taken) : outcome;
    }

    public override MinimizationStopReason AtLimit(int iterations) =>
        _method?.AtLimit(iterations) is { } reason && reason != MinimizationStopReason.Converged ? reason : MinimizationStopReason.MaxIterations;

    /// <summary>Whether a bound holds an element that was free.</summary>
    private bool HoldsMore() => Array.Exists(_free, i => box.Holds(i, Current.Point[i], Current.Gradient[i]));

    /// <summary>Takes the elements that no bound holds; null, or why there is nothing to do.</summary>
    private MinimizationStopReason? Enter()
    {
        CloseFace();
        _free = box.Free(Current);
        if (_free.Length == 0) return MinimizationStopReason.Converged;
        _face = new Face(Objective, box, Current, _free);
        _method = method(_face);
        _method.Begin(Array.ConvertAll(_free, i => Current.Point[i]));
        return _method.AtStart();
    }

    private void CloseFace()
    {
        _evaluationsBefore += _face?.Evaluations ?? 0;
        (_face, _method) = (null, null);
    }

    private StepOutcome Turn()
    {
        CloseFace();
        return StepOutcome.Moved;
    }

    private StepOutcome Leave(MinimizationStopReason reason, bool taken)
    {
        Message = _method?.Message ?? string.Empty;
        if (reason is not (MinimizationStopReason.Converged or MinimizationStopReason.NoProgress or MinimizationStopReason.Stuck or MinimizationStopReason.SaddlePoint)) return new StepOutcome(taken, reason);
        if (!Release()) return new StepOutcome(taken, reason != MinimizationStopReason.Converged && Current.Value < -LineSearchMethod.FarDown * _firstScale && !box.EndsFall(Current) ? Unbounded() : reason);
        Message = string.Empty;
        return Turn();
    }

    private double[] Whole(double[] direction)
    {
        var whole = new double[Objective.Dimension];
        _face!.Place(direction, whole);
        return whole;
    }

    /// <summary>Follows a direction out of the bounds and along them; false where that is no lower, or no further element ends at a bound.</summary>
    private bool Bend(double[] direction)
    {
        for (var (i, step) = (0, 1.0); i < MostTrials; i++, step *= Shrink)
        {
            if (!Project(direction, step)) break;
            if (!TryTrial()) continue;
            (Current, _trial) = (_trial, Current);
            return true;
        }

        // Just as far as the first bound.
        var first = double.PositiveInfinity;
        for (var i = 0; i < direction.Length; i++)
        {
            if (direction[i] != 0 && !box.IsAtBound(i, Current.Point[i])) first = Math.Min(first, box.StepToBound(i, Current.Point[i], direction[i]));
        }

        if (!double.IsFinite(first)) return false;
        const double safely = 1 + 4e-16;
        if (!Project(direction, first * safely) || !TryTrial()) return false;
        (Current, _trial) = (_trial, Current);
        return true;
    }

    /// <summary>Writes the trial point; false when no element comes to a bound at which it was not.</summary>
    private bool Project(double[] direction, double step)
    {
        var arrives = false;
        for (var i = 0; i < direction.Length; i++)
        {
            var x = Current.Point[i];
            _trial.Point[i] = box.Clamp(i, x + (step * direction[i]));
            arrives |= _trial.Point[i] != x && box.IsAtBound(i, _trial.Point[i]);
        }

        return arrives;
    }

    /// <summary>Goes inside from bounds from which the value falls; false when it does not.</summary>
    private bool Release()
    {
        var direction = new double[Objective.Dimension];
        var (largest, reach) = (0.0, 0.0);
        for (var i = 0; i < direction.Length; i++)
        {
            var x = Current.Point[i];
            reach = Math.Max(reach, Math.Abs(x));
            if (!box.IsAtBound(i, x) || box.Holds(i, x, Current.Gradient[i])) continue;
            direction[i] = -Current.Gradient[i];
            largest = Math.Max(largest, Math.Abs(direction[i]));
        }

        if (largest == 0) return false;
        for (var i = 0; i < direction.Length; i++) direction[i] /= largest;
        const double part = 0.01;
        var step = reach > 0 ? part * reach : 1;
        var found = false;
        for (var i = 0; i < MostTrials; i++)
        {
            for (var j = 0; j < direction.Length; j++) _trial.Point[j] = box.Clamp(j, Current.Point[j] + (step * direction[j]));
            if (_trial.IsAt(Current) || (found && _trial.IsAt(_best))) break;
            if (TryTrial() && (!found || _trial.Value < _best.Value))
            {
                (_best, _trial, found) = (_trial, _best, true);
                step *= Grow;
            }
            else if (found)
            {
                break;
            }
            else
            {
                step *= Shrink * Shrink;
            }
        }

        if (!found) return false;
        (Current, _best) = (_best, Current);
        return true;
    }

    /// <summary>Whether the trial point is as much lower as the slope has it, or nearly so.</summary>
    private bool TryTrial()
    {
        Evaluate(_trial);
        var foretold = 0.0;
        for (var i = 0; i < _trial.Point.Length; i++) foretold += Current.Gradient[i] * (_trial.Point[i] - Current.Point[i]);
        return _trial.IsFinite && _trial.Value < Current.Value && _trial.Value <= Current.Value + (Decrease * Math.Min(foretold, 0));
    }
}
