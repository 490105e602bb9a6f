using PSAutodiff.Tests;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace PSAutodiff.Tests;

/// <summary>Starts the classes that take longest first, so that no processor waits for one of them at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        nameof(DeepChainTests), nameof(EqualityProofTests), nameof(DeepArrayTests), nameof(RunningWaysTests), nameof(RandomArrayTests), nameof(ComparisonCostTests),
        nameof(GoldenTests), nameof(LargeGraphTests), nameof(MinimizationTests), nameof(DerivationTests), nameof(DerivativeCheckTests), nameof(CheckpointTests),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static collection => PlaceOf(collection.TestCollectionDisplayName)).ThenBy(static collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    // "Test collection for PSAutodiff.Tests.GoldenTests (id: ...)".
    private static int PlaceOf(string name)
    {
        var place = Array.FindIndex(Longest, type => name.Contains($".{type} ", StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
