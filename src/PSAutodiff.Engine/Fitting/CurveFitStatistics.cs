namespace PSAutodiff.Fitting;

/// <summary>Statistics out of where a fit ended.</summary>
/// <param name="state">The point, with the triangle of residuals as they are.</param>
/// <param name="isHeld">The elements held at bounds.</param>
/// <param name="constants">How many of these have one possible value only, so that nothing was fitted.</param>
/// <param name="rows">The number of rows that count.</param>
/// <param name="unit">The power of two that the residuals of the triangle are short of.</param>
internal sealed class CurveFitStatistics(FitState state, bool[] isHeld, int constants, int rows, int unit)
{
    private readonly int _size = isHeld.Length;
    private ColumnSpectrum? _spectrum;

    /// <summary>The number of parameters that the data determine: the rank of the Jacobian, and those that bounds hold.</summary>
    public int Determined => Spectrum.Rank + isHeld.Count(static held => held) - constants;

    /// <summary>The number of rows less that of the parameters that the data determine.</summary>
    public int Freedom => rows - Determined;

    /// <summary>The sum of the squared residuals.</summary>
    public double Squares => Math.ScaleB(ScaledSquares, 2 * unit);

    /// <summary>The sum of the squared residuals, in the unit.</summary>
    public double ScaledSquares => Scaled * Scaled;

    /// <summary>The logarithm of the sum of the squared residuals, which may itself be beyond the numbers.</summary>
    public double LogSquares => double.IsNormal(Squares) ? Math.Log(Squares) : 2 * (Math.Log(Scaled) + (unit * Math.Log(2)));

    // The length of the vector of residuals, in the unit.
    private double Scaled { get; } = state.ResidualNorm();

    private int[] Free => [.. Enumerable.Range(0, _size).Where(i => !isHeld[i])];

    private ColumnSpectrum Spectrum => _spectrum ??= new ColumnSpectrum([.. Free.Select(Column)]);

    /// <summary>The standard deviation of the noise, in the unit: of least squares, or by Huber's proposal (Huber, "Robust Statistics", 1981, equation 7.6.6).</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="sums">What the loss makes of the residuals, in the unit.</param>
    public double StandardError(FitLoss loss, RobustSums sums)
    {
        if (Freedom <= 0) return double.NaN;
        if (loss == FitLoss.LeastSquares) return Scaled / Math.Sqrt(Freedom);
        var mean = sums.Slopes / rows;
        var variance = Math.Max(0, (sums.SquaredSlopes / rows) - (mean * mean));
        var correction = 1 + (Determined / (double)rows * variance / mean / mean);
        return mean > 0 ? correction * Math.Sqrt(sums.Squares / Freedom) / mean : double.NaN;
    }

    /// <summary>Standard errors, covariance and the like.</summary>
    /// <param name="deviation">The standard deviation of the noise, in the unit.</param>
    public Spreads Spread(double deviation)
    {
        var (free, spectrum) = (Free, Spectrum);
        var errors = new double[_size];
        var (covariance, correlation) = (new double[_size, _size], new double[_size, _size]);
        var undetermined = new bool[_size];
        Array.Fill(errors, double.NaN);
        for (var i = 0; i < _size; i++)
        {
            for (var j = 0; j < _size; j++) correlation[i, j] = double.NaN;
        }

        for (var k = 0; k < free.Length; k++)
        {
            undetermined[free[k]] = spectrum.IsDependent(k);
            errors[free[k]] = undetermined[free[k]] ? double.PositiveInfinity : spectrum.Spread(k) * deviation;
        }

        for (var k = 0; k < free.Length; k++)
        {
            for (var l = 0; l < free.Length; l++)
            {
                var (i, j) = (free[k], free[l]);
                correlation[i, j] = spectrum.Correlation(Math.Min(k, l), Math.Max(k, l));
                covariance[i, j] = i == j ? errors[i] * errors[i] : correlation[i, j] * errors[i] * errors[j];
            }
        }

        double[,]? root = null;
        if (spectrum.Rank == free.Length && double.IsFinite(deviation))
        {
            root = new double[_size, free.Length];
            for (var k = 0; k < free.Length; k++)
            {
                var row = spectrum.Root(k);
                for (var l = 0; l < row.Length; l++) root[free[k], l] = row[l] * deviation;
            }
        }

        return new Spreads(errors, covariance, root, correlation, undetermined, spectrum.Rank, spectrum.Condition);
    }

    private double[] Column(int column)
    {
        var values = new double[_size];
        for (var i = 0; i <= column; i++) values[i] = state[i, column];
        return values;
    }

    /// <summary>How far off the parameters may be.</summary>
    /// <param name="Errors">Their standard errors.</param>
    /// <param name="Covariance">Their covariance.</param>
    /// <param name="Root">R, where the covariance is RR', with 0 for elements held at bounds; null where it is not finite.</param>
    /// <param name="Correlation">Their correlation.</param>
    /// <param name="Undetermined">Those that the data do not determine.</param>
    /// <param name="Rank">The rank of the Jacobian.</param>
    /// <param name="Condition">Its condition number, with columns of length 1.</param>
    internal sealed record Spreads(double[] Errors, double[,] Covariance, double[,]? Root, double[,] Correlation, bool[] Undetermined, int Rank, double Condition);
}
