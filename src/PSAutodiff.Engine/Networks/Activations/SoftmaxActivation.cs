namespace PSAutodiff.Networks.Activations;

/// <summary>p_i = exp(z_i) / sum_j exp(z_j) over the outputs of the layer.</summary>
internal sealed class SoftmaxActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Softmax;

    public override IReadOnlyList<string> Names => ["softmax"];

    public override string Torch => "Softmax(dim=-1)";

    public override bool GivesProbabilities => true;

    public override bool SumsToOne => true;

    public override ExprNode ToExpression(ExprNode sums) => sums.Softmax();

    /// <summary>A vector of sums less the largest, so that a small loss of large sums keeps its digits; it cancels out, in derivatives too, and needs none.</summary>
    public static ExprNode BelowLargest(ExprNode sums) => sums - ExprNode.Detach(ExprNode.Max(sums));

    /// <summary>The sums less the largest, so that no exponential overflows; it cancels out, in derivatives too, and needs none.</summary>
    public static ExprNode[] BelowLargest(ExprNode[] sums)
    {
        var largest = ExprNode.Detach(sums.Aggregate(ExprNode.Max));
        return Array.ConvertAll(sums, sum => sum - largest);
    }

    public override ExprNode[] ToExpression(ExprNode[] sums)
    {
        var powers = Array.ConvertAll(BelowLargest(sums), ExprNode.Exp);
        var total = powers.Aggregate(static (x, y) => x + y);
        return Array.ConvertAll(powers, power => power / total);
    }
}
