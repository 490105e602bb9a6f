using PSAutodiff.Passes.Definitions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Comparisons of expressions with functions that have no definition: proved for all functions, refuted by one, or undecided with the reason.</summary>
public sealed class ComparisonOfFunctionsTests
{
    [Theory]
    [InlineData("phi'(z)*2", "phi'(z) + phi'(z)", "Simplification")]
    [InlineData("(phi(z)^2 - 1)/(phi(z) - 1)", "phi(z) + 1", "Algebra")]
    [InlineData("exp(a*phi(x) + b*phi(x))", "exp(phi(x))^a*exp(phi(x))^b", "Algebra")]
    [InlineData("(phi(x) + phi(y))^2 - (phi(x) - phi(y))^2", "4*phi(x)*phi(y)", "Algebra")]
    [InlineData("f((a + b)^2, c)", "f(a^2 + 2*a*b + b^2, c)", "Algebra")]
    [InlineData("1/(1 + 1/phi(x))", "phi(x)/(1 + phi(x))", "Algebra")]
    public void Algebra_takes_calls_for_unknowns(string one, string other, string how)
    {
        var comparison = ExpressionComparison.Compare(ExprNode.Parse(one), ExprNode.Parse(other));
        Assert.Equal((true, how), (comparison.Equal, comparison.How.ToString()));
    }

    [Fact]
    public void What_has_to_hold_is_said_of_the_function() =>
        Assert.Equal("phi(z) - 1 != 0", ExpressionComparison.Compare(ExprNode.Parse("(phi(z)^2 - 1)/(phi(z) - 1)"), ExprNode.Parse("phi(z) + 1")).Assumption);

    [Theory]
    [InlineData("phi(z)", "2*phi(z)")]
    [InlineData("phi(z)", "phi'(z)")]
    [InlineData("phi(-x)", "-phi(x)")]
    [InlineData("phi(a*b)", "phi(a)*phi(b)")]
    [InlineData("f(x, y)", "f(y, x)")]
    [InlineData("phi(x)", "g(x)")]
    [InlineData("f'112(x, y)", "f'122(x, y)")]
    public void Expressions_that_differ_for_some_function_are_not_equal(string one, string other)
    {
        var comparison = ExpressionComparison.Compare(ExprNode.Parse(one), ExprNode.Parse(other));
        Assert.Equal((false, ComparisonBasis.Counterexample), (comparison.Equal, comparison.How));
        Assert.StartsWith("They differ, for example, with ", comparison.Reason, StringComparison.Ordinal);
        Assert.NotNull(comparison.Counterexample);

        // The counterexample is one: with the definitions that the reason names, the values are those.
        var definitions = new FunctionDefinitions(
            [.. comparison.Reason!["They differ, for example, with ".Length..^1].Split("; ").Select(static text => FunctionDefinition.Parse(text.Split(" = ")[0], text[(text.IndexOf(" = ", StringComparison.Ordinal) + 3)..], [], CancellationToken.None))],
            CancellationToken.None);
        var point = comparison.Counterexample.Keys.Cast<string>().ToDictionary(static name => name, name => ExprNode.Constant((double)comparison.Counterexample[name]!));
        Assert.Equal(comparison.ReferenceValue!.Value, Value(one), 1e-12);
        Assert.Equal(comparison.DifferenceValue!.Value, Value(other), 1e-12);

        double Value(string text) => CompiledExpression.Compile([definitions.Resolve(ExprNode.Parse(text)).Resolve(point)]).Evaluate();
    }

    [Fact]
    public void What_only_values_could_show_is_undecided_and_says_why()
    {
        // Equal for all functions, by more than algebra knows.
        var comparison = ExpressionComparison.Compare(ExprNode.Parse("phi(x)*lgamma(x + 1)"), ExprNode.Parse("phi(x)*(lgamma(x) + log(x))"));
        Assert.Equal((false, ComparisonBasis.Undecided), (comparison.Equal, comparison.How));
        Assert.EndsWith("Values cannot show that they are equal, because the function 'phi' has no definition.", comparison.Reason, StringComparison.Ordinal);

        // Of an order for which no function is tried.
        var high = ExpressionComparison.Compare(ExprNode.Parse("phi''''''(x)"), ExprNode.Parse("phi'''''''(x)"));
        Assert.Equal((false, ComparisonBasis.Undecided), (high.Equal, high.How));
        Assert.Contains("'phi' has no definition", high.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_value_anywhere_is_not_called_equal() =>
        Assert.False(ExpressionComparison.Compare(ExprNode.Parse("sqrt(-1 - phi(x)^2)*2"), ExprNode.Parse("sqrt(-4 - 4*phi(x)^2)")).Equal);

    [Fact]
    public void A_different_number_of_arguments_is_an_error() =>
        Assert.Equal("ArgumentCount", Assert.Throws<AutodiffException>(() => ExpressionComparison.Compare(ExprNode.Parse("f(x)"), ExprNode.Parse("f(x, y)"))).ErrorId);

    [Fact]
    public void Nothing_is_called_equal_that_differs_with_a_definition() => RandomFunctions.Smooth.Check(300, 8, static node =>
    {
        foreach (var other in new[] { node + 0 * ExprNode.Variable("x"), node.Simplify() * 2 / 2, node + ExprNode.Parse("phi(x)*0.001"), node.Resolve(new Dictionary<string, ExprNode> { ["x"] = ExprNode.Variable("y") }) })
        {
            if (!ExpressionComparison.Compare(node, other).Equal) continue;
            Assert.True(ExpressionComparison.Compare(RandomFunctions.Definitions.Resolve(node), RandomFunctions.Definitions.Resolve(other)).How != ComparisonBasis.Counterexample);
        }
    });

    [Fact]
    public void The_course_of_a_proof_has_the_calls_in_it()
    {
        var steps = ExpressionComparison.CompareByStep(ExprNode.Parse("(phi(z)^2 - 1)/(phi(z) - 1)"), ExprNode.Parse("phi(z) + 1"));
        Assert.NotEmpty(steps);
        Assert.Contains("phi(z)", steps[0].BeforeText, StringComparison.Ordinal);
        Assert.Equal(0, steps[^1].Whole!.Value);
    }
}
