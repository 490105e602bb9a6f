using System.Globalization;
using System.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What of others is shown does nothing to a terminal or a page.</summary>
public sealed class VisibleTextTests
{
    [Fact]
    public void Every_control_character_becomes_one_that_is_seen()
    {
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var shown = VisibleText.Of($"a{(char)c}b");
            Assert.Equal(3, shown.Length);
            Assert.Equal(('a', 'b'), (shown[0], shown[2]));
            var category = char.GetUnicodeCategory(shown[1]);
            Assert.False(
                category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate,
                $"U+{c:X4} stays.");
            if (char.IsLetterOrDigit((char)c) || char.IsPunctuation((char)c) || c == ' ') Assert.Equal((char)c, shown[1]);
        }
    }

    [Theory]
    [InlineData("\u001B[31mred\u001B[0m", "␛[31mred␛[0m")]
    [InlineData("\u001B]0;title\u0007", "␛]0;title␇")]
    [InlineData("\u009B2J\u0085", "\uFFFD2J\uFFFD")]
    [InlineData("a\r\n\tb\0\u007F", "a␍␊␉b␀␡")]
    [InlineData("\u202Egnp.exe\u202C \u2066x\u2069 \u200E\u200F\u061C", "\uFFFDgnp.exe\uFFFD \uFFFDx\uFFFD \uFFFD\uFFFD\uFFFD")]
    [InlineData("\uFEFFname \u2028\u2029", "\uFFFDname \uFFFD\uFFFD")]
    [InlineData("Größe ö e\u0301 می\u200Cخواهم שלום", "Größe ö e\u0301 می\u200Cخواهم שלום")]
    public void Examples(string text, string shown) => Assert.Equal(shown, VisibleText.Of(text));

    [Fact]
    public void It_is_well_formed_and_stays_the_same_the_second_time()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            // One in four is half a surrogate pair.
            var characters = new char[random.Next(12)];
            for (var j = 0; j < characters.Length; j++) characters[j] = (char)(random.Next(4) == 0 ? 0xD800 + random.Next(0x800) : random.Next(0x10000));
            var shown = VisibleText.Of(new string(characters));
            Assert.Equal(characters.Length, shown.Length);
            Assert.Equal(shown, VisibleText.Of(shown));
            Assert.Equal(shown, Encoding.UTF8.GetString(new UTF8Encoding(false, true).GetBytes(shown)));
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_is_seen_and_a_whole_one_stays() =>
        Assert.Equal("\uFFFD \uFFFD \uD83D\uDE00\uFFFD", VisibleText.Of("\uD800 \uDC00 \uD83D\uDE00\uDE00"));

    [Fact]
    public void Messages_have_one_line_and_no_control_characters()
    {
        var error = new AutodiffException("Id", "Row 1, column '\u001B[2J\nb': bad.");
        Assert.Equal("Row 1, column '␛[2J␊b': bad.", error.Message);
        Assert.Equal("The file '␇' is wrong. Row 1, column '␛[2J␊b': bad.", error.Within("The file '\u0007' is wrong.").Message);
    }

    [Fact]
    public void A_syntax_error_keeps_its_three_lines_and_its_caret_below_the_place()
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse("x +\n\u001B[2J"));
        var lines = error.Message.Split(Environment.NewLine);
        Assert.Equal(["Column 5: '␛' has no meaning here; expected a number, a name, an operator (+ - * / ^) or parentheses.", "    x +␊␛[2J", "        ^"], lines);
        Assert.Equal(5, error.Column);
    }
}
