using PSAutodiff.Passes.Definitions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Derivatives of functions without definitions, and definitions that take their places.</summary>
public sealed class UnknownFunctionDerivativeTests
{
    [Theory]
    [InlineData("phi(z)", "z", "phi'(z)")]
    [InlineData("phi'(z)", "z", "phi''(z)")]
    [InlineData("phi(w*x + b)", "w", "x * phi'(w * x + b)")]
    [InlineData("phi(z)^2", "z", "2 * phi(z) * phi'(z)")]
    [InlineData("phi(phi(z))", "z", "phi'(z) * phi'(phi(z))")]
    [InlineData("phi(z)", "x", "0")]
    [InlineData("f(x, y)", "y", "f'2(x, y)")]
    [InlineData("f(x, x)", "x", "f'1(x, x) + f'2(x, x)")]
    [InlineData("f(x*y, y)", "x", "y * f'1(x * y, y)")]
    [InlineData("g(x, 2, x^2)", "x", "g'1(x, 2, x^2) + 2 * x * g'3(x, 2, x^2)")]
    [InlineData("f'2(x, y)", "x", "f'12(x, y)")]
    [InlineData("exp(phi(x))", "x", "exp(phi(x)) * phi'(x)")]
    public void The_chain_rule_holds_in_every_mode(string text, string variable, string expected)
    {
        var node = ExprNode.Parse(text);
        var reference = ExprNode.Parse(expected);
        foreach (var mode in Enum.GetValues<DifferentiationMode>())
        {
            Assert.True(ExpressionComparison.Compare(reference, node.Differentiate(variable, mode)).Equal, $"{mode}: {node.Differentiate(variable, mode)}");
        }

        Assert.Equal(expected, node.Differentiate(variable).Simplify(SimplificationRule.Textbook).ToString());
    }

    [Fact]
    public void The_rules_of_the_lab_apply_within_the_arguments() =>
        Assert.Equal("(0 * x + 2 * 1) * f'1(2 * x, 3)", ExprNode.Parse("f(2*x, 3)").Differentiate("x", DifferentiationMode.Forward).ToString());

    [Fact]
    public void Derivatives_of_higher_order_follow_one_another()
    {
        var node = ExprNode.Parse("phi(2*x)");
        for (var order = 1; order <= 6; order++)
        {
            node = node.Differentiate("x").Simplify();
            Assert.Equal($"{1 << order} * phi{new string('\'', order)}(2 * x)", node.ToString());
        }
    }

    [Fact]
    public void Mixed_derivatives_do_not_depend_on_the_order()
    {
        var node = ExprNode.Parse("g(x, y, z)");
        var orders = new[] { "xyz", "xzy", "yxz", "yzx", "zxy", "zyx" };
        Assert.All(orders, order => Assert.Equal("g'123(x, y, z)", order.Aggregate(node, static (derivative, variable) => derivative.Differentiate(variable.ToString()).Simplify()).ToString()));
        var hessian = ExprNode.Parse("f(x, y)").Hessian();
        Assert.Same(hessian[0, 1].Operation, hessian[1, 0].Operation);
        Assert.Equal(["f'11(x, y)", "f'12(x, y)", "f'12(x, y)", "f'22(x, y)"], hessian.Cast<ExprNode>().Select(static entry => entry.Simplify().ToString()));
    }

    [Fact]
    public void Derivations_show_the_chain_rule_with_the_name_of_the_function()
    {
        var steps = ExprNode.Parse("act: function; act(x*y, x)").DifferentiateByStep("x");
        Assert.Equal("chain rule: act(u, v)' = u' * act'1(u, v) + v' * act'2(u, v)", steps[0].Rule);
        Assert.Equal("d/dx [act(x * y, x)]", steps[0].BeforeText);
        Assert.Equal("d/dx [x * y] * act'1(x * y, x) + d/dx [x] * act'2(x * y, x)", steps[0].AfterText);
        Assert.Equal(ExprNode.Parse("act: function; y*act'1(x*y, x) + act'2(x*y, x)"), steps[^1].Whole);
    }

    [Fact]
    public void Simplifying_collects_calls_as_it_does_variables()
    {
        Assert.Equal("3 * phi(z)", ExprNode.Parse("2*phi(z) + phi(z)").Simplify().ToString());
        Assert.Equal("phi(x)^2", ExprNode.Parse("phi(x)*phi(x + 0)").Simplify().ToString());
        Assert.Equal("0", ExprNode.Parse("f(x*1, y) - f(x, y)").Simplify().ToString());
        Assert.Equal("phi(0) + phi(6)", ExprNode.Parse("phi(0) + phi(2*3)").Simplify().ToString());
        Assert.Equal("f(y, x) - f(x, y)", ExprNode.Parse("f(y, x) - f(x, y)").Simplify().ToString());
        Assert.Equal("phi(x)^2 - 1", ExprNode.Parse("(phi(x) + 1)*(phi(x) - 1)").Simplify(SimplificationRule.Expand).ToString());
    }

    [Fact]
    public void Simplified_expressions_with_definitions_have_the_values_of_the_originals() => RandomFunctions.Smooth.Check(300, 14, static node =>
    {
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable, SimplificationRule.Textbook, SimplificationRule.Lab }) AssertSameValues(Defined(node), Defined(node.Simplify(rule)));
    });

    [Fact]
    public void Derivatives_with_definitions_are_derivatives_of_expressions_with_definitions() => RandomFunctions.Smooth.Check(300, 10, static node =>
    {
        foreach (var variable in RandomExpressions.Names)
        {
            var expected = Defined(node).Differentiate(variable);
            foreach (var mode in Enum.GetValues<DifferentiationMode>()) AssertSameValues(expected, Defined(node.Differentiate(variable, mode)));
        }
    });

    [Theory]
    [InlineData("phi'(z)", "phi", "z => tanh(z)", "sech2(z)")]
    [InlineData("phi'(z)", "phi", "sigmoid", "dsigmoid(z)")]
    [InlineData("phi''(2*z)", "phi", "u => u^4", "12*(2*z)^2")]
    [InlineData("f'12(x, y)", "f", "(p, q) => p^2*q^3", "6*x*y^2")]
    [InlineData("f(y, x)", "f", "(x, y) => x - 2*y", "y - 2*x")]
    [InlineData("f(x, y, z)", "f", "(x, y, z) => if(x, y, z)", "if(x, y, z)")]
    [InlineData("f(x, y)", "f", "max", "max(x, y)")]
    [InlineData("phi(phi(x))", "phi", "x => x^2 + a", "(x^2 + a)^2 + a")]
    [InlineData("phi(x) + a", "phi", "x => 3", "3 + a")]
    public void A_definition_takes_the_place_of_its_function_and_its_derivatives(string text, string name, string definition, string expected)
    {
        var resolved = Definitions((name, definition)).Resolve(ExprNode.Parse(text));
        Assert.Empty(resolved.Functions);
        Assert.True(ExpressionComparison.Compare(ExprNode.Parse(expected), resolved).Equal, resolved.ToString());
    }

    [Fact]
    public void Definitions_may_use_one_another_in_any_order()
    {
        var expected = ExprNode.Parse("exp(2*x)^2 + exp(2*x)");
        (string, string)[] all = [("f", "x => g(2*x)"), ("g", "u => act(u)^2 + act(u)"), ("act", "exp")];
        foreach (var order in new int[][] { [0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0] })
        {
            Assert.Equal(expected, Definitions([.. order.Select(i => all[i])]).Resolve(ExprNode.Parse("f(x)")));
        }
    }

    [Fact]
    public void A_function_without_one_among_definitions_stays() =>
        Assert.Equal("g(x) + tanh(x)", Definitions(("f", "tanh")).Resolve(ExprNode.Parse("g(x) + f(x)")).ToString());

    [Theory]
    [InlineData("phi -> phi", "phi", "z => phi(z - 1)")]
    [InlineData("phi -> phi", "phi", "z => phi'(z)")]
    [InlineData("f -> g -> f", "f", "x => g(x)", "g", "x => f(x)")]
    [InlineData("f -> h -> g -> f", "g", "x => f(x)", "f", "x => h(x)", "h", "x => x*g'(x)")]
    [InlineData("g -> h -> g", "f", "x => g(x) + h(x)", "g", "x => h(x)", "h", "x => g(x)")]
    public void A_definition_that_needs_itself_is_refused_with_the_circle(string circle, params string[] pairs)
    {
        var definitions = pairs.Chunk(2).Select(static pair => (pair[0], pair[1])).ToArray();
        var error = Assert.Throws<AutodiffException>(() => Definitions(definitions));
        Assert.Equal("FunctionInvalid", error.ErrorId);
        var names = circle.Split(" -> ")[1..];

        // Where it is begun depends on the order.
        Assert.Contains(names.Select((_, i) => string.Join(" -> ", [.. names[i..], .. names[..i], names[i]])), way => error.Message.Contains($"needs itself: {way}. A function", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("phi", "x^2", "FunctionInvalid", "does not name the argument")]
    [InlineData("phi", "", "FunctionInvalid", "does not name the argument")]
    [InlineData("phi", "=> 2", "FunctionInvalid", "'' cannot be a parameter")]
    [InlineData("phi", "(x, x) => x", "FunctionInvalid", "names a parameter twice")]
    [InlineData("phi", "(a, b, c, d) => a", "FunctionInvalid", "has 4 parameters")]
    [InlineData("phi", "2 => 2", "FunctionInvalid", "'2' cannot be a parameter")]
    [InlineData("phi", "pi => 2", "FunctionInvalid", "'pi' cannot be a parameter")]
    [InlineData("phi", "z => z +", "ExpressionSyntax", "The definition of 'phi' is not an expression.")]
    [InlineData("phi", "z => sine(z)", "OperationUnknown", "Write sin(x).")]
    [InlineData("tanh", "z => z", "FunctionInvalid", "'tanh' is an operation")]
    [InlineData("a b", "z => z", "FunctionInvalid", "'a b' cannot be the name")]
    public void What_is_not_a_definition_is_refused(string name, string text, string id, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => FunctionDefinition.Parse(name, text, [], CancellationToken.None));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phi(z)", "(x, y) => x*y", "has 1 argument in the expression and 2 in its definition '(x, y) => x * y'")]
    [InlineData("phi'1(y, z)", "tanh", "has 2 arguments in the expression and 1 in its definition 'x => tanh(x)'")]
    public void A_definition_with_another_number_of_arguments_is_refused(string text, string definition, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => Definitions(("phi", definition)).Resolve(ExprNode.Parse(text)));
        Assert.Equal("ArgumentCount", error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phi(z)")]
    [InlineData("phi(2) + z")]
    [InlineData("z*f'12(z, 1)")]
    public void What_has_no_definition_has_no_value(string text)
    {
        var node = ExprNode.Parse(text);
        var error = Assert.Throws<AutodiffException>(() => CompiledExpression.Compile([node]));
        Assert.Equal("FunctionUndefined", error.ErrorId);
        Assert.Contains($"The function '{node.Functions[0]}' has no definition", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_that_is_large_is_put_in_without_recursion_and_in_linear_time()
    {
        var body = ExprNode.Variable("x");
        for (var i = 0; i < 100_000; i++) body = ExprNode.Sin(body) + 1;
        var call = ExprNode.Function("f", ExprNode.Variable("x"));
        for (var i = 0; i < 100_000; i++) call = ExprNode.Cos(call) * 2;
        SmallStack.Run(() => Assert.Equal(body.NodeCount + call.NodeCount - 2, new FunctionDefinitions([FunctionDefinition.Of("f", ["x"], body)], CancellationToken.None).Resolve(call).NodeCount));
    }

    [Fact]
    public void A_chain_of_definitions_is_put_in_order_without_recursion()
    {
        const int count = 20_000;
        var definitions = Enumerable.Range(0, count).Select(static i => FunctionDefinition.Of(
            $"f{i}",
            ["x"],
            i + 1 < count ? ExprNode.Function($"f{i + 1}", ExprNode.Variable("x")) : ExprNode.Parse("x + 1"))).ToArray();
        SmallStack.Run(() => Assert.Equal("x + 1", new FunctionDefinitions(definitions, CancellationToken.None).Resolve(ExprNode.Function("f0", ExprNode.Variable("x"))).ToString()));
    }

    private static FunctionDefinitions Definitions(params (string Name, string Text)[] definitions) => new(
        [.. definitions.Select(definition => FunctionDefinition.Parse(definition.Name, definition.Text, definitions.Select(static other => other.Name), CancellationToken.None))],
        CancellationToken.None);

    private static ExprNode Defined(ExprNode node) => RandomFunctions.Definitions.Resolve(node).Resolve(new Dictionary<string, ExprNode> { ["a"] = 0.7 });

    private static void AssertSameValues(ExprNode expected, ExprNode actual)
    {
        var both = CompiledExpression.Compile([expected, actual], RandomExpressions.Names);
        Span<double> values = stackalloc double[2];
        foreach (var point in new double[][] { [0.3, -1.1, 0.6], [-0.4, 0.2, 1.3], [1.2, 0.9, -0.5] })
        {
            both.Evaluate(point, values);
            Assert.True(Math.Abs(values[0] - values[1]) <= 1e-9 * (1 + Math.Abs(values[0])), $"{values[0]} and {values[1]} at {string.Join(", ", point)}");
        }
    }
}
