using System.Numerics;
using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra.Double;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

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
    private readonly RegressionUnits? _units;
    private double[,]? _map;
    private DenseMatrix? _flat;

    /// <summary>Finds rank and inverse.</summary>
    /// <param name="r">n x n, 0 below the diagonal, finite.</param>
    /// <param name="units">The units of the data, in which the shortest of several solutions is the shortest; null for those of R.</param>
    /// <param name="work">Where it notes how far it is.</param>
    public TriangularSystem(double[,] r, RegressionUnits? units, RegressionWork work)
    {
        _r = r;
        _units = units;
        _size = r.GetLength(0);
        _norms = new double[_size];
        var column = new double[_size];
        for (var j = 0; j < _size; j++)
        {
            for (var i = 0; i <= j; i++) column[i] = r[i, j];
            _norms[j] = VectorSums.Norm(column.AsSpan(0, j + 1));
            if (_norms[j] == 0) _norms[j] = 1;
        }

        Rank = _size;
        Dependent = [];
        Inverse = Invert(work);
        // With columns of length 1, n^(1/2) bounds the norm of R, and the inverse's Frobenius norm its own: mostly that settles the rank.
        var scaled = 0.0;
        for (var i = 0; i < _size; i++)
        {
            for (var j = i; j < _size; j++) scaled += Inverse[i, j] * _norms[i] * (Inverse[i, j] * _norms[i]);
        }

        if (!(Math.Sqrt(scaled * _size) * ToleranceOf(_size) < 1)) DecomposeSingular(work);
    }

    /// <summary>The rank.</summary>
    public int Rank { get; private set; }

    /// <summary>The columns that depend on each other: those with a part in the null space.</summary>
    public IReadOnlyList<int> Dependent { get; private set; }

    /// <summary>The inverse; when the rank is not full the pseudo-inverse, in the common unit of the data.</summary>
    public double[,] Inverse { get; private set; }

    /// <summary>Singular values count as 0 below this part of the largest.</summary>
    public static double ToleranceOf(int columns) => RankTolerance * columns;

    /// <summary>Whether components of a unit vector of the null space are more than rounding.</summary>
    public static bool IsDependent(double component) => Math.Abs(component) > DependencePart;

    /// <summary>Whether a column is a multiple of the first one.</summary>
    public bool IsMultipleOfFirst(int column)
    {
        var rest = 0.0;
        for (var i = 1; i <= column; i++) rest = Math.Max(rest, Math.Abs(_r[i, column]));
        return rest <= ToleranceOf(_size) * _norms[column];
    }

    /// <summary>A solution x of R x = c, or of what is nearest to it.</summary>
    public double[] Solve(ReadOnlySpan<double> c)
    {
        var x = new double[_size];
        if (_map is null)
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
            for (var j = 0; j < _size; j++) x[i] += _map[i, j] * c[j];
        }

        return x;
    }

    /// <summary>The shortest of the nearest solutions, when the rank is not full: in the common unit of the data.</summary>
    public double[] Shortest(ReadOnlySpan<double> c)
    {
        var x = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            for (var j = 0; j < _size; j++) x[i] += Inverse[i, j] * c[j];
        }

        if (_units is not { IsMeasured: true } || _flat is null) return x;
        // The origin of the label belongs to the intercept, which may be of the null space.
        x[0] += _units.CommonLabelOrigin;
        var vector = DenseVector.Build.DenseOfArray(x);
        for (var pass = 0; pass < 2; pass++) vector -= _flat * _flat.TransposeThisAndMultiply(vector);
        return vector.ToArray();
    }

    // Row after row by substitution, from below; infinite or NaN where R is singular.
    private double[,] Invert(RegressionWork work)
    {
        work.Begin("Inverting the triangle");
        var inverse = new double[_size, _size];
        var rows = MemoryMarshal.CreateSpan(ref inverse[0, 0], inverse.Length);
        for (var i = _size - 1; i >= 0; i--)
        {
            work.Report(_size - 1 - i, _size);
            var row = rows.Slice((i * _size) + i, _size - i);
            for (var j = i + 1; j < _size; j++)
            {
                var below = rows.Slice((j * _size) + j, _size - j);
                Subtract(below, _r[i, j], row[(j - i)..]);
            }

            row[0] = 1;
            for (var k = 0; k < row.Length; k++) row[k] /= _r[i, i];
        }

        return inverse;
    }

    private static void Subtract(ReadOnlySpan<double> vector, double multiple, Span<double> from)
    {
        var parts = MemoryMarshal.Cast<double, Vector<double>>(vector);
        var sums = MemoryMarshal.Cast<double, Vector<double>>(from);
        for (var i = 0; i < parts.Length; i++) sums[i] -= parts[i] * multiple;
        for (var i = parts.Length * Vector<double>.Count; i < vector.Length; i++) from[i] -= vector[i] * multiple;
    }

    private void DecomposeSingular(RegressionWork work)
    {
        work.Begin("Finding the rank by singular values");
        var decomposition = DenseMatrix.Create(_size, _size, (i, j) => _r[i, j] / _norms[j]).Svd();
        var (u, s, vt) = (decomposition.U, decomposition.S, decomposition.VT);
        Rank = s.Count(value => value > ToleranceOf(_size) * s[0]);
        if (Rank == _size) return;

        // In the units of the data: some solution map P, and the directions Z that change nothing.
        work.Begin("Finding the shortest coefficients");
        var (map, flat) = (new double[_size, _size], new double[_size, _size - Rank]);
        for (var i = 0; i < _size; i++)
        {
            work.Report(i, _size);
            for (var j = 0; j < _size; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < Rank; k++) sum += vt[k, i] / s[k] * u[j, k];
                map[i, j] = sum / _norms[i];
            }

            for (var k = Rank; k < _size; k++) flat[i, k - Rank] = vt[k, i] / _norms[i];
        }

        Dependent = FindDependent(flat);
        _map = (double[,])map.Clone();
        _units?.ToCommon(map);
        _units?.ToCommon(flat);
        // Without its part along Z P gives the shortest solution; twice, against rounding.
        _flat = (DenseMatrix)DenseMatrix.OfArray(flat).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
        var shortest = DenseMatrix.OfArray(map);
        for (var pass = 0; pass < 2; pass++) shortest -= (DenseMatrix)(_flat * _flat.TransposeThisAndMultiply(shortest));
        Inverse = shortest.ToArray();
    }

    // With columns of length 1, as the data have them: not measured from origins.
    private List<int> FindDependent(double[,] flat)
    {
        var isDependent = new bool[_size];
        var lengths = new double[_size];
        var column = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            lengths[i] = _norms[i];
            if (i == 0 || _units is not { IsMeasured: true } || _units.OriginOf(i) == 0) continue;
            for (var j = 0; j <= i; j++) column[j] = _r[j, i];
            column[0] += _r[0, 0] * _units.OriginOf(i);
            lengths[i] = VectorSums.Norm(column.AsSpan(0, i + 1));
        }

        for (var k = 0; k < flat.GetLength(1); k++)
        {
            var vector = new double[_size];
            for (var i = 0; i < _size; i++) vector[i] = flat[i, k];
            if (_units is { IsMeasured: true }) vector[0] -= _units.Taken(j => vector[j]);
            for (var i = 0; i < _size; i++) vector[i] *= lengths[i];
            var norm = _units is { IsMeasured: true } ? VectorSums.Norm(vector) : 1;
            for (var i = 0; i < _size; i++) isDependent[i] |= IsDependent(vector[i] / norm);
        }

        return [.. Enumerable.Range(0, _size).Where(i => isDependent[i])];
    }
}
