using System.Collections;
using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Reads weights and biases as users write them: a list of matrices and one of vectors, or a single one for a single layer.</summary>
internal static class WeightList
{
    /// <summary>The weights of each layer.</summary>
    /// <exception cref="AutodiffException">Something is no matrix of numbers.</exception>
    public static double[][,] Matrices(object? value)
    {
        value = Conversions.Unwrap(value);
        if (value is Array { Rank: 2 } || Depth(value) == 2) return [Matrix(value, 0)];
        if (value is IList list and not Array { Rank: > 1 } && list.Count > 0)
        {
            var matrices = new double[list.Count][,];
            for (var i = 0; i < matrices.Length; i++) matrices[i] = Matrix(list[i], i);
            return matrices;
        }

        throw new AutodiffException(
            ErrorIds.DataInvalid,
            $"-Weight is {ValueSource.Describe(value)}. Give a matrix of inputs x outputs for each layer, as double[,] or double[][].");
    }

    /// <summary>The biases of each layer.</summary>
    /// <exception cref="AutodiffException">Something is no vector of numbers.</exception>
    public static double[][] Vectors(object? value, int layers)
    {
        value = Conversions.Unwrap(value);
        if (layers == 1 && Depth(value) == 1) return [Vector(value, 0)];
        if (value is not IList list || list is Array { Rank: > 1 })
        {
            return layers == 1 ? [Vector(value, 0)] : throw new AutodiffException(ErrorIds.DataInvalid, $"-Bias is {ValueSource.Describe(value)}. Give a vector for each layer.");
        }

        var vectors = new double[list.Count][];
        for (var i = 0; i < vectors.Length; i++) vectors[i] = Vector(list[i], i);
        return vectors;
    }

    private static double[,] Matrix(object? value, int layer)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"-Weight, layer {layer + 1}");
        return Conversions.Unwrap(value) is double[,] matrix ? matrix : NumberTable.From(value, what).ToMatrix();
    }

    private static double[] Vector(object? value, int layer)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"-Bias, layer {layer + 1}");
        value = Conversions.Unwrap(value);
        var table = NumberTable.From(Conversions.TryGetDouble(value, out var number) ? new[] { number } : value, what);
        if (table.Width != 1 && table.Rows != 1) throw new AutodiffException(ErrorIds.DataInvalid, $"{what} is a matrix. Give a vector with one bias for each output.");
        return table.Take<double>(null);
    }

    // 1 for a list of numbers, 2 for a list of such lists, 0 for anything else. It looks no deeper: a list may contain itself.
    private static int Depth(object? value)
    {
        if (!FirstOf(value, out var first)) return 0;
        if (Conversions.TryGetDouble(first, out _)) return 1;
        return FirstOf(first, out first) && Conversions.TryGetDouble(first, out _) ? 2 : 0;
    }

    private static bool FirstOf(object? value, out object? first)
    {
        var list = Conversions.Unwrap(value) is IList { Count: > 0 } some and not Array { Rank: > 1 } ? some : null;
        first = list is null ? null : Conversions.Unwrap(list[0]);
        return list is not null;
    }
}
