using System.Collections.Specialized;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>A linear model fitted to rows. With weights or a covariance all sums of squares are those of the whitened rows.</summary>
public sealed class LinearRegressionResult
{
    /// <summary>The column that is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>The columns it is predicted from.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Name to coefficient: <c>Intercept</c> first when there is one, then the features in order.</summary>
    public required OrderedDictionary Coefficients { get; init; }

    /// <summary>Name to standard error; NaN where nothing can be said: without residual degrees of freedom, and with the lasso.</summary>
    public required OrderedDictionary StandardErrors { get; init; }

    /// <summary>Name to t value: the coefficient divided by its standard error.</summary>
    public required OrderedDictionary TValues { get; init; }

    /// <summary>Name to the probability of so large a t value, of either sign, if the true coefficient were 0.</summary>
    public required OrderedDictionary PValues { get; init; }

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

    /// <summary>The rank of the data, the column of ones of the intercept included.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether the rank is below the number of coefficients.</summary>
    public bool RankDeficient => Rank < Coefficients.Count;

    /// <summary>The coefficients that the data do not determine, because their columns depend on each other; empty with full rank.</summary>
    public required IReadOnlyList<string> Aliased { get; init; }

    /// <summary>Features with one and the same value in every row beside an intercept; empty without one.</summary>
    public required IReadOnlyList<string> Constant { get; init; }

    /// <summary>The number of rows, N.</summary>
    public required int Rows { get; init; }

    /// <summary>N less the degrees of freedom that the fit takes: the rank; with ridge the trace of the hat matrix; with the lasso the coefficients that are not 0.</summary>
    public required double ResidualDegreesOfFreedom { get; init; }

    /// <summary>The factor of the squared coefficients in the objective.</summary>
    public required double Ridge { get; init; }

    /// <summary>The factor of the absolute coefficients in the objective.</summary>
    public required double Lasso { get; init; }

    /// <summary>Whether the coefficients are final: false when the coordinate descent of the lasso ran out of rounds.</summary>
    public required bool Converged { get; init; }

    /// <summary>The coefficients, and how well it fits, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Label}: {{ {NamedNumbers.Text(Coefficients)} }}, R2 {RSquared:g6}");
}
