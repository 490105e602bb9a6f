using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Powers with exponents of any kind: the standard's special cases, accuracy, and equal bits however they are computed.</summary>
public sealed class PowerTests
{
    private static readonly double[] Odd =
    [
        0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1.5, -1.5, 1e300, -1e300, 1e-300, -1e-300, 9007199254740991, -9007199254740991, 9007199254740992, 4503599627370497.5,
        double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    // Where the standard leaves nothing to round: the library has them too.
    [Fact]
    public void Zeros_infinities_NaN_and_signs_are_those_of_the_standard()
    {
        var special = 0;
        foreach (var x in Odd)
        {
            foreach (var y in Odd)
            {
                var (expected, actual) = (Math.Pow(x, y), Elementary.Pow(x, y));
                if (expected is 0 or 1 or -1 || !double.IsFinite(expected))
                {
                    Assert.True(Bits(expected) == Bits(actual) || (double.IsNaN(expected) && Bits(actual) == Bits(double.NaN)), $"{x:R}^{y:R} is {actual:R}, not {expected:R}");
                    special++;
                }
                else
                {
                    Assert.Equal(Math.Sign(expected), Math.Sign(actual));
                }
            }
        }

        Assert.InRange(special, Odd.Length * Odd.Length / 2, Odd.Length * Odd.Length);
    }

    [Fact]
    public void They_are_within_a_unit_in_the_last_place_at_every_size()
    {
        var random = new Random(1);
        var worst = 0.0;
        for (var i = 0; i < 30_000; i++)
        {
            var (x, y) = Draw(random, i);
            if (PreciseFunctions.Pow(BigFloat.FromDouble(x), BigFloat.FromDouble(y)) is not { } exact) continue;
            var error = HighPrecision.UlpDistance(Elementary.Pow(x, y), exact);
            worst = Math.Max(worst, error);
            Assert.True(error <= 1, $"{x:R}^{y:R} is {Elementary.Pow(x, y):R}, off by {error} ulp");
        }

        Assert.InRange(worst, 0.4, 1);
    }

    [Fact]
    public void Powers_that_are_whole_numbers_come_out_whole()
    {
        for (var x = 2; x <= 100; x++)
        {
            var power = 1.0;
            for (var n = 1; power * x < 1L << 53; n++)
            {
                power *= x;
                Assert.Equal(power, Elementary.Pow(x, n));
                Assert.Equal(n % 2 == 0 ? power : -power, Elementary.Pow(-x, n));
                Assert.Equal(x, Elementary.Pow((double)x * x, 0.5));
            }
        }
    }

    [Fact]
    public void Every_lane_count_and_every_form_of_a_block_gives_the_bits_of_one_value()
    {
        var random = new Random(2);
        var (xs, ys) = (new double[4_003], new double[4_003]);
        for (var i = 0; i < xs.Length; i++) (xs[i], ys[i]) = Draw(random, i);
        for (var i = 0; i < xs.Length; i += 7) xs[i] = Odd[i % Odd.Length];
        for (var i = 0; i < xs.Length; i += 11) ys[i] = i % 3 == 0 ? random.Next(-20, 20) : Odd[i % Odd.Length];
        var result = new double[xs.Length];
        Elementary.Power(xs, ys, result);
        for (var i = 0; i < xs.Length; i++) Same(Elementary.Power(xs[i], ys[i]), result[i]);
        Elementary.Pow(xs, ys, result);
        for (var i = 0; i < xs.Length; i++) Same(Elementary.Pow(xs[i], ys[i]), result[i]);
        InLanes<TwoLanes>(xs, ys, result);
        InLanes<FourLanes>(xs, ys, result);
        InLanes<EightLanes>(xs, ys, result);
        foreach (var parameter in new[] { 2, -1, 3, -7, 0.5, 1.5, -2.25, 0, 1, 1e300, double.NaN, double.PositiveInfinity })
        {
            Elementary.Power(xs, [parameter], result);
            for (var i = 0; i < xs.Length; i++) Same(Elementary.Power(xs[i], parameter), result[i]);
            Elementary.Power([parameter], ys, result);
            for (var i = 0; i < xs.Length; i++) Same(Elementary.Power(parameter, ys[i]), result[i]);
        }

        for (var length = 0; length < 20; length++)
        {
            var (first, second) = (xs[..length], ys[..length]);
            Elementary.Power(first, second, first);
            Elementary.Power(xs.AsSpan(0, length), second, second);
            for (var i = 0; i < length; i++)
            {
                Same(Elementary.Power(xs[i], ys[i]), first[i]);
                Same(first[i], second[i]);
            }
        }
    }

    // x^n overflows below, where x^-n is still a number.
    [Fact]
    public void Powers_at_the_ends_of_the_range_are_neither_lost_nor_double_rounded_away()
    {
        Assert.Equal(double.Epsilon, Elementary.Power(2, -1074));
        Assert.Equal(0.0, Elementary.Power(2, -1075));
        Assert.Equal(Math.ScaleB(1, 1023), Elementary.Power(2, 1023));
        Assert.Equal(double.PositiveInfinity, Elementary.Power(2, 1024));
        Assert.Equal(Math.ScaleB(1, -1040), Elementary.Power(Math.ScaleB(1, 104), -10));
        Assert.Equal(double.PositiveInfinity, Elementary.Power(Math.ScaleB(1, 104), 10));
        Assert.Equal(Math.ScaleB(1, 1070 / 2), Elementary.Power(Math.ScaleB(1, -1070), -0.5));
        Assert.Equal(Math.ScaleB(1, -1074 / 2), Elementary.Power(double.Epsilon, 0.5));
    }

    private static void InLanes<T>(double[] xs, double[] ys, double[] expected)
        where T : struct, ILanes<T>
    {
        for (var i = 0; i <= xs.Length - T.Count; i += T.Count)
        {
            var lanes = new double[T.Count];
            T.Store(Elementary.Pow(T.Load(ref xs[i], 0), T.Load(ref ys[i], 0)), ref lanes[0], 0);
            for (var k = 0; k < lanes.Length; k++) Same(expected[i + k], lanes[k]);
        }
    }

    // Exponents for which the power is anywhere from 2^-1080 to 2^1030, and bases of every size, some next to 1.
    private static (double X, double Y) Draw(Random random, int i)
    {
        var x = (i % 4) switch
        {
            0 => 1 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(0, 45)),
            1 => Math.ScaleB(1 + random.NextDouble(), random.Next(-1074, 1023)),
            _ => 10 * random.NextDouble(),
        };
        var logarithm = Math.Log2(x);
        if (x == 0 || logarithm == 0) return (2, random.NextDouble());
        var reach = i % 5 == 0 ? 40 : i % 5 == 1 ? 1 : 1080;
        return (x, reach * ((2 * random.NextDouble()) - 1) / logarithm);
    }

    private static void Same(double expected, double actual) => Assert.True(Bits(expected) == Bits(actual), $"{expected:R} became {actual:R}");

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
