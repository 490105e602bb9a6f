using System.Globalization;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The kernels of <see cref="Elementary"/>: edges, equal bits however they are called, and accuracy.</summary>
public sealed class ElementaryTests
{
    private const double UlpBound = 1.0;
    private const double ComposedBound = 2.0;
    private const double DerivativeBound = 4.0;
    private const double SmallestSubnormal = double.Epsilon;
    private const double SmallestNormal = 2.2250738585072014e-308;

    // Places where an algorithm changes course or a result leaves the range.
    private static readonly double[] Thresholds =
    [
        0.0, SmallestSubnormal, SmallestNormal, 1e-300, 1e-20, 1.0, 2.0, 0.34657359027997264, 0.6931471805599453,
        0.41421356237309503, 0.29289321881345248, Math.Sqrt(0.5), Math.Sqrt(2), 18.7, 19.061547465398498, 20.0,
        36.7368005696771, 37.5, 37.42994775023705, 40.0, 708.0, 708.3964185322641, 709.782712893384, 710.0,
        710.4758600739439, 712.0, 745.1332191019411, 745.1332191019412, 747.0, 1e9, 1e300, double.MaxValue,
        0.5, 0.125, 8.0, 4.0, 10.0, 1e22, 1e-5, 0.4, 5.9, 26.5, 27.2, 27.4,
    ];

    // Kernel, argument, and the exact bits to expect.
    private static readonly (string Name, double X, double Expected)[] EdgeValues =
    [
        ("Exp", 0.0, 1.0),
        ("Exp", -0.0, 1.0),
        ("Exp", SmallestSubnormal, 1.0),
        ("Exp", 709.782712893384, 1.7976931348622732e308),
        ("Exp", 709.7827128933841, double.PositiveInfinity),
        ("Exp", -745.1332191019411, SmallestSubnormal),
        ("Exp", -745.1332191019412, 0.0),
        ("Exp", double.MaxValue, double.PositiveInfinity),
        ("Exp", -double.MaxValue, 0.0),
        ("Exp", double.PositiveInfinity, double.PositiveInfinity),
        ("Exp", double.NegativeInfinity, 0.0),
        ("Exp", double.NaN, double.NaN),
        ("Expm1", 0.0, 0.0),
        ("Expm1", -0.0, -0.0),
        ("Expm1", SmallestSubnormal, SmallestSubnormal),
        ("Expm1", -SmallestSubnormal, -SmallestSubnormal),
        ("Expm1", 1e-20, 1e-20),
        ("Expm1", -40.0, -1.0),
        ("Expm1", -1e9, -1.0),
        ("Expm1", 709.7827128933841, double.PositiveInfinity),
        ("Expm1", double.PositiveInfinity, double.PositiveInfinity),
        ("Expm1", double.NegativeInfinity, -1.0),
        ("Expm1", double.NaN, double.NaN),
        ("Log", 0.0, double.NegativeInfinity),
        ("Log", -0.0, double.NegativeInfinity),
        ("Log", 1.0, 0.0),
        ("Log", SmallestSubnormal, -744.4400719213812),
        ("Log", SmallestNormal, -708.3964185322641),
        ("Log", double.MaxValue, 709.782712893384),
        ("Log", -SmallestSubnormal, double.NaN),
        ("Log", -1.0, double.NaN),
        ("Log", double.PositiveInfinity, double.PositiveInfinity),
        ("Log", double.NegativeInfinity, double.NaN),
        ("Log", double.NaN, double.NaN),
        ("Log1p", 0.0, 0.0),
        ("Log1p", -0.0, -0.0),
        ("Log1p", SmallestSubnormal, SmallestSubnormal),
        ("Log1p", -SmallestSubnormal, -SmallestSubnormal),
        ("Log1p", -1e-20, -1e-20),
        ("Log1p", -1.0, double.NegativeInfinity),
        ("Log1p", -1.0000000000000002, double.NaN),
        ("Log1p", -0.9999999999999999, -36.7368005696771),
        ("Log1p", double.MaxValue, 709.782712893384),
        ("Log1p", double.PositiveInfinity, double.PositiveInfinity),
        ("Log1p", double.NegativeInfinity, double.NaN),
        ("Log1p", double.NaN, double.NaN),
        ("Tanh", 0.0, 0.0),
        ("Tanh", -0.0, -0.0),
        ("Tanh", SmallestSubnormal, SmallestSubnormal),
        ("Tanh", -SmallestSubnormal, -SmallestSubnormal),
        ("Tanh", 1e-20, 1e-20),
        ("Tanh", 19.1, 1.0),
        ("Tanh", -1e300, -1.0),
        ("Tanh", double.PositiveInfinity, 1.0),
        ("Tanh", double.NegativeInfinity, -1.0),
        ("Tanh", double.NaN, double.NaN),
        ("Dsigmoid", 0.0, 0.25),
        ("Dsigmoid", -0.0, 0.25),
        ("Dsigmoid", 40.0, 4.248354255291589e-18),
        ("Dsigmoid", -40.0, 4.248354255291589e-18),
        ("Dsigmoid", 745.0, SmallestSubnormal),
        ("Dsigmoid", -745.0, SmallestSubnormal),
        ("Dsigmoid", double.MaxValue, 0.0),
        ("Dsigmoid", double.PositiveInfinity, 0.0),
        ("Dsigmoid", double.NegativeInfinity, 0.0),
        ("Dsigmoid", double.NaN, double.NaN),
        ("Sech2", 0.0, 1.0),
        ("Sech2", -0.0, 1.0),
        ("Sech2", 1e-20, 1.0),
        ("Sech2", 20.0, 1.6993417021166355e-17),
        ("Sech2", -374.0, 0.0),
        ("Sech2", 1e300, 0.0),
        ("Sech2", double.PositiveInfinity, 0.0),
        ("Sech2", double.NegativeInfinity, 0.0),
        ("Sech2", double.NaN, double.NaN),
        ("Sinh", 0.0, 0.0),
        ("Sinh", -0.0, -0.0),
        ("Sinh", SmallestSubnormal, SmallestSubnormal),
        ("Sinh", -1e-20, -1e-20),
        ("Sinh", 710.4758600739439, 1.7976931348621744e308),
        ("Sinh", 710.475860073944, double.PositiveInfinity),
        ("Sinh", -710.475860073944, double.NegativeInfinity),
        ("Sinh", double.PositiveInfinity, double.PositiveInfinity),
        ("Sinh", double.NegativeInfinity, double.NegativeInfinity),
        ("Sinh", double.NaN, double.NaN),
        ("Cosh", 0.0, 1.0),
        ("Cosh", -0.0, 1.0),
        ("Cosh", 1e-20, 1.0),
        ("Cosh", -710.4758600739439, 1.7976931348621744e308),
        ("Cosh", -710.475860073944, double.PositiveInfinity),
        ("Cosh", double.PositiveInfinity, double.PositiveInfinity),
        ("Cosh", double.NegativeInfinity, double.PositiveInfinity),
        ("Cosh", double.NaN, double.NaN),
        ("Sigmoid", 0.0, 0.5),
        ("Sigmoid", -0.0, 0.5),
        ("Sigmoid", 40.0, 1.0),
        ("Sigmoid", -745.0, SmallestSubnormal),
        ("Sigmoid", -1e9, 0.0),
        ("Sigmoid", 1e9, 1.0),
        ("Sigmoid", double.PositiveInfinity, 1.0),
        ("Sigmoid", double.NegativeInfinity, 0.0),
        ("Sigmoid", double.NaN, double.NaN),
        ("Erf", -0.0, -0.0),
        ("Erf", SmallestSubnormal, SmallestSubnormal),
        ("Erf", 6.0, 1.0),
        ("Erf", double.NegativeInfinity, -1.0),
        ("Erf", double.NaN, double.NaN),
        ("Erfc", -0.0, 1.0),
        ("Erfc", 26.543, 2.255835022053937e-308),
        ("Erfc", 27.3, 0.0),
        ("Erfc", double.MaxValue, 0.0),
        ("Erfc", double.PositiveInfinity, 0.0),
        ("Erfc", double.NegativeInfinity, 2.0),
        ("Erfc", double.NaN, double.NaN),
        ("LogBase2", 0.0, double.NegativeInfinity),
        ("LogBase2", -1.0, double.NaN),
        ("LogBase2", SmallestSubnormal, -1074.0),
        ("LogBase2", double.PositiveInfinity, double.PositiveInfinity),
        ("LogBase10", -0.0, double.NegativeInfinity),
        ("LogBase10", 1e22, 22.0),
        ("LogBase10", -SmallestSubnormal, double.NaN),
        ("LogBase10", double.NaN, double.NaN),
        ("Cbrt", -0.0, -0.0),
        ("Cbrt", -27.0, -3.0),
        ("Cbrt", double.NegativeInfinity, double.NegativeInfinity),
        ("Cbrt", double.NaN, double.NaN),
        ("Asinh", -0.0, -0.0),
        ("Asinh", SmallestSubnormal, SmallestSubnormal),
        ("Asinh", double.MaxValue, 710.475860073944),
        ("Asinh", double.NegativeInfinity, double.NegativeInfinity),
        ("Asinh", double.NaN, double.NaN),
        ("Acosh", 1.0, 0.0),
        ("Acosh", 1.0000000000000002, 2.1073424255447014e-08),
        ("Acosh", 0.9999999999999999, double.NaN),
        ("Acosh", double.MaxValue, 710.475860073944),
        ("Acosh", double.PositiveInfinity, double.PositiveInfinity),
        ("Acosh", double.NegativeInfinity, double.NaN),
        ("Acosh", double.NaN, double.NaN),
        ("Atanh", -0.0, -0.0),
        ("Atanh", -SmallestSubnormal, -SmallestSubnormal),
        ("Atanh", 0.9999999999999999, 18.714973875118524),
        ("Atanh", 1.0, double.PositiveInfinity),
        ("Atanh", -1.0, double.NegativeInfinity),
        ("Atanh", 1.0000000000000002, double.NaN),
        ("Atanh", double.NaN, double.NaN),
        ("Softplus", 0.0, 0.6931471805599453),
        ("Softplus", -745.0, SmallestSubnormal),
        ("Softplus", -1e9, 0.0),
        ("Softplus", 1e9, 1e9),
        ("Softplus", double.MaxValue, double.MaxValue),
        ("Softplus", double.PositiveInfinity, double.PositiveInfinity),
        ("Softplus", double.NegativeInfinity, 0.0),
        ("Softplus", double.NaN, double.NaN),
    ];

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
