using System.Text.Json;
using PSAutodiff.Core;
using PSAutodiff.Reports;
using Xunit;

namespace PSAutodiff.Tests;

public sealed class ArrayReportTests
{
    private const string Loss = "W: [2, 3]; b: [3]; x: [2]; y: [3]; logsumexp(tanh(x @ W + b)) - y @ tanh(x @ W + b)";

    [Theory]
    [InlineData(Loss)]
    [InlineData("A: [3, 3]; v: [3]; v @ A @ v + sum(A[1:, :2]) * norm(v)")]
    [InlineData("v: [4]; k: [2]; sum(take(v, [0, 2]) * k) + max(v) * mean(v * v)")]
    public void Values_and_derivatives_at_nodes_are_those_of_the_gradient_and_add_up(string text)
    {
        var (expression, flat, inputs, elements) = At(text);
        var values = ArrayNodeValues.Compute(flat, Shown(flat), inputs, elements)!;
        Assert.True(values.HasAdjoints);
        Assert.Equal(CompiledExpression.Compile([expression]).Evaluate(elements), values.ValueOf(flat.Roots[0]).Elements.Span[0]);
        var gradient = CompiledExpression.Compile(expression.Gradient());
        var expected = new double[gradient.ResultLength];
        gradient.Evaluate(elements, expected);
        var sums = new Dictionary<int, double[]>();
        foreach (var id in Shown(flat))
        {
            if (flat.Graph.IsVariable(id))
            {
                var place = inputs.Names.ToList().IndexOf(flat.Graph.NameOf(id));
                Near(expected[inputs.ElementsOf(place)], values.AdjointOf(id)!.Elements.Span);
            }

            for (var i = 0; i < flat.Graph.OperationOf(id).Arity; i++)
            {
                if (values.PartOf(id, i) is not { } part) continue;
                var argument = flat.Graph.Argument(id, i);
                var sum = sums.TryGetValue(argument, out var before) ? before : sums[argument] = new double[part.Elements.Length];
                Assert.Equal(flat.Graph.ShapeOf(argument).Count, part.Elements.Length);
                for (var j = 0; j < sum.Length; j++) sum[j] += part.Elements.Span[j];
            }
        }

        foreach (var (id, sum) in sums) Near(sum, values.AdjointOf(id)!.Elements.Span);
    }

    [Fact]
    public void The_graph_has_shapes_and_cells_and_the_page_formulas_and_elements()
    {
        var (expression, _, inputs, elements) = At(Loss);
        using var report = new AutodiffReport("Arrays");
        report.AddArrays(expression, inputs, elements, null);
        using var pictures = JsonDocument.Parse(report.Pictures);
        var graph = Assert.Single(pictures.RootElement.EnumerateArray());
        Assert.True(graph.GetProperty("hasArrays").GetBoolean());
        var nodes = graph.GetProperty("nodes").EnumerateArray().ToDictionary(static node => node[0].GetString()!);
        var matrix = nodes["W (2, 3)"];
        Assert.Equal("2\u00d73", matrix[6].GetString());
        Assert.Equal([2, 3, .. elements[..6]], matrix[2].EnumerateArray().Select(static cell => cell.GetDouble()));
        Assert.Equal(8, matrix[3].GetArrayLength());
        Assert.Equal(JsonValueKind.Number, nodes["sub"][2].ValueKind);
        var page = report.ToHtml("1");
        Assert.Contains("derivative", page, StringComparison.Ordinal);
        Assert.Contains("W[1, 2]", page, StringComparison.Ordinal);
        Assert.Contains("f is a number of W, a matrix (2, 3)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_vector_there_are_values_and_where_there_is_one_a_Jacobian()
    {
        var (expression, _, inputs, elements) = At("W: [2, 3]; x: [3]; W @ x");
        using var report = new AutodiffReport("Arrays");
        report.AddArrays(expression, inputs, elements, null);
        using var pictures = JsonDocument.Parse(report.Pictures);
        Assert.False(pictures.RootElement[0].GetProperty("hasAdjoints").GetBoolean());
        Assert.Contains("There is no vector or matrix that is the derivative by W", report.ToHtml("1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_of_large_arrays_are_means_of_blocks()
    {
        double[] elements = [.. Enumerable.Range(0, 40 * 3).Select(static i => (double)(i / 3))];
        var (rows, columns, cells) = new ArrayCells(Shape.Matrix(40, 3), elements).Reduced(20);
        Assert.Equal((20, 3), (rows, columns));
        Assert.Equal([.. Enumerable.Range(0, 60).Select(static i => (2.0 * (i / 3)) + 0.5)], cells);
    }

    [Fact]
    public void Arrays_with_too_many_elements_are_drawn_without_values()
    {
        var (expression, _, inputs, elements) = At("v: [1500000]; sum(v * v)");
        using var report = new AutodiffReport("Arrays");
        report.AddArrays(expression, inputs, elements, null);
        using var pictures = JsonDocument.Parse(report.Pictures);
        Assert.False(pictures.RootElement[0].GetProperty("hasValues").GetBoolean());
        Assert.Contains("The values are left out", report.ToHtml("1"), StringComparison.Ordinal);
    }

    private static (ExprNode Expression, RootedGraph Flat, VariableLayout Inputs, double[] Elements) At(string text)
    {
        var expression = ExprNode.Parse(text);
        var flat = ExprNode.Flatten([expression]);
        var inputs = VariableLayout.Of(expression.Variables, flat);
        return (expression, flat, inputs, [.. Enumerable.Range(0, inputs.Length).Select(static i => Math.Round(Math.Sin(i + 1), 3))]);
    }

    private static int[] Shown(RootedGraph flat)
    {
        var reachable = flat.Reachable();
        return [.. Enumerable.Range(0, flat.Roots[0] + 1).Where(id => reachable[id] && !flat.Graph.IsIndex(id))];
    }

    private static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-14 * Math.Max(1, Math.Abs(expected[i])));
    }
}
