namespace PSAutodiff.Core;

/// <summary>Identities that every operation has.</summary>
internal static class CommonIdentities
{
    /// <summary>Folding of constants, which never makes a constant that is not finite.</summary>
    public static IEnumerable<Identity> For(Operation operation)
    {
        if (operation.Arity > 0)
        {
            yield return new Identity("constants are computed", RuleSets.All, (x, y, z) => Fold(operation, x, y, z));
        }
    }

    private static Term Fold(Operation operation, Term x, Term y, Term z)
    {
        if (!x.IsConstant || (y.Exists && !y.IsConstant) || (z.Exists && !z.IsConstant)) return Term.None;
        var value = operation.Evaluate(
            x.ConstantValue,
            y.Exists ? y.ConstantValue : 0,
            z.Exists ? z.ConstantValue : 0);
        return double.IsFinite(value) ? x.Constant(value) : Term.None;
    }
}
