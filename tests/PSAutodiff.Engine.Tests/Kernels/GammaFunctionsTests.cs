using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The gamma function's logarithm and its derivatives: a few units in the last place everywhere, next to their zeros too.</summary>
public sealed class GammaFunctionsTests
{
    private static readonly Dictionary<string, (Func<double, double> Value, Func<BigFloat, BigFloat?> Reference, double Bound)> Functions = new()
    {
        ["lgamma"] = (GammaFunctions.Lgamma, PreciseGamma.Lgamma, 3),
        ["digamma"] = (GammaFunctions.Digamma, PreciseGamma.Digamma, 3),
        ["trigamma"] = (GammaFunctions.Trigamma, static x => PreciseGamma.Polygamma(1, x), 1),
        ["polygamma 2"] = (static x => GammaFunctions.Polygamma(2, x), static x => PreciseGamma.Polygamma(2, x), 1),
        ["polygamma 5"] = (static x => GammaFunctions.Polygamma(5, x), static x => PreciseGamma.Polygamma(5, x), 1),
        ["polygamma 20"] = (static x => GammaFunctions.Polygamma(20, x), static x => PreciseGamma.Polygamma(20, x), 1),
    };

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_within_a_few_units_in_the_last_place(string name)
    {
        var (value, reference, bound) = Functions[name];
        foreach (var x in Arguments().Where(x => x > 0 || x > -60))
        {
            if (reference(BigFloat.FromDouble(x)) is not { } exact || (exact.Sign != 0 && exact.Magnitude is > 1023 or < -1022)) continue;
            var off = HighPrecision.UlpDistance(value(x), exact);
            Assert.True(off <= bound, $"{name}({x:R}) is {value(x):R}, {off} units off");
        }
    }

    [Theory]
    [InlineData(-2.4570247382208006)]
    [InlineData(-2.7476826467274127)]
    [InlineData(-3.1435808883499798)]
    [InlineData(-3.9552942848585979)]
    [InlineData(-10.000000275573188)]
    public void Doubles_next_to_a_zero_of_lgamma_keep_most_digits(double zero)
    {
        for (var i = -3; i <= 3; i++)
        {
            var x = zero + (i * (Math.BitIncrement(Math.Abs(zero)) - Math.Abs(zero)));
            var exact = PreciseGamma.Lgamma(BigFloat.FromDouble(x))!.Value;
            Assert.InRange(Math.Abs(exact.ToDoubleRoughly()), 0, 1e-6);
            var off = HighPrecision.UlpDistance(GammaFunctions.Lgamma(x), exact);
            Assert.True(off <= 256, $"lgamma({x:R}) is {GammaFunctions.Lgamma(x):R}, {off} units off");
        }
    }

    [Fact]
    public void Each_is_the_slope_of_the_one_before()
    {
        const double step = 1e-5;
        foreach (var x in new[] { 0.3, 1.2, 2.7, 8.5, 40, -0.7, -3.4 })
        {
            for (var n = 0; n < 6; n++)
            {
                var slope = (GammaFunctions.Polygamma(n, x + step) - GammaFunctions.Polygamma(n, x - step)) / (2 * step);
                var next = GammaFunctions.Polygamma(n + 1, x);
                Assert.Equal(next, slope, 1e-5 * Math.Abs(next));
            }
        }
    }

    private static IEnumerable<double> Arguments()
    {
        foreach (var x in new[] { 1e-300, 1e-20, 0.5, 1, 1.4616321449683622, 1.4616321449683625, 2, 3, 12, 30, 1e5, 1e17, 1e300, -1e-300, -1e-18, -1e-5, -0.5, -1.5, -7.5 })
        {
            yield return x;
            yield return Math.BitIncrement(x);
            yield return Math.BitDecrement(x);
        }

        var random = new Random(8);
        for (var i = 0; i < 400; i++)
        {
            yield return 3 * random.NextDouble();
            yield return 20 * random.NextDouble();
            yield return 1 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(1, 50));
            yield return 2 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(1, 50));
            yield return Math.ScaleB(1 + random.NextDouble(), random.Next(-60, 60));
            yield return -30 * random.NextDouble();
            yield return -random.Next(1, 12) + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(1, 45));
        }
    }
}
