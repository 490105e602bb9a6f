using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>
/// The triangle R of A = QR for a matrix whose rows come one after the other, in memory that does not grow with them: blocks of rows are
/// eliminated below the triangle so far by Householder reflections (Golub and Van Loan, Matrix Computations, 6.5.3 and 5.2.2). Squares
/// of the condition number, as in A'A, never arise. Every sum has one order, whatever the machine. Columns whose squares would overflow or
/// vanish are scaled by powers of two, which changes no bit of ordinary ones.
/// </summary>
/// <param name="width">Number of columns.</param>
/// <param name="shift">What is subtracted from the values of each column; null for nothing.</param>
internal sealed class TriangularFactor(int width, double[]? shift = null)
{
    // 22 columns of a block fill two thirds of a first-level cache.
    private const int BlockRows = 128;

    // Products of two such numbers, and sums of many of them, are far from both ends of the range.
    private const int LargestExponent = 400;
    private static readonly double Large = Math.ScaleB(1, LargestExponent);
    private static readonly double Small = Math.ScaleB(1, -LargestExponent);

    private readonly double[] _triangle = new double[checked(width * width)];

    // Column after column; rows that are not filled yet are 0.
    private readonly double[] _block = new double[checked(width * BlockRows)];
    private readonly int[] _exponents = new int[width];
    private readonly bool[] _isFilled = new bool[width];
    private int _used;

    /// <summary>Powers of two: column j of the triangle is that of A times 2^-exponent.</summary>
    public ReadOnlySpan<int> Exponents => _exponents;

    /// <summary>Whether a column has anything but zeros.</summary>
    public bool IsFilled(int column) => _isFilled[column];

    /// <summary>R, width x width, row after row; below the diagonal it is 0.</summary>
    public ReadOnlySpan<double> Triangle
    {
        get
        {
            Eliminate();
            return _triangle;
        }
    }

    /// <summary>The factor of numbers that <see cref="Upper"/> gave.</summary>
    /// <param name="upper">R, row after row from the diagonal on.</param>
    /// <param name="exponents">The exponents of its columns.</param>
    public static TriangularFactor Of(ReadOnlySpan<double> upper, ReadOnlySpan<int> exponents)
    {
        var width = exponents.Length;
        var factor = new TriangularFactor(width);
        exponents.CopyTo(factor._exponents);
        for (var i = 0; i < width; i++)
        {
            upper[..(width - i)].CopyTo(factor._triangle.AsSpan((i * width) + i));
            upper = upper[(width - i)..];
        }

        for (var j = 0; j < width; j++)
        {
            for (var i = 0; i <= j && !factor._isFilled[j]; i++) factor._isFilled[j] = factor._triangle[(i * width) + j] != 0;
        }

        return factor;
    }

    /// <summary>R, row after row from the diagonal on.</summary>
    public double[] Upper()
    {
        var triangle = Triangle;
        var upper = new double[width * (width + 1) / 2];
        for (int i = 0, next = 0; i < width; next += width - i, i++) triangle.Slice((i * width) + i, width - i).CopyTo(upper.AsSpan(next));
        return upper;
    }

    /// <summary>Adds a multiple of the first column, which is one of ones or of roots of weights, to another one.</summary>
    public void AddFirstTo(int column, double factor)
    {
        if (factor == 0) return;
        Eliminate();

        // Only the first row of the first column is not 0.
        var (first, unit) = (_triangle[0], _exponents[0]);
        var value = factor * first;
        var size = Math.Abs(value);
        if (size == 0 || !double.IsFinite(size))
        {
            _triangle[column] += value;
            return;
        }

        var exponent = Math.ILogB(value) + unit;
        if (!_isFilled[column]) (_exponents[column], _isFilled[column]) = (Math.Abs(exponent) <= LargestExponent ? 0 : exponent, true);
        else if (exponent - _exponents[column] > LargestExponent) ScaleTo(column, exponent);
        _triangle[column] += Math.ScaleB(value, unit - _exponents[column]);
    }

    /// <summary>Adds a row of several parts, multiplied by a factor.</summary>
    /// <param name="head">The first columns; may be empty.</param>
    /// <param name="body">The columns after them.</param>
    /// <param name="tail">The last columns; may be empty. All three together are as long as the matrix is wide.</param>
    /// <param name="factor">The factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> head, ReadOnlySpan<double> body, ReadOnlySpan<double> tail, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(head.Length + body.Length + tail.Length, width);
        var next = _used;
        if (shift is null)
        {
            foreach (var value in head) Put(value);
            foreach (var value in body) Put(value);
            foreach (var value in tail) Put(value);
        }
        else
        {
            var column = 0;
            foreach (var value in head) Put(value - shift[column++]);
            foreach (var value in body) Put(value - shift[column++]);
            foreach (var value in tail) Put(value - shift[column++]);
        }

        if (++_used == BlockRows) Eliminate();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Put(double value)
        {
            _block[next] = factor * value;
            next += BlockRows;
        }
    }

    /// <summary>Adds rows that are given column by column, as they are.</summary>
    /// <param name="columns">At least as many as the matrix is wide.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">The number of rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddColumns(double[][] columns, int start, int count)
    {
        while (count > 0)
        {
            var taken = Math.Min(count, BlockRows - _used);
            for (var j = 0; j < width; j++) columns[j].AsSpan(start, taken).CopyTo(_block.AsSpan((j * BlockRows) + _used, taken));
            (start, count, _used) = (start + taken, count - taken, _used + taken);
            if (_used == BlockRows) Eliminate();
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        Array.Clear(_triangle);
        Array.Clear(_exponents);
        Array.Clear(_isFilled);
        Array.Clear(_block);
        _used = 0;
    }

    /// <summary>Adds the rows of another triangle of the same width.</summary>
    public void Add(TriangularFactor other)
    {
        var rows = other.Triangle;
        Eliminate();
        for (var j = 0; j < width; j++)
        {
            if (other._isFilled[j] && (!_isFilled[j] || other._exponents[j] > _exponents[j])) ScaleTo(j, other._exponents[j]);
        }

        for (var i = 0; i < width; i++)
        {
            for (var j = i; j < width; j++)
            {
                var value = rows[(i * width) + j];
                _block[(j * BlockRows) + _used] = other._exponents[j] == _exponents[j] ? value : Math.ScaleB(value, other._exponents[j] - _exponents[j]);
            }

            if (++_used == BlockRows) Reduce();
        }

        Reduce();
    }

    private void Eliminate()
    {
        if (_used == 0) return;
        for (var j = 0; j < width; j++) Scale(j, _block.AsSpan(j * BlockRows, (_used + 7) / 8 * 8));
        Reduce();
    }

    // Scales a column of the block as that of the triangle, or both anew when the block's is too large for that.
    private void Scale(int j, Span<double> column)
    {
        var largest = VectorSums.Largest(column);
        if (largest == 0 || !double.IsFinite(largest)) return;
        if (_exponents[j] == 0 && largest <= Large && (largest >= Small || _isFilled[j]))
        {
            _isFilled[j] = true;
            return;
        }

        if (!_isFilled[j] || Math.ScaleB(largest, -_exponents[j]) > Large) ScaleTo(j, Math.ILogB(largest));
        foreach (ref var value in column) value = Math.ScaleB(value, -_exponents[j]);
    }

    private void ScaleTo(int j, int exponent)
    {
        if (_isFilled[j])
        {
            for (var i = 0; i <= j; i++) _triangle[(i * width) + j] = Math.ScaleB(_triangle[(i * width) + j], _exponents[j] - exponent);
        }

        (_exponents[j], _isFilled[j]) = (exponent, true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce()
    {
        if (_used == 0) return;
        // Zeros up to whole vectors do not change a sum.
        var rows = (_used + 7) / 8 * 8;
        for (var j = 0; j < width; j++)
        {
            var vector = _block.AsSpan(j * BlockRows, rows);
            var squares = VectorSums.Dot(vector, vector);
            if (squares == 0) continue;
            ref var diagonal = ref _triangle[(j * width) + j];
            var norm = Math.Sqrt((diagonal * diagonal) + squares);
            var reflected = diagonal > 0 ? -norm : norm;
            // The reflection is I - factor u u', with u = (1, vector / pivot).
            var pivot = diagonal - reflected;
            var factor = -pivot / reflected;
            diagonal = reflected;
            var row = _triangle.AsSpan(j * width, width);
            var k = j + 1;
            for (; k + 4 <= width; k += 4) ReflectFour(vector, k, row, pivot, factor);
            for (; k < width; k++)
            {
                var column = _block.AsSpan(k * BlockRows, rows);
                var sum = factor * (row[k] + (VectorSums.Dot(vector, column) / pivot));
                row[k] -= sum;
                VectorSums.Subtract(vector, sum / pivot, column);
            }
        }

        Array.Clear(_block);
        _used = 0;
    }

    // As for one column after the other, but the vector is read once for four.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReflectFour(ReadOnlySpan<double> vector, int k, Span<double> row, double pivot, double factor)
    {
        var rows = vector.Length;
        ref var v = ref MemoryMarshal.GetReference(vector);
        ref var c0 = ref MemoryMarshal.GetReference(_block.AsSpan(k * BlockRows, 4 * BlockRows));
        ref var c1 = ref Unsafe.Add(ref c0, BlockRows);
        ref var c2 = ref Unsafe.Add(ref c0, 2 * BlockRows);
        ref var c3 = ref Unsafe.Add(ref c0, 3 * BlockRows);
        var (a0, a1, a2, a3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var (b0, b1, b2, b3) = (a0, a1, a2, a3);
        for (nuint i = 0; i < (nuint)rows; i += 8)
        {
            var (low, high) = (Vector256.LoadUnsafe(ref v, i), Vector256.LoadUnsafe(ref v, i + 4));
            a0 = Vector256.FusedMultiplyAdd(low, Vector256.LoadUnsafe(ref c0, i), a0);
            a1 = Vector256.FusedMultiplyAdd(low, Vector256.LoadUnsafe(ref c1, i), a1);
            a2 = Vector256.FusedMultiplyAdd(low, Vector256.LoadUnsafe(ref c2, i), a2);
            a3 = Vector256.FusedMultiplyAdd(low, Vector256.LoadUnsafe(ref c3, i), a3);
            b0 = Vector256.FusedMultiplyAdd(high, Vector256.LoadUnsafe(ref c0, i + 4), b0);
            b1 = Vector256.FusedMultiplyAdd(high, Vector256.LoadUnsafe(ref c1, i + 4), b1);
            b2 = Vector256.FusedMultiplyAdd(high, Vector256.LoadUnsafe(ref c2, i + 4), b2);
            b3 = Vector256.FusedMultiplyAdd(high, Vector256.LoadUnsafe(ref c3, i + 4), b3);
        }

        var s0 = factor * (row[k] + (VectorSums.Sum(a0 + b0) / pivot));
        var s1 = factor * (row[k + 1] + (VectorSums.Sum(a1 + b1) / pivot));
        var s2 = factor * (row[k + 2] + (VectorSums.Sum(a2 + b2) / pivot));
        var s3 = factor * (row[k + 3] + (VectorSums.Sum(a3 + b3) / pivot));
        row[k] -= s0;
        row[k + 1] -= s1;
        row[k + 2] -= s2;
        row[k + 3] -= s3;
        var (f0, f1, f2, f3) = (Vector256.Create(-s0 / pivot), Vector256.Create(-s1 / pivot), Vector256.Create(-s2 / pivot), Vector256.Create(-s3 / pivot));
        for (nuint i = 0; i < (nuint)rows; i += 4)
        {
            var part = Vector256.LoadUnsafe(ref v, i);
            Vector256.FusedMultiplyAdd(part, f0, Vector256.LoadUnsafe(ref c0, i)).StoreUnsafe(ref c0, i);
            Vector256.FusedMultiplyAdd(part, f1, Vector256.LoadUnsafe(ref c1, i)).StoreUnsafe(ref c1, i);
            Vector256.FusedMultiplyAdd(part, f2, Vector256.LoadUnsafe(ref c2, i)).StoreUnsafe(ref c2, i);
            Vector256.FusedMultiplyAdd(part, f3, Vector256.LoadUnsafe(ref c3, i)).StoreUnsafe(ref c3, i);
        }
    }
}
