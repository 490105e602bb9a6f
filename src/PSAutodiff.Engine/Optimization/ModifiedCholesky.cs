using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Solves H x = b for a symmetric matrix, with as much added to the diagonal as makes it safely positive definite: Cholesky with an
/// added multiple of the identity (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithm 3.3), after scaling that
/// makes the result independent of the units of the variables.
/// </summary>
internal sealed class ModifiedCholesky(int n)
{
    // A pivot below this, where the diagonal is 1, is only rounding.
    private const double SmallestPivot = 1e-13;
    private const double FirstShift = 1e-3;

    private readonly double[] _factor = new double[n * n];
    private readonly double[] _scales = new double[n];

    /// <summary>What was added to the scaled diagonal; 0 when the matrix is positive definite.</summary>
    public double Shift { get; private set; }

    /// <summary>Whether a shift was needed for directions without curvature only: the matrix is singular, but not indefinite.</summary>
    public bool IsSingular { get; private set; }

    /// <summary>Factors a finite matrix, row by row; only its lower half is read.</summary>
    public void Factor(double[] matrix, CancellationToken cancellation)
    {
        FindScales(matrix);
        Shift = 0;
        IsSingular = false;
        if (TryFactor(matrix, 0, cancellation)) return;
        IsSingular = TryFactor(matrix, 1e-9, cancellation);
        Shift = FirstShift;
        while (!TryFactor(matrix, Shift, cancellation)) Shift *= 2;
    }

    /// <summary>Writes the solution for a right-hand side over it.</summary>
    public void Solve(double[] vector)
    {
        for (var i = 0; i < n; i++)
        {
            var sum = vector[i] / _scales[i];
            sum -= Vectors.Dot(_factor.AsSpan(i * n, i), vector);
            vector[i] = sum / _factor[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            vector[i] /= _factor[(i * n) + i];
            Vectors.AddScaled(vector.AsSpan(0, i), -vector[i], _factor.AsSpan(i * n, i));
        }

        for (var i = 0; i < n; i++) vector[i] /= _scales[i];
    }

    /// <summary>Whether the shift changed the solution for a right-hand side by little: that is no part of the matrix's null space.</summary>
    public bool Solves(ReadOnlySpan<double> solution, ReadOnlySpan<double> rightSide)
    {
        const double little = 0.1;
        var (change, whole) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            change = Math.Max(change, Math.Abs(Shift * _scales[i] * solution[i]));
            whole = Math.Max(whole, Math.Abs(rightSide[i] / _scales[i]));
        }

        return change <= little * whole;
    }

    /// <summary>Takes from a solution what the matrix changes: what is left lies in its null space, where there is one.</summary>
    public void KeepNullSpace(double[] solution)
    {
        const int rounds = 40;
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < n; i++) solution[i] *= Shift * _scales[i] * _scales[i];
            Solve(solution);
        }
    }

    private void FindScales(double[] matrix)
    {
        // The roots of the diagonal; where that is too small for a positive definite matrix, what it would at least have to be.
        var largest = Vectors.Largest(matrix);
        for (var i = 0; i < n; i++)
        {
            var row = Vectors.Largest(matrix.AsSpan(i * n, n));
            var square = Math.Max(Math.Abs(matrix[(i * n) + i]), row == 0 ? 0 : row * (row / largest));
            _scales[i] = square > 0 ? Math.Sqrt(square) : largest > 0 ? Math.Sqrt(largest) : 1;
        }
    }

    private bool TryFactor(double[] matrix, double shift, CancellationToken cancellation)
    {
        for (var i = 0; i < n; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = _factor.AsSpan(i * n, i + 1);
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[(i * n) + j] / _scales[i] / _scales[j];
                if (i == j) sum += shift;
                sum -= Vectors.Dot(row[..j], _factor.AsSpan(j * n, j));
                if (j < i)
                {
                    row[j] = sum / _factor[(j * n) + j];
                    continue;
                }

                // Half the shift at least has to remain, or H + shift would be nearly singular itself and the step far too long.
                if (!(sum > Math.Max(SmallestPivot, 0.5 * shift))) return false;
                row[j] = Math.Sqrt(sum);
            }
        }

        return true;
    }
}
