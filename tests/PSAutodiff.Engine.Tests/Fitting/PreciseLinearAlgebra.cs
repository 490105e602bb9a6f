namespace PSAutodiff.Tests;

/// <summary>Normal equations in 280 bits, the reference for regressions: the squared condition number costs digits that are there.</summary>
internal static class PreciseLinearAlgebra
{
    public static BigFloat[,] From(double[,] matrix)
    {
        var precise = new BigFloat[matrix.GetLength(0), matrix.GetLength(1)];
        for (var i = 0; i < precise.GetLength(0); i++)
        {
            for (var j = 0; j < precise.GetLength(1); j++) precise[i, j] = BigFloat.FromDouble(matrix[i, j]);
        }

        return precise;
    }

    public static BigFloat[,] Transpose(BigFloat[,] matrix)
    {
        var transpose = new BigFloat[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < transpose.GetLength(0); i++)
        {
            for (var j = 0; j < transpose.GetLength(1); j++) transpose[i, j] = matrix[j, i];
        }

        return transpose;
    }

    public static BigFloat[,] Multiply(BigFloat[,] a, BigFloat[,] b)
    {
        var product = new BigFloat[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < product.GetLength(0); i++)
        {
            for (var j = 0; j < product.GetLength(1); j++)
            {
                var sum = BigFloat.Zero;
                for (var k = 0; k < b.GetLength(0); k++) sum += a[i, k] * b[k, j];
                product[i, j] = sum;
            }
        }

        return product;
    }

    /// <summary>A^-1 B for a positive definite A, by elimination.</summary>
    public static BigFloat[,] Solve(BigFloat[,] a, BigFloat[,] b)
    {
        a = (BigFloat[,])a.Clone();
        b = (BigFloat[,])b.Clone();
        var (n, width) = (b.GetLength(0), b.GetLength(1));
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < n; i++)
            {
                if (i == k) continue;
                var factor = a[i, k] / a[k, k];
                for (var j = k; j < n; j++) a[i, j] -= factor * a[k, j];
                for (var j = 0; j < width; j++) b[i, j] -= factor * b[k, j];
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < width; j++) b[i, j] /= a[i, i];
        }

        return b;
    }

    /// <summary>(X'X + D)^-1 X'y with a diagonal D.</summary>
    public static BigFloat[,] NormalEquations(double[,] x, double[] y, double[]? diagonal = null)
    {
        var precise = From(x);
        var transpose = Transpose(precise);
        var gram = Multiply(transpose, precise);
        for (var i = 0; i < gram.GetLength(0) && diagonal is not null; i++) gram[i, i] += BigFloat.FromDouble(diagonal[i]);
        return Solve(gram, Multiply(transpose, Column(y)));
    }

    public static BigFloat[,] Column(double[] values)
    {
        var column = new BigFloat[values.Length, 1];
        for (var i = 0; i < values.Length; i++) column[i, 0] = BigFloat.FromDouble(values[i]);
        return column;
    }

    public static double RelativeError(double value, BigFloat exact) => Math.Abs(((BigFloat.FromDouble(value) - exact) / exact).ToDoubleRoughly());
}
