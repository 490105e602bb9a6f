using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace PSAutodiff.LinearAlgebra;

/// <summary>Eigenvalues, the largest first, and eigenvectors of length 1 as columns, whose largest component is real and positive.</summary>
internal static class Eigenpairs
{
    // Rounds of balancing that make sums more equal by less are not worth it.
    private const double LeastGain = 0.95;

    /// <summary>Those of a matrix that is symmetric but for rounding.</summary>
    public static (Array Values, Array Vectors) OfSymmetric(double[,] matrix) => SymmetricMatrix.Decompose(SymmetricMatrix.Take(matrix, "The matrix", ErrorIds.MatrixNotSymmetric));

    /// <summary>Those of any square matrix: real numbers where all are real.</summary>
    /// <param name="matrix">The matrix times a factor.</param>
    /// <param name="scale">The factor.</param>
    public static (Array Values, Array Vectors) Of(DenseMatrix matrix, double scale)
    {
        var n = matrix.RowCount;
        var balanced = (DenseMatrix)matrix.Clone();
        var units = Balance(balanced);
        var decomposition = balanced.Evd(Symmetricity.Asymmetric);
        var values = decomposition.EigenValues.ToArray();
        var vectors = new Complex[n, n];
        for (var k = 0; k < n; k++)
        {
            // A pair of conjugates has the real parts of the first one's vector in one column, and the imaginary parts in the next.
            var (real, imaginary) = values[k].Imaginary > 0 ? (k, k + 1) : values[k].Imaginary < 0 ? (k - 1, k) : (k, -1);
            var vector = new Complex[n];
            for (var i = 0; i < n; i++)
            {
                var part = imaginary < 0 ? 0 : decomposition.EigenVectors[i, imaginary];
                vector[i] = units[i] * new Complex(decomposition.EigenVectors[i, real], values[k].Imaginary < 0 ? -part : part);
            }

            Normalize(vector);
            for (var i = 0; i < n; i++) vectors[i, k] = vector[i];
        }

        var order = Enumerable.Range(0, n).OrderByDescending(k => values[k].Real).ThenByDescending(k => Math.Abs(values[k].Imaginary)).ThenByDescending(k => values[k].Imaginary).ToArray();
        var sorted = Array.ConvertAll(order, k => values[k] / scale);
        if (sorted.Any(static value => value.Imaginary != 0)) return (sorted, Map(static vector => vector));
        return (Array.ConvertAll(sorted, static value => value.Real), Map(static vector => vector.Real));

        T[,] Map<T>(Func<Complex, T> of)
        {
            var result = new T[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var k = 0; k < n; k++) result[i, k] = of(vectors[i, order[k]]);
            }

            return result;
        }
    }

    /// <summary>
    /// Makes rows and columns of like size by powers of two in other units, which rounds nothing (B. N. Parlett and C. Reinsch, "Balancing a
    /// matrix for calculation of eigenvalues and eigenvectors", 1969).
    /// </summary>
    /// <returns>What the components of an eigenvector are to be multiplied by.</returns>
    private static double[] Balance(DenseMatrix matrix)
    {
        var n = matrix.RowCount;
        var units = new double[n];
        Array.Fill(units, 1);
        for (var (changed, round) = (true, 0); changed && round < 100; round++)
        {
            changed = false;
            for (var i = 0; i < n; i++)
            {
                var (column, row) = (0.0, 0.0);
                for (var j = 0; j < n; j++)
                {
                    if (j == i) continue;
                    column += Math.Abs(matrix[j, i]);
                    row += Math.Abs(matrix[i, j]);
                }

                if (column == 0 || row == 0) continue;
                var factor = Math.ScaleB(1, (Math.ILogB(row) - Math.ILogB(column)) / 2);
                if (((column * factor) + (row / factor)) >= LeastGain * (column + row)) continue;
                changed = true;
                units[i] *= factor;
                for (var j = 0; j < n; j++) matrix[j, i] *= factor;
                for (var j = 0; j < n; j++) matrix[i, j] /= factor;
            }
        }

        return units;
    }

    private static void Normalize(Complex[] vector)
    {
        var largest = vector.Max(Complex.Abs);
        var length = Math.Sqrt(vector.Sum(part => Complex.Abs(part / largest) * Complex.Abs(part / largest)));

        // The first of those that are largest but for rounding, so that ties do not turn the sign.
        var first = Array.Find(vector, part => Complex.Abs(part) >= largest * (1 - 1e-9));
        var turn = Complex.Conjugate(first / Complex.Abs(first)) / length;
        for (var i = 0; i < vector.Length; i++) vector[i] = vector[i] / largest * turn;
    }
}
