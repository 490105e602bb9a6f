using PSAutodiff.Core;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Checks of derivatives and comparisons where variables are vectors and matrices.</summary>
public sealed class ArrayMeasurementTests
{
    [Fact]
    public void Every_element_of_a_gradient_is_checked_under_its_name()
    {
        var checks = Check("X: [3, 2]; w: [2]; mean(tanh(X @ w + b)^2)", new() { ["X"] = [1, 2, -1, 0.5, 0.3, -2], ["w"] = [0.4, -0.7], ["b"] = [0.1] });
        Assert.Equal(["X[0, 0]", "X[0, 1]", "X[1, 0]", "X[1, 1]", "X[2, 0]", "X[2, 1]", "b", "w[0]", "w[1]"], checks.Select(static check => check.Variable));
        Assert.All(checks, static check => Assert.True(check.Passed, check.ToString()));
        Assert.All(checks, static check => Assert.NotEqual(0, check.Derivative));
    }

    [Fact]
    public void A_wrong_candidate_fails_at_its_wrong_elements_alone()
    {
        var candidates = new Dictionary<string, ExprNode> { ["W"] = ExprNode.Parse("W: [2, 2]; 2*W + [[0, 0], [0.01, 0]]") };
        var checks = Check("W: [2, 2]; sum(W^2)", new() { ["W"] = [1, 2, 3, 4] }, candidates);
        Assert.Equal(["W[1, 0]"], checks.Where(static check => !check.Passed).Select(static check => check.Variable));
        Assert.Equal([2, 4, 6.01, 8], checks.Select(static check => check.Derivative));
    }

    [Fact]
    public void A_candidate_of_another_shape_and_a_value_of_another_shape_are_errors()
    {
        var scalar = new Dictionary<string, ExprNode> { ["W"] = ExprNode.Parse("2") };
        Assert.Equal(ErrorIds.ShapeMismatch, Assert.Throws<AutodiffException>(() => Check("W: [2]; sum(W^2)", new() { ["W"] = [1, 2] }, scalar)).ErrorId);
        var wrong = Assert.Throws<AutodiffException>(() => DerivativeCheck.Run(ExprNode.Parse("W: [2]; sum(W^2)"), new Dictionary<string, double> { ["W"] = 1 }, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal("The value of 'W' is a number, but 'W' is a vector (2).", wrong.Message);
        Assert.Equal(ErrorIds.ShapeMismatch, Assert.Throws<AutodiffException>(() => Check("W: [2]; 2*W", new() { ["W"] = [1, 2] })).ErrorId);
    }

    [Theory]
    [InlineData("A: [2, 3]; B: [3, 2]; (A @ B).T", "A: [2, 3]; B: [3, 2]; B.T @ A.T")]
    [InlineData("A: [2, 3]; B: [3, 2]; trace(A @ B)", "A: [2, 3]; B: [3, 2]; sum(A * B.T)")]
    [InlineData("x: [3]; y: [4]; z: [4]; outer(x, y) @ z", "x: [3]; y: [4]; z: [4]; x * (y @ z)")]
    [InlineData("v: [3]; log(softmax(v))", "v: [3]; v - logsumexp(v)")]
    [InlineData("v: [3]; norm(v)^2", "v: [3]; v @ v")]
    [InlineData("H: [3, 3] symmetric; v: [3]; v @ H", "H: [3, 3] symmetric; v: [3]; H @ v")]
    [InlineData("v: [5]; k: [2]; sum(take(v, k))", "v: [5]; k: [2]; scatter(ones(2), k, 5) @ v")]
    [InlineData("v: [3]; tanh(v)", "v: [3]; 1 - 2/(exp(2*v) + 1)")]
    [InlineData("v: [2]; diag(v) - diag(v)", "zeros(2, 2)")]
    [InlineData("X: [4, 2]; w: [2]; y: [4]; 0.5 * (X.T @ (X @ w - y))", "X: [4, 2]; w: [2]; y: [4]; [sum(X[:, 0]*(X @ w - y))/2, sum(X[:, 1]*(X @ w - y))/2]")]
    public void What_is_equal_is_found_equal(string reference, string difference)
    {
        var comparison = Compare(reference, difference);
        Assert.True(comparison.Equal, comparison.ToString());
        Assert.Null(comparison.Counterexample);
        Assert.Null(comparison.Element);
    }

    [Theory]
    [InlineData("A: [2, 2]; B: [2, 2]; A @ B", "A: [2, 2]; B: [2, 2]; B @ A")]
    [InlineData("A: [2, 2]; A", "A: [2, 2]; A.T")]
    [InlineData("H: [2, 2] symmetric; v: [2]; H @ v", "H: [2, 2] symmetric; v: [2]; diag(diag(H)) @ v")]
    [InlineData("v: [3]; softmax(v)", "v: [3]; softmax(2*v)")]
    [InlineData("v: [3]; max(v)", "v: [3]; logsumexp(v)")]
    [InlineData("v: [3]; [v[0], v[1], 1e-3]", "v: [3]; [v[0], v[1], 1.0001e-3]")]
    [InlineData("v: [4]; k: [2]; take(v, k)", "v: [4]; k: [2]; take(v, 3 - k)")]
    public void What_differs_has_a_point_and_an_element_where_it_does(string reference, string difference)
    {
        var comparison = Compare(reference, difference);
        Assert.Equal(ComparisonBasis.Counterexample, comparison.How);
        var (layout, elements) = (VariableLayout.Of(comparison.Counterexample!), VariableLayout.ElementsOf(comparison.Counterexample!));
        var (x, y) = (At(reference), At(difference));
        var first = Enumerable.Range(0, x.Length).First(i => Math.Abs(x[i] - y[i]) > 1e-9);
        Assert.Equal((x[first], y[first]), (comparison.ReferenceValue, comparison.DifferenceValue));
        var shape = ExprNode.Parse(reference).ArrayShape;
        Assert.Equal(shape.IsNumber ? null : VariableLayout.PlaceOf(shape, first), comparison.Element);

        double[] At(string text)
        {
            var program = CompiledExpression.Compile(layout, ExprNode.Flatten([ExprNode.Parse(text)]), default);
            var values = new double[program.ResultLength];
            program.Evaluate(elements, values);
            return values;
        }
    }

    [Fact]
    public void Points_keep_the_promise_of_a_symmetric_matrix()
    {
        var comparison = Compare("H: [3, 3] symmetric; v: [3]; v @ H @ v", "H: [3, 3] symmetric; v: [3]; v @ H @ v + 1");
        var h = (double[,])comparison.Counterexample!["H"]!;
        Assert.All(Enumerable.Range(0, 9), i => Assert.Equal(h[i / 3, i % 3], h[i % 3, i / 3]));
    }

    [Fact]
    public void What_is_different_in_one_element_alone_is_not_equal_and_what_is_nowhere_defined_is_undecided()
    {
        Assert.Equal("[0, 1]", Compare("A: [2, 2]; A @ A", "A: [2, 2]; A @ A + [[0, 1], [0, 0]]").Element);
        Assert.Equal(ComparisonBasis.Undecided, Compare("v: [2]; log(-v*v - 1)", "v: [2]; log(-v*v - 2)").How);
    }

    [Fact]
    public void Other_shapes_are_an_error()
    {
        Assert.Equal(ErrorIds.ShapeMismatch, Assert.Throws<AutodiffException>(() => Compare("v: [3]; sum(v)", "v: [3]; v")).ErrorId);
        Assert.Equal(ErrorIds.ShapeConflict, Assert.Throws<AutodiffException>(() => Compare("v: [3]; sum(v)", "v: [4]; sum(v)")).ErrorId);
    }

    [Fact]
    public void Steps_end_with_zeros()
    {
        var steps = ExpressionComparison.CompareByStep(ExprNode.Parse("A: [2, 3]; B: [3, 2]; (A @ B).T"), ExprNode.Parse("A: [2, 3]; B: [3, 2]; B.T @ A.T"), TestContext.Current.CancellationToken);
        Assert.Equal("zeros(2, 2)", steps[^1].Whole!.ToString());
    }

    [Fact]
    public void A_direction_makes_a_derivative_of_the_shape_of_the_expression()
    {
        var gradient = ExprNode.Parse("H: [3, 3] symmetric; w: [3]; b: [3]; b + H @ w");
        var along = gradient.DifferentiateAlong(new Dictionary<string, ExprNode> { ["w"] = ExprNode.Variable("v", 3) }, TestContext.Current.CancellationToken);
        Assert.Equal("H: [3, 3] symmetric; v: [3]; H @ v", along.Simplify(SimplificationRule.Textbook).ToString());
        var none = gradient.DifferentiateAlong(new Dictionary<string, ExprNode> { ["q"] = ExprNode.Constant(1) }, TestContext.Current.CancellationToken);
        Assert.Equal("zeros(3)", none.Simplify().ToString());
    }

    private static ExpressionComparison Compare(string reference, string difference) =>
        ExpressionComparison.Compare(ExprNode.Parse(reference), ExprNode.Parse(difference), TestContext.Current.CancellationToken);

    private static IReadOnlyList<DerivativeCheck> Check(string text, Dictionary<string, double[]> at, Dictionary<string, ExprNode>? candidates = null)
    {
        var node = ExprNode.Parse(text);
        var layout = VariableLayout.Of(node.Variables, ExprNode.Flatten([node]));
        return DerivativeCheck.RunElements(node, layout, [.. layout.Names.SelectMany(name => at[name])], candidates, null, null, null, null, TestContext.Current.CancellationToken);
    }
}
