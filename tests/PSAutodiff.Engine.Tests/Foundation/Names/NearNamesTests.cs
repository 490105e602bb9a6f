using PSAutodiff.Foundation.Names;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Which names may be slips of each other, and which only look so.</summary>
public sealed class NearNamesTests
{
    [Theory]
    [InlineData("Rsp", "Rps")]
    [InlineData("rps", "Rps")]
    [InlineData("t", "T")]
    [InlineData("Latenyc", "latency")]
    [InlineData("latncy", "latency")]
    [InlineData("latenncy", "latency")]
    [InlineData("latemcy", "latency")]
    [InlineData("elatency", "latency")]
    [InlineData("latency_", "latency")]
    public void AreNear(string one, string other)
    {
        Assert.True(NearNames.AreNear(one, other));
        Assert.True(NearNames.AreNear(other, one));
        Assert.Equal([(one, other)], NearNames.Pairs([one], [other]));
    }

    [Theory]
    [InlineData("x", "x")]
    [InlineData("x1", "w1")]
    [InlineData("x12", "w12")]
    [InlineData("x1", "x2")]
    [InlineData("w12", "w21")]
    [InlineData("w10000", "w10001")]
    [InlineData("layer1", "layer11")]
    [InlineData("ab", "ba")]
    [InlineData("rate", "date")]
    [InlineData("slope", "scope1")]
    [InlineData("a", "ab")]
    [InlineData("latency", "latent")]
    [InlineData("", "a")]
    public void AreNotNear(string one, string other)
    {
        Assert.False(NearNames.AreNear(one, other));
        Assert.False(NearNames.AreNear(other, one));
        Assert.Empty(NearNames.Pairs([one], [other]));
    }

    [Fact]
    public void PairsAreThoseOfAllComparisons()
    {
        // Short words over few letters, so that many are near.
        var random = new Random(5);
        var words = Enumerable.Range(0, 400).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => "abA1"[random.Next(4)])])).Distinct().ToArray();
        var (names, others) = (words[..(words.Length / 2)], words[(words.Length / 2)..]);
        var expected = names.Where(name => others.Any(other => NearNames.AreNear(name, other))).ToArray();
        Assert.True(expected.Length > 20, $"only {expected.Length} are near");
        var pairs = NearNames.Pairs(names, others).ToArray();
        Assert.Equal(expected, pairs.Select(static pair => pair.Name));
        Assert.All(pairs, static pair => Assert.True(NearNames.AreNear(pair.Name, pair.Other)));
    }

    [Fact]
    public void OneThatDiffersInCaseAloneIsNearest() => Assert.Equal("rate_A", NearNames.Nearest("Rate_a", ["ratea", "rate_A"]));
}
