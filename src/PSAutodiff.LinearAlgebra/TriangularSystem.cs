using MathNet.Numerics.LinearAlgebra.Double;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// An upper triangular R with its rank, and its inverse or pseudo-inverse. The rank does not depend on the units of the columns: it is that
/// of R with columns of length 1.
/// </summary>
internal sealed class TriangularSystem
{
    // Singular values count as 0 below this part of the largest, for each column: a few roundings.
    private const double RankTolerance = 32 * 2.220446049250313e-16;

    // Components of the null space beyond rounding.
    private const double DependencePart = 1e-4;

    private readonly double[,] _r;
    private readonly double[] _norms;
    private readonly int _size;

    /// <summary>Finds rank and inverse.</summary>
    /// <param name="r">n x n, 0 below the diagonal, finite.</param>
    public TriangularSystem(double[,] r)
    {
        _r = r;
        _size = r.GetLength(0);
        _norms = new double[_size];
        for (var j = 0; j < _size; j++)
        {
            var largest = 0.0;
            for (var i = 0; i <= j; i++) largest = Math.Max(largest, Math.Abs(r[i, j]));
            for (var i = 0; i <= j && largest > 0; i++) _norms[j] += r[i, j] / largest * (r[i, j] / largest);
            _norms[j] = largest > 0 ? largest * Math.Sqrt(_norms[j]) : 1;
        }

        Rank = _size;
        Dependent = [];
        Inverse = Invert();
        // With columns of length 1, n^(1/2) bounds the norm of R, and the inverse's Frobenius norm its own: mostly that settles the rank.
        var scaled = 0.0;
        for (var i = 0; i < _size; i++)
        {
            for (var j = i; j < _size; j++) scaled += Inverse[i, j] * _norms[i] * (Inverse[i, j] * _norms[i]);
        }

        if (!(Math.Sqrt(scaled * _size) * Tolerance < 1)) DecomposeSingular();
    }

    /// <summary>The rank.</summary>
    public int Rank { get; private set; }

    /// <summary>The columns that depend on each other: those with a part in the null space.</summary>
    public IReadOnlyList<int> Dependent { get; private set; }

    /// <summary>The inverse, or the pseudo-inverse when the rank is not full.</summary>
    public double[,] Inverse { get; private set; }

    private double Tolerance => RankTolerance * _size;

    /// <summary>Whether a column is a multiple of the first one.</summary>
    public bool IsMultipleOfFirst(int column)
    {
        var rest = 0.0;
        for (var i = 1; i <= column; i++) rest = Math.Max(rest, Math.Abs(_r[i, column]));
        return rest <= Tolerance * _norms[column];
    }

    /// <summary>The solution x of R x = c; of several nearest ones, the shortest.</summary>
    public double[] Solve(ReadOnlySpan<double> c)
    {
        var x = new double[_size];
        if (Rank == _size)
        {
            for (var i = _size - 1; i >= 0; i--)
            {
                var sum = c[i];
                for (var j = i + 1; j < _size; j++) sum -= _r[i, j] * x[j];
                x[i] = sum / _r[i, i];
            }

            return x;
        }

        for (var i = 0; i < _size; i++)
        {
            for (var j = 0; j < _size; j++) x[i] += Inverse[i, j] * c[j];
        }

        return x;
    }

    // Column after column by substitution; infinite or NaN where R is singular.
    private double[,] Invert()
    {
        var inverse = new double[_size, _size];
        for (var column = 0; column < _size; column++)
        {
            inverse[column, column] = 1 / _r[column, column];
            for (var i = column - 1; i >= 0; i--)
            {
                var sum = 0.0;
                for (var j = i + 1; j <= column; j++) sum -= _r[i, j] * inverse[j, column];
                inverse[i, column] = sum / _r[i, i];
            }
        }

        return inverse;
    }

    private void DecomposeSingular()
    {
        var decomposition = DenseMatrix.Create(_size, _size, (i, j) => _r[i, j] / _norms[j]).Svd();
        var (u, s, vt) = (decomposition.U, decomposition.S, decomposition.VT);
        Rank = s.Count(value => value > Tolerance * s[0]);
        if (Rank == _size) return;

        // In the units of the data: some solution map P, and the directions Z that change nothing.
        var map = DenseMatrix.Create(_size, _size, (i, j) =>
        {
            var sum = 0.0;
            for (var k = 0; k < Rank; k++) sum += vt[k, i] / s[k] * u[j, k];
            return sum / _norms[i];
        });
        var flat = DenseMatrix.Create(_size, _size - Rank, (i, j) => vt[Rank + j, i] / _norms[i]);
        Dependent = [.. Enumerable.Range(0, _size).Where(i => Enumerable.Range(Rank, _size - Rank).Any(k => Math.Abs(vt[k, i]) > DependencePart))];
        // Without its part along them P gives the shortest solution; twice, against rounding.
        var basis = flat.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
        for (var pass = 0; pass < 2; pass++) map -= (DenseMatrix)(basis * basis.TransposeThisAndMultiply(map));
        Inverse = map.ToArray();
    }
}
