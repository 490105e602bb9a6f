using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>Truth values: what is always 1 or 0.</summary>
internal static class Truth
{
    public static bool Is(Term x) =>
        x.Is<LessOperation>() || x.Is<LessEqualOperation>() || x.Is<EqualOperation>() || x.Is<AndOperation>() || x.Is<OrOperation>() || x.Is<NotOperation>();
}
