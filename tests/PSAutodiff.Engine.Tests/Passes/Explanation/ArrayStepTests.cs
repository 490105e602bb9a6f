using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivations of derivatives by vectors and matrices: each step by its rule, the last one is the derivative that is printed.</summary>
public sealed class ArrayStepTests
{
    [Fact]
    public void The_derivative_of_a_mean_of_squares_is_told_from_the_outside_in()
    {
        var steps = ExprNode.Parse("X: [5,3]; w: [3]; y: [5]; mean((X @ w - y)^2)").DifferentiateByStep("w", DifferentiationMode.Auto, SimplificationRule.Textbook, 1, CancellationToken.None);
        Assert.Equal(
            [
                "1. mean rule: g * mean(u)' = broadcast(g / 5, 5) : u': d/dw [mean((X @ w - y)^2)] -> broadcast(1 / 5, 5) : d/dw [(X @ w - y)^2]",
                "2. power rule: g : (u^2)' = (2 * u * g) : u': broadcast(1 / 5, 5) : d/dw [(X @ w - y)^2] -> (2 * (X @ w - y) * (1 / 5)) : d/dw [X @ w - y]",
                "3. difference rule: g : (u - c)' = g : u': (2 * (X @ w - y) * (1 / 5)) : d/dw [X @ w - y] -> (2 * (X @ w - y) * (1 / 5)) : d/dw [X @ w]",
                "4. constant factor of a matrix product: g : (c @ u)' = (c.T @ g) : u': (2 * (X @ w - y) * (1 / 5)) : d/dw [X @ w] -> (X.T @ (2 * (X @ w - y) * (1 / 5))) : d/dw [w]",
                "5. variable rule: g : w' = g: (X.T @ (2 * (X @ w - y) * (1 / 5))) : d/dw [w] -> X.T @ (2 * (X @ w - y) * (1 / 5))",
            ],
            steps.Take(5).Select(static step => step.ToString()));
        Assert.Equal("0.4 * (X.T @ (X @ w - y))", steps[^1].WholeText);
        Assert.All(steps.Take(4), static step => Assert.Null(step.Whole));
    }

    [Theory]
    [InlineData("x: [4]; W: [4,3]; y: [3]; logsumexp(x @ W) - y @ (x @ W)", "W")]
    [InlineData("v: [3]; norm(v) + c*sum(v*v[0])", "v")]
    [InlineData("v: [3]; M: [3,3]; v @ M @ v + trace(outer(v, tanh(M @ v)))", "M")]
    [InlineData("v: [3]; M: [3,3]; v @ solve(M + 5*eye(3), v) + logdet(M + 5*eye(3))", "M")]
    [InlineData("v: [3]; M: [3,3]; v @ inv(M + 5*eye(3)) @ v + sum(cholesky(M + 5*eye(3)))", "M")]
    [InlineData("v: [3]; M: [3,3]; M @ tanh(v)", "v")]
    [InlineData("v: [3]; sum(v^3)*v", "v")]
    [InlineData("v: [3]; w: [3]; w @ v + 0*sum(w)", "v")]
    public void The_last_step_is_the_derivative(string text, string variable)
    {
        var one = new ArrayCase(text, 3);
        var steps = one.Node.DifferentiateByStep(variable, DifferentiationMode.Auto, SimplificationRule.Textbook, 1, CancellationToken.None);
        Assert.Equal(one.Node.Differentiate(variable).Simplify(SimplificationRule.Textbook), steps[^1].Whole);
        one.RequireNear("derivative", one.Differences(one.Node, variable), one.Evaluate(steps[^1].Whole!), 1e-7);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(static step => step.Number));
    }

    [Fact]
    public void Random_derivations_end_with_the_derivative_and_every_text_can_be_written()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var one = new ArrayCase(seed, 8, isSmooth: true, isNumber: true);
            foreach (var name in one.Names)
            {
                var steps = one.Node.DifferentiateByStep(name);
                Assert.Equal(one.Node.Differentiate(name), steps[^1].Whole);
                Assert.All(steps, static step => Assert.DoesNotContain("\0", step.ToString() + step.WholeText, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_derivation_of_many_rules_is_cut()
    {
        var v = ExprNode.Variable("v", Core.Shape.Vector(2));
        var chain = v;
        for (var i = 0; i < 1500; i++) chain = ExprNode.Sin(chain);
        var steps = ExprNode.Sum(chain).DifferentiateByStep("v");
        Assert.Equal(DerivationStep.MaxRules, steps.Count);
        Assert.Equal(ExprNode.Sum(chain).Differentiate("v"), steps[^1].Whole);
        Assert.Contains("not shown", steps[^1].Rule, StringComparison.Ordinal);
    }
}
