namespace PSAutodiff.Fitting;

/// <summary>Where a search from a start ended.</summary>
/// <param name="State">The point, and what the rows say there.</param>
/// <param name="Iterations">The number of steps.</param>
/// <param name="StopReason">Why it ended.</param>
internal sealed record FitOutcome(FitState State, int Iterations, CurveFitStopReason StopReason);

/// <summary>Searches from all starts of a fit, on machines or here.</summary>
internal interface IFitStarts
{
    /// <summary>Searches.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="start">Its start values, see <see cref="CurveFit.Run"/>.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>For each start what its searches gave, and how often rows were evaluated; null for those that were not searched to their ends.</returns>
    /// <exception cref="AutodiffException">A start cannot be searched.</exception>
    (FitOutcome[] Outcomes, int Evaluations)?[] Search(CurveFit fit, IReadOnlyList<double> start, CurveFitOptions options, CancellationToken cancellation);
}

/// <summary>The searches of a fit from any of its starts. One thread at a time may use it.</summary>
/// <param name="program">The model over the rows.</param>
/// <param name="first">The first start.</param>
/// <param name="linear">How many of the first elements may be projected.</param>
/// <param name="lower">The least values.</param>
/// <param name="upper">The greatest values.</param>
/// <param name="labelNorm">The length of the vector of labels.</param>
/// <param name="options">The settings.</param>
internal sealed class FitSearch(FitProgram program, double[] first, int linear, double[] lower, double[] upper, double labelNorm, CurveFitOptions options)
{
    // First steps of so many lengths of the start, of which one may lead to a better minimum than the other.
    private static readonly double[] FirstBounds = [1, 100];

    // With variable projection short steps first: what it searches bends more.
    private const double FirstProjectedBound = 0.01;

    /// <summary>The model over the rows.</summary>
    public FitProgram Program => program;

    /// <summary>Whether an outcome is better than another. Of two ways to one minimum the last digits decide nothing.</summary>
    public static bool IsBetter(FitOutcome outcome, FitOutcome? best) => best is null || outcome.State.Cost < best.State.Cost * (1 - 1e-10);

    /// <summary>Searches from a start in all ways. The last outcome is one of <see cref="CurveFitStopReason.Cancelled"/> when it was cancelled on the way.</summary>
    /// <param name="restart">The number of the start, from 0.</param>
    /// <param name="hasResult">Whether a start may be left out: then one without finite values is, and a cancelled one gives nothing.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a result.</exception>
    public IEnumerable<FitOutcome> From(int restart, bool hasResult, CancellationToken cancellation)
    {
        var start = restart == 0 ? first : FitStarts.Draw(first, lower, upper, options.Seed, restart);
        FitState? begun = null;
        foreach (var (bound, projected) in Ways())
        {
            if (hasResult && cancellation.IsCancellationRequested) yield break;
            var search = new CurveSearch(program, first.Length, projected, lower, upper, labelNorm, options, cancellation);
            if (begun is not null && projected == 0) search.Current.CopyFrom(begun);
            else if (!TryBegin(search, start, hasResult)) yield break;
            begun ??= search.Current.Copy();
            search.Run(bound);
            yield return new FitOutcome(search.Current, search.Iterations, search.StopReason);
            if (search.StopReason == CurveFitStopReason.Cancelled) yield break;
            hasResult = true;
        }
    }

    private IEnumerable<(double Bound, int Projected)> Ways()
    {
        if (linear == first.Length) return [(1, first.Length)];
        var ways = FirstBounds.Select(static bound => (bound, 0));
        return linear == 0 ? ways : ways.Append((FirstProjectedBound, linear));
    }

    private static bool TryBegin(CurveSearch search, double[] start, bool hasResult)
    {
        try
        {
            return search.Begin(start) || !hasResult;
        }
        catch (OperationCanceledException) when (hasResult)
        {
            return false;
        }
    }
}
