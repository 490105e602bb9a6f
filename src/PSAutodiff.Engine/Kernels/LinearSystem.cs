namespace PSAutodiff.Kernels;

/// <summary>
/// Systems of linear equations A X = B, by elimination with partial pivoting (Golub and Van Loan, "Matrix Computations", 3.4) after scaling of
/// rows and columns by powers of two. That is exact and makes pivots, and what counts as singular, independent of units. Triangular
/// matrices are only substituted. Memory is used again by the next matrix; not safe to share between threads.
/// </summary>
internal sealed class LinearSystem
{
    // Below this no digit of a solution is certain.
    private const double SmallestReciprocalCondition = 2.220446049250313e-16;

    // Of larger matrices no memory is kept.
    private const int LargestKept = 1 << 18;

    private const int MostEstimates = 5;

    private const int RightExponent = 800;

    [ThreadStatic]
    private static LinearSystem? _ofThread;

    private int _n;
    private double[] _factor = [];
    private int[] _rows = [];
    private int[] _columns = [];
    private int[] _shifts = [];
    private int[] _order = [];
    private double[] _work = [];
    private double[] _signs = [];
    private double _norm;
    private bool _isLower;

    /// <summary>Whether all elements of the last matrix were finite.</summary>
    public bool IsFinite { get; private set; }

    /// <summary>The smallest pivot, where the largest element of every row and column is about 1.</summary>
    public double SmallestPivot { get; private set; }

    /// <summary>Whether no pivot is so small that it may be nothing but rounding: a test that costs nothing, for steps whose result is looked at anyway.</summary>
    public bool HasLargePivots => SmallestPivot > 1e-14;

    /// <summary>The exponents of two by which rows were divided.</summary>
    public ReadOnlySpan<int> RowExponents => _rows.AsSpan(0, _n);

    /// <summary>The same of the columns.</summary>
    public ReadOnlySpan<int> ColumnExponents => _columns.AsSpan(0, _n);

    /// <summary>One for a matrix of so many rows, which nothing else on this thread uses until the next is asked for.</summary>
    public static LinearSystem ForSize(int n) => n * (long)n > LargestKept ? new LinearSystem() : _ofThread ??= new LinearSystem();

    /// <summary>Factors a square matrix, row after row.</summary>
    /// <returns>Whether it has no pivot that is 0 and nothing but finite elements.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Factor(ReadOnlySpan<double> matrix, int n, CancellationToken cancellation = default)
    {
        Prepare(n);
        SmallestPivot = 0;
        IsFinite = Vectors.AllFinite(matrix[..(n * n)]);
        if (!IsFinite || !Scale(matrix)) return false;
        var smallest = double.PositiveInfinity;
        for (var k = 0; k < n; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var pivot = k;
            for (var i = k + 1; i < n && !_isLower; i++)
            {
                if (Math.Abs(_factor[(i * n) + k]) > Math.Abs(_factor[(pivot * n) + k])) pivot = i;
            }

            var size = Math.Abs(_factor[(pivot * n) + k]);
            if (size == 0) return false;
            smallest = Math.Min(smallest, size);
            if (pivot != k) Swap(k, pivot);
            var row = _factor.AsSpan(k * n, n);
            for (var i = k + 1; i < n; i++)
            {
                var other = _factor.AsSpan(i * n, n);
                if (other[k] == 0) continue;
                other[k] /= row[k];
                if (!_isLower) Vectors.AddScaled(other[(k + 1)..], -other[k], row[(k + 1)..]);
            }
        }

        SmallestPivot = smallest;
        return true;
    }

    /// <summary>Factors a square matrix, row after row.</summary>
    /// <returns>Whether solutions have at least one digit that is certain: whether it is further from singular matrices than rounding goes.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool TryFactor(ReadOnlySpan<double> matrix, int n, CancellationToken cancellation = default) => Factor(matrix, n, cancellation) && IsRegular();

    /// <summary>The solutions for right-hand sides, each a column of a matrix; NaN where one of them is not finite.</summary>
    /// <param name="right">The right-hand sides, row after row.</param>
    /// <param name="width">How many there are.</param>
    /// <param name="result">Gets the solutions, row after row. Not the same memory.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Solve(ReadOnlySpan<double> right, int width, Span<double> result, CancellationToken cancellation = default)
    {
        if (_shifts.Length < width) _shifts = new int[width];
        for (var j = 0; j < width; j++) _shifts[j] = ShiftOf(right, j, width);
        for (var i = 0; i < _n; i++)
        {
            var row = result.Slice(i * width, width);
            var from = right.Slice(_order[i] * width, width);
            for (var j = 0; j < width; j++) row[j] = _shifts[j] == int.MaxValue ? double.NaN : Scaled(from[j], -_rows[_order[i]] - _shifts[j]);
        }

        Substitute(result, width, cancellation);
        for (var i = 0; i < _n; i++)
        {
            var row = result.Slice(i * width, width);
            for (var j = 0; j < width; j++) row[j] = Scaled(row[j], _shifts[j] - _columns[i]);
        }
    }

    /// <summary>The inverse, row after row.</summary>
    public void Invert(Span<double> result, CancellationToken cancellation = default)
    {
        var inverse = result[..(_n * _n)];
        inverse.Clear();
        for (var i = 0; i < _n; i++) inverse[(i * _n) + _order[i]] = 1;
        Substitute(inverse, _n, cancellation);
        for (var i = 0; i < _n; i++)
        {
            for (var j = 0; j < _n; j++) inverse[(i * _n) + j] = Scaled(inverse[(i * _n) + j], -_rows[j] - _columns[i]);
        }
    }

    /// <summary>The logarithm of the magnitude of the determinant, and whether that is negative.</summary>
    public (double Logarithm, bool IsNegative) Determinant()
    {
        // The product with an exponent of its own, so that it neither overflows nor is a sum of logarithms that cancel.
        var (product, exponent, isNegative) = (1.0, 0L, IsOddOrder());
        for (var i = 0; i < _n; i++)
        {
            product *= _factor[(i * _n) + i];
            var shift = Math.ILogB(product);
            product = Math.ScaleB(product, -shift);
            exponent += shift + _rows[i] + _columns[i];
        }

        isNegative ^= product < 0;
        product = Math.Abs(product);
        if (product > Math.Sqrt(2))
        {
            product /= 2;
            exponent++;
        }

        return (exponent == 0 ? Elementary.Log(product) : (exponent * Math.Log(2)) + Elementary.Log(product), isNegative);
    }

    private static double Scaled(double value, int exponent) =>
        exponent is >= -1022 and <= 1023 ? value * BitConverter.Int64BitsToDouble((exponent + 1023L) << 52) : Math.ScaleB(value, exponent);

    // The exponent that makes the largest element of a right-hand side large, with room for it to grow, so that none far smaller is lost; the largest
    // number for one that is not finite.
    private int ShiftOf(ReadOnlySpan<double> right, int column, int width)
    {
        var shift = int.MinValue;
        for (var i = 0; i < _n; i++)
        {
            var value = right[(i * width) + column];
            if (!double.IsFinite(value)) return int.MaxValue;
            if (value != 0) shift = Math.Max(shift, Math.ILogB(value) - _rows[i]);
        }

        return shift == int.MinValue ? 0 : shift - RightExponent;
    }

    private void Prepare(int n)
    {
        _n = n;
        if (_order.Length >= n) return;
        (_factor, _rows, _columns, _order) = (new double[checked(n * n)], new int[n], new int[n], new int[n]);
        (_work, _signs) = (new double[n], new double[n]);
    }

    /// <summary>Divides rows and columns by powers of two; false when one of them is zero.</summary>
    private bool Scale(ReadOnlySpan<double> matrix)
    {
        const int none = int.MinValue;
        _columns.AsSpan(0, _n).Fill(none);
        _isLower = true;
        for (var i = 0; i < _n; i++)
        {
            _order[i] = i;
            var row = matrix.Slice(i * _n, _n);
            var largest = Vectors.Largest(row);
            if (largest == 0) return false;
            _rows[i] = Math.ILogB(largest);
            for (var j = 0; j < _n; j++)
            {
                if (row[j] == 0) continue;
                _columns[j] = Math.Max(_columns[j], Math.ILogB(row[j]) - _rows[i]);
                _isLower &= j <= i;
            }
        }

        if (_columns.AsSpan(0, _n).Contains(none)) return false;
        _work.AsSpan(0, _n).Clear();
        for (var i = 0; i < _n; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                var value = Scaled(matrix[(i * _n) + j], -_rows[i] - _columns[j]);
                _factor[(i * _n) + j] = value;
                _work[j] += Math.Abs(value);
            }
        }

        _norm = Vectors.Largest(_work.AsSpan(0, _n));
        return true;
    }

    private void Swap(int one, int other)
    {
        (_order[one], _order[other]) = (_order[other], _order[one]);
        for (var j = 0; j < _n; j++) (_factor[(one * _n) + j], _factor[(other * _n) + j]) = (_factor[(other * _n) + j], _factor[(one * _n) + j]);
    }

    // L and U, of rows in the order of pivots.
    private void Substitute(Span<double> x, int width, CancellationToken cancellation)
    {
        if (width == 1)
        {
            SubstituteOne(x);
            return;
        }

        for (var i = 0; i < _n; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = x.Slice(i * width, width);
            for (var j = 0; j < i; j++)
            {
                if (_factor[(i * _n) + j] is not 0 and var factor) Vectors.AddScaled(row, -factor, x.Slice(j * width, width));
            }
        }

        for (var i = _n - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = x.Slice(i * width, width);
            for (var j = i + 1; j < _n; j++)
            {
                if (_factor[(i * _n) + j] is not 0 and var factor) Vectors.AddScaled(row, -factor, x.Slice(j * width, width));
            }

            Vectors.Divide(row, _factor[(i * _n) + i]);
        }
    }

    // The same bits.
    private void SubstituteOne(Span<double> x)
    {
        for (var i = 0; i < _n; i++)
        {
            var sum = x[i];
            var row = _factor.AsSpan(i * _n, i);
            for (var j = 0; j < row.Length; j++) sum -= row[j] * x[j];
            x[i] = sum;
        }

        for (var i = _n - 1; i >= 0; i--)
        {
            var sum = x[i];
            var row = _factor.AsSpan(i * _n, _n);
            for (var j = i + 1; j < row.Length; j++) sum -= row[j] * x[j];
            x[i] = sum / row[i];
        }
    }

    private void SubstituteTransposed(Span<double> x)
    {
        for (var i = 0; i < _n; i++)
        {
            x[i] /= _factor[(i * _n) + i];
            Vectors.AddScaled(x[(i + 1)..], -x[i], _factor.AsSpan((i * _n) + i + 1, _n - i - 1));
        }

        for (var i = _n - 1; i > 0; i--) Vectors.AddScaled(x[..i], -x[i], _factor.AsSpan(i * _n, i));
    }

    // Whether as many exchanges lead to the order of rows as an odd number.
    private bool IsOddOrder()
    {
        var isOdd = false;
        for (var i = 0; i < _n; i++)
        {
            // Along each cycle, whose places are marked by complements on the way.
            var at = i;
            for (var length = 0; _order[at] >= 0; length++)
            {
                var next = _order[at];
                _order[at] = ~next;
                at = next;
                isOdd ^= length > 0;
            }
        }

        for (var i = 0; i < _n; i++) _order[i] = ~_order[i];
        return isOdd;
    }

    // Of the scaled matrix, with the norm of its inverse as N. J. Higham estimates it ("Accuracy and Stability of Numerical Algorithms", 15.3).
    private bool IsRegular()
    {
        var x = _work.AsSpan(0, _n);
        var signs = _signs.AsSpan(0, _n);
        x.Fill(1.0 / _n);
        SubstituteOne(x);
        var norm = NormOf(x);
        for (var trial = 0; trial < MostEstimates && _n > 1; trial++)
        {
            var isNew = trial == 0;
            for (var i = 0; i < _n; i++)
            {
                var sign = x[i] < 0 ? -1.0 : 1.0;
                isNew |= sign != signs[i];
                signs[i] = sign;
            }

            if (!isNew) break;
            signs.CopyTo(x);
            SubstituteTransposed(x);
            var largest = 0;
            for (var i = 1; i < _n; i++)
            {
                if (Math.Abs(x[i]) > Math.Abs(x[largest])) largest = i;
            }

            x.Clear();
            x[largest] = 1;
            SubstituteOne(x);
            var next = NormOf(x);
            if (!(next > norm)) break;
            norm = next;
        }

        for (var i = 0; i < _n && _n > 1; i++) x[i] = (i % 2 == 0 ? 1 : -1) * (1 + (i / (_n - 1.0)));
        if (_n > 1)
        {
            SubstituteOne(x);
            norm = Math.Max(norm, 2 * NormOf(x) / (3 * _n));
        }

        return _norm * norm <= 1 / SmallestReciprocalCondition;
    }

    private static double NormOf(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        foreach (var value in x) sum += Math.Abs(value);
        return sum;
    }
}
