namespace PSAutodiff;

/// <summary>Why a minimisation ended.</summary>
public enum MinimizationStopReason
{
    /// <summary>The tolerance was met, or the gradient is zero as far as rounding lets it be known.</summary>
    Converged,

    /// <summary>As many steps were taken as were allowed.</summary>
    MaxIterations,

    /// <summary>The value grew step by step: the learning rate is too large.</summary>
    Diverged,

    /// <summary>The next point had a value or gradient that is NaN or infinite; the result holds the last finite point.</summary>
    NotFinite,

    /// <summary>The value falls to minus infinity: there is no minimum. The result holds the lowest finite point seen.</summary>
    Unbounded,

    /// <summary>
    /// The value is as low as rounding lets it be known, but not all variables are: along a flat valley some may still be off. Or the
    /// steps of gradient descent jump back and forth, or parts of the function are too small for a double, so that it looks flat.
    /// </summary>
    NoProgress,

    /// <summary>The gradient is zero, but second derivatives say that the function falls in some direction: a saddle or a maximum.</summary>
    SaddlePoint,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,

    /// <summary>No step lowers the value although the gradient says so: the function has a kink there, or its domain ends.</summary>
    Stuck,

    /// <summary>The value falls without end, but less and less steeply, as exp(x) does: it has a limit and no minimum.</summary>
    NoMinimum,

    /// <summary>Converged, with some variables at a bound beyond which the value would be lower.</summary>
    AtBound,
}
