using Xunit;

namespace PSAutodiff.Tests.Operations;

/// <summary>A long chain of minima or maxima is computed side by side, and gives the bits of one link after the other.</summary>
public sealed class ExtremeChainTests
{
    // Lengths around the numbers of links that go side by side.
    public static TheoryData<string, int> Chains => new MatrixTheoryData<string, int>(["min", "max"], [1, 2, 511, 512, 513, 767, 768, 769, 1025, 5_000]);

    [Theory]
    [MemberData(nameof(Chains))]
    public void Numbers_and_infinities(string name, int count) => AssertSame(name, count, static random => random.Next(50) == 0 ? double.NegativeInfinity : random.NextDouble() - 0.5);

    [Theory]
    [MemberData(nameof(Chains))]
    public void Zeros_of_both_signs(string name, int count) => AssertSame(name, count, static random => random.Next(2) == 0 ? 0.0 : -0.0);

    [Theory]
    [MemberData(nameof(Chains))]
    public void The_first_of_several_that_are_no_numbers(string name, int count) =>
        AssertSame(name, count, static random => random.Next(100) == 0 ? BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0000 | (long)(uint)random.Next()) : random.NextDouble());

    private static void AssertSame(string name, int count, Func<Random, double> number)
    {
        var operation = OperationTable.FindFunction(name);
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var items = Enumerable.Range(0, count).Select(_ => number(random)).ToArray();
            var first = number(random);
            var expected = first;
            foreach (var item in items) expected = operation.Evaluate(expected, item, 0);

            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(operation.Chain(first, items, count)));
        }
    }
}
