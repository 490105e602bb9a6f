using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Arrays;

/// <summary>The magnitudes of an inverse of an inexact matrix, by which bounds on errors are made.</summary>
internal sealed class InverseBounds
{
    private readonly int _n;
    private readonly double[] _magnitudes;
    private readonly double _growth;

    private InverseBounds(int n, double[] magnitudes, double growth) => (_n, _magnitudes, _growth) = (n, magnitudes, growth);

    /// <summary>The magnitude of an element.</summary>
    public double this[int row, int column] => _magnitudes[(row * _n) + column];

    /// <summary>Those of a square matrix; null where the matrix may be singular within its errors.</summary>
    public static InverseBounds? Of(ReadOnlySpan<double> matrix, ReadOnlySpan<double> errors, int n)
    {
        var system = LinearSystem.ForSize(n);
        if (!system.TryFactor(matrix, n)) return null;
        var magnitudes = new double[n * n];
        system.Invert(magnitudes);
        for (var i = 0; i < magnitudes.Length; i++) magnitudes[i] = Math.Abs(magnitudes[i]);

        // Of the terms after the first, as of a geometric series.
        var ratio = 0.0;
        for (var i = 0; i < n; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < n; k++)
            {
                for (var j = 0; j < n; j++) sum += magnitudes[(i * n) + k] * errors[(k * n) + j];
            }

            ratio = Math.Max(ratio, sum);
        }

        return ratio < 0.5 ? new InverseBounds(n, magnitudes, 1 / (1 - ratio)) : null;
    }

    /// <summary>How far an element of a solution moves where the right-hand side may be off by so much.</summary>
    public double Spread(int row, ReadOnlySpan<double> right) => _growth * Vectors.Dot(_magnitudes.AsSpan(row * _n, _n), right);
}
