using PSAutodiff.Measurements;
using PSAutodiff.Passes.Differentiation;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives by nodes: one by one as formulas, and all of a graph as numbers.</summary>
public sealed class AdjointTableTests
{
    public static TheoryData<string> Texts =>
    [
        "x",
        "4*x*y + exp(-1*y)",
        "t = x*y; u = t + t; u*exp(t)/(1 + u^2)",
        "(sigmoid(w*x + b) - y)^2",
        "-y*log(sigmoid(w*x + b)) - (1 - y)*log(1 - sigmoid(w*x + b))",
        "select(x < y, sqrt(y - x), x^3) + max(x*y, b) + floor(x)*detach(x*y)",
        "p = w*x; q = tanh(p + b); r = q*p; log(1 + r^2) - q/(2 + cos(r))",
        "x^2 + x^y + hypot(x, y) + atan2(x*y, w)",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Texts))]
    public void Each_adjoint_is_the_derivative_by_a_variable_in_the_place_of_the_node(string text)
    {
        var expression = ExprNode.Parse(text);
        var (table, values) = Measured(expression);
        var whole = table[^1];
        Assert.Equal(expression, whole.Expression);
        Assert.Equal(1, whole.Adjoint);
        Assert.Equal(expression.NodeCount, table.Length);
        var checkedNodes = 0;
        foreach (var node in table)
        {
            if (node.Adjoint is not { } adjoint) continue;
            if (node.Expression.Name is not null) continue;
            var parts = ExpressionParts.Of(expression, [node.Expression], Token);
            var derivative = parts.PutBack(parts.Whole.Differentiate(parts.Names[0], DifferentiationMode.Forward), Token);
            var expected = derivative.At([.. derivative.Variables.Select(name => (name, values[name]))]);
            Assert.Equal(expected, adjoint, Math.Max(1, Math.Abs(expected)) * 1e-13);
            checkedNodes++;
        }

        Assert.Equal(table.Count(static row => row.Adjoint is not null && row.Op != "var"), checkedNodes);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Variables_have_the_bits_of_the_gradient_and_values_those_of_the_nodes(string text)
    {
        var expression = ExprNode.Parse(text);
        var (table, values) = Measured(expression);
        var gradient = NumericDerivatives.Of(expression, expression.Variables, cancellation: Token).Gradient.Nodes();
        foreach (var row in table)
        {
            if (row.Expression.Name is { } name)
            {
                var derivative = gradient[expression.Variables.ToList().IndexOf(name)];
                Assert.Equal(derivative.At([.. derivative.Variables.Select(each => (each, values[each]))]), row.Adjoint);
            }

            Assert.Equal(row.Expression.At([.. row.Expression.Variables.Select(each => (each, values[each]))]), row.Value);
            Assert.Equal(row.Op, row.Expression.Op);
            Assert.Equal(row.Expression.Arguments, row.Arguments.Select(index => table[index].Expression));
            Assert.All(row.Arguments, index => Assert.True(index < row.Index));
            Assert.Equal(row.Expression.Variables.Count == 0, row.Adjoint is null);
        }

        Assert.Equal(Enumerable.Range(0, table.Length), table.Select(static row => row.Index));
    }

    [Fact]
    public void A_part_that_occurs_in_the_derivative_by_accident_is_held_fixed_there_too()
    {
        // d/dp p^u = u * p^(u - 1) has the node u - 1 again; the second derivative does not touch that exponent.
        var part = ExprNode.Parse("u - 1");
        var whole = ExprNode.Apply("pow", part, ExprNode.Variable("u"));
        var parts = ExpressionParts.Of(whole, [part], Token);
        var second = parts.Whole.Differentiate(parts.Names[0]).Differentiate(parts.Names[0]);
        // u (u - 1) p^(u - 2) at u = 4, p = 3.
        Assert.Equal(4 * 3 * 9, parts.PutBack(second, Token).At(("u", 4)), 1e-12);
    }

    [Fact]
    public void A_part_is_a_node_of_the_expression_and_its_name_is_not_taken()
    {
        var whole = ExprNode.Parse("(x + y)*${x + y}");
        var parts = ExpressionParts.Of(whole, [ExprNode.Parse("x + y")], Token);
        Assert.Equal(["x + y'"], parts.Names);
        Assert.Equal(ExprNode.Variable("x + y"), parts.Whole.Differentiate("x + y'"));
        Assert.Equal(whole, parts.PutBack(parts.Whole, Token));
        foreach (var absent in new[] { "y + x", "x*y", "z", "x + y + 1" })
        {
            var error = Assert.Throws<AutodiffException>(() => ExpressionParts.Of(whole, [ExprNode.Parse(absent)], Token));
            Assert.Equal("NodeNotFound", error.ErrorId);
            Assert.Contains($"'{ExprNode.Parse(absent)}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_deep_chain_has_a_row_for_each_node_without_recursion() => SmallStack.Run(static () =>
    {
        const int n = 100_000;
        var chain = ExprNode.Variable("x");
        for (var i = 0; i < n; i++) chain = (0.5 * chain) + 1;
        var table = AdjointTable.Of(chain, TestContext.Current.CancellationToken).Measure([3]).ToArray();
        Assert.Equal((2 * n) + 3, table.Length);
        Assert.Equal(1, table[^1].Adjoint);
        Assert.Equal([0.25, 0.5, 1], table.Where(static row => row.Op == "sum").TakeLast(3).Select(static row => row.Adjoint!.Value));
        Assert.Equal(0, table.Single(static row => row.Op == "var").Adjoint!.Value, 1e-300);
    });

    // At points between 0.5 and 1.5 that differ.
    private static (NodeAdjoint[] Table, Dictionary<string, double> Values) Measured(ExprNode expression)
    {
        var table = AdjointTable.Of(expression, Token);
        var point = table.Variables.Select(static (_, i) => 0.7 + (0.31 * i)).ToArray();
        return ([.. table.Measure(point)], table.Variables.Zip(point).ToDictionary(static pair => pair.First, static pair => pair.Second));
    }
}
