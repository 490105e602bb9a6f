using PSAutodiff.Fitting;
using PSAutodiff.Foundation;

namespace PSAutodiff.LinearAlgebra;

/// <summary>Statistics out of a solution.</summary>
internal static class RegressionFit
{
    /// <summary>Everything that is said about a fit.</summary>
    /// <param name="plan">What was fitted.</param>
    /// <param name="solution">What was found.</param>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <exception cref="AutodiffException">A coefficient or a sum of squares is not finite.</exception>
    public static LinearRegressionResult Describe(RegressionPlan plan, RegressionSolution solution, int rows)
    {
        var coefficients = solution.Coefficients;
        RequireFinite(coefficients, "A coefficient is");
        var free = rows - solution.Taken;
        // Beyond rounding of the trace of a hat matrix.
        var known = free > 1e-9 * rows;
        var variance = known ? solution.Squares / free : double.NaN;
        // Without variation there is nothing to explain.
        var total = solution.Total == 0 ? double.NaN : solution.Total;
        var size = coefficients.Length;
        var names = RegressionResult.NamesOf(plan);
        var (errors, ts, ps) = (new double[size], new double[size], new double[size]);
        for (var i = 0; i < size; i++)
        {
            errors[i] = solution.Errors is null ? double.NaN : Math.ScaleB(Math.Sqrt(variance) * solution.Errors[i], solution.ErrorExponents[i]);
            ts[i] = coefficients[i] / errors[i];
            ps[i] = StudentT.TwoSided(ts[i], free);
        }

        var risk = Math.ScaleB(solution.Squares / rows, 2 * solution.LabelExponent);
        RequireFinite([risk], "The mean squared residual is");
        return new LinearRegressionResult
        {
            Label = plan.Label,
            Features = [.. plan.Features],
            Columns = plan.Columns,
            NumberFormat = plan.NumberFormat,
            IsWeighted = plan.IsWeighted,
            WeightColumn = plan.Weight,
            Coefficients = NamedNumbers.Of(names, i => coefficients[i]),
            StandardErrors = NamedNumbers.Of(names, i => errors[i]),
            TValues = NamedNumbers.Of(names, i => ts[i]),
            PValues = NamedNumbers.Of(names, i => ps[i]),
            CovarianceRoot = solution.Root(Math.Sqrt(variance), 0),
            RSquared = 1 - (solution.Squares / total),
            AdjustedRSquared = 1 - (variance / (total / (rows - (plan.HasIntercept ? 1 : 0)))),
            ResidualStandardError = Math.ScaleB(Math.Sqrt(variance), solution.LabelExponent),
            ResidualRisk = risk,
            ExpectedResidualRisk = known ? Math.ScaleB(free / rows * variance, 2 * solution.LabelExponent) : 0,
            Rank = solution.Rank,
            Aliased = [.. solution.Dependent.Select(i => names[i])],
            Constant = [.. solution.Constant.Select(i => names[i])],
            Rows = rows,
            ResidualDegreesOfFreedom = free,
            Ridge = plan.Ridge,
            Lasso = plan.Lasso,
            Converged = solution.Converged,
        };
    }

    /// <summary>Throws unless all values are finite numbers.</summary>
    public static void RequireFinite(ReadOnlySpan<double> values, string what)
    {
        foreach (var value in values)
        {
            if (double.IsFinite(value)) continue;
            throw new AutodiffException(ErrorIds.ValueNotFinite, $"{what} too large to be represented. Scale the columns, for example by using other units.");
        }
    }
}
