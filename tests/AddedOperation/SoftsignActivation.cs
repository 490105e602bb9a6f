namespace PSAutodiff.Networks.Activations;

/// <summary>z / (1 + |z|).</summary>
internal sealed class SoftsignActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Softsign;

    public override IReadOnlyList<string> Names => ["softsign"];

    public override string Torch => "Softsign()";

    public override ExprNode ToExpression(ExprNode sums) => sums / (1 + ExprNode.Abs(sums));
}
