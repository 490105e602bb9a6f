using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivations: the rules one by one, ending with what differentiation and simplification give.</summary>
public sealed class DerivationTests
{
    private const int Deep = 20_000;
    private const string Folding = "zeros, ones and signs are tidied up";

    public static TheoryData<SimplificationRule> Rules => [.. RewritingRules.All];

    [Fact]
    public void The_labs_derivative_is_worked_out_from_the_outside_in()
    {
        var steps = ExprNode.Parse("4*x*y + exp(-1*y)").DifferentiateByStep("x", DifferentiationMode.Forward);
        Assert.Equal(
            [
                "1. sum rule: (u + v)' = u' + v': d/dx [4 * x * y + exp(-1 * y)] -> d/dx [4 * x * y] + d/dx [exp(-1 * y)]",
                "2. product rule: (u * v)' = u' * v + u * v': d/dx [4 * x * y] -> d/dx [4 * x] * y + 4 * x * d/dx [y]",
                "3. product rule: (u * v)' = u' * v + u * v': d/dx [4 * x] -> d/dx [4] * x + 4 * d/dx [x]",
                "4. constant rule: c' = 0: d/dx [4] -> 0",
                "5. variable rule: x' = 1: d/dx [x] -> 1",
                "6. constant rule: c' = 0: d/dx [y] -> 0",
                "7. chain rule: exp(u)' = exp(u) * u': d/dx [exp(-1 * y)] -> exp(-1 * y) * d/dx [-1 * y]",
                "8. product rule: (u * v)' = u' * v + u * v': d/dx [-1 * y] -> d/dx [-1] * y + -1 * d/dx [y]",
                "9. constant rule: c' = 0: d/dx [-1] -> 0",
            ],
            steps.Select(static step => step.ToString()));
        Assert.Equal("(d/dx [4] * x + 4 * d/dx [x]) * y + 4 * x * d/dx [y] + d/dx [exp(-1 * y)]", steps[2].WholeText);
        Assert.All(steps.SkipLast(1), static step => Assert.Null(step.Whole));
        Assert.Equal(
            "( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )",
            Texts.Lab(steps[^1].Whole!));
        Assert.Equal("4 * x", Texts.Infix(steps[2].Before));
        Assert.Equal("0 * x + 4 * 1", Texts.Infix(steps[2].After));
    }

    [Fact]
    public void The_labs_derivative_is_simplified_from_the_inside_out()
    {
        var derivative = ExprNode.Parse("4*x*y + exp(-1*y)").Differentiate("x", DifferentiationMode.Forward);
        var steps = derivative.SimplifyByStep(SimplificationRule.Lab);
        Assert.Equal("1. 0 * x = 0: 0 * x -> 0", steps[0].ToString());
        Assert.Equal("2. x * 1 = x: 4 * 1 -> 4", steps[1].ToString());
        Assert.Equal("(0 + 4) * y + 4 * x * 0 + exp(-1 * y) * (0 * y + -1 * 0)", steps[1].WholeText);
        Assert.Equal("10. x + 0 = x: 4 * y + 0 -> 4 * y", steps[^1].ToString());
        Assert.Equal("( 4 * y )", Texts.Lab(steps[^1].Whole!));
        Assert.All(steps, step => Assert.Same(derivative, step.Expression));
    }

    [Theory]
    [InlineData("x + 3", "sum rule: (u + 3)' = u'")]
    [InlineData("y - x", "difference rule: (c - u)' = -u'")]
    [InlineData("x*exp(x)", "product rule: (u * v)' = u' * v + u * v'")]
    [InlineData("4*x", "constant factor rule: (4 * u)' = 4 * u'")]
    [InlineData("x*y", "constant factor rule: (u * c)' = u' * c")]
    [InlineData("x/2", "constant factor rule: (u / 2)' = u' / 2")]
    [InlineData("-x", "constant factor rule: (-u)' = -u'")]
    [InlineData("x/exp(x)", "quotient rule: (u / v)' = (u' - u / v * v') / v")]
    [InlineData("x^3", "power rule: (u^3)' = 3 * u^2 * u'")]
    [InlineData("2^x", "exponential rule: (2^u)' = log(2) * 2^u * u'")]
    [InlineData("tanh(x)", "chain rule: tanh(u)' = sech2(u) * u'")]
    [InlineData("sin(x)", "chain rule: sin(u)' = cos(u) * u'")]
    [InlineData("max(x, y)", "case by case: max(u, c)' = select(u < c, 0, u')")]
    [InlineData("detach(x)", "constant rule: c' = 0")]
    [InlineData("x^0", "constant rule: (u^0)' = 0")]
    [InlineData("x", "variable rule: x' = 1")]
    [InlineData("exp(y)", "constant rule: c' = 0")]
    public void Each_rule_has_the_name_and_formula_that_teachers_use(string text, string rule) =>
        Assert.Equal(rule, ExprNode.Parse(text).DifferentiateByStep("x")[0].Rule);

    [Theory]
    [InlineData(DifferentiationMode.Auto)]
    [InlineData(DifferentiationMode.Forward)]
    public void The_last_step_is_the_derivative(DifferentiationMode mode) => RandomExpressions.Everyday.Check(400, 40, node =>
    {
        var steps = node.DifferentiateByStep("x", mode);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(static step => step.Number));
        Assert.Equal(node.Differentiate("x", mode), steps[^1].Whole);
        Assert.All(steps.SkipWhile(static step => step.Whole is null), static step => Assert.NotNull(step.Whole));
        if (mode != DifferentiationMode.Forward) return;
        Assert.All(steps.SkipLast(1), static step => Assert.Null(step.Whole));
        Assert.DoesNotContain(steps, static step => step.Rule == Folding);
    });

    [Theory]
    [InlineData(DifferentiationMode.Auto)]
    [InlineData(DifferentiationMode.Forward)]
    public void Each_step_takes_a_derivative_that_the_whole_still_holds(DifferentiationMode mode) => RandomExpressions.Everyday.Check(200, 8, node =>
    {
        var steps = node.DifferentiateByStep("x", mode);
        for (var i = 1; i < steps.Count; i++)
        {
            var whole = steps[i - 1].WholeText;
            if (whole.Length < 1000) Assert.Contains(steps[i].BeforeText, whole, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("d/dx", steps[^1].WholeText, StringComparison.Ordinal);
    });

    [Fact]
    public void Zeros_and_ones_are_dropped_one_by_one()
    {
        var steps = ExprNode.Parse("x^3 * exp(2 * x) + 1 * y").DifferentiateByStep("x");
        Assert.Equal(
            [
                "7. x * 1 = x: 3 * x^2 * 1 -> 3 * x^2",
                "8. x * 1 = x: 2 * 1 -> 2",
            ],
            steps.Skip(6).Select(static step => step.ToString()));
        Assert.Equal("3 * x^2 * 1 * exp(2 * x) + x^3 * (exp(2 * x) * (2 * 1))", Texts.Infix(steps[5].Whole!));
        Assert.Equal("3 * x^2 * exp(2 * x) + x^3 * (exp(2 * x) * 2)", steps[^1].WholeText);
        Assert.All(steps, static step => Assert.Equal("x", step.Variable));
    }

    [Theory]
    [InlineData(498)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(999)]
    [InlineData(1000)]
    public void Dropping_zeros_and_ones_counts_as_well(int depth)
    {
        // Two rules for each level, and one identity.
        var node = ExprNode.Variable("x");
        for (var i = 0; i < depth; i++) node = ExprNode.Sin(3 + node);
        var steps = node.DifferentiateByStep("x");
        Assert.InRange(steps.Count, 2, DerivationStep.MaxRules + 1);
        Assert.Equal(node.Differentiate("x"), steps[^1].Whole);
        Assert.All(steps.TakeLast(2), static step => Assert.NotEmpty(step.BeforeText + step.AfterText + step.WholeText));
    }

    [Fact]
    public void The_derivative_of_each_part_is_its_derivative() => RandomExpressions.Everyday.Check(200, 12, static node =>
    {
        foreach (var step in node.DifferentiateByStep("x", DifferentiationMode.Forward))
        {
            Assert.Equal(step.Before.Differentiate("x", DifferentiationMode.Forward), step.After);
        }
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_last_step_is_the_simplified_expression(SimplificationRule rule) => RandomExpressions.Everyday.Check(500, 40, node =>
    {
        if (Simplified(node, rule) is not { } simplified)
        {
            Assert.Throws<AutodiffException>(() => node.SimplifyByStep(rule));
            return;
        }

        var steps = node.SimplifyByStep(rule);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(static step => step.Number));
        Assert.Equal(simplified, steps.Count > 0 ? steps[^1].Whole : node);
        Assert.All(steps, static step => Assert.NotEqual(step.Before, step.After));
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_last_step_is_the_simplified_derivative(SimplificationRule rule) => RandomExpressions.Everyday.Check(150, 12, node =>
    {
        var derivative = node.Differentiate("x", DifferentiationMode.Forward);
        if (Simplified(derivative, rule) is not { } simplified)
        {
            Assert.Throws<AutodiffException>(() => derivative.SimplifyByStep(rule));
            return;
        }

        var steps = derivative.SimplifyByStep(rule);
        Assert.Equal(simplified, steps.Count > 0 ? steps[^1].Whole : derivative);
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_last_step_is_the_simplified_sum_or_product(SimplificationRule rule)
    {
        var operations = "sum sub mul div neg pow sqrt exp sigmoid log".Split(' ').Select(OperationTable.FindFunction);
        RandomExpressions.Of(operations).Check(500, 30, node =>
        {
            if (Simplified(node, rule) is not { } simplified)
            {
                Assert.Throws<AutodiffException>(() => node.SimplifyByStep(rule));
                return;
            }

            var steps = node.SimplifyByStep(rule);
            Assert.Equal(simplified, steps.Count > 0 ? steps[^1].Whole : node);
            var whole = node;
            foreach (var step in steps)
            {
                Assert.NotEqual(whole, step.Whole);
                whole = step.Whole!;
            }
        });
    }

    [Fact]
    public void Each_identity_is_applied_to_a_part_of_the_whole() => RandomExpressions.Everyday.Check(300, 20, static node =>
    {
        if (Simplified(node, SimplificationRule.Lab) is null)
        {
            Assert.Throws<AutodiffException>(() => node.SimplifyByStep(SimplificationRule.Lab));
            return;
        }

        var whole = node;
        foreach (var step in node.SimplifyByStep(SimplificationRule.Lab))
        {
            Assert.Contains(step.Before, Parts(whole));
            whole = step.Whole!;
            Assert.Contains(step.After, Parts(whole));
        }
    });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_whole_keeps_its_value_in_every_step(SimplificationRule rule) => RandomExpressions.Everyday.Check(150, 10, node =>
    {
        if (Simplified(node, rule) is null)
        {
            Assert.Throws<AutodiffException>(() => node.SimplifyByStep(rule));
            return;
        }

        Dictionary<string, double> at = new() { ["x"] = 0.7, ["y"] = 1.3, ["z"] = 2.1 };
        if (new PreciseEvaluator(node).Evaluate(at) is not { } exact) return;
        var value = PlainEvaluator.Evaluate(node, at);
        if (!double.IsFinite(value) || HighPrecision.UlpDistance(value, exact) > 100) return;
        foreach (var step in node.SimplifyByStep(rule))
        {
            if (new PreciseEvaluator(step.Whole!).Evaluate(at) is not { } own) continue;
            Assert.True(
                HighPrecision.UlpDistance(value, own) <= 101,
                $"after step {step} the value is no longer {value}: {Texts.Let(node)} became {Texts.Let(step.Whole!)}");
        }
    });

    [Fact]
    public void Identities_that_follow_from_one_another_are_steps_of_their_own()
    {
        var steps = ExprNode.Parse("(-x*y)*(-3)*2 + exp(log(y))").SimplifyByStep();
        Assert.True(steps.Count > 3);
        Assert.Equal(steps.Count, steps.Select(static step => (step.Rule, step.BeforeText)).Distinct().Count());
        Assert.Contains(steps, static step => step.Rule == "exp(log(x)) = x" && step.BeforeText == "exp(log(y))" && step.AfterText == "y");
    }

    [Theory]
    [InlineData("sin(a + b) * cos(b + a)")]
    [InlineData("(x + y)^(y + x)")]
    [InlineData("exp(x * y) + exp(y * x) * 3")]
    public void Equal_parts_that_come_together_are_told(string text)
    {
        var node = ExprNode.Parse(text);
        var steps = node.SimplifyByStep();
        Assert.Equal("x and y change places, as elsewhere in the expression", steps[0].Rule);
        Assert.Equal(node.Simplify(), steps[^1].Whole);
        Assert.NotEqual(node, steps[0].Whole);
    }

    [Fact]
    public void An_assumption_is_told_in_the_readers_own_names()
    {
        var step = Assert.Single(ExprNode.Parse("y/y").SimplifyByStep());
        Assert.Equal("x / x = 1", step.Rule);
        Assert.Equal("y != 0", step.Assumption);
        Assert.Equal("1. x / x = 1, if y != 0: y / y -> 1", step.ToString());
        Assert.Equal("a != b", Assert.Single(ExprNode.Parse("(a - b)/(b - a)").SimplifyByStep()).Assumption);
        Assert.Equal("sin(u) != 0", ExprNode.Parse("v*sin(u)*w/sin(u)").SimplifyByStep()[^1].Assumption);
        Assert.Null(Assert.Single(ExprNode.Parse("0 + y").SimplifyByStep()).Assumption);
    }

    [Fact]
    public void What_is_simple_has_no_steps() => Assert.Empty(ExprNode.Parse("x + y").SimplifyByStep());

    [Fact]
    public void Reverse_mode_has_no_steps()
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse("x^2").DifferentiateByStep("x", DifferentiationMode.Reverse));
        Assert.Equal("StepUnsupported", error.ErrorId);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_long_derivation_ends_with_a_step_for_all_the_rest() => SmallStack.Run(static () =>
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < Deep; i++) node = ExprNode.Exp(1 * node) + 0;

        foreach (var mode in (DifferentiationMode[])[DifferentiationMode.Auto, DifferentiationMode.Forward])
        {
            AssertShort(node.DifferentiateByStep("x", mode), node.Differentiate("x", mode));
        }

        foreach (var rule in RewritingRules.All) AssertShort(node.SimplifyByStep(rule), node.Simplify(rule));
    });

    [Fact]
    public void Parts_that_are_shared_are_derived_once() => SmallStack.Run(static () =>
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 64; i++) node *= node;
        var steps = node.DifferentiateByStep("x", DifferentiationMode.Forward);
        Assert.Equal(65, steps.Count);
        Assert.All(steps, static step => Assert.InRange(step.WholeText.Length, 1, 1100));
    });

    private static void AssertShort(IReadOnlyList<DerivationStep> steps, ExprNode result)
    {
        Assert.Equal(DerivationStep.MaxRules + 1, steps.Count);
        Assert.Contains("not shown", steps[^1].Rule, StringComparison.Ordinal);
        Assert.Equal(result, steps[^1].Whole);
        Assert.Equal(result, steps[^1].After);
        foreach (var step in new[] { steps[0], steps[^2], steps[^1] })
        {
            Assert.InRange(step.BeforeText.Length, 1, 1100);
            Assert.InRange(step.AfterText.Length, 1, 1100);
            Assert.InRange(step.WholeText.Length, 1, 1100);
        }
    }

    private static ExprNode? Simplified(ExprNode node, SimplificationRule rule)
    {
        try
        {
            return node.Simplify(rule);
        }
        catch (AutodiffException error) when (rule == SimplificationRule.Lab && error.ErrorId is "DivisionByZero" or "LogarithmDomain")
        {
            return null;
        }
    }

    private static HashSet<ExprNode> Parts(ExprNode node)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        return [.. Enumerable.Range(0, root + 1).Where(id => reachable[id]).Select(graph.Node)];
    }
}
