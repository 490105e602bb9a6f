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
        ["Asinh"] = HighPrecision.Asinh,
        ["Acosh"] = HighPrecision.Acosh,
        ["Atanh"] = HighPrecision.Atanh,
        ["Cbrt"] = PreciseFunctions.Cbrt,
        ["Erf"] = PreciseGamma.Erf,
        ["Erfc"] = PreciseGamma.Erfc,
        ["Lgamma"] = static x => PreciseGamma.Lgamma(x)!.Value,
        ["Digamma"] = static x => PreciseGamma.Digamma(x)!.Value,
        ["Trigamma"] = static x => PreciseGamma.Polygamma(1, x)!.Value,
        ["Tetragamma"] = static x => PreciseGamma.Polygamma(2, x)!.Value,
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
    [InlineData("Asinh", -2.5, "-1647231146371095710624858610443619663504414430193236528220311")]
    [InlineData("Acosh", 1.25, "693147180559945309417232121458176568075500134360255254120680")]
    [InlineData("Atanh", 0.75, "972955074527656652552676371721589864818542364790930594229695")]
    [InlineData("Cbrt", 2.0, "1259921049894873164767210607278228350570251464701507980081975")]
    [InlineData("Erf", 0.5, "520499877813046537682746653891964528736451575757963700058805")]
    [InlineData("Erf", 3.0, "999977909503001414558627223870417679620152292912600750342761")]
    [InlineData("Erf", -1.25, "-922900128256458230136523481197281140423601438702228329793669")]
    [InlineData("Erfc", 0.5, "479500122186953462317253346108035471263548424242036299941194")]
    [InlineData("Erfc", 2.0, "4677734981047265837930743632747071389108202959939923261647")]
    [InlineData("Erfc", 6.5, "38421483271206474698758045437687766214492")]
    [InlineData("Lgamma", 0.25, "1288022524698077457370610440219717295925377565112860550499987")]
    [InlineData("Lgamma", 1.5, "-120782237635245222345518445781647212251852727902599468363869")]
    [InlineData("Lgamma", 7.5, "7534364236758732955158367632436685767027279021952120564125785")]
    [InlineData("Lgamma", -2.25, "555501545020647470593575893540250059392085651230093547416019")]
    [InlineData("Lgamma", 100.5, "361435540467777621555251912702520762858778835247221847536979716")]
    [InlineData("Digamma", 0.25, "-4227453533376265408089530146096683577367244438708242271655280")]
    [InlineData("Digamma", 3.0, "922784335098467139393487909917597568957840664060076401194232")]
    [InlineData("Digamma", -1.75, "-2322691628614360646184768241334778815462482533946337509750518")]
    [InlineData("Digamma", 50.5, "3912039670928391984608787225352981656654182824789015369647038")]
    [InlineData("Trigamma", 0.5, "4934802200544679309417245499938075567656849703620395313206674")]
    [InlineData("Trigamma", -0.5, "8934802200544679309417245499938075567656849703620395313206674")]
    [InlineData("Trigamma", 20.0, "51270822935203119831536294588381968715770517786542233785303")]
    [InlineData("Tetragamma", 1.5, "-828796644234319995596334261160299870709808092766984345091802")]
    [InlineData("Tetragamma", -2.75, "-124117653059715179971540260128986493074151235527698146257423596")]
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
