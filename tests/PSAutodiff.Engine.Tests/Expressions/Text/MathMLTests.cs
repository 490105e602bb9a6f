using System.Xml.Linq;
using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Formulas in MathML: well-formed, with as many children as each element wants.</summary>
public sealed class MathMLTests
{
    private static readonly Dictionary<string, int> Children = new()
    {
        ["math"] = 1,
        ["msup"] = 2,
        ["msub"] = 2,
        ["mfrac"] = 2,
        ["msqrt"] = 1,
        ["mroot"] = 2,
        ["mtr"] = 2,
        ["mtd"] = 1,
    };

    private static readonly HashSet<string> Known = ["math", "mrow", "mi", "mn", "mo", "mtext", "msup", "msub", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd"];

    [Theory]
    [InlineData("w_in_2", "<msub><mi>w</mi><mrow><mi>in</mi><mo>,</mo><mn>2</mn></mrow></msub>")]
    [InlineData("alpha", "<mi>α</mi>")]
    [InlineData("x^2", "<msup><mi>x</mi><mn>2</mn></msup>")]
    [InlineData("(x / y)^2", "<msup><mrow><mo>(</mo><mfrac><mi>x</mi><mi>y</mi></mfrac><mo>)</mo></mrow><mn>2</mn></msup>")]
    [InlineData("sqrt(-x)", "<msqrt><mrow><mo>−</mo><mi>x</mi></mrow></msqrt>")]
    [InlineData("1e-5", "<mrow><mn>1</mn><mo>⋅</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup></mrow>")]
    [InlineData("pi", "<mi>π</mi>")]
    [InlineData("less(a, b)", "<mrow><mo>[</mo><mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>]</mo></mrow>")]
    [InlineData("tanh(x)", "<mrow><mi>tanh</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow>")]
    public void Formulas_are_written(string text, string inner) => Assert.Equal(
        $"<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">{inner}</math>",
        ExprNode.Parse(text).ToText(ExprTextFormat.MathML));

    [Fact]
    public void Whatever_is_nested_is_well_formed()
    {
        foreach (var node in Example.Nestings().Concat(RandomExpressions.Odd.Sample(300, 20, 3))) AssertWellFormed(node.ToText(ExprTextFormat.MathML, 20_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(300)]
    public void What_is_too_long_gives_a_well_formed_note_with_the_hash(int maxLength)
    {
        var text = Example.Story.ToText(ExprTextFormat.MathML, maxLength, out var cut);
        Assert.Equal(maxLength < 250, cut);
        AssertWellFormed(text);
        if (cut) Assert.Matches(@"<mtext>sum \.\.\. \[#[0-9a-f]{8}\]</mtext></math>$", text);
        else Assert.InRange(text.Length, 1, maxLength);
    }

    [Fact]
    public void Markup_in_a_name_would_be_escaped() =>
        Assert.Equal("&lt;script&gt;&amp;&quot;&#39;", MathMLStyle.Escape("<script>&\"'"));

    private static void AssertWellFormed(string text)
    {
        var root = XElement.Parse(text);
        Assert.Equal("http://www.w3.org/1998/Math/MathML", root.Name.NamespaceName);
        foreach (var element in root.DescendantsAndSelf())
        {
            Assert.Contains(element.Name.LocalName, Known);
            if (Children.TryGetValue(element.Name.LocalName, out var count)) Assert.Equal(count, element.Elements().Count());
        }
    }
}
