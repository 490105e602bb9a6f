using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// Gaussian elimination of a square matrix with 106 bits, so that determinants and inverses are right to the last digits of a double, and what
/// rounding cannot tell from a singular matrix counts as one.
/// </summary>
internal sealed class PreciseElimination
{
    // Rounds of a bound that the first one meets for all matrices but those with very different units.
    private const int MostRounds = 20;

    // More than what an operation may be off, as a part of its result.
    private static readonly double Unit = Math.ScaleB(1, -102);

    private readonly int _size;

    // Below the diagonal the factors, the rest what elimination leaves.
    private readonly DoubleDouble[][] _rows;
    private readonly int[] _order;
    private readonly double[,] _inverse;

    // Each row is divided by this power of two, which brings its largest entry near 1.
    private readonly int[] _exponents;
    private bool _isOdd;

    /// <param name="matrix">n x n, finite.</param>
    /// <param name="cancellation">Ends it early.</param>
    public PreciseElimination(double[,] matrix, CancellationToken cancellation)
    {
        _size = matrix.GetLength(0);
        var indices = Enumerable.Range(0, _size);
        _exponents = [.. indices.Select(i => indices.Max(j => matrix[i, j] == 0 ? -1074 : Math.ILogB(matrix[i, j])))];
        _rows = [.. indices.Select(i => indices.Select(j => (DoubleDouble)Math.ScaleB(matrix[i, j], -_exponents[i])).ToArray())];
        _order = [.. indices];
        _inverse = new double[_size, _size];
        for (var step = 0; step < _size && !IsSingular; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            IsSingular = !Pivot(step);
            for (var row = step + 1; row < _size && !IsSingular; row++) Eliminate(step, row);
        }

        if (IsSingular) return;
        Invert(cancellation);
        IsSingular = !IsRegular();
    }

    /// <summary>Whether columns are sums of multiples of others, as far as 106 bits can tell.</summary>
    public bool IsSingular { get; }

    /// <summary>The inverse of a matrix that is not singular; entries beyond the range of numbers are infinite.</summary>
    public double[,] Inverse()
    {
        var inverse = new double[_size, _size];
        for (var i = 0; i < _size; i++)
        {
            for (var j = 0; j < _size; j++) inverse[i, j] = Math.ScaleB(_inverse[i, j], -_exponents[j]);
        }

        return inverse;
    }

    /// <summary>The determinant as a mantissa of a size from 1 to below 2, or 0, and an exponent of 2.</summary>
    public (double Mantissa, long Exponent) Determinant()
    {
        if (IsSingular) return (0, 0);
        var (product, exponent) = ((DoubleDouble)(_isOdd ? -1 : 1), _exponents.Sum(static exponent => (long)exponent));
        for (var i = 0; i < _size; i++) product = Near1(product * Near1(_rows[i][i], ref exponent), ref exponent);
        return (product.High, exponent);
    }

    private static DoubleDouble Near1(DoubleDouble number, ref long exponent)
    {
        var own = Math.ILogB(number.High);
        exponent += own;
        return DoubleDouble.Scale(number, -own);
    }

    /// <summary>Brings the row with the largest entry to the place of a step; false where all are 0.</summary>
    private bool Pivot(int step)
    {
        var best = step;
        for (var row = step + 1; row < _size; row++)
        {
            if (Math.Abs(_rows[row][step].High) > Math.Abs(_rows[best][step].High)) best = row;
        }

        if (_rows[best][step].High == 0) return false;
        _isOdd ^= best != step;
        (_rows[step], _rows[best]) = (_rows[best], _rows[step]);
        (_order[step], _order[best]) = (_order[best], _order[step]);
        return true;
    }

    private void Eliminate(int step, int row)
    {
        var (pivots, entries) = (_rows[step], _rows[row]);
        var factor = entries[step] / pivots[step];
        entries[step] = factor;
        if (factor.High == 0) return;
        for (var j = step + 1; j < _size; j++) entries[j] -= factor * pivots[j];
    }

    private void Invert(CancellationToken cancellation)
    {
        var column = new DoubleDouble[_size];
        for (var j = 0; j < _size; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < _size; i++)
            {
                column[i] = _order[i] == j ? 1 : 0;
                for (var k = 0; k < i; k++) column[i] -= _rows[i][k] * column[k];
            }

            for (var i = _size - 1; i >= 0; i--)
            {
                for (var k = i + 1; k < _size; k++) column[i] -= _rows[i][k] * column[k];
                column[i] /= _rows[i][i];
                _inverse[i, j] = column[i].High;
            }
        }
    }

    /// <summary>
    /// Whether no singular matrix is within rounding. The factors are exactly those of a matrix that is off by n units of |L| |U| at most (N. J.
    /// Higham, "Accuracy and Stability of Numerical Algorithms", theorem 9.3). Were the matrix singular, |A^-1| |L| |U| would have an eigenvalue
    /// of at least the inverse of that, in any units; no eigenvalue is above the largest growth of a component of a positive vector.
    /// </summary>
    private bool IsRegular()
    {
        var vector = new double[_size];
        Array.Fill(vector, 1);
        for (var round = 0; round < MostRounds; round++)
        {
            var upper = new double[_size];
            for (var i = 0; i < _size; i++)
            {
                for (var j = i; j < _size; j++) upper[i] += Math.Abs(_rows[i][j].High) * vector[j];
            }

            var next = new double[_size];
            for (var i = 0; i < _size; i++)
            {
                var both = upper[i];
                for (var j = 0; j < i; j++) both += Math.Abs(_rows[i][j].High) * upper[j];
                for (var j = 0; j < _size; j++) next[j] += Math.Abs(_inverse[j, _order[i]]) * both;
            }

            var growth = 0.0;
            for (var i = 0; i < _size; i++) growth = Math.Max(growth, next[i] / vector[i]);
            if (growth * _size * Unit < 1) return true;
            var largest = next.Max();
            vector = Array.ConvertAll(next, component => component / largest);
        }

        return false;
    }
}
