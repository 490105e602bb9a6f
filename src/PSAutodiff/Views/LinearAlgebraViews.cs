using System.Globalization;

namespace PSAutodiff;

/// <summary>Texts for the default views of regressions and weight decay.</summary>
public static class LinearAlgebraViews
{
    /// <summary>A line for each direction: eigenvalue, shrink factor, the components of both minimisers and the eigenvector; then both minimisers.</summary>
    public static string WeightDecay(WeightDecayAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var directions = Table(
            ["", "Eigenvalue", "Factor", "Minimizer", "DecayedMinimizer", .. analysis.Variables],
            analysis.Directions.Select(direction => (string[])[
                direction.Index.ToString(CultureInfo.InvariantCulture), Short(direction.Eigenvalue), Short(direction.Factor), Short(direction.Minimizer), Short(direction.DecayedMinimizer), .. direction.Eigenvector.Select(Short)]));
        var weights = Table(["", .. analysis.Variables], [["Minimizer", .. analysis.Minimizer.Select(Short)], ["DecayedMinimizer", .. analysis.DecayedMinimizer.Select(Short)]]);
        return string.Create(CultureInfo.InvariantCulture, $"Weight decay {analysis.Decay} along the eigenvectors of the Hessian\n\n{directions}\n\n{weights}");
    }

    /// <summary>A line for each coefficient: estimate, standard error, t and p value; then what there is to say about the whole fit.</summary>
    public static string Regression(LinearRegressionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var rows = new List<string[]>();
        foreach (string name in result.Coefficients.Keys)
        {
            rows.Add([name, .. new[] { result.Coefficients, result.StandardErrors, result.TValues, result.PValues }.Select(values => Short((double)values[name]!))]);
        }

        var penalties = (result.Ridge > 0 ? $", ridge {Short(result.Ridge)}" : string.Empty) + (result.Lasso > 0 ? $", lasso {Short(result.Lasso)}" : string.Empty);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Views.Visible(result.Label)} from {result.Rows} rows, rank {result.Rank} of {result.Coefficients.Count}{penalties}

            {Table(["", "Coefficient", "StdError", "t", "p"], rows)}

            Residual standard error {Short(result.ResidualStandardError)} on {Short(result.ResidualDegreesOfFreedom)} degrees of freedom
            R2 {Short(result.RSquared)}, adjusted {Short(result.AdjustedRSquared)}
            Mean squared residual {Short(result.ResidualRisk)}, expected {Short(result.ExpectedResidualRisk)}
            """);
    }

    private static string Short(double number) => number.ToString("g6", CultureInfo.InvariantCulture);

    // The first column to the left, the others to the right.
    private static string Table(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] everything = [heads, .. rows];
        string[][] all = [.. everything.Take(1 + Views.MostLines)];
        var widths = new int[heads.Length];
        foreach (var row in all)
        {
            for (var i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        }

        return Views.Lines([.. all.Select(row => string.Join("  ", row.Select(Views.Visible).Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd())], everything.Length);
    }
}
