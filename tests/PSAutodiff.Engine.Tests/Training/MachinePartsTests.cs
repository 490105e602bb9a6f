using PSAutodiff.Execution.Parts;
using PSAutodiff.Kernels;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Searches and fits over rows that stay where they are, in parts: nearly what they are over all rows, and the same bits whoever computes.</summary>
public sealed class MachinePartsTests
{
    private const int Rows = 3000;

    private static readonly double[] X = [.. Enumerable.Range(0, Rows).Select(static i => (double)i / Rows * 4)];
    private static readonly double[] Y = [.. Enumerable.Range(0, Rows).Select(static i => (2.5 * Math.Exp(-0.7 * i / Rows * 4)) + 0.3 + (0.01 * Math.Sin(i)))];
    private static readonly double[] W = [.. Enumerable.Range(0, Rows).Select(static i => i % 7 == 0 ? 0.0 : 1 + (i % 3))];

    [Theory]
    [InlineData("LBFGS")]
    [InlineData("Newton")]
    [InlineData("Adam")]
    public void A_minimum_over_parts_is_that_over_all_rows(string method)
    {
        var options = new MinimizationOptions { Method = Enum.Parse<MinimizationMethod>(method), MaxIteration = 300 };
        var loss = ExprNode.Parse("(y - a*exp(-b*x) - c)^2");
        var whole = new Minimization(loss, All(RowTotal.Mean)).Run([1, 1, 0], options);
        var here = new Minimization(loss, new DataRows(new LocalParts(Split(5)), RowTotal.Mean)).Run([1, 1, 0], options);
        Assert.Equal(whole.StopReason, here.StopReason);
        foreach (string name in whole.At.Keys) Assert.Equal((double)whole.At[name]!, (double)here.At[name]!, 1e-6);
        foreach (var machines in new[] { 1, 2, 4 })
        {
            var there = new Minimization(loss, new DataRows(Machines(5, machines).Parts, RowTotal.Mean)).Run([1, 1, 0], options);
            Same(here, there);
        }
    }

    [Theory]
    [InlineData(FitLoss.LeastSquares, false)]
    [InlineData(FitLoss.LeastSquares, true)]
    [InlineData(FitLoss.Huber, true)]
    public void A_fit_over_parts_is_that_over_all_rows(FitLoss loss, bool isWeighted)
    {
        var options = new CurveFitOptions { Loss = loss, LossScale = 0.01 };
        var whole = Fit(All(RowTotal.Sum));
        var here = Fit(new DataRows(new LocalParts(Split(5)), RowTotal.Sum));
        foreach (string name in whole.Parameters.Keys)
        {
            Assert.Equal((double)whole.Parameters[name]!, (double)here.Parameters[name]!, 1e-9);
            Assert.Equal((double)whole.StandardErrors[name]!, (double)here.StandardErrors[name]!, 1e-9);
        }

        Assert.Equal(whole.Rows, here.Rows);
        Assert.Equal(whole.RSquared, here.RSquared, 1e-12);
        Assert.Equal(whole.Aic, here.Aic, 1e-6);
        foreach (var machines in new[] { 1, 2, 4 })
        {
            var there = Fit(new DataRows(Machines(5, machines).Parts, RowTotal.Sum));
            Assert.Equal(here.Parameters.Values.Cast<double>(), there.Parameters.Values.Cast<double>());
            Assert.Equal(here.StandardErrors.Values.Cast<double>(), there.StandardErrors.Values.Cast<double>());
            Assert.Equal(here.Iterations, there.Iterations);
        }

        CurveFitResult Fit(DataRows rows) => new CurveFit(ExprNode.Parse("a*exp(-b*x) + c"), ExprNode.Variable("y"), rows, isWeighted ? ExprNode.Variable("w") : null, ["a", "b", "c"]).Run([double.NaN, 1, double.NaN], options);
    }

    [Fact]
    public void A_start_without_value_names_the_row_of_its_part()
    {
        var rows = new DataRows(Machines(5, 2).Parts, RowTotal.Sum);
        var fit = new CurveFit(ExprNode.Parse("a*log(x - 2.001) + b"), ExprNode.Variable("y"), rows, null, ["a", "b"]);
        Assert.Contains("in row 1 of part 1", Assert.Throws<AutodiffException>(() => fit.Run([1, 1], new CurveFitOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fifty_deaths_lose_nothing_where_others_can_read_the_parts()
    {
        var loss = ExprNode.Parse("(y - a*exp(-b*x) - c)^2");
        var options = new MinimizationOptions();
        var expected = new Minimization(loss, new DataRows(new LocalParts(Split(6)), RowTotal.Mean)).Run([1, 1, 0], options);
        var random = new RandomSource(3);
        var deaths = 0;
        for (var run = 0; run < 50; run++)
        {
            var (parts, lost) = Machines(6, 3, asks: [random.NextInt(60), random.NextInt(60), int.MaxValue], isHostile: run % 5 == 0);
            Same(expected, new Minimization(loss, new DataRows(parts, RowTotal.Mean)).Run([1, 1, 0], options));
            Assert.DoesNotContain("m2", lost);
            deaths += lost.Count;
        }

        Assert.InRange(deaths, 20, 100);
    }

    [Fact]
    public void Damaged_requests_are_refused()
    {
        var service = new RowsService();
        var random = new RandomSource(5);
        var function = new SumFunction(ExprNode.Flatten([ExprNode.Parse("a*x")]), new Core.VariableLayout(["a"]));
        byte[] define = RowsService.Define(0, function);
        var key = Guid.NewGuid();
        RowsService.Keep(key, 0, All(RowTotal.Sum));
        byte[] evaluate = RowsService.Evaluate(key, 0, [0], [2]);
        Assert.Empty(service.Answer(define, default));
        Assert.Equal(8, service.Answer(evaluate, default).Length);
        for (var i = 0; i < 3000; i++)
        {
            var request = (byte[])(i % 2 == 0 ? define : evaluate).Clone();
            request[random.NextInt(request.Length)] ^= (byte)(1 << random.NextInt(8));
            if (i % 3 == 0) request = request[..random.NextInt(request.Length)];
            try
            {
                service.Answer(request, default);
            }
            catch (Exception exception) when (exception is InvalidDataException or AutodiffException)
            {
                // Its sender hears of it.
            }
        }

        service.Answer(define, default);
        service.Answer(RowsService.Forget(key), default);
        Assert.Throws<InvalidDataException>(() => service.Answer(evaluate, default));
    }

    private static void Same(Minimum expected, Minimum result)
    {
        Assert.Equal(Numbers(expected), Numbers(result));
        Assert.Equal(expected.Value, result.Value);
        Assert.Equal(expected.Iterations, result.Iterations);
        Assert.Equal(expected.StopReason, result.StopReason);

        static double[] Numbers(Minimum minimum) => [.. minimum.At.Values.Cast<object>().SelectMany(static value => value is double number ? [number] : ((Array)value).Cast<double>())];
    }

    private static DataRows All(RowTotal total) => new(["x", "y", "w"], [X, Y, W], Rows, total);

    private static DataRows[] Split(int parts) => [.. Enumerable.Range(0, parts).Select(part =>
    {
        var (from, to) = (Rows * part / parts, Rows * (part + 1) / parts);
        return new DataRows(["x", "y", "w"], [X.AsMemory(from..to), Y.AsMemory(from..to), W.AsMemory(from..to)], to - from, RowTotal.Sum);
    })];

    private static (MachineParts Parts, List<string> Lost) Machines(int parts, int machines, int[]? asks = null, bool isHostile = false) =>
        PartMachine.Deal(Split(parts), machines, asks, isHostile);
}
