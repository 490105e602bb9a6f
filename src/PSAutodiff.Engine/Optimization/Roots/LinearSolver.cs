using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization.Roots;

/// <summary>
/// Solves J x = b by elimination with partial pivoting (Golub and Van Loan, "Matrix Computations", 3.4), after scaling of rows and
/// columns by powers of two, which makes pivots and the test of singularity independent of units.
/// </summary>
internal sealed class LinearSolver(int n)
{
    // A pivot below this, where rows and columns have 1 for their largest entry, is nothing but rounding.
    private const double SmallestPivot = 1e-14;

    private readonly double[] _factor = new double[n * n];
    private readonly double[] _rows = new double[n];
    private readonly double[] _columns = new double[n];
    private readonly int[] _order = new int[n];
    private readonly double[] _work = new double[n];

    /// <summary>Factors a finite matrix, row by row.</summary>
    /// <returns>Whether it is regular.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Factor(ReadOnlySpan<double> matrix, CancellationToken cancellation)
    {
        matrix.CopyTo(_factor);
        if (!Scale()) return false;
        for (var i = 0; i < n; i++) _order[i] = i;
        for (var k = 0; k < n; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var pivot = k;
            for (var i = k + 1; i < n; i++)
            {
                if (Math.Abs(_factor[(i * n) + k]) > Math.Abs(_factor[(pivot * n) + k])) pivot = i;
            }

            if (!(Math.Abs(_factor[(pivot * n) + k]) > SmallestPivot)) return false;
            if (pivot != k) Swap(k, pivot);
            var row = _factor.AsSpan(k * n, n);
            for (var i = k + 1; i < n; i++)
            {
                var other = _factor.AsSpan(i * n, n);
                if (other[k] == 0) continue;
                other[k] /= row[k];
                Vectors.AddScaled(other[(k + 1)..], -other[k], row[(k + 1)..]);
            }
        }

        return true;
    }

    /// <summary>Writes the solution for a right-hand side over it; after <see cref="Factor"/> returned true.</summary>
    public void Solve(double[] vector)
    {
        for (var i = 0; i < n; i++)
        {
            _work[i] = vector[_order[i]] * _rows[_order[i]];
            _work[i] -= Vectors.Dot(_factor.AsSpan(i * n, i), _work);
        }

        for (var i = n - 1; i >= 0; i--)
        {
            _work[i] -= Vectors.Dot(_factor.AsSpan((i * n) + i + 1, n - i - 1), _work.AsSpan(i + 1));
            _work[i] /= _factor[(i * n) + i];
        }

        for (var i = 0; i < n; i++) vector[i] = _work[i] * _columns[i];
    }

    /// <summary>Scales the rows, then the columns; false when one of them is zero.</summary>
    private bool Scale()
    {
        for (var i = 0; i < n; i++)
        {
            var row = _factor.AsSpan(i * n, n);
            if (!TryScale(Vectors.Largest(row), out _rows[i])) return false;
            for (var j = 0; j < n; j++) row[j] *= _rows[i];
        }

        for (var j = 0; j < n; j++)
        {
            var largest = 0.0;
            for (var i = 0; i < n; i++) largest = Math.Max(largest, Math.Abs(_factor[(i * n) + j]));
            if (!TryScale(largest, out _columns[j])) return false;
            for (var i = 0; i < n; i++) _factor[(i * n) + j] *= _columns[j];
        }

        return true;
    }

    private static bool TryScale(double largest, out double scale)
    {
        scale = largest == 0 ? 0 : Math.ScaleB(1, -Math.ILogB(largest));
        return largest != 0 && double.IsFinite(scale);
    }

    private void Swap(int one, int other)
    {
        (_order[one], _order[other]) = (_order[other], _order[one]);
        for (var j = 0; j < n; j++) (_factor[(one * n) + j], _factor[(other * n) + j]) = (_factor[(other * n) + j], _factor[(one * n) + j]);
    }
}
