using System.Collections.Specialized;
using System.Globalization;
using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Data;

namespace PSAutodiff;

/// <summary>Texts for the default views of regressions, weight decay and matrices.</summary>
public static class LinearAlgebraViews
{
    /// <summary>A line for each direction: eigenvalue, shrink factor, the components of both minimizers and the eigenvector; then both minimizers.</summary>
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

    /// <summary>A line for each coefficient: estimate, standard error, t or z, and p value; then what there is to say about the whole fit.</summary>
    public static string Regression(RegressionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result is GeneralizedRegressionResult generalized ? Generalized(generalized) : Linear((LinearRegressionResult)result);
    }

    private static string Linear(LinearRegressionResult result)
    {
        var penalties = (result.Ridge > 0 ? $", ridge {Short(result.Ridge)}" : string.Empty) + (result.Lasso > 0 ? $", lasso {Short(result.Lasso)}" : string.Empty);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Views.Visible(result.Label)} from {Count(result.Rows)}, rank {result.Rank} of {result.Coefficients.Count}{penalties}{Columns(result)}

            {Coefficients(result, "t", result.TValues)}

            Residual standard error {Short(result.ResidualStandardError)} on {Short(result.ResidualDegreesOfFreedom)} degrees of freedom
            R2 {Short(result.RSquared)}, adjusted {Short(result.AdjustedRSquared)}
            Mean squared residual {Short(result.ResidualRisk)}, expected {Short(result.ExpectedResidualRisk)}
            """);
    }

    private static string Generalized(GeneralizedRegressionResult result)
    {
        var label = result.Classes.Count > 0 ? $"{result.Label} {ClassLabel.Text(result.Classes[1])}, not {ClassLabel.Text(result.Classes[0])}," : result.Label;
        var separated = result.Separated.Count > 0 ? $"\nSeparated: {Views.Visible(string.Join(", ", result.Separated))}" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Views.Visible(label)} from {Count(result.Rows)}, {result.Family}, rank {result.Rank} of {result.Coefficients.Count}{Columns(result)}

            {Coefficients(result, "z", result.ZValues)}

            Null deviance {Short(result.NullDeviance)} on {Short(result.NullDegreesOfFreedom)} degrees of freedom
            Deviance {Short(result.Deviance)} on {Short(result.ResidualDegreesOfFreedom)} degrees of freedom
            AIC {Short(result.Aic)}, BIC {Short(result.Bic)}, {result.Iterations} iterations{separated}
            """);
    }

    // What is not a column of numbers, and how it became numbers.
    private static string Columns(RegressionResult result) =>
        string.Concat(result.Columns.Select(static column => column.Text).OfType<string>().Select(static text => $"\n{Views.Visible(text)}"));

    private static string Coefficients(RegressionResult result, string statistic, OrderedDictionary values)
    {
        var rows = new List<string[]>();
        foreach (string name in result.Coefficients.Keys)
        {
            rows.Add([name, .. new[] { result.Coefficients, result.StandardErrors, values, result.PValues }.Select(numbers => Short((double)numbers[name]!))]);
        }

        return Table(["", "Coefficient", "StdError", statistic, "p"], rows);
    }

    /// <summary>A line for each parameter: value, standard error, t and p value, confidence limits; then what there is to say about the whole fit.</summary>
    public static string CurveFit(CurveFitResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        double[][] columns = [.. new[] { result.Parameters, result.StandardErrors, result.TValues, result.PValues, result.LowerConfidenceLimits, result.UpperConfidenceLimits }.Select(VariableLayout.ElementsOf)];
        var rows = result.ParameterNames.Select((name, i) => (string[])[name, .. columns.Select(column => Short(column[i]))]);
        var loss = result.LossFunction == FitLoss.LeastSquares ? string.Empty : $", {result.LossFunction} with scale {Short(result.LossScale)}";
        var level = Short(100 * result.Confidence);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Views.Visible(result.Label.ToString())} from {Views.Visible(result.Model.ToString())}, {Count(result.Rows)}{loss}

            {Table(["", "Parameter", "StdError", "t", "p", $"lower {level}%", $"upper {level}%"], rows)}

            Residual standard error {Short(result.ResidualStandardError)} on {result.DegreesOfFreedom} degrees of freedom
            R2 {Short(result.RSquared)}{Criteria(result)}
            {result.StopReason} after {result.Iterations} steps
            """);
    }

    // Residuals that count less than their squares have no likelihood.
    private static string Criteria(CurveFitResult result) => result.LossFunction == FitLoss.LeastSquares
        ? string.Create(CultureInfo.InvariantCulture, $", AIC {Short(result.Aic)}, BIC {Short(result.Bic)}")
        : " (AIC and BIC need least squares)";

    /// <summary>What a matrix has, a name and what belongs to it each; then why it has no more. Vectors and matrices are cut to the window.</summary>
    /// <param name="analysis">The analysis.</param>
    /// <param name="columns">The width of the window.</param>
    public static string Matrix(MatrixAnalysis analysis, int columns)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var symmetry = analysis.IsSymmetric ? analysis.Definiteness is { } definiteness ? $", symmetric, {definiteness}" : ", symmetric" : string.Empty;
        var lines = new List<string> { $"{analysis}{symmetry}", string.Empty };
        Add(nameof(analysis.Trace), analysis.Trace is { } trace ? [[Short(trace)]] : []);
        Add(nameof(analysis.Determinant), analysis.Determinant is { } determinant ? [[Short(determinant)]] : []);
        Add(nameof(analysis.SingularValues), [Cells(analysis.SingularValues)]);
        Add(nameof(analysis.Eigenvalues), analysis.Eigenvalues is { } values ? [Cells(values)] : []);
        Add(nameof(analysis.Eigenvectors), Rows(analysis.Eigenvectors));
        Add(nameof(analysis.Inverse), Rows(analysis.Inverse));
        if (analysis.Inverse is null) Add(nameof(analysis.PseudoInverse), Rows(analysis.PseudoInverse));
        if (analysis.Notes.Count > 0) lines.AddRange([string.Empty, .. analysis.Notes.SelectMany(note => Wrapped(Views.Visible(note), columns - 1))]);
        return string.Join('\n', lines);

        void Add(string name, string[][] rows)
        {
            const int label = 16;
            const int gap = 2;
            if (rows.Length == 0) return;
            var shown = rows.Take(Views.MostLines).ToArray();
            var width = shown.Max(static row => row.Max(static cell => cell.Length));
            var fit = Math.Max(1, (columns - label) / (width + gap));
            for (var i = 0; i < shown.Length; i++)
            {
                var more = shown[i].Length > fit ? string.Create(CultureInfo.InvariantCulture, $"  ... {shown[i].Length - fit + 1} more") : string.Empty;
                var cells = shown[i].Take(more.Length > 0 ? Math.Max(1, fit - 1) : fit).Select(cell => cell.PadLeft(width));
                lines.Add($"{(i == 0 ? name : string.Empty),-label}{string.Join(new string(' ', gap), cells)}{more}");
            }

            if (rows.Length > shown.Length) lines.Add(string.Create(CultureInfo.InvariantCulture, $"{string.Empty,-label}... {rows.Length - shown.Length} more"));
        }

        static string[][] Rows(Array? matrix) => matrix is null
            ? []
            : [.. Enumerable.Range(0, matrix.GetLength(0)).Select(i => Enumerable.Range(0, matrix.GetLength(1)).Select(j => Text(matrix.GetValue(i, j)!)).ToArray())];

        static IEnumerable<string> Wrapped(string text, int width)
        {
            while (text.Length > width && text.LastIndexOf(' ', width) is > 0 and var end)
            {
                yield return text[..end];
                text = $"  {text[(end + 1)..]}";
            }

            yield return text;
        }

        static string[] Cells(Array vector) => [.. vector.Cast<object>().Select(Text)];

        static string Text(object number) => number is Complex complex
            ? string.Create(CultureInfo.InvariantCulture, $"{complex.Real:g6}{(complex.Imaginary < 0 ? "-" : "+")}{Math.Abs(complex.Imaginary):g6}i")
            : Short((double)number);
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

    private static string Count(int rows) => rows == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{rows} rows");
}
