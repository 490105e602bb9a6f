using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Systems of equations and triangular factors: against elimination with 84 digits, at the edges of the range, and where a matrix is singular.</summary>
public sealed class LinearSystemTests
{
    private const double Epsilon = 2.220446049250313e-16;

    [Fact]
    public void Eliminations_end_when_they_are_cancelled()
    {
        double[] matrix = [2, 1, 1, 3];
        var (cancelled, result) = (new CancellationToken(canceled: true), new double[4]);
        var system = new LinearSystem();
        Assert.Throws<OperationCanceledException>(() => system.TryFactor(matrix, 2, cancelled));
        Assert.True(system.TryFactor(matrix, 2, TestContext.Current.CancellationToken));
        Assert.Throws<OperationCanceledException>(() => system.Invert(result, cancelled));
        Assert.Throws<OperationCanceledException>(() => system.Solve(matrix, 2, result, cancelled));
        Assert.Throws<OperationCanceledException>(() => CholeskyFactor.TryFactor(matrix, 2, result, cancelled));
    }

    [Fact]
    public void Solutions_inverses_and_determinants_are_as_near_to_those_of_84_digits_as_the_condition_allows()
    {
        for (var seed = 1; seed <= 120; seed++)
        {
            var random = new Random(seed);
            var (n, width) = (1 + (seed % 12), 1 + (seed % 3));
            var (matrix, right) = (Random(random, n, n), Random(random, n, width));
            var (exact, inverse) = (Precise(matrix, right, n), Precise(matrix, Eye(n), n));
            var system = new LinearSystem();
            Assert.True(system.TryFactor(matrix, n));
            var condition = Norm(matrix, n) * Norm(Rounded(inverse), n);
            var result = new double[n * width];
            system.Solve(right, width, result);
            RequireNear(exact, result, 4 * n * condition * Epsilon);
            var inverted = new double[n * n];
            system.Invert(inverted);
            RequireNear(inverse, inverted, 4 * n * condition * Epsilon);
            var determinant = Determinant(matrix, n).ToDoubleRoughly();
            var (logarithm, isNegative) = system.Determinant();
            Assert.Equal(determinant < 0, isNegative);
            Assert.Equal(Math.Log(Math.Abs(determinant)), logarithm, (4 + Math.Abs(logarithm) + (n * condition)) * Epsilon);
        }
    }

    [Theory]
    [InlineData(1, 1, 1e200, 1e-124)]
    [InlineData(1, 1, 1e160, 1e-160)]
    [InlineData(1, 1, 1e10, 1e-300)]
    [InlineData(1e-100, 1e200, 1, 2)]
    public void Small_elements_beside_large_ones_keep_all_digits(double first, double second, double one, double other)
    {
        var system = new LinearSystem();
        Assert.True(system.TryFactor([first, 0, 0, second], 2));
        var result = new double[2];
        system.Solve([one, other], 1, result);
        Assert.Equal([one / first, other / second], result);
    }

    [Fact]
    public void Units_of_equations_change_no_digit_and_those_of_unknowns_none_that_is_certain()
    {
        var random = new Random(7);
        const int n = 6;
        var (matrix, right) = (Random(random, n, n), Random(random, n, 1));
        var (plain, scaled) = (new double[n], new double[n]);
        var system = new LinearSystem();
        Assert.True(system.TryFactor(matrix, n));
        system.Solve(right, 1, plain);
        var (logarithm, _) = system.Determinant();
        int[] units = [200, -700, 30, 1, 99, -1];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) matrix[(i * n) + j] = Math.ScaleB(matrix[(i * n) + j], units[i]);
            right[i] = Math.ScaleB(right[i], units[i]);
        }

        Assert.True(system.TryFactor(matrix, n));
        system.Solve(right, 1, scaled);
        Assert.Equal(plain, scaled);
        Assert.Equal(logarithm + (units.Sum() * Math.Log(2)), system.Determinant().Logarithm, 1e-12);
        int[] rows = [-900, 500, 3, 0, -17, 800], columns = [100, -120, 7, 64, 0, -90];
        var exponents = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) matrix[(i * n) + j] = Math.ScaleB(matrix[(i * n) + j], rows[i] + columns[j]);
            right[i] = Math.ScaleB(right[i], rows[i]);
            exponents += rows[i] + columns[i];
        }

        Assert.True(system.TryFactor(matrix, n));
        system.Solve(right, 1, scaled);
        for (var i = 0; i < n; i++) Assert.Equal(1, Math.ScaleB(scaled[i], columns[i]) / plain[i], 1e-13);
        Assert.Equal(logarithm + ((exponents + units.Sum()) * Math.Log(2)), system.Determinant().Logarithm, 1e-12);
    }

    [Fact]
    public void Right_hand_sides_side_by_side_have_the_bits_that_each_has_alone()
    {
        var random = new Random(3);
        foreach (var n in (int[])[1, 2, 5, 17, 40])
        {
            const int width = 9;
            var (matrix, right) = (Random(random, n, n), Random(random, n, width));
            var system = new LinearSystem();
            Assert.True(system.TryFactor(matrix, n));
            var (all, one, column) = (new double[n * width], new double[n], new double[n]);
            system.Solve(right, width, all);
            for (var j = 0; j < width; j++)
            {
                for (var i = 0; i < n; i++) column[i] = right[(i * width) + j];
                system.Solve(column, 1, one);
                for (var i = 0; i < n; i++) Assert.Equal(BitConverter.DoubleToInt64Bits(one[i]), BitConverter.DoubleToInt64Bits(all[(i * width) + j]));
            }
        }
    }

    [Fact]
    public void Triangles_are_solved_to_the_last_digits_whatever_their_condition()
    {
        // The elements of the solution grow by a factor of 10 from row to row.
        foreach (var isLower in (bool[])[true, false])
        {
            const int n = 14;
            var random = new Random(1);
            var matrix = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) matrix[(i * n) + j] = i == j ? 0.1 + random.NextDouble() / 9 : j < i == isLower ? random.NextDouble() : 0;
            }

            var right = Random(random, n, 1);
            for (var i = 0; i < n; i++) right[i] = Math.Abs(right[i]) * ((isLower ? i : n - 1 - i) % 2 == 0 ? 1 : -1);
            var result = new double[n];
            var system = new LinearSystem();
            Assert.True(system.TryFactor(matrix, n));
            system.Solve(right, 1, result);
            var exact = Precise(matrix, right, n);
            for (var i = 0; i < n; i++) Assert.InRange(PreciseLinearAlgebra.RelativeError(result[i], exact[i, 0]), 0, 100 * Epsilon);
        }
    }

    [Theory]
    [InlineData(new double[] { 0 }, false)]
    [InlineData(new double[] { 1, 2, 2, 4 }, false)]
    [InlineData(new double[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, false)]
    [InlineData(new double[] { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 }, false)]
    [InlineData(new double[] { 0, 1, 0, 3 }, false)]
    [InlineData(new double[] { 1, double.NaN, 0, 1 }, false)]
    [InlineData(new double[] { 1, 0, 0, double.PositiveInfinity }, false)]
    [InlineData(new double[] { 1e-320 }, true)]
    [InlineData(new double[] { 1e300, 1, 1, 1e-300 }, false)]
    [InlineData(new double[] { 1e300, 1, 1, 2e-300 }, true)]
    [InlineData(new double[] { 1, 1, 1, 1.0000000000001 }, true)]
    public void A_matrix_is_singular_where_no_digit_of_a_solution_would_be_certain(double[] matrix, bool isRegular) =>
        Assert.Equal(isRegular, new LinearSystem().TryFactor(matrix, (int)Math.Sqrt(matrix.Length)));

    [Fact]
    public void Matrices_of_Hilbert_are_solved_as_long_as_there_are_digits()
    {
        var last = Enumerable.Range(1, 20).TakeWhile(static n => new LinearSystem().TryFactor(Hilbert(n), n)).Last();
        Assert.InRange(last, 11, 12);
        Assert.DoesNotContain(Enumerable.Range(last + 1, 8), static n => new LinearSystem().TryFactor(Hilbert(n), n));
    }

    [Fact]
    public void Of_matrices_made_singular_nearly_all_are_found_out()
    {
        var (random, found) = (new Random(9), 0);
        for (var trial = 0; trial < 200; trial++)
        {
            var n = 3 + (trial % 20);
            var matrix = Random(random, n, n);
            for (var j = 0; j < n; j++) matrix[((n - 1) * n) + j] = Enumerable.Range(0, n - 1).Sum(i => (i + 1) * matrix[(i * n) + j] / 7);
            if (!new LinearSystem().TryFactor(matrix, n)) found++;
        }

        // What rounding of the last row has made regular is so by a condition of about 10^16.
        Assert.InRange(found, 120, 200);
    }

    [Fact]
    public void A_right_hand_side_that_is_not_finite_spoils_no_other_one()
    {
        var (system, result) = (new LinearSystem(), new double[4]);
        Assert.True(system.TryFactor([2, 1, 1, 3], 2));
        system.Solve([3, double.PositiveInfinity, 5, 1], 2, result);
        Assert.Equal([0.8, double.NaN, 1.4, double.NaN], result);
    }

    [Fact]
    public void Memory_is_used_again()
    {
        var (random, result) = (new Random(2), new double[64]);
        double[] large = Random(random, 8, 8), small = Random(random, 3, 3), right = Random(random, 8, 1);
        Solve();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Solve();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Solve()
        {
            Assert.True(LinearSystem.ForSize(8).TryFactor(large, 8));
            LinearSystem.ForSize(8).Solve(right, 1, result);
            LinearSystem.ForSize(8).Invert(result);
            Assert.True(LinearSystem.ForSize(3).TryFactor(small, 3));
            LinearSystem.ForSize(3).Solve(right, 1, result);
        }
    }

    [Fact]
    public void Factors_of_Cholesky_are_as_near_to_those_of_84_digits_as_the_condition_allows()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var (random, n) = (new Random(seed), 1 + (seed % 9));
            var root = Random(random, n, n);
            var matrix = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++) matrix[(i * n) + j] = Enumerable.Range(0, n).Sum(k => root[(Math.Min(i, j) * n) + k] * root[(Math.Max(i, j) * n) + k]);
            }

            var factor = new double[n * n];
            Assert.True(CholeskyFactor.TryFactor(matrix, n, factor));
            var condition = Norm(matrix, n) * Norm(Rounded(Precise(matrix, Eye(n), n)), n);

            // L D L' by elimination, whose pivots are the squares of the diagonal.
            var rest = PreciseLinearAlgebra.From(Square(matrix, n));
            for (var k = 0; k < n; k++)
            {
                var pivot = Math.Sqrt(rest[k, k].ToDoubleRoughly());
                for (var i = k; i < n; i++) Assert.Equal(rest[i, k].ToDoubleRoughly() / pivot, factor[(i * n) + k], n * condition * Epsilon * Math.Sqrt(matrix[(i * n) + i]));
                for (var i = k + 1; i < n; i++)
                {
                    Assert.Equal(0, factor[(k * n) + i]);
                    for (var j = k + 1; j < n; j++) rest[i, j] -= rest[i, k] * rest[k, j] / rest[k, k];
                    rest[i, k] = BigFloat.Zero;
                }
            }
        }
    }

    [Theory]
    [InlineData(new double[] { 4 }, new double[] { 2 })]
    [InlineData(new double[] { 4, 2, 2, 5 }, new double[] { 2, 0, 1, 2 })]
    [InlineData(new double[] { 4, 0, 4, 5 }, new double[] { 2, 0, 1, 2 })]
    [InlineData(new double[] { 4e300, 2, 2, 5e-300 }, new double[] { 2e150, 0, 1e-150, 2e-150 })]
    [InlineData(new double[] { 1e-320, 0, 0, 1e308 }, new double[] { 9.99994433575849e-161, 0, 0, 1e154 })]
    [InlineData(new double[] { 0 }, null)]
    [InlineData(new double[] { -1 }, null)]
    [InlineData(new double[] { 1, 1, 1, 1 }, null)]
    [InlineData(new double[] { 0.01, 0.1, 0.1, 1 }, null)]
    [InlineData(new double[] { 1, 2, 2, 1 }, null)]
    [InlineData(new double[] { 1, double.NaN, 0, 1 }, null)]
    [InlineData(new double[] { 1, 0, 0, double.PositiveInfinity }, null)]
    public void A_factor_is_that_of_the_symmetric_part_and_is_there_for_what_is_positive_definite(double[] matrix, double[]? factor)
    {
        var n = (int)Math.Sqrt(matrix.Length);
        var result = new double[n * n];
        Assert.Equal(factor is not null, CholeskyFactor.TryFactor(matrix, n, result));
        for (var i = 0; i < result.Length && factor is not null; i++) Assert.Equal(factor[i], result[i], 1e-9 * Math.Abs(factor[i]));
    }

    private static double[] Random(Random random, int rows, int columns) => [.. Enumerable.Range(0, rows * columns).Select(_ => (2 * random.NextDouble()) - 1)];

    private static double[] Hilbert(int n) => [.. Enumerable.Range(0, n * n).Select(i => 1.0 / ((i / n) + (i % n) + 1))];

    private static double[] Eye(int n) => [.. Enumerable.Range(0, n * n).Select(i => i / n == i % n ? 1.0 : 0)];

    private static double[,] Square(double[] elements, int rows)
    {
        var matrix = new double[rows, elements.Length / rows];
        Buffer.BlockCopy(elements, 0, matrix, 0, elements.Length * sizeof(double));
        return matrix;
    }

    private static double[] Rounded(BigFloat[,] matrix) => [.. matrix.Cast<BigFloat>().Select(static element => element.ToDoubleRoughly())];

    private static double Norm(double[] matrix, int n) => Enumerable.Range(0, n).Max(i => Enumerable.Range(0, n).Sum(j => Math.Abs(matrix[(i * n) + j])));

    // By the normal equations, which need no exchange of rows.
    private static BigFloat[,] Precise(double[] matrix, double[] right, int n)
    {
        var precise = PreciseLinearAlgebra.From(Square(matrix, n));
        var transpose = PreciseLinearAlgebra.Transpose(precise);
        return PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.Multiply(transpose, precise), PreciseLinearAlgebra.Multiply(transpose, PreciseLinearAlgebra.From(Square(right, n))));
    }

    private static BigFloat Determinant(double[] matrix, int n)
    {
        var rest = PreciseLinearAlgebra.From(Square(matrix, n));
        var product = BigFloat.One;
        for (var k = 0; k < n; k++)
        {
            product *= rest[k, k];
            for (var i = k + 1; i < n; i++)
            {
                var factor = rest[i, k] / rest[k, k];
                for (var j = k; j < n; j++) rest[i, j] -= factor * rest[k, j];
            }
        }

        return product;
    }

    private static void RequireNear(BigFloat[,] exact, double[] result, double tolerance)
    {
        var (rounded, largest) = (Rounded(exact), Vectors.Largest(Rounded(exact)));
        for (var i = 0; i < result.Length; i++) Assert.Equal(rounded[i], result[i], tolerance * largest);
    }
}
