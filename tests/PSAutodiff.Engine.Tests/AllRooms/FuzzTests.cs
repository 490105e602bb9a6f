using PSAutodiff.Fuzz;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The targets of tests/Fuzz for some seconds, always with the same inputs; for hours there is its command line.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20261125;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(static target => target.Name)];

    public static TheoryData<string, string> Corpus
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var target in FuzzTarget.All)
            {
                foreach (var file in Fuzzer.Corpus(target.Name)) data.Add(target.Name, Path.GetFileName(file));
            }

            return data;
        }
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Targets))]
    public void Whatever_is_read_comes_back_or_is_refused_with_an_error_of_ours(string name)
    {
        var target = Named(name);
        var fuzzer = new Fuzzer(target, Seed);
        Assert.Null(fuzzer.Run(0, target.SuiteCount, TimeSpan.MaxValue));
        Assert.InRange(fuzzer.Accepted, target.SuiteCount / 10, target.SuiteCount);
    }

    [Theory]
    [MemberData(nameof(Corpus))]
    public void What_once_found_a_fault_finds_none_now(string name, string file)
    {
        var input = File.ReadAllBytes(Fuzzer.Corpus(name).Single(path => Path.GetFileName(path) == file));
        Assert.Null(new Fuzzer(Named(name), Seed).Run(input));
    }

    [Fact]
    public void An_input_is_the_same_every_time()
    {
        foreach (var target in FuzzTarget.All)
        {
            for (var i = 0; i < 20; i++) Assert.Equal(new Fuzzer(target, 7).Draw(i), new Fuzzer(target, 7).Draw(i));
            Assert.NotEqual(new Fuzzer(target, 7).Draw(5), new Fuzzer(target, 8).Draw(5));
        }
    }

    [Fact]
    public void Faults_are_found_and_told_with_the_input()
    {
        Assert.Contains("broken, seed 3, input 0: it is broken", new Fuzzer(new Broken(new FaultException("it is broken")), 3).Run([65])!, StringComparison.Ordinal);
        Assert.Contains("QUJD", new Fuzzer(new Broken(new InvalidOperationException()), 3).Run("ABC"u8.ToArray())!, StringComparison.Ordinal);
        Assert.NotNull(new Fuzzer(new Broken(new AutodiffException("NoSuchId", "A message that is long enough.")), 3).Run([1]));
        Assert.Null(new Fuzzer(new Broken(new AutodiffException("ExpressionSyntax", "A message that is long enough.")), 3).Run([1]));
    }

    private static FuzzTarget Named(string name) => FuzzTarget.All.Single(target => target.Name == name);

    private sealed class Broken(Exception exception) : FuzzTarget
    {
        public override string Name => "broken";

        public override int SuiteCount => 1;

        public override byte[] Generate(Random random) => [0];

        public override void Run(byte[] input) => throw exception;
    }
}
