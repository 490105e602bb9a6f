using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Arrays where they are smallest, at points where formulas break down, and where promises could be broken.</summary>
public sealed class ArrayEdgeTests
{
    [Theory]
    [InlineData("o: [1]; v: [2]; (v + o) / (o + 7)", new[] { 2L, 1 }, new[] { 0.06, 0.05 })]
    [InlineData("o: [1]; v: [2]; broadcast(o, 2) * v", new[] { 2L, 1 }, new[] { 1.0, 2 })]
    [InlineData("o: [1]; v: [2]; softmax(v + o)", new[] { 2L, 1 }, new[] { 0.0, 0 })]
    [InlineData("o: [1]; v: [2]; o * o", new[] { 1L, 1 }, new[] { 6.0 })]
    [InlineData("o: [1]; v: [2]; sum(v * o) + o[0]^2", new[] { 1L }, new[] { 9.0 })]
    public void A_derivative_by_a_vector_of_one_element_has_a_column_for_it(string text, long[] shape, double[] expected)
    {
        var derivative = ExprNode.Parse(text).Differentiate("o");
        Assert.Equal(shape, derivative.Shape);
        Near(expected, derivative, ("o", [3.0]), ("v", [1.0, 2]));
    }

    [Fact]
    public void Forward_mode_gives_the_gradient_by_one_element_too()
    {
        var derivative = ExprNode.Parse("o: [1]; v: [2]; sum((v + o) / (o + 7))").Differentiate("o", DifferentiationMode.Forward);
        Assert.Equal([1L], derivative.Shape);
        Near([0.11], derivative, ("o", [3.0]), ("v", [1.0, 2]));
    }

    [Theory]
    [InlineData("v: [3]; log(softmax(v))", "v: [3]; v - logsumexp(v)")]
    [InlineData("A: [2, 3]; log(softmax(A, axis=0))", "A: [2, 3]; A - logsumexp(A, axis=0)")]
    [InlineData("v: [3]; log(sum(exp(v)))", "v: [3]; logsumexp(v)")]
    [InlineData("A: [2, 3]; log(sum(exp(A), axis=1))", "A: [2, 3]; logsumexp(A)")]
    [InlineData("A: [2, 3]; log(sum(exp(A)))", "A: [2, 3]; logsumexp(reshape(A, 6))")]
    [InlineData("v: [3]; exp(2*v)/sum(exp(2*v))", "v: [3]; softmax(2*v)")]
    [InlineData("v: [3]; norm(v)^2", "v: [3]; v @ v")]
    public void Stable_rewrites_what_overflows_or_has_no_second_derivative(string text, string expected) =>
        Assert.Equal(ExprNode.Parse(expected), ExprNode.Parse(text).Simplify(SimplificationRule.Stable));

    [Fact]
    public void Shares_and_logarithms_of_sums_of_exponentials_keep_far_from_overflow_after_Stable()
    {
        Near([1.0, 0, 0], Stable("v: [3]; exp(v)/sum(exp(v))"), ("v", [1000.0, 1, 1]));
        Near([1000 + Math.Log(2)], Stable("A: [2, 2]; log(sum(exp(A)))"), ("A", [1000.0, 1, 1, 1000]));

        static ExprNode Stable(string text) => ExprNode.Parse(text).Simplify(SimplificationRule.Stable);
    }

    [Fact]
    public void Only_what_is_symmetric_takes_the_place_of_a_promise()
    {
        var node = ExprNode.Parse("H: [2, 2] symmetric; x: [2]; H.T @ x");
        Assert.Equal("ValueNotSymmetric", Refused("[[1, 2], [3, 4]]"));
        Assert.Equal("ValueNotSymmetric", Refused("A: [2, 2]; A"));
        Assert.Equal("ShapeMismatch", Refused("[1, 2]"));
        Near([5.0, 10], node.Resolve(With("[[1, 2], [2, 4]]")), ("x", [1.0, 2]));
        Near([5.0, 10], node.Resolve(With("S: [2, 2] symmetric; S")), ("S", [1.0, 2, 2, 4]), ("x", [1.0, 2]));

        static Dictionary<string, ExprNode> With(string text) => new() { ["H"] = ExprNode.Parse(text) };

        string Refused(string text) => Assert.ThrowsAny<AutodiffException>(() => node.Resolve(With(text))).ErrorId;
    }

    // The first one is a choice among many, and a second one does not exist: as of abs and hypot, all are 0.
    [Theory]
    [InlineData("v: [2]; norm(v)")]
    [InlineData("v: [2]; hypot(v[0], v[1])")]
    [InlineData("v: [2]; abs(v[0]) + abs(v[1])")]
    [InlineData("v: [2]; sum(norm(outer(v, [1, 2]), axis=1))")]
    public void Derivatives_of_lengths_at_zero_are_zero_in_any_order(string text)
    {
        var node = ExprNode.Parse(text);
        var direction = new Dictionary<string, ExprNode> { ["v"] = ExprNode.Parse("[1, 2]") };
        foreach (var gradient in new[] { node.Gradient("v")[0], node.Simplify(SimplificationRule.Stable).Gradient("v")[0].Simplify(SimplificationRule.Stable) })
        {
            Near([0.0, 0], gradient, ("v", [0.0, 0]));
            Near([0.0, 0], gradient.DifferentiateAlong(direction), ("v", [0.0, 0]));
            Near([0.0, 0], gradient.DifferentiateAlong(direction).DifferentiateAlong(direction), ("v", [0.0, 0]));
        }
    }

    [Fact]
    public void The_second_derivative_of_a_length_elsewhere_is_that_of_a_cone()
    {
        var second = ExprNode.Parse("v: [2]; norm(v)").Gradient("v")[0].Simplify(SimplificationRule.Textbook).Differentiate("v");
        Near([0.128, -0.096, -0.096, 0.072], second, ("v", [3.0, 4]));
    }

    private static void Near(double[] expected, ExprNode node, params (string Name, double[] Elements)[] at)
    {
        var compiled = CompiledExpression.Compile([node], [.. at.Select(static entry => entry.Name)]);
        var inputs = at.SelectMany((entry, i) => compiled.Inputs.Shapes[i].Count == entry.Elements.Length ? entry.Elements : [0.0]).ToArray();
        var results = new double[compiled.ResultLength];
        compiled.Evaluate(inputs, results);
        Assert.Equal(expected.Length, results.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], results[i], 12);
    }
}
