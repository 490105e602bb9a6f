using System.Collections.Specialized;
using PSAutodiff.Foundation;
using PSAutodiff.Optimization;

namespace PSAutodiff;

/// <summary>What a minimisation reached and how it ended.</summary>
public sealed class Minimum : ISearchResult
{
    /// <summary>
    /// The last point: variable name to value, in ordinal order of the names. Always finite. A value is a double, or a double[] or double[,] of
    /// the variable's shape.
    /// </summary>
    public required OrderedDictionary At { get; init => field = value.AsReadOnly(); }

    /// <summary>The value of the function there.</summary>
    public required double Value { get; init; }

    /// <summary>The first derivatives there: variable name to derivative, of the variable's shape.</summary>
    public required OrderedDictionary Gradient { get; init => field = value.AsReadOnly(); }

    /// <summary>Number of steps taken.</summary>
    public required int Iterations { get; init; }

    /// <summary>How often the value and the gradient were computed, line searches included.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Why it ended.</summary>
    public required MinimizationStopReason StopReason { get; init; }

    /// <summary>The elements of variables that ended at a bound beyond which the value would be lower.</summary>
    public IReadOnlyList<string> AtBound { get; init; } = [];

    /// <summary>What there is to say about the end or the way, and what to do about it; empty when nothing was unusual.</summary>
    public required string Message { get; init; }

    /// <summary>The method.</summary>
    public required MinimizationMethod Method { get; init; }

    /// <summary>The start and every point after it, when they were to be kept; else empty.</summary>
    public required IReadOnlyList<MinimizationStep> Path { get; init; }

    /// <summary>The function that was minimized; null when it is not known, or was joined over rows of data.</summary>
    public ExprNode? Expression { get; init; }

    /// <summary>Time spent in the search itself.</summary>
    public required TimeSpan Elapsed { get; init; }

    bool ISearchResult.IsCancelled => StopReason == MinimizationStopReason.Cancelled;

    string ISearchResult.Reason => StopReason.ToString();

    /// <summary>The value, the point and why it ended, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Value} at {{ {NamedNumbers.Text(At)} }}, {StopReason}");
}
