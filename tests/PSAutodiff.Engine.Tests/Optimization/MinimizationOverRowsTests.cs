using PSAutodiff.Optimization;
using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Minima of means and sums over rows.</summary>
public sealed class MinimizationOverRowsTests
{
    private const string Line = "(y - (a*x + b))^2";
    private const string Logistic = "softplus(b + w1*x1 + w2*x2) - y*(b + w1*x1 + w2*x2)";

    public static TheoryData<MinimizationMethod> Methods => [.. Enum.GetValues<MinimizationMethod>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_least_squares_line_is_that_of_the_normal_equations()
    {
        var (x, y) = (new double[] { 1, 2, 3, 4 }, new[] { 2.1, 3.9, 6.2, 7.8 });
        foreach (var total in Enum.GetValues<RowTotal>())
        {
            foreach (var method in new[] { Newton, LBFGS })
            {
                // By hand: the slope is 9.7/5, the line goes through the means 2.5 and 5, and the squares of what is left sum to 0.082.
                var result = Run(Line, Data.Rows(total, ("x", x), ("y", y)), new() { Method = method }, 0, 0);
                Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
                AssertNear([1.94, 0.15], result.At, 1e-12);
                AssertNear(total == RowTotal.Mean ? 0.0205 : 0.082, result.Value, 1e-15);
                Assert.Null(result.Expression);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_goes_the_way_that_it_goes_on_the_expression_written_out(MinimizationMethod method)
    {
        var rows = Points(40);
        var options = With(method) with { MaxIteration = 25, LearningRates = method is Newton or LBFGS ? null : [0.25] };
        var over = Run(Logistic, rows, options, 0.1, -0.2, 0.3);
        var written = Minimize(ExprNode.Parse(Logistic).WriteOut(rows, Token), options, 0.1, -0.2, 0.3);
        Assert.Equal(written.StopReason, over.StopReason);
        AssertNear(Numbers(written.At), over.At, 1e-7);
        AssertNear(written.Value, over.Value, 1e-13);
        for (var i = 0; i < Math.Min(5, over.Path.Count); i++) AssertNear(Numbers(written.Path[i].At), over.Path[i].At, 1e-9);
    }

    [Theory]
    [InlineData("(x - m)^2", 0.0, MinimizationStopReason.Converged)]
    [InlineData("abs(x - m)", 0.0, MinimizationStopReason.Stuck)]
    [InlineData("x^2 - m*x^3", 0.0, MinimizationStopReason.Unbounded)]
    [InlineData("(m^2 - x^2)^2", 0.0, MinimizationStopReason.SaddlePoint)]
    [InlineData("m^4*x^2", 1.0, MinimizationStopReason.Converged)]
    public void An_end_is_called_what_it_is(string text, double start, MinimizationStopReason reason)
    {
        var rows = Data.Rows(RowTotal.Mean, ("x", [-1, 2, 0.5, 4, -0.25]));
        var result = Run(text, rows, new(), start);
        var written = Minimize(ExprNode.Parse(text).WriteOut(rows, Token), new(), start);
        Assert.Equal(written.StopReason, result.StopReason);
        Assert.Equal(reason, result.StopReason);
        if (result.StopReason is MinimizationStopReason.Converged or MinimizationStopReason.Stuck) AssertNear(Numbers(written.At), result.At, 1e-8);
    }

    [Fact]
    public void A_rate_that_is_too_large_is_told_the_curvature_of_the_mean()
    {
        // The Hessian of the mean is [[15, 5], [5, 2]]: its larger eigenvalue is (17 + sqrt(269))/2.
        var result = Run(Line, Data.Rows(RowTotal.Mean, ("x", [1, 2, 3, 4]), ("y", [2.1, 3.9, 6.2, 7.8])), With(GradientDescent, 1), 0, 0);
        Assert.Equal(MinimizationStopReason.Diverged, result.StopReason);
        Assert.Contains("2/16.70060973 = 0.1197561066", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_is_that_of_one_row_however_many_there_are()
    {
        var alone = new Objective(ExprNode.Parse(Logistic), null, Token);
        foreach (var count in new[] { 1, 100, 10_000 })
        {
            var objective = new Objective(ExprNode.Parse(Logistic), Points(count), Token);
            Assert.Equal(["b", "w1", "w2"], objective.Names);
            Assert.Equal(count, objective.RowCount);
            Assert.InRange(objective.OperationCount, 1, alone.OperationCount);
        }
    }

    [Fact]
    public void Rows_that_leave_no_variable_leave_nothing_to_search()
    {
        var error = Assert.Throws<AutodiffException>(static () => new Minimization(ExprNode.Parse("x*y"), Data.Rows(RowTotal.Mean, ("x", [1]), ("y", [2]))));
        Assert.Equal("ExpressionConstant", error.ErrorId);
        Assert.Contains("x, y", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_over_rows_can_be_stopped_and_keeps_what_it_has()
    {
        using var source = new CancellationTokenSource();
        var search = new Minimization(ExprNode.Parse(Logistic), Points(5000), Token) { Stepped = (steps, _) => Stop(steps) };
        var result = search.Run([0, 0, 0], With(GradientDescent, 0.1), source.Token);
        Assert.Equal(MinimizationStopReason.Cancelled, result.StopReason);
        Assert.Equal(3, result.Iterations);
        AssertNear(Numbers(result.Path[3].At), result.At, 0);

        void Stop(int steps)
        {
            if (steps == 3) source.Cancel();
        }
    }

    private static Minimum Run(string text, DataRows rows, MinimizationOptions options, params double[] start) =>
        new Minimization(ExprNode.Parse(text), rows, Token).Run(start, options, Token);

    private static DataRows Points(int count)
    {
        var random = new Random(3);
        var (x1, x2, y) = (new double[count], new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            (x1[i], x2[i]) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5);
            y[i] = random.NextDouble() < 1 / (1 + Math.Exp((-2 * x1[i]) + x2[i])) ? 1 : 0;
        }

        return Data.Rows(RowTotal.Mean, ("x1", x1), ("x2", x2), ("y", y));
    }
}
