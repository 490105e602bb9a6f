using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Parts of parts, and the adjoints of parts: fewer nodes with the same values, in the form in which they are read.</summary>
public sealed class ArrayPartTests
{
    [Theory]
    [InlineData("A: [4, 5]; A[1:, 1:][0, 2]", "A: [4, 5]; A[1, 3]")]
    [InlineData("A: [4, 5]; A[1:, 1:][1:, :2]", "A: [4, 5]; A[2:, 1:3]")]
    [InlineData("A: [4, 5]; A[2][1:3]", "A: [4, 5]; A[2, 1:3]")]
    [InlineData("A: [4, 5]; A[:, 3][1]", "A: [4, 5]; A[1, 3]")]
    [InlineData("v: [9]; v[1:][1:][1:4][0]", "v: [9]; v[3]")]
    public void A_part_of_a_part_is_a_part_of_the_whole(string text, string wanted) => Assert.Equal(ExprNode.Parse(wanted), ExprNode.Parse(text).Simplify());

    [Theory]
    [InlineData("A: [4, 5]; sum(A[1:, 1:][1:, :2])")]
    [InlineData("A: [4, 5]; sum(A[2][1:3])")]
    [InlineData("A: [4, 5]; sum(A[:, 3][1:3])")]
    public void A_part_within_a_part_of_zeros_is_a_part_of_zeros(string text)
    {
        var gradient = ExprNode.Parse(text).Gradient("A")[0];
        var simplified = gradient.Simplify();
        var (graph, root) = simplified.Flatten();
        Assert.IsType<PlaceOperation>(graph.OperationOf(root));
        Assert.IsNotType<PlaceOperation>(graph.OperationOf(graph.X(root)));
        Assert.Equal(Values(gradient), Values(simplified));
    }

    [Theory]
    [InlineData("v: [3]; v[0]^2 + v[0]*v[1] + sin(v[2])", "v: [3]; [2*v[0] + v[1], v[0], cos(v[2])]")]
    [InlineData("v: [2]; (1 - v[0])^2 + 100*(v[1] - v[0]^2)^2", "v: [2]; [-2*(1 - v[0]) - 400*v[0]*(v[1] - v[0]^2), 200*(v[1] - v[0]^2)]")]
    [InlineData("v: [4]; exp(v[3]) - v[1]*v[3]", "v: [4]; [0, -v[3], 0, exp(v[3]) - v[1]]")]
    public void Adjoints_of_elements_are_gathered_in_a_literal(string text, string wanted)
    {
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Textbook })
        {
            var simplified = ExprNode.Parse(text).Gradient("v")[0].Simplify(rule);
            Assert.Equal("stack", simplified.Operation.Name);
            var (found, expected) = (Values(simplified), Values(ExprNode.Parse(wanted)));
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-13);
        }
    }

    [Theory]
    [InlineData("v: [5]; v[0]*v[4]")]
    [InlineData("A: [2, 2]; A[0, 0]*A[0, 1] + A[1, 0]*A[1, 1]")]
    [InlineData("v: [3]; v[0]*v[1] + sum(v[1:]^2)")]
    public void Other_adjoints_of_parts_stay_sums(string text)
    {
        var node = ExprNode.Parse(text);
        var gradient = node.Gradient(node.Variables[0])[0];
        var simplified = gradient.Simplify();
        Assert.Equal("sum", simplified.Operation.Name);
        Assert.Equal(Values(gradient), Values(simplified));
    }

    private static double[] Values(ExprNode node)
    {
        var flat = ExprNode.Flatten([node]);
        var tape = ArrayTape.Compile(flat, VariableLayout.Of(node.Variables, flat));
        var results = new double[tape.OutputLength];
        tape.Run(Enumerable.Range(0, tape.Inputs.Length).Select(static i => 0.1 + (0.3 * (i % 7))).ToArray(), results);
        return results;
    }
}
