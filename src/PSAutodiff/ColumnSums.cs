using System.Numerics;

namespace PSAutodiff;

/// <summary>Means and standard deviations of columns, in two passes over the rows: sums, then squares of what is left without the means.</summary>
internal sealed class ColumnSums(int width)
{
    private readonly double[] _means = new double[width];
    private readonly double[] _squares = new double[width];
    private bool _second;
    private long _values;

    /// <summary>Adds whole rows.</summary>
    public void Add<T>(ReadOnlySpan<T> rows)
        where T : unmanaged, INumberBase<T>
    {
        var column = 0;
        foreach (var cell in rows)
        {
            var value = double.CreateTruncating(cell);
            if (_second) _squares[column] += (value - _means[column]) * (value - _means[column]);
            else _means[column] += value;
            if (++column == width) column = 0;
        }

        if (!_second) _values += rows.Length;
    }

    /// <summary>Ends the first pass.</summary>
    public void StartSquares()
    {
        _second = true;
        for (var i = 0; i < width; i++) _means[i] /= _values / width;
    }

    /// <summary>The result, after the second pass. A column that did not vary has the deviation 0.</summary>
    public FeatureScaling ToScaling() => new(_means, [.. _squares.Select(square => Math.Sqrt(square / (_values / width)))]);
}
