namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// What sums need only of rows where a condition is not 0, as select(c, x, 0) does. It is computed on these rows alone, one beside the
/// other; the others would add 0.
/// </summary>
internal sealed class RowRegion
{
    /// <summary>The places, see <see cref="RowPlan"/>, of what is taken from outside; they become the first places here.</summary>
    public required int[] Taken { get; init; }

    /// <summary>What is computed, and the sums. Places are those here; single values have the places of the plan.</summary>
    public required RowStep[] Steps { get; init; }

    /// <summary>Number of places.</summary>
    public required int PlaceCount { get; init; }
}
