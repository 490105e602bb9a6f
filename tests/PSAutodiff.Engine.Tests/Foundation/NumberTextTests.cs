using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>No number changes on its way from text to text.</summary>
public sealed partial class NumberTextTests
{
    [Theory]
    [InlineData("1e-400")]
    [InlineData("-1e-400")]
    [InlineData("1e-324")]
    [InlineData("2.4703282292062327e-324")]
    [InlineData("0.00000001e-400")]
    [InlineData("1e-99999999999")]
    public void A_number_that_would_become_0_is_refused(string text)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse($"x + {text}"));
        Assert.Equal("ConstantUnderflow", error.ErrorId);
        Assert.Contains(text.TrimStart('-'), error.Message, StringComparison.Ordinal);
        var json = $$"""{"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"const","value":{{text}}}],"root":0}""";
        var inJson = Assert.Throws<AutodiffException>(() => ExprNode.ParseJson(json));
        Assert.Equal("ExpressionJson", inJson.ErrorId);
        Assert.Contains("too small", inJson.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.000", 0)]
    [InlineData("0e5", 0)]
    [InlineData("0e-400", 0)]
    [InlineData("000.0e-999", 0)]
    [InlineData("2.4703282292062328e-324", 4.9406564584124654e-324)] // Above half of the smallest number: rounded to it, as every number is.
    [InlineData("3e-324", 4.9406564584124654e-324)]
    [InlineData("5e-324", 4.9406564584124654e-324)]
    [InlineData("2.2250738585072011e-308", 2.2250738585072011e-308)]
    public void Zero_and_the_smallest_numbers_are_read(string text, double value)
    {
        Assert.Equal(value, ExprNode.Parse(text).Value);
        Assert.Equal(value, ExprNode.ParseJson(ExprNode.Parse(text).ToText(ExprTextFormat.Json)).Value);
    }

    [Theory]
    [InlineData("Double", "1e-400", "is too small for a double")]
    [InlineData("Single", "1e-46", "is too small for single precision")]
    public void A_weight_that_would_become_0_is_refused(string precision, string weight, string says)
    {
        var json = $$"""{"format":"PSAutodiff.Network","version":1,"precision":"{{precision}}","initializer":"Zeros","layers":[{"activation":"Linear","weights":[[{{weight}}]],"biases":[0]}]}""";
        json = json.Replace("Zeros", Enum.GetNames<NetworkInitializer>()[0], StringComparison.Ordinal);
        var error = Assert.Throws<AutodiffException>(() => Network.ParseJson(json));
        Assert.Equal("NetworkJson", error.ErrorId);
        Assert.Contains($"'{weight}', {says}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Network.ParseJson(json.Replace(weight, "-0.0e-999", StringComparison.Ordinal)).Layers[0].Weights[0, 0]);
    }

    [Theory]
    [InlineData(1.2345678901234568e17, @"1.2345678901234568 \cdot 10^{17}")]
    [InlineData(-1.2345678901234568e17, @"-1.2345678901234568 \cdot 10^{17}")]
    [InlineData(3.141592653589793e10, "31415926535.89793")]
    [InlineData(3.141592653589793e20, @"3.141592653589793 \cdot 10^{20}")]
    [InlineData(1e100, @"1 \cdot 10^{100}")]
    public void Latex_has_the_shortest_digits(double value, string latex) => Assert.Equal(latex, ExprNode.Constant(value).ToText(ExprTextFormat.Latex));

    [Fact]
    public void Latex_and_MathML_read_back_to_the_same_bits()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (!double.IsFinite(value)) continue;
            var node = ExprNode.Constant(value);
            var latex = node.ToText(ExprTextFormat.Latex).Replace(@" \cdot 10^{", "e", StringComparison.Ordinal).TrimEnd('}');
            Assert.Equal(value, double.Parse(latex, CultureInfo.InvariantCulture));
            var numbers = Number().Matches(node.ToText(ExprTextFormat.MathML)).Select(static match => match.Groups[2].Value.Length > 0 ? "-" + match.Groups[3].Value : match.Groups[3].Value).ToArray();
            var text = numbers is [var mantissa, "10", var exponent] ? $"{mantissa}e{exponent}" : Assert.Single(numbers);
            Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("(<mo>(−)</mo>)?<mn>([^<]*)</mn>")]
    private static partial Regex Number();
}
