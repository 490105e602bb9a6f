namespace PSAutodiff.Tests;

/// <summary>The rules that rewrite by identities, in linear time. Those of algebra promise equal functions, and neither digits nor costs.</summary>
internal static class RewritingRules
{
    public static IReadOnlyList<SimplificationRule> All { get; } =
    [
        SimplificationRule.Standard, SimplificationRule.Lab, SimplificationRule.Stable, SimplificationRule.Textbook,
    ];
}
