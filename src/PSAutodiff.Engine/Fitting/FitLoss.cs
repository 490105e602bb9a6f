namespace PSAutodiff;

/// <summary>
/// How much a residual r counts in a fit, with z = (r / s)^2 and a scale s: what is made small is the sum of s^2 rho(z) / 2. For small residuals all
/// are least squares.
/// </summary>
public enum FitLoss
{
    /// <summary>rho(z) = z.</summary>
    LeastSquares,

    /// <summary>rho(z) = z up to 1, beyond it 2 sqrt(z) - 1: absolute residuals, where they are larger than the scale.</summary>
    Huber,

    /// <summary>rho(z) = 2 (sqrt(1 + z) - 1): a smooth form of absolute residuals.</summary>
    SoftL1,

    /// <summary>rho(z) = log(1 + z): large residuals have next to no weight. There may be several minima.</summary>
    Cauchy,
}
