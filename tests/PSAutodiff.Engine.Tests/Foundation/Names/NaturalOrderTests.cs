using PSAutodiff.Foundation.Names;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Numbered names in the order of their numbers.</summary>
public sealed class NaturalOrderTests
{
    [Theory]
    [InlineData("w2", "w10")]
    [InlineData("w1_9_1", "w1_10_1")]
    [InlineData("a", "b")]
    [InlineData("W1", "a1")]
    [InlineData("w", "w1")]
    [InlineData("w9a", "w9b")]
    [InlineData("x99999999999999999998", "x99999999999999999999")]
    [InlineData("x9", "x99999999999999999999")]
    [InlineData("w01", "w1")]
    [InlineData("w1a", "w01b")]
    [InlineData("1", "a")]
    [InlineData(null, "")]
    public void The_first_stands_before_the_second(string? first, string? second)
    {
        Assert.True(NaturalOrder.Instance.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Instance.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(first, first));
    }

    [Fact]
    public void It_is_an_order()
    {
        var random = new Random(5);
        var names = Enumerable.Range(0, 60).Select(_ => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => "01a9w"[random.Next(5)]))).ToArray();
        foreach (var x in names)
        {
            foreach (var y in names)
            {
                Assert.Equal(Math.Sign(NaturalOrder.Instance.Compare(x, y)), -Math.Sign(NaturalOrder.Instance.Compare(y, x)));
                Assert.Equal(x == y, NaturalOrder.Instance.Compare(x, y) == 0);
                foreach (var z in names)
                {
                    if (NaturalOrder.Instance.Compare(x, y) <= 0 && NaturalOrder.Instance.Compare(y, z) <= 0) Assert.True(NaturalOrder.Instance.Compare(x, z) <= 0, $"{x} {y} {z}");
                }
            }
        }
    }
}
