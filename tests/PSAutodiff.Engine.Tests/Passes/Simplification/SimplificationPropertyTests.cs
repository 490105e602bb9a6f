using PSAutodiff.Core;
using PSAutodiff.Passes.Simplification;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The contract of simplification, on random expressions over all operations and for each rule.</summary>
public sealed class SimplificationPropertyTests
{
    private const int FewUlps = 8;

    private static readonly Operation[] Arithmetic =
    [
        .. "sum sub mul div neg pow sqrt exp sigmoid log".Split(' ').Select(OperationTable.FindFunction),
    ];

    public static TheoryData<SimplificationRule> Rules => [.. RewritingRules.All];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Values_stay_equal_and_keep_their_digits(SimplificationRule rule) =>
        RandomExpressions.Everyday.Check(400, 12, node => AssertAsAccurate(node, Simplified(node, rule)));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Values_of_arithmetic_stay_equal_and_keep_their_digits(SimplificationRule rule) =>
        RandomExpressions.Of(Arithmetic).Check(400, 12, node => AssertAsAccurate(node, Simplified(node, rule)));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Derivatives_stay_equal_and_keep_their_digits(SimplificationRule rule) =>
        RandomExpressions.Everyday.Check(150, 6, node =>
        {
            var derivative = node.Differentiate("x", DifferentiationMode.Reverse);
            AssertAsAccurate(derivative, Simplified(derivative, rule));
        });

    [Theory]
    [MemberData(nameof(Rules))]
    public void What_is_simplified_is_simple(SimplificationRule rule) => RandomExpressions.Everyday.Check(600, 30, node =>
    {
        var once = Simplified(node, rule);
        Assert.Equal(Texts.Let(once), Texts.Let(Simplified(once, rule)));
        Assert.Equal(once, Simplified(once, rule));
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void Arithmetic_that_is_simplified_is_simple(SimplificationRule rule) => RandomExpressions.Of(Arithmetic).Check(600, 30, node =>
    {
        var once = Simplified(node, rule);
        Assert.Equal(Texts.Let(once), Texts.Let(Simplified(once, rule)));
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_number_of_operations_never_grows(SimplificationRule rule) =>
        RandomExpressions.Everyday.Check(600, 40, node => AssertNotDearer(node, rule));

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_number_of_operations_of_arithmetic_and_of_derivatives_never_grows(SimplificationRule rule) =>
        RandomExpressions.Of(Arithmetic).Check(300, 30, node =>
        {
            AssertNotDearer(node, rule);
            var derivative = node.Differentiate("x", DifferentiationMode.Reverse);
            AssertNotDearer(derivative, rule);
        });

    [Theory]
    [MemberData(nameof(Rules))]
    public void No_constant_becomes_infinite_or_NaN(SimplificationRule rule) => RandomExpressions.Odd.Check(600, 20, node =>
    {
        foreach (var constant in Simplified(node, rule).Flatten().Graph.Constants) Assert.True(double.IsFinite(constant));
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void No_new_variable_appears(SimplificationRule rule) => RandomExpressions.Everyday.Check(200, 20, node =>
        Assert.Subset(node.Variables.ToHashSet(), Simplified(node, rule).Variables.ToHashSet()));

    [Fact]
    public void Without_the_labs_two_errors_simplification_never_throws() => RandomExpressions.Odd.Check(600, 40, static node =>
    {
        node.Simplify(SimplificationRule.Standard);
        node.Simplify(SimplificationRule.Stable);
    });


    // A smaller run of the program whose figures are in docs/explanation/simplification.md.
    [Fact]
    public void Over_textbook_expressions_Stable_makes_hardly_any_value_worse_and_none_infinite()
    {
        var measure = SimplificationMeasure.Run(SimplificationRule.Stable, 4000, 20240607);
        Assert.True(measure.Changed > 2000 && measure.Better > 200, $"{measure.Changed} changed, {measure.Better} better");
        Assert.True(measure.NotFinite.Count == 0, string.Join('\n', measure.NotFinite.Cases));
        Assert.True(measure.DomainLost.Count == 0, string.Join('\n', measure.DomainLost.Cases));
        Assert.True(measure.OtherFunction.Count == 0, string.Join('\n', measure.OtherFunction.Cases));
        Assert.True(measure.Worse.Count <= 1, string.Join('\n', measure.Worse.Cases));
    }

    [Fact]
    public void Over_textbook_expressions_Standard_loses_no_domain_and_is_never_dearer()
    {
        var measure = SimplificationMeasure.Run(SimplificationRule.Standard, 4000, 20240607);
        Assert.True(measure.Changed > 500, $"{measure.Changed} changed");
        Assert.True(measure.DomainLost.Count == 0, string.Join('\n', measure.DomainLost.Cases));
        Assert.True(measure.OtherFunction.Count == 0, string.Join('\n', measure.OtherFunction.Cases));
        Assert.True(measure.Dearer.Count == 0, string.Join('\n', measure.Dearer.Cases));
        Assert.True(measure.Worse.Count * 2000 <= measure.Points, string.Join('\n', measure.Worse.Cases));
    }

    // Its powers over and under fraction lines leave the range of doubles more often than Standard's; at usual sizes nothing changes.
    [Fact]
    public void Over_textbook_expressions_Textbook_loses_no_domain_and_hardly_a_value()
    {
        var measure = SimplificationMeasure.Run(SimplificationRule.Textbook, 4000, 20240607);
        Assert.True(measure.Changed > 1000, $"{measure.Changed} changed");
        Assert.True(measure.DomainLost.Count == 0, string.Join('\n', measure.DomainLost.Cases));
        Assert.True(measure.OtherFunction.Count == 0, string.Join('\n', measure.OtherFunction.Cases));
        Assert.True(measure.Dearer.Count * 200 <= measure.Expressions, string.Join('\n', measure.Dearer.Cases));
        Assert.True(measure.Worse.Count * 400 <= measure.Points, string.Join('\n', measure.Worse.Cases));
    }

    // The lab's errors are no subject here: such an expression counts as simple already.
    private static ExprNode Simplified(ExprNode node, SimplificationRule rule)
    {
        try
        {
            return node.Simplify(rule);
        }
        catch (AutodiffException error) when (rule == SimplificationRule.Lab && error.ErrorId is "DivisionByZero" or "LogarithmDomain")
        {
            return node;
        }
    }

    /// <summary>No more operations than before, rewrites apart that count whatever they cost, for digits or for the form.</summary>
    private static void AssertNotDearer(ExprNode node, SimplificationRule rule)
    {
        var simplified = Simplified(node, rule);
        if (rule is SimplificationRule.Stable or SimplificationRule.Textbook && IsWorthItsCost(node, rule)) return;
        var (before, after) = (Cost(node), Cost(simplified));
        Assert.True(after <= before, $"{before} operations became {after}: {Texts.Let(node)} became {Texts.Let(simplified)}");
    }

    private static bool IsWorthItsCost(ExprNode node, SimplificationRule rule)
    {
        var log = new RewriteLog(int.MaxValue);
        Simplifier.Simplify(ExprNode.Flatten([node]), rule, log);
        return log.Rounds.Exists(static round => round.Rewrites.Exists(static rewrite =>
            rewrite.Entries.Any(static entry => entry.Identity.IsWorthItsCost) || rewrite.Collected.Any(static identity => identity.IsWorthItsCost)));
    }

    private static int Cost(ExprNode node)
    {
        var (graph, id) = node.Flatten();
        return graph.OperationCount([id]);
    }

    /// <summary>
    /// The error against the true value is at most 4 times the original's or a few units in the last place. At a single point the
    /// original may be right by luck, so the largest errors over a cluster of neighbouring points are compared.
    /// </summary>
    private static void AssertAsAccurate(ExprNode node, ExprNode simplified)
    {
        if (node.Equals(simplified)) return;
        var random = new Random(node.NodeCount);
        for (var i = 0; i < 4; i++)
        {
            var centre = RandomExpressions.Names.ToDictionary(static name => name, _ => (4 * random.NextDouble()) - 1.7);
            var (original, own) = Errors(node, simplified, centre, random, 8);
            if (own > Allowed(original)) (original, own) = Errors(node, simplified, centre, random, 200);
            Assert.True(
                own <= Allowed(original),
                $"error {own} ulp, the original's {original} ulp, near {string.Join(", ", centre)}: {Texts.Let(node)} became {Texts.Let(simplified)}");
        }
    }

    private static double Allowed(double original) => Math.Max(4 * original, FewUlps);

    private static (double Original, double Own) Errors(
        ExprNode node,
        ExprNode simplified,
        Dictionary<string, double> centre,
        Random random,
        int count)
    {
        var reference = new PreciseEvaluator(node);
        var (original, own) = (0.0, 0.0);
        for (var i = 0; i < count; i++)
        {
            var at = centre.ToDictionary(static p => p.Key, p => p.Value * (1 + (1e-7 * random.NextDouble())));
            var value = PlainEvaluator.Evaluate(node, at);
            if (!double.IsFinite(value) || reference.Evaluate(at) is not { } exact) continue;
            original = Math.Max(original, HighPrecision.UlpDistance(value, exact));
            own = Math.Max(own, HighPrecision.UlpDistance(PlainEvaluator.Evaluate(simplified, at), exact));
        }

        return (original, own);
    }
}
