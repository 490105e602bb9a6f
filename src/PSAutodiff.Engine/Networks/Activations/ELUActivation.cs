namespace PSAutodiff.Networks.Activations;

/// <summary>z above 0, else exp(z) - 1.</summary>
internal sealed class ELUActivation : Activation
{
    public override ActivationFunction Function => ActivationFunction.ELU;

    public override IReadOnlyList<string> Names => ["elu"];

    public override string Torch => "ELU()";

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Relu(sums) + ExprNode.Expm1(ExprNode.Min(sums, sums.ArrayShape.IsNumber ? 0 : new double[sums.ArrayShape.Count]));
}
