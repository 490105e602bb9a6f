using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The program in bench/gradbench, asked as the suite asks it: derivatives against differences of the function, and the values that are known.</summary>
public sealed class GradBenchTests : IDisposable
{
    private const double Step = 1e-5;

    private static readonly string[] Parts = ["alpha", "mu", "q", "l"];

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "gradbench");

    private readonly Random _random = new(5);

    private readonly Process _tool = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Folder, "PSAutodiff.GradBench.dll")])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private int _id;

    public void Dispose()
    {
        _tool.StandardInput.Close();
        _tool.WaitForExit();
        _tool.Dispose();
    }

    [Fact]
    public void It_speaks_the_protocol()
    {
        Assert.Equal("psautodiff", Ask(new() { ["kind"] = "start", ["eval"] = "hello" })["tool"]!.GetValue<string>());
        Assert.True(Ask(new() { ["kind"] = "define", ["module"] = "hello" })["success"]!.GetValue<bool>());
        Assert.False(Ask(new() { ["kind"] = "define", ["module"] = "weather" })["success"]!.GetValue<bool>());
        var unknown = Ask(new() { ["kind"] = "evaluate", ["module"] = "hello", ["function"] = "cube", ["input"] = 2 });
        Assert.False(unknown["success"]!.GetValue<bool>());
        Assert.Contains("hello.cube", unknown["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(9, Value(Evaluate("hello", "square", 3)));
        Assert.Equal(6, Value(Evaluate("hello", "double", 3)));
        var runs = Ask(new() { ["kind"] = "evaluate", ["module"] = "llsq", ["function"] = "primal", ["input"] = new JsonObject { ["x"] = List(3), ["n"] = 5, ["min_runs"] = 4, ["min_seconds"] = 0 } });
        Assert.Equal(["prepare", "evaluate", "evaluate", "evaluate", "evaluate"], runs["timings"]!.AsArray().Select(static timing => timing!["name"]!.GetValue<string>()));
        Assert.Equal(["id"], Ask(new() { ["kind"] = "analysis", ["of"] = 1, ["valid"] = true }).Select(static pair => pair.Key));
    }

    [Fact]
    public void Gradients_are_those_of_the_values()
    {
        AssertGradient("llsq", "primal", "gradient", new() { ["x"] = List(5), ["n"] = 7 }, ["x"]);
        AssertGradient("lse", "primal", "gradient", new() { ["x"] = List(9) }, ["x"]);
        AssertGradient("det", "primal", "gradient", new() { ["A"] = List(16), ["ell"] = 4 }, ["A"]);
        AssertGradient("ode", "primal", "gradient", new() { ["x"] = List(4), ["s"] = 3 }, ["x"]);
        AssertGradient("lstm", "objective", "jacobian", new() { ["main_params"] = Matrix(4, 8), ["extra_params"] = Matrix(3, 2), ["state"] = Matrix(4, 2), ["sequence"] = Matrix(5, 2) }, ["main_params", "extra_params"]);
        AssertGradient(
            "gmm",
            "objective",
            "jacobian",
            new() { ["d"] = 3, ["k"] = 2, ["n"] = 4, ["x"] = Matrix(4, 3), ["m"] = 1, ["gamma"] = 1.5, ["alpha"] = List(2), ["mu"] = Matrix(2, 3), ["q"] = Matrix(2, 3), ["l"] = Matrix(2, 3) },
            ["alpha", "mu", "q", "l"]);
    }

    [Fact]
    public void Values_are_those_of_the_formulas()
    {
        Assert.Equal(Math.Log(Math.Exp(1) + Math.Exp(2)), Value(Evaluate("lse", "primal", new JsonObject { ["x"] = new JsonArray(1.0, 2.0) })), 1e-14);
        Assert.Equal((2 * 7) - (3 * 5), Value(Evaluate("det", "primal", new JsonObject { ["A"] = new JsonArray(2.0, 3.0, 5.0, 7.0), ["ell"] = 2 })), 1e-12);

        // At t = -1, 0 and 1 the residuals are -1 - (2 - 3), 0 - 2 and 1 - (2 + 3).
        Assert.Equal(0.5 * (0 + 4 + 16), Value(Evaluate("llsq", "primal", new JsonObject { ["x"] = new JsonArray(2.0, 3.0), ["n"] = 3 })), 1e-12);

        // y0 = x0 t and y1 = x0 x1 t^2 / 2 at t = 2.
        Assert.Equal([3.0 * 2, 3.0 * 5 * 2], Numbers(Evaluate("ode", "primal", new JsonObject { ["x"] = new JsonArray(3.0, 5.0), ["s"] = 4 })).Select(static y => Math.Round(y, 12)));

        // Two points are closest to the first center, one to the second, from where Newton's step leads to their means.
        var clusters = new JsonObject { ["points"] = JsonNode.Parse("[[0, 0], [2, 0], [9, 9]]"), ["centroids"] = JsonNode.Parse("[[0, 1], [8, 8]]") };
        Assert.Equal(1 + 5 + 2, Value(Evaluate("kmeans", "cost", clusters)));
        Assert.Equal([-1, 1, -1, -1], Numbers(Evaluate("kmeans", "dir", clusters)));
    }

    [Fact]
    public void Jacobians_are_those_of_the_errors()
    {
        var camera = new JsonObject { ["n"] = 2, ["m"] = 3, ["p"] = 20, ["cam"] = List(11), ["x"] = List(3), ["w"] = 0.7, ["feat"] = List(2) };
        var jacobian = Evaluate("ba", "jacobian", camera);
        var values = Numbers(jacobian["vals"]!);
        Assert.Equal(31, values.Length);
        Assert.Equal(-1.4, values[^1], 1e-12);
        Assert.Equal([0, 15, 30], Numbers(jacobian["rows"]!).Take(3));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 22, 23, 24, 31, 0], Numbers(jacobian["cols"]!).Take(16));
        Assert.Equal(50, Numbers(jacobian["cols"]!)[30]);
        AssertDifferences("ba", "objective", camera, ["cam", "x", "w"], static output => Numbers(output["reproj_error"]!["elements"]!), (row, column) => values[(15 * row) + column]);

        var hand = Hand(bones: 22, vertices: 5);
        var byTheta = Evaluate("ht", "jacobian", hand).AsArray();
        AssertDifferences("ht", "objective", hand, ["theta"], static output => Numbers(output), (row, column) => byTheta[row]![column + 2]!.GetValue<double>());

        // By its two coordinates a point moves between the corners of its triangle.
        var moved = hand.DeepClone().AsObject();
        moved["us"]![1]![0] = hand["us"]![1]![0]!.GetValue<double>() + 1;
        var (before, after) = (Numbers(Evaluate("ht", "objective", hand)), Numbers(Evaluate("ht", "objective", moved)));
        for (var i = 3; i < 6; i++) Assert.Equal(after[i] - before[i], byTheta[i]![0]!.GetValue<double>(), 1e-10);
    }

    [Fact]
    public void Searches_end_where_the_suite_says()
    {
        foreach (var modes in (string[])["ff", "fr", "rf", "rr"])
        {
            Assert.All(Numbers(Evaluate("saddle", modes, new JsonObject { ["start"] = new JsonArray(1.0, 1.0) })), static coordinate => Assert.Equal(0, coordinate, 1e-4));
            Assert.Equal(0.2071918746486116, Value(Evaluate("particle", modes, new JsonObject { ["w"] = 0.0 })), 1e-4);
        }
    }

    private static double Value(JsonNode output) => output.GetValue<double>();

    private static double[] Numbers(JsonNode node) => node switch
    {
        JsonArray list => [.. list.SelectMany(static item => Numbers(item!))],
        JsonObject parts => [.. Parts.SelectMany(part => Numbers(parts[part]!))],
        _ => [node.GetValue<double>()],
    };

    private void AssertGradient(string module, string function, string gradient, JsonObject input, string[] parameters)
    {
        var slopes = Numbers(Evaluate(module, gradient, input));
        AssertDifferences(module, function, input, parameters, static output => [Numbers(output)[^1]], (_, column) => slopes[column]);
        Assert.Equal(slopes.Length, parameters.Sum(name => Numbers(input[name]!).Length));
    }

    private void AssertDifferences(string module, string function, JsonObject input, string[] parameters, Func<JsonNode, double[]> results, Func<int, int, double> slope)
    {
        var column = 0;
        foreach (var name in parameters)
        {
            for (var i = 0; i < Numbers(input[name]!).Length; i++, column++)
            {
                var (up, down) = (results(Evaluate(module, function, Moved(input, name, i, Step))), results(Evaluate(module, function, Moved(input, name, i, -Step))));
                for (var row = 0; row < up.Length; row++)
                {
                    var difference = (up[row] - down[row]) / (2 * Step);
                    Assert.Equal(difference, slope(row, column), 1e-6 * (1 + Math.Abs(difference)));
                }
            }
        }
    }

    private static JsonObject Moved(JsonObject input, string name, int index, double by)
    {
        var moved = input.DeepClone().AsObject();
        if (moved[name] is not JsonArray list)
        {
            moved[name] = moved[name]!.GetValue<double>() + by;
            return moved;
        }

        var width = list[0] is JsonArray first ? first.Count : 0;
        var row = width == 0 ? list : list[index / width]!.AsArray();
        var place = width == 0 ? index : index % width;
        row[place] = row[place]!.GetValue<double>() + by;
        return moved;
    }

    private JsonObject Hand(int bones, int vertices)
    {
        JsonArray Bones(Func<int, JsonNode> item) => new([.. Enumerable.Range(0, bones).Select(item)]);
        JsonArray Transform() => new([.. Enumerable.Range(0, 4).Select(i => (JsonNode)new JsonArray([.. Enumerable.Range(0, 4).Select(j => (JsonNode)(i == 3 ? (j == 3 ? 1.0 : 0.0) : (i == j ? 1 : 0) + (0.1 * _random.NextDouble())))]))]);
        var model = new JsonObject
        {
            ["bone_count"] = bones,
            ["bone_names"] = Bones(static i => string.Create(CultureInfo.InvariantCulture, $"bone{i}")),
            ["parents"] = Bones(static i => i < 3 ? i - 1 : i % 4 == 2 ? 1 : i - 1),
            ["base_relatives"] = Bones(_ => Transform()),
            ["inverse_base_absolutes"] = Bones(_ => Transform()),
            ["base_positions"] = Matrix(vertices, 4),
            ["weights"] = Matrix(vertices, bones),
            ["triangles"] = JsonNode.Parse("[[0, 1, 2], [1, 3, 4]]"),
            ["is_mirrored"] = true,
        };
        return new() { ["theta"] = List(26), ["us"] = Matrix(2, 2), ["data"] = new JsonObject { ["model"] = model, ["correspondences"] = new JsonArray(1, 0), ["points"] = Matrix(2, 3) } };
    }

    private JsonArray List(int count) => new([.. Enumerable.Range(0, count).Select(_ => (JsonNode)(0.2 + _random.NextDouble()))]);

    private JsonArray Matrix(int rows, int columns) => new([.. Enumerable.Range(0, rows).Select(_ => (JsonNode)List(columns))]);

    private JsonNode Evaluate(string module, string function, JsonNode input)
    {
        var response = Ask(new() { ["kind"] = "evaluate", ["module"] = module, ["function"] = function, ["input"] = input.DeepClone() });
        Assert.True(response["success"]!.GetValue<bool>(), response.ToJsonString());
        return response["output"]!;
    }

    private JsonObject Ask(JsonObject message)
    {
        message["id"] = ++_id;
        _tool.StandardInput.WriteLine(message.ToJsonString());
        var response = JsonNode.Parse(_tool.StandardOutput.ReadLine()!)!.AsObject();
        Assert.Equal(_id, response["id"]!.GetValue<int>());
        return response;
    }
}
