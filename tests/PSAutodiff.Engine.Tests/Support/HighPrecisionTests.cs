using System.Globalization;
using System.Numerics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The reference itself, against digits from another program and against identities.</summary>
public sealed class HighPrecisionTests
{
    private static readonly Dictionary<string, Func<BigFloat, BigFloat>> Functions = new()
    {
        ["Exp"] = HighPrecision.Exp,
        ["Expm1"] = HighPrecision.Expm1,
        ["Log"] = HighPrecision.Log,
        ["Log1p"] = HighPrecision.Log1p,
        ["Tanh"] = HighPrecision.Tanh,
        ["Sinh"] = HighPrecision.Sinh,
        ["Cosh"] = HighPrecision.Cosh,
        ["Sigmoid"] = HighPrecision.Sigmoid,
        ["Softplus"] = HighPrecision.Softplus,
    };

    [Theory]
    [InlineData("Exp", 1.0, "2718281828459045235360287471352662497757247093699959574966967")]
    [InlineData("Exp", -2.5, "82084998623898795169528674467159807837804121015436648845758")]
    [InlineData("Log", 10.0, "2302585092994045684017991454684364207601101488628772976033327")]
    [InlineData("Log", 0.5, "-693147180559945309417232121458176568075500134360255254120681")]
    [InlineData("Expm1", 0.125, "133148453066826316829007227811793872565503131745181625912820")]
    [InlineData("Log1p", -0.75, "-1386294361119890618834464242916353136151000268720510508241361")]
    [InlineData("Tanh", 0.5, "462117157260009758502318483643672548730289280330113038552731")]
    [InlineData("Sinh", 1.0, "1175201193643801456882381850595600815155717981334095870229565")]
    [InlineData("Cosh", 1.0, "1543080634815243778477905620757061682601529112365863704737402")]
    [InlineData("Sigmoid", 2.0, "880797077977882444059729141302396795206384298628968275798405")]
    [InlineData("Softplus", -1.0, "313261687518222834048995494967855641915280085670348374719063")]
    public void Sixty_decimals_agree(string name, double x, string digits)
    {
        BigFloat scale = new(BigInteger.Pow(10, 60), 0);
        BigFloat scaled = Functions[name](BigFloat.FromDouble(x)) * scale;
        BigInteger expected = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        Assert.InRange(scaled.ToFixed(0) - expected, BigInteger.MinusOne, BigInteger.One);
    }

    [Fact]
    public void The_inverses_undo_each_other_also_where_the_series_take_over()
    {
        for (int exponent = -200; exponent <= 6; exponent++)
        {
            BigFloat x = BigFloat.FromDouble(Math.ScaleB(1.37, exponent));
            BigFloat error = HighPrecision.Log1p(HighPrecision.Expm1(x)) - x;
            Assert.True(error.Sign == 0 || error.Magnitude < x.Magnitude - 200, $"at 2^{exponent}");
        }
    }
}
