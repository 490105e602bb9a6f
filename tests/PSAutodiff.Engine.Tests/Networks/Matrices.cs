namespace PSAutodiff.Tests;

/// <summary>Rows to matrices and back.</summary>
internal static class Matrices
{
    public static double[,] ToMatrix(this double[][] rows)
    {
        var matrix = new double[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows[i].Length; j++) matrix[i, j] = rows[i][j];
        }

        return matrix;
    }

    public static double[] Row(this double[,] matrix, int row) => [.. Enumerable.Range(0, matrix.GetLength(1)).Select(column => matrix[row, column])];
}
