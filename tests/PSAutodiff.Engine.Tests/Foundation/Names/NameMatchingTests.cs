using PSAutodiff.Foundation.Names;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Which given name stands for which variable: the rule against one written out plainly, for all combinations of five names.</summary>
public sealed class NameMatchingTests
{
    private static readonly string[] Names = ["a", "A", "ab", "Ab", "AB"];

    [Fact]
    public void AllCombinationsOfFiveNamesFollowTheRule()
    {
        var (bound, unbound, ambiguous) = (0, 0, 0);
        foreach (var variables in Subsets())
        {
            foreach (var given in Subsets())
            {
                foreach (var columns in Subsets())
                {
                    var expected = Plainly(variables, given, columns);
                    if (expected is null)
                    {
                        ambiguous++;
                        var error = Assert.Throws<AutodiffException>(() => NameMatching.Match(variables, new NameGroups(given), new NameGroups(columns)));
                        Assert.Equal("VariableAmbiguous", error.ErrorId);
                        continue;
                    }

                    Assert.Equal(expected, NameMatching.Match(variables, new NameGroups(given), new NameGroups(columns)));
                    bound += expected.Count(static match => match.Name is not null);
                    unbound += expected.Count(static match => match.Name is null);
                }
            }
        }

        // 32 sets of variables, of values and of columns each; every outcome has to come up, and often.
        Assert.True(bound > 10_000 && unbound > 1_000 && ambiguous > 1_000, $"{bound} bound, {unbound} unbound, {ambiguous} ambiguous");
    }

    [Fact]
    public void TheOrderOfNamesDoesNotMatter()
    {
        foreach (var variables in Subsets())
        {
            foreach (var given in Subsets())
            {
                if (Plainly(variables, given, []) is not { } expected) continue;
                var reversed = NameMatching.Match([.. variables.Reverse()], new NameGroups(given.Reverse()), NameGroups.Empty);
                Assert.Equal(expected, reversed.Reverse());
            }
        }
    }

    [Theory]
    [InlineData("a A", "A", "a -, A A")]
    [InlineData("a", "A", "a A")]
    [InlineData("ab", "AB Ab ab", "ab ab")]
    [InlineData("ab Ab", "ab AB", "ab ab, Ab AB")]
    [InlineData("T V t", "t T", "T T, V -, t t")]
    [InlineData("straße", "STRASSE", "straße -")]
    public void ValuesStandFor(string variables, string given, string expected)
    {
        var names = variables.Split(' ');
        var matches = NameMatching.Match(names, new NameGroups(given.Split(' ')));
        Assert.Equal(expected, string.Join(", ", names.Zip(matches, static (name, match) => $"{name} {match ?? "-"}")));
    }

    [Theory]
    [InlineData("ab", "AB Ab", "'ab' could be 'AB' or 'Ab': names are case-sensitive, and none of them is the exact one. Rename one of them.")]
    [InlineData("AB Ab", "ab", "'ab' could stand for the variables 'AB' or 'Ab': names are case-sensitive, and it is exactly none of them. Write it as the variable that is meant.")]
    public void AmbiguityNamesTheNames(string variables, string given, string message)
    {
        var error = Assert.Throws<AutodiffException>(() => NameMatching.Match(variables.Split(' '), new NameGroups(given.Split(' '))));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void AnExactColumnBeatsAValueThatDiffersInCase()
    {
        Assert.Equal([new NameMatch("rate", IsColumn: true)], NameMatching.Match(["rate"], new NameGroups(["RATE"]), new NameGroups(["rate"])));
        Assert.Equal([new NameMatch("rate")], NameMatching.Match(["rate"], new NameGroups(["rate"]), new NameGroups(["rate"])));
        Assert.Equal([new NameMatch("RATE")], NameMatching.Match(["rate"], new NameGroups(["RATE"]), new NameGroups(["RATE"])));
        Assert.Throws<AutodiffException>(static () => NameMatching.Match(["rate"], new NameGroups(["RATE"]), new NameGroups(["Rate"])));
    }

    [Fact]
    public void ManyNamesThatDifferInCaseAloneTakeTimeInProportion()
    {
        // 4,096 ways to write twelve letters, all variables, half of them given: each of these stands for itself.
        var variables = Enumerable.Range(0, 1 << 12).Select(static bits => string.Concat("abcdefghijkl".Select((c, i) => (bits >> i & 1) == 1 ? char.ToUpperInvariant(c) : c))).ToArray();
        var given = variables[..2048];
        var matches = NameMatching.Match(variables, new NameGroups(given));
        Assert.Equal(given, matches.OfType<string>());
        Assert.All(matches[2048..], Assert.Null);
    }

    private static IEnumerable<string[]> Subsets()
    {
        for (var bits = 0; bits < 1 << Names.Length; bits++) yield return [.. Names.Where((_, i) => (bits >> i & 1) == 1)];
    }

    // Null when it cannot be told.
    private static NameMatch[]? Plainly(string[] variables, string[] given, string[] columns)
    {
        var result = new NameMatch[variables.Length];
        for (var i = 0; i < variables.Length; i++)
        {
            var variable = variables[i];
            if (given.Contains(variable)) result[i] = new NameMatch(variable);
            else if (columns.Contains(variable)) result[i] = new NameMatch(variable, IsColumn: true);
            else
            {
                var others = given.Union(columns).Where(name => IsAlike(name, variable) && !variables.Contains(name)).ToArray();
                var rivals = variables.Count(other => IsAlike(other, variable) && !given.Contains(other) && !columns.Contains(other));
                if (others.Length == 0) continue;
                if (others.Length > 1 || rivals > 1) return null;
                result[i] = new NameMatch(others[0], IsColumn: !given.Contains(others[0]));
            }
        }

        return result;
    }

    private static bool IsAlike(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
