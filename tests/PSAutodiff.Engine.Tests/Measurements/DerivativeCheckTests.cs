using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives against central differences.</summary>
public sealed class DerivativeCheckTests
{
    private static readonly string[] Parameters = ["b1", "b2", "c", "u1", "u2", "w11", "w12", "w21", "w22"];

    [Theory]
    [InlineData("x^2", 3)]
    [InlineData("log(x)", 1e-8)]
    [InlineData("1/x", 1e-6)]
    [InlineData("x^3", 0)]
    [InlineData("cos(x)", 0)]
    [InlineData("exp(x)", 700)]
    [InlineData("sin(1e6*x)", 1)]
    [InlineData("1e6 + x", 3)]
    [InlineData("1e12 + x", 3)]
    [InlineData("1e-8*x^2", 3)]
    [InlineData("x", 1e300)]
    [InlineData("relu(x)", 1e-9)]
    [InlineData("(x - 1)^8", 1.001)]
    [InlineData("tan(x)", 1.5707)]
    [InlineData("x*log(x)", 1e-12)]
    [InlineData("acos(x)", 0.9999999)]
    [InlineData("sigmoid(1000*x)", 0.01)]
    [InlineData("sqrt(x)", 1e-20)]
    [InlineData("cos(x) + 1e-9*x", 1e-8)]
    public void Right_derivatives_pass_and_wrong_ones_do_not(string text, double x)
    {
        var node = ExprNode.Parse(text);
        var check = Assert.Single(DerivativeCheck.Run(node, At(("x", x)), cancellation: Token));
        Assert.True(check.Passed, check.ToString());
        Assert.Null(check.Reason);
        Assert.Equal("x", check.Variable);
        Assert.Equal(Math.Abs(check.Derivative - check.Difference), check.Error);
        Assert.True(check.Error <= check.Tolerance);

        var wrong = new Dictionary<string, ExprNode> { ["x"] = (1.1 * node.Differentiate("x")) + 1e-9 };
        check = Assert.Single(DerivativeCheck.Run(node, At(("x", x)), wrong, cancellation: Token));
        Assert.False(check.Passed, check.ToString());
        Assert.Contains("off by", check.Reason!);
    }

    [Theory]
    [InlineData("x^2", double.NaN, "x is NaN")]
    [InlineData("x^2", double.PositiveInfinity, "x is Infinity")]
    [InlineData("log(x)", -1, "the expression is NaN at the point")]
    [InlineData("1/x", 0, "the expression is Infinity at the point")]
    [InlineData("sqrt(x)", 0, "the derivative is Infinity")]
    [InlineData("select(less(x, 1), x, log(-x))", 0.9999999999999999, "the expression is NaN at x = 0.9999999999999999 + ")]
    [InlineData("select(less(x, 1), log(-x), x)", 1, "the expression is NaN at x = 1 - ")]
    [InlineData("relu(x)", 0, "off by 0.5, limit 5e-07")]
    public void Why_a_check_did_not_pass_is_said(string text, double x, string reason)
    {
        var check = Assert.Single(DerivativeCheck.Run(ExprNode.Parse(text), At(("x", x)), cancellation: Token));
        Assert.False(check.Passed);
        Assert.StartsWith(reason, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_is_given_is_used_as_it_is()
    {
        var check = Assert.Single(DerivativeCheck.Run(ExprNode.Parse("x^3"), At(("x", 1)), step: 0.5, tolerance: 0.1, cancellation: Token));
        Assert.Equal(0.5, check.Step);
        Assert.Equal(3.25, check.Difference);
        Assert.Equal(0.325, check.Tolerance, 12);
        Assert.True(check.Passed);

        check = Assert.Single(DerivativeCheck.Run(ExprNode.Parse("x^2"), At(("x", 1e10)), step: 1e-9, cancellation: Token));
        Assert.False(check.Passed);
        Assert.StartsWith("the step is too small", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_the_distance_of_two_doubles()
    {
        var check = Assert.Single(DerivativeCheck.Run(ExprNode.Parse("7*x"), At(("x", 1000)), step: 1e-9, cancellation: Token));
        Assert.NotEqual(1e-9, check.Step);
        Assert.Equal(7, check.Difference, 1e-2);
    }

    [Fact]
    public void Small_and_large_functions_are_checked_alike()
    {
        // An absolute tolerance would let the first wrong one pass and the second right one fail.
        foreach (var scale in new[] { 1e-30, 1e-8, 1, 1e8, 1e30 })
        {
            var node = scale * ExprNode.Parse("sin(x) + x^2");
            var at = At(("x", 0.7));
            Assert.True(Assert.Single(DerivativeCheck.Run(node, at, cancellation: Token)).Passed);
            var wrong = new Dictionary<string, ExprNode> { ["x"] = scale * ExprNode.Parse("cos(x) + 1.9999*x") };
            Assert.False(Assert.Single(DerivativeCheck.Run(node, at, wrong, cancellation: Token)).Passed);
        }
    }

    [Fact]
    public void Only_the_variables_asked_for_are_checked()
    {
        var node = ExprNode.Parse("x*y + z");
        var at = At(("x", 1), ("y", 2), ("z", 3), ("extra", 4));
        Assert.Equal(["x", "y", "z"], DerivativeCheck.Run(node, at, cancellation: Token).Select(static check => check.Variable));
        Assert.Equal(["z", "x"], DerivativeCheck.Run(node, at, variables: ["z", "x"], cancellation: Token).Select(static check => check.Variable));
        var candidates = new Dictionary<string, ExprNode> { ["y"] = ExprNode.Parse("extra - 3*x") };
        var check = Assert.Single(DerivativeCheck.Run(node, at, candidates, cancellation: Token));
        Assert.Equal("y", check.Variable);
        Assert.True(check.Passed);
        Assert.Empty(DerivativeCheck.Run(ExprNode.Constant(5), At(), cancellation: Token));
    }

    [Fact]
    public void Mistakes_have_stable_ids()
    {
        var node = ExprNode.Parse("x*y");
        var at = At(("x", 1), ("y", 2));
        var candidate = new Dictionary<string, ExprNode> { ["x"] = ExprNode.Parse("y") };
        Assert.Equal("VariableNotBound", Id(() => DerivativeCheck.Run(node, At(("x", 1)))));
        Assert.Equal("VariableNotBound", Id(() => DerivativeCheck.Run(node, at, new Dictionary<string, ExprNode> { ["x"] = ExprNode.Parse("q") })));
        Assert.Equal("VariableUnknown", Id(() => DerivativeCheck.Run(node, at, new Dictionary<string, ExprNode> { ["z"] = ExprNode.Parse("y") })));
        Assert.Equal("VariableUnknown", Id(() => DerivativeCheck.Run(node, at, variables: ["z"])));
        Assert.Equal("VariableNameInvalid", Id(() => DerivativeCheck.Run(node, at, variables: ["pi"])));
        Assert.Equal("DerivativeMissing", Id(() => DerivativeCheck.Run(node, at, candidate, ["x", "y"])));
        foreach (var bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Equal("StepInvalid", Id(() => DerivativeCheck.Run(node, at, step: bad)));
            Assert.Equal("ToleranceInvalid", Id(() => DerivativeCheck.Run(node, at, tolerance: bad)));
        }

        static string Id(Action action) => Assert.Throws<AutodiffException>(action).ErrorId;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(3000)]
    public void The_mean_or_sum_over_rows_is_checked_as_one_function(int count)
    {
        var loss = ExprNode.Parse("(w1*tanh(w2*x) - y)^2");
        foreach (var total in Enum.GetValues<RowTotal>())
        {
            var rows = Data.Exact(total, count, "x", "y");
            var (x, y) = (rows.Columns[0].ToArray(), rows.Columns[1].ToArray());
            var checks = DerivativeCheck.Run(loss, At(("w1", 0.5), ("w2", 0.25)), rows: rows, cancellation: Token);
            Assert.Equal(["w1", "w2"], checks.Select(static check => check.Variable));
            Assert.All(checks, static check => Assert.True(check.Passed, check.ToString()));
            var derivative = x.Zip(y, static (x, y) => 2 * ((0.5 * Math.Tanh(0.25 * x)) - y) * Math.Tanh(0.25 * x)).Sum() / (total == RowTotal.Mean ? count : 1);
            Assert.Equal(derivative, checks[0].Derivative, 1e-12 * count);

            // A candidate is the derivative of one row, and may use other columns than the loss does.
            Assert.True(Candidate("2*(w1*tanh(w2*x) - y)*tanh(w2*x)").Passed);
            Assert.False(Candidate("2.0001*(w1*tanh(w2*x) - y)*tanh(w2*x)").Passed);

            DerivativeCheck Candidate(string text) => Assert.Single(DerivativeCheck.Run(
                loss, At(("w1", 0.5), ("w2", 0.25)), new Dictionary<string, ExprNode> { ["w1"] = ExprNode.Parse(text) }, rows: rows, cancellation: Token));
        }
    }

    [Fact]
    public void A_column_has_no_derivative()
    {
        var rows = Data.Rows(RowTotal.Mean, ("x", [1, 2]));
        var error = Assert.Throws<AutodiffException>(() => DerivativeCheck.Run(ExprNode.Parse("w*x"), At(("w", 1)), variables: ["x"], rows: rows, cancellation: Token));
        Assert.Equal("VariableUnknown", error.ErrorId);
        Assert.Contains("column", error.Message, StringComparison.Ordinal);
        Assert.Empty(DerivativeCheck.Run(ExprNode.Parse("x^2"), At(), rows: rows, cancellation: Token));
    }

    [Fact]
    public void Random_derivatives_pass_and_wrong_ones_do_not()
    {
        var (smooth, passed, caught) = (0, 0, 0);
        var random = new Random(4);
        foreach (var node in RandomExpressions.WithoutConstants.Sample(1500, 8, 31))
        {
            var at = RandomExpressions.Names.ToDictionary(static name => name, _ => Math.Round((4 * random.NextDouble()) - 1.7, 3));
            foreach (var name in node.Variables)
            {
                if (new PreciseEvaluator(node).Derivative(at, name) is not { } slope) continue;
                var expected = slope.ToDoubleRoughly();
                if (Math.Abs(expected) is < 1e-6 or > 1e6) continue;
                smooth++;
                if (Passes(node, at, name, node.Differentiate(name))) passed++;
                if (!Passes(node, at, name, 1.001 * node.Differentiate(name))) caught++;
            }
        }

        // What is detached moves with the point all the same, and at a jump or a kink no difference is right.
        Assert.True(smooth > 800, $"{smooth}");
        Assert.True(passed > 0.93 * smooth, $"{passed} of {smooth} passed");
        Assert.True(caught > 0.98 * smooth, $"{caught} of {smooth} caught");

        static bool Passes(ExprNode node, Dictionary<string, double> at, string name, ExprNode derivative) =>
            DerivativeCheck.Run(node, at, new Dictionary<string, ExprNode> { [name] = derivative }, [name]) is [{ Passed: true }];
    }

    [Fact]
    public void The_gradient_of_the_nine_parameter_network_is_right_as_in_S3()
    {
        var loss = BatchLoss();
        Assert.Equal(Parameters, loss.Variables);
        foreach (var seed in Enumerable.Range(1, 5))
        {
            var random = new Random(seed);
            var at = Parameters.ToDictionary(static name => name, _ => (3 * random.NextDouble()) - 1.5);
            Assert.All(DerivativeCheck.Run(loss, at, step: 1e-9, tolerance: 1e-5, cancellation: Token), static check => Assert.True(check.Passed, check.ToString()));
            Assert.All(DerivativeCheck.Run(loss, at, cancellation: Token), static check => Assert.True(check.Passed, check.ToString()));
        }
    }

    [Fact]
    public void Each_wrong_derivative_of_the_network_is_caught_alone()
    {
        var loss = BatchLoss();
        var at = Parameters.Select(static (name, i) => (name, 0.3 * (i - 4.5))).ToDictionary();
        var gradient = loss.Gradient();
        foreach (var wrong in Parameters)
        {
            var candidates = Parameters.Select((name, i) => (name, name == wrong ? gradient[i] + 1e-3 : gradient[i])).ToDictionary();
            var checks = DerivativeCheck.Run(loss, at, candidates, step: 1e-9, tolerance: 1e-5, cancellation: Token);
            var failed = Assert.Single(checks, static check => !check.Passed);
            Assert.Equal(wrong, failed.Variable);
            Assert.Equal(1e-3, failed.Error, 1e-5);
            Assert.Same(failed, DerivativeCheck.Worst(checks));
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_chain_a_million_deep_is_checked_on_a_small_stack() => SmallStack.Run(static () =>
    {
        var x = ExprNode.Variable("x");
        var node = x;
        for (var i = 0; i < 1_000_000; i++) node = (0.5 * node) + x;
        var check = Assert.Single(DerivativeCheck.Run(node, At(("x", 1))));
        Assert.True(check.Passed, check.ToString());
        Assert.Equal(2, check.Derivative, 1e-12);
    });

    [Fact]
    public void It_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => DerivativeCheck.Run(ExprNode.Parse("x^2"), At(("x", 1)), cancellation: source.Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Dictionary<string, double> At(params (string Name, double Value)[] values) => values.ToDictionary();

    private static ExprNode BatchLoss()
    {
        const string fin = "c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)";
        var p = 1 / (1 + ExprNode.Exp(-1 * ExprNode.Parse(fin)));
        var term = ExprNode.Parse("y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15)").Resolve(new Dictionary<string, ExprNode> { ["p"] = p });
        ExprNode sum = 0;
        foreach (var (x1, x2, y) in new[] { (0, 0, 1), (1, 0, 0), (0, -1, 0), (-1, 0, 0), (0, 1, 0) })
        {
            sum += term.Resolve(new Dictionary<string, ExprNode> { ["x1"] = x1, ["x2"] = x2, ["y"] = y });
        }

        return -1 * sum / 5;
    }
}
