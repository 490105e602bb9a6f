namespace PSAutodiff.Networks.Activations;

/// <summary>z times the probability that a standard normal number is below z.</summary>
internal sealed class GELUActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.GELU;

    public override IReadOnlyList<string> Names => ["gelu"];

    public override string Torch => "GELU()";

    public override ExprNode ToExpression(ExprNode sums) => sums * (ExprNode.Erfc(-sums * Math.Sqrt(0.5)) / 2);
}
