using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Equality is structural, bit for bit; nodes may be shared between threads.</summary>
public sealed class EqualityTests
{
    [Theory]
    [InlineData("x + y", "x + y", true)]
    [InlineData("x + y", "y + x", false)]
    [InlineData("x + x", "2 * x", false)]
    [InlineData("x", "X", false)]
    [InlineData("0", "-0", false)]
    [InlineData("-0", "-0", true)]
    [InlineData("1", "1.0", true)]
    [InlineData("0.1 + 0.2", "0.3", false)]
    [InlineData("-(2)", "-2", false)]
    [InlineData("a - b - c", "a - (b - c)", false)]
    [InlineData("t = sin(x); t * t", "sin(x) * sin(x)", true)]
    [InlineData("min(x, y)", "max(x, y)", false)]
    [InlineData("select(a, b, c)", "select(a, c, b)", false)]
    [InlineData("exp(x)", "x", false)]
    public void Equality_is_structural(string left, string right, bool equal)
    {
        var (a, b) = (ExprNode.Parse(left), ExprNode.Parse(right));
        Assert.Equal(equal, a.Equals(b));
        Assert.Equal(equal, b.Equals(a));
        Assert.Equal(equal, a.Equals((object)b));
        Assert.Equal(equal, a.GetHashCode() == b.GetHashCode());
    }

    [Fact]
    public void Zeros_of_different_sign_are_different_constants()
    {
        Assert.NotEqual((ExprNode)0.0, (ExprNode)(-0.0));
        Assert.Equal(2, (ExprNode.Constant(0.0) * ExprNode.Constant(-0.0)).Arguments.Distinct().Count());
        Assert.Equal(3, (ExprNode.Constant(0.0) * ExprNode.Constant(-0.0)).NodeCount);
    }

    [Fact]
    public void Nothing_equals_null_or_another_type()
    {
        var node = ExprNode.Parse("x");
        Assert.False(node.Equals(null));
        Assert.False(node.Equals((object?)null));
        Assert.False(node.Equals((object)"x"));
    }

    [Fact]
    public void Equal_nodes_are_equal_and_have_equal_hashes_however_they_were_made() => RandomExpressions.Odd.Check(300, 25, static node =>
    {
        ExprNode[] same =
        [
            node,
            ExprNode.Parse(Texts.Let(node)),
            Rebuilt(node),
            (node + 1).X!,
            ExprNode.Parse(Texts.Let(ExprNode.Sin(node))).X!,
        ];
        foreach (var a in same)
        {
            foreach (var b in same)
            {
                Assert.True(a.Equals(b));
                Assert.Equal(a.GetHashCode(), b.GetHashCode());
            }

            Assert.False(a.Equals(ExprNode.Sin(a)));
            Assert.Equal(node.Depth, a.Depth);
            Assert.Equal(node.NodeCount, a.NodeCount);
            Assert.Equal(node.ToString(), a.ToString());
        }
    });

    [Fact]
    public void Different_nodes_are_found_different() => RandomExpressions.Everyday.Check(300, 12, static node =>
    {
        // Texts in full tell expressions apart, so they have to agree with equality.
        foreach (var other in RandomExpressions.Everyday.Sample(20, 3, seed: node.NodeCount))
        {
            Assert.Equal(Texts.Infix(node) == Texts.Infix(other), node.Equals(other));
        }
    });

    [Fact]
    public void Hashes_do_not_depend_on_the_process()
    {
        // Displays print them, and scripts compare what is printed: a change of this number is a change of what users see.
        var sum = Enumerable.Range(0, 100).Select(static i => ExprNode.Variable($"name{i}")).Aggregate(static (a, b) => a + b);
        Assert.Equal("... [#71b5ae20]", sum.ToString()[^15..]);
        Assert.Equal(ExprNode.Parse("x + 1").StructuralHash, (ExprNode.Variable("x") + 1).StructuralHash);
    }

    [Fact]
    public void Hashes_of_many_small_expressions_do_not_collide()
    {
        var distinct = RandomExpressions.Odd.Sample(5000, 6, seed: 3).DistinctBy(Texts.Let).ToList();
        Assert.True(distinct.Count > 2000);
        Assert.Equal(distinct.Count, distinct.Select(static node => node.StructuralHash).Distinct().Count());
    }

    [Fact]
    public void Many_threads_can_walk_the_same_graph_that_is_made_as_it_is_looked_at()
    {
        foreach (var source in RandomExpressions.Everyday.Sample(30, 60, seed: 11))
        {
            var lazy = source.Gradient("x")[0];
            var counts = new int[8];
            var arguments = new ExprNode?[8];
            Threads.Together(8, index =>
            {
                counts[index] = Walk(lazy);
                arguments[index] = lazy.X;
                Assert.Equal(lazy, ExprNode.Parse(Texts.Let(lazy)));
            });
            Assert.All(counts, count => Assert.Equal(counts[0], count));
            Assert.All(arguments, argument => Assert.Same(arguments[0], argument));
        }
    }

    [Fact]
    public void Many_threads_can_use_the_same_node_made_by_operators()
    {
        foreach (var source in RandomExpressions.Everyday.Sample(30, 60, seed: 13))
        {
            var expected = Texts.Let(Rebuilt(source).Differentiate("x").Simplify());
            var found = new string[8];
            Threads.Together(8, index => found[index] = Texts.Let(source.Differentiate("x").Simplify()));
            Assert.All(found, text => Assert.Equal(expected, text));
        }
    }

    // Every distinct object that can be reached, which says too whether two threads were given different objects for one place.
    private static int Walk(ExprNode root)
    {
        var seen = new HashSet<ExprNode>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<ExprNode>([root]);
        while (pending.TryPop(out var node))
        {
            if (!seen.Add(node) || seen.Count > 20_000) continue;
            foreach (var argument in node.Arguments) pending.Push(argument);
        }

        return seen.Count;
    }

    private static ExprNode Rebuilt(ExprNode node)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        var nodes = new ExprNode?[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!reachable[id]) continue;
            nodes[id] = graph.IsLeaf(id) ? graph.Node(id) : ExprNode.Apply(
                graph.OperationOf(id),
                nodes[graph.X(id)]!,
                graph.Y(id) < 0 ? null : nodes[graph.Y(id)],
                graph.Z(id) < 0 ? null : nodes[graph.Z(id)]);
        }

        return nodes[root]!;
    }

    [Fact]
    public void Chains_whose_node_numbers_fall_on_each_other_are_compared_in_linear_time()
    {
        // Built one after the other, with one between: their running numbers differ by a multiple of many table sizes.
        static ExprNode Chain()
        {
            var node = ExprNode.Variable("x");
            for (var i = 0; i < 262_144; i++) node = ExprNode.Variable("x") - node;
            return node;
        }

        var first = Chain();
        _ = Chain();
        var third = Chain();
        Assert.True(first.Equals(third));
    }

    [Fact]
    public void A_function_and_its_derivatives_share_one_graph()
    {
        var function = ExprNode.Parse("tanh(x*y) + exp(x*y)");
        var derivatives = function.Gradient();
        var (graph, ids) = ExprNode.Flatten([function, .. derivatives]);
        Assert.Same(derivatives[0].Home!.Graph, graph);
        Assert.Equal(function, graph.Node(ids[0]));
    }
}
