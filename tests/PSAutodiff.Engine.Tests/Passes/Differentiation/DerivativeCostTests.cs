using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What a value with its whole gradient may cost, counted in distinct operations.</summary>
public sealed class DerivativeCostTests
{
    private static readonly string[] Dear = ["asin", "acos", "acosh", "atan2", "erf", "erfc", "hypot", "mod", "rem", "pow", "min", "max", "select"];

    [Fact]
    public void Value_and_gradient_cost_at_most_5_times_the_value() =>
        AssertBound(RandomExpressions.Of(RandomExpressions.AllOperations.Where(static op => !Dear.Contains(op.Name))), 5);

    [Fact]
    public void With_the_dear_operations_they_cost_at_most_10_times_the_value() =>
        AssertBound(RandomExpressions.Everyday, 10);

    [Fact]
    public void With_the_dear_operations_alone_they_cost_at_most_10_times_the_value() =>
        AssertBound(RandomExpressions.Of(RandomExpressions.AllOperations.Where(static op => Dear.Contains(op.Name))), 10);

    public static TheoryData<string> Names => [.. RandomExpressions.AllOperations.Select(static op => op.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_operation_alone_keeps_the_bound(string name)
    {
        var bound = Dear.Contains(name) ? 10 : 5;
        var operation = OperationTable.FindFunction(name);
        AssertBound(RandomExpressions.Of(operation), bound);
        AssertBound(RandomExpressions.Of(operation, OperationTable.FindFunction("mul")), bound);
        var fresh = Enumerable.Range(0, operation.Arity).Select(static i => ExprNode.Variable("v" + i)).ToArray();
        AssertBound(ExprNode.Apply(name, fresh), bound);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(400)]
    public void The_bound_does_not_grow_with_the_number_of_variables(int count)
    {
        var product = Enumerable.Range(0, count).Select(static i => ExprNode.Variable($"v{i}")).Aggregate(static (a, b) => a * b);
        AssertBound(product, 5);
        AssertBound(ExprNode.Softplus(ExprNode.Sin(product) / (1 + ExprNode.Exp(product))), 5);
    }

    private static void AssertBound(RandomExpressions expressions, int bound)
    {
        expressions.Check(200, 60, node => AssertBound(node, bound));
        expressions.Check(100, 5, node => AssertBound(node, bound));
    }

    private static void AssertBound(ExprNode node, int bound)
    {
        var (graph, ids) = ExprNode.Flatten([node, .. node.Gradient()]);
        var value = graph.OperationCount([ids[0]]);
        var all = graph.OperationCount(ids);
        Assert.True(all <= bound * value, $"{all} operations for value and gradient, {value} for the value: {Texts.Let(node)}");
    }
}
