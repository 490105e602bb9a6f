namespace PSAutodiff;

/// <summary>Why a training ended.</summary>
public enum TrainingStopReason
{
    /// <summary>All epochs were run.</summary>
    Completed,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,

    /// <summary>The loss or a parameter was no longer a finite number; the result holds the last finite parameters.</summary>
    NotFinite,
}
