using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>Elimination with exchanged rows (Gauss and Jordan), written as loops.</summary>
internal static class LoopElimination
{
    /// <summary>Solves for the elements of the value, which hold the right sides: A @ X = B. All are NaN where a pivot is 0.</summary>
    /// <param name="code">Where to; its first argument is the matrix.</param>
    /// <param name="width">How many right sides there are.</param>
    /// <param name="right">An element of a right side, by its row and its number.</param>
    public static void WriteSolution(LoopCode code, long width, Func<string, string, string> right)
    {
        var matrix = Write(code, width, right, sign: null);
        code.For(code.ShapeX.Rows, i => code.For(width, j => code.Do($"{right(i, j)} /= {code.At(matrix, i, i)}")));
    }

    /// <summary>The logarithm of the determinant: minus infinity where a pivot is 0, NaN where it is negative.</summary>
    /// <param name="code">Where to; its first argument is the matrix.</param>
    public static void WriteLogarithm(LoopCode code)
    {
        var (sign, sum) = (code.Local("1.0"), code.Local("0.0"));
        var matrix = Write(code, 0, static (_, _) => string.Empty, sign);
        code.For(code.ShapeX.Rows, i =>
        {
            code.Add(sum, code.Math(nameof(Math.Log), code.Math(nameof(Math.Abs), code.At(matrix, i, i))));
            code.Set(sign, code.Math(nameof(Math.CopySign), sign, $"{sign} * {code.At(matrix, i, i)}"));
        });
        code.If(code.Compare(sign, "<", "0.0"), () => code.If(code.Compare(sum, "!=", code.NegativeInfinity), () => code.Set(sum, code.NaN)));
        code.Return(sum);
    }

    // The matrix as a diagonal one.
    private static string Write(LoopCode code, long width, Func<string, string, string> right, string? sign)
    {
        var n = code.ShapeX.Rows;
        var end = n.ToString(CultureInfo.InvariantCulture);
        var matrix = code.Matrix(n, n);
        string Left(string i, string j) => code.At(matrix, i, j);
        code.ForEach(code.ShapeX, at => code.Set(code.At(matrix, at), code.X(at)));
        code.For(n, k =>
        {
            var pivot = code.IndexLocal(k);
            code.For($"{k} + 1", end, i => code.If(code.Compare(code.Math(nameof(Math.Abs), Left(i, k)), ">", code.Math(nameof(Math.Abs), Left(pivot, k))), () => code.Set(pivot, i)));
            code.If(code.Compare(pivot, "!=", k), () =>
            {
                code.For(n, j => Exchange(Left(pivot, j), Left(k, j)));
                if (width > 0) code.For(width, j => Exchange(right(pivot, j), right(k, j)));
                if (sign is not null) code.Set(sign, $"-{sign}");
            });
            if (sign is null) code.If(code.Compare(Left(k, k), "==", "0.0"), () => code.Set(Left(k, k), code.NaN));
            code.If(code.Compare(Left(k, k), "!=", "0.0"), () => code.For(n, i => code.If(code.Compare(i, "!=", k), () =>
            {
                var factor = code.Local($"{Left(i, k)} / {Left(k, k)}");
                code.For(n, j => code.Do($"{Left(i, j)} -= {factor} * {Left(k, j)}"));
                if (width > 0) code.For(width, j => code.Do($"{right(i, j)} -= {factor} * {right(k, j)}"));
            })));
        });
        return matrix;

        void Exchange(string a, string b)
        {
            var kept = code.Local(a);
            code.Set(a, b);
            code.Set(b, kept);
        }
    }
}
