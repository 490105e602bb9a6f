using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The fixed numbers come from an implementation in another language.</summary>
public sealed class RandomSourceTests
{
    [Fact]
    public void A_seed_gives_these_numbers_for_ever()
    {
        var random = new RandomSource(42);
        Assert.Equal([0.8143051451229099, 0.3188210400616611], Units(random, 2));
        Assert.Equal([1.3403256427520227, -0.9642205062941384, 0.1962265296745266], Normals(random, 3));
    }

    [Fact]
    public void Whole_numbers_and_shuffles_are_these_for_ever()
    {
        var random = new RandomSource(7, 3);
        int[] drawn = [random.NextInt(10), random.NextInt(1000), random.NextInt(int.MaxValue), random.NextInt(1)];
        int[] order = [0, 1, 2, 3, 4, 5, 6, 7];
        random.Shuffle(order);
        Assert.Equal([9, 132, 1866269037, 0], drawn);
        Assert.Equal([3, 5, 0, 2, 1, 6, 7, 4], order);
    }

    [Fact]
    public void Streams_of_a_seed_differ_and_the_first_is_the_plain_one()
    {
        Assert.Equal(new RandomSource(-5).State, new RandomSource(-5, 0).State);
        Assert.Equal(5, Enumerable.Range(0, 5).Select(static stream => new RandomSource(1, stream).NextUnit()).Distinct().Count());
    }

    [Fact]
    public void A_state_goes_on_where_it_was_taken()
    {
        var random = new RandomSource(1);
        _ = random.NextNormal();
        var copy = new RandomSource(99) { State = random.State };
        Assert.Equal(Normals(random, 20), Normals(copy, 20));
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        const int count = 200_000;
        var numbers = Normals(new RandomSource(3), count);
        double Moment(int power) => numbers.Sum(x => Math.Pow(x, power)) / count;
        Assert.Equal(0, Moment(1), 4 / Math.Sqrt(count));
        Assert.Equal(1, Moment(2), 4 * Math.Sqrt(2.0 / count));
        Assert.Equal(0, Moment(3), 4 * Math.Sqrt(15.0 / count));
        Assert.Equal(3, Moment(4), 4 * Math.Sqrt(96.0 / count));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(257)]
    public void Whole_numbers_are_equally_likely(int bound)
    {
        const int draws = 300_000;
        var random = new RandomSource(bound);
        var counts = new int[bound];
        for (var i = 0; i < draws; i++) counts[random.NextInt(bound)]++;
        var expected = (double)draws / bound;

        // Chi squared has mean bound - 1 and variance 2 (bound - 1).
        var chi = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chi, 0, bound - 1 + (5 * Math.Sqrt(2.0 * (bound - 1))));
    }

    [Fact]
    public void A_bound_below_1_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(static () => new RandomSource(1).NextInt(0));

    [Fact]
    public void All_orders_of_a_shuffle_are_equally_likely()
    {
        const int draws = 60_000;
        var random = new RandomSource(11);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < draws; i++)
        {
            int[] order = [0, 1, 2, 3];
            random.Shuffle(order);
            var key = string.Concat(order);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(24, counts.Count);
        var expected = draws / 24.0;
        Assert.InRange(counts.Values.Sum(count => (count - expected) * (count - expected) / expected), 0, 23 + (5 * Math.Sqrt(46)));
    }

    private static double[] Units(RandomSource random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextUnit())];

    private static double[] Normals(RandomSource random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
}
