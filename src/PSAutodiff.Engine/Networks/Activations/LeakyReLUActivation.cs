namespace PSAutodiff.Networks.Activations;

/// <summary>z above 0, else z / 100.</summary>
internal sealed class LeakyReLUActivation : Activation
{
    private const double Slope = 0.01;

    public override ActivationFunction Function => ActivationFunction.LeakyReLU;

    public override IReadOnlyList<string> Names => ["leakyrelu", "leaky_relu"];

    public override string Torch => "LeakyReLU(0.01)";

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Max(Slope * sums, sums);
}
