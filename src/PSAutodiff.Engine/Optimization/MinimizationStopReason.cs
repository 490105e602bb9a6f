namespace PSAutodiff;

/// <summary>Why a minimisation ended.</summary>
public enum MinimizationStopReason
{
    /// <summary>The tolerance was met: the value no longer falls, or the gradient is as good as zero.</summary>
    Converged,

    /// <summary>As many steps were taken as were allowed.</summary>
    MaxIterations,

    /// <summary>The value grew step by step: the learning rate is too large.</summary>
    Diverged,

    /// <summary>The next point had a value or gradient that is NaN or infinite; the result holds the last finite point.</summary>
    NotFinite,

    /// <summary>The value fell below -1e100, or to minus infinity: there is no minimum.</summary>
    Unbounded,

    /// <summary>No further step lowered the value although the gradient is not zero.</summary>
    NoProgress,

    /// <summary>Newton's method found a point with gradient zero from which the function falls in some direction.</summary>
    SaddlePoint,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,
}
