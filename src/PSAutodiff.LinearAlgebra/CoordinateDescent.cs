using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// The elastic net |y - X b|^2 / N + Ridge |b|^2 + Lasso |b|_1 by cyclic coordinate descent (Friedman, Hastie and Tibshirani, J. Stat.
/// Software 33, 2010). Every now and then the equations of
/// the coefficients that are not 0 are solved as they are: when that keeps the signs and the optimality conditions hold, it is done.
/// </summary>
internal static class CoordinateDescent
{
    private const int MaxRounds = 100_000;
    private const double Precision = 1e-15;

    // The rounding that is allowed in the optimality conditions, relative to the largest product of a column with the target.
    private const double Optimality = 1e-12;

    /// <summary>Solves it.</summary>
    /// <param name="columns">The columns of X, of any rows that have its sums of squares; centred when there is an intercept.</param>
    /// <param name="target">That of y.</param>
    /// <param name="ridges">The factors of the squared coefficients in |y - X b|^2 + ...</param>
    /// <param name="lassos">Half of those of the absolute coefficients.</param>
    /// <param name="work">Where it looks whether to stop.</param>
    /// <returns>The coefficients and whether they are final.</returns>
    public static (double[] Coefficients, bool Converged) Solve(double[][] columns, double[] target, double[] ridges, double[] lassos, RegressionWork work)
    {
        var n = columns.Length;
        var squares = Array.ConvertAll(columns, static column => Dot(column, column));
        double[] rest = [.. target];
        var scale = Math.Sqrt(Dot(rest, rest));
        var b = new double[n];
        var converged = false;
        var nextTry = 8;
        for (var round = 1; round <= MaxRounds && !converged; round++)
        {
            work.Report(0, 1);
            var change = 0.0;
            for (var j = 0; j < n; j++)
            {
                if (squares[j] == 0) continue;
                var slope = Dot(columns[j], rest) + (squares[j] * b[j]);
                var moved = Math.Sign(slope) * Math.Max(0, Math.Abs(slope) - lassos[j]) / (squares[j] + ridges[j]);
                if (moved == b[j]) continue;
                change = Math.Max(change, Math.Abs(moved - b[j]) * Math.Sqrt(squares[j] + ridges[j]));
                Add(rest, b[j] - moved, columns[j]);
                b[j] = moved;
            }

            var settled = change <= Precision * scale;
            if (!settled && round < nextTry) continue;
            nextTry = 2 * round;
            converged = Polish(columns, squares, target, ridges, lassos, b, rest) || settled;
        }

        return (b, converged);
    }

    // Solves the equations of the coefficients that are not 0, their signs given; keeps the result only when it is the optimum.
    private static bool Polish(double[][] columns, double[] squares, double[] target, double[] ridges, double[] lassos, double[] b, double[] rest)
    {
        var n = b.Length;
        var active = Enumerable.Range(0, n).Where(j => b[j] != 0).ToArray();
        var (tried, left) = (b.ToArray(), rest.ToArray());
        if (active.Length > 0)
        {
            var factor = new TriangularFactor(active.Length);
            var row = new double[active.Length];
            for (var i = 0; i < target.Length; i++)
            {
                for (var k = 0; k < row.Length; k++) row[k] = columns[active[k]][i];
                factor.Add([], row, [], 1);
            }

            Array.Clear(row);
            for (var k = 0; k < row.Length; k++)
            {
                if (ridges[active[k]] == 0) continue;
                row[k] = Math.Sqrt(ridges[active[k]]);
                factor.Add([], row, [], 1);
                row[k] = 0;
            }

            var triangle = factor.Triangle.ToArray();
            // Twice: the second correction takes away the rounding of the first.
            for (var pass = 0; pass < 2; pass++)
            {
                for (var k = 0; k < row.Length; k++)
                {
                    var j = active[k];
                    row[k] = Dot(columns[j], left) - (ridges[j] * tried[j]) - (lassos[j] * Math.Sign(b[j]));
                }

                if (!Correct(triangle, row)) return false;
                for (var k = 0; k < row.Length; k++) tried[active[k]] += row[k];
                if (active.Any(j => !(tried[j] * b[j] > 0))) return false;
                target.CopyTo(left);
                foreach (var j in active) Add(left, -tried[j], columns[j]);
            }
        }

        var largest = 0.0;
        for (var j = 0; j < n; j++) largest = Math.Max(largest, Math.Abs(Dot(columns[j], target)));
        for (var j = 0; j < n; j++)
        {
            if (squares[j] == 0) continue;
            var slope = tried[j] == 0 ? Dot(columns[j], left) : Dot(columns[j], left) - (ridges[j] * tried[j]);
            var off = tried[j] == 0 ? Math.Abs(slope) - lassos[j] : Math.Abs(slope - (lassos[j] * Math.Sign(tried[j])));
            if (!(off <= Optimality * Math.Max(largest, lassos[j]))) return false;
        }

        tried.CopyTo(b, 0);
        left.CopyTo(rest, 0);
        return true;
    }

    // Solves T'T x = g in place; false when T is singular.
    private static bool Correct(double[] triangle, double[] g)
    {
        var n = g.Length;
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) g[i] -= triangle[(k * n) + i] * g[k];
            g[i] /= triangle[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) g[i] -= triangle[(i * n) + k] * g[k];
            g[i] /= triangle[(i * n) + i];
            if (!double.IsFinite(g[i])) return false;
        }

        return true;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum = Math.FusedMultiplyAdd(x[i], y[i], sum);
        return sum;
    }

    private static void Add(double[] to, double multiple, double[] column)
    {
        for (var i = 0; i < to.Length; i++) to[i] = Math.FusedMultiplyAdd(multiple, column[i], to[i]);
    }
}
