using System.Collections.Specialized;
using MathNet.Numerics.Distributions;

namespace PSAutodiff.LinearAlgebra;

/// <summary>Coefficients and statistics out of the triangle of [1 X y].</summary>
internal static class RegressionFit
{
    private const double ConstantPart = 1e-14;

    /// <summary>Fits the model.</summary>
    /// <param name="plan">What to fit.</param>
    /// <param name="triangle">The triangle, width x width, row after row.</param>
    /// <param name="width">The number of coefficients and one.</param>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <exception cref="AutodiffException">The triangle is not finite.</exception>
    public static LinearRegressionResult Fit(RegressionPlan plan, ReadOnlySpan<double> triangle, int width, int rows)
    {
        foreach (var entry in triangle)
        {
            if (double.IsFinite(entry)) continue;
            throw new AutodiffException(ErrorIds.ValueNotFinite, "The squares of some numbers are too large to be represented. Scale the columns, for example by using other units.");
        }

        var size = width - 1;
        var r = Square(triangle, width, size);
        var target = new double[size];
        for (var i = 0; i < size; i++) target[i] = triangle[(i * width) + size];
        var left = triangle[^1];

        var data = new TriangularSystem(r);
        double[] coefficients;
        double[,]? spread;
        double taken;
        var converged = true;
        if (plan.Lasso > 0)
        {
            (coefficients, converged) = CoordinateDescent.Solve(r, target, plan, rows);
            spread = null;
            taken = coefficients.Count(static coefficient => coefficient != 0);
        }
        else if (plan.Ridge > 0)
        {
            (coefficients, spread, taken) = SolveRidge(plan, r, target, triangle, width, rows);
        }
        else
        {
            (coefficients, spread, taken) = (data.Solve(target), data.Inverse, data.Rank);
        }

        foreach (var coefficient in coefficients)
        {
            if (double.IsFinite(coefficient)) continue;
            throw new AutodiffException(ErrorIds.ValueNotFinite, "A coefficient is too large to be represented. Scale the columns, for example by using other units.");
        }

        var squares = left * left;
        if (plan.Lasso > 0 || plan.Ridge > 0 || data.Rank < size)
        {
            for (var i = 0; i < size; i++)
            {
                var rest = target[i];
                for (var j = i; j < size; j++) rest -= r[i, j] * coefficients[j];
                squares += rest * rest;
            }
        }

        var total = left * left;
        for (var i = plan.HasIntercept ? 1 : 0; i < size; i++) total += target[i] * target[i];
        // The label is constant but for rounding: there is no variation to explain.
        if (plan.HasIntercept && total <= ConstantPart * ConstantPart * target[0] * target[0]) total = double.NaN;
        var free = rows - taken;
        // Beyond rounding of the trace of a hat matrix.
        var known = free > 1e-9 * rows;
        var variance = known ? squares / free : double.NaN;
        var names = new string[size];
        if (plan.HasIntercept) names[0] = RegressionPlan.Intercept;
        for (var i = 0; i < plan.Features.Count; i++) names[size - plan.Features.Count + i] = plan.Features[i];
        var (errors, ts, ps) = (new double[size], new double[size], new double[size]);
        for (var i = 0; i < size; i++)
        {
            errors[i] = spread is null ? double.NaN : Math.Sqrt(variance) * Norm(spread, i);
            ts[i] = coefficients[i] / errors[i];
            ps[i] = double.IsNaN(ts[i]) ? double.NaN : 2 * StudentT.CDF(0, 1, free, -Math.Abs(ts[i]));
        }

        return new LinearRegressionResult
        {
            Label = plan.Label,
            Features = [.. plan.Features],
            Coefficients = Named(names, coefficients),
            StandardErrors = Named(names, errors),
            TValues = Named(names, ts),
            PValues = Named(names, ps),
            RSquared = 1 - (squares / total),
            AdjustedRSquared = 1 - (variance / (total / (rows - (plan.HasIntercept ? 1 : 0)))),
            ResidualStandardError = Math.Sqrt(variance),
            ResidualRisk = squares / rows,
            ExpectedResidualRisk = known ? free / rows * variance : 0,
            Rank = data.Rank,
            Aliased = [.. data.Dependent.Select(i => names[i])],
            Constant = plan.HasIntercept ? [.. Enumerable.Range(1, size - 1).Where(data.IsMultipleOfFirst).Select(i => names[i])] : [],
            Rows = rows,
            ResidualDegreesOfFreedom = free,
            Ridge = plan.Ridge,
            Lasso = plan.Lasso,
            Converged = converged,
        };
    }

    // Least squares with the rows sqrt(Ridge N) e_i, target 0, below the data: (X'X + Ridge N I)^-1 X'y.
    private static (double[] Coefficients, double[,] Spread, double Taken) SolveRidge(RegressionPlan plan, double[,] r, double[] target, ReadOnlySpan<double> triangle, int width, int rows)
    {
        var size = width - 1;
        var stacked = new TriangularFactor(width);
        for (var i = 0; i < width; i++) stacked.Add([], triangle.Slice(i * width, width), [], 1);
        var row = new double[width];
        for (var i = plan.HasIntercept ? 1 : 0; i < size; i++)
        {
            row[i] = Math.Sqrt(plan.Ridge) * Math.Sqrt(rows);
            stacked.Add([], row, [], 1);
            row[i] = 0;
        }

        var all = stacked.Triangle;
        var penalized = new TriangularSystem(Square(all, width, size));
        for (var i = 0; i < size; i++) row[i] = all[(i * width) + size];
        var coefficients = penalized.Solve(row);

        // b = M M'X'y with M the inverse of the triangle, and X'X = R'R: the hat matrix has the trace |R M|^2, and b the covariance s^2 K K', K = M (R M)'.
        var inverse = penalized.Inverse;
        var hat = new double[size, size];
        var taken = 0.0;
        for (var i = 0; i < size; i++)
        {
            for (var k = i; k < size; k++)
            {
                for (var j = 0; j < size; j++) hat[i, j] += r[i, k] * inverse[k, j];
            }

            for (var j = 0; j < size; j++) taken += hat[i, j] * hat[i, j];
        }

        var spread = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var k = 0; k < size; k++) spread[i, j] += inverse[i, k] * hat[j, k];
            }
        }

        return (coefficients, spread, taken);
    }

    private static double[,] Square(ReadOnlySpan<double> triangle, int width, int size)
    {
        var square = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = i; j < size; j++) square[i, j] = triangle[(i * width) + j];
        }

        return square;
    }

    private static double Norm(double[,] matrix, int row)
    {
        var (largest, sum) = (0.0, 0.0);
        for (var j = 0; j < matrix.GetLength(1); j++) largest = Math.Max(largest, Math.Abs(matrix[row, j]));
        if (largest == 0) return 0;
        for (var j = 0; j < matrix.GetLength(1); j++) sum += matrix[row, j] / largest * (matrix[row, j] / largest);
        return largest * Math.Sqrt(sum);
    }

    private static OrderedDictionary Named(string[] names, double[] values)
    {
        var named = new OrderedDictionary(names.Length);
        for (var i = 0; i < names.Length; i++) named.Add(names[i], values[i]);
        return named;
    }
}
