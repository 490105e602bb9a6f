using System.Globalization;

namespace PSAutodiff.Optimization.Roots;

/// <summary>
/// A root of one equation between two points where its signs differ: Chandrupatla's choice between inverse quadratic interpolation and
/// bisection (Advances in Engineering Software 28, 1997). Where steps cut off little, one halves the number of doubles between the ends:
/// 64 of those lead from any end to any other, infinity included. It ends at two neighboring doubles, or where the equation is 0.
/// </summary>
internal sealed class BracketRootSearch(EquationSystem system, RootOptions options, CancellationToken cancellation)
{
    // So many steps in a row may cut off less than half of the doubles.
    private const int MostSlowSteps = 3;

    private readonly double[] _value = new double[1];
    private double _a;
    private double _b;
    private double _c;
    private double _fa;
    private double _fb;
    private double _fc;

    /// <summary>The end with the smaller residual.</summary>
    public double Point => IsBetter(_a, _fa, _b, _fb) ? _a : _b;

    public double Residual => IsBetter(_a, _fa, _b, _fb) ? _fa : _fb;

    public int Iterations { get; private set; }

    /// <summary>What there is to say to the user.</summary>
    public string Message { get; private set; } = string.Empty;

    private string Variable => system.Variables[0];

    /// <summary>Looks at the ends.</summary>
    /// <exception cref="AutodiffException">The equation is NaN at one of them, or has one sign at both.</exception>
    public void Begin(double from, double to)
    {
        if (double.IsNaN(from) || double.IsNaN(to) || from == to)
        {
            throw new AutodiffException(ErrorIds.RangeInvalid, string.Create(CultureInfo.InvariantCulture, $"The range of a root needs two different numbers, not {from} and {to}."));
        }

        (_a, _b) = (from, to);
        (_fa, _fb) = (AtEnd(from), AtEnd(to));
        (_c, _fc) = (_a, _fa);
        if (_fa == 0 || _fb == 0 || Math.Sign(_fa) != Math.Sign(_fb)) return;
        throw new AutodiffException(
            ErrorIds.NoSignChange,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The equation has one sign at both ends of the range: {_fa:g6} at {Variable} = {from:g6} and {_fb:g6} at {Variable} = {to:g6}. Choose ends with different signs, or a start with -InitialValue."));
    }

    /// <summary>Searches until there is a reason to stop.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled; the ends are still whole.</exception>
    public RootStopReason Run(Action<int, double> report)
    {
        var slow = 0;
        var bisect = true;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Residual == 0 || Between(_a, _b) <= 1) return Judge();
            if (options.Tolerance is { } tolerance && Math.Abs(Residual) <= tolerance) return RootStopReason.Converged;
            if (Iterations == options.MaxIteration)
            {
                Message = string.Create(CultureInfo.InvariantCulture, $"The root lies between {_a:r} and {_b:r}. Allow more steps with -MaxIteration.");
                return RootStopReason.MaxIterations;
            }

            var before = Between(_a, _b);
            var trial = slow >= MostSlowSteps ? Middle(_a, _b) : bisect ? Halfway() : Interpolated();
            if (!TryTake(trial) && !TryTake(Middle(_a, trial)) && !TryTake(Middle(trial, _b)))
            {
                Message = string.Create(CultureInfo.InvariantCulture, $"The equation is NaN at {Variable} = {trial:g6}, so its sign cannot be followed. Choose a range within its domain.");
                return RootStopReason.NotFinite;
            }

            Iterations++;
            slow = Between(_a, _b) > before / 2 ? slow + 1 : 0;
            bisect = !MayInterpolate();
            report(Iterations, Math.Abs(Residual));
        }
    }

    private double AtEnd(double point)
    {
        var value = At(point);
        if (value == 0 && (HasOverflowed(point) || system.HasUnderflowed))
        {
            throw new AutodiffException(
                ErrorIds.ValueNotFinite,
                string.Create(CultureInfo.InvariantCulture, $"At the end of the range {Variable} = {point} parts of the equation are too large or small for a double, so its 0 says nothing. Choose ends nearer to the root."));
        }

        if (!double.IsNaN(value)) return value;
        throw new AutodiffException(
            ErrorIds.ValueNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"At the end of the range {Variable} = {point} the equation is NaN. Choose a range within its domain{(double.IsInfinity(point) ? ", with finite ends" : string.Empty)}."));
    }

    private double At(double point)
    {
        system.Evaluate([point], _value);
        return _value[0];
    }

    /// <summary>Whether the equation is 0 here and around because a part of it is too large, as that of 1/x^2 where x^2 is infinite.</summary>
    private bool HasOverflowed(double point) =>
        double.IsInfinity(system.Rounding([point])[0]) && At(Math.BitIncrement(point)) == 0 && At(Math.BitDecrement(point)) == 0;

    /// <summary>Replaces the end whose sign a point has by it.</summary>
    private bool TryTake(double point)
    {
        var value = At(point);
        if (double.IsNaN(value) || (value == 0 && HasOverflowed(point))) return false;
        if (value == 0 || Math.Sign(value) == Math.Sign(_fa)) (_c, _fc, _a, _fa) = (_a, _fa, point, value);
        else (_c, _fc, _b, _fb, _a, _fa) = (_b, _fb, _a, _fa, point, value);
        return true;
    }

    /// <summary>Whether the inverse of the quadratic through the last three points is one between the ends.</summary>
    private bool MayInterpolate()
    {
        if (!double.IsFinite(_fa) || !double.IsFinite(_fb) || !double.IsFinite(_fc) || !double.IsFinite(_a) || !double.IsFinite(_b) || !double.IsFinite(_c)) return false;
        var xi = (_a - _b) / (_c - _b);
        var phi = (_fa - _fb) / (_fc - _fb);
        return phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    }

    /// <summary>The inverse quadratic interpolation, at least one double away from both ends.</summary>
    private double Interpolated()
    {
        var alpha = (_c - _a) / (_b - _a);
        var part = (_fa / (_fb - _fa) * (_fc / (_fb - _fc))) + (alpha * (_fa / (_fc - _fa)) * (_fb / (_fc - _fb)));
        var trial = _a + (part * (_b - _a));
        var (low, high) = (Math.Min(_a, _b), Math.Max(_a, _b));
        if (!double.IsFinite(trial)) return Halfway();
        return Math.Clamp(trial, Math.BitIncrement(low), Math.BitDecrement(high));
    }

    /// <summary>The middle of the ends, which a root of a size like theirs is sooner found from than from the middle of the doubles.</summary>
    private double Halfway()
    {
        var middle = (0.5 * _a) + (0.5 * _b);
        return double.IsFinite(middle) && middle != _a && middle != _b ? middle : Middle(_a, _b);
    }

    /// <summary>What the neighboring doubles at which the sign changes say.</summary>
    private RootStopReason Judge()
    {
        var (point, residual) = (Point, Residual);
        if (double.IsFinite(residual) && double.IsFinite(point))
        {
            var rounding = system.Rounding([point])[0];
            if (residual == 0 || IsRounding(residual, rounding))
            {
                if (Blur(point, rounding) is > 0 and var blur)
                {
                    Message = string.Create(CultureInfo.InvariantCulture, $"{Variable} = {point:g10} may be off by {blur:g1}: the root is multiple or nearly so, and the equation around it is rounding.");
                }

                return RootStopReason.Converged;
            }
        }

        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"The sign changes between the neighboring doubles {Variable} = {Math.Min(_a, _b):r} and {Math.Max(_a, _b):r}, where the equation is {(_a < _b ? _fa : _fb):g6} and {(_a < _b ? _fb : _fa):g6}: a pole or a jump, not a root.");
        return RootStopReason.Discontinuity;
    }

    /// <summary>How far a root can be moved without a residual that is more than rounding, if that is more than its sixth digit; else 0.</summary>
    private double Blur(double point, double rounding)
    {
        const double sixDigits = 1e-6;
        if (!double.IsFinite(rounding) || system.HasUnderflowed) return 0;
        for (var part = 0.1; part > sixDigits; part /= 10)
        {
            var move = part * Math.Abs(point);
            if (IsRounding(At(point + move), rounding) || IsRounding(At(point - move), rounding)) return move;
        }

        return 0;
    }

    private static bool IsRounding(double residual, double rounding)
    {
        const double factor = 4;
        return Math.Abs(residual) <= factor * rounding && double.IsFinite(rounding);
    }

    private static bool IsBetter(double a, double fa, double b, double fb) =>
        double.IsFinite(a) && (!double.IsFinite(b) || Math.Abs(fa) <= Math.Abs(fb));

    /// <summary>The double with as many doubles between it and one end as the other.</summary>
    private static double Middle(double a, double b)
    {
        var (low, high) = (Int128.Min(Place(a), Place(b)), Int128.Max(Place(a), Place(b)));
        return At(low + ((high - low) / 2));

        static double At(Int128 place) => BitConverter.Int64BitsToDouble(place >= 0 ? (long)place : (long)(-place) | long.MinValue);
    }

    /// <summary>Number of doubles from one to the other.</summary>
    private static Int128 Between(double a, double b) => Int128.Abs(Place(a) - Place(b));

    /// <summary>The place of a double among all, 0 for 0.</summary>
    private static Int128 Place(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        return bits >= 0 ? bits : -(Int128)(bits & long.MaxValue);
    }
}
