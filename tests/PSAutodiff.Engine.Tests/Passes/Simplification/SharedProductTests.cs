using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Products of matrices that share their factors, as powers by squaring do: written out they would have 2^n factors.</summary>
public sealed class SharedProductTests
{
    [Theory]
    [InlineData(SimplificationRule.Standard)]
    [InlineData(SimplificationRule.Stable)]
    [InlineData(SimplificationRule.Textbook)]
    public void Simplifying_a_power_by_squaring_and_its_gradient_costs_the_same_for_each_square(SimplificationRule rule)
    {
        _ = Bytes(8, rule);
        var (once, fourTimes) = (Bytes(200, rule), Bytes(800, rule));

        // Textbook takes more rounds for more squares, up to its limit.
        Assert.InRange(fourTimes / (double)once, 1, 12);
    }

    [Fact]
    public void What_is_simplified_has_the_value_of_the_power()
    {
        var power = Squared(10, static matrix => matrix);
        double[] values = [0.99, 0.1, 0, 0, 1, 0.01, 0, 0, 0.98];
        foreach (var rule in Enum.GetValues<SimplificationRule>().Except([SimplificationRule.Collect]))
        {
            var (plain, simplified) = (Evaluate(power, values), Evaluate(power.Simplify(rule), values));
            Assert.Equal(plain, simplified, 1e-9 * Math.Abs(plain));
        }
    }

    private static double Evaluate(ExprNode node, double[] values) => CompiledExpression.Compile([node]).Evaluate(values);

    private static ExprNode Squared(int times, Func<ExprNode, ExprNode> other)
    {
        var matrix = ExprNode.Variable("S", 3, 3);
        for (var i = 0; i < times; i++) matrix = ExprNode.MatMul(matrix, other(matrix));
        return ExprNode.Trace(matrix);
    }

    private static long Bytes(int times, SimplificationRule rule)
    {
        var (squares, turned) = (Squared(times, static matrix => matrix), Squared(times, static matrix => matrix.T));
        ExprNode[] outputs = [squares, .. squares.Gradient("S"), turned, .. turned.Gradient("S")];
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ExprNode.Simplify(outputs, rule);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
