using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Rows;

/// <summary>The raw inputs of rows, on their way to a network.</summary>
internal interface IInputRows
{
    /// <summary>Number of rows.</summary>
    int Rows { get; }

    /// <summary>Number of values in a row.</summary>
    int Width { get; }

    /// <summary>The mean and the standard deviation (that of the rows themselves, divided by their number) of every column.</summary>
    /// <param name="rows">The indices of the rows that count, ascending; null for all.</param>
    FeatureScaling MeasureScaling(int[]? rows);

    /// <summary>Whether rows stay as they are when they are taken, and several threads may take them.</summary>
    bool IsKept { get; set; }

    /// <summary>The values row after row, scaled, in the numbers of the network. The rows are used up by this unless they are kept.</summary>
    T[] Take<T>(FeatureScaling? scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>What the kinds of rows share.</summary>
internal static class InputRows
{
    /// <summary>The number of values, if an array can hold them.</summary>
    /// <exception cref="AutodiffException">It cannot.</exception>
    public static int Length(int rows, int width) => (long)rows * width <= Array.MaxLength
        ? rows * width
        : throw new AutodiffException(
            ErrorIds.DataTooLarge,
            string.Create(CultureInfo.InvariantCulture, $"{rows} rows of {width} values are more than an array can hold ({Array.MaxLength}). Train on a part of them."));

    /// <summary>The mean and the standard deviation of every column of whole rows, or of those that count.</summary>
    public static FeatureScaling MeasureScaling<T>(ReadOnlySpan<T> values, int width, int[]? rows)
        where T : unmanaged, INumberBase<T>
    {
        var sums = new ColumnSums(width);
        do
        {
            if (rows is null) sums.Add(values);
            foreach (var row in rows ?? []) sums.Add(values.Slice(row * width, width));
        }
        while (sums.Next());
        return sums.ToScaling();
    }

    /// <summary>Scales and converts whole rows.</summary>
    public static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to, int width, FeatureScaling? scaling)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        if (scaling is null)
        {
            for (var i = 0; i < from.Length; i++) to[i] = TTo.CreateTruncating(from[i]);
            return;
        }

        var column = 0;
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = TTo.CreateTruncating(scaling.Apply(column, double.CreateTruncating(from[i])));
            if (++column == width) column = 0;
        }
    }
}
