using PSAutodiff.Passes.Differentiation;
using Xunit;

namespace PSAutodiff.Tests.Passes.Differentiation;

public sealed class DerivativeMatrixTests
{
    [Theory]
    [InlineData("W: [4, 3]; x: [3]; W @ x", "x", "W")]
    [InlineData("W: [4, 3]; x: [3]; b: [4]; tanh(W @ x + b)", "x", "diag(sech2(W @ x + b)) @ W")]
    [InlineData("z: [3]; softmax(z)", "z", "diag(softmax(z)) - outer(softmax(z), softmax(z))")]
    [InlineData("V: [2, 4]; W: [4, 3]; x: [3]; V @ tanh(W @ x)", "x", "V @ (diag(sech2(W @ x)) @ W)")]
    [InlineData("x: [3]; x * (x @ x)", "x", "x @ x * eye(3) + 2 * outer(x, x)")]
    [InlineData("x: [3]; y: [3]; concat(x * y, 2*x)", "x", "concat(diag(y), 2 * eye(3), axis=0)")]
    [InlineData("x: [3]; a * x", "a", "reshape(x, 3, 1)")]
    [InlineData("x: [3]; a * x", "a,x", "concat(reshape(x, 3, 1), a * eye(3), axis=1)")]
    [InlineData("x: [3]; b: [3]; x @ b", "x", "reshape(b, 1, 3)")]
    [InlineData("A: [2, 2]; sin(t) * A", "t", "cos(t) * reshape(A, 4, 1)")]
    public void Jacobians_are_printed_as_in_textbooks(string text, string variables, string expected) =>
        AssertSame(Declared(text, expected), Assert.IsType<ExprNode>(DerivativeObjects.Jacobian([ExprNode.Parse(text)], variables.Split(','), DifferentiationMode.Auto, Tidy)));

    [Theory]
    [InlineData("H: [3, 3] symmetric; x: [3]; b: [3]; x @ H @ x / 2 + b @ x", "x", "H")]
    [InlineData("H: [3, 3]; x: [3]; x @ H @ x / 2", "x", "0.5 * (H.T + H)")]
    [InlineData("z: [3]; logsumexp(z)", "z", "diag(softmax(z)) - outer(softmax(z), softmax(z))")]
    [InlineData("X: [9, 3]; w: [3]; y: [9]; sum((X @ w - y)^2) / 2", "w", "X.T @ X")]
    [InlineData("X: [9, 3]; w: [3]; y: [9]; sum(softplus(X @ w)) - y @ X @ w", "w", "X.T @ (diag(sigmoid(X @ w) * sigmoid(-(X @ w))) @ X)")]
    [InlineData("x: [2]; b: [2]; c * x @ b", "x,c", "concat(concat(zeros(2, 2), reshape(b, 2, 1), axis=1), concat(reshape(b, 1, 2), zeros(1, 1), axis=1), axis=0)")]
    [InlineData("x: [2]; b: [2]; c * x @ b", "c,x", "concat(concat(zeros(1, 1), reshape(b, 1, 2), axis=1), concat(reshape(b, 2, 1), zeros(2, 2), axis=1), axis=0)")]
    [InlineData("v: [4]; sum(exp(v))", "v", "diag(exp(v))")]
    [InlineData("W: [4, 4]; trace(W)", "W", "zeros(16, 16)")]
    public void Hessians_are_printed_as_in_textbooks(string text, string variables, string expected) =>
        AssertSame(Declared(text, expected), Assert.IsType<ExprNode>(DerivativeObjects.Hessian(ExprNode.Parse(text), variables.Split(','), Tidy)));

    [Fact]
    public void Of_several_expressions_the_rows_stand_below_each_other()
    {
        var jacobian = DerivativeObjects.Jacobian([ExprNode.Parse("x: [2]; x @ x"), ExprNode.Parse("x: [2]; sin(x)"), ExprNode.Parse("t^2")], ["x"], DifferentiationMode.Auto, Tidy);
        AssertSame(Declared("x: [2]; x", "concat(concat(2 * reshape(x, 1, 2), diag(cos(x)), axis=0), zeros(1, 2), axis=0)"), Assert.IsType<ExprNode>(jacobian));
    }

    [Theory]
    [InlineData("W: [4, 3]; x: [3]; W @ x", "W", "-Direction @{ W = 'v' }")]
    [InlineData("v: [3]; diag(v)", "v", "-Direction @{ v = 'd' }")]
    [InlineData("W: [4, 3]; X: [3, 5]; y: [3]; W @ (X @ ones(5)) + W @ y", "W,y", "the derivative of a vector (4) by 'W', a matrix (4, 3), is not one")]
    public void A_Jacobian_that_is_no_matrix_is_refused_with_what_there_is(string text, string variables, string expected)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse(text).JacobianMatrix(variables.Split(',')));
        Assert.Equal(ErrorIds.DerivativeOfArray, error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Hessian_that_is_no_matrix_names_the_ways_to_its_numbers()
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse("W: [2, 2]; x: [2]; sum((W @ x)^2)").HessianMatrix("W"));
        Assert.Contains("-Direction @{ W = 'v' }", error.Message, StringComparison.Ordinal);
        Assert.Contains("Measure-Expression -Hessian", error.Message, StringComparison.Ordinal);
        Assert.Contains("HessianMatrix", Assert.Throws<AutodiffException>(() => ExprNode.Parse("x: [2]; x @ x").Hessian()).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.DerivativeOfArray, Assert.Throws<AutodiffException>(() => ExprNode.Parse("x: [2]; 2*x").HessianMatrix()).ErrorId);
    }

    [Fact]
    public void Rows_scaled_by_a_diagonal_stay_finite_under_Stable()
    {
        var product = ExprNode.Parse("v: [2]; A: [2, 2]; diag(v) @ A");
        Assert.Equal("v: [2]; A: [2, 2]; reshape(v, 2, 1) * A", Ordered(product.Simplify(SimplificationRule.Stable)));
        Assert.Equal("diag(v) @ A", Ordered(product.Simplify(SimplificationRule.Textbook)).Split("; ")[^1]);
    }

    private static string Ordered(ExprNode node) => node.ToText(ExprTextFormat.Infix).Replace("A: [2, 2]; v: [2]", "v: [2]; A: [2, 2]", StringComparison.Ordinal);

    private static string Declared(string text, string expected) => text[..(text.LastIndexOf(';') + 1)] + " " + expected;

    private static void AssertSame(string expected, ExprNode actual) =>
        Assert.Equal(ExprNode.Parse(expected).ToText(ExprTextFormat.Infix), actual.ToText(ExprTextFormat.Infix));

    private static IReadOnlyList<ExprNode> Tidy(IReadOnlyList<ExprNode> nodes) => ExprNode.Simplify(nodes, SimplificationRule.Textbook).Nodes;
}
