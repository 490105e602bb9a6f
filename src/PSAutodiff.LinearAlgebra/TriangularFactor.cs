using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// The triangle R of A = QR for a matrix whose rows come one after the other, in memory that does not grow with them: blocks of rows are
/// eliminated below the triangle so far by Householder reflections (Golub and Van Loan, Matrix Computations, 6.5.3 and 5.2.2). Squares
/// of the condition number, as in A'A, never arise. Every sum has one order, whatever the machine.
/// </summary>
internal sealed class TriangularFactor(int width)
{
    // 22 columns of a block fill two thirds of a first-level cache.
    private const int BlockRows = 128;

    private readonly double[] _triangle = new double[checked(width * width)];

    // Column after column; rows that are not filled yet are 0.
    private readonly double[] _block = new double[checked(width * BlockRows)];
    private int _used;

    /// <summary>R, width x width, row after row; below the diagonal it is 0.</summary>
    public ReadOnlySpan<double> Triangle
    {
        get
        {
            Eliminate();
            return _triangle;
        }
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
        foreach (var value in head) Put(value);
        foreach (var value in body) Put(value);
        foreach (var value in tail) Put(value);
        if (++_used == BlockRows) Eliminate();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Put(double value)
        {
            _block[next] = factor * value;
            next += BlockRows;
        }
    }

    /// <summary>Adds the rows of another triangle of the same width.</summary>
    public void Add(TriangularFactor other)
    {
        var rows = other.Triangle;
        for (var i = 0; i < width; i++) Add([], rows.Slice(i * width, width), [], 1);
        Eliminate();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Eliminate()
    {
        if (_used == 0) return;
        // Zeros up to whole vectors do not change a sum.
        var rows = (_used + 7) / 8 * 8;
        for (var j = 0; j < width; j++)
        {
            var vector = _block.AsSpan(j * BlockRows, rows);
            var squares = Dot(vector, vector);
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
                var sum = factor * (row[k] + (Dot(vector, column) / pivot));
                row[k] -= sum;
                Subtract(vector, sum / pivot, column);
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

        var s0 = factor * (row[k] + (Sum(a0 + b0) / pivot));
        var s1 = factor * (row[k + 1] + (Sum(a1 + b1) / pivot));
        var s2 = factor * (row[k + 2] + (Sum(a2 + b2) / pivot));
        var s3 = factor * (row[k + 3] + (Sum(a3 + b3) / pivot));
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

    // Lengths are multiples of 8.
    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        ref var second = ref MemoryMarshal.GetReference(y[..x.Length]);
        var (a, b) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (nuint i = 0; i < (nuint)x.Length; i += 8)
        {
            a = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i), Vector256.LoadUnsafe(ref second, i), a);
            b = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i + 4), Vector256.LoadUnsafe(ref second, i + 4), b);
        }

        return Sum(a + b);
    }

    private static void Subtract(ReadOnlySpan<double> vector, double multiple, Span<double> column)
    {
        ref var v = ref MemoryMarshal.GetReference(vector);
        ref var c = ref MemoryMarshal.GetReference(column[..vector.Length]);
        var factor = Vector256.Create(-multiple);
        for (nuint i = 0; i < (nuint)vector.Length; i += 4)
        {
            Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref v, i), factor, Vector256.LoadUnsafe(ref c, i)).StoreUnsafe(ref c, i);
        }
    }

    // In an order of its own: that of Vector256.Sum is up to the machine.
    private static double Sum(Vector256<double> vector) => (vector[0] + vector[1]) + (vector[2] + vector[3]);
}
