using System.Text;
using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Names of all letters there are, in the languages that expressions are written in.</summary>
public sealed class LetterTests
{
    private static readonly char[] Letters = [.. Enumerable.Range(0x80, 0xFF80).Select(static c => (char)c).Where(char.IsLetterOrDigit)];

    [Theory]
    [InlineData(ExprTextFormat.Python)]
    [InlineData(ExprTextFormat.CSharp)]
    [InlineData(ExprTextFormat.PowerShell)]
    public void Every_letter_makes_a_name_of_its_own_that_the_language_has(ExprTextFormat format)
    {
        var names = Letters.Select(static c => $"v{c}").ToArray();
        var identifiers = Identifiers(format, names);
        var key = format switch
        {
            ExprTextFormat.Python => (Func<string, string>)(static name => name.Normalize(NormalizationForm.FormKC)),
            ExprTextFormat.PowerShell => static name => name.ToUpperInvariant(),
            _ => static name => name,
        };
        Assert.Equal(names.Length, identifiers.Select(key).Distinct(StringComparer.Ordinal).Count());
        foreach (var c in identifiers.SelectMany(static name => name).Where(static c => !char.IsAscii(c)))
        {
            Assert.False(YoungLetters.Contains(c), $"U+{(int)c:X4} is younger than some of the compilers.");
            if (format == ExprTextFormat.Python) Assert.True(c != '\u2E2F' && c.ToString().IsNormalized(NormalizationForm.FormKC), $"U+{(int)c:X4}");
        }

        Assert.Contains("v\u00C9", identifiers.Select(static name => name.TrimStart('$')));
    }

    [Theory]
    [InlineData(ExprTextFormat.Python, "a\u2E2F", "au2E2F_")]
    [InlineData(ExprTextFormat.CSharp, "a\u2E2F", "a\u2E2F")]
    [InlineData(ExprTextFormat.CSharp, "a\uA7AE", "auA7AE_")]
    [InlineData(ExprTextFormat.PowerShell, "\u1C89x", "$u1C89x_")]
    [InlineData(ExprTextFormat.Python, "\uFF49\uFF46", "uFF49uFF46_")] // if, of fullwidth letters
    public void What_a_language_may_not_know_is_spelt_out(ExprTextFormat format, string name, string identifier) =>
        Assert.Equal([identifier], Identifiers(format, [name]));

    [Fact]
    public void Names_that_Python_takes_for_one_become_two()
    {
        // Two consonant and vowel signs of Hangul, and the syllable that they are the compatibility form of.
        var identifiers = Identifiers(ExprTextFormat.Python, ["\u1100\u1161", "\uAC00", "u2E2F_", "\u2E2F"]);
        Assert.Equal(4, identifiers.Select(static name => name.Normalize(NormalizationForm.FormKC)).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>The parameters of the function that is written for the sum of some variables.</summary>
    private static string[] Identifiers(ExprTextFormat format, string[] names)
    {
        var sum = names.Select(ExprNode.Variable).Aggregate(static (x, y) => x + y);
        var text = sum.ToText(format);
        var (start, type) = format switch
        {
            ExprTextFormat.Python => ("def evaluate(", string.Empty),
            ExprTextFormat.CSharp => ("Evaluate(", "double "),
            _ => ("param(", "[double] "),
        };
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return [.. text[from..text.IndexOf(')', from)].Split(", ").Select(parameter => parameter[type.Length..])];
    }
}
