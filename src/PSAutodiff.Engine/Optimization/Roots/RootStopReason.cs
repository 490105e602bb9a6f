namespace PSAutodiff;

/// <summary>Why the search for a root ended.</summary>
public enum RootStopReason
{
    /// <summary>The tolerance was met, or the residuals are zero as far as rounding lets it be known.</summary>
    Converged,

    /// <summary>As many steps were taken as were allowed.</summary>
    MaxIterations,

    /// <summary>The residual is the least around, and not zero: there is no root near.</summary>
    LocalMinimum,

    /// <summary>The Jacobian is singular, and the equations do not change around the point: no step leads on.</summary>
    SingularJacobian,

    /// <summary>The residual falls only as variables grow without bound.</summary>
    Unbounded,

    /// <summary>No step lowers the residual, which is not zero: a kink, the border of a domain, or rounding.</summary>
    NoProgress,

    /// <summary>The sign changes across a pole or a jump, where the equation is not zero.</summary>
    Discontinuity,

    /// <summary>Within the range the equation is NaN, so that its sign cannot be followed.</summary>
    NotFinite,

    /// <summary>It was stopped from outside; the result holds what was reached.</summary>
    Cancelled,
}
