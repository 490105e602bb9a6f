using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>The fit of at least as many rows as coefficients, out of the triangle of [1 X y].</summary>
internal static class TallFit
{
    /// <summary>Finds the coefficients.</summary>
    /// <param name="plan">What to fit.</param>
    /// <param name="factor">The triangle.</param>
    /// <param name="origins">What its columns are measured from; null for zeros.</param>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <param name="work">Where it notes how far it is.</param>
    /// <exception cref="AutodiffException">Numbers are too large.</exception>
    public static RegressionSolution Solve(RegressionPlan plan, TriangularFactor factor, double[]? origins, int rows, RegressionWork work)
    {
        var triangle = factor.Triangle;
        RegressionFit.RequireFinite(triangle, "A value times the root of its weight is");
        var width = factor.Exponents.Length;
        var size = width - 1;
        var units = new RegressionUnits(factor, origins);
        var r = Square(triangle, width, size);
        var target = new double[size];
        for (var i = 0; i < size; i++) target[i] = triangle[(i * width) + size];
        var left = triangle[^1];

        var data = new TriangularSystem(r, units, work);
        double[] scaled;
        double[]? coefficients = null;
        double[,]? spread = null;
        var taken = (double)data.Rank;
        var converged = true;
        if (plan.Lasso > 0)
        {
            (scaled, converged) = SolveLasso(plan, r, target, units, rows, work);
            taken = scaled.Count(static coefficient => coefficient != 0);
        }
        else if (plan.Ridge > 0)
        {
            (scaled, spread, taken) = SolveRidge(plan, r, target, triangle, units, rows, work);
        }
        else
        {
            (scaled, spread) = (data.Solve(target), data.Inverse);
            if (data.Rank < size) coefficients = units.FromCommon(data.Shortest(target));
        }

        var squares = left * left;
        if (plan.Lasso > 0 || plan.Ridge > 0 || data.Rank < size)
        {
            for (var i = 0; i < size; i++)
            {
                var rest = target[i];
                for (var j = i; j < size; j++) rest -= r[i, j] * scaled[j];
                squares += rest * rest;
            }
        }

        var total = left * left;
        for (var i = plan.HasIntercept ? 1 : 0; i < size; i++) total += target[i] * target[i];
        var isCommon = coefficients is not null;
        if (spread is not null && !isCommon && units.IsMeasured)
        {
            for (var k = 0; k < size; k++) spread[0, k] -= units.Taken(j => spread[j, k]);
        }

        return new RegressionSolution
        {
            Coefficients = coefficients ?? units.ToData(scaled),
            Converged = converged,
            Spread = isCommon || size > RegressionPlan.LargestCovariance ? null : spread,
            Errors = spread is null ? null : [.. Enumerable.Range(0, size).Select(i => Norm(spread, i))],
            ErrorExponents = [.. Enumerable.Range(0, size).Select(i => isCommon ? units.CommonExponent : units.LabelExponent - units.ExponentOf(i))],
            Taken = taken,
            Squares = squares,
            Total = total,
            LabelExponent = units.LabelExponent,
            Rank = data.Rank,
            Dependent = data.Dependent,
            Constant = plan.HasIntercept ? [.. Enumerable.Range(1, size - 1).Where(data.IsMultipleOfFirst)] : [],
        };
    }

    private static (double[] Scaled, bool Converged) SolveLasso(RegressionPlan plan, double[,] r, double[] target, RegressionUnits units, int rows, RegressionWork work)
    {
        work.Begin("Coordinate descent");
        // The first row belongs to the intercept; the others are those of the centred columns.
        var head = plan.HasIntercept ? 1 : 0;
        var n = target.Length - head;
        var columns = new double[n][];
        var (ridges, lassos) = (new double[n], new double[n]);
        for (var j = 0; j < n; j++)
        {
            columns[j] = new double[n];
            for (var i = 0; i <= j; i++) columns[j][i] = r[head + i, head + j];
            ridges[j] = Math.ScaleB(plan.Ridge * rows, -2 * units.ExponentOf(head + j));
            lassos[j] = Math.ScaleB(plan.Lasso * rows / 2, -units.LabelExponent - units.ExponentOf(head + j));
        }

        var (b, converged) = CoordinateDescent.Solve(columns, target[head..], ridges, lassos, work);
        if (head == 0) return (b, converged);
        var sum = target[0];
        for (var j = 0; j < n; j++) sum -= r[0, j + 1] * b[j];
        return ([sum / r[0, 0], .. b], converged);
    }

    // Least squares with the rows sqrt(Ridge N) e_i, target 0, below the data: (X'X + Ridge N I)^-1 X'y.
    private static (double[] Scaled, double[,] Spread, double Taken) SolveRidge(
        RegressionPlan plan, double[,] r, double[] target, ReadOnlySpan<double> triangle, RegressionUnits units, int rows, RegressionWork work)
    {
        var (size, width) = (target.Length, target.Length + 1);
        var stacked = new TriangularFactor(width);
        for (var i = 0; i < width; i++) stacked.Add([], triangle.Slice(i * width, width), [], 1);
        var row = new double[width];
        for (var i = plan.HasIntercept ? 1 : 0; i < size; i++)
        {
            row[i] = Math.ScaleB(Math.Sqrt(plan.Ridge) * Math.Sqrt(rows), -units.ExponentOf(i));
            stacked.Add([], row, [], 1);
            row[i] = 0;
        }

        var all = stacked.Triangle;
        RegressionFit.RequireFinite(all, "-Ridge in the units of the columns is");
        var exponents = stacked.Exponents.ToArray();
        var penalized = new TriangularSystem(Square(all, width, size), null, work);
        for (var i = 0; i < size; i++) row[i] = all[(i * width) + size];
        var coefficients = penalized.Solve(row);

        // b = M M'X'y with M the inverse of the triangle, and X'X = R'R: the hat matrix has the trace |R M|^2, and b the covariance s^2 K K', K = M (R M)'.
        work.Begin("Measuring the ridge");
        var inverse = penalized.Inverse;
        var hat = new double[size, size];
        var taken = 0.0;
        for (var i = 0; i < size; i++)
        {
            work.Report(i, 2 * size);
            for (var k = i; k < size; k++)
            {
                var entry = Math.ScaleB(r[i, k], -exponents[k]);
                for (var j = 0; j < size; j++) hat[i, j] += entry * inverse[k, j];
            }

            for (var j = 0; j < size; j++) taken += hat[i, j] * hat[i, j];
        }

        var spread = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            work.Report(size + i, 2 * size);
            coefficients[i] = Math.ScaleB(coefficients[i], exponents[size] - exponents[i]);
            for (var j = 0; j < size; j++)
            {
                for (var k = 0; k < size; k++) spread[i, j] += inverse[i, k] * hat[j, k];
                spread[i, j] = Math.ScaleB(spread[i, j], -exponents[i]);
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
        var values = new double[matrix.GetLength(1)];
        for (var j = 0; j < values.Length; j++) values[j] = matrix[row, j];
        return VectorSums.Norm(values);
    }
}
