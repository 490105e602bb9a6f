using System.Text.RegularExpressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Formulas in LaTeX. That pdflatex takes them is tested from PowerShell, where there is one; here their form is checked.</summary>
public sealed partial class LatexTests
{
    [Theory]
    [InlineData("x^2", "x^{2}")]
    [InlineData("x^-2", "x^{-2}")]
    [InlineData("x^-y", "x^{-y}")]
    [InlineData("exp(x)^2", @"\left(e^{x}\right)^{2}")]
    [InlineData("(x^y)^z", @"\left(x^{y}\right)^{z}")]
    [InlineData("x^y^z", "x^{y^{z}}")]
    [InlineData("(-x)^2", @"\left(-x\right)^{2}")]
    [InlineData("(-2)^x", @"\left(-2\right)^{x}")]
    [InlineData("-x^2", "-x^{2}")]
    [InlineData("-(-x)", @"-\left(-x\right)")]
    [InlineData("-(2)", @"-\left(2\right)")]
    [InlineData("(x / y)^2", @"\left(\frac{x}{y}\right)^{2}")]
    [InlineData("a / (b / c) * d", @"\frac{a}{\frac{b}{c}} \cdot d")]
    [InlineData("a - (b - c)", @"a - \left(b - c\right)")]
    [InlineData("a * -b", @"a \cdot \left(-b\right)")]
    [InlineData("sin(x)^2", @"\sin\left(x\right)^{2}")]
    [InlineData("sqrt(abs(x))", @"\sqrt{\left|x\right|}")]
    [InlineData("1e-5", @"1 \cdot 10^{-5}")]
    [InlineData("x + 2.5e20 * y", @"x + 2.5 \cdot 10^{20} \cdot y")]
    [InlineData("1e-5^x", @"\left(1 \cdot 10^{-5}\right)^{x}")]
    [InlineData("2 * pi * r", @"2 \cdot \pi \cdot r")]
    [InlineData("-3.141592653589793", @"-\pi")]
    [InlineData("select(less(x, 1), 2, 3) + y", @"\begin{cases} 2 & \text{if } x < 1 \\ 3 & \text{otherwise} \end{cases} + y")]
    [InlineData("if(x > 0, 2, 3)", @"\begin{cases} 2 & \text{if } 0 < x \\ 3 & \text{otherwise} \end{cases}")]
    [InlineData("if(c and d, 2, 3)", @"\begin{cases} 2 & \text{if } c \land d \\ 3 & \text{otherwise} \end{cases}")]
    [InlineData("2 * select(c, a, b)", @"2 \cdot \left(\begin{cases} a & \text{if } c \ne 0 \\ b & \text{otherwise} \end{cases}\right)")]
    public void Formulas_have_the_parentheses_they_need(string text, string latex) =>
        Assert.Equal(latex, ExprNode.Parse(text).ToText(ExprTextFormat.Latex));

    [Theory]
    [InlineData("x", "x")]
    [InlineData("w11", "w_{11}")]
    [InlineData("w_1", "w_{1}")]
    [InlineData("w1_2", "w_{1, 2}")]
    [InlineData("alpha", @"\alpha")]
    [InlineData("beta2", @"\beta_{2}")]
    [InlineData("Gamma_x", @"\Gamma_{x}")]
    [InlineData("fin", @"\mathit{fin}")]
    [InlineData("learning_rate", @"\mathit{learning}_{\mathit{rate}}")]
    [InlineData("x_alpha", @"x_{\alpha}")]
    [InlineData("_x", @"\mathit{\_x}")]
    [InlineData("_", @"\mathit{\_}")]
    [InlineData("a__b", @"\mathit{a\_\_b}")]
    [InlineData("β", @"{\beta}")]
    [InlineData("été", @"\mathit{\acute{e}t\acute{e}}")]
    [InlineData("中", @"\text{中}")]
    [InlineData("Größe", @"\mathit{Gr\ddot{o}\text{ß}e}")]
    [InlineData("大小", @"\mathit{\text{大}\text{小}}")]
    [InlineData("CPU Load", @"\mathit{CPU\ Load}")]
    [InlineData("a-b", @"\mathit{a\text{-}b}")]
    [InlineData("😀 x", @"\mathit{\mathrm{u1F600}\ x}")]
    [InlineData("100 %", @"\mathit{100\ \%}")]
    [InlineData(@"C:\temp_1", @"\mathit{C{:}\backslash{}temp\_1}")]
    [InlineData("a{b}$c^d~e#f&g", @"\mathit{a\{b\}\$c{\wedge}d{\sim}e\#f\&g}")]
    public void Names_become_symbols(string name, string latex) => Assert.Equal(latex, ExprNode.Variable(name).ToText(ExprTextFormat.Latex));

    [Theory]
    [InlineData("x1 + x_1", @"x_{1} + \mathit{x\_1}")]
    [InlineData("alpha + α", @"\mathit{alpha} + {\alpha}")]
    [InlineData("pi + α", @"3.141592653589793 + {\alpha}")]
    [InlineData("x1 + ${x 1}", @"x_{1} + \mathit{x\ 1}")]
    [InlineData("${a-b} + ${a b}", @"\mathit{a\text{-}b} + \mathit{a\ b}")]
    public void Names_that_would_look_alike_are_kept_apart(string text, string latex) =>
        Assert.Equal(latex, ExprNode.Parse(text).ToText(ExprTextFormat.Latex));

    [Fact]
    public void Whatever_is_nested_balances_and_has_no_two_scripts_in_a_row()
    {
        foreach (var node in Example.Nestings().Concat(RandomExpressions.Odd.Sample(300, 14, 3)))
        {
            var latex = node.ToText(ExprTextFormat.Latex, 1_000_000, out var cut);
            if (cut) continue;
            var depth = 0;
            foreach (var c in latex.Replace(@"\{", string.Empty, StringComparison.Ordinal))
            {
                depth += c switch { '{' => 1, '}' => -1, _ => 0 };
                Assert.True(depth >= 0, latex);
            }

            Assert.Equal(0, depth);
            Assert.Equal(latex.Split(@"\left").Length, latex.Split(@"\right").Length);
            Assert.Equal(latex.Split(@"\begin{").Length, latex.Split(@"\end{").Length);
            Assert.DoesNotMatch(DoubleScript(), latex);
        }
    }

    // A superscript right after one, braces and all; bodies with braces of their own are matched by balancing groups.
    [GeneratedRegex(@"\^\{(?>[^{}]+|(?<open>\{)|(?<-open>\}))*(?(open)(?!))\}\^")]
    private static partial Regex DoubleScript();
}
