using System.Globalization;

namespace PSAutodiff.Rows;

/// <summary>The covariance of the noise of rows: a matrix, or a list of variances when the rows are independent.</summary>
internal sealed class RowCovariance
{
    private RowCovariance(double[,]? matrix, double[]? variances)
    {
        Matrix = matrix;
        Variances = variances;
    }

    /// <summary>N x N, or null when there are variances alone.</summary>
    public double[,]? Matrix { get; }

    /// <summary>The N variances, all above 0, or null when there is a matrix.</summary>
    public double[]? Variances { get; }

    /// <summary>N.</summary>
    public int Size => Variances?.Length ?? Matrix!.GetLength(0);

    /// <summary>What -Covariance was given.</summary>
    /// <exception cref="AutodiffException">It is no matrix or list of numbers, or a variance is not above 0.</exception>
    public static RowCovariance From(object? value)
    {
        var table = NumberTable.From(value, "-Covariance");
        if (table.Width > 1) return new RowCovariance(table.ToMatrix(), null);
        var variances = table.Take<double>(null);
        for (var i = 0; i < variances.Length; i++)
        {
            if (variances[i] > 0 && double.IsFinite(1 / variances[i])) continue;
            throw new AutodiffException(
                ErrorIds.CovarianceInvalid,
                string.Create(CultureInfo.InvariantCulture, $"-Covariance: the variance of row {i + 1} is {variances[i]}; it has to be above 0."));
        }

        return new RowCovariance(null, variances);
    }

    /// <summary>Checks the number of rows of the data, bad ones included.</summary>
    /// <exception cref="AutodiffException">It is another.</exception>
    public void RequireRows(int rows)
    {
        if (rows == Size) return;
        throw new AutodiffException(
            ErrorIds.CovarianceInvalid,
            string.Create(CultureInfo.InvariantCulture, $"-Covariance is for {Size} rows, but there are {rows}. It needs a row, or a variance, for each."));
    }
}
