using PSAutodiff.Optimization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Minima over vectors and matrices.</summary>
public sealed class ArrayMinimizationTests
{
    // Of this X and y, by (X'X)^-1 X'y: X'X = [[4, 6], [6, 14]], X'y = [12.2, 25].
    private const string LeastSquares = "X = [[1, 0], [1, 1], [1, 2], [1, 3]]; w: [2]; mean((X @ w - [1.1, 2.3, 3.7, 5.1])^2)";

    public static TheoryData<MinimizationMethod, double?> Methods { get; } = new()
    {
        { MinimizationMethod.GradientDescent, 0.1 },
        { MinimizationMethod.Momentum, 0.05 },
        { MinimizationMethod.Adam, 0.05 },
        { MinimizationMethod.Newton, null },
        { MinimizationMethod.PureNewton, null },
        { MinimizationMethod.LBFGS, null },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void Least_squares_end_at_the_closed_form_by_every_method(MinimizationMethod method, double? rate)
    {
        var minimum = Search(LeastSquares, [0, 0], new MinimizationOptions { Method = method, LearningRates = rate is { } given ? [given] : null, Tolerance = method == MinimizationMethod.GradientDescent ? 1e-15 : null });
        var w = (double[])minimum.At["w"]!;
        var determinant = (4.0 * 14) - (6 * 6);
        Assert.Equal(((14 * 12.2) - (6 * 25.0)) / determinant, w[0], 1e-6);
        Assert.Equal(((4 * 25.0) - (6 * 12.2)) / determinant, w[1], 1e-6);
        Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
        Assert.All((double[])minimum.Gradient["w"]!, static entry => Assert.Equal(0, entry, 1e-6));
    }

    [Theory]
    [InlineData(MinimizationMethod.Newton)]
    [InlineData(MinimizationMethod.PureNewton)]
    public void Newton_solves_a_quadratic_in_one_step(MinimizationMethod method)
    {
        var minimum = Search("H = [[4, 1, 0], [1, 3, 1], [0, 1, 2]]; b = [1, -2, 0.5]; w: [3]; w @ H @ w/2 + b @ w", [7, -3, 11], new MinimizationOptions { Method = method, KeepPath = true });
        var w = (double[])minimum.Path[1].At["w"]!;
        double[][] h = [[4, 1, 0], [1, 3, 1], [0, 1, 2]];
        double[] b = [1, -2, 0.5];
        for (var i = 0; i < 3; i++) Assert.Equal(-b[i], h[i].Zip(w).Sum(static pair => pair.First * pair.Second), 1e-12);
        Assert.InRange(minimum.Iterations, 1, 2);
        Assert.Equal([7, -3, 11], (double[])minimum.Path[0].At["w"]!);
    }

    [Fact]
    public void Softmax_regression_finds_a_matrix_whose_classes_have_their_frequencies()
    {
        // With an intercept, the mean of the fitted probabilities of a class is the part of the examples that are in it.
        const string text = "X = [[1, 0.5], [1, -1], [1, 2], [1, 0.1], [1, -0.4], [1, 1.2]]; Y = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]; W: [2, 3]; mean(logsumexp(X @ W)) - sum(Y * (X @ W))/6 + 0.001*sum(W[1]^2)";
        foreach (var method in new[] { MinimizationMethod.LBFGS, MinimizationMethod.Newton })
        {
            var minimum = Search(text, [0, 0, 0, 0, 0, 0], new MinimizationOptions { Method = method });
            var w = (double[,])minimum.At["W"]!;
            double[] x = [0.5, -1, 2, 0.1, -0.4, 1.2];
            var means = new double[3];
            foreach (var one in x)
            {
                double[] scores = [.. Enumerable.Range(0, 3).Select(j => Math.Exp(w[0, j] + (w[1, j] * one)))];
                for (var j = 0; j < 3; j++) means[j] += scores[j] / scores.Sum() / 6;
            }

            Assert.All(means, static mean => Assert.Equal(1 / 3.0, mean, 1e-5));
            Assert.True(minimum.Value < 0.9);
            Assert.Equal((2, 3), (((double[,])minimum.Gradient["W"]!).GetLength(0), ((double[,])minimum.Gradient["W"]!).GetLength(1)));
        }
    }

    [Fact]
    public void The_same_function_of_numbers_is_searched_alike()
    {
        var options = new MinimizationOptions { Method = MinimizationMethod.Newton };
        var vector = Search("v: [2]; (1 - v[0])^2 + 100*(v[1] - v[0]^2)^2", [-1.2, 1], options);
        var numbers = Search("(1 - x)^2 + 100*(y - x^2)^2", [-1.2, 1], options);
        Assert.Equal(numbers.Iterations, vector.Iterations);
        Assert.Equal(1, ((double[])vector.At["v"]!)[0], 1e-9);
    }

    [Fact]
    public void Messages_name_elements()
    {
        var infinite = Assert.Throws<AutodiffException>(() => Search("v: [2]; sum(log(v))", [1, -1], new MinimizationOptions()));
        Assert.Contains("v[1] = -1", infinite.Message, StringComparison.Ordinal);
        var flat = Search("v: [2]; exp(v[0]) + (v[1] - 1)^2", [0, 0], new MinimizationOptions());
        Assert.Equal(MinimizationStopReason.NoMinimum, flat.StopReason);
        Assert.Contains("however far v[0] goes", flat.Message, StringComparison.Ordinal);
        Assert.Equal("At", string.Concat(Search("v: [2]; (v[0]^2 - 1)^2 + v[1]^2", [0, 1], new MinimizationOptions()).Message.Take(2)));
    }

    [Fact]
    public void A_function_that_is_no_number_is_an_error() =>
        Assert.Equal(ErrorIds.ShapeMismatch, Assert.Throws<AutodiffException>(() => Search("v: [2]; v^2", [1, 1], new MinimizationOptions())).ErrorId);

    [Fact]
    public void The_largest_curvature_is_the_largest_eigenvalue_of_the_Hessian()
    {
        var objective = new Objective(ExprNode.Parse("H = [[2, 1], [1, 2]]; w: [2]; w @ H @ w/2 + b^2/2"), null, TestContext.Current.CancellationToken);
        var curvature = Curvature.Of(objective, [0.3, 1, -2], TestContext.Current.CancellationToken);
        Assert.Equal(3, curvature!.Largest, 1e-9);
        Assert.True(curvature.IsConstant);
        var hessian = new double[9];
        objective.Hessian([0.3, 1, -2], hessian, TestContext.Current.CancellationToken);
        Assert.Equal([1, 0, 0, 0, 2, 1, 0, 1, 2], hessian);
    }

    // With A = diag(1, 2): (A'A) H + H (A'A) = A'B + B'A, by elements (a_i^2 + a_j^2) H_ij. Without the promise it would be H = B/A = [[1, 5], [1, 1.5]].
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_matrix_that_is_declared_symmetric_stays_so_on_the_whole_way_to_the_best_of_these(MinimizationMethod method, double? rate)
    {
        var minimum = Search("H: [2, 2] symmetric; sum(([[1, 0], [0, 2]] @ H - [[1, 5], [2, 3]])^2)", [0, 0.5, 0.5, 0], new MinimizationOptions { Method = method, LearningRates = rate is { } given ? [given] : null, KeepPath = true });
        Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
        var found = (double[,])minimum.At["H"]!;
        double[] expected = [1, 9.0 / 5, 9.0 / 5, 12.0 / 8];
        foreach (var (entry, i) in found.Cast<double>().Select(static (entry, i) => (entry, i))) Assert.Equal(expected[i], entry, 1e-5);
        Assert.All(((double[,])minimum.Gradient["H"]!).Cast<double>(), static entry => Assert.Equal(0, entry, 1e-5));
        Assert.All(minimum.Path.Select(static step => (double[,])step.At["H"]!), static matrix => Assert.Equal(matrix[0, 1], matrix[1, 0]));
        if (method is MinimizationMethod.Newton or MinimizationMethod.PureNewton) Assert.InRange(minimum.Iterations, 1, 2);
    }

    [Fact]
    public void Curvatures_of_symmetric_matrices_are_those_along_symmetric_directions()
    {
        // Along (0, 1, 1, 0)/sqrt(2) it is t^2/2. By all elements of any matrix the Hessian has 2 for H[0, 1] and 0 for H[1, 0].
        var objective = new Objective(ExprNode.Parse("H: [2, 2] symmetric; H[0, 1]^2 + (H[0, 0]^2 + H[1, 1]^2)/4 - 3*H[0, 0]*b"), null, TestContext.Current.CancellationToken);
        var hessian = new double[25];
        objective.Hessian([1, 2, 3, 3, 4], hessian, TestContext.Current.CancellationToken);
        Assert.Equal([0.5, 0, 0, 0, -3, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0.5, 0, -3, 0, 0, 0, 0], Reordered(hessian, objective.Names));
        var quadratic = new Objective(ExprNode.Parse("H: [2, 2] symmetric; H[0, 1]^2 + (H[0, 0]^2 + H[1, 1]^2)/4"), null, TestContext.Current.CancellationToken);
        Assert.Equal(1, Curvature.Of(quadratic, [1, 3, 3, 4], TestContext.Current.CancellationToken)!.Largest, 1e-9);
    }

    [Fact]
    public void A_saddle_among_symmetric_matrices_is_none_of_a_function_that_falls_only_among_others()
    {
        // (H01 - H10)^2 is 0 for every symmetric matrix: -100 times it makes a saddle for others alone.
        var minimum = Search("H: [2, 2] symmetric; sum(H^2) - 100*([1, 0] @ H @ [0, 1] - [0, 1] @ H @ [1, 0])^2", [1, 2, 2, 3], new MinimizationOptions { Method = MinimizationMethod.Newton });
        Assert.Equal(MinimizationStopReason.Converged, minimum.StopReason);
        Assert.All(((double[,])minimum.At["H"]!).Cast<double>(), static entry => Assert.Equal(0, entry, 1e-8));
    }

    [Fact]
    public void A_step_comes_back_from_its_text()
    {
        var minimum = Search(LeastSquares, [0, 0], new MinimizationOptions { KeepPath = true });
        Assert.StartsWith("0: 11.", minimum.Path[0].ToString(), StringComparison.Ordinal);
        Assert.EndsWith("at { w: [0, 0] }", minimum.Path[0].ToString(), StringComparison.Ordinal);
    }

    // In the order H, b.
    private static double[] Reordered(double[] hessian, IReadOnlyList<string> names)
    {
        int[] order = [.. Enumerable.Range(0, names.Count).OrderBy(i => names[i] == "b").ThenBy(static i => i)];
        return [.. order.SelectMany(i => order.Select(j => hessian[(i * names.Count) + j]))];
    }

    private static Minimum Search(string text, double[] start, MinimizationOptions options) =>
        new Minimization(ExprNode.Parse(text), TestContext.Current.CancellationToken).Run(start, options, TestContext.Current.CancellationToken);
}
