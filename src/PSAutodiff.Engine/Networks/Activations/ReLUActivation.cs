namespace PSAutodiff.Networks.Activations;

/// <summary>max(0, z), with derivative 0 at 0.</summary>
internal sealed class ReLUActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.ReLU;

    public override IReadOnlyList<string> Names => ["relu"];

    public override string Torch => "ReLU()";

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Relu(sums);
}
