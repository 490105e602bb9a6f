namespace PSAutodiff.Networks.Activations;

/// <summary>z itself.</summary>
internal sealed class LinearActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.Linear;

    public override IReadOnlyList<string> Names => ["linear", "identity", "none"];

    public override string Torch => "Identity()";

    public override ExprNode ToExpression(ExprNode sums) => sums;
}
