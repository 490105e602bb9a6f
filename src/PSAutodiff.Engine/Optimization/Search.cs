using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>What one step of a search did.</summary>
/// <param name="Taken">Whether <see cref="Search.Current"/> is a new point.</param>
/// <param name="Stop">The reason to stop, or null to go on.</param>
internal readonly record struct StepOutcome(bool Taken, MinimizationStopReason? Stop)
{
    public static StepOutcome Moved { get; } = new(true, null);

    public static StepOutcome Failed(MinimizationStopReason reason) => new(false, reason);
}

/// <summary>One run of one method: where it is, and how it takes a step. Each method is a class of its own.</summary>
internal abstract class Search(Objective objective, MinimizationOptions options, CancellationToken cancellation)
{
    private readonly double[] _latest = new double[objective.Dimension];
    private readonly double[] _halfway = new double[objective.Dimension];
    private double _firstGradient;
    private int _evaluations;

    public Iterate Current { get; protected set; } = new(objective.Dimension);

    public virtual int Evaluations => _evaluations;

    /// <summary>What there is to say to the user; set before the reason to stop is returned.</summary>
    public string Message { get; protected set; } = string.Empty;

    protected Objective Objective { get; } = objective;

    protected MinimizationOptions Options { get; } = options;

    protected CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The start point.</summary>
    protected double[] Start { get; } = new double[objective.Dimension];

    /// <summary>Goes to the start.</summary>
    /// <exception cref="AutodiffException">The value or the gradient there is not finite.</exception>
    public void Begin(ReadOnlySpan<double> start)
    {
        start.CopyTo(Start);
        start.CopyTo(Current.Point);
        start.CopyTo(_latest);
        start.CopyTo(_halfway);
        Evaluate(Current);
        foreach (var slope in ShownGradient())
        {
            if (double.IsFinite(slope)) _firstGradient = Math.Max(_firstGradient, Math.Abs(slope));
        }

        if (Current.IsFinite) return;
        var what = double.IsFinite(Current.Value)
            ? string.Create(CultureInfo.InvariantCulture, $"the value is {Current.Value:g6} but the gradient is not finite: a kink or border of the domain. Start beside it.")
            : string.Create(CultureInfo.InvariantCulture, $"the value is {Current.Value}. Start where the function and its derivatives are finite.");
        throw new AutodiffException(ErrorIds.ValueNotFinite, $"At the start, {Describe(Current.Point)}, {what}");
    }

    /// <summary>Called after each step: keeps where the search was at about half of its steps, from where it runs straight if it runs away.</summary>
    public void Remember(int iterations)
    {
        if (!int.IsPow2(iterations)) return;
        _latest.CopyTo(_halfway, 0);
        Current.Point.CopyTo(_latest, 0);
    }

    /// <summary>The reason not to take any step, or null.</summary>
    public virtual MinimizationStopReason? AtStart() => null;

    /// <summary>Takes one step.</summary>
    /// <param name="iteration">Number of steps taken before.</param>
    /// <exception cref="OperationCanceledException">The search was cancelled; <see cref="Current"/> is still whole.</exception>
    public abstract StepOutcome Step(int iteration);

    /// <summary>What to call an end after as many steps as are allowed.</summary>
    public virtual MinimizationStopReason AtLimit(int iterations) => MinimizationStopReason.MaxIterations;

    /// <summary>Called once when the search is over, to add to the message what was unusual on the way.</summary>
    public virtual void End(int iterations)
    {
    }

    /// <summary>Whether the point where the search came to rest is not a minimum.</summary>
    public bool IsAtSaddle()
    {
        if (Options.Box is null) return IsSaddle(Objective, Current, Start);
        int[] all = [.. Enumerable.Range(0, Objective.Dimension)];
        var free = Options.Box.Free(Current);

        // With all elements a fall that leads away from bounds is seen, without those at bounds a bend.
        return IsSaddleAmong(all) || (free.Length > 0 && free.Length < all.Length && IsSaddleAmong(free)) || StationaryPoint.FallsWithin(Objective, Current, Options.Box, Cancellation);

        bool IsSaddleAmong(int[] elements)
        {
            var (face, at) = Among(elements);
            return IsSaddle(face, at, Array.ConvertAll(elements, i => Start[i]));
        }
    }

    /// <summary>The gradient, with the infinite derivatives that there may be at bounds.</summary>
    public double[] ShownGradient() =>
        [.. Current.Gradient.ToArray().Select(slope => Options.Box is not null && Math.Abs(slope) == double.MaxValue ? slope * 2 : slope)];

    /// <summary>The elements at bounds beyond which the value would be lower.</summary>
    public IReadOnlyList<int> AtBound => Options.Box is { } box
        ? [.. Enumerable.Range(0, Objective.Dimension).Where(i => !box.IsFixed(i) && box.IsAtBound(i, Current.Point[i]) && Current.Gradient[i] != 0 && box.Holds(i, Current.Point[i], Current.Gradient[i]))]
        : [];

    /// <summary>The end at bounds beyond which the value would be lower.</summary>
    public MinimizationStopReason EndAtBound()
    {
        const int most = 8;
        var at = AtBound;
        var listed = string.Join(", ", at.Take(most).Select(i => Options.Box!.Describe(Objective.Names[i], i, Current.Point[i])));
        var isSteep = ShownGradient().Any(double.IsInfinity);
        Message = string.Create(CultureInfo.InvariantCulture, $"At a bound{(isSteep ? ", where a derivative is infinite" : ", with lower values beyond it")}: {listed}{(at.Count > most ? $" and {at.Count - most} more" : string.Empty)}.");
        return MinimizationStopReason.AtBound;
    }

    /// <summary>The end of a search that came to rest only because the slope dies out; null where it did not.</summary>
    public MinimizationStopReason? WithoutMinimum()
    {
        var earlier = Current.Point.AsSpan().SequenceEqual(_halfway) ? Start : _halfway;
        var free = Options.Box?.Free(Current);
        if (free is { Length: 0 }) return null;
        var (objective, at) = free is null ? (Objective, Current) : Among(free);
        if (free is not null) earlier = Array.ConvertAll(free, i => earlier[i]);
        var variables = new Asymptote(objective, at, earlier, _firstGradient, Cancellation).Variables();
        if (variables.Count == 0) return null;
        var names = string.Join(", ", variables.Take(3).Select(i => objective.Names[i])) + (variables.Count > 3 ? " and others" : string.Empty);
        var one = objective.Names[variables[0]];
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"The value still falls at {Describe(Current.Point)}, less and less steeply, however far {names} goes: there is no minimum in that direction, and {Current.Value:g6} is about the limit. Start elsewhere, or add a penalty such as 0.001*{one}^2.");
        return MinimizationStopReason.NoMinimum;
    }

    /// <summary>The end at a point from which the function falls.</summary>
    public MinimizationStopReason Saddle()
    {
        Message = $"At {Describe(Current.Point)} the gradient is zero, but the function falls in some direction from there: this is a saddle or a maximum. Start elsewhere.";
        return MinimizationStopReason.SaddlePoint;
    }

    /// <summary>The end of a search that stays where it began because parts of the function became 0 there; null where it did not.</summary>
    /// <param name="function">The function, without bounds.</param>
    public MinimizationStopReason? Vanished(Objective function)
    {
        const int most = 3;
        int[] still = [.. StationaryPoint.Vanished(function, Current, Start, Cancellation).Where(i => Options.Box?.IsFixed(i) != true)];
        if (still.Length == 0) return null;
        var names = string.Join(", ", still.Take(most).Select(i => Objective.Names[i])) + (still.Length > most ? " and others" : string.Empty);
        Message = $"At {Describe(Current.Point)} parts of the function are too small for a double and became 0, so it looks flat along {names}: it may have no minimum there. Start elsewhere.";
        return MinimizationStopReason.NoProgress;
    }

    public void Evaluate(Iterate at)
    {
        // The first one is always whole: there is a result at any time.
        var cancellation = _evaluations > 0 ? Cancellation : default;
        cancellation.ThrowIfCancellationRequested();
        _evaluations++;
        Objective.Evaluate(at, cancellation);
    }

    /// <summary>The end of a search whose value falls to minus infinity.</summary>
    protected MinimizationStopReason Unbounded()
    {
        Message = Objective.EndsFall(Current)
            ? "The value falls to minus infinity between the bounds, or lower than a number can be, so there is no minimum. The result holds the lowest finite point seen."
            : "The value falls without bound, so there is no minimum. The result holds the lowest finite point seen.";
        return MinimizationStopReason.Unbounded;
    }

    /// <summary>The largest derivative along which the point may move.</summary>
    protected double LargestDerivative()
    {
        if (Options.Box is not { } box) return Vectors.Largest(Current.Gradient);
        var largest = 0.0;
        for (var i = 0; i < Current.Point.Length; i++)
        {
            if (!box.Holds(i, Current.Point[i], Current.Gradient[i])) largest = Math.Max(largest, Math.Abs(Current.Gradient[i]));
        }

        return largest;
    }

    private bool IsSaddle(Objective function, Iterate at, double[] start) =>
        StationaryPoint.FallsFrom(function, at, Cancellation) || StationaryPoint.FallsWithoutCurvature(function, at, start, Cancellation);

    /// <summary>The function of some elements within the bounds, and where the search is.</summary>
    private (Objective Function, Iterate At) Among(int[] elements)
    {
        var face = new Face(Objective, Options.Box!, Current, elements);
        var at = new Iterate(elements.Length);
        for (var i = 0; i < elements.Length; i++) at.Point[i] = Current.Point[elements[i]];
        face.Evaluate(at, CancellationToken.None);
        return (face, at);
    }

    /// <summary>A point as messages show it: a few variables, then how many more there are.</summary>
    protected string Describe(ReadOnlySpan<double> point) => PointText.Of(Objective.Names, point);
}
