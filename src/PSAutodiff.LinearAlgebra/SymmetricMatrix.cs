using System.Globalization;
using MathNet.Numerics.LinearAlgebra.Double;

namespace PSAutodiff.LinearAlgebra;

/// <summary>Checks and decompositions of matrices that ought to be symmetric.</summary>
internal static class SymmetricMatrix
{
    /// <summary>Mirrored entries may differ by this part of the largest entry: rounding, which is averaged away.</summary>
    public const double AsymmetryAllowed = 1e-10;

    /// <summary>The matrix made exactly symmetric.</summary>
    /// <param name="matrix">n x n, finite.</param>
    /// <param name="what">What errors call it.</param>
    /// <param name="errorId">The id of errors.</param>
    /// <exception cref="AutodiffException">It is not square, or not symmetric but for rounding.</exception>
    public static DenseMatrix Take(double[,] matrix, string what, string errorId)
    {
        var n = matrix.GetLength(0);
        if (matrix.GetLength(1) != n || n == 0)
        {
            throw new AutodiffException(errorId, string.Create(CultureInfo.InvariantCulture, $"{what} has {n} rows and {matrix.GetLength(1)} columns; it has to be square."));
        }

        if (Asymmetry(matrix) is var (row, column, difference))
        {
            throw new AutodiffException(
                errorId,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} is not symmetric: row {row + 1}, column {column + 1} is {matrix[row, column]}, but row {column + 1}, column {row + 1} is {matrix[column, row]}, a difference of {difference}, the largest there is. Up to {AsymmetryAllowed} of the largest entry would count as rounding."));
        }

        // Halves first: the sum of two large entries may be beyond the numbers.
        return DenseMatrix.Create(n, n, (i, j) => (0.5 * matrix[i, j]) + (0.5 * matrix[j, i]));
    }

    /// <summary>Where a square matrix differs most from its mirror image, from 0, and by how much; null where it does by rounding only.</summary>
    public static (int Row, int Column, double Difference)? Asymmetry(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var (largest, worst, row, column) = (0.0, 0.0, 0, 0);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                largest = Math.Max(largest, Math.Abs(matrix[i, j]));
                if (!(Math.Abs(matrix[i, j] - matrix[j, i]) > worst)) continue;
                (worst, row, column) = (Math.Abs(matrix[i, j] - matrix[j, i]), i, j);
            }
        }

        return worst <= AsymmetryAllowed * largest ? null : (row, column, worst);
    }

    /// <summary>Eigenvalues, the largest first, and eigenvectors as columns; the largest component of each vector is positive.</summary>
    public static (double[] Values, double[,] Vectors) Decompose(DenseMatrix matrix)
    {
        var n = matrix.RowCount;
        // Scaled by a power of two, so that squares neither overflow nor vanish.
        var largest = matrix.Enumerate().Max(Math.Abs);
        var scale = largest > 0 ? Math.ScaleB(1, Math.Clamp(-Math.ILogB(largest), -1000, 1000)) : 1;
        var decomposition = (matrix * scale).Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric);
        var order = Enumerable.Range(0, n).OrderByDescending(i => decomposition.EigenValues[i].Real).ToArray();
        var (values, vectors) = (new double[n], new double[n, n]);
        for (var k = 0; k < n; k++)
        {
            values[k] = decomposition.EigenValues[order[k]].Real / scale;
            var vector = decomposition.EigenVectors.Column(order[k]);
            // The first of those that are largest but for rounding, so that ties do not flip the sign.
            var bound = vector.AbsoluteMaximum() * (1 - 1e-9);
            var sign = 1.0;
            for (var i = 0; i < n; i++)
            {
                if (Math.Abs(vector[i]) < bound) continue;
                sign = vector[i] < 0 ? -1 : 1;
                break;
            }

            for (var i = 0; i < n; i++) vectors[i, k] = sign * vector[i];
        }

        return (values, vectors);
    }
}
