namespace PSAutodiff.Networks.Losses;

/// <summary>(p - y)^2 / 2, summed over outputs.</summary>
internal sealed class HalfSquaredErrorLoss : Loss
{
    public override LossFunction Function => LossFunction.HalfSquaredError;

    public override (double Least, double Greatest) Targets => (double.NegativeInfinity, double.PositiveInfinity);

    public override void Differentiate(bool fused, ReadOnlySpan<double> p, ReadOnlySpan<double> y, Span<double> gradient, Span<double> hessian)
    {
        for (var i = 0; i < p.Length; i++) (gradient[i], hessian[i * (p.Length + 1)]) = (p[i] - y[i], 1.0);
    }

    public override ExprNode ToExpression(bool fused, ExprNode[] predictions, ExprNode[] targets) =>
        Sum(predictions, targets, static (p, y) => ExprNode.Pow(p - y, 2)) / 2;

    public override ExprNode ToExpression(bool fused, ExprNode predictions, ExprNode targets) => ExprNode.Sum(ExprNode.Pow(predictions - targets, 2)) / 2;
}
