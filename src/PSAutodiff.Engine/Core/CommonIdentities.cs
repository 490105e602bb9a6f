namespace PSAutodiff.Core;

/// <summary>Identities that every operation has.</summary>
internal static class CommonIdentities
{
    private const string Computed = "constants are computed";

    /// <summary>
    /// Folding of constants, which never makes a constant that is not finite. Formulas that people read keep log(2) and 1 / 3: only what
    /// is exact is folded there. The lab folds everything, and so does what is for computing.
    /// </summary>
    public static IEnumerable<Identity> For(Operation operation)
    {
        if (operation.Arity == 0 || !operation.IsComputed) yield break;
        yield return new Identity(Computed, RuleSets.Lab | RuleSets.Stable, (x, y, z) => Fold(operation, x, y, z, Exactness.Any)) { FirstIsConstant = true, IsWorthItsCost = false };
        yield return new Identity(Computed, RuleSets.Textbook, (x, y, z) => Fold(operation, x, y, z, Exactness.OnPaper)) { FirstIsConstant = true };
        yield return new Identity(Computed, RuleSets.Fold | RuleSets.Standard, (x, y, z) => Fold(operation, x, y, z, Exactness.OfDoubles)) { FirstIsConstant = true };
    }

    private static Term Fold(Operation operation, Term x, Term y, Term z, Exactness exactness)
    {
        if (!x.IsConstant || (y.Exists && !y.IsConstant) || (z.Exists && !z.IsConstant)) return Term.None;
        var (a, b, c) = (x.ConstantValue, y.Exists ? y.ConstantValue : 0, z.Exists ? z.ConstantValue : 0);
        var value = operation.Evaluate(a, b, c);
        if (exactness != Exactness.Any && !operation.TryEvaluateExactly(a, b, c, exactness == Exactness.OnPaper, ref value)) return Term.None;
        return double.IsFinite(value) ? x.Constant(value) : Term.None;
    }

    private enum Exactness
    {
        Any,
        OnPaper,
        OfDoubles,
    }
}
