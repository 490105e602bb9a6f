using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PSAutodiff.GradBench;
using PSAutodiff.GradBench.Evals;

// The tool's side of GradBench's protocol: a message in JSON on each line of the standard input, a response on each of the output.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Formula.Simplifies = args is ["--simplify"];
var functions = new Dictionary<string, Prepare>(StringComparer.Ordinal)
{
    ["hello.square"] = Hello.Square,
    ["hello.double"] = Hello.Double,
    ["llsq.primal"] = LeastSquares.Primal,
    ["llsq.gradient"] = LeastSquares.Gradient,
    ["lse.primal"] = LogSumExp.Primal,
    ["lse.gradient"] = LogSumExp.Gradient,
    ["det.primal"] = Determinant.Primal,
    ["det.gradient"] = Determinant.Gradient,
    ["ode.primal"] = RungeKutta.Primal,
    ["ode.gradient"] = RungeKutta.Gradient,
    ["kmeans.cost"] = KMeans.Cost,
    ["kmeans.dir"] = KMeans.Direction,
    ["gmm.objective"] = GaussianMixture.Objective,
    ["gmm.jacobian"] = GaussianMixture.Jacobian,
    ["ba.objective"] = BundleAdjustment.Objective,
    ["ba.jacobian"] = BundleAdjustment.Jacobian,
    ["ht.objective"] = HandTracking.Objective,
    ["ht.jacobian"] = HandTracking.Jacobian,
    ["lstm.objective"] = LongShortTermMemory.Objective,
    ["lstm.jacobian"] = LongShortTermMemory.Jacobian,
};
foreach (var modes in new[] { "ff", "fr", "rf", "rr" })
{
    functions[$"saddle.{modes}"] = input => Saddle.Find(input, modes);
    functions[$"particle.{modes}"] = input => Particle.Control(input, modes);
}

while (Console.ReadLine() is { } line)
{
    using var message = JsonDocument.Parse(line);
    var response = new Dictionary<string, object> { ["id"] = message.RootElement.GetProperty("id").GetInt64() };
    Respond(message.RootElement, response);
    Console.WriteLine(JsonSerializer.Serialize(response));
}

void Respond(JsonElement message, Dictionary<string, object> response)
{
    switch (message.GetProperty("kind").GetString())
    {
        case "start":
            response["tool"] = "psautodiff";
            break;
        case "define":
            var module = message.GetProperty("module").GetString();
            response["success"] = functions.Keys.Any(name => name.StartsWith($"{module}.", StringComparison.Ordinal));
            Compilation.Run();
            break;
        case "evaluate":
            Evaluate(message, response);
            break;
    }
}

void Evaluate(JsonElement message, Dictionary<string, object> response)
{
    var name = $"{message.GetProperty("module").GetString()}.{message.GetProperty("function").GetString()}";
    response["success"] = functions.TryGetValue(name, out var prepare);
    if (prepare is null)
    {
        response["error"] = $"There is no function '{name}'.";
        return;
    }

    var input = message.GetProperty("input");
    var isObject = input.ValueKind == JsonValueKind.Object;
    var runs = isObject && input.TryGetProperty("min_runs", out var least) ? least.GetInt32() : 1;
    var seconds = isObject && input.TryGetProperty("min_seconds", out var shortest) ? shortest.GetDouble() : 0;
    var timings = new List<object>();
    Formula.ReadNumbers(input);
    var start = Stopwatch.GetTimestamp();
    var run = prepare(input);
    AddTiming("prepare");
    object? output = null;
    for (var elapsed = 0.0; timings.Count <= Math.Max(1, runs) || elapsed < seconds;)
    {
        start = Stopwatch.GetTimestamp();
        output = run();
        elapsed += AddTiming("evaluate");
    }

    response["output"] = output!;
    response["timings"] = timings;

    double AddTiming(string what)
    {
        var time = Stopwatch.GetElapsedTime(start);
        timings.Add(new { name = what, nanoseconds = (long)time.TotalNanoseconds });
        return time.TotalSeconds;
    }
}
