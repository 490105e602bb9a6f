using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Functions without definitions in text: what needs a declaration, what every format writes, and what is refused.</summary>
public sealed class FunctionTextTests
{
    [Theory]
    [InlineData("phi(z)", "phi(z)")]
    [InlineData("2phi'(z) + f'12(x, y)", "2 * phi'(z) + f'12(x, y)")]
    [InlineData("φ(x)*Φ''(x)^2", "φ(x) * Φ''(x)^2")]
    [InlineData("act: function; act(z)", "act: function; act(z)")]
    [InlineData("act:function;act''(z)+act(1)", "act: function; act''(z) + act(1)")]
    [InlineData("b: function; a : function ;t = a(x); t*b(t)", "a: function; b: function; a(x) * b(a(x))")]
    [InlineData("t = x; act: function; act(t)", "act: function; act(x)")]
    [InlineData("phi: function; phi(phi)", "phi: function; phi(phi)")]
    [InlineData("function: function; function(function)", "function: function; function(function)")]
    [InlineData("phi: function; phi(z)", "phi(z)")]
    [InlineData("unused: function; x", "x")]
    [InlineData("f = x^2; f*3", "x^2 * 3")]
    [InlineData("f(x, y, 2)^2 - -h(1)", "f(x, y, 2)^2 - (-h(1))")]
    [InlineData("${f'} + f'(x)", "${f'} + f'(x)")]
    public void Text_is_read_and_written_back(string text, string written)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(written, node.ToString());
        Assert.Equal(node, ExprNode.Parse(written));
    }

    [Theory]
    [InlineData("act(z)", 1, "OperationUnknown", "there is no operation 'act'. If a product is meant, write 'act*(...)'. If a function is meant that has no definition, declare it: 'act: function; act(...)'.")]
    [InlineData("x(y)", 1, "OperationUnknown", "If a product is meant, write 'x*(...)'.")]
    [InlineData("sine(x)", 1, "OperationUnknown", "Write sin(x).")]
    [InlineData("tahn(x)", 1, "OperationUnknown", "Did you mean 'tanh'?")]
    [InlineData("gain: function; gian(x)", 17, "OperationUnknown", "Did you mean 'gain'?")]
    [InlineData("phi + phi(z)", 7, "OperationUnknown", "'phi' is a variable here, so 'phi(...)' can be read in two ways.")]
    [InlineData("f(x) + f", 1, "OperationUnknown", "'f' is a variable here")]
    [InlineData("f = x; f(2)", 8, "OperationUnknown", "If a product is meant, write 'f*(...)'.")]
    [InlineData("phi(z) + phi(x, y)", 10, "ArgumentCount", "'phi' is a function with 1 argument in one place and 2 in another")]
    [InlineData("f(x, y) + f'(x)", 11, "ArgumentCount", "'f' is a function with 2 arguments in one place and 1 in another")]
    [InlineData("t = f(x, y); f(t)", 14, "ArgumentCount", "2 arguments in one place and 1 in another")]
    [InlineData("f(x, y, z, w)", 1, "ArgumentCount", "takes at most 3 arguments, not 4")]
    [InlineData("phi'1(x)", 1, "ArgumentCount", "each prime stands for one derivative, as in phi''(x)")]
    [InlineData("f'(x, y)", 1, "ArgumentCount", "as in f'12(x, y)")]
    [InlineData("f'4(x, y, z)", 1, "ArgumentCount", "as in f'12(x, y, z)")]
    [InlineData("f()", 3, "ExpressionSyntax", "unexpected ')'")]
    [InlineData("sin'(x)", 1, "ExpressionSyntax", "differentiate sin(...) instead")]
    [InlineData("x' + 1", 1, "ExpressionSyntax", "'x'' is the derivative of a function without its arguments: write x'(x), or ${x'}")]
    [InlineData("x' = 2; x", 1, "ExpressionSyntax", "the derivative of a function without its arguments")]
    [InlineData("phi′(z)", 4, "ExpressionSyntax", "is written with ', as in phi'(z)")]
    [InlineData("a : b", 5, "ExpressionSyntax", "expected 'function' after 'a:'")]
    [InlineData("a: Function; a(x)", 4, "ExpressionSyntax", "expected 'function' after 'a:'")]
    [InlineData("act: function act(x)", 15, "ExpressionSyntax", "expected ';' after the declaration 'act: function'")]
    [InlineData("x + act: function; act(x)", 8, "ExpressionSyntax", "a declaration such as 'act: function;' stands at the beginning")]
    [InlineData("sin: function; sin(x)", 1, "ExpressionSyntax", "'sin' is an operation and cannot be declared as a function")]
    [InlineData("ln: function; ln(x)", 1, "ExpressionSyntax", "'ln' is an operation")]
    [InlineData("pi: function; pi(x)", 1, "ExpressionSyntax", "'pi' cannot be the name of a function")]
    [InlineData("var: function; var(x)", 1, "ExpressionSyntax", "'var' cannot be the name of a function")]
    [InlineData("${act}: function; act(x)", 1, "ExpressionSyntax", "braces are for variables")]
    [InlineData("act': function; act(x)", 1, "ExpressionSyntax", "'act'' cannot be the name of a function")]
    [InlineData("t = 1; t: function; t(x)", 8, "ExpressionSyntax", "'t' is bound already and cannot be a function")]
    [InlineData("t: function; t = 1; t", 14, "ExpressionSyntax", "'t' is declared as a function and cannot be bound")]
    public void What_cannot_be_meant_is_refused_where_it_stands(string text, int column, string id, string says)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Equal((id, column), (error.ErrorId, error.Column));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_that_reads_back_does_so_to_an_equal_expression() => RandomFunctions.Everyday.Check(400, 30, static node =>
    {
        foreach (var format in new[] { ExprTextFormat.Let, ExprTextFormat.Infix, ExprTextFormat.Lab })
        {
            if (format != ExprTextFormat.Let && node.NodeCount > 20) continue;
            var back = ExprNode.Parse(node.ToText(format));
            Assert.Equal(node, back);
            Assert.Equal(node.GetHashCode(), back.GetHashCode());
            Assert.Equal(node.Functions, back.Functions);
        }

        Assert.Equal(node, ExprNode.ParseJson(node.ToJson()));
    });

    [Fact]
    public void What_operators_put_together_wrongly_is_still_shown()
    {
        var mixed = ExprNode.Parse("phi(z)") + ExprNode.Parse("phi(z, y)");
        Assert.Equal("phi(z) + phi(z, y)", mixed.ToString());
        Assert.Equal("ArgumentCount", Assert.Throws<AutodiffException>(() => mixed.Differentiate("z")).ErrorId);
    }

    [Fact]
    public void The_names_of_shared_parts_are_not_those_of_functions()
    {
        var node = ExprNode.Parse("t1: function; t1(x*y)*t1(x*y + t2)*(x*y)");
        Assert.Equal("t1: function; t3 = x * y; t1(t3) * t1(t3 + t2) * t3", node.ToText(ExprTextFormat.Let));
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_with_its_declarations()
    {
        var name = new string('a', 500);
        var node = ExprNode.Function(name, ExprNode.Variable("x"));
        Assert.Equal(240 + "... [#00000000]".Length, node.ToString().Length);
        Assert.StartsWith(name + ": function; " + name + "(x)", node.ToText(ExprTextFormat.Infix), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phi(z)", @"\phi\left(z\right)")]
    [InlineData("phi'''(z)", @"\phi'''\left(z\right)")]
    [InlineData("phi''''(z)", @"\phi^{(4)}\left(z\right)")]
    [InlineData("f'12(x, y)^2", @"f^{(1,1)}\left(x, y\right)^{2}")]
    [InlineData("f(x, y, z)", @"f\left(x, y, z\right)")]
    [InlineData("f12: function; f12(x, y)", @"f_{12}\left(x, y\right)")]
    [InlineData("act: function; act'(w_1)", @"\mathit{act}'\left(w_{1}\right)")]
    [InlineData("φ'(z)", @"{\varphi}'\left(z\right)")]
    [InlineData("φ(z) + phi(z)", @"{\varphi}\left(z\right) + \mathit{phi}\left(z\right)")]
    public void Latex_writes_names_as_those_of_variables_and_derivatives_with_primes_or_orders(string text, string latex) =>
        Assert.Equal(latex, ExprNode.Parse(text).ToText(ExprTextFormat.Latex));

    [Theory]
    [InlineData("phi(z)", "<mi>ϕ</mi>")]
    [InlineData("phi''(z)", "<msup><mi>ϕ</mi><mo>′′</mo></msup>")]
    [InlineData("f'122(x, y)", "<msup><mi>f</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mn>2</mn><mo>)</mo></mrow></msup>")]
    [InlineData("f1: function; f1'(z)", "<msup><msub><mi>f</mi><mn>1</mn></msub><mo>′</mo></msup>")]
    public void MathML_writes_them_too(string text, string function)
    {
        var node = ExprNode.Parse(text);
        var arguments = node.Arguments.Count == 1 ? "<mi>z</mi>" : "<mi>x</mi><mo>,</mo><mi>y</mi>";
        Assert.Contains($"<mrow>{function}<mo>\u2061</mo><mrow><mo>(</mo>{arguments}<mo>)</mo></mrow></mrow>", node.ToText(ExprTextFormat.MathML), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExprTextFormat.CSharp)]
    [InlineData(ExprTextFormat.Python)]
    [InlineData(ExprTextFormat.PyTorch)]
    [InlineData(ExprTextFormat.PowerShell)]
    public void Programs_cannot_be_written_without_a_definition(ExprTextFormat format)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse("act: function; x + act'(2)").ToText(format));
        Assert.Equal("FunctionUndefined", error.ErrorId);
        Assert.Contains("The function 'act' has no definition", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trees_and_drawings_show_the_name()
    {
        var node = ExprNode.Parse("f'12(x, y)");
        Assert.Equal("f'12\n├─ x\n└─ y", node.ToText(ExprTextFormat.Tree));
        Assert.Contains("[label=\"f'12\", peripheries=2]", node.ToText(ExprTextFormat.Dot), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"op":"function","name":"sin","args":[0]}""", "'sin' is an operation")]
    [InlineData("""{"op":"function","name":"a b","args":[0]}""", "'a b' cannot be the name of a function")]
    [InlineData("""{"op":"function","name":"","args":[0]}""", "'' is not a name")]
    [InlineData("""{"op":"function","name":"'","args":[0]}""", "'' cannot be the name of a function")]
    [InlineData("""{"op":"function","name":"f'1","args":[0]}""", "each prime stands for one derivative")]
    [InlineData("""{"op":"function","name":"f","args":[]}""", "")]
    [InlineData("""{"op":"function","name":"f","args":[0,0,0,0]}""", "")]
    [InlineData("""{"op":"function","args":[0]}""", "name")]
    [InlineData("""{"op":"function","name":"f"}""", "args")]
    [InlineData("""{"op":"function","name":"f","args":[0],"value":1}""", "nothing else")]
    [InlineData("""{"op":"function","name":"f","args":[0]},{"op":"function","name":"f'1","args":[0,0]}""", "'f' is a function with 1 argument in one place and 2 in another")]
    public void Json_that_is_not_a_function_is_refused(string nodes, string says)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.ParseJson($$"""{"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"var","name":"x"},{{nodes}}],"root":1}"""));
        Assert.Equal("ExpressionJson", error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_are_made_by_name()
    {
        var x = ExprNode.Variable("x");
        Assert.Equal(ExprNode.Parse("phi'(x)"), ExprNode.Apply("phi'", x));
        Assert.Equal(ExprNode.Parse("act: function; act'12(x, 2)"), ExprNode.Function("act'21", x, 2));
        Assert.Equal(["act"], ExprNode.Function("act'21", x, 2).Functions);
        Assert.Equal("OperationUnknown", Assert.Throws<AutodiffException>(() => ExprNode.Apply("act", x)).ErrorId);
        Assert.Equal("FunctionInvalid", Assert.Throws<AutodiffException>(() => ExprNode.Function("tanh", x)).ErrorId);
        Assert.Equal("FunctionInvalid", Assert.Throws<AutodiffException>(() => ExprNode.Function("", x)).ErrorId);
        Assert.Equal("ArgumentCount", Assert.Throws<AutodiffException>(() => ExprNode.Function("act''", x, x)).ErrorId);
        Assert.Equal("ArgumentCount", Assert.Throws<AutodiffException>(() => ExprNode.Function("act")).ErrorId);
    }
}
