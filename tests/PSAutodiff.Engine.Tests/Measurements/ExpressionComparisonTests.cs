using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Comparison of expressions: what is equal, what is not, and how that is found out.</summary>
public sealed class ExpressionComparisonTests
{
    // A negative base, an even exponent and another one have to meet.
    [Theory]
    [InlineData("(x^y)^z", "x^(y*z)")]
    [InlineData("(x^(2*y))^z", "x^(2*y*z)")]
    [InlineData("((x^2)^y)^z", "x^(2*y*z)")]
    [InlineData("((x*y)^y)^z", "(x*y)^(y*z)")]
    [InlineData("((x+y)^z)^(1/y)", "(x+y)^(z/y)")]
    public void Powers_of_powers_differ_where_bases_are_negative(string reference, string difference)
    {
        var comparison = ExpressionComparison.Compare(ExprNode.Parse(reference), ExprNode.Parse(difference));
        Assert.Equal(ComparisonBasis.Counterexample, comparison.How);
        Assert.NotEqual(comparison.ReferenceValue, comparison.DifferenceValue);
    }

    [Theory]
    [InlineData("4*x*y", "4*x*y", ComparisonBasis.Structure)]
    [InlineData("x + y", "y + x", ComparisonBasis.Simplification)]
    [InlineData("x*x*x", "x^3", ComparisonBasis.Simplification)]
    [InlineData("log(1 + exp(x))", "softplus(x)", ComparisonBasis.Simplification)]
    [InlineData("x/x", "1", ComparisonBasis.Simplification)]
    [InlineData("(x + 1)^2", "x^2 + 2*x + 1", ComparisonBasis.Algebra)]
    [InlineData("(x + y)^5", "x^5 + 5*x^4*y + 10*x^3*y^2 + 10*x^2*y^3 + 5*x*y^4 + y^5", ComparisonBasis.Algebra)]
    [InlineData("sin(x)^2 + cos(x)^2", "1", ComparisonBasis.Algebra)]
    [InlineData("y*(sin(x)^2 + cos(x)^2 - 1)", "0", ComparisonBasis.Algebra)]
    [InlineData("(sin(x)^2 + cos(x)^2 - 1)^2", "0", ComparisonBasis.Algebra)]
    [InlineData("tanh(x)", "2*sigmoid(2*x) - 1", ComparisonBasis.Algebra)]
    [InlineData("tanh(x)", "(exp(x) - exp(-x))/(exp(x) + exp(-x))", ComparisonBasis.Simplification)]
    [InlineData("x^y", "exp(y*log(x))", ComparisonBasis.Algebra)]
    [InlineData("log(x^2)", "2*log(x)", ComparisonBasis.Algebra)]
    [InlineData("abs(x)", "max(x, -x)", ComparisonBasis.Algebra)]
    [InlineData("less(x, y)*less(y, x)", "0", ComparisonBasis.Sampling)]
    [InlineData("acos(x)", "pi/2 - asin(x)", ComparisonBasis.Algebra)]
    [InlineData("a*b*c*d*e*f*g*h", "h*g*f*e*d*c*b*a", ComparisonBasis.Algebra)]
    [InlineData("x + 0.1 + 0.2", "x + 0.3", ComparisonBasis.Algebra)]
    [InlineData("x/3", "x*0.333333333333333333", ComparisonBasis.Sampling)]
    [InlineData("0.1 + 0.2", "0.3", ComparisonBasis.Algebra)]
    [InlineData("sin(x)", "cos(pi/2 - x)", ComparisonBasis.Algebra)]
    [InlineData("sin(x)", "cos(x - pi/2)", ComparisonBasis.Algebra)]
    [InlineData("sin(x)", "-cos(x + pi/2)", ComparisonBasis.Algebra)]
    [InlineData("cos(x + pi)", "-cos(x)", ComparisonBasis.Algebra)]
    [InlineData("tan(x + pi)", "tan(x)", ComparisonBasis.Algebra)]
    [InlineData("cos(c + (a + b))", "cos(c)*cos(a + b) - sin(c)*sin(a + b)", ComparisonBasis.Algebra)]
    [InlineData("sin(a + b)", "sin(a)*cos(b) + cos(a)*sin(b)", ComparisonBasis.Algebra)]
    [InlineData("sin(a - b + c)", "sin(a + c)*cos(b) - cos(a + c)*sin(b)", ComparisonBasis.Algebra)]
    [InlineData("cos(3*x)", "4*cos(x)^3 - 3*cos(x)", ComparisonBasis.Algebra)]
    [InlineData("sin(x/3)^2", "(1 - cos(2*x/3))/2", ComparisonBasis.Algebra)]
    public void Equal_expressions_are_found_equal(string reference, string difference, ComparisonBasis how)
    {
        foreach (var comparison in BothWays(reference, difference))
        {
            Assert.Equal(how, comparison.How);
            Assert.True(comparison.Equal);
            Assert.Null(comparison.Counterexample);
            Assert.Null(comparison.ReferenceValue);
            Assert.Null(comparison.DifferenceValue);
            Assert.Equal(how == ComparisonBasis.Sampling, comparison.SampleCount > 0);
            Assert.InRange(comparison.LargestError, 0, 1e-6);
        }
    }

    [Theory]
    [InlineData("x", "x*(1 + 1e-9)")]
    [InlineData("x", "x*(1 + 1e-13)")]
    [InlineData("x", "x + 1e-20")]
    [InlineData("x/3", "x*0.333333333")]
    [InlineData("x*y", "x + y")]
    [InlineData("sqrt(x^2)", "x")]
    [InlineData("less(x, y)", "1 - less(y, x)")]
    [InlineData("atan(x) + atan(1/x)", "pi/2")]
    [InlineData("1e30 + x", "1e30 + 2*x")]
    [InlineData("relu(x - 1000)", "0")]
    [InlineData("exp(-1000) + x", "x + 1")]
    [InlineData("2", "3")]
    [InlineData("x", "y")]
    [InlineData("sin(x)", "cos(pi/2 + x)")]
    [InlineData("cos(c + (a + b))", "cos(c)*cos(a + b) + sin(c)*sin(a + b)")]
    [InlineData("a*b*c*d*e*f*g*h", "h*g*f*e*d*c*b + a")]
    public void Different_expressions_have_a_counterexample(string reference, string difference)
    {
        foreach (var comparison in BothWays(reference, difference))
        {
            Assert.Equal(ComparisonBasis.Counterexample, comparison.How);
            Assert.False(comparison.Equal);
            Assert.NotNull(comparison.Counterexample);
            Assert.NotEqual(comparison.ReferenceValue, comparison.DifferenceValue);
            Assert.True(comparison.SampleCount > 0);
            Assert.True(comparison.LargestError > 0);
        }

        var first = Compare(reference, difference);
        var at = first.Counterexample!.Keys.Cast<string>().Select(name => (name, (double)first.Counterexample[name]!)).ToArray();
        Assert.Equal(ExprNode.Parse(reference).At(at), first.ReferenceValue);
        Assert.Equal(ExprNode.Parse(difference).At(at), first.DifferenceValue);
    }

    [Theory]
    [InlineData("x", "2*x", 1)]
    [InlineData("x^2", "x", 2)]
    [InlineData("x^2", "x^3", 2)]
    [InlineData("abs(x)", "x", -1)]
    [InlineData("x*(x - 1)*(x - 2)", "x^2*(x - 1)*(x - 2)", -1)]
    public void Counterexamples_are_simple(string reference, string difference, double x) =>
        Assert.Equal(x, Compare(reference, difference).Counterexample!["x"]);

    [Theory]
    [InlineData("log(-1 - x^2)", "x")]
    [InlineData("log(x)", "log(-x)")]
    [InlineData("1/0", "x")]
    [InlineData("exp(log(2 - 3))", "2 - 3")]
    [InlineData("sqrt(-1 - x^2)^2", "-1 - x^2")]
    public void Without_points_that_tell_it_is_undecided(string reference, string difference)
    {
        var comparison = Compare(reference, difference);
        Assert.Equal(ComparisonBasis.Undecided, comparison.How);
        Assert.False(comparison.Equal);
        Assert.Null(comparison.Counterexample);
    }

    [Fact]
    public void Chaos_is_no_evidence()
    {
        Assert.Equal(ComparisonBasis.Undecided, ExpressionComparison.Compare(Logistic(1000), Logistic(999), Token).How);
        Assert.Equal(ComparisonBasis.Counterexample, ExpressionComparison.Compare(Logistic(20), Logistic(19), Token).How);

        static ExprNode Logistic(int steps) => Chain(steps, static (z, _) => 4 * z * (1 - z));
    }

    [Fact]
    public void Sixty_four_squarings_take_no_time()
    {
        var squarings = Chain(64, static (z, _) => z * z);
        Assert.Equal(ComparisonBasis.Structure, How(squarings, Chain(64, static (z, _) => z * z)));
        Assert.Equal(ComparisonBasis.Simplification, How(squarings, Chain(63, static (z, _) => z * z).Resolve(new Dictionary<string, ExprNode> { ["x"] = ExprNode.Parse("x*x + 0*x") })));
        Assert.Equal(ComparisonBasis.Counterexample, How(squarings, squarings + 1));

        // Every double gives both the same value, 0, 1 or infinite; that is no reason to call them equal.
        Assert.NotEqual(ComparisonBasis.Sampling, How(squarings, Chain(63, static (z, _) => z * z)));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Deep_expressions_are_compared_on_a_small_stack() => SmallStack.Run(static () =>
    {
        var (chain, same, _) = Chains(1_000_000);
        Assert.Equal(ComparisonBasis.Structure, How(chain, same));
        Assert.Equal(ComparisonBasis.Counterexample, How(chain, chain * (1 + 1e-7)));
        (chain, _, var turned) = Chains(200_000);
        Assert.Equal(ComparisonBasis.Simplification, How(chain, turned));

        static (ExprNode Chain, ExprNode Same, ExprNode Turned) Chains(int depth)
        {
            var y = ExprNode.Variable("y");
            ExprNode chain = ExprNode.Variable("x"), same = chain, turned = chain;
            for (var i = 0; i < depth; i++)
            {
                chain = ExprNode.Sin(chain + y);
                same = ExprNode.Sin(same + y);
                turned = ExprNode.Sin(y + turned);
            }

            return (chain, same, turned);
        }
    });

    [Fact]
    public void What_simplification_gives_is_never_contradicted()
    {
        foreach (var node in RandomExpressions.Everyday.Sample(1500, 12, 21))
        {
            foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable })
            {
                var comparison = ExpressionComparison.Compare(node, node.Simplify(rule), Token);
                Assert.True(comparison.Counterexample is null, $"{Texts.Let(node)} and {Texts.Let(node.Simplify(rule))}: {Show(comparison)}");
            }
        }
    }

    [Fact]
    public void Small_relative_changes_are_noticed_or_left_undecided()
    {
        var noticed = 0;
        var total = 0;
        foreach (var node in RandomExpressions.WithoutConstants.Sample(1000, 8, 22))
        {
            if (node.Simplify().IsConstant) continue;
            total++;
            var comparison = ExpressionComparison.Compare(node, node * (1 + 1e-7), Token);
            Assert.True(!comparison.Equal || IsZero(node), $"{Texts.Let(node)}: {Show(comparison)}");
            if (comparison.How == ComparisonBasis.Counterexample) noticed++;
        }

        Assert.True(noticed > 0.9 * total, $"{noticed} of {total}");

        static bool IsZero(ExprNode node) => ExpressionComparison.Compare(node, 0, Token).Equal;
    }

    [Fact]
    public void The_same_question_has_the_same_answer()
    {
        var first = Compare("x*y*z + sin(x)", "x*z*y + sin(x) + 1e-9*z");
        var second = Compare("x*y*z + sin(x)", "x*z*y + sin(x) + 1e-9*z");
        Assert.Equal(Show(first), Show(second));
    }

    [Fact]
    public void Points_are_simple_first_then_of_all_sizes_and_signs()
    {
        foreach (var variables in new[] { 1, 2, 3, 6, 40 })
        {
            var points = new SamplePoints(variables, 384);
            Assert.Equal(384, points.Count);
            Assert.InRange(points.SimpleCount, 1, 192);
            Assert.Equal(Enumerable.Repeat(1.0, variables), points[0]);
            var all = Enumerable.Range(0, points.Count).SelectMany(i => points[i]).ToArray();
            Assert.Contains(all, static x => x is > 0 and < 1e-6);
            Assert.Contains(all, static x => x > 1e20);
            Assert.Contains(all, static x => x < -1e20);
            Assert.All(all, static x => Assert.True(double.IsFinite(x)));
        }

        Assert.Equal(1, new SamplePoints(0, 384).Count);
    }

    [Fact]
    public void It_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ExpressionComparison.Compare(ExprNode.Parse("x + y"), ExprNode.Parse("y + x"), source.Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IEnumerable<ExpressionComparison> BothWays(string one, string other) => [Compare(one, other), Compare(other, one)];

    private static ExpressionComparison Compare(string reference, string difference) =>
        ExpressionComparison.Compare(ExprNode.Parse(reference), ExprNode.Parse(difference), Token);

    private static ComparisonBasis How(ExprNode reference, ExprNode difference) => ExpressionComparison.Compare(reference, difference, Token).How;

    private static ExprNode Chain(int count, Func<ExprNode, ExprNode, ExprNode> step)
    {
        var node = ExprNode.Variable("x");
        var y = ExprNode.Variable("y");
        for (var i = 0; i < count; i++) node = step(node, y);
        return node;
    }

    private static string Show(ExpressionComparison comparison)
    {
        var point = comparison.Counterexample is { } at ? string.Join(", ", at.Keys.Cast<string>().Select(name => $"{name}={at[name]:R}")) : "none";
        return $"{comparison.How}, {comparison.SampleCount} points, error {comparison.LargestError:R}, at {point}: {comparison.ReferenceValue:R}, {comparison.DifferenceValue:R}";
    }
}
