namespace PSAutodiff.Optimization;

/// <summary>What is said in the same way of the ends of all searches.</summary>
internal interface ISearchResult
{
    /// <summary>Number of steps taken.</summary>
    int Iterations { get; }

    /// <summary>How often the function was computed.</summary>
    int Evaluations { get; }

    /// <summary>What there is to say about the end; empty when nothing was unusual.</summary>
    string Message { get; }

    /// <summary>Time spent in the search itself.</summary>
    TimeSpan Elapsed { get; }

    /// <summary>Whether it was stopped from outside.</summary>
    bool IsCancelled { get; }

    /// <summary>Why it ended, as a word.</summary>
    string Reason { get; }
}
