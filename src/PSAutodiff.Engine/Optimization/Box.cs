using System.Globalization;

namespace PSAutodiff.Optimization;

/// <summary>The bounds between which a point has to stay.</summary>
internal sealed class Box
{
    private readonly double[] _lower;
    private readonly double[] _upper;

    private Box(double[] lower, double[] upper) => (_lower, _upper) = (lower, upper);

    /// <summary>The bounds of all elements; null where there are none.</summary>
    /// <param name="objective">What the elements belong to. Mirrored elements of symmetric matrices keep the bounds of both.</param>
    /// <param name="lower">The least values; null for none.</param>
    /// <param name="upper">The greatest values; null for none.</param>
    /// <exception cref="AutodiffException">There is no number between two bounds.</exception>
    public static Box? Of(Objective objective, IReadOnlyList<double>? lower, IReadOnlyList<double>? upper)
    {
        if (lower is null && upper is null) return null;
        var n = objective.Dimension;
        if ((lower ?? upper)!.Count != n || (upper ?? lower)!.Count != n) throw new ArgumentException($"The variables have {n} elements, and there have to be as many bounds.");
        double[] low = lower is null ? [.. Enumerable.Repeat(double.NegativeInfinity, n)] : [.. lower];
        double[] high = upper is null ? [.. Enumerable.Repeat(double.PositiveInfinity, n)] : [.. upper];
        foreach (var (above, below) in objective.MirroredElements)
        {
            low[above] = low[below] = Math.Max(low[above], low[below]);
            high[above] = high[below] = Math.Min(high[above], high[below]);
        }

        for (var i = 0; i < n; i++) Check(objective.Names[i], low[i], high[i]);
        return low.All(double.IsNegativeInfinity) && high.All(double.IsPositiveInfinity) ? null : new Box(low, high);
    }

    /// <summary>Refuses bounds with no number between.</summary>
    /// <exception cref="AutodiffException">There is none.</exception>
    public static void Check(string name, double lower, double upper)
    {
        if (!(lower <= upper)) throw new AutodiffException(ErrorIds.BoundInvalid, string.Create(CultureInfo.InvariantCulture, $"'{name}' cannot be at least {lower} and at most {upper}. The lower bound has to be a number no greater than the upper one."));
        if (double.IsPositiveInfinity(lower) || double.IsNegativeInfinity(upper)) throw new AutodiffException(ErrorIds.BoundInvalid, string.Create(CultureInfo.InvariantCulture, $"'{name}' is to be at least {lower} and at most {upper}: there is no number between."));
    }

    /// <summary>Refuses a start outside of bounds.</summary>
    /// <exception cref="AutodiffException">It lies outside.</exception>
    public static void CheckStart(string name, double start, double lower, double upper)
    {
        if (start >= lower && start <= upper) return;
        var (side, bound) = start < lower ? ("below its lower", lower) : ("above its upper", upper);
        throw new AutodiffException(ErrorIds.BoundInvalid, string.Create(CultureInfo.InvariantCulture, $"The initial value {start} of '{name}' is {side} bound {bound}. Start within the bounds."));
    }

    /// <summary>Refuses a start outside of the bounds.</summary>
    /// <exception cref="AutodiffException">An element lies outside.</exception>
    public void CheckStart(IReadOnlyList<string> names, ReadOnlySpan<double> start)
    {
        for (var i = 0; i < start.Length; i++) CheckStart(names[i], start[i], _lower[i], _upper[i]);
    }

    /// <summary>The nearest value that an element may have.</summary>
    public double Clamp(int element, double value) => Math.Clamp(value, _lower[element], _upper[element]);

    /// <summary>How many lengths of a direction lead to the bound; infinity where there is none.</summary>
    public double StepToBound(int element, double value, double direction) =>
        Math.Max(0, ((direction > 0 ? _upper[element] : _lower[element]) - value) / direction);

    /// <summary>Whether there is a bound in a direction.</summary>
    public bool HasBoundAhead(int element, double direction) => double.IsFinite(direction > 0 ? _upper[element] : _lower[element]);

    /// <summary>Moves each element to the nearest value that it may have.</summary>
    public void Clamp(Span<double> point)
    {
        for (var i = 0; i < point.Length; i++) point[i] = Clamp(i, point[i]);
    }

    /// <summary>Whether an element is at a bound.</summary>
    public bool IsAtBound(int element, double value) => value <= _lower[element] || value >= _upper[element];

    /// <summary>Whether an element is at a bound from which the value does not fall on the inside.</summary>
    public bool Holds(int element, double value, double derivative) =>
        (value <= _lower[element] && derivative >= 0) || (value >= _upper[element] && derivative <= 0) || IsFixed(element);

    /// <summary>Whether there is one value only that an element may have.</summary>
    public bool IsFixed(int element) => _lower[element] == _upper[element];

    /// <summary>
    /// Takes the largest number for an infinite derivative of an element at a bound towards which the value falls: there the element stays, so that
    /// nothing is computed with it.
    /// </summary>
    public void LimitSlopes(Iterate at)
    {
        for (var i = 0; i < at.Point.Length; i++)
        {
            ref var slope = ref at.Results[i + 1];
            if (double.IsInfinity(slope) && Holds(i, at.Point[i], slope)) slope = Math.CopySign(double.MaxValue, slope);
        }

        at.CheckFinite();
    }

    /// <summary>Whether the element along which the value falls most has a bound ahead: then the value does not fall without end.</summary>
    public bool EndsFall(Iterate at)
    {
        var (most, largest) = (-1, 0.0);
        for (var i = 0; i < at.Point.Length; i++)
        {
            var part = Math.Abs(at.Gradient[i]) * Math.Max(Math.Abs(at.Point[i]), double.Epsilon);
            if (part > largest && !Holds(i, at.Point[i], at.Gradient[i])) (most, largest) = (i, part);
        }

        return most < 0 || HasBoundAhead(most, -at.Gradient[most]);
    }

    /// <summary>The elements of a point that no bound holds.</summary>
    public int[] Free(Iterate at)
    {
        var free = new List<int>(at.Point.Length);
        for (var i = 0; i < at.Point.Length; i++)
        {
            if (!Holds(i, at.Point[i], at.Gradient[i])) free.Add(i);
        }

        return [.. free];
    }

    /// <summary>How an element at a bound is called in messages.</summary>
    public string Describe(string name, int element, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} = {value:g6} ({(value <= _lower[element] ? "lower" : "upper")})");
}
