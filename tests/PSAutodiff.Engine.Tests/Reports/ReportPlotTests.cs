using System.Text.Json;
using PSAutodiff.Reports;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The curves and maps of reports: what the script draws has the values of the engine.</summary>
public sealed class ReportPlotTests
{
    [Theory]
    [InlineData("x^3 - 3*x", "3*x^2 - 3")]
    [InlineData("sin(x)/x", "(x*cos(x) - sin(x))/x^2")]
    [InlineData("1/(x - 1)", "-1/(x - 1)^2")]
    [InlineData("log(x)", "1/x")]
    public void A_curve_and_its_derivative_have_the_values_of_the_function(string text, string derivative)
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse(text), null, null));
        var curves = pictures.RootElement[1];
        Assert.Equal("curves", curves.GetProperty("type").GetString());
        var functions = new[] { text, derivative }.Select(static each => CompiledExpression.Compile([ExprNode.Parse(each)], ["x"])).ToArray();
        for (var i = 0; i < 2; i++)
        {
            var points = PointsOf(curves, i);
            Assert.True(points.Length > 500);
            foreach (var (x, y) in points)
            {
                if (y is not { } value) continue;
                var expected = functions[i].Evaluate(x);
                Assert.Equal(expected, value, 1e-7 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void A_pole_is_a_gap_between_branches_that_reach_the_border()
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse("1/(x - 1)"), null, null));
        var curves = pictures.RootElement[1];
        double[] range = [.. curves.GetProperty("range").EnumerateArray().Select(static end => end.GetDouble())];
        var points = PointsOf(curves, 0);
        var gap = Array.FindIndex(points, static point => point.Y is null);
        Assert.True(points[gap - 1].Y < range[0] && points[gap - 1].X < 1);
        Assert.True(points[gap..].SkipWhile(static point => point.Y is null).First() is { Y: { } next, X: > 1 } && next > range[1]);
        Assert.InRange(range[1] - range[0], 1, 100);
    }

    [Fact]
    public void A_point_has_its_tangent()
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse("x^2"), new Dictionary<string, double> { ["x"] = 3 }, null));
        var tangent = PointsOf(pictures.RootElement[1], 2);
        Assert.All(tangent, static point => Assert.Equal(9 + (6 * (point.X - 3)), point.Y!.Value, 1e-12));
        Assert.Equal([(3.0, 9.0)], PointsOf(pictures.RootElement[1], 3).Select(static point => (point.X, point.Y!.Value)));
    }

    [Fact]
    public void A_function_of_two_variables_has_a_map_with_the_point()
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse("x*y + x"), new Dictionary<string, double> { ["x"] = 8, ["y"] = 2 }, null));
        var map = pictures.RootElement[1];
        Assert.Equal("contour", map.GetProperty("type").GetString());
        var (x, y, n) = (Numbers(map, "x"), Numbers(map, "y"), map.GetProperty("n").GetInt32());
        Assert.True(x[0] < 8 && x[1] > 8);
        var values = map.GetProperty("values").EnumerateArray().Select(static value => value.GetDouble()).ToArray();
        for (var i = 0; i < values.Length; i += 37)
        {
            var (a, b) = (x[0] + ((x[1] - x[0]) * (i % n) / (n - 1)), y[0] + ((y[1] - y[0]) * (i / n) / (n - 1)));
            Assert.Equal((a * b) + a, values[i], 1e-4);
        }

        Assert.Equal(24, map.GetProperty("groups")[0].GetProperty("points")[0][2].GetDouble());
    }

    [Fact]
    public void Every_node_has_what_is_passed_back_to_its_arguments()
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse("x*y + exp(-y)"), new Dictionary<string, double> { ["x"] = 2, ["y"] = 3 }, null));
        var nodes = pictures.RootElement[0].GetProperty("nodes").EnumerateArray().ToArray();

        // The adjoint of each node is the sum of what its users pass.
        for (var id = 1; id < nodes.Length; id++)
        {
            var sum = 0.0;
            foreach (var user in nodes)
            {
                for (var i = 0; i < user[4].GetArrayLength(); i++)
                {
                    if (user[4][i].GetInt32() == id) sum += user[3].GetDouble() * user[5][i].GetDouble();
                }
            }

            Assert.Equal(nodes[id][3].GetDouble(), sum, 1e-4);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_minimum_of_one_variable_shows_its_function_and_its_way(bool keepsPath)
    {
        var expression = ExprNode.Parse("(a - 1)^4 + a");
        var minimum = new Minimization(expression).Run([4], new MinimizationOptions { KeepPath = keepsPath });
        using var pictures = Of(report => report.AddMinimum(minimum));
        var curves = pictures.RootElement[0];
        Assert.Equal("a", curves.GetProperty("x").GetString());
        var compiled = CompiledExpression.Compile([expression], ["a"]);
        Assert.All(PointsOf(curves, 0), point => Assert.Equal(compiled.Evaluate(point.X), point.Y!.Value, 1e-9));
        var steps = PointsOf(curves, 1);
        Assert.Equal(keepsPath ? minimum.Path.Count : 1, steps.Length);
        Assert.Equal(((double)minimum.At[0]!, minimum.Value), (steps[^1].X, steps[^1].Y!.Value));
        Assert.True(curves.GetProperty("series")[1].GetProperty("steps").GetBoolean());
    }

    [Fact]
    public void A_network_with_one_input_has_its_curve_over_the_data()
    {
        var network = Network.Create(1, [(3, ActivationFunction.Tanh), (1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        using var pictures = Of(report => report.AddNetwork(network, [new ReportPoint(0, 1, "data"), new ReportPoint(4, 2, "data")]));
        var curves = pictures.RootElement[1];
        foreach (var (x, y) in PointsOf(curves, 0)) Assert.Equal(network.Predict(new[,] { { x } })[0, 0], y!.Value, 1e-12);
        Assert.Equal([(0.0, 1.0), (4.0, 2.0)], PointsOf(curves, 1).Select(static point => (point.X, point.Y!.Value)));
        Assert.True(PointsOf(curves, 0)[0].X < 0 && PointsOf(curves, 0)[^1].X > 4);
    }

    [Fact]
    public void A_page_has_something_to_see_without_its_script()
    {
        using var report = new AutodiffReport("Plain");
        report.AddExpression(ExprNode.Parse("sin(x)"), null, null);
        report.AddExpression(ExprNode.Parse("x*y"), null, null);
        var page = report.ToHtml("1");
        Assert.Equal(4, page.Split("<noscript><pre role=\"img\" aria-label=\"").Length - 1);
        Assert.Contains(" *** sin(x)", page, StringComparison.Ordinal);
        Assert.Contains("below ", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqrt(-1 - x^2)")]
    [InlineData("1e300*x^3")]
    [InlineData("x*1e-310")]
    [InlineData("1/0 + x")]
    [InlineData("7*x - 7*x")]
    [InlineData("exp(exp(exp(x)))*y")]
    [InlineData("sqrt(-1 - x^2)*y")]
    public void Any_values_make_a_report(string text)
    {
        using var pictures = Of(report => report.AddExpression(ExprNode.Parse(text), null, null));
        Assert.InRange(pictures.RootElement.GetArrayLength(), 1, 2);
    }

    private static JsonDocument Of(Action<AutodiffReport> add)
    {
        using var report = new AutodiffReport("Plots");
        add(report);
        return JsonDocument.Parse(report.Pictures);
    }

    private static double[] Numbers(JsonElement picture, string name) => [.. picture.GetProperty(name).EnumerateArray().Select(static number => number.GetDouble())];

    private static (double X, double? Y)[] PointsOf(JsonElement curves, int series) =>
    [
        .. curves.GetProperty("series")[series].GetProperty("points").EnumerateArray()
            .Select(static point => (point[0].GetDouble(), point[1].ValueKind == JsonValueKind.Null ? default(double?) : point[1].GetDouble())),
    ];
}
