using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations (Golub and Van Loan, "Matrix Computations", 8.5), for the few
/// matrices that are singular or whose signs are asked for.
/// </summary>
internal sealed class SymmetricEigen
{
    private const int MostSweeps = 60;

    private readonly int _n;
    private readonly double[] _vectors;

    /// <summary>Decomposes a finite symmetric matrix, row by row.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SymmetricEigen(ReadOnlySpan<double> matrix, int n, CancellationToken cancellation)
    {
        _n = n;
        _vectors = new double[n * n];
        for (var i = 0; i < n; i++) _vectors[(i * n) + i] = 1;

        // A power of two keeps squares finite and changes no digit.
        var largest = Vectors.Largest(matrix);
        var exponent = largest == 0 ? 0 : Math.ILogB(largest);
        var a = new double[n * n];
        for (var i = 0; i < a.Length; i++) a[i] = Math.ScaleB(matrix[i], -exponent);
        for (var sweep = 0; sweep < MostSweeps && Sweep(a, cancellation); sweep++)
        {
        }

        Values = new double[n];
        for (var i = 0; i < n; i++) Values[i] = Math.ScaleB(a[(i * n) + i], exponent);
        var most = Vectors.Largest(Values);
        Threshold = n * Math.ScaleB(most, -50);
    }

    /// <summary>The eigenvalues, in no order.</summary>
    public double[] Values { get; }

    /// <summary>Below this, eigenvalues are zero as far as rounding lets it be known.</summary>
    public double Threshold { get; }

    /// <summary>
    /// Writes the shortest solution of A x = b over b, where there is one: in the directions in which A is zero, x has nothing.
    /// </summary>
    /// <returns>Whether b has no part in those directions, as far as rounding lets it be known.</returns>
    public bool Solve(double[] vector)
    {
        const double rounding = 1e-10;
        var (solution, lost) = (new double[_n], 0.0);
        var length = Math.Sqrt(Vectors.Dot(vector, vector));
        for (var j = 0; j < _n; j++)
        {
            var part = 0.0;
            for (var i = 0; i < _n; i++) part += _vectors[(i * _n) + j] * vector[i];
            if (Math.Abs(Values[j]) <= Threshold)
            {
                lost = Math.Max(lost, Math.Abs(part));
                continue;
            }

            for (var i = 0; i < _n; i++) solution[i] += part / Values[j] * _vectors[(i * _n) + j];
        }

        solution.CopyTo(vector, 0);
        return lost <= rounding * length;
    }

    /// <summary>Rotates every pair once; false when nothing was left to rotate.</summary>
    private bool Sweep(double[] a, CancellationToken cancellation)
    {
        var rotated = false;
        for (var p = 0; p < _n; p++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var q = p + 1; q < _n; q++)
            {
                var apq = a[(p * _n) + q];
                var (app, aqq) = (a[(p * _n) + p], a[(q * _n) + q]);
                if (Math.Abs(apq) <= 1e-17 * (Math.Abs(app) + Math.Abs(aqq)) || Math.Abs(apq) < double.Epsilon * 16) continue;
                rotated = true;
                var theta = (aqq - app) / (2 * apq);
                var t = double.IsInfinity(theta * theta) ? 0.5 / theta : Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(1 + (theta * theta)));
                var c = 1 / Math.Sqrt(1 + (t * t));
                var s = t * c;
                a[(p * _n) + p] = app - (t * apq);
                a[(q * _n) + q] = aqq + (t * apq);
                a[(p * _n) + q] = a[(q * _n) + p] = 0;
                for (var i = 0; i < _n; i++)
                {
                    if (i != p && i != q)
                    {
                        var (aip, aiq) = (a[(i * _n) + p], a[(i * _n) + q]);
                        a[(i * _n) + p] = a[(p * _n) + i] = (c * aip) - (s * aiq);
                        a[(i * _n) + q] = a[(q * _n) + i] = (s * aip) + (c * aiq);
                    }

                    var (vip, viq) = (_vectors[(i * _n) + p], _vectors[(i * _n) + q]);
                    _vectors[(i * _n) + p] = (c * vip) - (s * viq);
                    _vectors[(i * _n) + q] = (s * vip) + (c * viq);
                }
            }
        }

        return rotated;
    }
}
