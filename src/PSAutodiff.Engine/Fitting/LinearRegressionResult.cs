using System.Collections.Specialized;

namespace PSAutodiff;

/// <summary>A linear model fitted to rows by least squares. Standard errors are NaN without residual degrees of freedom and with the lasso; <c>Converged</c> is false when the coordinate descent of the lasso ran out of rounds. With weights or a covariance all sums of squares are those of the whitened rows.</summary>
public sealed class LinearRegressionResult : RegressionResult
{
    /// <summary>Name to t value: the coefficient divided by its standard error.</summary>
    public required OrderedDictionary TValues { get; init => field = value.AsReadOnly(); }

    /// <summary>The part of the variation of the label that the model explains; about 0, not the mean, without an intercept. NaN when the label is the same in every row.</summary>
    public required double RSquared { get; init; }

    /// <summary>R2 with variances without bias in place of the sums of squares.</summary>
    public required double AdjustedRSquared { get; init; }

    /// <summary>s, the estimated standard deviation of the noise: the square root of the sum of squares by its degrees of freedom.</summary>
    public required double ResidualStandardError { get; init; }

    /// <summary>The mean squared residual.</summary>
    public required double ResidualRisk { get; init; }

    /// <summary>What theory expects of it, (N - d)/N s^2, with the estimated s; d counts the degrees of freedom that the fit takes.</summary>
    public required double ExpectedResidualRisk { get; init; }

    /// <summary>The factor of the squared coefficients in the objective.</summary>
    public required double Ridge { get; init; }

    /// <summary>The factor of the absolute coefficients in the objective.</summary>
    public required double Lasso { get; init; }

    /// <inheritdoc/>
    public override ExprNode Expression => LinearPart();

    /// <inheritdoc/>
    private protected override double Noise => ResidualStandardError;

    /// <summary>The coefficients, and how well it fits, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{CoefficientText()}, R2 {RSquared:g6}");
}
