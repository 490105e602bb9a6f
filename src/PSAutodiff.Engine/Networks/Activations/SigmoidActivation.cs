namespace PSAutodiff.Networks.Activations;

/// <summary>1 / (1 + exp(-z)).</summary>
internal sealed class SigmoidActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Sigmoid;

    public override IReadOnlyList<string> Names => ["sigmoid", "logistic"];

    public override string Torch => "Sigmoid()";

    public override bool GivesProbabilities => true;

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Sigmoid(sums);
}
