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
        foreach (var (rule, before, after, whole) in course) Add(rule, before, after, whole);
        if (isCut) Add(DerivationStep.RestOf("rules"), course.Count > 0 ? course[^1].Whole : expression, 0, 0);
        return steps;

        void Add(string rule, ExprNode before, ExprNode after, ExprNode whole)
        {
            var stored = new StoredDerivation(expression, null, before, after, whole, Text(before), Text(after), Text(whole));
            var isLast = whole.Value == 0 && proof.Assumptions.Count > 0;
            steps.Add(new DerivationStep(stored, 0, steps.Count + 1, rule) { Assumption = isLast ? string.Join(", ", proof.Assumptions) : null });
        }

        static string Text(ExprNode node) => DerivationStep.Text(node, DerivationStep.TextLength);
    }
}
