namespace PSAutodiff.Kernels;

/// <summary>
/// The lower triangular L with L L' = A for the symmetric part A of a matrix (Golub and Van Loan, "Matrix Computations", 4.2), after scaling by
/// powers of two, which is exact and makes it independent of units.
/// </summary>
internal static class CholeskyFactor
{
    private const double Epsilon = 2.220446049250313e-16;
    private const int LargestOnStack = 256;

    /// <summary>Writes the factor, row after row, with zeros above its diagonal.</summary>
    /// <returns>Whether the matrix is positive definite, as far as rounding lets one see.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool TryFactor(ReadOnlySpan<double> matrix, int n, Span<double> result, CancellationToken cancellation = default)
    {
        Span<int> exponents = n <= LargestOnStack ? stackalloc int[n] : new int[n];
        result[..(n * n)].Clear();
        for (var i = 0; i < n; i++)
        {
            // That of half of the largest diagonal element, and less than half of an odd one.
            var diagonal = matrix[(i * n) + i];
            if (!(diagonal > 0) || !double.IsFinite(diagonal)) return false;
            exponents[i] = Math.ILogB(diagonal) >> 1;
        }

        for (var i = 0; i < n; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = result.Slice(i * n, n);
            for (var j = 0; j <= i; j++)
            {
                var shift = -exponents[i] - exponents[j];
                var element = (0.5 * Math.ScaleB(matrix[(i * n) + j], shift)) + (0.5 * Math.ScaleB(matrix[(j * n) + i], shift));
                var other = result.Slice(j * n, n);
                var rest = element - Vectors.Dot(row[..j], other);
                if (j < i)
                {
                    row[j] = rest / other[j];
                    continue;
                }

                // Of what is left below this, rounding has made the sign.
                if (!(rest > (i + 1) * Epsilon * element)) return false;
                row[i] = Math.Sqrt(rest);
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++) result[(i * n) + j] = Math.ScaleB(result[(i * n) + j], exponents[i]);
        }

        return true;
    }
}
