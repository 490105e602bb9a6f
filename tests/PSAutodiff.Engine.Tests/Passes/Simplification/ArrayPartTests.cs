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
    [InlineData("v: [5]; v[0]*v[4]", "scatter([v[4], v[0]], [0, 4], 5)")]
    [InlineData("v: [5]; v[0]*v[4] + sum(v^2)", "scatter([v[4], v[0]], [0, 4], 5) + 2 * v")]
    [InlineData("A: [2, 2]; A[0, 0]*A[0, 1] + A[1, 0]*A[1, 1]", "reshape([A[0, 1], A[0, 0], A[1, 1], A[1, 0]], 2, 2)")]
    [InlineData("A: [4, 3]; A[0, 0]*A[3, 1]", "reshape(scatter([A[3, 1], A[0, 0]], [0, 10], 12), 4, 3)")]
    [InlineData("A: [4, 3]; sum(A[0]*A[2])", "scatter([A[2], A[0]], [0, 2], 4)")]
    [InlineData("A: [2, 3]; sum(A[0]*A[1])", "[A[1], A[0]]")]
    [InlineData("v: [3]; sum(v[:2]*v[1:])", "place(v[1:], 0, 2, 0, 3) + place(v[:2], 1, 2, 0, 3)")]
    public void Other_adjoints_of_elements_and_rows_are_gathered_in_one_node(string text, string wanted)
    {
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Textbook })
        {
            var node = ExprNode.Parse(text);
            var gradient = node.Gradient(node.Variables[0])[0];
            var simplified = gradient.Simplify(rule);
            Assert.Equal(wanted, simplified.ToText(ExprTextFormat.Infix).Split(';')[^1].Trim());
            Assert.Equal(Values(gradient), Values(simplified));
        }
    }

    // Of vectors that would be 10 elements in each step none is computed, but the gradient, and what is scattered in it.
    [Theory]
    [InlineData("map")]
    [InlineData("shifts")]
    [InlineData("rotations")]
    public void The_gradient_of_one_component_of_a_long_recursion_costs_as_much_as_that_component(string kind)
    {
        var (one, two, four) = (Cost(400), Cost(800), Cost(1600));
        Assert.True(one.Elements <= 10 && two.Elements <= 10 && four.Elements <= 10, $"{one.Elements}, {two.Elements}, {four.Elements} elements");
        Assert.True(two.Nodes < 2.2 * one.Nodes && four.Nodes < 2.2 * two.Nodes, $"{one.Nodes}, {two.Nodes}, {four.Nodes} nodes");
        Assert.True(two.Bytes < 2.6 * one.Bytes && four.Bytes < 2.6 * two.Bytes, $"{one.Bytes:n0}, {two.Bytes:n0}, {four.Bytes:n0} bytes");

        (long Elements, int Nodes, long Bytes) Cost(int steps)
        {
            var v = ExprNode.Variable("v", Shape.Vector(10));
            var chain = v;
            for (var i = 0; i < steps; i++)
            {
                chain = kind switch
                {
                    "map" => ExprNode.Tanh(0.9 * chain * (v + 1)),
                    "shifts" => ExprNode.Concat(chain.Slice(1, 10), ExprNode.Stack(ExprNode.Sin(chain[0] + (0.5 * chain[1])))),
                    _ => ExprNode.Concat(ExprNode.Sin(chain.Slice(5, 10)), chain.Slice(0, 5)),
                };
            }

            var component = chain[3];
            var before = GC.GetAllocatedBytesForCurrentThread();
            var value = component.Simplify();
            var gradient = value.Gradient("v")[0].Simplify();
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            double[] plain = Values(component.Gradient("v")[0]);
            double[] simple = Values(gradient);
            for (var i = 0; i < plain.Length; i++) Assert.Equal(plain[i], simple[i], 1e-12);
            return (ElementsOf(value) + ElementsOf(gradient) - gradient.ArrayShape.Count, gradient.NodeCount, bytes);
        }
    }

    [Fact]
    public void The_gradient_of_a_sum_over_elements_costs_each_once()
    {
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Textbook })
        {
            var (one, two, four) = (Cost(100), Cost(200), Cost(400));
            Assert.True(one.Elements <= 200 && two.Elements <= 400 && four.Elements <= 800, $"{one.Elements}, {two.Elements}, {four.Elements} elements");
            Assert.True(two.Bytes < 2.6 * one.Bytes && four.Bytes < 2.6 * two.Bytes, $"{one.Bytes:n0}, {two.Bytes:n0}, {four.Bytes:n0} bytes");

            (long Elements, long Bytes) Cost(int size)
            {
                var v = ExprNode.Variable("v", Shape.Vector(size));
                var sum = v[0] * v[1];
                for (var i = 1; i < size - 1; i++) sum += v[i] * v[i + 1];
                var gradient = sum.Gradient("v")[0];
                gradient.Simplify(rule);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var simple = gradient.Simplify(rule);
                var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                var (plain, values) = (Values(gradient), Values(simple));
                for (var i = 0; i < plain.Length; i++) Assert.Equal(plain[i], values[i], 1e-12);
                return (ElementsOf(simple), bytes);
            }
        }
    }

    /// <summary>How many elements of vectors and matrices are computed; of a literal only the last link is one, as its elements stand where they are.</summary>
    private static long ElementsOf(ExprNode node)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        var goesOn = new bool[reachable.Length];
        for (var id = 0; id < goesOn.Length; id++)
        {
            if (reachable[id] && graph.OperationOf(id) is StackOperation) goesOn[graph.X(id)] = true;
        }

        return Enumerable.Range(0, reachable.Length)
            .Where(id => reachable[id] && !goesOn[id] && !graph.IsLeaf(id) && graph.OperationOf(id) is not SliceOperation && !graph.ShapeOf(id).IsNumber)
            .Sum(id => graph.ShapeOf(id).Count);
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
