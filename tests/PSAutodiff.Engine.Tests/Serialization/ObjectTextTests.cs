using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Serialization;
using Xunit;

namespace PSAutodiff.Tests;

public sealed class ObjectTextTests
{
    private static readonly string[] Names = ["x", "y", "z", "q"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradients_Hessians_and_Jacobians_of_random_expressions_come_back(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 100; run++)
        {
            var first = ExprNode.Parse($"x^{random.Next(4)}*sin(y*{random.Next(5)}) + x/(z + {random.Next(9)})");
            var second = ExprNode.Parse($"exp(x*z) - {random.Next(7)}*y");
            string[] variables = [.. Names.OrderBy(_ => random.Next()).Take(random.Next(5))];
            foreach (var value in new object[]
            {
                DerivativeObjects.Gradient(first, variables, DifferentiationMode.Auto, tidy: null),
                DerivativeObjects.Hessian(first, variables, tidy: null),
                DerivativeObjects.Jacobian([first, second], variables, DifferentiationMode.Auto, tidy: null),
            })
            {
                var back = ObjectText.Read(ObjectText.Write(value), value.GetType());
                Assert.Equal(DerivativeObjects.NodesOf(value), DerivativeObjects.NodesOf(back));
                Assert.Equal(value.ToString(), back.ToString());
                Assert.Equal(ObjectText.Write(value), ObjectText.Write(back));
            }
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(4000)]
    public void The_text_of_a_gradient_is_linear_in_what_its_derivatives_share(int size)
    {
        // Each derivative holds the whole product but one factor.
        var product = ExprNode.Parse(string.Join("*", Enumerable.Range(0, size).Select(static i => $"x{i}")));
        var gradient = DerivativeObjects.Gradient(product, product.Variables, DifferentiationMode.Auto, tidy: null);
        var text = ObjectText.Write(gradient);
        Assert.InRange(text.Length, size, 200 * size);
        var back = (ExprGradient)ObjectText.Read(text, typeof(ExprGradient));
        Assert.Equal(product, back.Expression);
        Assert.Equal(size, back.Count);
    }

    [Fact]
    public void A_deep_graph_in_a_gradient_needs_no_stack() => SmallStack.Run(() =>
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 200_000; i++) node = ExprNode.Variable("x") - node;
        var gradient = DerivativeObjects.Gradient(node, ["x"], DifferentiationMode.Auto, tidy: null);
        var back = (ExprGradient)ObjectText.Read(ObjectText.Write(gradient), typeof(ExprGradient));
        Assert.Equal(node, back.Expression);
        Assert.Equal(gradient["x"], back["x"]);
    });

    [Theory]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\",\"2\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"],[\"2\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"]],\"secondDerivatives\":[[\"0\",\"0\"]]}")]
    [InlineData("{\"variables\":[\"x\",\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\",\"1\"]]}")]
    [InlineData("{\"variables\":[null],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[null]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1)\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"\",\"expressions\":[\"x), 2\"],\"firstDerivatives\":[[\"1\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":\"t1 = \",\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"bindings\":null,\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"expressions\":[\"x\"],\"firstDerivatives\":[[\"1\"]]}")]
    [InlineData("{\"variables\":[\"x\"],\"rows\":1,\"nodes\":\"less(x, 1)\"}")]
    public void A_text_that_holds_no_gradients_is_an_error(string text)
    {
        foreach (var type in new[] { typeof(ExprGradient), typeof(ExprHessian), typeof(ExprJacobian) })
        {
            Assert.ThrowsAny<Exception>(() => ObjectText.Read(text, type));
            Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => ObjectText.Read(text, type)).ErrorId);
        }
    }

    [Theory]
    [InlineData(typeof(ExprGradient), "{\"variables\":[\"x\",\"y\"],\"bindings\":\"t1 = x^2; \",\"expressions\":[\"t1 * y\"],\"firstDerivatives\":[[\"2 * x * y\",\"t1\"]]}")]
    [InlineData(typeof(ExprHessian), "{\"variables\":[\"x\",\"y\"],\"bindings\":\"t1 = x^2; t2 = 2 * x; \",\"expressions\":[\"t1 * y\"],\"firstDerivatives\":[[\"t2 * y\",\"t1\"]],\"secondDerivatives\":[[\"2 * y\",\"t2\"],[\"t2\",\"0\"]]}")]
    [InlineData(typeof(ExprJacobian), "{\"variables\":[\"x\",\"y\"],\"bindings\":\"t1 = x^2; \",\"expressions\":[\"t1 * y\",\"x + sin(y)\"],\"firstDerivatives\":[[\"2 * x * y\",\"t1\"],[\"1\",\"cos(y)\"]]}")]
    public void The_text_of_derivatives_is_written_for_people(Type type, string text)
    {
        var (first, second) = (ExprNode.Parse("x^2 * y"), ExprNode.Parse("x + sin(y)"));
        string[] variables = ["x", "y"];
        object value = type == typeof(ExprGradient) ? DerivativeObjects.Gradient(first, variables, DifferentiationMode.Auto, tidy: null)
            : type == typeof(ExprHessian) ? DerivativeObjects.Hessian(first, variables, tidy: null)
            : DerivativeObjects.Jacobian([first, second], variables, DifferentiationMode.Auto, tidy: null);
        Assert.Equal(text, ObjectText.Write(value));
    }

    [Theory]
    [InlineData(0.1, -0.0)]
    [InlineData(double.NaN, double.NegativeInfinity)]
    [InlineData(5e-324, double.MaxValue)]
    public void Numbers_come_back_to_the_bit(double one, double other)
    {
        var check = new DerivativeCheck("ä\u2028\"", one, other, 1, 2, 3, false, null);
        var back = (DerivativeCheck)ObjectText.Read(ObjectText.Write(check), typeof(DerivativeCheck));
        Assert.Equal(BitConverter.DoubleToInt64Bits(one), BitConverter.DoubleToInt64Bits(back.Derivative));
        Assert.Equal(BitConverter.DoubleToInt64Bits(other), BitConverter.DoubleToInt64Bits(back.Difference));
        Assert.Equal(check, back);
    }

    [Fact]
    public void A_function_calls_alike_and_is_refused_with_arguments_that_it_lacks()
    {
        var function = new CompiledFunction(ExprNode.Parse("x^2*y"), ["y", "x"], gradient: true);
        var back = (CompiledFunction)ObjectText.Read(ObjectText.Write(function), typeof(CompiledFunction));
        Assert.Equal(18.0, back.Invoke(2.0, 3.0));
        Assert.Equal(12.0, back.InvokeGradient(2, 3)["x"]);
        Assert.True(back.HasGradient);
        foreach (var variables in new[] { "[\"x\"]", "[\"x\",\"y\",\"x\"]", "[\"x\",\"y\",\"\"]", "null" })
        {
            var text = $"{{\"expression\":\"x*y\",\"hasGradient\":false,\"variables\":{variables}}}";
            Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => ObjectText.Read(text, typeof(CompiledFunction))).ErrorId);
        }
    }

    [Fact]
    public void Every_step_of_a_derivation_comes_back_by_itself()
    {
        var steps = ExprNode.Parse("x^2*sin(x)/y + 0*x").DifferentiateByStep("x");
        Assert.True(steps.Count > 5);
        foreach (var step in steps)
        {
            var back = (DerivationStep)ObjectText.Read(ObjectText.Write(step), typeof(DerivationStep));
            Assert.Equal(step.ToString(), back.ToString());
            Assert.Equal((step.Before, step.After, step.Whole, step.WholeText), (back.Before, back.After, back.Whole, back.WholeText));
            Assert.Equal((step.Expression, step.Variable, step.Heading), (back.Expression, back.Variable, back.Heading));
        }
    }

    [Theory]
    [InlineData("{\"elementType\":\"Byte\",\"dimensions\":[2,3],\"content\":\"AAEC\"}")]
    [InlineData("{\"elementType\":\"Double\",\"dimensions\":[2147483647,2147483647,4],\"content\":\"\"}")]
    [InlineData("{\"elementType\":\"Byte\",\"dimensions\":[],\"content\":\"AA==\"}")]
    [InlineData("{\"elementType\":\"Byte\",\"dimensions\":[-1,-1],\"content\":\"AA==\"}")]
    [InlineData("{\"elementType\":\"Byte\",\"dimensions\":[0],\"content\":\"\"}")]
    public void Sizes_that_the_content_does_not_have_are_refused(string text) =>
        Assert.Equal("ObjectText", Assert.Throws<AutodiffException>(() => ObjectText.Read(text, typeof(IdxData))).ErrorId);
}
