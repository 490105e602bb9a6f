using System.Text.Json;
using PSAutodiff.Reports;
using Xunit;

namespace PSAutodiff.Tests;

public sealed class ReportTests
{
    [Theory]
    [InlineData("4*x*y + exp(-y)")]
    [InlineData("t = x*y; t*t + sin(t)/t")]
    [InlineData("select(x - 1, tanh(y), sqrt(y)) + max(x, y)*min(x, y^2)")]
    [InlineData("log(1 + exp(x)) * sigmoid(y) - detach(x)*y + atan(x*y)^3")]
    public void Nodes_of_variables_have_the_derivatives_of_the_gradient(string text)
    {
        var expression = ExprNode.Parse(text);
        var (graph, root) = expression.Flatten();
        var values = NodeValues.Compute(graph, root, new Dictionary<string, double> { ["x"] = 0.7, ["y"] = 1.3 });
        Assert.Equal(CompiledExpression.Compile([expression], ["x", "y"]).Evaluate(0.7, 1.3), values.Values[root]);
        Assert.Equal(1, values.Adjoints[root]);
        var derivatives = expression.Gradient(["x", "y"]);
        for (var id = 0; id <= root; id++)
        {
            if (!graph.IsVariable(id)) continue;
            var expected = CompiledExpression.Compile([derivatives[graph.NameOf(id) == "x" ? 0 : 1]], ["x", "y"]).Evaluate(0.7, 1.3);
            Assert.Equal(expected, values.Adjoints[id], 1e-13 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void A_thinned_curve_keeps_its_spikes_ends_and_gaps()
    {
        var values = new double[100_000];
        for (var i = 0; i < values.Length; i++) values[i] = Math.Sin(i * 1e-3);
        (values[31_337], values[77_777], values[50_000]) = (100, -100, double.NaN);
        var kept = CurveThinning.Thin(values, 4000);
        Assert.InRange(kept.Length, 2000, 4001);
        Assert.Equal(kept.Order(), kept);
        Assert.Superset(new HashSet<int> { 0, 31_337, 50_000, 77_777, 99_999 }, kept.ToHashSet());
    }

    [Fact]
    public void A_short_curve_is_whole() => Assert.Equal([0, 1, 2], CurveThinning.Thin([3, double.NaN, 1], 4));

    [Fact]
    public void A_curve_of_gaps_only_is_thinned_too() => Assert.InRange(CurveThinning.Thin([.. Enumerable.Repeat(double.NaN, 1000)], 10).Length, 2, 10);

    [Fact]
    public void Losses_that_are_not_finite_are_gaps_and_marked()
    {
        using var report = new AutodiffReport("Gaps");
        report.AddTraining(Result([1, double.NaN, 0.5, double.PositiveInfinity, 0.25]), []);
        using var pictures = JsonDocument.Parse(report.Pictures);
        var curves = pictures.RootElement[0];
        Assert.Equal([2, 4], curves.GetProperty("gaps").EnumerateArray().Select(static gap => gap.GetInt32()));
        var points = curves.GetProperty("series")[0].GetProperty("points").EnumerateArray().Select(static point => point[1].ValueKind);
        Assert.Equal([JsonValueKind.Number, JsonValueKind.Null, JsonValueKind.Number, JsonValueKind.Null, JsonValueKind.Number], points);
    }

    [Fact]
    public void No_text_ends_the_script_element_that_it_is_in()
    {
        using var report = new AutodiffReport("</title><script>");
        report.AddNetwork(Network.Create(2, [(1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double), [new ReportPoint(0, 0, "</script><!--\u2028\u2029")]);
        Assert.DoesNotContain('<', report.Pictures);
        Assert.All(report.Pictures, static c => Assert.True(char.IsAscii(c)));
        Assert.DoesNotContain("</title><script>", report.ToHtml("1"), StringComparison.Ordinal);
        using var pictures = JsonDocument.Parse(report.Pictures);
        Assert.Equal("</script><!--\uFFFD\uFFFD", pictures.RootElement[1].GetProperty("groups")[0].GetProperty("name").GetString());
    }

    private static TrainingResult Result(double[] losses) => new()
    {
        Loss = losses,
        EpochLoss = losses,
        ValidationLoss = [],
        FinalLoss = losses[^1],
        StopReason = TrainingStopReason.Completed,
        Seed = 1,
        Elapsed = TimeSpan.Zero,
        RowsPerSecond = 0,
        Optimizer = TrainingOptimizer.Adam,
        LearningRate = 0.1,
        BatchSize = 5,
        Restarts = [],
        StepsPerEpoch = 1,
    };
}
