using System.Text.Json;
using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>
/// The nonlinear regressions of NIST's Statistical Reference Datasets (https://www.itl.nist.gov/div898/strd), with eleven certified
/// digits: the sum of squared residuals as a function to minimize.
/// </summary>
public sealed class NonlinearLeastSquaresTests
{
    // Other minima, higher ones, to which some starts lead; the first two where two exponentials have become one.
    private static readonly Dictionary<string, double[]> OtherMinima = new()
    {
        ["Lanczos1"] = [4.290620207e-6],
        ["Lanczos3"] = [4.346553278e-6],
        ["Thurber"] = [14959.82441, 14796.65393],
    };

    // Long bent valleys that LBFGS does not get through.
    private static readonly HashSet<(string, int)> TooLong = [("MGH10", 0), ("Nelson", 0)];

    public static TheoryData<string> Names => [.. Problems().Select(static problem => problem.Name)];

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Names))]
    public void Who_says_Converged_has_six_certified_digits(string name)
    {
        var problem = Problems().Single(problem => problem.Name == name);
        var search = new Minimization(problem.SumOfSquares());
        Assert.Equal(problem.Parameters, search.Variables);
        foreach (var method in new[] { LBFGS, Newton })
        {
            for (var start = 0; start < problem.Starts.Length; start++)
            {
                var result = search.Run(problem.Starts[start], With(method), TestContext.Current.CancellationToken);
                var found = Numbers(result.At);
                var digits = found.Zip(problem.Certified).Min(static pair => -Math.Log10(Math.Abs(pair.First - pair.Second) / Math.Abs(pair.Second)));
                var what = $"{name} by {method} from start {start + 1}: {result.StopReason} with {digits:f1} digits, {result.Value:R} after {result.Evaluations} evaluations. {result.Message}";
                if (method == LBFGS && TooLong.Contains((name, start)))
                {
                    Assert.True(result.StopReason != MinimizationStopReason.Converged, what);
                    continue;
                }

                Assert.True(result.StopReason == MinimizationStopReason.Converged, what);
                var isOther = OtherMinima.GetValueOrDefault(name, []).Any(value => Math.Abs(result.Value - value) <= 1e-8 * value);
                Assert.True(digits >= 6 || isOther, what);
                if (!isOther && problem.Sum > 1e-20) Assert.True(Math.Abs(result.Value - problem.Sum) <= 1e-9 * problem.Sum, what);
            }
        }
    }

    [Fact]
    public void A_search_from_the_certified_minimum_ends_there_at_once()
    {
        foreach (var problem in Problems().Where(static problem => problem.Name is "Chwirut2" or "Misra1a" or "Rat42" or "MGH10" or "Lanczos3"))
        {
            foreach (var method in new[] { LBFGS, Newton })
            {
                var result = new Minimization(problem.SumOfSquares()).Run(problem.Certified, With(method), TestContext.Current.CancellationToken);
                Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
                AssertNear(problem.Sum, result.Value, 1e-9 * problem.Sum);
                Assert.True(result.Value <= result.Path[0].Value);
            }
        }
    }

    private static IEnumerable<Problem> Problems() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "nist-nonlinear.jsonl")).Select(static line => new Problem(JsonDocument.Parse(line).RootElement));

    private sealed class Problem(JsonElement element)
    {
        public string Name { get; } = element.GetProperty("name").GetString()!;

        public string[] Parameters { get; } = Texts(element, "parameters");

        public double[][] Starts { get; } = [Numbers(element.GetProperty("start1")), Numbers(element.GetProperty("start2"))];

        public double[] Certified { get; } = Numbers(element.GetProperty("certified"));

        public double Sum { get; } = element.GetProperty("residualSumOfSquares").GetDouble();

        public ExprNode SumOfSquares()
        {
            var columns = Texts(element, "columns");
            var residual = ExprNode.Parse(element.GetProperty("target").GetString()!) - ExprNode.Parse(element.GetProperty("model").GetString()!);
            var squares = element.GetProperty("data").EnumerateArray()
                .Select(row => residual.Resolve(columns.Zip(Numbers(row)).ToDictionary(static cell => cell.First, static cell => ExprNode.Constant(cell.Second))))
                .Select(static difference => difference * difference);
            return squares.Aggregate(static (sum, square) => sum + square);
        }

        private static string[] Texts(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];

        private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static number => number.GetDouble())];
    }
}
