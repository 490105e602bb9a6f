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

    [Theory]
    [InlineData("A @ v", "<mrow><mi>𝐀</mi><mo rspace=\"0.167em\">\u2062</mo><mi>𝐯</mi></mrow>")]
    [InlineData("v @ w", "<mrow><msup><mi>𝐯</mi><mi mathvariant=\"normal\">T</mi></msup><mo rspace=\"0.167em\">\u2062</mo><mi>𝐰</mi></mrow>")]
    [InlineData("solve(eye(2), w[:2])", "<mrow><msup><msub><mi>𝐈</mi><mn>2</mn></msub><mrow><mo>-</mo><mn>1</mn></mrow></msup><mo rspace=\"0.167em\">\u2062</mo><msub><mi>𝐰</mi><mtext>[:2]</mtext></msub></mrow>")]
    [InlineData("logdet(eye(2))", "<mrow><mrow><mi>log</mi><mo>\u2061</mo><mi>det</mi></mrow><mo>\u2061</mo><mrow><mo>(</mo><msub><mi>𝐈</mi><mn>2</mn></msub><mo>)</mo></mrow></mrow>")]
    [InlineData("w @ B", "<mrow><msup><mi>𝐁</mi><mi mathvariant=\"normal\">T</mi></msup><mo rspace=\"0.167em\">\u2062</mo><mi>𝐰</mi></mrow>")]
    [InlineData("A.T @ (A @ v - [1, x])", "<mrow><msup><mi>𝐀</mi><mi mathvariant=\"normal\">T</mi></msup><mo rspace=\"0.167em\">\u2062</mo><mrow><mo>(</mo><mrow><mrow><mi>𝐀</mi><mo rspace=\"0.167em\">\u2062</mo><mi>𝐯</mi></mrow><mo>−</mo><mrow><mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mi>x</mi></mtd></mtr></mtable><mo>]</mo></mrow></mrow><mo>)</mo></mrow></mrow>")]
    [InlineData("(A @ B).T", "<msup><mrow><mo>(</mo><mrow><mi>𝐀</mi><mo rspace=\"0.167em\">\u2062</mo><mi>𝐁</mi></mrow><mo>)</mo></mrow><mi mathvariant=\"normal\">T</mi></msup>")]
    [InlineData("outer(v, w)", "<mrow><mi>𝐯</mi><mo rspace=\"0.167em\">\u2062</mo><msup><mi>𝐰</mi><mi mathvariant=\"normal\">T</mi></msup></mrow>")]
    [InlineData("v * w", "<mrow><mi>𝐯</mi><mo>⊙</mo><mi>𝐰</mi></mrow>")]
    [InlineData("x * w", "<mrow><mi>x</mi><mo>⋅</mo><mi>𝐰</mi></mrow>")]
    [InlineData("v / w", "<mrow><mi>𝐯</mi><mo>⊘</mo><mi>𝐰</mi></mrow>")]
    [InlineData("v / x", "<mfrac><mi>𝐯</mi><mi>x</mi></mfrac>")]
    [InlineData("v^2", "<msup><mi>𝐯</mi><mrow><mo>∘</mo><mn>2</mn></mrow></msup>")]
    [InlineData("v^(-x)", "<msup><mi>𝐯</mi><mrow><mo>∘</mo><mrow><mo>(</mo><mrow><mo>−</mo><mi>x</mi></mrow><mo>)</mo></mrow></mrow></msup>")]
    [InlineData("exp(v)", "<mrow><msub><mi>exp</mi><mo>∘</mo></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("abs(A)", "<mrow><msub><mi>abs</mi><mo>∘</mo></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("tanh(A)", "<mrow><msub><mi>tanh</mi><mo>∘</mo></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("tanh(v)", "<mrow><mi>tanh</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("log10(A)", "<mrow><msub><msub><mi>log</mi><mn>10</mn></msub><mo>∘</mo></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("-A", "<mrow><mo>−</mo><mi>𝐀</mi></mrow>")]
    [InlineData("exp(x)", "<msup><mi>e</mi><mi>x</mi></msup>")]
    [InlineData("norm(v)", "<mrow><mo>‖</mo><mi>𝐯</mi><mo>‖</mo></mrow>")]
    [InlineData("norm(A)", "<msub><mrow><mo>‖</mo><mi>𝐀</mi><mo>‖</mo></mrow><mi mathvariant=\"normal\">F</mi></msub>")]
    [InlineData("norm(A, axis=0)", "<msub><mrow><mo>‖</mo><mi>𝐀</mi><mo>‖</mo></mrow><mtext>axis\u00a00</mtext></msub>")]
    [InlineData("sum(A, axis=1)", "<mrow><msub><mi>sum</mi><mtext>axis\u00a01</mtext></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("max(A)", "<mrow><mi>max</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("softmax(v)", "<mrow><mi>softmax</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("softmax(A)", "<mrow><msub><mi>softmax</mi><mtext>axis\u00a01</mtext></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("trace(A @ B)", "<mrow><mi>tr</mi><mo>\u2061</mo><mrow><mo>(</mo><mrow><mi>𝐀</mi><mo rspace=\"0.167em\">\u2062</mo><mi>𝐁</mi></mrow><mo>)</mo></mrow></mrow>")]
    [InlineData("diag(v)", "<mrow><mi>diag</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("eye(3)", "<msub><mi>𝐈</mi><mn>3</mn></msub>")]
    [InlineData("zeros(2, 3)", "<msub><mi>𝟎</mi><mrow><mn>2</mn><mo>×</mo><mn>3</mn></mrow></msub>")]
    [InlineData("concat(v, w)", "<mrow><mi>concat</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>,</mo><mi>𝐰</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("concat(A, A, axis=1)", "<mrow><msub><mi>concat</mi><mtext>axis\u00a01</mtext></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>,</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("reshape(A, 6)", "<mrow><msub><mi>reshape</mi><mn>6</mn></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐀</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("broadcast(x, 2, 3)", "<mrow><msub><mi>broadcast</mi><mrow><mn>2</mn><mo>×</mo><mn>3</mn></mrow></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("take(v, [0, 2])", "<mrow><mi>take</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>,</mo><mrow><mo>[</mo><mtable><mtr><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr></mtable><mo>]</mo></mrow><mo>)</mo></mrow></mrow>")]
    [InlineData("scatter(v, [0, 2, 2], 5)", "<mrow><msub><mi>scatter</mi><mn>5</mn></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>,</mo><mrow><mo>[</mo><mtable><mtr><mtd><mn>0</mn></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr></mtable><mo>]</mo></mrow><mo>)</mo></mrow></mrow>")]
    [InlineData("place(v, 1, 3, 0, 5)", "<mrow><msub><mi>place</mi><mrow><mtext>[1:4]</mtext><mo>,</mo><mn>5</mn></mrow></msub><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("v[0]", "<msub><mi>𝐯</mi><mtext>[0]</mtext></msub>")]
    [InlineData("A[1:, :2]", "<msub><mi>𝐀</mi><mtext>[1:, :2]</mtext></msub>")]
    [InlineData("(v + w)[1]", "<msub><mrow><mo>(</mo><mrow><mi>𝐯</mi><mo>+</mo><mi>𝐰</mi></mrow><mo>)</mo></mrow><mtext>[1]</mtext></msub>")]
    [InlineData("[[1, -2], [3, 4e-5]]", "<mrow><mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mrow><mo>−</mo><mn>2</mn></mrow></mtd></mtr><mtr><mtd><mn>3</mn></mtd><mtd><mrow><mn>4</mn><mo>⋅</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup></mrow></mtd></mtr></mtable><mo>]</mo></mrow>")]
    [InlineData("[[1, x], [y, 4]]", "<mrow><mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>x</mi></mtd></mtr><mtr><mtd><mi>y</mi></mtd><mtd><mn>4</mn></mtd></mtr></mtable><mo>]</mo></mrow>")]
    [InlineData("[v, -w]", "<mrow><mo>[</mo><mtable><mtr><mtd><msup><mi>𝐯</mi><mi mathvariant=\"normal\">T</mi></msup></mtd></mtr><mtr><mtd><msup><mrow><mo>(</mo><mrow><mo>−</mo><mi>𝐰</mi></mrow><mo>)</mo></mrow><mi mathvariant=\"normal\">T</mi></msup></mtd></mtr></mtable><mo>]</mo></mrow>")]
    [InlineData("stack(v, x)", "<mrow><mi>stack</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>,</mo><mi>x</mi><mo>)</mo></mrow></mrow>")]
    [InlineData("stack(stack(v, x), y)", "<mrow><mi>stack</mi><mo>\u2061</mo><mrow><mo>(</mo><mrow><mi>stack</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>𝐯</mi><mo>,</mo><mi>x</mi><mo>)</mo></mrow></mrow><mo>,</mo><mi>y</mi><mo>)</mo></mrow></mrow>")]
    public void Formulas_of_arrays_are_written(string text, string inner) => Assert.Equal(
        $"<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">{inner}</math>",
        ExprNode.Parse("A: [2, 3]; B: [3, 2]; v: [3]; w: [3]; " + text).ToText(ExprTextFormat.MathML));

    [Theory]
    [InlineData("W1: [2]; W1 @ W1", "<mrow><msup><msub><mi>𝐖</mi><mn>1</mn></msub><mi mathvariant=\"normal\">T</mi></msup><mo rspace=\"0.167em\">\u2062</mo><msub><mi>𝐖</mi><mn>1</mn></msub></mrow>")]
    [InlineData("theta_2: [2]; -theta_2", "<mrow><mo>−</mo><msub><mi>𝛉</mi><mn>2</mn></msub></mrow>")]
    [InlineData("weights: [2]; weights + x", "<mrow><mi>𝐰𝐞𝐢𝐠𝐡𝐭𝐬</mi><mo>+</mo><mi>x</mi></mrow>")]
    [InlineData("${a b}: [2]; -${a b}", "<mrow><mo>−</mo><mi mathvariant=\"bold\">a b</mi></mrow>")]
    [InlineData("Ω: [2]; -Ω", "<mrow><mo>−</mo><mi>𝛀</mi></mrow>")]
    public void Names_of_arrays_are_bold(string text, string inner) => Assert.Equal(
        $"<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">{inner}</math>",
        ExprNode.Parse(text).ToText(ExprTextFormat.MathML));

    [Fact]
    public void Arrays_and_their_gradients_are_well_formed() => Assert.All(ArrayTextTests.Golden.Value, static node => AssertWellFormed(node.ToText(ExprTextFormat.MathML, int.MaxValue)));

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
            if (element.Name.LocalName == "mtable") Assert.Single(element.Elements().Select(static row => row.Elements().Count()).Distinct());
        }
    }
}
