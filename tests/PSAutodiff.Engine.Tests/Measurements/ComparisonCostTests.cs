using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// What comparing long chains costs, in bytes that are allocated on the way: they count the work whatever else the machine does. Chains whose
/// form grows with them are left to points as soon as the limits are reached.
/// </summary>
public sealed class ComparisonCostTests
{
    private const int Length = 1000;
    private const double Megabyte = 1 << 20;

    private static readonly ExprNode X = ExprNode.Variable("x");
    private static readonly ExprNode Y = ExprNode.Variable("y");

    // Two forms of each link of a chain, and how the comparison of four thousand of them ends.
    private static readonly (string Name, Func<ExprNode, int, ExprNode> One, Func<ExprNode, int, ExprNode> Other, ComparisonBasis How)[] Chains =
    [
        ("u*y + x, exchanged", static (u, _) => (u * Y) + X, static (u, _) => X + (Y * u), ComparisonBasis.Simplification),
        ("u*y + x, factored", static (u, _) => (u * Y) + X, static (u, _) => (u + (X / Y)) * Y, ComparisonBasis.Sampling),
        ("atan(u) + y", static (u, _) => ExprNode.Atan(u) + Y, static (u, _) => Y + ExprNode.Atan(u), ComparisonBasis.Simplification),
        ("atan(u*y + x)", static (u, _) => ExprNode.Atan((u * Y) + X), static (u, _) => ExprNode.Atan(((X / Y) + u) * Y), ComparisonBasis.Algebra),
        ("a long sum of variables", static (u, i) => u + ExprNode.Variable($"v{i}"), static (u, i) => (2 * ExprNode.Variable($"v{i}")) + u - ExprNode.Variable($"v{i}"), ComparisonBasis.Simplification),
        ("a long sum of functions", static (u, i) => u + ExprNode.Atan(X * i) + Y, static (u, i) => Y + (ExprNode.Atan(i * X) + u), ComparisonBasis.Simplification),
        ("quotients in quotients", static (u, _) => 1 / (Y + u), static (u, _) => 1 / ((1 * u) + Y), ComparisonBasis.Simplification),
        ("quotients by each other", static (u, _) => X / (u + Y), static (u, _) => X * (1 / (u + Y)), ComparisonBasis.Simplification),
        ("divided by more and more", static (u, i) => u / (Y + i), static (u, i) => u * (1 / (Y + i)), ComparisonBasis.Simplification),
        ("roots in roots", static (u, _) => ExprNode.Sqrt((u * Y) + X), static (u, _) => ExprNode.Sqrt(((X / Y) + u) * Y), ComparisonBasis.Algebra),
        ("tanh of tanh", static (u, _) => ExprNode.Tanh((u * Y) + X), static (u, _) => ExprNode.Tanh(((X / Y) + u) * Y), ComparisonBasis.Sampling),
    ];

    public static TheoryData<string> Names => new(Chains.Select(static chain => chain.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Long_chains_cost_in_proportion_or_end_at_the_limits(string name)
    {
        var (_, one, other, how) = Chains.First(chain => chain.Name == name);
        var costs = new List<double>();
        foreach (var length in new[] { Length, 2 * Length, 4 * Length })
        {
            var (left, right) = (Chain(one, length), Chain(other, length));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var comparison = ExpressionComparison.Compare(left, right, TestContext.Current.CancellationToken);
            costs.Add((GC.GetAllocatedBytesForCurrentThread() - before) / Megabyte);
            Assert.True(comparison.Equal, $"{name}: {comparison} {comparison.Reason}");
            if (length == 4 * Length) Assert.Equal(how, comparison.How);
            if (comparison.How == ComparisonBasis.Sampling) Assert.StartsWith("Too large for algebra: at most", comparison.Reason, StringComparison.Ordinal);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {string.Join(", ", costs.Select(static cost => $"{cost:F0} MB"))}");
        Assert.True(costs.TrueForAll(static cost => cost < 2500), $"{name}: {string.Join(", ", costs)}");
        for (var i = 1; i < costs.Count; i++) Assert.True(costs[i] < (2.3 * costs[i - 1]) + 30, $"{name}: {string.Join(", ", costs)}");
    }

    private static ExprNode Chain(Func<ExprNode, int, ExprNode> link, int length)
    {
        var node = X;
        for (var i = 0; i < length; i++) node = link(node, i);
        return node;
    }
}
