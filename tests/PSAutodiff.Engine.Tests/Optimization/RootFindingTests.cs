using Xunit;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Systems with known roots, and those that have none, from starts that make solvers stumble.</summary>
public sealed class RootFindingTests
{
    // Moré, Garbow and Hillstrom, "Testing Unconstrained Optimization Software", 1981, and reports of bugs of other solvers.
    public static TheoryData<string, string[], double[], double[], double> Systems => new()
    {
        { "a square root", ["x^2 - 2"], [1], [1.4142135623730951], 3e-16 },
        { "the example of the issue", ["x^2 - 2", "x*y - 1"], [1, 1], [1.4142135623730951, 0.7071067811865475], 3e-16 },
        { "Rosenbrock", ["10*(y - x^2)", "1 - x"], [-1.2, 1], [1, 1], 0 },
        { "Freudenstein and Roth", ["x - 13 + ((5 - y)*y - 2)*y", "x - 29 + ((y + 1)*y - 14)*y"], [6, 5], [5, 4], 1e-14 },
        { "Powell badly scaled", ["1e4*x*y - 1", "exp(-x) + exp(-y) - 1.0001"], [0, 1], [1.0981593296997e-5, 9.1061467398666], 1e-12 },
        { "Powell singular", ["a + 10*b", "sqrt(5)*(c - d)", "(b - 2*c)^2", "sqrt(10)*(a - d)^2"], [3, -1, 0, 1], [0, 0, 0, 0], 1e-7 },
        { "arc tangent from where Newton's steps grow", ["atan(x)"], [10], [0], 1e-300 },
        { "arc tangent from far away", ["atan(x)"], [1e6], [0], 1e-300 },
        { "a start where the derivative is 0", ["x^2 - 2*x"], [1], [2], 0 },
        { "a start next to where the derivative is 0", ["(x - 1.6668)^2 - 2"], [1.66703], [3.0810135623730951], 5e-16 },
        { "a start with a singular Jacobian", ["u^2 - 2*u + 1", "u + v"], [1, 1], [1, -1], 1e-7 },
        { "a product of an exponential and a sine", ["(x + 3)*(y^3 - 7) + 18", "sin(y*exp(x) - 1)"], [0.1, 1.2], [0, 1], 1e-15 },
        { "exponentials of very different size", ["9.889*(1 - exp((u/60 - 1)*(-2.403)/(-0.167))) - 4.964*(1 - exp((u/80 - 1)*(-2.369)/(-0.125)))"], [45], [57.1117700925117], 1e-12 },
        { "a double root", ["(x - 1)^2"], [3], [1], 1e-15 },
        { "a root of order nine", ["(x - 1)^9"], [3], [1], 1e-15 },
        { "a double root of a polynomial written out", ["x^2 - 2*x + 1"], [3], [1], 1e-7 },
        { "a triple root of a polynomial written out", ["x^3 - 3*x^2 + 3*x - 1"], [3], [1], 3e-5 },
        { "a multiple root at 0", ["x^5"], [1], [0], 1e-60 },
        { "a flat start", ["x^10 - 1"], [0.5], [1], 2e-16 },
        { "a border of the domain on the way", ["log(x)"], [5], [1], 2e-16 },
        { "a root at the end of a domain", ["sqrt(x) - 1e-8"], [1], [1e-16], 1e-23 },
        { "dependent equations", ["x + y - 1", "2*x + 2*y - 2", "x - y - z"], [3, 4, 0], [0.5, 0.5, 0], double.PositiveInfinity },
        { "equations in other units", ["1e-200*(x - 1)", "1e200*(y - x^2)"], [5, 3], [1, 1], 2e-16 },
        { "variables in other units", ["1e100*x - 1", "y*1e-100 + x*1e100 - 3"], [0, 0], [1e-100, 2e100], 1e85 },
    };

    public static TheoryData<string, string[], double[], RootStopReason> Rootless => new()
    {
        { "a parabola above 0", ["x^2 + 1"], [1], RootStopReason.LocalMinimum },
        { "a parabola above 0, from its bottom", ["x^2 + 1"], [0], RootStopReason.LocalMinimum },
        { "a local minimum that is no root", ["x - 13 + ((5 - y)*y - 2)*y", "x - 29 + ((y + 1)*y - 14)*y"], [0.5, -2], RootStopReason.LocalMinimum },
        { "parallel lines", ["x + y - 1", "2*x + 2*y - 3"], [3, 4], RootStopReason.LocalMinimum },
        { "an exponential that falls to 0", ["exp(-x)"], [1], RootStopReason.Unbounded },
        { "a power that falls to 0", ["1/x"], [1], RootStopReason.Unbounded },
        { "a power that falls to 0, in other units", ["1e-30/x"], [1e-30], RootStopReason.Unbounded },
        { "what is left of 1 after rounding", ["sqrt(1 + exp(-x)) - 1"], [1], RootStopReason.Unbounded },
        { "an exponential that falls to 1", ["exp(-x) + 1"], [1], RootStopReason.SingularJacobian },
        { "a plateau", ["max(x, 0) + 1"], [-3], RootStopReason.SingularJacobian },
        { "a kink above 0", ["abs(x^2 - 2) + 1"], [3], RootStopReason.NoProgress },
        { "a kink above 0, from its bottom", ["abs(x - 1) + 1"], [1], RootStopReason.LocalMinimum },
        { "a quotient that overflows to 0", ["(x - 1)/(1 + (x - 1)^2)"], [1e160], RootStopReason.Unbounded },
        { "a sine of which rounding leaves nothing", ["sin(x)"], [1e20], RootStopReason.NoProgress },
    };

    [Theory]
    [InlineData("2^x == 1e40", 1, 132.8771237954945)]
    [InlineData("exp(x) == 1e70", 0, 161.1809565095832)]
    [InlineData("x^5 == 1e50", 1, 1e10)]
    [InlineData("x^10 == 1e100", 1, 1e10)]
    [InlineData("sinh(x) - 1e200", 0, 461.2101657793691)]
    [InlineData("1e20*x^4 - 1", 1, 1e-5)]
    [InlineData("x^2 == 1e-20", 1, 1e-10)]
    [InlineData("x^4 == 1e-20", 5, 1e-5)]
    [InlineData("x^20 - 1e-20", 1, 0.1)]
    [InlineData("cbrt(x - 1)", 3, 1)]
    [InlineData("log(x) == 300", 1, 1.9424263952412559e130)]
    public void Signs_lead_to_roots_of_one_variable_where_slopes_do_not(string equation, double start, double root)
    {
        var result = new RootFinding([ExprNode.Parse(equation)]).Run([start], new RootOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(RootStopReason.Converged, result.StopReason);
        var at = (double)result.At["x"]!;
        Assert.True(Math.Abs(at - root) <= 1e-12 * Math.Abs(root), $"{at:r}");
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void The_root_is_found(string what, string[] equations, double[] start, double[] expected, double within)
    {
        var root = Find(equations, start);
        Assert.True(root.StopReason == RootStopReason.Converged, $"{what}: {root}. {root.Message}");
        if (double.IsFinite(within)) AssertNear(expected, root.At, within);
        Assert.Equal(root.Residuals.Max(Math.Abs), root.Residual);
        Assert.Equal(equations.Length, root.Residuals.Count);
        Assert.InRange(root.Evaluations, 1, 400);
    }

    [Theory]
    [MemberData(nameof(Rootless))]
    public void Where_there_is_none_it_says_so(string what, string[] equations, double[] start, RootStopReason reason)
    {
        var root = Find(equations, start);
        Assert.True(root.StopReason == reason, $"{what}: {root}. {root.Message}");
        Assert.NotEmpty(root.Message);
        Assert.DoesNotContain('\n', root.Message);
        Assert.All(Numbers(root.At), static x => Assert.True(double.IsFinite(x)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(40)]
    public void Browns_almost_linear_system_is_solved_in_any_size(int size)
    {
        var names = Enumerable.Range(1, size).Select(static i => $"x{i}").ToArray();
        var sum = string.Join(" + ", names);
        string[] equations = [.. names.Skip(1).Select(name => $"{name} + {sum} - {size + 1}"), $"{string.Join(" * ", names)} - 1"];
        var root = Find(equations, [.. names.Select(static _ => 0.5)]);
        Assert.Equal(RootStopReason.Converged, root.StopReason);

        // All but the one that the last equation is for are equal, to a with a^(n-1) * (n + 1 - n*a) = 1.
        var values = Numbers(root.At).Order().ToArray();
        var a = values[size / 2];
        Assert.InRange(values.Count(x => Math.Abs(x - a) < 1e-9), size - 1, size);
        AssertNear(1, Math.Pow(a, size - 1) * (size + 1 - (size * a)), 1e-9);
    }

    [Theory]
    [InlineData("x^2 - 2", 0, 2, 1.4142135623730951, 3e-16)]
    [InlineData("x^2 - 2", 2, 0, 1.4142135623730951, 3e-16)]
    [InlineData("cos(x) - x", 0, 1, 0.7390851332151607, 0)]
    [InlineData("x^3 - 2", double.NegativeInfinity, double.PositiveInfinity, 1.2599210498948732, 3e-16)]
    [InlineData("exp(x) - 1.9151695967140057e-174", -450, -350, -400, 1e-13)]
    [InlineData("(x - 1)^9", 0, 3, 1, 0)]
    [InlineData("x", 0, 2, 0, 0)]
    [InlineData("x - 2", 0, 2, 2, 0)]
    [InlineData("x - 1e300", 0, 1e308, 1e300, 0)]
    [InlineData("x - 1e-310", -1, 1, 1e-310, 0)]
    [InlineData("1/(x - 1) - 1e6", 1, 4, 1.000001, 3e-16)]
    [InlineData("log(x) + 700", 0, 1, 9.8596765437597708e-305, 1e-317)]
    [InlineData("(x - 1)/(1 + (x - 1)^2)", -1e10, 1e100, 1, 0)]
    public void A_range_holds_its_root(string equation, double from, double to, double expected, double within)
    {
        var root = Between(equation, from, to);
        Assert.True(root.StopReason == RootStopReason.Converged, $"{root}. {root.Message}");
        AssertNear([expected], root.At, within);
        Assert.InRange(root.Evaluations, 2, Math.Abs(to - from) < 100 ? 70 : 260);
    }

    [Theory]
    [InlineData("1/x", -1, 2, RootStopReason.Discontinuity, "pole")]
    [InlineData("tan(x)", 1, 2, RootStopReason.Discontinuity, "pole")]
    [InlineData("1/(x - 0.3)^3", 0, 1, RootStopReason.Discontinuity, "pole")]
    [InlineData("sign(x^2 - 2) + 0.5", 0, 2, RootStopReason.Discontinuity, "jump")]
    [InlineData("sqrt((x - 1)^2 - 0.01)*(x - 1)", 0, 1.9, RootStopReason.NotFinite, "NaN at x = ")]
    public void A_change_of_sign_without_a_root_is_none(string equation, double from, double to, RootStopReason reason, string says)
    {
        var root = Between(equation, from, to);
        Assert.Equal(reason, root.StopReason);
        Assert.Contains(says, root.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x^2 + 1", 0, 2, "NoSignChange", "1 at x = 0 and 5 at x = 2")]
    [InlineData("exp(x)*1e-300", -10, 90, "NoSignChange", "different signs")]
    [InlineData("exp(x)*1e-300", -100, -90, "ValueNotFinite", "its 0 says nothing")]
    [InlineData("(x - 1)/(1 + (x - 1)^2)", -1e10, 1e200, "ValueNotFinite", "its 0 says nothing")]
    [InlineData("log(x)", -1, 2, "ValueNotFinite", "x = -1 the equation is NaN")]
    [InlineData("x - sqrt(x)", 0.5, double.PositiveInfinity, "ValueNotFinite", "finite ends")]
    [InlineData("x", 1, 1, "RangeInvalid", "1 and 1")]
    [InlineData("x", double.NaN, 1, "RangeInvalid", "NaN")]
    public void A_range_that_cannot_serve_is_an_error(string equation, double from, double to, string id, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => Between(equation, from, to));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_equation_may_say_what_is_equal()
    {
        var root = Find(["x^2 == 2", "x*y == 1"], 1, 1);
        Assert.Equal(RootStopReason.Converged, root.StopReason);
        AssertNear([1.4142135623730951, 0.7071067811865475], root.At, 3e-16);
        Assert.Equal("x^2 == 2", root.Equations[0].ToString());
        Assert.InRange(root.Residual, 0, 1e-15);
    }

    [Fact]
    public void Any_two_ends_are_brought_together_in_few_steps()
    {
        // By halving the doubles between them: the worst that a function can do.
        foreach (var (from, to) in new[] { (-1e308, 1e308), (0, double.PositiveInfinity), (-1, 1e-300), (1e-320, 1e300) })
        {
            foreach (var target in new[] { 3e-301, 1.0 / 3, 1e-319, 7e250 })
            {
                if (!(from < target && target < to)) continue;
                var root = new RootFinding([ExprNode.Parse("sign(x - t) + (x - t)*1e-300").Resolve(new Dictionary<string, ExprNode> { ["t"] = ExprNode.Constant(target) })])
                    .RunBetween(from, to, new RootOptions(), TestContext.Current.CancellationToken);
                AssertNear([target], root.At, 0);
                Assert.InRange(root.Evaluations, 1, 280);
            }
        }
    }

    [Theory]
    [InlineData("x^3 - 3*x^2 + 3*x - 1", 0, 3, 1)]
    [InlineData("(x^3 - 3*x^2 + 3*x - 1)*1e-200", 0.5, 1.7, 1)]
    [InlineData("x^2 - 2", 0, 3, 0)]
    [InlineData("(x - 1)^3", 0, 3, 0)]
    [InlineData("x^3", -1, 2, 0)]
    public void Between_two_points_too_it_says_how_far_a_root_may_be_off(string equation, double from, double to, int messages)
    {
        var root = Between(equation, from, to);
        Assert.Equal(RootStopReason.Converged, root.StopReason);
        Assert.Equal(messages > 0, root.Message.Contains("may be off by", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new[] { "x^2 + y^2 - 1" }, "EquationCount", "1 equation for 2 variables (x, y)")]
    [InlineData(new[] { "x - 1", "x - 2" }, "EquationCount", "Find-Minimum")]
    [InlineData(new[] { "x^2 < 2" }, "EquationInvalid", "x^2 < 2 is a condition")]
    [InlineData(new[] { "not (x == 1)" }, "EquationInvalid", "==")]
    [InlineData(new[] { "3" }, "ExpressionConstant", "no variables")]
    public void A_system_that_is_not_square_is_an_error(string[] equations, string id, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => new RootFinding([.. equations.Select(ExprNode.Parse)]));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log(x)", -1, "equation 1 is NaN")]
    [InlineData("1/x", 0, "equation 1 is")]
    [InlineData("sqrt(x)", 0, "derivatives")]
    public void A_start_where_nothing_is_known_is_an_error(string equation, double start, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => Find([equation], start));
        Assert.Equal("ValueNotFinite", error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tolerance_and_the_steps_can_be_limited()
    {
        var loose = Find(["x^2 - 2"], new RootOptions { Tolerance = 0.1 }, 1);
        Assert.Equal(RootStopReason.Converged, loose.StopReason);
        Assert.InRange(loose.Residual, 1e-10, 0.1);
        var short2 = Find(["x^2 - 2"], new RootOptions { MaxIteration = 2 }, 1);
        Assert.Equal((RootStopReason.MaxIterations, 2), (short2.StopReason, short2.Iterations));
        Assert.Contains("-MaxIteration", short2.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_known_to_few_digits_says_to_how_many()
    {
        var root = Find(["x^3 - 3*x^2 + 3*x - 1"], 3);
        Assert.Contains("may be off by", root.Message, StringComparison.Ordinal);
        Assert.Empty(Find(["(x - 1)^3"], 3).Message);
        Assert.Contains("one of many", Find(["x + y - 1", "2*x + 2*y - 2"], 3, 4).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_is_cancelled_keeps_what_it_reached()
    {
        using var source = new CancellationTokenSource();
        var finding = new RootFinding([ExprNode.Parse("exp(-x)")]);
        source.Cancel();
        var root = finding.Run([1], new RootOptions(), source.Token);
        Assert.Equal(RootStopReason.Cancelled, root.StopReason);
        AssertNear([1], root.At, 0);
    }

    [Fact]
    public void Random_systems_with_a_known_root_are_solved_to_rounding()
    {
        // Diagonally dominant, with mild curves: the root at r is the only one near.
        var random = new Random(12);
        for (var round = 0; round < 200; round++)
        {
            var size = random.Next(1, 7);
            var root = Enumerable.Range(0, size).Select(_ => Math.Round((random.NextDouble() * 8) - 4, 3)).ToArray();
            var equations = new string[size];
            for (var i = 0; i < size; i++)
            {
                var terms = new List<string>();
                for (var j = 0; j < size; j++)
                {
                    var factor = i == j ? 10 : (random.NextDouble() * 2) - 1;
                    var d = FormattableString.Invariant($"(x{j} - ({root[j]:r}))");
                    terms.Add(FormattableString.Invariant($"({factor:r})*({d} + sin({d})/2)"));
                }

                equations[i] = string.Join(" + ", terms);
            }

            var found = Find(equations, [.. root.Select(r => r + (random.NextDouble() * 4) - 2)]);
            Assert.True(found.StopReason == RootStopReason.Converged, $"round {round}: {found}. {found.Message}");
            AssertNear(root, found.At, 1e-14);
        }
    }

    private static Root Find(string[] equations, params double[] start) => Find(equations, new RootOptions(), start);

    private static Root Find(string[] equations, RootOptions options, params double[] start) =>
        new RootFinding([.. equations.Select(ExprNode.Parse)]).Run(start, options, TestContext.Current.CancellationToken);

    private static Root Between(string equation, double from, double to) =>
        new RootFinding([ExprNode.Parse(equation)]).RunBetween(from, to, new RootOptions(), TestContext.Current.CancellationToken);
}
