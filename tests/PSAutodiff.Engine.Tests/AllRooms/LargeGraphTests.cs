using System.Collections.Concurrent;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Graphs that break anything recursive, anything quadratic and anything that writes shared parts out: one test for each thing that
/// can be done with a graph. All run on a stack of 256 kB; costs are counted, not timed.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LargeGraphTests
{
    private const int Deep = 1_000_000;
    private const int Squarings = 64;
    private const int Shared = 100_000;

    // Kept for the passes that only read them.
    private static readonly ConcurrentDictionary<string, ExprNode> Made = new();

    public static TheoryData<string> Graphs => ["deep", "squarings", "shared"];

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_built_by_operators(string name) => SmallStack.Run(() =>
    {
        var node = Make(name);
        Assert.Equal(name switch { "deep" => Deep + 2, "squarings" => Squarings + 1, _ => Shared + 1 }, node.NodeCount);
        Assert.Equal(name switch { "deep" => Deep + 1, "squarings" => Squarings + 1, _ => Shared + 1 }, node.Depth);
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Their_variables_are_found(string name) =>
        SmallStack.Run(() => Assert.Equal(["x"], Get(name).Variables));

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_displayed_in_bounded_length(string name) => SmallStack.Run(() =>
        Assert.Matches(@"^.{240}\.\.\. \[#[0-9a-f]{8}\]$", Get(name).ToString()));

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Their_formulas_are_cut_where_the_caller_says(string name) => SmallStack.Run(() =>
    {
        var text = ExprText.Write(Get(name), LabStyle.Instance, 100_000, out var cut);
        Assert.True(cut);
        Assert.Matches(@"\.\.\. \[#[0-9a-f]{8}\]$", text);
        Assert.InRange(text.Length, 100_000, 100_020);
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_written_in_full_and_read_back(string name) => SmallStack.Run(() =>
    {
        var node = Get(name);
        var text = Texts.Let(node);
        Assert.True(text.Length < 40 * node.NodeCount, $"{text.Length} characters");
        var back = ExprNode.Parse(text);
        Assert.Equal(node.NodeCount, back.NodeCount);
        Assert.True(node.Equals(back));
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_differentiated_forward(string name) => AssertDifferentiated(name, DifferentiationMode.Forward, 9);

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_differentiated_forward_without_what_vanishes(string name) => AssertDifferentiated(name, DifferentiationMode.Auto, 6);

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_differentiated_in_reverse(string name) => AssertDifferentiated(name, DifferentiationMode.Reverse, 6);

    [Fact]
    public void The_second_derivative_of_a_deep_chain_is_taken() => SmallStack.Run(() =>
    {
        var second = Chain(Shared).Hessian()[0, 0];
        Assert.InRange(second.NodeCount, Shared, 16 * Shared);
        Assert.True(double.IsFinite(second.At(("x", 0.3))));
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_simplified_by_each_rule(string name) => SmallStack.Run(() =>
    {
        var node = Get(name);
        foreach (var rule in RewritingRules.All)
        {
            var simplified = node.Simplify(rule);
            Assert.True(simplified.NodeCount <= node.NodeCount + 2);
            Assert.Equal(node.At(("x", 0.3)), simplified.At(("x", 0.3)), 1e-12);
        }
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Their_derivatives_are_simplified(string name) => SmallStack.Run(() =>
    {
        var derivative = Get(name).Differentiate("x", DifferentiationMode.Reverse);
        var simplified = derivative.Simplify();
        Assert.True(simplified.NodeCount <= derivative.NodeCount + 2);
        Assert.Equal(derivative.At(("x", 0.3)), simplified.At(("x", 0.3)), 1e-12);
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void They_are_compiled_and_evaluated(string name) => SmallStack.Run(() =>
    {
        var node = Get(name);
        var compiled = CompiledExpression.Compile([node]);
        Assert.Equal(node.At(("x", 0.999)), compiled.Evaluate(0.999));
        Assert.InRange(compiled.OperationCount, 1, node.NodeCount);
        Assert.InRange(compiled.Tape.RegisterCount, 1, 8);
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Equal_ones_built_separately_are_equal_and_have_equal_hashes(string name) => SmallStack.Run(() =>
    {
        var (a, b) = (Make(name), Make(name));
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.True(a.Equals(b));
        Assert.True(b.Equals(a));
        Assert.Equal(a.ToString(), b.ToString());
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Different_ones_are_different(string name) => SmallStack.Run(() =>
    {
        var (a, b) = (Get(name), Make(name, "y"));
        Assert.False(a.Equals(b));
        Assert.NotEqual(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a.ToString(), b.ToString());
    });

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Equal_ones_are_found_equal_whatever_they_were_made_by(string name) => SmallStack.Run(() =>
    {
        var node = Get(name);
        var read = ExprNode.Parse(Texts.Let(node));
        Assert.True(ExprNode.Sin(node).Equals(ExprNode.Sin(read)));
        Assert.False(ExprNode.Sin(node).Equals(ExprNode.Cos(read)));
        Assert.Equal(node.NodeCount + 1, (node + read).NodeCount);
    });

    [Theory]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Costs_grow_with_the_number_of_nodes(int depth) => SmallStack.Run(() =>
    {
        var small = PerLink(depth);
        var large = PerLink(4 * depth);
        Assert.Equal(small.Forward, large.Forward, 0.05);
        Assert.Equal(small.Reverse, large.Reverse, 0.05);
        Assert.Equal(small.Simplified, large.Simplified, 0.05);
        Assert.Equal(small.Text, large.Text, 2.0);

        static (double Forward, double Reverse, double Simplified, double Text) PerLink(int depth)
        {
            var node = Chain(depth);
            var reverse = node.Differentiate("x", DifferentiationMode.Reverse);
            return (
                (double)node.Differentiate("x", DifferentiationMode.Forward).NodeCount / depth,
                (double)reverse.NodeCount / depth,
                (double)reverse.Simplify().NodeCount / depth,
                (double)Texts.Let(node).Length / depth);
        }
    });

    [Fact]
    public void A_deep_sum_of_like_terms_is_collected() => SmallStack.Run(() =>
    {
        var x = ExprNode.Variable("x");
        var sum = x;
        for (var i = 1; i < Shared; i++) sum += x;
        Assert.Equal(Shared * x, sum.Simplify());
    });

    [Fact]
    public void A_wide_gradient_is_taken_in_one_sweep() => SmallStack.Run(() =>
    {
        var names = Enumerable.Range(0, 20_000).Select(static i => $"v{i}").ToArray();
        var node = names.Select(static name => ExprNode.Variable(name)).Aggregate(static (a, b) => a * b);
        var gradient = node.Gradient(names);
        var (graph, ids) = ExprNode.Flatten([node, .. gradient]);
        Assert.InRange(graph.OperationCount(ids), names.Length, 4 * names.Length);
    });

    [Fact]
    public void A_derivative_that_is_a_constant_or_a_variable_stays_in_the_graph_of_the_others() => SmallStack.Run(() =>
    {
        var node = Chain(100_000) + (ExprNode.Variable("y") * ExprNode.Variable("z")) + ExprNode.Variable("w");
        var gradient = node.Gradient("w", "x", "y", "missing");
        Assert.Equal([1.0, null, null, 0.0], gradient.Select(static derivative => derivative.Value));
        Assert.Equal("z", gradient[2].Name);
        var graph = ((ExprNode[])[node, .. gradient]).Select(static part => part.Home?.Graph).MaxBy(static graph => graph?.Count ?? 0);

        // 0 is in no part of it yet, so it goes on from the graph of the others, whose nodes keep their ids.
        var flat = ExprNode.Flatten([node, .. gradient, ExprNode.Variable("new")]);
        Assert.True(graph!.IsBeginningOf(flat.Graph));
        Assert.InRange(flat.Graph.Count, graph.Count, graph.Count + 2);
        Assert.Equal(["w", "x", "y", "z", "new"], flat.Graph.VariablesOf(flat.Roots).Order(StringComparer.Ordinal).OrderBy(static name => name == "new"));
        Assert.Equal((1.0, 0.0), (flat.Nodes()[1].Value, flat.Nodes()[4].Value));
        Assert.Equal("new", flat.Nodes()[5].Name);
    });

    // Alternates two operations, so that simplification does not make it short.
    private static ExprNode Chain(int depth, string variable = "x")
    {
        var node = ExprNode.Variable(variable);
        ExprNode half = 0.5;
        for (var i = 0; i < depth; i++) node = i % 2 == 0 ? ExprNode.Sin(node) : node + half;
        return node;
    }

    private static ExprNode Get(string name) => Made.GetOrAdd(name, static key => Make(key));

    private static ExprNode Make(string name, string variable = "x")
    {
        var node = ExprNode.Variable(variable);
        switch (name)
        {
            case "deep":
                return Chain(Deep, variable);
            case "squarings":
                for (var i = 0; i < Squarings; i++) node *= node;
                return node;
            default:
                // Each node is used twice, so that 2^100,000 leaves would have to be written out.
                for (var i = 0; i < Shared; i++) node = i % 2 == 0 ? ExprNode.Max(node, node) : ExprNode.Min(node, node);
                return node;
        }
    }

    private static void AssertDifferentiated(string name, DifferentiationMode mode, int bound) => SmallStack.Run(() =>
    {
        var node = Get(name);
        var derivative = node.Differentiate("x", mode);
        Assert.InRange(derivative.NodeCount, 1, bound * node.NodeCount);
        var x = name == "squarings" ? 1.0 : 0.3;
        var expected = name switch { "squarings" => Math.Pow(2, 64), "deep" => PrecomputedSlope(node, x), _ => 1.0 };
        Assert.Equal(expected, derivative.At(("x", x)), 1e-12 * Math.Max(1, expected));
    });

    // The chain rule by hand: the product of the cosines met on the way up.
    private static double PrecomputedSlope(ExprNode chain, double x)
    {
        var slope = 1.0;
        for (var i = 0; i < chain.Depth - 1; i++)
        {
            if (i % 2 == 0) (slope, x) = (slope * Math.Cos(x), Math.Sin(x));
            else x += 0.5;
        }

        return slope;
    }

    /// <summary>The table in which nodes are looked up fills in stretches: a search must not walk through the whole of one.</summary>
    [Theory]
    [InlineData(200_000, 1)]
    [InlineData(100_000, 6)]
    [InlineData(20_000, 16)]
    public void Nodes_with_many_users_are_found_in_a_few_steps(int count, int users)
    {
        var builder = new GraphBuilder();
        var (x, last) = (builder.Variable("x"), builder.Variable("y"));
        var operations = OperationTable.OfNumbers.Where(static operation => operation.Arity == 1).Take(users).ToArray();
        for (var i = 0; i < count; i++)
        {
            last = builder.Apply(OperationTable.FindFunction("sub"), last, x);
            foreach (var operation in operations) builder.Apply(operation, last);
        }

        Assert.Equal(2 + (count * (1 + users)), builder.Count);
        Assert.Equal(last, builder.Apply(OperationTable.FindFunction("sub"), builder.X(last), x));
    }
}
