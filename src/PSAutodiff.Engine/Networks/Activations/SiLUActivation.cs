namespace PSAutodiff.Networks.Activations;

/// <summary>z / (1 + exp(-z)).</summary>
internal sealed class SiLUActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.SiLU;

    public override IReadOnlyList<string> Names => ["silu", "swish"];

    public override string Torch => "SiLU()";

    public override ExprNode ToExpression(ExprNode sums) => sums * ExprNode.Sigmoid(sums);
}
