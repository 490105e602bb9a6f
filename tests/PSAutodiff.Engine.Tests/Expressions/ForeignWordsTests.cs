using PSAutodiff.Expressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What is said of words of other languages can be written.</summary>
public sealed class ForeignWordsTests
{
    [Theory]
    [InlineData("arcsin", "asin(x)")]
    [InlineData("ARCTAN2", "atan2(y, x)")]
    [InlineData("sgn", "sign(x)")]
    [InlineData("gamma", "exp(lgamma(x))")]
    [InlineData("factorial", "exp(lgamma(x + 1))")]
    [InlineData("psi", "digamma(x)")]
    [InlineData("normcdf", "erfc(-x / sqrt(2)) / 2")]
    [InlineData("xor", "(a or b) and not (a and b)")]
    [InlineData("ifelse", "if(c, x, y)")]
    [InlineData("logn", "log(x, b)")]
    [InlineData("tg", "tan(x)")]
    [InlineData("heaviside", "x > 0")]
    public void A_word_of_another_language_has_a_form_here(string word, string instead)
    {
        Assert.Contains(instead, ForeignWords.Advice(word), StringComparison.Ordinal);
        Assert.NotEmpty(ExprNode.Parse(instead).Variables);
    }

    [Fact]
    public void No_foreign_word_is_a_function_here_and_every_function_that_advice_names_is_one()
    {
        foreach (var (word, instead) in ForeignWords.All)
        {
            Assert.Null(NamedFunction.TryFind(word));
            foreach (var name in instead.Split(' ', ',').Where(static part => part.IndexOf('(', StringComparison.Ordinal) > 0).Select(static part => part.TrimStart('(').Split('(')[^2]))
            {
                if (name.All(char.IsLetter) && name.Length > 0) Assert.NotNull(NamedFunction.TryFind(name));
            }
        }
    }

    [Fact]
    public void A_word_that_nobody_knows_has_no_advice() => Assert.Null(ForeignWords.Advice("frobnicate"));
}
