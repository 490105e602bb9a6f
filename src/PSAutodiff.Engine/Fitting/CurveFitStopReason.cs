namespace PSAutodiff;

/// <summary>Why a curve fit ended.</summary>
public enum CurveFitStopReason
{
    /// <summary>The residuals are orthogonal to what the parameters can change: the gradient is zero as far as the tolerance asks.</summary>
    ConvergedByGradient,

    /// <summary>The next step would change no parameter by more than the tolerance's part.</summary>
    ConvergedByStep,

    /// <summary>No step lowers the sum of squares by more than the tolerance's part.</summary>
    ConvergedByValue,

    /// <summary>Converged, with some parameters at a bound beyond which the residuals would be smaller.</summary>
    AtBound,

    /// <summary>No step lowers the sum of squares although the gradient says so: the model has a kink there, or its domain ends.</summary>
    Stuck,

    /// <summary>As many steps were taken as were allowed.</summary>
    MaxIterations,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,
}
