namespace PSAutodiff.Networks.Activations;

/// <summary>log(1 + exp(z)).</summary>
internal sealed class SoftplusActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Softplus;

    public override IReadOnlyList<string> Names => ["softplus"];

    public override string Torch => "Softplus(threshold=50)";

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Softplus(sums);
}
