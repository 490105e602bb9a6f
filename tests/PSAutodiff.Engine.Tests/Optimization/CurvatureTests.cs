using PSAutodiff.Kernels;
using PSAutodiff.Optimization;
using Xunit;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

public sealed class CurvatureTests
{
    [Fact]
    public void The_largest_eigenvalue_of_a_quadratic_is_found() => RandomQuadratic.Check(100, static quadratic =>
    {
        var curvature = Curvature.Of(new Objective(quadratic.Expression, null, CancellationToken.None), quadratic.Start, CancellationToken.None)!;
        Assert.True(curvature.IsConstant);
        AssertNear(quadratic.LargestEigenvalue, curvature.Largest, 1e-8);
    });

    [Theory]
    [InlineData("x^2 - 5*y^2", 2)] // the negative one is larger in magnitude
    [InlineData("x^2 - y^2", 2)] // as large
    [InlineData("-x^2 - 3*y^2", -2)]
    [InlineData("x*y", 1)]
    [InlineData("(x + y)^2", 4)]
    [InlineData("x + y", 0)]
    [InlineData("(_v1 + _v0)^2 + y - y", 4)] // names that could be taken for its own
    public void It_is_the_largest_not_the_largest_in_magnitude(string text, double expected)
    {
        var objective = new Objective(ExprNode.Parse(text), null, CancellationToken.None);
        var curvature = Curvature.Of(objective, new double[objective.Dimension], CancellationToken.None)!;
        Assert.True(curvature.IsConstant);
        AssertNear(expected, curvature.Largest, 1e-7);
    }

    [Theory]
    [InlineData("x^4", 48)]
    [InlineData("exp(x) + y^2", 7.38905609893065)]
    [InlineData("x^2*y", 6.47213595499958)] // [[4, 4], [4, 0]]: 2 + sqrt(20)
    public void Other_functions_have_a_curvature_for_each_point(string text, double expected)
    {
        var objective = new Objective(ExprNode.Parse(text), null, CancellationToken.None);
        var point = new double[objective.Dimension];
        Array.Fill(point, 2);
        var curvature = Curvature.Of(objective, point, CancellationToken.None)!;
        Assert.False(curvature.IsConstant);
        AssertNear(expected, curvature.Largest, 1e-7);
    }

    [Fact]
    public void A_modified_factorisation_solves_definite_systems_and_descends_in_all_others()
    {
        var random = new Random(5);
        for (var test = 0; test < 500; test++)
        {
            var n = 1 + (test % 6);
            var matrix = new double[n * n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j <= i; j++) matrix[(i * n) + j] = matrix[(j * n) + i] = random.NextDouble() - 0.5;
            }

            var isDominant = test % 2 == 0;
            for (var i = 0; i < n && isDominant; i++) matrix[(i * n) + i] = n;
            var right = Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray();
            var solution = right.ToArray();
            var cholesky = new ModifiedCholesky(n);
            cholesky.Factor(matrix, CancellationToken.None);
            cholesky.Solve(solution);
            Assert.True(Vectors.Dot(solution, right) > 0);
            if (!isDominant) continue;
            Assert.Equal(0, cholesky.Shift);
            for (var i = 0; i < n; i++) AssertNear(right[i], Vectors.Dot(matrix.AsSpan(i * n, n), solution), 1e-14);
        }
    }

    [Fact]
    public void A_matrix_of_zeros_gives_the_direction_of_the_right_side()
    {
        var cholesky = new ModifiedCholesky(2);
        cholesky.Factor(new double[4], CancellationToken.None);
        double[] vector = [3, -4];
        cholesky.Solve(vector);
        Assert.True(cholesky.IsSingular);
        Assert.Equal(-4.0 / 3, vector[1] / vector[0], 1e-12);
        Assert.True(vector[0] > 0);
    }

    [Fact]
    public void Norms_neither_overflow_nor_vanish()
    {
        Assert.Equal(5e200, Vectors.Norm([3e200, 4e200]), 1e187);
        Assert.Equal(5e-200, Vectors.Norm([3e-200, -4e-200]), 1e-213);
        Assert.Equal(0, Vectors.Norm([0, 0]));
    }
}
