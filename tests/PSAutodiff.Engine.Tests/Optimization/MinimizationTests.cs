using System.Globalization;
using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

public sealed class MinimizationTests
{
    public static TheoryData<MinimizationMethod> Methods => [.. Enum.GetValues<MinimizationMethod>()];

    [Fact]
    public void A_constant_has_nothing_to_minimize_over()
    {
        var error = Assert.Throws<AutodiffException>(static () => new Minimization(3.0));
        Assert.Equal("ExpressionConstant", error.ErrorId);
    }

    [Fact]
    public void A_variable_that_drops_out_stays_where_it_is()
    {
        var result = Minimize("x^2 + y - y", new MinimizationOptions(), 3, 5);
        AssertNear([0, 5], result.At, 1e-9);
        Assert.Equal(0.0, result.Gradient["y"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_is_a_number_above_0(double rate)
    {
        var single = Assert.Throws<AutodiffException>(() => Minimize("x^2", With(GradientDescent, rate), 1));
        Assert.Equal("LearningRateInvalid", single.ErrorId);
        var second = Assert.Throws<AutodiffException>(() => Minimize("x^2", With(GradientDescent, 0.1, rate), 1));
        Assert.Contains("2 of 2", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_schedule_is_refused()
    {
        var error = Assert.Throws<AutodiffException>(static () => Minimize("x^2", new MinimizationOptions { LearningRates = [] }, 1));
        Assert.Equal("LearningRateInvalid", error.ErrorId);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Momentum_is_at_least_0_and_below_1(double momentum)
    {
        var error = Assert.Throws<AutodiffException>(() => Minimize("x^2", With(Momentum) with { Momentum = momentum }, 1));
        Assert.Equal("MomentumInvalid", error.ErrorId);
    }

    [Theory]
    [InlineData("log(x)", -1, "NaN")]
    [InlineData("1/x", 0, "Infinity")]
    [InlineData("sqrt(x)", 0, "gradient")]
    public void A_start_outside_the_domain_is_refused(string text, double start, string what)
    {
        foreach (var method in Enum.GetValues<MinimizationMethod>())
        {
            var error = Assert.Throws<AutodiffException>(() => Minimize(text, With(method), start));
            Assert.Equal("ValueNotFinite", error.ErrorId);
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
            Assert.Contains(FormattableString.Invariant($"x = {start}"), error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_same_search_gives_the_same_bits_whoever_else_searches(MinimizationMethod method)
    {
        var search = new Minimization(ExprNode.Parse("exp(x - y) + x^2 + log(1 + exp(y)) + (z - x*y)^4"));
        var options = With(method) with { MaxIteration = 3000 };
        var first = search.Run([1, -2, 3], options, TestContext.Current.CancellationToken);
        var others = new Minimum[8];
        Threads.Together(others.Length, i => others[i] = search.Run([1, -2, 3], options, CancellationToken.None));
        foreach (var other in others)
        {
            Assert.Equal(first.Iterations, other.Iterations);
            Assert.Equal(first.Path.Select(static step => step.Value), other.Path.Select(static step => step.Value));
            Assert.Equal(Numbers(first.At), Numbers(other.At));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_path_begins_at_the_start_and_ends_at_the_result(MinimizationMethod method)
    {
        var result = Minimize("(x - 1)^2 + exp(y) - y", With(method, 0.05), 4, 2);
        Assert.Equal([4, 2], Numbers(result.Path[0].At));
        Assert.Equal(result.Iterations + 1, result.Path.Count);
        Assert.Equal(Numbers(result.At), Numbers(result.Path[^1].At));
        Assert.Equal(Numbers(result.Gradient), Numbers(result.Path[^1].Gradient));
        Assert.Equal(result.Value, result.Path[^1].Value);
        Assert.Equal(method, result.Method);
        Assert.Equal(["x", "y"], result.At.Keys.Cast<string>());
        AssertNear([1, 0], result.At, 1e-4);
    }

    [Fact]
    public void No_path_is_kept_unless_wanted() => Assert.Empty(Minimize("x^2", new MinimizationOptions(), 1).Path);

    [Theory]
    [InlineData(GradientDescent)]
    [InlineData(Momentum)]
    [InlineData(Adam)]
    public void A_cancelled_search_gives_what_it_has_reached(MinimizationMethod method)
    {
        using var cancellation = new CancellationTokenSource();
        var reported = 0;
        var search = new Minimization(ExprNode.Parse("(x - 1e9)^2"))
        {
            Progress = (steps, _) =>
            {
                reported = steps;
                cancellation.Cancel();
            },
        };
        var result = search.Run([0], With(method, 1e-12) with { MaxIteration = int.MaxValue, Tolerance = 0, KeepPath = false }, cancellation.Token);
        Assert.Equal(MinimizationStopReason.Cancelled, result.StopReason);
        Assert.True(reported > 0);
        Assert.Equal(reported, result.Iterations);
        Assert.InRange((double)result.At["x"]!, double.Epsilon, 1e9);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_search_cancelled_before_its_start_stays_there(MinimizationMethod method)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var result = new Minimization(ExprNode.Parse("x^2")).Run([2], With(method), cancellation.Token);
        Assert.Equal(MinimizationStopReason.Cancelled, result.StopReason);
        Assert.Equal([2], Numbers(result.At));
        Assert.Equal(4, result.Value);
        Assert.Single(result.Path);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Methods))]
    public void Functions_a_hundred_thousand_deep_are_minimized(MinimizationMethod method)
    {
        // u -> u/2 + x/2 - 1 tends to x - 2, whatever u is at first; cheap steps forget the start after fifty rounds.
        var (x, chain) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
        for (var i = 0; i < 50_000; i++) chain = ((chain + x) * 0.5) - 1;
        var result = Minimize(chain * chain, With(method, 0.3) with { MaxIteration = 200, KeepPath = false }, 5, 1);
        AssertNear(0, result.Value, 1e-2);
        Assert.NotEqual(MinimizationStopReason.Diverged, result.StopReason);
    }

    [Fact]
    public void Messages_are_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Contains("rates below 2/20 = 0.1 converge", Minimize("10*a^2", With(GradientDescent, 0.5), 1.5).Message, StringComparison.Ordinal);
            Assert.Contains("x = 1.5", Assert.Throws<AutodiffException>(static () => Minimize("log(-x)", With(LBFGS), 1.5)).Message, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
