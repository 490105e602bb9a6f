using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// The fit of fewer rows than coefficients: the rows are the shorter side, so they are what is factored. Without penalties the shortest of all
/// coefficients that fit, by A = LQ; with ridge the same of [X s I], whose shortest solution is that of the ridge.
/// </summary>
internal static class WideFit
{
    private const int LargestExponent = 400;

    /// <summary>Finds the coefficients for rows with independent noise.</summary>
    /// <param name="plan">What to fit.</param>
    /// <param name="rows">The rows of [X y] with their weights.</param>
    /// <param name="work">Where it notes how far it is.</param>
    /// <exception cref="AutodiffException">Numbers are too large.</exception>
    public static RegressionSolution Solve(RegressionPlan plan, List<(double[] Row, double Weight)> rows, RegressionWork work)
    {
        var raw = rows.ConvertAll(static row => row.Row);
        var origins = ColumnOrigins.Find(plan, raw);
        return Solve(plan, raw, Weighted(plan, rows, null), Weighted(plan, rows, origins), origins, work);
    }

    /// <summary>Finds the coefficients for whitened rows.</summary>
    /// <param name="plan">What to fit.</param>
    /// <param name="raw">The rows of [X y].</param>
    /// <param name="whitened">Those of [1 X y], whitened.</param>
    /// <param name="work">Where it notes how far it is.</param>
    /// <exception cref="AutodiffException">Numbers are too large.</exception>
    public static RegressionSolution Solve(RegressionPlan plan, List<double[]> raw, double[][] whitened, RegressionWork work) =>
        Solve(plan, raw, whitened, [.. whitened.Select(static row => row.ToArray())], null, work);

    private static RegressionSolution Solve(RegressionPlan plan, List<double[]> raw, double[][] rows, double[][] measured, double[]? origins, RegressionWork work)
    {
        foreach (var row in rows) RegressionFit.RequireFinite(row, "A value times the root of its weight is");
        var size = rows[0].Length - 1;
        var (rank, dependent, left) = FindRank(rows, size, work);
        var total = Center(plan, measured, raw, size);
        var solution = plan is { Ridge: 0, Lasso: 0 } ? Shortest(rows, size, rank, left, work) : Penalized(plan, measured, origins, rows.Length, work);
        var head = plan.HasIntercept ? 1 : 0;
        return solution with
        {
            Total = Math.ScaleB(total.Squares, 2 * (total.Exponent - solution.LabelExponent)),
            Rank = rank,
            Dependent = dependent,
            Constant = plan.HasIntercept ? [.. Enumerable.Range(1, size - 1).Where(j => raw.TrueForAll(row => row[j - head] == raw[0][j - head]))] : [],
        };
    }

    // [1 X y] times the roots of the weights, measured from origins first.
    private static double[][] Weighted(RegressionPlan plan, List<(double[] Row, double Weight)> rows, double[]? origins)
    {
        var head = plan.HasIntercept ? 1 : 0;
        return [.. rows.Select(row =>
        {
            var (values, weighted, factor) = (row.Row, new double[row.Row.Length + head], row.Weight == 1 ? 1 : Math.Sqrt(row.Weight));
            weighted[0] = factor;
            for (var j = 0; j < values.Length; j++) weighted[j + head] = factor * (values[j] - (origins?[j + head] ?? 0));
            return weighted;
        })];
    }

    // The rank of the rows of columns of length 1, the columns with a part in the null space, and the left singular vectors when the rank is not full.
    private static (int Rank, IReadOnlyList<int> Dependent, double[][]? Left) FindRank(double[][] rows, int size, RegressionWork work)
    {
        work.Begin("Finding the rank");
        var unit = Array.ConvertAll(rows, row => row[..size]);
        var column = new double[rows.Length];
        for (var j = 0; j < size; j++)
        {
            for (var i = 0; i < column.Length; i++) column[i] = rows[i][j];
            var largest = VectorSums.Largest(column);
            if (largest == 0) continue;
            for (var i = 0; i < column.Length; i++) column[i] /= largest;
            var norm = VectorSums.Norm(column);
            for (var i = 0; i < column.Length; i++) unit[i][j] = column[i] / norm;
        }

        var factor = new RowFactor(Array.ConvertAll(unit, static row => row.ToArray()), size, work);
        var tolerance = TriangularSystem.ToleranceOf(size);
        var inverse = 0.0;
        foreach (var row in factor.Inverse()) inverse += VectorSums.Dot(row, row);
        double[][]? left = null;
        if (!(Math.Sqrt(inverse * size) * tolerance < 1))
        {
            work.Begin("Finding the rank by singular values");
            var lower = factor.Lower;
            var decomposition = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.Create(lower.Length, lower.Length, (i, j) => lower[i][j]).Svd();
            var rank = decomposition.S.Count(value => value > tolerance * decomposition.S[0]);
            if (rank < rows.Length)
            {
                left = [.. Enumerable.Range(0, rank).Select(k => decomposition.U.Column(k).ToArray())];
                factor = new RowFactor(Project(left, unit, size), size, work);
            }
        }

        // The row space has an orthonormal basis in Q; what it lacks of a unit vector is in the null space.
        work.Begin("Finding dependent columns");
        var inside = new double[size];
        var (count, one) = (factor.Lower.Length, new double[factor.Lower.Length]);
        for (var k = 0; k < count; k++)
        {
            work.Report(k, count);
            one[k] = 1;
            var direction = factor.Shortest(one);
            one[k] = 0;
            for (var j = 0; j < size; j++) inside[j] += direction[j] * direction[j];
        }

        return (count, [.. Enumerable.Range(0, size).Where(j => TriangularSystem.IsDependent(Math.Sqrt(Math.Max(0, 1 - inside[j]))))], left);
    }

    private static double[][] Project(double[][] left, double[][] rows, int size) => Array.ConvertAll(left, vector =>
    {
        var sum = new double[size];
        for (var i = 0; i < rows.Length; i++) VectorSums.Subtract(rows[i].AsSpan(0, size), -vector[i], sum);
        return sum;
    });

    private static RegressionSolution Shortest(double[][] rows, int size, int rank, double[][]? left, RegressionWork work)
    {
        work.Begin("Finding the shortest coefficients");
        var exponent = ExponentOf(rows.Max(row => VectorSums.Largest(row.AsSpan(0, size))));
        var labelExponent = ExponentOf(rows.Max(row => Math.Abs(row[size])));
        var x = Array.ConvertAll(rows, row => Scaled(row.AsSpan(0, size), exponent));
        var y = Array.ConvertAll(rows, row => Math.ScaleB(row[size], -labelExponent));
        var part = left is null ? Array.ConvertAll(x, static row => row.ToArray()) : Project(left, x, size);
        var target = left is null ? y : Array.ConvertAll(left, vector => VectorSums.Dot(vector, y));
        var factor = new RowFactor(part, size, work);
        var coefficients = factor.Shortest(factor.Solve(target));
        var squares = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            var rest = y[i] - VectorSums.Dot(x[i], coefficients);
            squares += rest * rest;
        }

        return new RegressionSolution
        {
            Coefficients = Array.ConvertAll(coefficients, coefficient => Math.ScaleB(coefficient, labelExponent - exponent)),
            // Without degrees of freedom there is no estimate of the noise.
            Errors = rank < rows.Length ? Spread(factor, size, null, work).Errors : null,
            ErrorExponents = [.. Enumerable.Repeat(labelExponent - exponent, size)],
            Taken = rank,
            Squares = squares,
            LabelExponent = labelExponent,
            Total = 0,
            Rank = rank,
            Dependent = [],
            Constant = [],
        };
    }

    // The lengths of the first rows of Q' L^-1, which makes the coefficients of the label, and that of a sum of them.
    private static (double[] Errors, double OfSum) Spread(RowFactor factor, int size, double[]? multiples, RegressionWork work)
    {
        work.Begin("Measuring standard errors");
        var inverse = factor.Inverse();
        var squares = new double[size];
        var (column, sums) = (new double[inverse.Length], new double[inverse.Length]);
        for (var k = 0; k < inverse.Length; k++)
        {
            work.Report(k, inverse.Length);
            for (var i = 0; i < column.Length; i++) column[i] = inverse[i][k];
            var part = factor.Shortest(column);
            for (var j = 0; j < size; j++) squares[j] += part[j] * part[j];
            if (multiples is not null) sums[k] = VectorSums.Dot(multiples, part);
        }

        return (Array.ConvertAll(squares, Math.Sqrt), VectorSums.Norm(sums));
    }

    // Reflects the column of ones into the first row, so that the others are centred, and measures the label without its mean.
    private static (double Squares, int Exponent) Center(RegressionPlan plan, double[][] measured, List<double[]> raw, int size)
    {
        if (plan.HasIntercept)
        {
            var norm = VectorSums.Norm(Array.ConvertAll(measured, static row => row[0]));
            var reflected = measured[0][0] > 0 ? -norm : norm;
            var pivot = measured[0][0] - reflected;
            var factor = -pivot / reflected;
            var u = Array.ConvertAll(measured, row => row[0] / pivot);
            u[0] = 1;
            var sums = new double[size + 1];
            for (var i = 0; i < measured.Length; i++) VectorSums.Subtract(measured[i], -u[i] * factor, sums);
            for (var i = 0; i < measured.Length; i++) VectorSums.Subtract(sums, u[i], measured[i]);
        }

        var rest = measured.Skip(plan.HasIntercept ? 1 : 0).Select(row => row[size]).ToArray();
        if (plan.HasIntercept && raw.TrueForAll(row => row[^1] == raw[0][^1])) return (0, 0);
        var exponent = rest.Length == 0 ? 0 : ExponentOf(VectorSums.Largest(rest));
        rest = Scaled(rest, exponent);
        return (VectorSums.Dot(rest, rest), exponent);
    }

    private static RegressionSolution Penalized(RegressionPlan plan, double[][] measured, double[]? origins, int count, RegressionWork work)
    {
        var head = plan.HasIntercept ? 1 : 0;
        var features = plan.Features.Count;
        var size = head + features;
        var exponent = ExponentOf(measured.Max(row => VectorSums.Largest(row.AsSpan(head, features))));
        var labelExponent = ExponentOf(measured.Max(row => Math.Abs(row[^1])));
        var x = measured.Skip(head).Select(row => Scaled(row.AsSpan(head, features), exponent)).ToArray();
        var y = measured.Skip(head).Select(row => Math.ScaleB(row[^1], -labelExponent)).ToArray();
        double[] b;
        var converged = true;
        double[]? errors = null;
        var taken = (double)head;
        var first = measured[0];
        // The intercept is the mean of the label without these parts of the coefficients.
        double[] means = [.. Enumerable.Range(1, head * features).Select(j => (first[j] / first[0]) + (origins?[j] ?? 0))];
        if (x.Length == 0)
        {
            b = new double[features];
        }
        else if (plan.Lasso > 0)
        {
            work.Begin("Coordinate descent");
            var columns = new double[features][];
            for (var j = 0; j < features; j++) columns[j] = Array.ConvertAll(x, row => row[j]);
            var ridges = Enumerable.Repeat(Math.ScaleB(plan.Ridge * count, -2 * exponent), features).ToArray();
            var lassos = Enumerable.Repeat(Math.ScaleB(plan.Lasso * count / 2, -labelExponent - exponent), features).ToArray();
            (b, converged) = CoordinateDescent.Solve(columns, y, ridges, lassos, work);
            taken += b.Count(static coefficient => coefficient != 0);
        }
        else
        {
            work.Begin("Factoring the rows");
            var s = Math.ScaleB(Math.Sqrt(plan.Ridge) * Math.Sqrt(count), -exponent);
            RegressionFit.RequireFinite([s], "-Ridge in the units of the columns is");
            var stacked = new double[x.Length][];
            for (var i = 0; i < x.Length; i++)
            {
                stacked[i] = new double[features + x.Length];
                x[i].CopyTo(stacked[i], 0);
                stacked[i][features + i] = s;
            }

            var factor = new RowFactor(stacked, features + x.Length, work);
            b = factor.Shortest(factor.Solve(y))[..features];
            (errors, var ofMeans) = Spread(factor, features, head == 0 ? null : Scaled(means, exponent), work);
            if (head == 1) errors = [Math.Sqrt((ofMeans * ofMeans) + (1 / first[0] / first[0])), .. errors];
            // The trace of X (X'X + s^2 I)^-1 X' = I - s^2 (X X' + s^2 I)^-1.
            taken += x.Length;
            foreach (var row in factor.Inverse()) taken -= s * s * VectorSums.Dot(row, row);
        }

        var squares = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            var rest = y[i] - VectorSums.Dot(x[i], b);
            squares += rest * rest;
        }

        var coefficients = Array.ConvertAll(b, coefficient => Math.ScaleB(coefficient, labelExponent - exponent));
        if (head == 1)
        {
            var intercept = (first[^1] / first[0]) + (origins?[^1] ?? 0);
            for (var j = 0; j < features; j++) intercept -= coefficients[j] * means[j];
            coefficients = [intercept, .. coefficients];
        }

        return new RegressionSolution
        {
            Coefficients = coefficients,
            Converged = converged,
            Errors = errors,
            ErrorExponents = [.. Enumerable.Repeat(labelExponent, head), .. Enumerable.Repeat(labelExponent - exponent, features)],
            Taken = taken,
            Squares = squares,
            LabelExponent = labelExponent,
            Total = 0,
            Rank = 0,
            Dependent = [],
            Constant = [],
        };
    }

    private static int ExponentOf(double largest) =>
        largest == 0 || Math.Abs(Math.ILogB(largest)) <= LargestExponent ? 0 : Math.ILogB(largest);

    private static double[] Scaled(ReadOnlySpan<double> values, int exponent)
    {
        var scaled = values.ToArray();
        for (var i = 0; i < scaled.Length && exponent != 0; i++) scaled[i] = Math.ScaleB(scaled[i], -exponent);
        return scaled;
    }
}
