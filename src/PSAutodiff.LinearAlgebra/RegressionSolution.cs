namespace PSAutodiff.LinearAlgebra;

/// <summary>What was found for a plan, by either side of the problem.</summary>
internal sealed record RegressionSolution
{
    /// <summary>The coefficients for the data, the intercept first.</summary>
    public required double[] Coefficients { get; init; }

    /// <summary>Whether they are final.</summary>
    public bool Converged { get; init; } = true;

    /// <summary>Standard errors for a residual standard error of 1, each times a power of two; null when nothing can be said of them.</summary>
    public double[]? Errors { get; init; }

    /// <summary>Rows whose lengths are <see cref="Errors"/>, and whose products are the covariance; null where there are none, or too many.</summary>
    public double[,]? Spread { get; init; }

    /// <summary>The exponents of these powers, with that of the label.</summary>
    public int[] ErrorExponents { get; init; } = [];

    /// <summary>A root R of the covariance RR' of the coefficients.</summary>
    /// <param name="deviation">The standard deviation of the noise, in the label's unit.</param>
    /// <param name="exponent">What is taken from the exponents of errors.</param>
    public double[,]? Root(double deviation, int exponent)
    {
        if (Spread is null || !double.IsFinite(deviation)) return null;
        var root = new double[Spread.GetLength(0), Spread.GetLength(1)];
        for (var i = 0; i < root.GetLength(0); i++)
        {
            for (var k = 0; k < root.GetLength(1); k++) root[i, k] = Math.ScaleB(deviation * Spread[i, k], ErrorExponents[i] - exponent);
        }

        return root;
    }

    /// <summary>The degrees of freedom that the fit takes.</summary>
    public required double Taken { get; init; }

    /// <summary>The sum of the squared residuals, over the square of the label's unit.</summary>
    public required double Squares { get; init; }

    /// <summary>The same of the label without its mean when there is an intercept; 0 for one value alone.</summary>
    public required double Total { get; init; }

    /// <summary>The label's unit: 2 to this.</summary>
    public required int LabelExponent { get; init; }

    /// <summary>The rank of the data.</summary>
    public required int Rank { get; init; }

    /// <summary>The columns that depend on each other.</summary>
    public required IReadOnlyList<int> Dependent { get; init; }

    /// <summary>The columns of one value beside an intercept.</summary>
    public required IReadOnlyList<int> Constant { get; init; }
}
