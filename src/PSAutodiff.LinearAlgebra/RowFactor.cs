using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>A = LQ of a matrix with no more rows than columns, by Householder reflections: the shorter side is the one that is factored.</summary>
internal sealed class RowFactor
{
    // What is left of row i from column i on is the vector of its reflection, but for its first component, 1.
    private readonly double[][] _rows;
    private readonly double[] _factors;
    private readonly int _width;

    /// <summary>Factors a matrix.</summary>
    /// <param name="rows">Its rows, which are used up.</param>
    /// <param name="width">The number of its columns.</param>
    /// <param name="work">Where it notes how far it is.</param>
    public RowFactor(double[][] rows, int width, RegressionWork work)
    {
        _rows = rows;
        _width = width;
        _factors = new double[rows.Length];
        Lower = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            work.Report(i, rows.Length);
            Lower[i] = new double[rows.Length];
            for (var k = 0; k < i; k++) Lower[i][k] = rows[i][k];
            var norm = VectorSums.Norm(rows[i].AsSpan(i));
            if (norm == 0) continue;
            var reflected = rows[i][i] > 0 ? -norm : norm;
            var pivot = rows[i][i] - reflected;
            _factors[i] = -pivot / reflected;
            Lower[i][i] = reflected;
            var vector = rows[i].AsSpan(i);
            for (var k = 1; k < vector.Length; k++) vector[k] /= pivot;
            vector[0] = 1;
            for (var k = i + 1; k < rows.Length; k++) Reflect(i, rows[k]);
        }
    }

    /// <summary>L, row after row; above the diagonal it is 0.</summary>
    public double[][] Lower { get; }

    /// <summary>Q' (z, 0, ...), as long as the matrix is wide: with L z = y the shortest solution of A x = y.</summary>
    public double[] Shortest(ReadOnlySpan<double> z)
    {
        var x = new double[_width];
        z.CopyTo(x);
        for (var i = _rows.Length - 1; i >= 0; i--) Reflect(i, x);
        return x;
    }

    /// <summary>z of L z = y.</summary>
    public double[] Solve(ReadOnlySpan<double> y)
    {
        var z = y.ToArray();
        for (var i = 0; i < z.Length; i++) z[i] = (z[i] - VectorSums.Dot(z.AsSpan(0, i), Lower[i])) / Lower[i][i];
        return z;
    }

    /// <summary>The rows of the inverse of L; infinite or NaN where it has none.</summary>
    public double[][] Inverse()
    {
        var inverse = new double[Lower.Length][];
        for (var i = 0; i < inverse.Length; i++)
        {
            inverse[i] = new double[inverse.Length];
            for (var k = 0; k < i; k++) VectorSums.Subtract(inverse[k].AsSpan(0, k + 1), Lower[i][k], inverse[i]);
            inverse[i][i] = 1;
            for (var k = 0; k <= i; k++) inverse[i][k] /= Lower[i][i];
        }

        return inverse;
    }

    private void Reflect(int i, double[] row)
    {
        if (_factors[i] == 0) return;
        ReadOnlySpan<double> vector = _rows[i].AsSpan(i);
        VectorSums.Subtract(vector, _factors[i] * VectorSums.Dot(vector, row.AsSpan(i)), row.AsSpan(i));
    }
}
