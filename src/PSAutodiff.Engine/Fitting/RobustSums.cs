namespace PSAutodiff.Fitting;

/// <summary>Sums over rows that a loss other than least squares needs.</summary>
/// <param name="Value">That of rho(z).</param>
/// <param name="Squares">That of psi(r)^2, with psi(r) = r rho'(z).</param>
/// <param name="Slopes">That of psi'(r).</param>
/// <param name="SquaredSlopes">That of psi'(r)^2.</param>
internal readonly record struct RobustSums(double Value, double Squares, double Slopes, double SquaredSlopes)
{
    public static RobustSums operator +(RobustSums x, RobustSums y) => new(x.Value + y.Value, x.Squares + y.Squares, x.Slopes + y.Slopes, x.SquaredSlopes + y.SquaredSlopes);
}
