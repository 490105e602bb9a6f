using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Text that is not an expression: the error has a stable id, names the column and puts a caret under the place.</summary>
public sealed class SyntaxErrorTests
{
    [Theory]
    [InlineData("", 1, "the text is empty")]
    [InlineData("   ", 4, "the text is empty")]
    [InlineData("x +", 4, "the text ends here; expected a number, a name")]
    [InlineData("x + * y", 5, "unexpected '*'")]
    [InlineData("* x", 1, "unexpected '*'")]
    [InlineData("x y", 3, "unexpected 'y'; expected an operator")]
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
    [InlineData("1e", 1, "'1e' can be read in two ways")]
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
    [InlineData("max(x)", 1, "ShapeMismatch", "'max' takes a vector or a matrix, not a number")]
    [InlineData("x[1]", 2, "ShapeMismatch", "a number has no elements")]
    [InlineData("select(x, y)", 1, "ArgumentCount", "'select' takes 3 arguments, not 2")]
    [InlineData("log(a, b, c)", 1, "ArgumentCount", "'log' takes 1 or 2 arguments, not 3")]
    [InlineData("if(a, b)", 1, "ArgumentCount", "'if' takes 3 arguments, not 2")]
    [InlineData("arcsin(x)", 1, "OperationUnknown", "Write asin(x).")]
    [InlineData("1 + sgn(x)", 5, "OperationUnknown", "Write sign(x).")]
    [InlineData("ARCTAN(x)", 1, "OperationUnknown", "Write atan(x).")]
    [InlineData("gamma(x)", 1, "OperationUnknown", "Write exp(lgamma(x))")]
    [InlineData("asinn(x)", 1, "OperationUnknown", "Did you mean 'asin'?")]
    [InlineData("a(b)", 1, "OperationUnknown", "no operation 'a'. If a product is meant, write 'a*(...)'.")]
    [InlineData("f = x; f(2)", 8, "OperationUnknown", "If a product is meant, write 'f*(...)'.")]
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

    [Theory]
    [InlineData("2e3x", 1, "'2e3*x'", "'2*e3x'")]
    [InlineData("1/2x", 3, "'/2 * x'", "'/(2*x)'")]
    [InlineData("1/2(x+1)", 3, "'/2 * (...)'", "'/(2*(...))'")]
    [InlineData("y/-2x", 4, "'/2 * x'", "'/(2*x)'")]
    [InlineData("2^3x", 3, "'^3 * x'", "'^(3*x)'")]
    [InlineData("x**2y", 4, "'^2 * y'", "'^(2*y)'")]
    [InlineData("√2x", 2, "'sqrt(2) * x'", "'sqrt(2*x)'")]
    [InlineData("2ex", 1, "'2*ex'", "'2e3'")]
    [InlineData("2exp(x)", 1, "'2*exp'", "'2e3'")]
    [InlineData("2Ex", 1, "'2*Ex'", "'2e3'")]
    [InlineData("1_000", 1, "'1*_000'", "without '_'")]
    [InlineData("0x1F", 1, "'0*x1F'", "decimal digits")]
    [InlineData("0b1", 1, "'0*b1'", "decimal digits")]
    [InlineData("2.x", 1, "'2.0*x'", "${...}")]
    [InlineData("x (y)", 1, "no operation 'x'", "'x*(...)'")]
    [InlineData("a < b < c", 7, "'a < b and b < c'", "'(a < b) < c'")]
    [InlineData("a <= b == c", 8, "'a <= b and b == c'", "'(a <= b) == c'")]
    [InlineData("|x|y|z|", 4, "abs(...)", "'|x|*y*|z|'")]
    [InlineData("not (a) + 1", 1, "'(not (...)) + ...'", "'not ((...) + ...)'")]
    [InlineData("not(a) < b", 1, "'(not (...)) < ...'", "'not ((...) < ...)'")]
    [InlineData("not(a)²", 1, "'(not (...)) ² ...'", "'not ((...) ² ...)'")]
    [InlineData("x²²", 3, "parentheses", "'^'")]
    [InlineData("πr", 1, "'pi*...'", "'${πr}'")]
    public void What_can_be_read_in_two_ways_is_refused_with_both(string text, int column, string one, string other)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Equal(column, error.Column);
        Assert.Contains(one, error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        AssertCaret(error);
    }

    [Theory]
    [InlineData("2 x", 3, "a product is written with '*', or without a blank, as in 2x")]
    [InlineData("(x)(y)", 4, "a product is written with '*'")]
    [InlineData("(x+1)(x-1)", 6, "as in '(...)*(...)'")]
    [InlineData("x<>3", 3, "that is written '!='")]
    [InlineData("x =< 3", 4, "that is written '<='")]
    [InlineData("x => 3", 4, "that is written '>='")]
    [InlineData("(x => 3)", 4, "that is written '>='")]
    [InlineData("x if c", 3, "write if(c, x, y)")]
    [InlineData("x – 3", 3, "a minus sign is written -")]
    [InlineData("(x) y", 5, "a product is written with '*'")]
    [InlineData("sin x", 5, "the function is written sin(x)")]
    [InlineData("sin²(x)", 5, "the power of a function is written sin(x)^2")]
    [InlineData("sin^2(x)", 5, "the power of a function is written sin(x)^2")]
    [InlineData("2|x|", 2, "a product with an absolute value is written with '*'")]
    [InlineData("x || y", 3, "between conditions write 'or'")]
    [InlineData("x && y", 3, "write and between conditions")]
    [InlineData("!x", 1, "write not x")]
    [InlineData("x!", 2, "exp(lgamma(x + 1))")]
    [InlineData("x % 2", 3, "write mod(x, y)")]
    [InlineData("x mod 2", 3, "write mod(x, y)")]
    [InlineData("x xor y", 3, "write (a or b) and not (a and b)")]
    [InlineData("x AND y", 3, "write 'AND' in small letters")]
    [InlineData("x gt y", 3, "write '>'")]
    [InlineData("x ? y : z", 3, "write if(c, x, y)")]
    [InlineData("2,5", 2, "numbers are written with a point, as 2.5")]
    [InlineData("(2,5)", 3, "numbers are written with a point, as 2.5")]
    [InlineData("x⁴", 2, "write powers other than ² and ³ with ^")]
    [InlineData("x÷y", 2, "write x / y")]
    [InlineData("Sepal.Length", 6, "is written in braces")]
    [InlineData("$x", 1, "names stand without it")]
    [InlineData("x = 2", 6, "to compare write '=='")]
    [InlineData("(x = 2)", 4, "to compare write '=='")]
    [InlineData("${x", 1, "expected '}'")]
    [InlineData("${a{b}", 4, "needs a backtick")]
    [InlineData("${a`b}", 4, "a backtick stands before")]
    [InlineData("1 + ${}", 5, "not a name for a variable")]
    [InlineData("${ }", 1, "not a name for a variable")]
    [InlineData("|x", 3, "expected '|' for the '|' opened at column 1")]
    [InlineData("(x|", 3, "expected ')' for the '(' opened at column 1")]
    [InlineData("exp(|x)", 7, "expected '|' for the '|' opened at column 5")]
    [InlineData("|x, y|", 3, "separates the arguments of a function")]
    [InlineData("a + not b", 5, "put parentheses around 'not'")]
    [InlineData("a < not b", 5, "put parentheses around 'not'")]
    [InlineData("and", 1, "stands between two conditions, and a variable of this name is written ${and}")]
    [InlineData("x and", 6, "the text ends here")]
    [InlineData("x not y", 3, "unexpected 'not'")]
    [InlineData("x + 2, 5", 6, "unexpected ','")]
    [InlineData("∞", 1, "infinities have no name")]
    public void A_refused_form_says_what_to_write_instead(string text, int column, string advice)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse(text));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
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
        foreach (var c in "+-*/^(),;=. x1e$|<>!²√π`{}")
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
