using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Every pass over deep chains of every operation, on a stack that is far too small for recursion.</summary>
[Trait("Category", "Slow")]
public sealed class DeepChainTests
{
    private const int Depth = 6_000;

    public static TheoryData<string, string> Chains
    {
        get
        {
            var chains = new TheoryData<string, string>();
            foreach (var operation in RandomExpressions.AllOperations)
            {
                chains.Add(operation.Name, "first");
                if (operation.Arity == 1) continue;
                chains.Add(operation.Name, "second");
                chains.Add(operation.Name, "both");
                if (operation.Arity > 2) chains.Add(operation.Name, "third");
            }

            return chains;
        }
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void Every_pass_is_done_with_chains_of_every_operation(string operation, string argument) =>
        SmallStack.Run(() => Pass(Chain(OperationTable.FindFunction(operation), argument)));

    [Theory]
    [InlineData("*", "p + y + p")]
    [InlineData("*", "p - y - p")]
    [InlineData("*", "3 * p + y - 2 * p")]
    [InlineData("*", "x0 + p / y - p")]
    [InlineData("*", "log(exp(p)) + -p")]
    [InlineData("+", "p * y * p")]
    [InlineData("+", "p / y / p")]
    [InlineData("+", "x0 * (p * y) / p")]
    [InlineData("+", "sqrt(p * p) * y")]
    [InlineData("+", "p + y + p")]
    [InlineData("*", "p * y * p")]
    public void Every_pass_is_done_with_a_deep_part_in_a_sum_or_product_that_is_collected(string between, string around) => SmallStack.Run(() =>
    {
        var left = string.Join($" {between} ", Enumerable.Range(0, Depth).Select(static i => $"x{i}"));
        Pass(ExprNode.Parse($"p = {left}; {around}"), differentiates: false);
        var right = string.Concat(Enumerable.Range(0, 500).Select(i => $"x{i} {between} (")) + "x500" + new string(')', 500);
        Pass(ExprNode.Parse($"p = {right}; {around}"), differentiates: false);
    });

    [Theory]
    [InlineData(SimplificationRule.Standard)]
    [InlineData(SimplificationRule.Stable)]
    public void A_product_of_200_000_factors_is_collected(SimplificationRule rule) => SmallStack.Run(() =>
    {
        var product = string.Join('*', Enumerable.Range(0, 200_000).Select(static i => $"x{i}"));
        var simplified = ExprNode.Parse($"p = {product}; p + y + p").Simplify(rule);
        Assert.Equal(200_001, simplified.Variables.Count);
        Assert.InRange(simplified.NodeCount, 400_000, 400_003);
    });

    // Memory stands for time: it does not depend on what else the machine does.
    [Theory]
    [InlineData("squarings")]
    [InlineData("like terms")]
    [InlineData("unlike terms")]
    [InlineData("powers")]
    [InlineData("quotients")]
    [InlineData("quotients of sums")]
    public void Simplifying_costs_as_much_for_each_of_many_nodes_as_for_each_of_few(string shape) => SmallStack.Run(() =>
    {
        foreach (var rule in RewritingRules.All)
        {
            Allocated(Shape(shape, 500), rule);
            var (small, large) = (Allocated(Shape(shape, 2000), rule), Allocated(Shape(shape, 8000), rule));
            Assert.True(large < 5.5 * small, $"{rule}: {small:n0} bytes for 2,000, {large:n0} for 8,000");
        }
    });

    private static void Pass(ExprNode node, bool differentiates = true)
    {
        var (graph, root) = node.Flatten();
        Assert.NotEmpty(node.Variables);
        Assert.NotEmpty(node.ToString());
        Assert.Equal(node.GetHashCode(), ExprNode.Parse(Texts.Let(node)).GetHashCode());
        Assert.NotEmpty(node.ToText(ExprTextFormat.Json));
        var at = Enumerable.Repeat(0.5, node.Variables.Count).ToArray();
        var value = Evaluate(node, at);
        foreach (var rule in RewritingRules.All)
        {
            var simplified = node.Simplify(rule);
            var own = Evaluate(simplified, node.Variables, at);
            if (double.IsFinite(value) && Math.Abs(value) is > 1e-9 and < 1e200) Assert.Equal(1, own / value, 1e-9);
        }

        Assert.NotNull(node.SimplifyByStep());
        Assert.Equal(node.NodeCount + 2, node.Resolve(new Dictionary<string, ExprNode> { [node.Variables[0]] = ExprNode.Parse("1 + a_b") }).NodeCount);
        if (!differentiates)
        {
            Assert.NotNull(ExpressionComparison.Compare(node, node + 1, TestContext.Current.CancellationToken));
            return;
        }

        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var derivative = node.Differentiate("x", mode);
            Assert.InRange(derivative.NodeCount, 1, 60 * graph.Count);
        }

        var derivatives = NumericDerivatives.Of(node, ["x"], hessian: true);
        Evaluate(derivatives.Gradient.Nodes()[0], node.Variables, at);
        Evaluate(derivatives.Hessian.Nodes()[0], node.Variables, at);
        Assert.True(root > 0);
    }

    private static double Evaluate(ExprNode node, double[] at) => CompiledExpression.Compile([node]).Evaluate(at);

    private static double Evaluate(ExprNode node, IReadOnlyList<string> variables, double[] at) => CompiledExpression.Compile([node], variables).Evaluate(at);

    private static long Allocated(ExprNode node, SimplificationRule rule)
    {
        node.Flatten();
        var before = GC.GetAllocatedBytesForCurrentThread();
        node.Simplify(rule);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ExprNode Chain(Operation operation, string argument)
    {
        var (x, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
        var node = x;
        for (var i = 0; i < Depth; i++)
        {
            // A second operation between, so that chains do not fold away, and values stay in a moderate range.
            if (i % 2 == 1) node = ExprNode.Apply(OperationTable.FindFunction("mul"), node, y, null);
            node = operation.Arity switch
            {
                1 => ExprNode.Apply(operation, node, null, null),
                2 => ExprNode.Apply(operation, argument == "second" ? y : node, argument == "first" ? y : node, null),
                _ => ExprNode.Apply(operation, argument is "first" or "both" ? node : x, argument is "second" or "both" ? node : y, argument == "third" ? node : y),
            };
        }

        return node;
    }

    private static ExprNode Shape(string shape, int size)
    {
        var x = ExprNode.Variable("x");
        var node = x;
        for (var i = 0; i < size; i++)
        {
            var other = ExprNode.Variable($"v{i}");
            node = shape switch
            {
                "squarings" => node * node,
                "like terms" => i % 2 == 0 ? node + x : node - other,
                "unlike terms" => node + (other * x),
                "powers" => i % 2 == 0 ? node * other : node * ExprNode.Pow(x, i % 5),
                "quotients" => i % 3 == 0 ? x / node : i % 3 == 1 ? node / other : node * (x / other),
                _ => i % 2 == 0 ? node / (node + x) : node + other,
            };
        }

        return node;
    }
}
