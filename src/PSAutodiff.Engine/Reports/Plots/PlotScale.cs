using System.Numerics;

namespace PSAutodiff.Reports.Plots;

/// <summary>
/// Where the numbers from one end of an axis to the other stand. Any two finite numbers are ends, the largest and the smallest too:
/// positions are computed in a power of two that fits them.
/// </summary>
internal sealed class PlotScale
{
    // Of powers of ten on a logarithmic scale.
    private static readonly int[] Intervals = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly int _exponent;
    private readonly double _from;
    private readonly double _span;

    /// <param name="from">The lower end: finite, and above 0 on a logarithmic scale.</param>
    /// <param name="to">The upper end, above the lower.</param>
    /// <param name="isLog">Whether equal factors are equally wide.</param>
    public PlotScale(double from, double to, bool isLog = false)
    {
        if (!(from < to) || !double.IsFinite(from) || !double.IsFinite(to) || (isLog && from <= 0)) throw new ArgumentOutOfRangeException(nameof(to), $"{from} to {to} is not a range.");
        (From, To, IsLog) = (from, to, isLog);
        if (isLog)
        {
            _from = Math.Log10(from);
            _span = Math.Log10(to) - _from;
            return;
        }

        _exponent = -Math.ILogB(Math.Max(Math.Abs(from), Math.Abs(to)));
        _from = Math.ScaleB(from, _exponent);
        _span = Math.ScaleB(to, _exponent) - _from;
    }

    /// <summary>The lower end.</summary>
    public double From { get; }

    /// <summary>The upper end.</summary>
    public double To { get; }

    /// <summary>Whether equal factors are equally wide.</summary>
    public bool IsLog { get; }

    /// <summary>Where a number stands: 0 at the lower end, 1 at the upper, outside of these beyond the ends; NaN for what has no place.</summary>
    public double Position(double value)
    {
        if (value == From) return 0;
        if (value == To) return 1;
        var scaled = IsLog ? value > 0 ? Math.Log10(value) : double.NaN : Math.ScaleB(value, _exponent);
        return (scaled - _from) / _span;
    }

    /// <summary>The number at a position from 0 to 1.</summary>
    public double ValueAt(double position)
    {
        if (position <= 0) return From;
        if (position >= 1) return To;
        var scaled = _from + (_span * position);
        return Math.Clamp(IsLog ? Math.Pow(10, scaled) : Math.ScaleB(scaled, -_exponent), From, To);
    }

    /// <summary>Evenly spaced numbers from one end to the other, both included.</summary>
    /// <param name="count">How many, at least 2.</param>
    public double[] Values(int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = ValueAt((double)i / (count - 1));
        return values;
    }

    /// <summary>Round numbers within the ends, ascending: multiples of 1, 2 or 5 times a power of ten; on a logarithmic scale powers of ten when at least two are.</summary>
    /// <param name="most">The greatest number of them, at least 2.</param>
    public IReadOnlyList<PlotTick> Ticks(int most)
    {
        if (IsLog && Decades(most) is { Count: >= 2 } decades) return decades;
        var step = Step(most);
        var (first, last) = (step.Ceiling(From), step.Floor(To));
        var ticks = new List<PlotTick>();
        for (var multiple = first; multiple <= last; multiple++)
        {
            if (step.Times(multiple) is { } tick) ticks.Add(tick);
        }

        return ticks;
    }

    /// <summary>This scale with its ends moved outward to round numbers, by at most a fifth of the distance between ticks.</summary>
    /// <param name="most">The greatest number of ticks.</param>
    public PlotScale Rounded(int most)
    {
        if (IsLog) return this;
        var fifth = Step(most).Fifth();
        return new PlotScale(
            fifth.Times(fifth.Floor(From))?.Value ?? From,
            fifth.Times(fifth.Ceiling(To))?.Value ?? To);
    }

    /// <summary>The smallest step of ticks with which there are not too many.</summary>
    private TickStep Step(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);

        // Of the span in units of 10, which may be beyond the numbers.
        var (low, high) = (Math.ScaleB(From, IsLog ? 0 : _exponent), Math.ScaleB(To, IsLog ? 0 : _exponent));
        var power = (int)Math.Floor(Math.Log10((high - low) / most) - (IsLog ? 0 : _exponent * Math.Log10(2))) - 1;
        for (; ; power++)
        {
            foreach (var factor in (ReadOnlySpan<int>)[1, 2, 5])
            {
                var step = new TickStep(factor, power);
                if (step.Floor(To) - step.Ceiling(From) < most) return step;
            }
        }
    }

    private List<PlotTick> Decades(int most)
    {
        var (first, last) = ((int)Math.Ceiling(_from - 1e-12), (int)Math.Floor(_from + _span + 1e-12));
        var ticks = new List<PlotTick>();
        if (last < first) return ticks;
        var every = Intervals.First(every => Math.Floor((double)last / every) - Math.Ceiling((double)first / every) < most);
        var start = (int)Math.Ceiling((double)first / every) * every;
        for (var power = start; power <= last; power += every)
        {
            if (new TickStep(1, power).Times(BigInteger.One) is { } tick && tick.Value >= From && tick.Value <= To) ticks.Add(tick);
        }

        return ticks;
    }
}
