namespace PSAutodiff.Fitting;

/// <summary>rho(z) of a <see cref="FitLoss"/> with its first two derivatives; z = (r / s)^2.</summary>
/// <param name="Value">rho(z).</param>
/// <param name="First">rho'(z), above 0.</param>
/// <param name="Second">rho''(z), at most 0.</param>
internal readonly record struct RobustLoss(double Value, double First, double Second)
{
    /// <summary>The loss of a residual, divided by its scale.</summary>
    public static RobustLoss Of(FitLoss loss, double residual)
    {
        var size = Math.Abs(residual);
        switch (loss)
        {
            case FitLoss.Huber:
                return size <= 1 ? new(size * size, 1, 0) : new((2 * size) - 1, 1 / size, -0.5 / size / size / size);
            case FitLoss.SoftL1:
                // Without squares where they would not be numbers any more.
                var root = size < 1e150 ? Math.Sqrt(1 + (size * size)) : size;
                return new(size < 1e150 ? 2 * size / (1 + root) * size : 2 * (size - 1), 1 / root, -0.5 / root / root / root);
            case FitLoss.Cauchy:
                var weight = 1 / (1 + (size * size));
                return new(size < 1e150 ? Kernels.Elementary.Log1p(size * size) : 2 * Math.Log(size), weight, -weight * weight);
            default:
                return new(size * size, 1, 0);
        }
    }

    /// <summary>The derivative of psi(r) = r rho'(z), with which a residual counts.</summary>
    /// <param name="residual">The residual, divided by its scale.</param>
    public double Slope(double residual) => First + (2 * residual * residual * Second);
}
