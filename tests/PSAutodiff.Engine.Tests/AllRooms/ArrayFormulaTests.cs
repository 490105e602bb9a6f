using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Formulas that derivatives of arrays must become, as books have them, each true in value too.</summary>
public sealed class ArrayFormulaTests
{
    private const string Regression = "X: [5,3]; w: [3]; y: [5]; ";
    private const string Siamese = "x1: [4]; x2: [4]; W: [3,4]; b: [3]; sum(W^2) + sum((tanh(W @ x1 + b) - tanh(W @ x2 + b))^2)";
    private const string Noise = "w: [3]; x: [3]; e: [3]; (y - w @ (x + e))^2/2";

    [Theory]
    [InlineData(Regression + "mean((X @ w - y)^2)", "w", "0.4 * (X.T @ (X @ w - y))")]
    [InlineData(Regression + "mean((X @ w - y)^2) + lambda*(w @ w)", "w", "0.4 * (X.T @ (X @ w - y)) + 2 * lambda * w")]
    [InlineData("H: [3,3] symmetric; w: [3]; b: [3]; b @ w + (w @ H @ w)/2", "w", "b + H @ w")]
    [InlineData("H: [3,3]; w: [3]; b: [3]; b @ w + (w @ H @ w)/2", "w", "b + 0.5 * ((H.T + H) @ w)")]
    [InlineData(Regression + "mean(softplus(X @ w) - y*(X @ w))", "w", "0.2 * (X.T @ (sigmoid(X @ w) - y))")]
    [InlineData("x: [4]; W: [4,3]; y: [3]; logsumexp(x @ W) - y @ (x @ W)", "W", "outer(x, softmax(x @ W) - y)")]
    [InlineData("W: [3,2]; sum(W^2)", "W", "2 * W")]
    [InlineData(Siamese, "W", "2 * (W + outer(sech2(W @ x1 + b) * (tanh(W @ x1 + b) - tanh(W @ x2 + b)), x1) - outer(sech2(W @ x2 + b) * (tanh(W @ x1 + b) - tanh(W @ x2 + b)), x2))")]
    [InlineData(Siamese, "b", "2 * (tanh(W @ x1 + b) - tanh(W @ x2 + b)) * (sech2(W @ x1 + b) - sech2(W @ x2 + b))")]
    [InlineData(Noise, "e", "(w @ (x + e) - y) * w")]
    public void A_derivative_is_printed_as_in_a_book(string text, string variable, string formula)
    {
        var one = new ArrayCase(text, 5);
        var derivative = Tidy(one.Node.Gradient(variable)[0]);
        Assert.Equal(formula, Formula(derivative));
        Assert.Equal(derivative, Tidy(derivative));
        RequireDifferences(one, one.Node, derivative, variable);
    }

    [Fact]
    public void The_derivative_of_a_quadratic_form_along_a_direction_is_the_matrix_times_it()
    {
        var one = new ArrayCase("H: [3,3] symmetric; w: [3]; b: [3]; v: [3]; b @ w + (w @ H @ w)/2 + 0*(v @ v)", 6);
        var gradient = Tidy(one.Node.Gradient("w")[0]);
        Assert.Equal("H @ v", Formula(Tidy(gradient.DifferentiateAlong(new Dictionary<string, ExprNode> { ["w"] = ExprNode.Variable("v", Shape.Vector(3)) }))));
    }

    [Theory]
    [InlineData(Noise, "e", "outer(w, w)")]
    [InlineData("H: [3,3] symmetric; w: [3]; b: [3]; b @ w + (w @ H @ w)/2", "w", "H")]
    [InlineData("H: [3,3]; w: [3]; w @ H @ w", "w", "H.T + H")]
    [InlineData(Regression + "mean((X @ w - y)^2)", "w", "0.4 * (X.T @ X)")]
    [InlineData("w: [3]; y: [3]; logsumexp(w) - y @ w", "w", "diag(softmax(w)) - outer(softmax(w), softmax(w))")]
    [InlineData("a: [3]; w: [3]; sum(a*exp(w))", "w", "diag(a * exp(w))")]
    [InlineData("w: [3]; 3*(w @ w)/2", "w", "3 * eye(3)")]
    [InlineData(Regression + "sum(softplus(X @ w)) - y @ (X @ w)", "w", null)]
    [InlineData("x: [4]; sum((x[1:] - x[:-1]^2)^2)", "x", null)]
    [InlineData("x: [4]; y: [2]; sum(concat(x[:2]*x[2:], sin(x), y)^2)", "x", null)]
    [InlineData("x: [4]; a: [3]; norm(x) + a @ take(x^3, [2, 0, 2]) + x[0]*x[1]*2", "x", null)]
    [InlineData("x: [4]; M: [4,4]; sum([x[0]*x[1], x[2], x[3]^3]^2) + trace(outer(x, M @ x)) + mean(x)^2/(1 + x @ x)", "x", null)]
    public void A_second_derivative_by_a_vector_is_a_matrix(string text, string variable, string? formula)
    {
        var one = new ArrayCase(text, 7);
        var gradient = Tidy(one.Node.Gradient(variable)[0]);
        var second = gradient.Differentiate(variable);
        RequireDifferences(one, gradient, second, variable);
        RequireDifferences(one, gradient, Tidy(second), variable);
        if (formula is not null) Assert.Equal(formula, Formula(Tidy(second)));
        Assert.DoesNotContain(second.Variables, static name => name.Contains('\0'));
    }

    [Fact]
    public void Noise_on_inputs_is_weight_decay()
    {
        var second = Tidy(Tidy(ExprNode.Parse(Noise).Gradient("e")[0]).Differentiate("e"));
        Assert.Equal("w @ w", Formula(ExprNode.Trace(second).Simplify()));
    }

    [Theory]
    [InlineData("W: [2,3]; v: [3]; norm(W @ v)", "W", "v")]
    [InlineData("W: [2,3]; v: [3]; W @ v", "W", null)]
    public void What_is_no_matrix_is_refused_with_the_way_out(string text, string first, string? then)
    {
        var node = ExprNode.Parse(text);
        var exception = Assert.Throws<AutodiffException>(() => then is null ? node.Differentiate(first) : node.Gradient(first)[0].Differentiate(then));
        Assert.Equal(ErrorIds.DerivativeOfArray, exception.ErrorId);
        Assert.Contains("-Direction", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x: [4]; W1: [4,5]; b1: [5]; w2: [5]; (sigmoid(w2 @ sigmoid(x @ W1 + b1) + b2) - y)^2/2", "W1", "b1", "b2", "w2")]
    [InlineData("x: [4]; W1: [4,5]; b1: [5]; W2: [5,2]; b2: [2]; y: [2]; sum((phi(phi(x @ W1 + b1) @ W2 + b2) - y)^2)/2", "W1", "W2", "b1", "b2")]
    public void The_deltas_of_a_hidden_layer_are_named_once(string text, params string[] variables)
    {
        var one = new ArrayCase(Defined(text), 8);
        var (derivatives, _) = ExprNode.Simplify(ExprNode.Parse(text).Gradient(variables), SimplificationRule.Textbook);
        var (bindings, texts) = LetWriter.Write(derivatives);
        for (var i = 0; i < variables.Length; i++) RequireDifferences(one, one.Node, ExprNode.Parse(Defined(bindings + texts[i])), variables[i]);

        // The delta of the hidden layer is the derivative by its bias.
        var delta = texts[Array.IndexOf(variables, "b1")];
        Assert.Matches("^t[0-9]+$", delta);
        Assert.Equal($"outer(x, {delta})", texts[0]);
        if (variables[1] != "W2") return;
        var second = texts[^1];
        Assert.Matches("^t[0-9]+$", second);
        Assert.Matches($@"^outer\(t[0-9]+, {second}\)$", texts[1]);
        Assert.Matches($@"{delta} = \(W2 @ {second}\) \* phi'\(t[0-9]+\);", bindings);
    }

    [Fact]
    public void Derivatives_by_a_symmetric_matrix_are_those_of_the_full_one()
    {
        var one = new ArrayCase("S: [3,3] symmetric; A: [3,3]; v: [3]; u: [3]; sum(S.T * A) + v @ S @ u + sum((S @ v)^2) * sum((v @ S) * u)", 9);
        double[] plain = one.Evaluate(one.Node.Gradient("S"));
        one.RequireNear("gradient", one.Differences(one.Node, "S"), plain, 1e-7);
        var recipe = NumericDerivatives.Of(one.Node, ["S"], hessian: true);
        one.RequireNear("gradient by the recipe", plain, one.Evaluate(recipe.Gradient.Nodes()), 1e-12);

        // The second derivatives along every direction, symmetric or not.
        var along = one.Compile(recipe.Hessian.Nodes(), [KeyValuePair.Create(recipe.Direction[0], ArrayReference.Nested.Of([3, 3], new double[9]))]);
        var differences = one.Differences(one.Node.Gradient("S")[0], "S");
        for (var i = 0; i < 9; i++) one.RequireNear($"direction {i}", [.. Enumerable.Range(0, 9).Select(j => differences[(j * 9) + i])], along.Run(recipe.Direction[0], i, 1), 1e-7);
    }

    private static void RequireDifferences(ArrayCase one, ExprNode node, ExprNode derivative, string variable) =>
        one.RequireNear($"{derivative} by {variable}", one.Differences(node, variable), one.Evaluate(derivative), 1e-7);

    private static string Defined(string text) => text.Replace("phi'(", "sech2(", StringComparison.Ordinal).Replace("phi(", "tanh(", StringComparison.Ordinal);

    private static ExprNode Tidy(ExprNode node) => ExprNode.Simplify([node], SimplificationRule.Textbook).Nodes[0];

    private static string Formula(ExprNode node) => node.ToText(ExprTextFormat.Infix).Split(';')[^1].Trim();
}
