using PSAutodiff.Passes.Algebra.Equality;

namespace PSAutodiff.Passes.Explanation;

/// <summary>The steps by which algebra finds that two expressions are equal: their difference becomes 0.</summary>
internal static class EqualityDerivation
{
    /// <summary>The steps of a proof; the whole after the last one is 0.</summary>
    /// <param name="reference">The one expression.</param>
    /// <param name="difference">The other.</param>
    /// <param name="proof">The proof that they are equal.</param>
    public static IReadOnlyList<DerivationStep> Steps(ExprNode reference, ExprNode difference, EqualityProof proof)
    {
        var (course, isCut) = proof.Course(DerivationStep.MaxRules);
        var expression = reference - difference;
        var steps = new List<DerivationStep>();
        List<EqualityStep> all = [.. course];
        if (isCut) all.Add(new(DerivationStep.RestOf("rules"), course.Count > 0 ? course[^1].Whole : expression, 0, 0, -1));
        var assumptions = proof.AssumptionsOf(all);
        foreach (var (i, step) in all.Index()) Add(step.Rule, step.Before, step.After, step.Whole, assumptions[i]);
        return DerivationStep.Ended(steps);

        void Add(string rule, ExprNode before, ExprNode after, ExprNode whole, IReadOnlyList<string> assumed)
        {
            var stored = new StoredDerivation(expression, null, before, after, whole, Text(before), Text(after), Text(whole));
            steps.Add(new DerivationStep(stored, 0, steps.Count + 1, rule) { Assumption = assumed.Count > 0 ? string.Join(", ", assumed) : null });
        }

        static string Text(ExprNode node) => DerivationStep.Text(node, DerivationStep.TextLength);
    }
}
