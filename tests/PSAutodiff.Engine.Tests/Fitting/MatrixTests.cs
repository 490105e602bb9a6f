using System.Numerics;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What matrices have: against arithmetic of 280 bits, whole numbers, and the equations that define it.</summary>
public sealed class MatrixTests
{
    [Fact]
    public void A_case_by_hand()
    {
        var result = Analyze(new double[,] { { 2, 1 }, { 1, 2 } });
        Assert.Equal((2, 2, 2), (result.Rows, result.Columns, result.Rank));
        Assert.Equal((4.0, 3.0), (result.Trace, result.Determinant));
        Assert.Equal(3, result.Condition, 1e-14);
        Near([3, 1], result.SingularValues, 1e-15);
        Near([3, 1], Assert.IsType<double[]>(result.Eigenvalues), 1e-15);
        var root = Math.Sqrt(0.5);
        Near(new[,] { { root, root }, { root, -root } }, Assert.IsType<double[,]>(result.Eigenvectors), 1e-15);
        Assert.Equal(new[,] { { 2 / 3.0, -1 / 3.0 }, { -1 / 3.0, 2 / 3.0 } }, result.Inverse);
        Assert.Equal(result.Inverse, result.PseudoInverse);
        Assert.True(result.IsSymmetric);
        Assert.Equal(MatrixDefiniteness.PositiveDefinite, result.Definiteness);
        Assert.Empty(result.Notes);
    }

    [Fact]
    public void A_rotation_has_complex_eigenvalues()
    {
        var result = Analyze(new double[,] { { 0, -2 }, { 2, 0 } });
        Assert.Equal([new Complex(0, 2), new Complex(0, -2)], Assert.IsType<Complex[]>(result.Eigenvalues));
        var vectors = Assert.IsType<Complex[,]>(result.Eigenvectors);
        for (var k = 0; k < 2; k++) Assert.Equal(1, Complex.Abs(vectors[0, k]) * Complex.Abs(vectors[0, k]) + (Complex.Abs(vectors[1, k]) * Complex.Abs(vectors[1, k])), 1e-15);
        Assert.Null(result.Definiteness);
        Assert.StartsWith("Definiteness: only a symmetric matrix has this. Row 1, column 2 is -2", Assert.Single(result.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Inverses_and_determinants_are_right_to_the_last_digit()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var matrix = Random(seed, 1 + (seed % 9), 1 + (seed % 9));
            AssertInverse(matrix);
            Assert.Equal(Exact(matrix), (double)ValueOf(matrix, MatrixProperty.Determinant), 1e-15 * Math.Abs(Exact(matrix)));
        }

        // The condition of this one is 10^13: elimination in doubles has 3 digits.
        AssertInverse(Hilbert(10));
    }

    [Fact]
    public void The_equations_that_define_eigenvectors_and_the_pseudo_inverse_hold()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var (rows, columns) = (1 + (seed % 7), 1 + (seed / 7 % 6));
            var left = Random(seed, rows, Math.Max(1, Math.Min(rows, columns) - (seed % 2)));
            var matrix = Product(left, Random(seed + 1000, left.GetLength(1), columns));
            var plus = (double[,])ValueOf(matrix, MatrixProperty.PseudoInverse);
            var (on, under) = (Product(matrix, plus), Product(plus, matrix));
            var size = 1e-12 * (double)ValueOf(matrix, MatrixProperty.Condition, 1e-11);
            Near(matrix, Product(on, matrix), size);
            Near(plus, Product(under, plus), size * plus.Cast<double>().Max(Math.Abs));
            Near(on, Transposed(on), size);
            Near(under, Transposed(under), size);
            Assert.Equal(left.GetLength(1), ValueOf(matrix, MatrixProperty.Rank, 1e-11));
        }

        for (var seed = 1; seed <= 60; seed++)
        {
            var n = 2 + (seed % 8);
            var matrix = Random(seed, n, n);
            for (var i = 0; i < n && seed % 3 == 0; i++)
            {
                for (var j = 0; j < i; j++) matrix[i, j] = matrix[j, i];
            }

            AssertEigenpairs(matrix, 1e-12);
            Assert.Equal(matrix.Cast<double>().Where((_, i) => i % (n + 1) == 0).Sum(), Complexes(Analyze(matrix).Eigenvalues!).Aggregate((x, y) => x + y).Real, 1e-12);
        }
    }

    [Fact]
    public void Units_that_differ_by_twelve_powers_of_ten_cost_eigenvalues_no_digits()
    {
        // Similar to the first one, so it has the same eigenvalues.
        var (plain, scaled) = (Random(7, 5, 5), Random(7, 5, 5));
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 5; j++) scaled[i, j] *= Math.ScaleB(1, 10 * (i - j));
        }

        var (expected, values) = (Complexes(Analyze(plain).Eigenvalues!), Complexes((Array)ValueOf(scaled, MatrixProperty.Eigenvalues)));
        for (var i = 0; i < 5; i++) Assert.Equal(0, Complex.Abs(expected[i] - values[i]), 1e-13);
    }

    [Fact]
    public void A_matrix_on_which_a_known_program_never_ended_has_its_eigenvalues()
    {
        // From the issue list of JAMA, whose QR iteration is the common ancestor.
        var matrix = new double[,] { { 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 1 }, { 0, 0, 0, 1, 0 }, { 1, 1, 0, 0, 1 }, { 1, 0, 1, 0, 1 } };
        AssertEigenpairs(matrix, 1e-12);
        Assert.Equal(1, Complexes(Analyze(matrix).Eigenvalues!).Aggregate((x, y) => x + y).Real, 1e-12);
    }

    [Fact]
    public void A_badly_conditioned_matrix_is_called_singular_at_its_digits_and_inverted_on_demand()
    {
        var hilbert = Hilbert(12);
        var result = Analyze(hilbert);
        Assert.Equal(11, result.Rank);
        Assert.Equal(double.PositiveInfinity, result.Condition);
        Assert.Null(result.Inverse);
        Assert.Contains("Its rank is 11 of 12", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal(1.7953720595619975, result.SingularValues[0], 1e-14);
        Assert.Equal(Exact(hilbert), result.Determinant!.Value, 1e-15 * Exact(hilbert));
        AssertInverse(hilbert, tolerance: 0);
    }

    [Fact]
    public void Singular_is_what_whole_numbers_call_singular()
    {
        var matrix = new double[,] { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };
        var result = Analyze(matrix);
        Assert.Equal((2, 0.0, 15.0), (result.Rank, result.Determinant, result.Trace));
        Assert.Null(result.Inverse);
        Assert.Contains("singular", Error(matrix, MatrixProperty.Inverse, "MatrixSingular"), StringComparison.Ordinal);

        // Whatever the tolerance.
        Assert.Contains("singular", Error(matrix, MatrixProperty.Inverse, "MatrixSingular", tolerance: 0), StringComparison.Ordinal);
        for (var seed = 1; seed <= 60; seed++)
        {
            // Thirds and sevenths are no doubles: elimination rounds, and the determinant is 0 nevertheless.
            var n = 3 + (seed % 5);
            var random = new RandomSource(seed);
            var whole = new double[n, n];
            for (var i = 0; i < n * n; i++) whole[i / n, i % n] = random.NextInt(19) - 9;
            for (var j = 0; j < n; j++) whole[n - 1, j] = (3 * whole[0, j]) - (7 * whole[1, j]);
            Assert.Equal(0.0, ValueOf(whole, MatrixProperty.Determinant));
            whole[n - 1, n - 1]++;
            Assert.Equal(Exact(whole), (double)ValueOf(whole, MatrixProperty.Determinant), Math.Abs(1e-15 * Exact(whole)));
        }
    }

    [Fact]
    public void Large_matrices_are_not_called_singular_for_their_size()
    {
        var matrix = Random(3, 150, 150);
        var inverse = (double[,])ValueOf(matrix, MatrixProperty.Inverse);
        var product = Product(matrix, inverse);
        for (var i = 0; i < 150; i++)
        {
            for (var j = 0; j < 150; j++) Assert.Equal(i == j ? 1 : 0, product[i, j], 1e-10);
        }
    }

    [Fact]
    public void Units_are_no_singularity_where_the_tolerance_lets_them()
    {
        var matrix = new double[,] { { 1e-300, 0 }, { 0, 1e15 } };
        Assert.Equal(1, Analyze(matrix).Rank);
        Assert.Equal(1e-285, (double)ValueOf(matrix, MatrixProperty.Determinant), 1e-300);
        Assert.Equal(new[,] { { 1 / 1e-300, 0 }, { 0, 1 / 1e15 } }, ValueOf(matrix, MatrixProperty.Inverse, 0));
        Assert.Equal(1.0, ValueOf(new[,] { { 1, 1e40 }, { 0, 1 } }, MatrixProperty.Determinant));
    }

    [Theory]
    [InlineData(2, 1, 1, 2, MatrixDefiniteness.PositiveDefinite)]
    [InlineData(1, 1, 1, 1, MatrixDefiniteness.PositiveSemidefinite)]
    [InlineData(1, 2, 2, 1, MatrixDefiniteness.Indefinite)]
    [InlineData(-1, -1, -1, -1, MatrixDefiniteness.NegativeSemidefinite)]
    [InlineData(-2, 1, 1, -2, MatrixDefiniteness.NegativeDefinite)]
    [InlineData(0, 0, 0, 0, MatrixDefiniteness.PositiveSemidefinite)]
    public void Definiteness_is_that_of_the_eigenvalues(double a, double b, double c, double d, MatrixDefiniteness expected) =>
        Assert.Equal(expected, Analyze(new[,] { { a, b }, { c, d } }).Definiteness);

    [Fact]
    public void What_only_square_matrices_have_is_missing_with_one_note_and_an_error_on_demand()
    {
        var matrix = new double[,] { { 1, 2, 3 }, { 4, 5, 6 } };
        var result = Analyze(matrix);
        Assert.Equal((null, null, null, null), (result.Trace, result.Determinant, result.Eigenvalues, result.Inverse));
        Assert.Equal("Trace, Determinant, Definiteness, Eigenvalues, Eigenvectors, Inverse: only a square matrix has this, not one with 2 rows and 3 columns.", Assert.Single(result.Notes));
        Assert.Equal((3, 2), (result.PseudoInverse!.GetLength(0), result.PseudoInverse.GetLength(1)));
        Assert.False(result.IsSymmetric);
        Assert.Equal("Determinant: only a square matrix has this, not one with 2 rows and 3 columns.", Error(matrix, MatrixProperty.Determinant, "MatrixNotSquare"));
        Error(matrix, MatrixProperty.Definiteness, "MatrixNotSquare");
        Error(new double[,] { { 1, 2 }, { 3, 4 } }, MatrixProperty.Definiteness, "MatrixNotSymmetric");
    }

    [Fact]
    public void The_edges_of_numbers_are_kept()
    {
        var zero = Analyze(new double[2, 3]);
        Assert.Equal((0, double.PositiveInfinity), (zero.Rank, zero.Condition));
        Assert.Equal(new double[3, 2], zero.PseudoInverse);
        var one = Analyze(new double[,] { { -4 } });
        Assert.Equal((-4.0, -4.0, 1.0), (one.Trace, one.Determinant, one.Condition));
        Assert.Equal(new[,] { { -0.25 } }, one.Inverse);
        Assert.Equal([4], one.SingularValues);
        Near([2e-300, 1e-300], Analyze(new[,] { { 2e-300, 0 }, { 0, 1e-300 } }).SingularValues, 1e-314);
        Near([1.6e300, 1e300], Analyze(new[,] { { 1e300, 0 }, { 0, 1.6e300 } }).SingularValues, 1e286);
        Assert.Contains("10^600.00", Error(new[,] { { 1e300, 0 }, { 0, 1e300 } }, MatrixProperty.Determinant, "ValueNotFinite"), StringComparison.Ordinal);
        Assert.Contains("-10^-600.00", Error(new[,] { { -1e-300, 0 }, { 0, 1e-300 } }, MatrixProperty.Determinant, "ValueNotFinite"), StringComparison.Ordinal);
        Error(new[,] { { 1e-310 } }, MatrixProperty.Inverse, "ValueNotFinite");
        Error(new[,] { { double.MaxValue, 0 }, { 0, double.MaxValue } }, MatrixProperty.Trace, "ValueNotFinite");
    }

    [Fact]
    public void Tall_and_wide_matrices_need_no_square_of_their_length()
    {
        var matrix = Random(1, 20_000, 3);
        var tall = (double[,])ValueOf(matrix, MatrixProperty.PseudoInverse);
        var identity = Product(tall, matrix);
        for (var i = 0; i < 9; i++) Assert.Equal(i % 4 == 0 ? 1 : 0, identity[i / 3, i % 3], 1e-12);
        var wide = (double[,])ValueOf(Transposed(matrix), MatrixProperty.PseudoInverse);
        Near(Transposed(tall), wide, 1e-15);
    }

    [Fact]
    public void It_comes_back_from_its_text_and_can_be_cancelled()
    {
        foreach (var matrix in new[] { new double[,] { { 0, -2 }, { 2, 0 } }, new double[,] { { 2, 1 }, { 1, 2 } }, new double[,] { { 1, 2, 3 }, { 4, 5, 6 } } })
        {
            var result = Analyze(matrix);
            var back = (MatrixAnalysis)ObjectText.Read(ObjectText.Write(result), typeof(MatrixAnalysis));
            Assert.Equal(result.Eigenvalues, back.Eigenvalues);
            Assert.Equal(result.Eigenvectors, back.Eigenvectors);
            Assert.Equal(ObjectText.Write(result), ObjectText.Write(back));
        }

        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => LinearAlgebraTools.Matrix(Hilbert(3), null, source.Token).ValueOf(MatrixProperty.Inverse));
    }

    private static IMatrixDecomposition Of(double[,] matrix, double? tolerance = null) => LinearAlgebraTools.Matrix(matrix, tolerance, TestContext.Current.CancellationToken);

    private static MatrixAnalysis Analyze(double[,] matrix) => Of(matrix).Analyze([]);

    private static object ValueOf(double[,] matrix, MatrixProperty property, double? tolerance = null) => Of(matrix, tolerance).ValueOf(property);

    private static string Error(double[,] matrix, MatrixProperty property, string id, double? tolerance = null)
    {
        var error = Assert.Throws<AutodiffException>(() => Of(matrix, tolerance).ValueOf(property));
        Assert.Equal(id, error.ErrorId);
        return error.Message;
    }

    private static Complex[] Complexes(Array values) => values as Complex[] ?? Array.ConvertAll((double[])values, static value => new Complex(value, 0));

    private static void AssertEigenpairs(double[,] matrix, double within)
    {
        var result = Analyze(matrix);
        var values = Complexes(result.Eigenvalues!);
        Assert.Equal(values.Select(static value => value.Real).OrderDescending(), values.Select(static value => value.Real));
        for (var k = 0; k < values.Length; k++)
        {
            var vector = Enumerable.Range(0, values.Length).Select(i => result.Eigenvectors is Complex[,] complex ? complex[i, k] : ((double[,])result.Eigenvectors!)[i, k]).ToArray();
            Assert.Equal(1, vector.Sum(static part => Complex.Abs(part) * Complex.Abs(part)), 1e-13);
            Assert.Equal(vector.Max(Complex.Abs), vector.Max(static part => part.Imaginary == 0 || Math.Abs(part.Imaginary) < 1e-15 ? part.Real : 0), 1e-8);
            for (var i = 0; i < values.Length; i++)
            {
                var sum = -values[k] * vector[i];
                for (var j = 0; j < values.Length; j++) sum += matrix[i, j] * vector[j];
                Assert.Equal(0, Complex.Abs(sum), within);
            }
        }
    }

    private static void AssertInverse(double[,] matrix, double? tolerance = null)
    {
        var n = matrix.GetLength(0);
        var identity = new BigFloat[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) identity[i, j] = i == j ? BigFloat.One : BigFloat.Zero;
        }

        var exact = PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.From(matrix), identity);
        var inverse = (double[,])ValueOf(matrix, MatrixProperty.Inverse, tolerance);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) Assert.True(PreciseLinearAlgebra.RelativeError(inverse[i, j], exact[i, j]) < 1.2e-16, $"{i}, {j}: {inverse[i, j]} of {exact[i, j].ToDoubleRoughly()}");
        }
    }

    // By elimination in whole numbers, which divides without remainders (Bareiss): doubles are whole numbers times 2^-exponent.
    private static double Exact(double[,] matrix)
    {
        const int exponent = 200;
        var n = matrix.GetLength(0);
        var rows = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => BigFloat.FromDouble(matrix[i, j]).ToFixed(exponent)).ToArray()).ToArray();
        var (sign, last) = (1, BigInteger.One);
        for (var k = 0; k < n - 1; k++)
        {
            var pivot = Array.FindIndex(rows, k, row => !row[k].IsZero);
            if (pivot < 0) return 0;
            if (pivot != k) (rows[k], rows[pivot], sign) = (rows[pivot], rows[k], -sign);
            for (var i = k + 1; i < n; i++)
            {
                for (var j = k + 1; j < n; j++) rows[i][j] = ((rows[i][j] * rows[k][k]) - (rows[i][k] * rows[k][j])) / last;
            }

            last = rows[k][k];
        }

        return sign * new BigFloat(rows[n - 1][n - 1], -exponent * n).ToDoubleRoughly();
    }

    private static double[,] Hilbert(int n)
    {
        var matrix = new double[n, n];
        for (var i = 0; i < n * n; i++) matrix[i / n, i % n] = 1.0 / ((i / n) + (i % n) + 1);
        return matrix;
    }

    private static double[,] Random(int seed, int rows, int columns)
    {
        var random = new RandomSource(seed);
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows * columns; i++) matrix[i / columns, i % columns] = random.NextNormal();
        return matrix;
    }

    private static double[,] Product(double[,] x, double[,] y)
    {
        var product = new double[x.GetLength(0), y.GetLength(1)];
        for (var i = 0; i < product.GetLength(0); i++)
        {
            for (var j = 0; j < product.GetLength(1); j++)
            {
                for (var k = 0; k < y.GetLength(0); k++) product[i, j] += x[i, k] * y[k, j];
            }
        }

        return product;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++) transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }

    private static void Near(double[] expected, double[] actual, double within)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], within);
    }

    private static void Near(double[,] expected, double[,] actual, double within)
    {
        Assert.Equal(expected.GetLength(1), actual.GetLength(1));
        Near([.. expected.Cast<double>()], [.. actual.Cast<double>()], within);
    }
}
