using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization.Roots;

/// <summary>
/// Newton's method with a line search on half the sum of squared residuals. Where the Jacobian is singular, or only tiny parts of Newton's
/// steps lower that sum, steps of Levenberg and Marquardt take their place (Dennis and Schnabel, "Numerical Methods for Unconstrained
/// Optimization and Nonlinear Equations", 6.5 and 10.2). Residuals are weighted by how much they change with the variables, so the units
/// of the equations do not matter.
/// </summary>
internal sealed class NewtonRootSearch
{
    private const int MostEscapes = 5;

    // Newton's steps to a root of multiplicity m fall by 1 - 1/m each; m times the step leads there at once.
    private const double LeastRatio = 0.4;
    private const double LargestRatio = 0.95;
    private const double SameRatio = 0.1;

    private readonly EquationSystem _system;
    private readonly RootOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly int _size;
    private readonly WolfeLineSearch _line;
    private readonly LinearSystem _newton = new();
    private readonly double[] _right;
    private readonly ModifiedCholesky _damped;
    private readonly double[] _trial;
    private readonly double[] _values;
    private readonly double[] _weights;
    private readonly double[] _changes;
    private readonly double[] _reach;
    private readonly double[] _direction;
    private readonly double[] _lastDirection;
    private readonly double[] _start;
    private Iterate _current;
    private double _norm = 1;
    private double _damping;
    private double _lastRatio = double.NaN;
    private double _multiplicity = 1;
    private double _firstStep;
    private int _escapes;
    private bool _isRegular;

    public NewtonRootSearch(EquationSystem system, RootOptions options, CancellationToken cancellation)
    {
        (_system, _options, _cancellation, _size) = (system, options, cancellation, system.Size);
        _line = new WolfeLineSearch(Evaluate, _size);
        _right = new double[_size];
        _damped = new ModifiedCholesky(_size);
        _current = new Iterate(_size);
        _trial = new double[_size + (_size * _size)];
        _values = new double[_trial.Length];
        (_weights, _changes, _reach) = (new double[_size], new double[_size], new double[_size]);
        (_direction, _lastDirection, _start) = (new double[_size], new double[_size], new double[_size]);
    }

    /// <summary>The point reached.</summary>
    public ReadOnlySpan<double> Point => _current.Point;

    /// <summary>The residuals there.</summary>
    public ReadOnlySpan<double> Residuals => _values.AsSpan(0, _size);

    public int Iterations { get; private set; }

    /// <summary>What there is to say to the user.</summary>
    public string Message { get; private set; } = string.Empty;

    private double Largest => Vectors.Largest(Residuals);

    private ReadOnlySpan<double> Jacobian => _values.AsSpan(_size);

    /// <summary>Goes to the start.</summary>
    /// <exception cref="AutodiffException">A residual or a derivative there is not finite.</exception>
    public void Begin(ReadOnlySpan<double> start)
    {
        start.CopyTo(_start);
        start.CopyTo(_current.Point);
        _system.Evaluate(start, _values);
        if (Vectors.AllFinite(_values)) return;
        var residuals = Residuals;
        var which = 0;
        while (which < _size && double.IsFinite(residuals[which])) which++;
        var what = which < _size
            ? string.Create(CultureInfo.InvariantCulture, $"equation {which + 1} is {residuals[which]}. Start where all equations are finite.")
            : "all equations are finite but not all of their derivatives: a kink or border of the domain. Start beside it.";
        throw new AutodiffException(ErrorIds.ValueNotFinite, $"At the start, {Describe()}, {what}");
    }

    /// <summary>Searches until there is a reason to stop.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled; the point reached is still whole.</exception>
    public RootStopReason Run(Action<int, double> report)
    {
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            Prepare();
            if (Arrival() is { } arrived) return arrived;
            if (Iterations == _options.MaxIteration) return AtLimit();
            if (!Advance())
            {
                if (Judge() is { } reason) return reason;
                continue;
            }

            Iterations++;
            report(Iterations, Largest);
        }
    }

    /// <summary>The equations at a point as a function to minimize, scaled so that it is one half at the current point.</summary>
    private void Evaluate(Iterate at)
    {
        _cancellation.ThrowIfCancellationRequested();
        _system.Evaluate(at.Point, _trial);
        Merit(_trial, at);
    }

    private void Merit(ReadOnlySpan<double> values, Iterate at)
    {
        var results = at.Results;
        results.Clear();
        for (var i = 0; i < _size; i++)
        {
            var residual = _weights[i] * values[i] / _norm;
            results[0] += 0.5 * residual * residual;
            Vectors.AddScaled(results[1..], residual * (_weights[i] / _norm), values.Slice(_size + (i * _size), _size));
        }

        at.CheckFinite();
    }

    /// <summary>Takes stock of the current point: weights, the merit and its gradient, Newton's step where there is one.</summary>
    private void Prepare()
    {
        for (var i = 0; i < _size; i++) _reach[i] = Math.Max(_reach[i], Math.Abs(_current.Point[i]));
        for (var i = 0; i < _size; i++)
        {
            var change = 0.0;
            for (var j = 0; j < _size; j++) change = Math.Max(change, Math.Abs(Jacobian[(i * _size) + j]) * ReachOf(j));
            if (change == 0) change = Math.Abs(Residuals[i]);
            if (double.IsFinite(change)) _changes[i] = Math.Max(_changes[i], change);
        }

        Weigh();
        Merit(_values, _current);
        _direction.CopyTo(_lastDirection, 0);
        _isRegular = _newton.Factor(Jacobian, _size, _cancellation) && _newton.HasLargePivots;
        if (!_isRegular) return;
        for (var i = 0; i < _size; i++) _right[i] = -Residuals[i];
        _newton.Solve(_right, 1, _direction);
        _isRegular = Vectors.AllFinite(_direction);
    }

    /// <summary>
    /// Weighs the residuals by their changes, in steps of a thousand, so that equations of like size keep the same weight. Changes only
    /// grow, so what was gained stays gained.
    /// </summary>
    private void Weigh()
    {
        const int coarse = 10;
        var most = Vectors.Largest(_changes);
        var top = most > 0 ? Math.ILogB(most) : 0;
        _norm = 0;
        for (var i = 0; i < _size; i++)
        {
            var below = _changes[i] > 0 ? (top - Math.ILogB(_changes[i])) / coarse * coarse : 0;
            _weights[i] = Math.ScaleB(1, below - top);
            _norm = Math.Max(_norm, Math.Abs(_weights[i] * Residuals[i]));
        }

        if (_norm == 0) _norm = 1;
    }

    /// <summary>The reason to stop before another step, or null.</summary>
    private RootStopReason? Arrival()
    {
        var largest = Largest;
        if (_options.Tolerance is { } tolerance && largest <= tolerance) return RootStopReason.Converged;
        if (largest == 0) return AtZero();
        if (IsFarAway()) return FarAway();
        return null;
    }

    private bool IsFarAway()
    {
        const double far = 1e50;
        for (var i = 0; i < _size; i++)
        {
            if (Math.Abs(_current.Point[i]) > far * Math.Max(Math.Abs(_start[i]), _firstStep) && _firstStep > 0) return true;
        }

        return false;
    }

    private RootStopReason FarAway()
    {
        Message = $"The residual falls only as variables grow without bound: {Describe()}. The equations have no root there, or the search ran past it. Start elsewhere.";
        return RootStopReason.Unbounded;
    }

    private bool Advance()
    {
        var isNewton = _isRegular && _damping == 0;
        if (isNewton) Accelerate();
        else FindDampedDirection(_damping);
        var slope = Vectors.Dot(_current.Gradient, _direction);
        if (!(slope < 0) || !Vectors.AllFinite(_direction))
        {
            _damping = Math.Max(10 * _damping, 1e-3);
            FindDampedDirection(_damping);
            slope = Vectors.Dot(_current.Gradient, _direction);
            isNewton = false;
            if (!(slope < 0) || !Vectors.AllFinite(_direction)) return false;
        }

        var first = isNewton ? _multiplicity : 1;
        if (!Search(slope, first)) return false;
        var step = _line.Step;
        if (step != first) _multiplicity = 1;
        if (_firstStep == 0) _firstStep = Vectors.Largest(_direction) * (step > 0 ? step : 1);
        const double tiny = 0.05;
        const double full = 0.5;
        const double least = 1e-4;
        if (step > 0 && step < tiny) _damping = Math.Max(10 * _damping, 1e-3);
        else if (step >= full) _damping = _damping / 10 < least ? 0 : _damping / 10;
        if (!isNewton || step != 1) _lastRatio = double.NaN;
        return true;
    }

    /// <summary>Foretells the multiplicity of a root from how Newton's steps fall.</summary>
    private void Accelerate()
    {
        if (_multiplicity > 1) return;
        var ratio = Vectors.Norm(_direction) / Vectors.Norm(_lastDirection);
        if (ratio is > LeastRatio and < LargestRatio && Math.Abs(ratio - _lastRatio) < SameRatio * (1 - ratio)) _multiplicity = Math.Round(1 / (1 - ratio));
        _lastRatio = ratio;
    }

    /// <summary>A step along the direction that lowers the merit.</summary>
    private bool Search(double slope, double firstStep)
    {
        // No step counts that lowers nothing: the ceiling is out of reach.
        var outcome = _line.Run(_current, _direction, slope, firstStep, -1);
        if (outcome == LineSearchOutcome.Failed) return false;
        _current = _line.Exchange(_current);
        _system.Evaluate(_current.Point, _values);
        return true;
    }

    /// <summary>The step of Levenberg and Marquardt with a part of the diagonal added, more where the matrix is singular.</summary>
    private void FindDampedDirection(double damping)
    {
        var matrix = new double[_size * _size];
        for (var k = 0; k < _size; k++)
        {
            var weight = _weights[k] / _norm;
            var row = Jacobian.Slice(k * _size, _size);
            for (var i = 0; i < _size; i++)
            {
                var factor = row[i] * weight * weight;
                if (factor != 0) Vectors.AddScaled(matrix.AsSpan(i * _size, _size), factor, row);
            }
        }

        for (var i = 0; i < _size; i++) matrix[(i * _size) + i] *= 1 + damping;
        _direction.AsSpan().Clear();
        if (!Vectors.AllFinite(matrix) || Vectors.Largest(matrix) == 0) return;
        _damped.Factor(matrix, _cancellation);
        for (var i = 0; i < _size; i++) _direction[i] = -_current.Gradient[i];
        _damped.Solve(_direction);
    }

    /// <summary>What to do where no step lowers the residual: null to go on.</summary>
    private RootStopReason? Judge()
    {
        if (IsRounding(out var rounding)) return Arrived(rounding);
        if (_system.HasUnderflowed) return Vanished();
        foreach (var damping in (ReadOnlySpan<double>)[1e-3, 1, 1e3])
        {
            if (IsStationary()) break;
            FindDampedDirection(damping);
            var slope = Vectors.Dot(_current.Gradient, _direction);
            if (!(slope < 0) || !Vectors.AllFinite(_direction) || !Search(slope, 1)) continue;
            Restart(damping);
            return null;
        }

        var isFlat = true;
        if (IsStationary() || !_isRegular)
        {
            var lowest = LookAround(out isFlat);
            if (lowest is not null && _escapes < MostEscapes)
            {
                _escapes++;
                _current = lowest;
                _system.Evaluate(_current.Point, _values);
                Restart(0);
                return null;
            }
        }

        if (!IsStationary())
        {
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"No step lowers the residual, {Largest:g4}, any more at {Describe()}: an equation has a kink or the border of its domain there, or its digits are rounding. Start elsewhere.");
            return RootStopReason.NoProgress;
        }

        Message = isFlat
            ? string.Create(CultureInfo.InvariantCulture, $"The Jacobian is singular at {Describe()} and the equations do not change around it, with the residual {Largest:g4}. Start elsewhere.")
            : string.Create(CultureInfo.InvariantCulture, $"The residual is at a local minimum of {Largest:g4} at {Describe()}, so no root is near. Start elsewhere; there may be no root at all.");
        return isFlat ? RootStopReason.SingularJacobian : RootStopReason.LocalMinimum;
    }

    private void Restart(double damping)
    {
        (_damping, _multiplicity, _lastRatio) = (damping, 1, double.NaN);
        Iterations++;
    }

    private RootStopReason AtLimit()
    {
        if (IsRounding(out var rounding)) return Arrived(rounding);
        Message = string.Create(CultureInfo.InvariantCulture, $"The residual is still {Largest:g4} after {Iterations} steps. Allow more with -MaxIteration, or start elsewhere.");
        return RootStopReason.MaxIterations;
    }

    /// <summary>Whether the merit changes next to nothing when a variable changes as much as it ever has.</summary>
    private bool IsStationary()
    {
        const double nothing = 1e-7;
        for (var i = 0; i < _size; i++)
        {
            if (!(Math.Abs(_current.Gradient[i]) * ReachOf(i) <= nothing)) return false;
        }

        return true;
    }

    /// <summary>Looks for a lower merit a little way off, where the first derivatives say nothing.</summary>
    /// <param name="isFlat">Whether the merit is the same all around.</param>
    /// <returns>The lowest point, or null when none is lower.</returns>
    private Iterate? LookAround(out bool isFlat)
    {
        const double rounding = 1e-9;
        isFlat = true;
        var probe = new Iterate(_size);
        var lowest = new Iterate(_size);
        lowest.CopyFrom(_current);
        foreach (var part in (ReadOnlySpan<double>)[0.1, -0.1, 0.01, -0.01, 1e-4, -1e-4])
        {
            for (var i = 0; i < _size; i++)
            {
                _current.Point.CopyTo(probe.Point, 0);
                probe.Point[i] += part * ReachOf(i);
                Evaluate(probe);
                if (!probe.IsFinite) continue;
                isFlat &= Math.Abs(probe.Value - _current.Value) <= rounding;
                if (probe.Value < lowest.Value) lowest.CopyFrom(probe);
            }
        }

        return lowest.Value < _current.Value - rounding ? lowest : null;
    }

    private double ReachOf(int variable) => _reach[variable] > 0 ? _reach[variable] : 1;

    /// <summary>Whether the residuals are zero as far as rounding lets it be known.</summary>
    private bool IsRounding(out double[] rounding)
    {
        rounding = _system.Rounding(_current.Point);
        return IsRounding(Residuals, rounding);
    }

    private static bool IsRounding(ReadOnlySpan<double> residuals, double[] rounding)
    {
        const double factor = 4;
        for (var i = 0; i < rounding.Length; i++)
        {
            if (residuals[i] != 0 && (!(Math.Abs(residuals[i]) <= factor * rounding[i]) || double.IsInfinity(rounding[i]))) return false;
        }

        return true;
    }

    private RootStopReason AtZero()
    {
        var rounding = _system.Rounding(_current.Point);
        return !_isRegular && _system.HasUnderflowed ? Vanished() : Arrived(rounding);
    }

    private RootStopReason Vanished()
    {
        Message = $"At {Describe()} parts of the equations are too small for a double and became 0: they may have no root there. Start elsewhere.";
        return RootStopReason.Unbounded;
    }

    /// <summary>The end where the residuals are zero up to rounding. Is that the end of the way?</summary>
    private RootStopReason Arrived(double[] rounding)
    {
        const double sixDigits = 1e-6;
        const double nothingKnown = 0.01;
        if (!_isRegular && _size > 1)
        {
            Message = $"The Jacobian is singular at the root, {Describe()}: it is a multiple root, known to fewer digits, or one of many.";
            return RootStopReason.Converged;
        }

        var (worst, part) = _isRegular ? LeastKnown(rounding) : (0, double.PositiveInfinity);
        if (part <= sixDigits) return RootStopReason.Converged;

        // The first derivatives say less, the nearer they are to 0.
        part = Math.Min(part, Blur(worst, rounding));
        if (part <= sixDigits) return RootStopReason.Converged;
        var variable = _system.Variables[worst];
        if (part >= nothingKnown)
        {
            Message = $"The residual at {Describe()} is only rounding, but {variable} may still be far off: the residual falls only as variables grow, or the equations are nearly dependent. Start elsewhere.";
            return RootStopReason.Unbounded;
        }

        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"{variable} = {_current.Point[worst]:g10} may be off by {part * ReachOf(worst):g1}: the root is multiple or nearly so, or the equations are nearly dependent.");
        return RootStopReason.Converged;
    }

    /// <summary>The variable that rounding leaves most uncertain, and by what part of its reach, as far as first derivatives say.</summary>
    private (int Variable, double Part) LeastKnown(double[] rounding)
    {
        var uncertainty = new double[_size];
        var column = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            var error = Math.Max(Math.Abs(Residuals[i]), double.IsFinite(rounding[i]) ? rounding[i] : 0);
            if (error == 0) continue;
            _right.AsSpan().Clear();
            _right[i] = error;
            _newton.Solve(_right, 1, column);
            for (var j = 0; j < _size; j++) uncertainty[j] += Math.Abs(column[j]) / ReachOf(j);
        }

        var worst = 0;
        for (var i = 1; i < _size; i++)
        {
            if (!(uncertainty[i] <= uncertainty[worst])) worst = i;
        }

        return (worst, double.IsNaN(uncertainty[worst]) ? double.PositiveInfinity : uncertainty[worst]);
    }

    /// <summary>By what part of its reach, up to all of it, a variable can be moved without a residual that is more than rounding.</summary>
    private double Blur(int variable, double[] rounding)
    {
        var values = new double[_size];
        var point = _current.Point.ToArray();
        for (var part = 0.1; part > 1e-17; part /= 10)
        {
            foreach (var side in (ReadOnlySpan<double>)[part, -part])
            {
                point[variable] = _current.Point[variable] + (side * ReachOf(variable));
                _system.Evaluate(point, values);
                if (IsRounding(values, rounding)) return 10 * part;
            }
        }

        return 0;
    }

    private string Describe() => PointText.Of(_system.Variables, _current.Point);
}
