using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>Identities of functions that are symmetric to 0.</summary>
internal static class Parity
{
    /// <summary>f(-x) = -f(x).</summary>
    public static Identity Odd<TOperation>()
        where TOperation : Operation
    {
        var name = OperationOf<TOperation>.Instance.Name;
        return new($"{name}(-x) = -{name}(x)", RuleSets.Signs, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Apply<TOperation>() : Term.None);
    }

    /// <summary>f(-x) = f(x).</summary>
    public static Identity Even<TOperation>()
        where TOperation : Operation
    {
        var name = OperationOf<TOperation>.Instance.Name;
        return new($"{name}(-x) = {name}(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<NegOperation>() ? x.X.Apply<TOperation>() : Term.None);
    }
}
