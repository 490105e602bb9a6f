using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>What all models do with the rows they are given.</summary>
internal static class ModelRows
{
    /// <summary>A row of a matrix.</summary>
    public static double[] Of(double[,] inputs, int row)
    {
        var values = new double[inputs.GetLength(1)];
        Buffer.BlockCopy(inputs, row * values.Length * sizeof(double), values, 0, values.Length * sizeof(double));
        return values;
    }

    /// <summary>Throws unless the rows have as many inputs as the model.</summary>
    public static void Check(double[,] inputs, int size)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.GetLength(1) == size) return;
        throw new AutodiffException(
            ErrorIds.LengthMismatch,
            string.Create(CultureInfo.InvariantCulture, $"The rows have {inputs.GetLength(1)} values each, but the model has {size} inputs. Give rows x {size} values."));
    }

    /// <summary>Throws unless a probability is above 0 and below 1.</summary>
    public static void CheckConfidence(double confidence)
    {
        if (confidence is > 0 and < 1) return;
        throw new AutodiffException(ErrorIds.ArgumentInvalid, string.Create(CultureInfo.InvariantCulture, $"Confidence is a probability above 0 and below 1, such as 0.95, not {confidence}."));
    }

    /// <summary>The error of a model that has no limits.</summary>
    /// <param name="why">Why it has none, and what to do.</param>
    public static AutodiffException WithoutLimits(string why) => new(ErrorIds.LimitsMissing, why);

    /// <summary>The root of x'Cx, where C = RR': how far off a linear combination of parameters may be.</summary>
    /// <param name="root">R, a row for each parameter.</param>
    /// <param name="combination">x.</param>
    public static double Spread(double[,] root, ReadOnlySpan<double> combination)
    {
        var sums = new double[root.GetLength(1)];
        for (var i = 0; i < combination.Length; i++)
        {
            for (var k = 0; k < sums.Length; k++) sums[k] += combination[i] * root[i, k];
        }

        return VectorSums.Norm(sums);
    }

    /// <summary>C = RR'.</summary>
    public static double[,] Square(double[,] root)
    {
        var size = root.GetLength(0);
        var square = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < root.GetLength(1); k++) sum += root[i, k] * root[j, k];
                square[i, j] = square[j, i] = sum;
            }
        }

        return square;
    }
}
