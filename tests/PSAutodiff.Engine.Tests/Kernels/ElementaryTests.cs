using System.Globalization;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The kernels of <see cref="Elementary"/>: edges, equal bits however they are called, and accuracy.</summary>
public sealed partial class ElementaryTests
{
    private const double UlpBound = 1.0;
    private const double ComposedBound = 2.0;
    private const double DerivativeBound = 4.0;

    private delegate void Block(ReadOnlySpan<double> x, Span<double> result);

    public static TheoryData<string> Names => [.. Subjects.Keys];

    private static Dictionary<string, Subject> Subjects { get; } = new()
    {
        ["Exp"] = new(Elementary.Exp, Elementary.Exp, HighPrecision.Exp, -746.0, 710.0),
        ["Expm1"] = new(Elementary.Expm1, Elementary.Expm1, HighPrecision.Expm1, -746.0, 710.0),
        ["Log"] = new(Elementary.Log, Elementary.Log, HighPrecision.Log, 0.0, double.PositiveInfinity),
        ["Log1p"] = new(Elementary.Log1p, Elementary.Log1p, HighPrecision.Log1p, -1.0, double.PositiveInfinity),
        ["Tanh"] = new(Elementary.Tanh, Elementary.Tanh, HighPrecision.Tanh, -800.0, 800.0),
        ["Sech2"] = new(Elementary.Sech2, Elementary.Sech2, HighPrecision.Sech2, -375.0, 375.0, DerivativeBound),
        ["Sinh"] = new(Elementary.Sinh, Elementary.Sinh, HighPrecision.Sinh, -711.0, 711.0),
        ["Cosh"] = new(Elementary.Cosh, Elementary.Cosh, HighPrecision.Cosh, -711.0, 711.0),
        ["Sigmoid"] = new(Elementary.Sigmoid, Elementary.Sigmoid, HighPrecision.Sigmoid, -746.0, 800.0, ComposedBound),
        ["Dsigmoid"] = new(Elementary.Dsigmoid, Elementary.Dsigmoid, HighPrecision.Dsigmoid, -746.0, 746.0, DerivativeBound),
        ["Sin"] = new(Elementary.Sin, Elementary.Sin, PreciseFunctions.Sin, double.NegativeInfinity, double.PositiveInfinity),
        ["Cos"] = new(Elementary.Cos, Elementary.Cos, PreciseFunctions.Cos, double.NegativeInfinity, double.PositiveInfinity),
        ["Tan"] = new(Elementary.Tan, Elementary.Tan, PreciseFunctions.Tan, double.NegativeInfinity, double.PositiveInfinity),
        ["Asin"] = new(Elementary.Asin, Elementary.Asin, PreciseFunctions.Asin, -1.0, 1.0),
        ["Acos"] = new(Elementary.Acos, Elementary.Acos, PreciseFunctions.Acos, -1.0, 1.0),
        ["Atan"] = new(Elementary.Atan, Elementary.Atan, PreciseFunctions.Atan, double.NegativeInfinity, double.PositiveInfinity),
        ["Erf"] = new(Elementary.Erf, Elementary.Erf, PreciseGamma.Erf, -40.0, 40.0),
        ["Erfc"] = new(Elementary.Erfc, Elementary.Erfc, PreciseGamma.Erfc, -40.0, 40.0, ComposedBound),
        ["LogBase2"] = new(Elementary.LogBase2, Elementary.LogBase2, HighPrecision.Log2, 0.0, double.PositiveInfinity),
        ["LogBase10"] = new(Elementary.LogBase10, Elementary.LogBase10, HighPrecision.Log10, 0.0, double.PositiveInfinity),
        ["Cbrt"] = new(Elementary.Cbrt, Elementary.Cbrt, PreciseFunctions.Cbrt, double.NegativeInfinity, double.PositiveInfinity),
        ["Asinh"] = new(Elementary.Asinh, Elementary.Asinh, HighPrecision.Asinh, double.NegativeInfinity, double.PositiveInfinity),
        ["Acosh"] = new(Elementary.Acosh, Elementary.Acosh, HighPrecision.Acosh, 1.0, double.PositiveInfinity),
        ["Atanh"] = new(Elementary.Atanh, Elementary.Atanh, HighPrecision.Atanh, -1.0, 1.0),
        ["Softplus"] = new(Elementary.Softplus, Elementary.Softplus, HighPrecision.Softplus, -746.0, 800.0, ComposedBound),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Edges_have_their_exact_values(string name)
    {
        foreach ((_, double x, double expected) in EdgeValues.Where(edge => edge.Name == name))
        {
            double actual = Subjects[name].Scalar(x);
            Assert.True(Bits(expected) == Bits(actual), $"{name}({x:R}) is {actual:R}, not {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Blocks_of_any_length_and_offset_give_the_scalar_bits(string name)
    {
        Subject subject = Subjects[name];
        double[] x = [.. Edges(), .. RandomPatterns(60), .. RandomModerate(60)];
        double[] expected = [.. x.Select(subject.Scalar)];
        for (int length = 0; length <= 40; length++)
        {
            for (int offset = 0; offset + length <= x.Length; offset += 1 + offset % 3)
            {
                double[] result = new double[length + 2];
                subject.Block(x.AsSpan(offset, length), result.AsSpan(1, length));
                AssertSameBits(expected.AsSpan(offset, length), result.AsSpan(1, length));
                Assert.Equal(0.0, result[0] + result[^1]);

                double[] inPlace = x.AsSpan(offset, length).ToArray();
                subject.Block(inPlace, inPlace);
                AssertSameBits(expected.AsSpan(offset, length), inPlace);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Long_blocks_give_the_scalar_bits(string name)
    {
        Subject subject = Subjects[name];
        double[] x = [.. RandomModerate(4_001), .. RandomPatterns(4_000)];
        double[] result = new double[x.Length];
        subject.Block(x, result);
        AssertSameBits([.. x.Select(subject.Scalar)], result);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Blocks_reject_spans_that_do_not_fit(string name)
    {
        Block block = Subjects[name].Block;
        double[] buffer = new double[12];
        Assert.Throws<ArgumentOutOfRangeException>(() => block(buffer, new double[11]));
        Assert.Throws<ArgumentException>(() => block(buffer.AsSpan(0, 8), buffer.AsSpan(1, 8)));
    }

    [Fact]
    public void Powers_and_cubes_have_whole_logarithms_and_roots()
    {
        for (int k = -1074; k < 1024; k++) Assert.Equal(k, Elementary.LogBase2(Math.ScaleB(1.0, k)));
        for (int k = -307; k <= 308; k++) Assert.Equal(k, Elementary.LogBase10(double.Parse($"1e{k}", CultureInfo.InvariantCulture)));
        for (double n = 1; n <= 100_000; n += 7) Assert.Equal(n, Elementary.Cbrt(n * n * n));
    }

    [Fact]
    public void Lengths_are_within_a_unit_in_the_last_place_at_every_size_and_whole_for_whole_triangles()
    {
        Assert.All(new[] { (3.0, 4.0, 5.0), (20, 21, 29), (8, 15, 17), (119, 120, 169), (696, 697, 985) }, static triangle =>
        {
            for (int scale = -1022; scale < 1000; scale += 14)
            {
                Assert.Equal(Math.ScaleB(triangle.Item3, scale), Elementary.Hypot(Math.ScaleB(triangle.Item1, scale), Math.ScaleB(-triangle.Item2, scale)));
            }
        });
        Random random = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.Next(-1074, 1023));
            double y = i % 3 == 0 ? Math.ScaleB(x, random.Next(-60, 1)) * random.NextDouble() : x * random.NextDouble();
            BigFloat exact = PreciseFunctions.Sqrt((BigFloat.FromDouble(x) * BigFloat.FromDouble(x)) + (BigFloat.FromDouble(y) * BigFloat.FromDouble(y)));
            double length = Elementary.Hypot(x, y);
            Assert.InRange(HighPrecision.UlpDistance(length, exact), 0, UlpBound);
            Assert.Equal(length, Elementary.Hypot(-y, x));
        }
    }

    [Fact]
    public void Every_lane_count_gives_the_same_bits()
    {
        double[] x = [.. Edges(), .. RandomPatterns(2_000), .. RandomModerate(2_000)];
        foreach ((string name, Subject subject) in Subjects)
        {
            double[] expected = [.. x.Select(subject.Scalar)];
            AssertSameBits(expected, InLanes<OneLane>(name, x));
            AssertSameBits(expected, InLanes<TwoLanes>(name, x));
            AssertSameBits(expected, InLanes<FourLanes>(name, x));
            AssertSameBits(expected, InLanes<EightLanes>(name, x));
        }
    }

    [Fact]
    public void Two_results_at_once_have_the_bits_they_have_alone()
    {
        double[] x = [.. Edges(), .. RandomPatterns(2_000), .. RandomModerate(2_000)];
        Check(Elementary.Tanh, Elementary.Sech2, Elementary.TanhAndSech2, Elementary.TanhAndSech2);
        Check(Elementary.Sin, Elementary.Cos, Elementary.SinAndCos, Elementary.SinAndCos);
        Check(Elementary.Sigmoid, Elementary.Dsigmoid, Elementary.SigmoidAndDsigmoid, Elementary.SigmoidAndDsigmoid);
        Check(Elementary.Sigmoid, Elementary.Softplus, Elementary.SigmoidAndSoftplus, Elementary.SigmoidAndSoftplus);
        Check(Elementary.Sigmoid, static x => Elementary.Softplus(-x), Elementary.SigmoidAndSoftplusOfOpposite, Elementary.SigmoidAndSoftplusOfOpposite);

        void Check(Func<double, double> first, Func<double, double> second, ValueAndSecond both, BlocksOfTwo blocks)
        {
            foreach (double value in x)
            {
                Assert.Equal(Bits(first(value)), Bits(both(value, out double other)));
                Assert.Equal(Bits(second(value)), Bits(other));
            }

            for (int length = 1; length <= x.Length; length = (2 * length) + 1)
            {
                double[] source = x[^length..];
                (double[] one, double[] two) = (new double[length], [.. source]);
                blocks(two, one, two);
                AssertSameBits([.. source.Select(first)], one);
                AssertSameBits([.. source.Select(second)], two);
            }
        }
    }

    [Theory]
    [InlineData("Expm1", 1.0)]
    [InlineData("Tanh", -1.0)]
    [InlineData("Sinh", -1.0)]
    [InlineData("Cbrt", -1.0)]
    [InlineData("Erf", -1.0)]
    [InlineData("Atan", -1.0)]
    [InlineData("Asinh", -1.0)]
    public void The_sign_follows_the_argument(string name, double oddness)
    {
        Subject subject = Subjects[name];
        foreach (double x in RandomModerate(2_000))
        {
            double y = subject.Scalar(x);
            Assert.Equal(Math.Sign(x), Math.Sign(y));
            if (oddness < 0)
                Assert.Equal(Bits(-y), Bits(subject.Scalar(-x)));
        }
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Names))]
    public void Errors_stay_within_the_bound(string name)
    {
        Subject subject = Subjects[name];
        double[] candidates =
        [
            .. Edges(), .. NearThresholds(40),
            .. RandomPatterns(3_000), .. RandomModerate(5_000), .. RandomSmall(3_000),
        ];
        foreach (double x in candidates.Where(x => x > subject.Low && x < subject.High))
        {
            double error = HighPrecision.UlpDistance(
                subject.Scalar(x), subject.Reference(BigFloat.FromDouble(x)));
            Assert.True(error <= subject.Bound, $"{name}({x:R}) is off by {error} ulp");
        }
    }

    private static double[] InLanes<T>(string name, double[] x)
        where T : struct, ILanes<T>
    {
        double[] padded = new double[(x.Length + T.Count - 1) / T.Count * T.Count];
        x.CopyTo(padded, 0);
        for (int i = 0; i < padded.Length; i += T.Count)
            T.Store(Apply(name, T.Load(ref padded[0], i)), ref padded[0], i);
        return padded[..x.Length];
    }

    private static T Apply<T>(string name, T x)
        where T : struct, ILanes<T> => name switch
        {
            "Exp" => Elementary.Exp(x),
            "Expm1" => Elementary.Expm1(x),
            "Log" => Elementary.Log(x),
            "Log1p" => Elementary.Log1p(x),
            "Tanh" => Elementary.Tanh(x),
            "Sech2" => Elementary.Sech2(x, Elementary.Tanh(x)),
            "Sinh" => Elementary.Sinh(x),
            "Cosh" => Elementary.Cosh(x),
            "Sigmoid" => Elementary.Sigmoid(x),
            "Dsigmoid" => Elementary.Dsigmoid(x, Elementary.Sigmoid(x)),
            "Sin" => Elementary.Sin(x),
            "Cos" => Elementary.Cos(x),
            "Tan" => Elementary.Tan(x),
            "Asin" => Elementary.Asin(x),
            "Acos" => Elementary.Acos(x),
            "Atan" => Elementary.Atan(x),
            "Erf" => Elementary.Erf(x),
            "Erfc" => Elementary.Erfc(x),
            "LogBase2" => Elementary.LogBase2(x),
            "LogBase10" => Elementary.LogBase10(x),
            "Cbrt" => Elementary.Cbrt(x),
            "Asinh" => Elementary.Asinh(x),
            "Acosh" => Elementary.Acosh(x),
            "Atanh" => Elementary.Atanh(x),
            "Softplus" => Elementary.Softplus(x),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };

    private static IEnumerable<double> Edges()
    {
        // A signalling NaN and one with a payload: neither may show in the result.
        yield return BitConverter.Int64BitsToDouble(0x7FF0000000000001);
        yield return BitConverter.Int64BitsToDouble(0x7FF8000000012345);
        yield return double.NaN;
        yield return double.PositiveInfinity;
        yield return double.NegativeInfinity;
        foreach (double x in Thresholds)
        {
            yield return x;
            yield return -x;
            yield return Math.BitIncrement(x);
            yield return -Math.BitIncrement(x);
            yield return Math.BitDecrement(x);
        }
    }

    private static IEnumerable<double> NearThresholds(int count)
    {
        Random random = new(4);
        foreach (double x in Thresholds)
        {
            for (int i = 0; i < count; i++)
            {
                double near = x * (1.0 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next(2, 50)));
                yield return random.Next(2) == 0 ? near : -near;
            }
        }
    }

    private static IEnumerable<double> RandomPatterns(int count)
    {
        Random random = new(1);
        for (int i = 0; i < count; i++)
            yield return BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
    }

    private static IEnumerable<double> RandomModerate(int count)
    {
        Random random = new(2);
        for (int i = 0; i < count; i++)
        {
            double size = (i % 4) switch { 0 => 1.0, 1 => 4.0, 2 => 45.0, _ => 750.0 };
            yield return size * (2.0 * random.NextDouble() - 1.0);
        }
    }

    private static IEnumerable<double> RandomSmall(int count)
    {
        Random random = new(3);
        for (int i = 0; i < count; i++)
        {
            double x = Math.ScaleB(1.0 + random.NextDouble(), random.Next(-70, 2));
            yield return (i % 4) switch { 0 => x, 1 => -x, 2 => 1.0 + x, _ => 1.0 - x };
        }
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static void AssertSameBits(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Bits(expected[i]) != Bits(actual[i]))
                Assert.Fail($"at {i}: {expected[i]:R} became {actual[i]:R}");
        }
    }

    private sealed record Subject(
        Func<double, double> Scalar,
        Block Block,
        Func<BigFloat, BigFloat> Reference,
        double Low,
        double High,
        double Bound = UlpBound);
}
