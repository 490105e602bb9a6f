using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Text that is no expression: the error has a stable id, names the column and puts a caret under the place.</summary>
public sealed class SyntaxErrorTests
{
    [Theory]
    [InlineData("", 1, "the text is empty")]
    [InlineData("   ", 4, "the text is empty")]
    [InlineData("x +", 4, "the text ends here; expected a number, a name")]
    [InlineData("x + * y", 5, "unexpected '*'")]
    [InlineData("* x", 1, "unexpected '*'")]
    [InlineData("x y", 3, "unexpected 'y'; expected an operator")]
    [InlineData("2x", 2, "unexpected 'x'; expected an operator")]
    [InlineData("x 2", 3, "unexpected '2'")]
    [InlineData("(x + y", 7, "expected ')' for the '(' opened at column 1")]
    [InlineData("2 * (x + (y", 12, "expected ')' for the '(' opened at column 10")]
    [InlineData("x + y)", 6, "closes nothing")]
    [InlineData("()", 2, "unexpected ')'")]
    [InlineData("exp()", 5, "unexpected ')'")]
    [InlineData("exp(x", 6, "expected ')'")]
    [InlineData("max(x,)", 7, "unexpected ')'")]
    [InlineData("max(,x)", 5, "unexpected ','")]
    [InlineData("(x, y)", 3, "separates the arguments of a function")]
    [InlineData("x, y", 2, "unexpected ','")]
    [InlineData("x $ y", 3, "'$'")]
    [InlineData("$x", 1, "'$'")]
    [InlineData("x + \"y\"", 5, "'\"'")]
    [InlineData("x**2", 3, "unexpected '*'")]
    [InlineData("+x", 1, "unexpected '+'")]
    [InlineData("x = 2", 6, "expected ';'")]
    [InlineData("2 = x", 3, "unexpected '='")]
    [InlineData("t = x; t = y; t", 8, "bound already")]
    [InlineData("pi = 3; pi", 1, "'pi'")]
    [InlineData("t = x;", 7, "the text ends here")]
    [InlineData("t = ; t", 5, "unexpected ';'")]
    [InlineData("x; y", 2, "unexpected ';'")]
    [InlineData("x(y)(z)", 1, "no operation 'x'")]
    [InlineData("1.2.3", 4, "unexpected '.3'")]
    [InlineData("1..2", 3, "unexpected '.2'")]
    [InlineData("1e", 2, "unexpected 'e'")]
    [InlineData("x == y", 4, "unexpected '='")]
    [InlineData("exp x", 5, "unexpected 'x'")]
    [InlineData("x,5 + 1", 2, "unexpected ','")]
    public void Syntax_errors_name_the_column(string text, int column, string problem)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
        Assert.StartsWith($"Column {column}: ", error.Message, StringComparison.Ordinal);
        if (!problem.StartsWith("no operation", StringComparison.Ordinal)) Assert.Equal("ExpressionSyntax", error.ErrorId);
        Assert.Equal(text, error.Text);
        AssertCaret(error);
    }

    [Theory]
    [InlineData("foo(x)", 1, "OperationUnknown", "no operation 'foo'")]
    [InlineData("2 + Exp(x)", 5, "OperationUnknown", "Did you mean 'exp'?")]
    [InlineData("2 + LOG(x)", 5, "OperationUnknown", "Did you mean 'log'?")]
    [InlineData("2 (x)", 3, "ExpressionSyntax", "unexpected '('")]
    [InlineData("pi(x)", 1, "OperationUnknown", "no operation 'pi'")]
    [InlineData("const(1)", 1, "OperationUnknown", "no operation 'const'")]
    [InlineData("var(x)", 1, "OperationUnknown", "no operation 'var'")]
    [InlineData("1 + exp(x, y)", 5, "ArgumentCount", "'exp' takes 1 argument, not 2")]
    [InlineData("max(x)", 1, "ArgumentCount", "'max' takes 2 arguments, not 1")]
    [InlineData("select(x, y)", 1, "ArgumentCount", "'select' takes 3 arguments, not 2")]
    [InlineData("exp(max(x, y, z))", 5, "ArgumentCount", "'max' takes 2 arguments, not 3")]
    [InlineData("exp(a, b, c, d, e, f)", 1, "ArgumentCount", "'exp' takes 1 argument, not 6")]
    [InlineData("x + 1e999", 5, "ConstantNotFinite", "too large")]
    [InlineData("-1e999", 2, "ConstantNotFinite", "too large")]
    public void Other_errors_in_text_have_ids_of_their_own(string text, int column, string errorId, string problem)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(column, error.Column);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        AssertCaret(error);
    }

    [Fact]
    public void A_long_text_is_shown_around_the_error_only()
    {
        var text = string.Join(" + ", Enumerable.Repeat("x", 1000)) + " + ? + " + string.Join(" + ", Enumerable.Repeat("y", 1000));
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Equal(text.IndexOf('?', StringComparison.Ordinal) + 1, error.Column);
        Assert.True(error.Message.Length < 300);
        AssertCaret(error);
    }

    [Fact]
    public void Line_breaks_and_tabs_do_not_move_the_caret()
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse("x +\n\ty $ z"));
        Assert.Equal(8, error.Column);
        AssertCaret(error);
    }

    [Fact]
    public void No_text_at_all_is_refused() => Assert.Throws<ArgumentNullException>(() => ExprNode.Parse(null!));

    [Fact]
    public void Every_prefix_of_an_expression_is_read_or_refused_with_a_column_inside_it()
    {
        const string text = "t1 = max(-x^2, 3.5e-2 * (y + pi)); select(less(t1, 0), -t1 / 2, t1)";
        Assert.Equal(["x", "y"], ExprNode.Parse(text).Variables);
        for (var length = 0; length < text.Length; length++) AssertReadOrRefused(text[..length]);
        for (var position = 0; position < text.Length; position++) AssertReadOrRefused(text.Remove(position, 1));
        foreach (var c in "+-*/^(),;=. x1e$")
        {
            for (var position = 0; position < text.Length; position++) AssertReadOrRefused(text.Insert(position, c.ToString()));
        }
    }

    private static void AssertReadOrRefused(string text)
    {
        try
        {
            Assert.NotNull(ExprNode.Parse(text));
        }
        catch (ExpressionSyntaxException error)
        {
            Assert.InRange(error.Column, 1, text.Length + 1);
            AssertCaret(error);
        }
    }

    private static void AssertCaret(ExpressionSyntaxException error)
    {
        var lines = error.Message.Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
        var caret = lines[2].IndexOf('^', StringComparison.Ordinal);
        Assert.Equal(caret, lines[2].Length - 1);
        if (error.Column > error.Text.Length)
        {
            Assert.Equal(lines[1].Length, caret);
        }
        else
        {
            var c = error.Text[error.Column - 1];
            Assert.Equal(char.IsControl(c) ? ' ' : c, lines[1][caret]);
        }
    }
}
