using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Powers with whole exponents: accurate, and the same bits in every way of running.</summary>
public sealed class IntegerPowerTests
{
    private static readonly int[] Exponents = [3, 4, 5, 6, 7, 8, 10, 13, 31, 64, 127, 128, 255, 1000, 1023, 1024, -2, -3, -4, -7, -64, -1024];

    [Fact]
    public void They_are_within_a_little_more_than_half_a_unit_in_the_last_place()
    {
        var random = new Random(1);
        foreach (var n in Exponents)
        {
            for (var i = 0; i < 300; i++)
            {
                var x = Base(random, n, i);
                var power = IntegerPower.Value(x, n);
                var exact = BigFloat.One;
                for (var k = 0; k < Math.Abs(n); k++) exact *= BigFloat.FromDouble(x);
                if (n < 0) exact = BigFloat.One / exact;

                // Outside the range of the squarings it is the general power.
                var allowed = Math.Abs(power) is > 1e-260 and < 1e300 ? 0.501 : 1;
                Assert.True(HighPrecision.UlpDistance(power, exact) <= allowed, $"{x:r}^{n} is {power:r}, off by {HighPrecision.UlpDistance(power, exact)}");
            }
        }
    }

    [Fact]
    public void Zeros_infinities_and_NaN_are_those_of_the_standard()
    {
        const double infinity = double.PositiveInfinity;
        (double X, int N, double Power)[] cases =
        [
            (0.0, 3, 0.0), (-0.0, 3, -0.0), (-0.0, 4, 0.0), (0.0, -3, infinity), (-0.0, -3, -infinity), (-infinity, 3, -infinity),
            (infinity, -2, 0.0), (double.NaN, 5, double.NaN), (1e200, 3, infinity), (-1e200, 3, -infinity), (1e160, -2, 1e-320),
        ];
        foreach (var (x, n, power) in cases)
        {
            var actual = ExprNode.Parse($"x^({n})").At(("x", x));
            if (double.IsNaN(power)) Assert.True(double.IsNaN(actual));
            else Assert.Equal(BitConverter.DoubleToInt64Bits(power), BitConverter.DoubleToInt64Bits(actual));
        }
    }

    [Fact]
    public void Every_way_of_running_gives_the_same_bits()
    {
        var random = new Random(2);
        foreach (var n in Exponents)
        {
            var node = ExprNode.Pow(ExprNode.Variable("x"), n) + ExprNode.Pow(ExprNode.Variable("x"), ExprNode.Variable("n"));
            var compiled = CompiledExpression.Compile([node, node.X!], ["x", "n"]);
            var interpreter = new InterpretedTape(compiled.Tape);
            var code = TapeCode.Compile(compiled.Tape, compiled.Tape.InputCount);
            double[] odd = [0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e-300, double.Epsilon];
            double[] xs = [.. odd, .. Enumerable.Range(0, 1029).Select(i => Base(random, n, i))];
            var rows = compiled.EvaluateRows([xs, new double[] { n }], TestContext.Current.CancellationToken);
            var results = new double[2];
            for (var i = 0; i < xs.Length; i++)
            {
                var at = new Dictionary<string, double> { ["x"] = xs[i], ["n"] = n };
                interpreter.Run([xs[i], n], [], results);
                Same(PlainEvaluator.Evaluate(node, at), results[0]);
                Same(rows[0][i], results[0]);
                Same(rows[1][i], results[1]);
                code.Run([xs[i], n], [], results);
                Same(rows[0][i], results[0]);
                Same(rows[1][i], results[1]);
            }
        }

        static void Same(double expected, double actual) =>
            Assert.True(BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual) || (double.IsNaN(expected) && double.IsNaN(actual)), $"{expected:r} and {actual:r}");
    }

    // Products that others use stay products: as powers each would be computed by itself.
    [Fact]
    public void Stable_keeps_a_chain_of_powers_a_chain_of_products()
    {
        var t = ExprNode.Variable("t");
        var (power, sum) = (t, ExprNode.Variable("x000"));
        for (var j = 1; j < 128; j++)
        {
            sum += ExprNode.Variable($"x{j:d3}") * power;
            power *= t;
        }

        var (before, after) = (CompiledExpression.Compile([sum]), CompiledExpression.Compile([sum.Simplify(SimplificationRule.Stable)]));
        Assert.Equal(before.OperationCount, after.OperationCount);
        Assert.Equal("t^127", Texts.Infix(Enumerable.Range(0, 126).Aggregate(t, (product, _) => product * t).Simplify(SimplificationRule.Stable)));
    }

    // Powers from far below to far above 1, some out of range.
    private static double Base(Random random, int n, int i)
    {
        var reach = 310.0 / Math.Abs(n);
        var x = Math.Pow(10, ((2 * random.NextDouble()) - 1) * (i % 5 == 0 ? reach : Math.Min(reach, 2)));
        return i % 3 == 0 ? -x : x;
    }
}
