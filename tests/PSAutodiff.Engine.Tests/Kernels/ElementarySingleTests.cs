using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The kernels in single precision against those in double: within a few units in the last place everywhere.</summary>
public sealed class ElementarySingleTests
{
    private delegate void SingleBlock(Span<float> values);

    [Fact]
    [Trait("Category", "Slow")]
    public void Tanh_is_within_two_units_in_the_last_place() => Check(ElementarySingle.Tanh, Elementary.Tanh, 2);

    [Fact]
    [Trait("Category", "Slow")]
    public void Sigmoid_is_within_three_units_in_the_last_place() => Check(ElementarySingle.Sigmoid, Elementary.Sigmoid, 3);

    [Fact]
    public void Special_values_are_right()
    {
        float[] x = [0, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.Epsilon, 1000, -1000];
        var tanh = x.ToArray();
        ElementarySingle.Tanh(tanh);
        Assert.Equal([0, -0f, 1, -1, float.NaN, float.Epsilon, 1, -1], tanh);
        Assert.True(float.IsNegative(tanh[1]));
        var sigmoid = x.ToArray();
        ElementarySingle.Sigmoid(sigmoid);
        Assert.Equal([0.5f, 0.5f, 1, 0, float.NaN, 0.5f, 1, 0], sigmoid);
    }

    [Fact]
    public void The_place_of_a_value_makes_no_difference_to_the_bits()
    {
        var random = new Random(3);
        var x = Enumerable.Range(0, 67).Select(_ => (float)((20 * random.NextDouble()) - 10)).ToArray();
        foreach (SingleBlock function in new SingleBlock[] { ElementarySingle.Tanh, ElementarySingle.Sigmoid })
        {
            var together = x.ToArray();
            function(together);
            for (var i = 0; i < x.Length; i++)
            {
                float[] alone = [x[i]];
                function(alone);
                Assert.Equal(BitConverter.SingleToInt32Bits(together[i]), BitConverter.SingleToInt32Bits(alone[0]));
            }
        }
    }

    // Every 1,009th single precision number of either sign up to 128.
    private static void Check(SingleBlock single, Func<double, double> reference, int units)
    {
        const int stride = 1009;
        var last = BitConverter.SingleToInt32Bits(128f);
        var x = new float[2 * (last / stride)];
        for (var i = 0; i < x.Length; i++) x[i] = BitConverter.Int32BitsToSingle(i / 2 * stride) * (i % 2 == 0 ? 1 : -1);
        var actual = x.ToArray();
        single(actual);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = reference(x[i]);
            var unit = Math.Max(float.Epsilon, Math.ScaleB(1, Math.ILogB(expected) - 23));
            if (expected == 0) unit = float.Epsilon;
            Assert.True(Math.Abs(actual[i] - expected) <= units * unit, $"{actual[i]} at {x[i]}, {expected} expected");
        }
    }
}
