using System.Numerics;

namespace PSAutodiff.Rows;

/// <summary>
/// Means and standard deviations of columns, in passes over the rows: sums (again in smaller units where they overflowed), then squares of what is left
/// without the means. Everything is measured from the first row, whose differences to its neighbours are exact: a column of one value has the
/// deviation 0 whatever the value, and a large common part costs no digits. Row after row, so that the parts in which they come do not matter.
/// </summary>
internal sealed class ColumnSums(int width)
{
    private const int LargestExponent = 1022;

    // So many times as many values as there can be, none overflows.
    private const double SmallUnit = 1.0 / (1L << 40);

    // A power of two by which a column is multiplied, so that sums of huge numbers do not overflow.
    private readonly double[] _units = NewUnits(width);
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
            for (var i = 0; i < width; i++) _first[i] = double.CreateTruncating(rows[i]) * _units[i];
        }

        var column = 0;
        foreach (var cell in rows)
        {
            var difference = (double.CreateTruncating(cell) * _units[column]) - _first[column];
            _means[column] += difference;
            if (Math.Abs(difference) > _largest[column]) _largest[column] = Math.Abs(difference);
            if (++column == width) column = 0;
        }

        _values += rows.Length;
    }

    /// <summary>Ends a pass. Returns whether all rows have to come once more, and then this has to be called again.</summary>
    public bool Next()
    {
        if (_second) return false;
        if (!Shrink()) StartSquares();
        return true;
    }

    /// <summary>The result, after the last pass. A column that did not vary has the deviation 0.</summary>
    public FeatureScaling ToScaling()
    {
        var rows = (double)(_values / width);
        var (means, deviations) = (new double[width], new double[width]);
        for (var i = 0; i < width; i++)
        {
            means[i] = (_first[i] + _means[i]) / _units[i];
            // What is left of the sum is the rounding of the mean.
            deviations[i] = Math.Sqrt(Math.Max(0, _squares[i] - (_rests[i] * _rests[i] / rows)) / rows) / _factors[i] / _units[i];
        }

        return new FeatureScaling(means, deviations);
    }

    private static double[] NewUnits(int width)
    {
        var units = new double[width];
        Array.Fill(units, 1);
        return units;
    }

    private void AddSquares<T>(ReadOnlySpan<T> rows)
        where T : unmanaged, INumberBase<T>
    {
        var column = 0;
        foreach (var cell in rows)
        {
            var rest = ((double.CreateTruncating(cell) * _units[column]) - _first[column] - _means[column]) * _factors[column];
            _rests[column] += rest;
            _squares[column] += rest * rest;
            if (++column == width) column = 0;
        }
    }

    // Whether sums overflowed, so that the first pass has to come again with smaller units.
    private bool Shrink()
    {
        var lost = Enumerable.Range(0, width).Where(i => _units[i] == 1 && !double.IsFinite(_means[i])).ToArray();
        foreach (var i in lost) _units[i] = SmallUnit;
        if (lost.Length == 0) return false;
        Array.Clear(_means);
        Array.Clear(_largest);
        _values = 0;
        return true;
    }

    private void StartSquares()
    {
        _second = true;
        for (var i = 0; i < width; i++)
        {
            _means[i] /= _values / width;

            // A power of two: squares neither overflow nor vanish, and the bits stay.
            _factors[i] = _largest[i] > 0 && double.IsFinite(_largest[i]) ? Math.ScaleB(1, Math.Clamp(-Math.ILogB(_largest[i]), -LargestExponent, LargestExponent)) : 1;
        }
    }
}
