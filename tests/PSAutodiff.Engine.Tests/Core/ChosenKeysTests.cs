using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Core;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Constants, names and arguments that somebody chose so that they collide cost no more than others.</summary>
public sealed class ChosenKeysTests
{
    private const int Count = 100_000;

    /// <summary>Sets of constants, each of which a hash without a seed puts into one place.</summary>
    public static TheoryData<string> Sets => [.. Chosen.Keys];

    private static Dictionary<string, Func<int, long>> Chosen { get; } = new()
    {
        // bits * a, folded and times b: the upper half of the product is the same for all.
        ["a multiplicative hash with a fold"] = static i =>
        {
            const ulong a = 0x9E3779B97F4A7C15;
            const ulong b = 0xD6E8FEB86659FD93;
            var folded = Inverse(b) * (uint)(i * 2654435761u);
            return (long)((folded ^ (folded >> 32)) * Inverse(a));
        },
        ["the hash of long integers and doubles"] = static i => ((long)(0x3FF00000 + i) << 32) | (uint)(0x12345678 ^ (0x3FF00000 + i)),
        ["the lowest bits"] = static i => (long)(0x3FF0 + (i & 0x3F)) << 48 | ((long)i << 20),
    };

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Sets))]
    public void Constants_chosen_to_collide_are_read_and_compiled_in_a_time_like_that_of_others(string set)
    {
        var random = new Random(5);
        var others = Seconds(() => ReadAndCompile([.. Enumerable.Range(0, Count).Select(_ => 1 + random.NextDouble())]));
        var numbers = Enumerable.Range(0, 4 * Count).Select(Chosen[set]).Select(BitConverter.Int64BitsToDouble)
            .Where(static number => double.IsNormal(number) && number > 0).Take(Count).ToArray();
        Assert.Equal(Count, numbers.Distinct().Count());

        // A third of a second. With each in the place of all before it takes more than half a minute.
        Assert.InRange(Seconds(() => ReadAndCompile(numbers)), 0, (20 * others) + 8);
    }

    [Fact]
    public void Arguments_and_constants_with_a_pattern_collide_no_more_often_than_by_chance()
    {
        // Of 65,536 keys half a pair collides on average; a pattern that a hash falls for makes thousands.
        const uint keys = 1 << 16;
        Assert.InRange(Collisions(static i => SeededHash.Of(i, i + 1, uint.MaxValue, 7)), 0, 16);
        Assert.InRange(Collisions(static i => SeededHash.Of(i << 16, 5, i, 7)), 0, 16);
        Assert.InRange(Collisions(static i => SeededHash.Of(i & 255, 1000, i >> 8, 7)), 0, 16);
        Assert.InRange(Collisions(static i => SeededHash.Of((long)i << 32)), 0, 16);
        Assert.InRange(Collisions(static i => SeededHash.Of(BitConverter.DoubleToInt64Bits(i))), 0, 16);

        static int Collisions(Func<uint, uint> hash)
        {
            var seen = new HashSet<uint>();
            for (var i = 0u; i < keys; i++) seen.Add(hash(i));
            return (int)keys - seen.Count;
        }
    }

    private static void ReadAndCompile(double[] numbers)
    {
        var text = string.Join(" + ", numbers.Select(static (number, i) => string.Create(CultureInfo.InvariantCulture, $"x*{number:R}")));
        Assert.Equal((2 * numbers.Length) - 1, CompiledExpression.Compile([ExprNode.Parse(text)]).OperationCount);
    }

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    // Newton's iteration doubles the bits that are right.
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++) inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
