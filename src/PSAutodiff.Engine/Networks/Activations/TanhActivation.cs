namespace PSAutodiff.Networks.Activations;

/// <summary>The hyperbolic tangent.</summary>
internal sealed class TanhActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Tanh;

    public override IReadOnlyList<string> Names => ["tanh"];

    public override string Torch => "Tanh()";

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Tanh(sums);
}
