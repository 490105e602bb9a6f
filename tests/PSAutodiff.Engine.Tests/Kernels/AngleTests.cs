using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Sine, cosine and tangent where angles are hard to reduce.</summary>
public sealed class AngleTests
{
    private const int SmallestExponent = -60;
    private const int LargestExponent = 971;

    private static readonly (string Name, Func<double, double> Value, Func<BigFloat, BigFloat> Reference)[] Functions =
    [
        ("sin", Elementary.Sin, PreciseFunctions.Sin),
        ("cos", Elementary.Cos, PreciseFunctions.Cos),
        ("tan", Elementary.Tan, PreciseFunctions.Tan),
    ];

    // What is left of them next to a multiple of pi / 2 is down to 10^-19, after up to 1,024 bits have gone.
    [Fact]
    public void The_numbers_next_to_multiples_of_a_quarter_turn_keep_their_digits_at_every_size()
    {
        var nearest = double.PositiveInfinity;
        for (var exponent = SmallestExponent; exponent <= LargestExponent; exponent++)
        {
            var x = PreciseFunctions.NextToQuarterTurns(exponent);
            nearest = Math.Min(nearest, Math.Min(Math.Abs(Elementary.Sin(x)), Math.Abs(Elementary.Cos(x))));
            foreach (var (name, value, reference) in Functions)
            {
                foreach (var near in new[] { x, -x, Math.BitIncrement(x), Math.BitDecrement(x) })
                {
                    var error = HighPrecision.UlpDistance(value(near), reference(BigFloat.FromDouble(near)));
                    Assert.True(error <= 1, $"{name}({near:R}) is {value(near):R}, off by {error} ulp");
                }
            }
        }

        // The hardest double of all is among them.
        Assert.Equal(4.687165924254628e-19, nearest);
        Assert.Equal(5.319372648326541e255, PreciseFunctions.NextToQuarterTurns(797));
    }

    [Fact]
    public void The_way_of_reducing_changes_without_a_seam()
    {
        foreach (var (name, value, reference) in Functions)
        {
            for (var x = 1e6 - 1000; x < 1e6 + 1000; x += 0.7)
            {
                var error = HighPrecision.UlpDistance(value(x), reference(BigFloat.FromDouble(x)));
                Assert.True(error <= 1, $"{name}({x:R}) is off by {error} ulp");
            }
        }
    }

    // Between quarter turns the functions rise or fall, and so must the values of neighbors.
    [Fact]
    public void Neighbors_are_in_order()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var x = random.NextDouble() * 1.5;
            for (var k = 0; k < 4; k++)
            {
                var next = Math.BitIncrement(x);
                Assert.True(Elementary.Sin(x) <= Elementary.Sin(next), $"sin falls from {x:R} to {next:R}");
                Assert.True(Elementary.Cos(x) >= Elementary.Cos(next), $"cos rises from {x:R} to {next:R}");
                Assert.True(Elementary.Tan(x) <= Elementary.Tan(next), $"tan falls from {x:R} to {next:R}");
                x = next;
            }
        }
    }

    [Fact]
    public void Sine_and_tangent_are_odd_and_cosine_is_even_at_every_size()
    {
        var random = new Random(8);
        for (var i = 0; i < 20_000; i++)
        {
            var x = i % 2 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(0, 0x7FF0000000000000)) : random.NextDouble() * 100;
            Assert.Equal(-Elementary.Sin(x), Elementary.Sin(-x));
            Assert.Equal(-Elementary.Tan(x), Elementary.Tan(-x));
            Assert.Equal(Elementary.Cos(x), Elementary.Cos(-x));
            Assert.InRange(Elementary.Sin(x), -1, 1);
            Assert.InRange(Elementary.Cos(x), -1, 1);
        }
    }

    // A derivative has the one where its function has the other.
    [Fact]
    public void Sine_and_cosine_of_the_same_angle_are_computed_together_to_the_same_bits()
    {
        var (sin, cos) = (ExprNode.Parse("sin(x)"), ExprNode.Parse("cos(x)"));
        var (alone, other, both) = (CompiledExpression.Compile([sin]), CompiledExpression.Compile([cos]), CompiledExpression.Compile([cos, sin]));
        Assert.NotNull(both.Tape.SharesWithNext(0));
        double[] xs = [.. Enumerable.Range(0, 100).Select(static i => (i - 50) * 0.37), 1e300, double.NaN, double.PositiveInfinity, -0.0];
        var rows = both.EvaluateRows([xs], TestContext.Current.CancellationToken);
        Assert.Equal(alone.EvaluateRows([xs], TestContext.Current.CancellationToken)[0], rows[1]);
        Assert.Equal(other.EvaluateRows([xs], TestContext.Current.CancellationToken)[0], rows[0]);
        var (interpreter, code) = (new InterpretedTape(both.Tape), TapeCode.Compile(both.Tape, both.Tape.InputCount));
        var results = new double[2];
        for (var i = 0; i < xs.Length; i++)
        {
            interpreter.Run([xs[i]], [], results);
            Assert.Equal([rows[0][i], rows[1][i]], results);
            code.Run([xs[i]], [], results);
            Assert.Equal([rows[0][i], rows[1][i]], results);
        }
    }

    [Fact]
    public void Directions_at_zeros_and_infinities_are_those_of_the_standard()
    {
        const double infinity = double.PositiveInfinity, eighth = Math.PI / 4, quarter = Math.PI / 2;
        (double Y, double X, double Angle)[] cases =
        [
            (0.0, 0.0, 0.0), (-0.0, 0.0, -0.0), (0.0, -0.0, Math.PI), (-0.0, -0.0, -Math.PI), (0.0, 3, 0.0), (-0.0, 3, -0.0), (0.0, -3, Math.PI), (-0.0, -3, -Math.PI),
            (2, 0.0, quarter), (-2, -0.0, -quarter), (2, infinity, 0.0), (-2, infinity, -0.0), (2, -infinity, Math.PI), (-2, -infinity, -Math.PI),
            (infinity, 2, quarter), (-infinity, -2, -quarter), (infinity, infinity, eighth), (-infinity, infinity, -eighth),
            (infinity, -infinity, 3 * eighth), (-infinity, -infinity, -3 * eighth), (double.NaN, 1, double.NaN), (infinity, double.NaN, double.NaN),
            (double.Epsilon, double.MaxValue, 0.0), (double.Epsilon, -double.MaxValue, Math.PI), (double.MaxValue, double.Epsilon, quarter), (double.Epsilon, double.Epsilon, eighth),
            (double.MaxValue, double.MaxValue, eighth), (1e-310, 4, 2.5e-311), (3 * double.Epsilon, Math.ScaleB(1, -20), Math.ScaleB(3, -1054)),
        ];
        foreach (var (y, x, angle) in cases)
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(angle), BitConverter.DoubleToInt64Bits(Elementary.Atan2(y, x)));
        }
    }

    [Fact]
    public void Directions_are_within_a_unit_in_the_last_place_at_every_size_and_the_same_in_lanes()
    {
        var random = new Random(9);
        var (ys, xs) = (new double[6_001], new double[6_001]);
        for (var i = 0; i < ys.Length; i++)
        {
            var reach = i % 3 == 0 ? 3 : i % 3 == 1 ? 40 : 1000;
            ys[i] = Draw(reach);
            xs[i] = Draw(reach);
            var error = HighPrecision.UlpDistance(Elementary.Atan2(ys[i], xs[i]), PreciseFunctions.Atan2(BigFloat.FromDouble(ys[i]), BigFloat.FromDouble(xs[i]))!.Value);
            Assert.True(error <= 1, $"atan2({ys[i]:R}, {xs[i]:R}) is {Elementary.Atan2(ys[i], xs[i]):R}, off by {error} ulp");
        }

        // Numbers of the same size and next to tan(pi / 8), and some that are infinite, NaN or zero, among the others.
        double[] odd = [0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 1, -1];
        for (var i = 0; i < ys.Length; i += 37) ys[i] = odd[i % odd.Length];
        for (var i = 0; i < ys.Length; i += 31) xs[i] = odd[i % odd.Length];
        for (var i = 1; i < ys.Length; i += 29) ys[i] = xs[i] * 0.41421356237309503;
        var lanes = new double[ys.Length];
        Elementary.Atan2(ys, xs, lanes);
        for (var i = 0; i < lanes.Length; i++) Same(Elementary.Atan2(ys[i], xs[i]), lanes[i]);
        Elementary.Atan2(ys, [2.0], lanes);
        for (var i = 0; i < lanes.Length; i++) Same(Elementary.Atan2(ys[i], 2), lanes[i]);

        double Draw(int reach) => (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-reach, reach + 1));

        static void Same(double expected, double actual) => Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
    }
}
