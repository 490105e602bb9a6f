using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// What Newton's method and LBFGS share: a direction, a line search along it, and when that is the end. No test depends on the units
/// of the value, nor on a common unit of the variables: gradients are judged by what the next step promises, and by what rounding
/// can make of them.
/// </summary>
internal abstract class LineSearchMethod : Search
{
    private const int MostFlatSteps = 10;

    // So many times the value at the start is taken for bottomless once rounding hides where it goes on.
    public const double FarDown = 1e20;

    // Of the value a rounding, of a step across the valley its square: below it, the next step would change nothing that counts.
    private const double ValueDigits = 1e-24;
    private const double PointDigits = 1e-11;
    private const double NoValue = 1e-30;

    // The cube root of the precision, as Dennis and Schnabel take it ("Numerical Methods for Unconstrained Optimization", 7.2).
    private const double SmallGradient = 6e-6;

    private readonly double? _tolerance;
    private readonly Iterate _probe;
    private readonly double[] _last;
    private readonly double[] _reach;
    private double _firstValue;
    private double _firstScale;
    private double _lastDecrease;
    private double _lowestValue;
    private double _lowestGradient;
    private double _valueRounding;
    private int _flatSteps;

    protected LineSearchMethod(Objective objective, MinimizationOptions options, CancellationToken cancellation)
        : base(objective, options, cancellation)
    {
        Line = new WolfeLineSearch(Evaluate, objective.Dimension);
        Direction = new double[objective.Dimension];
        _probe = new Iterate(objective.Dimension);
        _last = new double[objective.Dimension];
        _reach = new double[objective.Dimension];
        _tolerance = options.Tolerance;
    }

    protected WolfeLineSearch Line { get; }

    /// <summary>The value's magnitude, or by how much it has fallen if that is more.</summary>
    protected double Scale => Math.Max(Math.Abs(Current.Value), _firstValue - Current.Value);

    /// <summary>The direction to search along; where the model is trusted, the step to the minimum it promises.</summary>
    public double[] Direction { get; }

    /// <summary>Whether <see cref="Direction"/> is likely to lead close to a minimum.</summary>
    protected abstract bool IsModelTrusted { get; }

    /// <summary>Whether second derivatives do not speak against a minimum, or else the gradient is small enough for a saddle.</summary>
    protected abstract bool MayBeStationary { get; }

    /// <summary>The step to try first along <see cref="Direction"/>.</summary>
    protected abstract double FirstStep { get; }

    private bool IsFarDown => Current.Value < -FarDown * _firstScale && !Objective.EndsFall(Current);

    private bool GradientIsZero => Vectors.Largest(Current.Gradient) <= (_tolerance ?? 0);

    public override MinimizationStopReason? AtStart()
    {
        _firstValue = _lowestValue = Current.Value;
        _lowestGradient = Vectors.Largest(Current.Gradient);
        _firstScale = Math.Abs(Current.Value);
        for (var i = 0; i < Direction.Length; i++) _firstScale = Math.Max(_firstScale, Math.Abs(Current.Gradient[i] * Current.Point[i]));
        return GradientIsZero ? AtStationaryPoint() : null;
    }

    public sealed override StepOutcome Step(int iteration)
    {
        for (var i = 0; i < _reach.Length; i++) _reach[i] = Math.Max(_reach[i], Math.Abs(Current.Point[i]));
        FindDirection();
        if (HasArrived()) return StepOutcome.Failed(AtStationaryPoint());
        if (_flatSteps >= MostFlatSteps) return StepOutcome.Failed(Judge());
        Current.Point.CopyTo(_last, 0);
        var gradient = Current.Gradient.ToArray();
        var value = Current.Value;
        var outcome = Advance();
        if (outcome == LineSearchOutcome.Failed)
        {
            var rounding = Rounding();
            if (GradientIsRounding(rounding)) return StepOutcome.Failed(AtStationaryPoint());
            _valueRounding = rounding[0];
            for (var attempt = 0; outcome == LineSearchOutcome.Failed && TryOtherDirection(attempt); attempt++) outcome = Advance();
        }

        if (outcome == LineSearchOutcome.Failed) return StepOutcome.Failed(Judge());
        _lastDecrease = value - Current.Value;
        if (_firstScale == 0) _firstScale = _lastDecrease;
        if (outcome == LineSearchOutcome.Unbounded || (Line.Step == 0 && IsFarDown)) return new StepOutcome(true, Unbounded());
        Learn(_last, gradient);
        if (GradientIsZero) return new StepOutcome(true, AtStationaryPoint());
        CountFlatSteps();
        return StepOutcome.Moved;
    }

    public override MinimizationStopReason AtLimit(int iterations)
    {
        FindDirection();
        if (HasArrived()) return AtStationaryPoint();
        return IsFarDown ? Unbounded() : MinimizationStopReason.MaxIterations;
    }

    /// <summary>Writes <see cref="Direction"/>.</summary>
    protected abstract void FindDirection();

    /// <summary>Writes another <see cref="Direction"/> after the last one led nowhere; false when there is none.</summary>
    protected abstract bool TryOtherDirection(int attempt);

    /// <summary>Called after each step.</summary>
    protected virtual void Learn(double[] from, double[] gradient)
    {
    }

    /// <summary>Writes a direction, if there is one, whose promise is the best that can be had, to judge the current point by.</summary>
    protected abstract bool FindPromise();

    /// <summary>Whether there is no doubt that the step in <see cref="Direction"/> leads close to a minimum.</summary>
    protected abstract bool ConfirmsPromise();

    /// <summary>Writes a direction that leaves less doubt; false when there is none.</summary>
    protected virtual bool FindBetterPromise() => false;

    /// <summary>What to call a point whose gradient is zero.</summary>
    protected virtual MinimizationStopReason AtStationaryPoint() => MinimizationStopReason.Converged;

    /// <summary>
    /// Minus the gradient, as long as one percent of the largest variable, or else as lowers a linear function by one percent of its
    /// value (Hager and Zhang, ACM Trans. Math. Softw. 32, 2006, section 4).
    /// </summary>
    protected void UseGradient()
    {
        const double part = 0.01;
        var largest = Vectors.Largest(Current.Gradient);
        var length = part * Vectors.Largest(Current.Point);
        if (length == 0) length = part * Math.Abs(Current.Value) / largest;
        if (length == 0 || !double.IsFinite(length)) length = 1;
        for (var i = 0; i < Direction.Length; i++) Direction[i] = -(Current.Gradient[i] / largest) * length;
    }

    /// <summary>
    /// Whether the function falls steadily in a direction in which a singular Hessian says nothing; then this is
    /// <see cref="Direction"/>. The damped step there may be too short to count, and the fall endless.
    /// </summary>
    protected bool FallsWithoutCurvature(NewtonModel model)
    {
        if (!model.IsSingular) return false;
        model.NullStep(Current.Gradient, _probe.Point);
        var step = Vectors.Largest(Current.Point) / Vectors.Largest(_probe.Point);
        if (!(step > 0) || !double.IsFinite(step)) return false;
        for (var i = 0; i < Direction.Length; i++) _probe.Point[i] *= step;
        var direction = _probe.Point.ToArray();
        var foretold = -Vectors.Dot(Current.Gradient, direction);
        _probe.MoveFrom(Current, direction, 1);
        Evaluate(_probe);
        var fall = Current.Value - _probe.Value;
        if (!(foretold > 0 && fall >= 0.5 * foretold && fall > 4e-16 * Math.Abs(Current.Value))) return false;
        direction.CopyTo(Direction, 0);
        return true;
    }

    private LineSearchOutcome Advance()
    {
        const double rounding = 4e-16;
        var slope = Vectors.Dot(Current.Gradient, Direction);
        if (!(slope < 0)) return LineSearchOutcome.Failed;
        var ceiling = Math.Min(_lowestValue + Math.Max(rounding * Math.Abs(_lowestValue), _valueRounding), _firstValue);
        Line.Furthest = Objective.FurthestStep(Current.Point, Direction);
        var outcome = Line.Run(Current, Direction, slope, FirstStep, ceiling);
        if (outcome != LineSearchOutcome.Failed) Current = Line.Exchange(Current);
        return outcome;
    }

    private void CountFlatSteps()
    {
        const double lower = 0.9;
        var gradient = Vectors.Largest(Current.Gradient);
        _flatSteps = Current.Value < _lowestValue || gradient < lower * _lowestGradient ? 0 : _flatSteps + 1;
        if (_flatSteps > 0) return;
        _lowestValue = Math.Min(_lowestValue, Current.Value);
        _lowestGradient = gradient;
    }

    /// <summary>Whether the step in <see cref="Direction"/> would change nothing that counts.</summary>
    private bool HasArrived()
    {
        const double rounding = 1e-12;
        while (IsModelTrusted && MayBeStationary)
        {
            if (!PromisesNothing()) return IsSettled(rounding, NoValue, Math.Abs(Current.Value)) && GradientIsRounding(Rounding());
            if (ConfirmsPromise()) return true;
            if (!FindBetterPromise()) return false;
        }

        return false;
    }

    private bool PromisesNothing()
    {
        var promised = Promised();
        return promised <= ValueDigits * Math.Abs(Current.Value)
            ? IsSettled(PointDigits, NoValue, Math.Abs(Current.Value)) && GradientIsSmall(Math.Abs(Current.Value))
            : promised <= ValueDigits * Math.Max(_lastDecrease, _firstValue - Current.Value) && CollapsesToZero();
    }

    /// <summary>
    /// Whether the next step changes each variable no more, or leads it to 0 after a step ten digits longer, or it is 0 already as
    /// seen from where it was: the minimum of x^2 or x^4, which is otherwise as far at 1e-30 as it was at 1. Seen from beyond 1 all is 0
    /// that is 0 as seen from 1: after a start far away the rounding of the first step may be huge, and the minimum at 1.
    /// </summary>
    private bool CollapsesToZero()
    {
        const double small = 1e-3;
        const double furthest = 1;
        _probe.CopyFrom(Current);
        var collapses = false;
        for (var i = 0; i < Direction.Length; i++)
        {
            var (x, step) = (Current.Point[i], Math.Abs(Direction[i]));
            if (step <= PointDigits * Math.Abs(x)) continue;
            (collapses, _probe.Point[i]) = (true, 0);
            if (step <= PointDigits * Math.Min(Math.Abs(x - _last[i]), furthest) && Math.Abs(x + Direction[i]) <= small * step) continue;
            if (Math.Max(Math.Abs(x), step) > NoValue * Math.Min(_reach[i], furthest) || !(DerivativeReaches(i) <= SmallGradient * (_firstValue - Current.Value))) return false;
        }

        return !collapses || IsRestingAt(_probe);
    }

    /// <summary>Whether the derivatives for the variables that were set to 0 are 0 there, but for rounding; where there are none, nothing speaks against it.</summary>
    private bool IsRestingAt(Iterate zero)
    {
        const double factor = 4;
        Evaluate(zero);
        if (!zero.IsFinite) return true;
        var rounding = Objective.Rounding(zero.Point, Cancellation);
        for (var i = 0; i < Direction.Length; i++)
        {
            if (zero.Point[i] == 0 && Math.Abs(zero.Gradient[i]) > factor * rounding[i + 1]) return false;
        }

        return true;
    }

    /// <summary>By how much a quadratic falls to its minimum.</summary>
    protected double Promised()
    {
        var sum = 0.0;
        for (var i = 0; i < Direction.Length; i++) sum += Math.Abs(Current.Gradient[i] * Direction[i]);
        return 0.5 * sum;
    }

    /// <summary>Whether the step changes each variable, or else the value by it, relatively by no more than this.</summary>
    private bool IsSettled(double point, double value, double scale)
    {
        for (var i = 0; i < Direction.Length; i++)
        {
            if (Math.Abs(Direction[i]) <= point * Math.Abs(Current.Point[i])) continue;
            if (!(Math.Abs(Current.Gradient[i] * Direction[i]) <= value * scale)) return false;
        }

        return true;
    }

    /// <summary>Whether a change of a variable as large as it has ever been changes the value next to nothing.</summary>
    protected bool GradientIsSmall(double scale)
    {
        for (var i = 0; i < Direction.Length; i++)
        {
            if (!(DerivativeReaches(i) <= SmallGradient * scale)) return false;
        }

        return true;
    }

    private double DerivativeReaches(int variable) =>
        Math.Abs(Current.Gradient[variable]) * Math.Max(_reach[variable], Math.Abs(Direction[variable]));

    private double[] Rounding() => Objective.Rounding(Current.Point, Cancellation);

    /// <summary>Whether the whole gradient may be rounding's work.</summary>
    private bool GradientIsRounding(double[] rounding)
    {
        const double factor = 4;

        // Bounds of long chains, or next to a pole, may be far too large.
        if (!GradientIsSmall(Scale)) return false;
        for (var i = 0; i < Direction.Length; i++)
        {
            if (!(Math.Abs(Current.Gradient[i]) <= factor * rounding[i + 1]) || double.IsInfinity(rounding[i + 1])) return false;
        }

        return true;
    }

    /// <summary>The end where no step lowers the value: the best that rounding allows, or a kink.</summary>
    private MinimizationStopReason Judge()
    {
        const double valueRounding = 1e-13;
        const double sixDigits = 1e-7;
        const double known = 1e-6;
        if (IsFarDown) return Unbounded();
        var rounding = Rounding();

        // Terms that cancel round as they would alone; but where rounding is all there is, as in sin(1e20), it excuses nothing.
        var scale = Math.Max(Math.Abs(Current.Value), rounding[0] <= known * Scale ? rounding[0] / Core.Rounding.Unit : 0);
        if (FindPromise() && IsModelTrusted && MayBeStationary && Promised() <= valueRounding * scale)
        {
            var isSettled = IsSettled(sixDigits, sixDigits * sixDigits, scale) && (GradientIsSmall(Scale) || LiesBetweenSlopes());
            if (isSettled || GradientIsRounding(rounding)) return AtStationaryPoint();
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"The value falls no further than its rounding shows, although a derivative is still {Vectors.Largest(Current.Gradient):g4} in magnitude: {Unsettled()}.");
            return MinimizationStopReason.NoProgress;
        }

        if (GradientIsRounding(rounding)) return AtStationaryPoint();
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"No step lowers the value any more, although a derivative is still {Vectors.Largest(Current.Gradient):g4} in magnitude: the function has a kink or border of its domain at {Describe(Current.Point)}.");
        return MinimizationStopReason.Stuck;
    }

    /// <summary>
    /// Whether the function is curved as the step in <see cref="Direction"/> has it: well beyond it rises, as far before it falls,
    /// much steeper than here. Not so next to a kink or a pole.
    /// </summary>
    private bool LiesBetweenSlopes()
    {
        const double far = 64;
        var slope = Math.Abs(Vectors.Dot(Current.Gradient, Direction));
        return SlopeAt(far) >= far / 4 * slope && SlopeAt(-far) <= -far / 4 * slope;

        double SlopeAt(double step)
        {
            _probe.MoveFrom(Current, Direction, step);
            Evaluate(_probe);
            return _probe.IsFinite ? Vectors.Dot(_probe.Gradient, Direction) : double.NaN;
        }
    }

    /// <summary>The variable of which least is known.</summary>
    private string Unsettled()
    {
        var worst = 0;
        for (var i = 1; i < Direction.Length; i++)
        {
            if (Math.Abs(Direction[i] * Current.Point[worst]) > Math.Abs(Direction[worst] * Current.Point[i])) worst = i;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Objective.Names[worst]} = {Current.Point[worst]:g6} may be off by {Math.Abs(Direction[worst]):g2}");
    }
}
