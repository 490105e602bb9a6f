using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What holds for every format: culture, size, and graphs that break anything recursive.</summary>
public sealed partial class AllFormatsTests
{
    private const int MaxLength = 100_000;

    private static readonly ExprTextFormat[] Whole =
    [
        ExprTextFormat.Let, ExprTextFormat.Dot, ExprTextFormat.Json, ExprTextFormat.CSharp, ExprTextFormat.Python, ExprTextFormat.PyTorch, ExprTextFormat.PowerShell,
    ];

    public static TheoryData<ExprTextFormat> Formats => [.. Enum.GetValues<ExprTextFormat>()];

    /// <summary>Let names the shared parts of the graph at hand.</summary>
    public static TheoryData<ExprTextFormat> FormatsByStructure => [.. Enum.GetValues<ExprTextFormat>().Where(static format => format != ExprTextFormat.Let)];

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Formats))]
    public void A_million_deep_chain_is_written(ExprTextFormat format) => SmallStack.Run(() =>
    {
        var text = Example.Chain().ToText(format, MaxLength, out var cut);
        AssertSize(format, text, cut, 60L * Example.Deep);
    });

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sixty_four_squarings_are_written(ExprTextFormat format) => SmallStack.Run(() =>
    {
        var text = Example.Squares().ToText(format, MaxLength, out var cut);
        if (format == ExprTextFormat.Tree)
        {
            Assert.False(cut);
            Assert.Equal(2 * Example.Squarings + 1, text.Split('\n').Length);
        }
        else
        {
            AssertSize(format, text, cut, 60L * Example.Squarings);
        }
    });

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_culture_does_not_matter(ExprTextFormat format)
    {
        var node = ExprNode.Parse("-1.5 * x + 1234567.25 - 1e-5 * sigmoid(x / 0.1)");
        var expected = node.ToText(format);
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("fa-IR");
            Assert.Equal(expected, node.ToText(format));
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(expected, node.ToText(format));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Leaves_and_random_expressions_are_written(ExprTextFormat format)
    {
        Assert.NotEmpty(ExprNode.Variable("x").ToText(format));
        Assert.NotEmpty(ExprNode.Constant(-0.0).ToText(format));
        foreach (var node in RandomExpressions.Odd.Sample(200, 60, 7)) Assert.NotEmpty(node.ToText(format));
    }

    [Theory]
    [InlineData(ExprTextFormat.Infix)]
    [InlineData(ExprTextFormat.Lab)]
    [InlineData(ExprTextFormat.Latex)]
    public void Texts_that_are_cut_alike_still_differ(ExprTextFormat format)
    {
        var first = ExprNode.Parse("x + x + x + x + x + x + 1").ToText(format, 10);
        var second = ExprNode.Parse("x + x + x + x + x + x + 2").ToText(format, 10);
        Assert.Equal(first[..10], second[..10]);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [MemberData(nameof(FormatsByStructure))]
    public void Equal_expressions_have_equal_texts(ExprTextFormat format)
    {
        foreach (var node in RandomExpressions.Everyday.Sample(100, 40, 11))
        {
            // Operators, the parser and the JSON reader number the nodes of a graph differently.
            var text = node.ToText(format);
            Assert.Equal(text, ExprNode.Parse(node.ToText(ExprTextFormat.Let)).ToText(format));
            Assert.Equal(text, ExprNode.ParseJson(node.ToText(ExprTextFormat.Json)).ToText(format));
        }
    }

    private static void AssertSize(ExprTextFormat format, string text, bool cut, long linear)
    {
        Assert.Equal(!Whole.Contains(format), cut);
        Assert.InRange(text.Length, 1, cut ? MaxLength + 100 : linear);
        if (cut) Assert.Matches(Mark(), text);
    }

    [GeneratedRegex(@"\[#[0-9a-f]{8}\](</mtext></math>)?$")]
    private static partial Regex Mark();
}
