using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Functions without definitions in graphs: one object each, codes of their own, and nothing for expressions that have none.</summary>
public sealed class UnknownFunctionTests
{
    [Fact]
    public void A_node_takes_sixteen_bytes_and_has_two_left() =>
        Assert.Equal((16, 14), (Unsafe.SizeOf<GraphNode>(), (3 * sizeof(int)) + sizeof(ushort)));

    [Fact]
    public void Equal_functions_are_one_object()
    {
        Assert.Same(UnknownFunction.Of("f", 1, 2), UnknownFunction.Parse("f'122", 2));
        Assert.Same(UnknownFunction.Parse("f'212", 2), UnknownFunction.Parse("f'122", 2));
        Assert.NotSame(UnknownFunction.Of("f", 0), UnknownFunction.Of("f", 0, 0));
        Assert.NotSame(UnknownFunction.Of("f", 0), UnknownFunction.Of("g", 0));
        Assert.NotSame(UnknownFunction.Of("f", 0), UnknownFunction.Of("f", 1));
    }

    [Fact]
    public void Threads_that_make_the_same_functions_get_the_same_objects()
    {
        var made = new UnknownFunction[8][];
        Parallel.For(0, made.Length, i => made[i] = [.. Enumerable.Range(0, 500).Select(static n => UnknownFunction.Of($"thread{n}", n % 4))]);
        Assert.All(made, others => Assert.All(others.Zip(made[0]), static pair => Assert.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void Functions_that_nobody_uses_any_more_are_not_kept()
    {
        var reference = Forgotten();
        for (var i = 0; i < 20 && reference.IsAlive; i++) GC.Collect();
        Assert.False(reference.IsAlive);

        // More than a table of codes for all expressions of the process would have room for.
        for (var i = 0; i < 150_000; i++) Assert.Single(ExprNode.Function($"many{i}", ExprNode.Variable("x")).Differentiate("x").Arguments);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forgotten() => new(ExprNode.Parse("forgotten: function; forgotten(x)").Operation);

    [Theory]
    [InlineData("phi", 1, "phi", "0")]
    [InlineData("phi'", 1, "phi", "1")]
    [InlineData("phi''''", 1, "phi", "4")]
    [InlineData("f", 3, "f", "0, 0, 0")]
    [InlineData("f'1", 2, "f", "1, 0")]
    [InlineData("f'2112", 2, "f", "2, 2")]
    [InlineData("f'323", 3, "f", "0, 1, 2")]
    public void A_name_says_which_derivative_it_is(string text, int arity, string function, string orders)
    {
        var operation = UnknownFunction.Parse(text, arity)!;
        Assert.Equal((function, arity, orders), (operation.Function, operation.Arity, string.Join(", ", operation.Orders)));
        Assert.Same(operation, UnknownFunction.Parse(operation.Name, arity));
    }

    [Theory]
    [InlineData("phi'1", 1)]
    [InlineData("f'", 2)]
    [InlineData("f''", 2)]
    [InlineData("f''1", 2)]
    [InlineData("f'3", 2)]
    [InlineData("f'0", 2)]
    [InlineData("f", 0)]
    [InlineData("f", 4)]
    public void Marks_that_do_not_go_with_the_arguments_are_refused(string text, int arity) => Assert.Null(UnknownFunction.Parse(text, arity));

    [Fact]
    public void Derivatives_go_up_to_an_order()
    {
        var highest = "phi" + new string('\'', UnknownFunction.HighestOrder);
        Assert.Equal(highest + "(x)", ExprNode.Parse(highest + "(x)").ToString());
        Assert.Equal("FunctionInvalid", Assert.Throws<AutodiffException>(() => ExprNode.Parse(highest + "(x)").Differentiate("x")).ErrorId);
        Assert.Contains("up to order 99", Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(highest + "'(x)")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_has_one_number_of_arguments_in_a_graph_however_it_gets_there()
    {
        var (one, two) = (ExprNode.Parse("f(x)"), ExprNode.Parse("f(x, y)"));
        var sum = one + two;
        foreach (var use in new Action[] { () => _ = sum.Variables, () => sum.Differentiate("x"), () => sum.ToText(ExprTextFormat.Let), () => ExprNode.Flatten([one, two]), () => one.Differentiate("x").Resolve(new Dictionary<string, ExprNode> { ["x"] = two }) })
        {
            var error = Assert.Throws<AutodiffException>(use);
            Assert.Equal("ArgumentCount", error.ErrorId);
            Assert.Contains("'f'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_graph_that_goes_on_from_another_leaves_its_functions_alone()
    {
        var first = ExprNode.Parse("phi(x)").Flatten().Graph;
        var builders = Enumerable.Range(0, 2).Select(_ => new GraphBuilder(first, extraCapacity: 4)).ToArray();
        var ids = builders.Select(static (builder, i) => builder.Apply(UnknownFunction.Of(i == 0 ? "g" : "h", 0), 0)).ToArray();
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(["g(x)", "h(x)"], builders.Select((builder, i) => builder.Build().Node(ids[i]).ToString()));
        Assert.Equal(["phi"], first.FunctionNamesOf([.. Enumerable.Repeat(true, first.Count)]));
    }

    [Fact]
    public void Expressions_of_operations_alone_have_no_table_of_functions()
    {
        var node = ExprNode.Parse("sin(x)*y^2 + exp(x)");
        Assert.Null(node.Flatten().Graph.Functions);
        Assert.Null(node.Gradient()[0].Flatten().Graph.Functions);
        Assert.Empty(node.Functions);
    }

    [Fact]
    public void Sixty_five_thousand_functions_fit_in_an_expression_and_more_are_refused()
    {
        var sum = ExprNode.Constant(0);
        var room = ushort.MaxValue - OperationTable.FirstFreeCode + 1;
        for (var i = 0; i < room; i++) sum += ExprNode.Function($"one{i}", ExprNode.Variable("x"));
        Assert.Equal(room, sum.Functions.Count);
        Assert.Equal("GraphTooLarge", Assert.Throws<AutodiffException>(() => (sum + ExprNode.Function("more", 1)).Functions).ErrorId);
    }
}
