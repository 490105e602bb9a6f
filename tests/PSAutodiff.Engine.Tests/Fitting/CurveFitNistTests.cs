using System.Text.Json;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The nonlinear regressions of NIST's Statistical Reference Datasets (https://www.itl.nist.gov/div898/strd), with eleven certified digits.</summary>
public sealed class CurveFitNistTests
{
    private static readonly Problem[] Problems =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "nist-nonlinear.jsonl")).Select(static line => new Problem(JsonDocument.Parse(line).RootElement))];

    public static TheoryData<string> Names => [.. Problems.Select(static problem => problem.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_starts_give_the_certified_digits(string name)
    {
        var problem = Problems.Single(problem => problem.Name == name);
        var fit = problem.Fit();
        for (var start = 0; start < 2; start++)
        {
            var result = fit.Run(problem.Starts[start], new CurveFitOptions(), TestContext.Current.CancellationToken);
            var what = $"{name} from start {start + 1}: {result}, {result.StopReason} after {result.Evaluations} evaluations.";
            Assert.Equal(problem.Parameters, result.ParameterNames);
            Assert.True(Digits(result.Parameters.Values, problem.Certified) >= 9, $"{what} {Digits(result.Parameters.Values, problem.Certified):f2} digits");
            Assert.True(result.StopReason is CurveFitStopReason.ConvergedByGradient or CurveFitStopReason.ConvergedByStep or CurveFitStopReason.ConvergedByValue, what);
            Assert.Equal(string.Empty, result.Message);

            // The residuals of Lanczos1 lie below rounding.
            if (name == "Lanczos1") continue;
            Assert.True(Digits(result.StandardErrors.Values, problem.StandardDeviation) >= 8, $"{what} {Digits(result.StandardErrors.Values, problem.StandardDeviation):f2} digits of errors");
            Assert.True(Digits(new[] { result.ResidualSumOfSquares }, [problem.Sum]) >= 9, what);
            Assert.True(Digits(new[] { result.ResidualStandardError }, [problem.Deviation]) >= 9, what);
        }
    }

    [Fact]
    public void Starts_that_are_off_by_a_fifth_lead_there_too()
    {
        var (runs, good) = (0, 0);
        var missed = new List<string>();
        foreach (var problem in Problems)
        {
            var fit = problem.Fit();
            var random = new RandomSource(2);
            foreach (var start in problem.Starts.SelectMany(static start => Enumerable.Repeat(start, 6)))
            {
                var moved = Array.ConvertAll(start, value => value * (1 + random.NextUniform(0.22)));
                runs++;
                try
                {
                    var result = fit.Run(moved, new CurveFitOptions(), TestContext.Current.CancellationToken);
                    var isThere = Digits(result.Parameters.Values, problem.Certified) >= 6 || Math.Abs((result.ResidualSumOfSquares / problem.Sum) - 1) <= 1e-8 || result.ResidualSumOfSquares < 1e-20;

                    // Exponentials and peaks may have changed places.
                    if (isThere) good++;
                    else missed.Add($"{problem.Name} {result.StopReason} {result.ResidualSumOfSquares / problem.Sum:g4}");
                }
                catch (AutodiffException exception)
                {
                    missed.Add($"{problem.Name} {exception.Message}");
                }
            }
        }

        Assert.Equal(216, runs);
        Assert.True(good >= 0.95 * runs, $"{good} of {runs}; not: {string.Join("; ", missed)}");
    }

    private static double Digits(System.Collections.ICollection found, double[] certified) =>
        found.Cast<double>().Zip(certified).Min(static pair => -Math.Log10(Math.Max(1e-16, Math.Abs(pair.First - pair.Second) / Math.Abs(pair.Second))));

    private sealed class Problem(JsonElement element)
    {
        public string Name { get; } = element.GetProperty("name").GetString()!;

        public string[] Parameters { get; } = Texts(element, "parameters");

        public double[][] Starts { get; } = [Numbers(element.GetProperty("start1")), Numbers(element.GetProperty("start2"))];

        public double[] Certified { get; } = Numbers(element.GetProperty("certified"));

        public double[] StandardDeviation { get; } = Numbers(element.GetProperty("standardDeviation"));

        public double Sum { get; } = element.GetProperty("residualSumOfSquares").GetDouble();

        public double Deviation { get; } = element.GetProperty("residualStandardDeviation").GetDouble();

        public CurveFit Fit()
        {
            var columns = Texts(element, "columns");
            double[][] data = [.. element.GetProperty("data").EnumerateArray().Select(Numbers)];
            var rows = new DataRows(columns, [.. columns.Select((_, i) => (ReadOnlyMemory<double>)data.Select(row => row[i]).ToArray())], data.Length, RowTotal.Sum);
            return new CurveFit(ExprNode.Parse(element.GetProperty("model").GetString()!), ExprNode.Parse(element.GetProperty("target").GetString()!), rows);
        }

        private static string[] Texts(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];

        private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static number => number.GetDouble())];
    }
}
