using System.Collections.Specialized;
using PSAutodiff.Foundation;
using PSAutodiff.Optimization;

namespace PSAutodiff;

/// <summary>What a search for a root reached and how it ended.</summary>
public sealed class Root : ISearchResult
{
    /// <summary>The last point: variable name to value, in ordinal order of the names. Always finite.</summary>
    public required OrderedDictionary At { get; init => field = value.AsReadOnly(); }

    /// <summary>The largest magnitude of a residual there.</summary>
    public required double Residual { get; init; }

    /// <summary>The value of each equation there, in order: 0 at a root.</summary>
    public required IReadOnlyList<double> Residuals { get; init; }

    /// <summary>Number of steps taken.</summary>
    public required int Iterations { get; init; }

    /// <summary>How often the equations were computed, line searches included.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Why it ended.</summary>
    public required RootStopReason StopReason { get; init; }

    /// <summary>What there is to say about the end, and what to do about it; empty when nothing was unusual.</summary>
    public required string Message { get; init; }

    /// <summary>The equations, each meant to be 0.</summary>
    public required IReadOnlyList<ExprNode> Equations { get; init; }

    /// <summary>Time spent in the search itself.</summary>
    public required TimeSpan Elapsed { get; init; }

    bool ISearchResult.IsCancelled => StopReason == RootStopReason.Cancelled;

    string ISearchResult.Reason => StopReason.ToString();

    /// <summary>The point, the residual and why it ended, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{{ {NamedNumbers.Text(At)} }}, residual {Residual}, {StopReason}");
}
