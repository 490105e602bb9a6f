using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Measurements;

/// <summary>
/// Points at which expressions are compared, always the same ones: first small whole numbers and simple fractions, which make good
/// counterexamples, then random points of several sizes and signs.
/// </summary>
internal sealed class SamplePoints
{
    private const int Seed = 20240607;
    private const int MostCombinations = 64;
    private const int SimpleTuples = 32;

    private static readonly double[] Simple = [1, 2, 0, -1, 3, 0.5, -2, -0.5, 0.25, 10, 5, -3, 7];

    private readonly RandomSource _random = new(Seed);
    private readonly List<double[]> _points = [];

    /// <summary>Chooses points.</summary>
    /// <param name="variableCount">The number of variables.</param>
    /// <param name="count">How many points; a single one when there are no variables.</param>
    /// <param name="conform">Makes of a point one that the variables may be at, where they may not be anywhere.</param>
    public SamplePoints(int variableCount, int count, Action<double[]>? conform = null)
    {
        if (variableCount == 0)
        {
            _points.Add([]);
        }
        else
        {
            AddCombinations(variableCount);
            if (variableCount > 1) AddTuples(variableCount, SimpleTuples);
            if (variableCount > 2) AddPowers(variableCount);
            if (_points.Count > count / 2) _points.RemoveRange(count / 2, _points.Count - (count / 2));
        }

        SimpleCount = _points.Count;
        for (var i = 0; variableCount > 0 && _points.Count < count; i++) _points.Add(RandomPoint(variableCount, i % 10));
        if (conform is not null) _points.ForEach(conform);
    }

    public int Count => _points.Count;

    /// <summary>So many points at the start consist of simple numbers.</summary>
    public int SimpleCount { get; }

    /// <summary>For each variable its values at all points.</summary>
    public ReadOnlyMemory<double>[] Columns => field ??= MakeColumns();

    public double[] this[int index] => _points[index];

    private ReadOnlyMemory<double>[] MakeColumns()
    {
        var columns = new ReadOnlyMemory<double>[_points[0].Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new double[_points.Count];
            for (var j = 0; j < column.Length; j++) column[j] = _points[j][i];
            columns[i] = column;
        }

        return columns;
    }

    // All combinations of the first few simple numbers, as many as there is room for.
    private void AddCombinations(int variableCount)
    {
        var choices = Simple.Length;
        while (choices > 1 && Math.Pow(choices, variableCount) > MostCombinations) choices--;
        var digits = new int[variableCount];
        while (true)
        {
            _points.Add(Array.ConvertAll(digits, static digit => Simple[digit]));
            var place = 0;
            while (place < digits.Length && ++digits[place] == choices) digits[place++] = 0;
            if (place == digits.Length) return;
        }
    }

    private void AddTuples(int variableCount, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var point = new double[variableCount];
            for (var j = 0; j < point.Length; j++) point[j] = Simple[(int)(_random.NextUnit() * Simple.Length)];
            _points.Add(point);
        }
    }

    // Powers of powers differ where a negative base, an even exponent and a fractional one meet, in any order.
    private void AddPowers(int variableCount)
    {
        AddMixed(variableCount, [[-1, -2, -3], [2, 4, -2], [0.5, 1.5, 0.25]]);
        AddMixed(variableCount, [[-3, -5, -7], [2, 4, 2], [2, 2, 4]]);
    }

    private void AddMixed(int variableCount, double[][] kinds)
    {
        for (var i = 0; i < 2 * kinds.Length * kinds[0].Length; i++)
        {
            var point = new double[variableCount];
            for (var j = 0; j < point.Length; j++)
            {
                var place = (i & 1) == 0 ? j : point.Length - 1 - j;
                point[j] = kinds[(place + (i / 2)) % kinds.Length][i / (2 * kinds.Length)];
            }

            _points.Add(point);
        }
    }

    private double[] RandomPoint(int variableCount, int kind)
    {
        var point = new double[variableCount];
        for (var i = 0; i < point.Length; i++) point[i] = Short(Draw(kind));
        return point;
    }

    private double Draw(int kind) => kind switch
    {
        0 => _random.NextUniform(3),
        1 => _random.NextUnit(),
        2 => 10 * _random.NextUnit(),
        3 => _random.NextUniform(1),
        4 => Sign() * Magnitude(-6, 3),
        5 => Magnitude(-3, 6),
        6 => Sign() * Magnitude(-12, 12),
        7 => _random.NextUniform(30),
        8 => Sign() * Magnitude(6, 40),
        _ => Draw((int)(8 * _random.NextUnit())),
    };

    private double Sign() => _random.NextUnit() < 0.5 ? -1 : 1;

    private double Magnitude(int from, int to) => Math.Pow(10, from + ((to - from) * _random.NextUnit()));

    // Four digits are as random as more and easier to read and to type.
    private static double Short(double value) =>
        double.Parse(value.ToString("g4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
