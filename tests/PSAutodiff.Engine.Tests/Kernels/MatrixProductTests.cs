using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Products of matrices have the bits of a plain triple loop of fused multiply-adds, however they are computed.</summary>
public sealed class MatrixProductTests
{
    private static readonly int[] Sizes = [0, 1, 2, 3, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 33, 64, 67];
    private static readonly int[] Depths = [0, 1, 2, 7, 399, 400, 401, 530, 801];

    [Fact]
    public void Singles_have_the_bits_of_a_plain_loop() => CheckAll<float>();

    [Fact]
    public void Doubles_have_the_bits_of_a_plain_loop() => CheckAll<double>();

    [Fact]
    public void Elements_that_are_not_zero_alone_give_the_bits_of_all()
    {
        CheckFewElements<float>();
        CheckFewElements<double>();
    }

    private static void CheckFewElements<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(11);
        foreach (var columns in new[] { 1, 2, 3, 4, 5, 8, 16, 19, 40 })
        {
            foreach (var width in new[] { 1, 7, 8, 9, 16, 33, 100 })
            {
                foreach (var divisor in new[] { 1, 3, 4 })
                {
                    const int depth = 12;
                    var (a, b) = (new T[depth * width], new T[depth * columns]);
                    for (var row = 0; row < depth; row++) a[(row * width) + random.Next(width)] = T.CreateTruncating(random.NextDouble() - 0.5);
                    foreach (ref var element in b.AsSpan()) element = T.CreateTruncating(random.NextDouble() - 0.5);
                    if (width == 33) b[random.Next(b.Length)] = random.Next(2) == 0 ? T.PositiveInfinity : T.NaN;
                    if (width == 100) a[random.Next(a.Length)] = T.NaN;
                    var (first, rows) = (width / 3, width - (width / 3));
                    var start = Enumerable.Range(0, rows * columns).Select(_ => T.CreateTruncating(random.NextDouble())).ToArray();
                    foreach (var accumulate in new[] { false, true })
                    {
                        var (actual, expected) = (start.ToArray(), accumulate ? start.ToArray() : new T[start.Length]);
                        MatrixProduct.MultiplyFewElementsTransposed(new MatrixRows<T>(a, depth, width), first, rows, new MatrixRows<T>(b, depth, columns), divisor, actual, accumulate, new T[columns]);
                        for (var k = 0; k < depth; k++)
                        {
                            for (var i = 0; i < rows; i++)
                            {
                                for (var j = 0; j < columns; j++)
                                {
                                    var right = b[(k * columns) + j] / T.CreateTruncating(divisor);
                                    expected[(i * columns) + j] = T.FusedMultiplyAdd(a[(k * width) + first + i], right, expected[(i * columns) + j]);
                                }
                            }
                        }

                        Assert.Equal(expected, actual);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_first_of_the_greatest_elements_is_found_among_any_number()
    {
        double[] some = [1, 2, 3, 3, -1, 0, -0.0, double.NegativeInfinity, double.PositiveInfinity, double.NaN];
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var count = 1 + random.Next(70);

            // Mostly numbers alone; and in some all the same.
            var kinds = random.Next(4) == 0 ? some.Length : random.Next(1, some.Length - 1);
            double[] x = [.. Enumerable.Range(0, count).Select(_ => some[random.Next(kinds)])];
            var expected = Array.FindIndex(x, double.IsNaN);
            for (var i = 0; i < count && expected < 0; i++)
            {
                if (x.All(other => other <= x[i])) expected = i;
            }

            Assert.Equal(expected, Vectors.FirstGreatest(x));
        }
    }

    [Fact]
    public void The_width_of_the_vectors_makes_no_difference_to_the_bits()
    {
        CheckWidths<float>();
        CheckWidths<double>();
    }

    [Fact]
    public void Inner_products_of_rows_have_the_bits_of_a_plain_loop()
    {
        var random = new Random(5);
        foreach (var rows in new[] { 1, 3, 4, 5, 9 })
        {
            foreach (var length in new[] { 1, 2, 7, 10, 33 })
            {
                var (x, y, actual) = (Draw<double>(random, rows * length), Draw<double>(random, rows * length), new double[rows]);
                MatrixProduct.Dots(x, y, actual);
                for (var row = 0; row < rows; row++)
                {
                    var elements = (row * length)..((row + 1) * length);
                    AssertBits(Plain(x[elements], y[elements], new double[1], 1, length, 1, false), actual[row..(row + 1)]);
                }
            }
        }
    }

    [Fact]
    public void A_product_of_small_whole_numbers_is_exact()
    {
        double[] a = [1, 2, 3, 4, 5, 6];
        double[] b = [7, 8, 9, 10, 11, 12];
        var packed = new double[MatrixProduct.PackedLength<double>(3, 2)];
        MatrixProduct.Pack<double>(b, 3, 2, packed, 3, 0);
        double[] c = [1, 1, 1, 1];
        MatrixProduct.Multiply(new MatrixRows<double>(a, 2, 3), packed, 2, c, accumulate: true);
        Assert.Equal([59, 65, 140, 155], c);
        MatrixProduct.Multiply(new MatrixRows<double>(a, 2, 3), packed, 2, c, accumulate: false);
        Assert.Equal([58, 64, 139, 154], c);
    }

    [Fact]
    public void Rows_outside_of_the_matrix_are_refused()
    {
        var values = new double[12];
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatrixRows<double>(values, [0, 4], 3).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatrixRows<double>(values, [-1], 3).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatrixRows<double>(values, 5, 3).Count);
    }

    [Fact]
    public void Results_and_packed_matrices_that_are_too_short_are_refused()
    {
        var packed = new float[MatrixProduct.PackedLength<float>(4, 20)];
        var a = new float[28];
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Multiply(new MatrixRows<float>(a, 7, 4), packed, 20, new float[139], false));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Multiply(new MatrixRows<float>(a, 7, 4), packed.AsSpan(1), 20, new float[140], false));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.MultiplyTransposed<float>(new MatrixRows<float>(a, 4, 7), 2, 6, packed, 20, new float[120], false, new float[10_000]));
    }

    private static void CheckAll<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(20240607);
        for (var i = 0; i < 400; i++)
        {
            var (rows, columns) = (Sizes[random.Next(Sizes.Length)], Sizes[random.Next(Sizes.Length)]);
            var depth = i % 3 == 0 ? Depths[random.Next(Depths.Length)] : Sizes[random.Next(Sizes.Length)];
            var accumulate = i % 2 == 0;
            var a = Draw<T>(random, rows * depth);
            var b = Draw<T>(random, depth * columns);
            var start = Draw<T>(random, rows * columns);
            var expected = Plain(a, b, start, rows, depth, columns, accumulate);
            var packed = Packed(b, depth, columns);
            AssertBits(packed, PackedFromTranspose(Transpose(b, depth, columns), depth, columns));

            var c = start.ToArray();
            MatrixProduct.Multiply(new MatrixRows<T>(a, rows, depth), packed, columns, c, accumulate);
            AssertBits(expected, c);

            c = start.ToArray();
            var transposed = Transpose(a, rows, depth);
            MatrixProduct.MultiplyTransposed(new MatrixRows<T>(transposed, depth, rows), 0, rows, packed, columns, c, accumulate, new T[MatrixProduct.ScratchLength(rows)]);
            AssertBits(expected, c);

            // Rows and columns by parts, as several threads would take them, from rows that are picked.
            if (rows > 0 && depth > 0)
            {
                var cut = random.Next(rows + 1);
                c = start.ToArray();
                var (mixed, picks) = Mixed(random, a, rows, depth);
                MatrixProduct.Multiply(new MatrixRows<T>(mixed, picks.AsSpan(cut), depth), packed, columns, c.AsSpan(cut * columns), accumulate);
                MatrixProduct.Multiply(new MatrixRows<T>(mixed, picks.AsSpan(0, cut), depth), packed, columns, c, accumulate);
                AssertBits(expected, c);

                c = start.ToArray();
                (mixed, picks) = Mixed(random, transposed, depth, rows);
                var scratch = new T[MatrixProduct.ScratchLength(rows)];
                MatrixProduct.MultiplyTransposed(new MatrixRows<T>(mixed, picks, rows), cut, rows - cut, packed, columns, c.AsSpan(cut * columns), accumulate, scratch);
                MatrixProduct.MultiplyTransposed(new MatrixRows<T>(mixed, picks, rows), 0, cut, packed, columns, c, accumulate, scratch);
                AssertBits(expected, c);
            }

            // The sums by parts.
            var half = depth / 2;
            c = start.ToArray();
            var ends = new T[MatrixProduct.ScratchLength(rows)];
            MatrixProduct.MultiplyTransposed(new MatrixRows<T>(transposed, half, rows), 0, rows, Packed(b[..(half * columns)], half, columns), columns, c, accumulate, ends);
            MatrixProduct.MultiplyTransposed(new MatrixRows<T>(transposed.AsSpan(half * rows), depth - half, rows), 0, rows, Packed(b[(half * columns)..], depth - half, columns), columns, c, true, ends);
            AssertBits(expected, c);

            // Row by row.
            c = start.ToArray();
            var d = new T[rows * columns];
            for (var row = 0; row < rows; row++) MatrixProduct.MultiplyRow<T>(a.AsSpan(row * depth, depth), b, c.AsSpan(row * columns, columns), accumulate);
            AssertBits(expected, c);

            // Few rows, as they lie.
            if (!accumulate) Array.Clear(c);
            else c = start.ToArray();
            MatrixProduct.MultiplyFew(new MatrixRows<T>(a, rows, depth), b, columns, c);
            AssertBits(expected, c);
            if (rows > 0)
            {
                MatrixProduct.MultiplyFewByTransposed<T>(a, rows, Transpose(b, depth, columns), d);
                AssertBits(Plain(a, b, start, rows, depth, columns, false), d);
            }

            foreach (var divisor in new[] { 1, 3, 64 })
            {
                var divided = new T[packed.Length];
                MatrixProduct.Pack<T>(b, depth, columns, divided, depth, 0, divisor);
                var afterwards = packed.ToArray();
                Vectors.Divide<T>(afterwards, divisor);
                AssertBits(afterwards, divided);
            }

            if (columns == 1)
            {
                c = start.ToArray();
                MatrixProduct.MultiplyColumn(new MatrixRows<T>(a, rows, depth), b, c, accumulate);
                AssertBits(expected, c);
                var at = random.Next(rows + 1);
                c = start.ToArray();
                MatrixProduct.MultiplyColumnTransposed(new MatrixRows<T>(transposed, depth, rows), at, b, c.AsSpan(at), accumulate);
                MatrixProduct.MultiplyColumnTransposed(new MatrixRows<T>(transposed, depth, rows), 0, b, c.AsSpan(0, at), accumulate);
                AssertBits(expected, c);
            }

            if (depth > MatrixProduct.TileRows) continue;
            c = start.ToArray();
            var middle = random.Next(rows + 1);
            MatrixProduct.MultiplyFewTransposed(new MatrixRows<T>(transposed, depth, rows), middle, rows - middle, b, columns, c.AsSpan(middle * columns), accumulate);
            MatrixProduct.MultiplyFewTransposed(new MatrixRows<T>(transposed, depth, rows), 0, middle, b, columns, c, accumulate);
            AssertBits(expected, c);
        }
    }

    private static void CheckWidths<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(7);
        foreach (var (rows, depth, columns) in new[] { (1, 3, 1), (7, 20, 17), (12, 300, 32), (13, 401, 45) })
        {
            var a = Draw<T>(random, rows * depth);
            var b = Draw<T>(random, depth * columns);
            var expected = Plain(a, b, new T[rows * columns], rows, depth, columns, false);
            Check<ProductLane<T>>();
            Check<ProductLanes128<T>>();
            Check<ProductLanes256<T>>();

            void Check<TLanes>()
                where TLanes : struct, IProductLanes<TLanes, T>
            {
                var packed = Packed(b, depth, columns);
                var c = new T[rows * columns];
                MatrixProduct.Multiply<T, TLanes>(new MatrixRows<T>(a, rows, depth), packed, columns, c, false);
                AssertBits(expected, c);
                c = new T[rows * columns];
                MatrixProduct.MultiplyTransposed<T, TLanes>(
                    new MatrixRows<T>(Transpose(a, rows, depth), depth, rows), 0, rows, packed, columns, c, false, new T[MatrixProduct.ScratchLength(rows)]);
                AssertBits(expected, c);
                c = new T[rows * columns];
                for (var row = 0; row < rows; row++) MatrixProduct.MultiplyRow<T, TLanes>(a.AsSpan(row * depth, depth), b, c.AsSpan(row * columns, columns));
                AssertBits(expected, c);
            }
        }
    }

    private static T[] Plain<T>(T[] a, T[] b, T[] start, int rows, int depth, int columns, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = new T[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = accumulate ? start[(i * columns) + j] : T.Zero;
                for (var k = 0; k < depth; k++) sum = T.FusedMultiplyAdd(a[(i * depth) + k], b[(k * columns) + j], sum);
                c[(i * columns) + j] = sum;
            }
        }

        return c;
    }

    private static T[] Packed<T>(T[] b, int depth, int columns)
        where T : unmanaged
    {
        var packed = new T[MatrixProduct.PackedLength<T>(depth, columns)];

        // In two parts, the second first.
        var half = depth / 2;
        MatrixProduct.Pack<T>(b.AsSpan(half * columns), depth - half, columns, packed, depth, half);
        MatrixProduct.Pack<T>(b, half, columns, packed, depth, 0);
        return packed;
    }

    private static T[] PackedFromTranspose<T>(T[] transposed, int depth, int columns)
        where T : unmanaged
    {
        var packed = new T[MatrixProduct.PackedLength<T>(depth, columns)];
        MatrixProduct.PackTransposed<T>(transposed, depth, columns, packed);
        return packed;
    }

    private static T[] Transpose<T>(T[] a, int rows, int columns)
    {
        var result = new T[a.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) result[(j * rows) + i] = a[(i * columns) + j];
        }

        return result;
    }

    // The rows in another order among others, and where they are.
    private static (T[] Values, int[] Picks) Mixed<T>(Random random, T[] a, int rows, int width)
    {
        var picks = Enumerable.Range(0, rows + 3).ToArray();
        random.Shuffle(picks);
        var values = new T[(rows + 3) * width];
        for (var i = 0; i < rows; i++) a.AsSpan(i * width, width).CopyTo(values.AsSpan(picks[i] * width));
        return (values, picks[..rows]);
    }

    private static T[] Draw<T>(Random random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];

    private static void AssertBits<T>(T[] expected, T[] actual)
        where T : unmanaged =>
        Assert.True(MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes<T>(actual)));
}
