using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Properties of derivatives, on random expressions over all operations.</summary>
public sealed class DifferentiationTests
{
    private static readonly string[] Names = RandomExpressions.Names;

    [Fact]
    public void Each_mode_agrees_with_high_precision_slopes() => RandomExpressions.WithoutConstants.Check(250, 10, static node =>
    {
        foreach (var at in Points(node, 3))
        {
            foreach (var name in Names)
            {
                if (new PreciseEvaluator(node).Derivative(at, name) is not { } slope) continue;
                foreach (var mode in Enum.GetValues<DifferentiationMode>())
                {
                    AssertSame(slope, node.Differentiate(name, mode), at, 1e-30, $"{mode} by {name}");
                    AssertSame(slope, node.Differentiate(Names, mode)[Array.IndexOf(Names, name)], at, 1e-30, $"{mode} by all, {name}");
                }
            }
        }
    });

    [Fact]
    public void Each_mode_agrees_with_high_precision_slopes_when_there_are_constants() => RandomExpressions.Everyday.Check(250, 10, static node =>
    {
        foreach (var at in Points(node, 3))
        {
            foreach (var name in Names)
            {
                if (new PreciseEvaluator(node).Derivative(at, name) is not { } slope) continue;
                foreach (var mode in Enum.GetValues<DifferentiationMode>()) AssertSame(slope, node.Differentiate(name, mode), at, 1e-10, $"{mode} by {name}");
            }
        }
    });

    [Fact]
    public void Second_derivatives_agree_with_slopes_of_first_ones() => RandomExpressions.WithoutConstants.Check(120, 6, static node =>
    {
        var first = node.Differentiate("x", DifferentiationMode.Forward);
        var hessian = node.Hessian(Names);
        foreach (var at in Points(node, 2))
        {
            for (var j = 0; j < Names.Length; j++)
            {
                if (new PreciseEvaluator(first).Derivative(at, Names[j]) is not { } slope) continue;
                AssertSame(slope, hessian[0, j], at, 1e-25, $"Hessian [x, {Names[j]}]");
                AssertSame(slope, hessian[j, 0], at, 1e-25, $"Hessian [{Names[j]}, x]");
            }
        }
    });

    [Fact]
    public void Both_triangles_of_the_Hessian_agree_with_the_gradient_of_the_gradient() => RandomExpressions.WithoutConstants.Check(100, 6, static node =>
    {
        var hessian = node.Hessian(Names);
        var gradient = node.Gradient(Names);
        foreach (var at in Points(node, 2))
        {
            if (new PreciseEvaluator(node).Evaluate(at) is null) continue;
            for (var i = 0; i < Names.Length; i++)
            {
                for (var j = 0; j < Names.Length; j++)
                {
                    Assert.Same(hessian[i, j], hessian[j, i]);
                    if (new PreciseEvaluator(gradient[i].Differentiate(Names[j])).Evaluate(at) is not { } entry) continue;
                    AssertSame(entry, hessian[i, j], at, 1e-25, $"entry {Names[i]}, {Names[j]}");
                }
            }
        }
    });

    [Fact]
    public void The_derivative_by_a_variable_that_is_not_there_is_the_constant_0() => RandomExpressions.Everyday.Check(100, 10, static node =>
    {
        Assert.Equal((ExprNode)0, node.Differentiate("elsewhere"));
        Assert.Equal((ExprNode)0, node.Differentiate("elsewhere", DifferentiationMode.Reverse));
    });

    [Fact]
    public void A_variable_that_is_asked_for_twice_is_answered_twice() => RandomExpressions.Everyday.Check(100, 10, static node =>
    {
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var gradient = node.Differentiate(["x", "y", "x"], mode);
            Assert.Equal(3, gradient.Count);
            Assert.Equal(gradient[0], gradient[2]);
        }
    });

    [Fact]
    public void The_gradient_has_one_entry_for_each_variable_in_ordinal_order()
    {
        var gradient = ExprNode.Parse("b^2 + 3 * a + B").Gradient();
        Assert.Equal(["1", "3", "2 * b"], gradient.Select(static g => g.Simplify().ToString()));
    }

    [Fact]
    public void The_gradient_shares_parts_with_the_function()
    {
        var node = ExprNode.Parse("exp(sin(x) * y)");
        var (graph, ids) = ExprNode.Flatten([node, .. node.Gradient()]);
        var separately = graph.OperationCount([ids[0]]) + graph.OperationCount([ids[1]]) + graph.OperationCount([ids[2]]);
        Assert.True(graph.OperationCount(ids) < separately);
    }

    [Fact]
    public void Names_that_are_none_are_refused()
    {
        foreach (var name in new[] { string.Empty, " ", "a\nb" })
        {
            var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse("x").Differentiate(name));
            Assert.Equal("VariableNameInvalid", error.ErrorId);
        }
    }

    [Fact]
    public void Derivatives_are_graphs_and_can_be_differentiated_again()
    {
        var node = ExprNode.Parse("x^6");
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            var derivative = node;
            for (var order = 1; order <= 6; order++) derivative = derivative.Differentiate("x", mode);
            Assert.Equal(720, derivative.At(("x", 1.7)), 1e-9);
            Assert.Equal(0, derivative.Differentiate("x", mode).At(("x", 1.7)));
        }
    }

    private static IEnumerable<Dictionary<string, double>> Points(ExprNode node, int count)
    {
        var random = new Random(node.NodeCount);
        for (var i = 0; i < count; i++) yield return Names.ToDictionary(static name => name, _ => Math.Round((4 * random.NextDouble()) - 1.7, 3));
    }

    private static void AssertSame(BigFloat expected, ExprNode derivative, Dictionary<string, double> at, double tolerance, string what)
    {
        if (new PreciseEvaluator(derivative) { MayCancel = true }.Evaluate(at) is not { } actual)
        {
            Assert.Fail($"{what} at {string.Join(", ", at)}: undefined, not {expected.ToDoubleRoughly():R}: {Texts.Let(derivative)}");
            return;
        }

        var off = Math.Abs((actual - expected).ToDoubleRoughly());
        Assert.True(
            off <= tolerance * Math.Max(1, Math.Abs(expected.ToDoubleRoughly())),
            $"{what} at {string.Join(", ", at)}: {actual.ToDoubleRoughly():R}, not {expected.ToDoubleRoughly():R}: {Texts.Let(derivative)}");
    }
}
