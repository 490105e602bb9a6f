using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>
/// A P = QR of a small matrix by Householder reflections with column pivoting, and the right side Q'b (Golub and Van Loan, "Matrix Computations",
/// 5.4.2); then the solutions of |A x - b|, also with a bound on the length of x.
/// </summary>
internal sealed class PivotedFactor
{
    private const double RankTolerance = 32 * 2.220446049250313e-16;

    // The least number with all its digits.
    private const double Least = 2.2250738585072014e-308;

    private readonly int _size;

    // Columns of A, of which the first elements are R after the factoring.
    private readonly double[][] _columns;
    private readonly double[] _right;
    private readonly int[] _order;

    /// <summary>Factors a matrix.</summary>
    /// <param name="columns">Its columns, which are used up. There are at least as many rows as columns.</param>
    /// <param name="right">The right side, which is used up.</param>
    public PivotedFactor(double[][] columns, double[] right)
    {
        (_size, _columns, _right) = (columns.Length, columns, right);
        _order = [.. Enumerable.Range(0, _size)];
        var largest = 0.0;
        for (var k = 0; k < _size; k++)
        {
            var (pivot, norm) = (k, -1.0);
            for (var j = k; j < _size; j++)
            {
                var length = VectorSums.Norm(columns[j].AsSpan(k));
                if (length > norm) (pivot, norm) = (j, length);
            }

            (columns[k], columns[pivot]) = (columns[pivot], columns[k]);
            (_order[k], _order[pivot]) = (_order[pivot], _order[k]);
            largest = Math.Max(largest, norm);
            if (norm > RankTolerance * _size * largest) Rank = k + 1;
            if (norm == 0) continue;
            Reflect(k, norm);
        }
    }

    /// <summary>The number of columns that do not depend on others as far as rounding lets it be known.</summary>
    public int Rank { get; private set; }

    /// <summary>The solution with zeros for the columns that depend on others.</summary>
    public double[] Solve()
    {
        var x = new double[_size];
        for (var i = Rank - 1; i >= 0; i--)
        {
            var sum = _right[i];
            for (var j = i + 1; j < Rank; j++) sum -= _columns[j][i] * x[_order[j]];
            x[_order[i]] = sum / _columns[i][i];
        }

        return x;
    }

    /// <summary>
    /// The solution with a length of at most a radius, but for a tenth of it: x(m) of the matrix with sqrt(m) times the unit matrix below it (More, "The
    /// Levenberg-Marquardt algorithm: implementation and theory", 1978).
    /// </summary>
    /// <param name="radius">The radius, above 0.</param>
    /// <param name="multiplier">The last m, to begin with, and the one that was found.</param>
    public double[] Solve(double radius, ref double multiplier)
    {
        const double tenth = 0.1;
        const int mostRounds = 10;
        var x = Solve();
        var length = VectorSums.Norm(x);
        if (length <= (1 + tenth) * radius)
        {
            multiplier = 0;
            return x;
        }

        var excess = length - radius;
        var (low, high) = (0.0, Gradient() / radius);
        if (Rank == _size)
        {
            var slope = Slope(null, x, length);
            low = excess / radius / slope;
        }

        if (high == 0) high = Least / Math.Min(radius, 0.1);
        multiplier = Math.Clamp(multiplier, low, Math.Max(low, high));
        if (multiplier == 0) multiplier = Gradient() / length;
        for (var round = 0; ; round++)
        {
            if (multiplier == 0) multiplier = Math.Max(Least, 0.001 * high);
            var root = Math.Sqrt(multiplier);
            (x, var damped) = SolveDamped(root);
            length = VectorSums.Norm(x);
            var before = excess;
            excess = length - radius;
            if (Math.Abs(excess) <= tenth * radius || (low == 0 && excess <= before && before < 0) || round == mostRounds) return x;
            var correction = excess / radius / Slope(damped, x, length);
            if (excess > 0) low = Math.Max(low, multiplier);
            else high = Math.Min(high, multiplier);
            multiplier = Math.Max(low, multiplier + correction);
        }
    }

    // |A'b|.
    private double Gradient()
    {
        var gradient = new double[_size];
        for (var j = 0; j < _size; j++)
        {
            for (var i = 0; i <= j; i++) gradient[j] += _columns[j][i] * _right[i];
        }

        return VectorSums.Norm(gradient);
    }

    // |R^-T P'x|^2 / |x|^2 for R of the damped matrix, or of the matrix itself.
    private double Slope(double[][]? damped, double[] x, double length)
    {
        var columns = damped ?? _columns;
        var y = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            var sum = x[_order[i]] / length;
            for (var k = 0; k < i; k++) sum -= columns[i][k] * y[k];
            y[i] = sum / columns[i][i];
        }

        var norm = VectorSums.Norm(y);
        return norm * norm;
    }

    // Rotates sqrt(m) I into the triangle.
    private (double[] X, double[][] Damped) SolveDamped(double root)
    {
        var damped = Array.ConvertAll(_columns, column => column[.._size]);
        var right = _right[.._size];
        var row = new double[_size];
        for (var k = 0; k < _size; k++)
        {
            Array.Clear(row);
            row[k] = root;
            var rest = 0.0;
            for (var i = k; i < _size; i++)
            {
                if (row[i] == 0) continue;
                var diagonal = damped[i][i];
                var length = Math.Abs(diagonal) > Math.Abs(row[i])
                    ? Math.Abs(diagonal) * Math.Sqrt(1 + (row[i] / diagonal * (row[i] / diagonal)))
                    : Math.Abs(row[i]) * Math.Sqrt(1 + (diagonal / row[i] * (diagonal / row[i])));
                var (cos, sin) = (diagonal / length, row[i] / length);
                for (var j = i; j < _size; j++) (damped[j][i], row[j]) = ((cos * damped[j][i]) + (sin * row[j]), (cos * row[j]) - (sin * damped[j][i]));
                (right[i], rest) = ((cos * right[i]) + (sin * rest), (cos * rest) - (sin * right[i]));
            }
        }

        var x = new double[_size];
        for (var i = _size - 1; i >= 0; i--)
        {
            var sum = right[i];
            for (var j = i + 1; j < _size; j++) sum -= damped[j][i] * x[_order[j]];
            x[_order[i]] = sum / damped[i][i];
        }

        return (x, damped);
    }

    private void Reflect(int k, double norm)
    {
        var column = _columns[k];
        var reflected = column[k] > 0 ? -norm : norm;
        var pivot = column[k] - reflected;
        var factor = -pivot / reflected;
        for (var j = k + 1; j < _size; j++) Apply(_columns[j]);
        Apply(_right);
        column[k] = reflected;

        void Apply(double[] other)
        {
            var sum = other[k];
            for (var i = k + 1; i < other.Length; i++) sum += column[i] / pivot * other[i];
            sum *= factor;
            other[k] -= sum;
            for (var i = k + 1; i < other.Length; i++) other[i] -= sum * (column[i] / pivot);
        }
    }
}
