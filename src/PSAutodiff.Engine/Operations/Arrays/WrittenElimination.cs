using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>
/// Elimination with partial pivoting as expressions of the elements: rows change places by choices. It differs from <see cref="Kernels.LinearSystem"/> by
/// rounding, and does not notice matrices that are singular but for rounding.
/// </summary>
internal ref struct WrittenElimination
{
    private readonly int _n;
    private readonly int _width;
    private readonly Term[][] _rows;
    private readonly Term _zero;
    private readonly Term _noNumber;

    /// <summary>Eliminates.</summary>
    /// <param name="of">Has the square matrix as its first argument.</param>
    /// <param name="right">The right-hand sides, row after row.</param>
    public WrittenElimination(in ArrayElements of, ReadOnlySpan<Term> right)
    {
        _n = (int)of.ShapeX.Rows;
        _width = right.Length / _n;
        (_zero, _noNumber) = (of.Zero, of.NotANumber());
        _rows = new Term[_n][];
        for (var i = 0; i < _n; i++) _rows[i] = [.. of.X.Slice(i * _n, _n), .. right.Slice(i * _width, _width)];
        IsNegative = Term.None;
        var isLower = IsLower();
        for (var k = 0; k < _n; k++)
        {
            for (var i = k + 1; i < _n && !isLower; i++) Exchange(k, i);
            for (var i = k + 1; i < _n; i++)
            {
                if (_rows[i][k] == _zero) continue;
                var factor = _rows[i][k] / _rows[k][k];
                for (var j = k + 1; j < _rows[i].Length; j++)
                {
                    if (_rows[k][j] != _zero) _rows[i][j] -= factor * _rows[k][j];
                }
            }
        }
    }

    /// <summary>1 where an odd number of rows changed places, else 0; none where none did.</summary>
    public Term IsNegative { get; private set; }

    /// <summary>The pivots.</summary>
    public readonly Term Pivot(int row) => _rows[row][row];

    /// <summary>The solutions, row after row.</summary>
    public readonly void Solve(Span<Term> result)
    {
        for (var i = _n - 1; i >= 0; i--)
        {
            for (var j = 0; j < _width; j++)
            {
                var rest = _rows[i][_n + j];
                for (var k = i + 1; k < _n; k++)
                {
                    if (_rows[i][k] != _zero) rest -= _rows[i][k] * result[(k * _width) + j];
                }

                result[(i * _width) + j] = Pivot(i).Apply<SelectOperation>(rest / Pivot(i), _noNumber);
            }
        }
    }

    private readonly bool IsLower()
    {
        for (var i = 0; i < _n; i++)
        {
            for (var j = i + 1; j < _n; j++)
            {
                if (_rows[i][j] != _zero) return false;
            }
        }

        return true;
    }

    // So that the larger element of a column is above.
    private void Exchange(int above, int below)
    {
        var (first, second) = (_rows[above], _rows[below]);
        if (second[above] == _zero) return;
        var exchanges = first[above].Apply<AbsOperation>().Apply<LessOperation>(second[above].Apply<AbsOperation>());
        for (var j = above; j < first.Length; j++)
        {
            if (first[j] == second[j]) continue;
            (first[j], second[j]) = (exchanges.Apply<SelectOperation>(second[j], first[j]), exchanges.Apply<SelectOperation>(first[j], second[j]));
        }

        IsNegative = IsNegative.Exists ? IsNegative.Apply<EqualOperation>(exchanges).Apply<NotOperation>() : exchanges;
    }
}
