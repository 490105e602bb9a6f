using System.Numerics;

namespace PSAutodiff.Rows;

/// <summary>
/// Means and standard deviations of columns, in two passes over the rows: sums, then squares of what is left without the means. Everything is
/// measured from the first row, whose differences to its neighbours are exact: a column of one value has the deviation 0 whatever the value, and
/// a large common part costs no digits. Row after row, so that the parts in which they come do not matter.
/// </summary>
internal sealed class ColumnSums(int width)
{
    private const int LargestExponent = 1022;

    private readonly double[] _first = new double[width];
    private readonly double[] _means = new double[width];
    private readonly double[] _largest = new double[width];
    private readonly double[] _factors = new double[width];
    private readonly double[] _rests = new double[width];
    private readonly double[] _squares = new double[width];
    private bool _second;
    private long _values;

    /// <summary>Adds whole rows.</summary>
    public void Add<T>(ReadOnlySpan<T> rows)
        where T : unmanaged, INumberBase<T>
    {
        if (_second)
        {
            AddSquares(rows);
            return;
        }

        if (_values == 0 && rows.Length > 0)
        {
            for (var i = 0; i < width; i++) _first[i] = double.CreateTruncating(rows[i]);
        }

        var column = 0;
        foreach (var cell in rows)
        {
            var difference = double.CreateTruncating(cell) - _first[column];
            _means[column] += difference;
            if (Math.Abs(difference) > _largest[column]) _largest[column] = Math.Abs(difference);
            if (++column == width) column = 0;
        }

        _values += rows.Length;
    }

    /// <summary>Ends the first pass.</summary>
    public void StartSquares()
    {
        _second = true;
        for (var i = 0; i < width; i++)
        {
            _means[i] /= _values / width;

            // A power of two: squares neither overflow nor vanish, and the bits stay.
            _factors[i] = _largest[i] > 0 && double.IsFinite(_largest[i]) ? Math.ScaleB(1, Math.Clamp(-Math.ILogB(_largest[i]), -LargestExponent, LargestExponent)) : 1;
        }
    }

    /// <summary>The result, after the second pass. A column that did not vary has the deviation 0.</summary>
    public FeatureScaling ToScaling()
    {
        var rows = (double)(_values / width);
        var (means, deviations) = (new double[width], new double[width]);
        for (var i = 0; i < width; i++)
        {
            means[i] = _first[i] + _means[i];
            // What is left of the sum is the rounding of the mean.
            deviations[i] = Math.Sqrt(Math.Max(0, _squares[i] - (_rests[i] * _rests[i] / rows)) / rows) / _factors[i];
        }

        return new FeatureScaling(means, deviations);
    }

    private void AddSquares<T>(ReadOnlySpan<T> rows)
        where T : unmanaged, INumberBase<T>
    {
        var column = 0;
        foreach (var cell in rows)
        {
            var rest = (double.CreateTruncating(cell) - _first[column] - _means[column]) * _factors[column];
            _rests[column] += rest;
            _squares[column] += rest * rest;
            if (++column == width) column = 0;
        }
    }
}
