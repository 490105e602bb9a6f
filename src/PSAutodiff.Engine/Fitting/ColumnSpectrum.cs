using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>
/// The singular values and right singular vectors of a small matrix whose columns are made 1 long, by Jacobi's rotations of columns (Golub and Van Loan,
/// "Matrix Computations", 8.6.3): also small ones have their digits. They do not depend on the units of the columns.
/// </summary>
internal sealed class ColumnSpectrum
{
    // Singular values count as 0 below this part of the largest, for each column: a few roundings.
    private const double RankTolerance = 32 * 2.220446049250313e-16;

    // Components of the null space beyond rounding.
    private const double DependencePart = 1e-4;

    private const int MostSweeps = 60;

    private readonly double[] _norms;
    private readonly double[] _values;
    private readonly double[][] _vectors;
    private readonly double _least;

    /// <summary>Takes a matrix apart.</summary>
    /// <param name="columns">Its columns, which are used up.</param>
    public ColumnSpectrum(double[][] columns)
    {
        var size = columns.Length;
        _norms = Array.ConvertAll(columns, static column => VectorSums.Norm(column));
        _vectors = new double[size][];
        for (var j = 0; j < size; j++)
        {
            _vectors[j] = new double[size];
            _vectors[j][j] = 1;
            foreach (ref var value in columns[j].AsSpan())
            {
                if (_norms[j] > 0) value /= _norms[j];
            }
        }

        for (var sweep = 0; sweep < MostSweeps && Rotate(columns); sweep++)
        {
        }

        _values = Array.ConvertAll(columns, static column => VectorSums.Norm(column));
        var (largest, smallest) = size == 0 ? (1.0, 1.0) : (_values.Max(), _values.Min());
        _least = RankTolerance * size * largest;
        Rank = _values.Count(value => value > _least);
        Condition = Rank < size ? double.PositiveInfinity : largest / smallest;
    }

    /// <summary>The number of singular values that do not count as 0.</summary>
    public int Rank { get; }

    /// <summary>The largest singular value divided by the smallest; infinite where that counts as 0.</summary>
    public double Condition { get; }

    /// <summary>Whether a column has a part in the null space: the data do not determine what belongs to it.</summary>
    public bool IsDependent(int column)
    {
        for (var k = 0; k < _values.Length; k++)
        {
            if (_values[k] <= _least && Math.Abs(_vectors[k][column]) > DependencePart) return true;
        }

        return false;
    }

    /// <summary>The root of an entry of the diagonal of the inverse of A'A; infinite for a dependent column.</summary>
    public double Spread(int column) => IsDependent(column) ? double.PositiveInfinity : VectorSums.Norm(Parts(column)) / _norms[column];

    /// <summary>A row of a root R of the inverse of A'A = RR'; without full rank of its pseudo-inverse.</summary>
    public double[] Root(int column) => Array.ConvertAll(Parts(column), part => part / _norms[column]);

    /// <summary>An entry of the inverse of A'A where columns have the length 1, divided by the roots of the entries on the diagonal; NaN for a dependent column.</summary>
    public double Correlation(int column, int other)
    {
        if (IsDependent(column) || IsDependent(other)) return double.NaN;
        if (column == other) return 1;
        var (product, first, second) = (0.0, 0.0, 0.0);
        for (var k = 0; k < _values.Length; k++)
        {
            if (_values[k] <= _least) continue;
            var (x, y) = (_vectors[k][column] / _values[k], _vectors[k][other] / _values[k]);
            (product, first, second) = (product + (x * y), first + (x * x), second + (y * y));
        }

        return Math.Clamp(product / Math.Sqrt(first) / Math.Sqrt(second), -1, 1);
    }

    private double[] Parts(int column)
    {
        var parts = new double[_values.Length];
        for (var k = 0; k < parts.Length; k++) parts[k] = _values[k] > _least ? _vectors[k][column] / _values[k] : 0;
        return parts;
    }

    /// <summary>Makes every pair of columns orthogonal once; false when all were.</summary>
    private bool Rotate(double[][] columns)
    {
        var rotated = false;
        for (var p = 0; p < columns.Length; p++)
        {
            for (var q = p + 1; q < columns.Length; q++)
            {
                var (x, y) = (columns[p], columns[q]);
                var (alpha, beta, gamma) = (VectorSums.Dot(x, x), VectorSums.Dot(y, y), VectorSums.Dot(x, y));
                if (gamma == 0 || Math.Abs(gamma) <= 1e-16 * Math.Sqrt(alpha) * Math.Sqrt(beta)) continue;
                rotated = true;
                var zeta = (beta - alpha) / (2 * gamma);
                var t = double.IsInfinity(zeta * zeta) ? 0.5 / zeta : Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                var c = 1 / Math.Sqrt(1 + (t * t));
                Turn(x, y, c, c * t);
                Turn(_vectors[p], _vectors[q], c, c * t);
            }
        }

        return rotated;

        static void Turn(double[] x, double[] y, double c, double s)
        {
            for (var i = 0; i < x.Length; i++) (x[i], y[i]) = ((c * x[i]) - (s * y[i]), (s * x[i]) + (c * y[i]));
        }
    }
}
