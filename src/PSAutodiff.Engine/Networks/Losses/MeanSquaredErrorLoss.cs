namespace PSAutodiff.Networks.Losses;

/// <summary>(p - y)^2, mean over outputs.</summary>
internal sealed class MeanSquaredErrorLoss : Loss
{
    public override LossFunction Function => LossFunction.MeanSquaredError;

    public override (double Least, double Greatest) Targets => (double.NegativeInfinity, double.PositiveInfinity);

    public override void Differentiate(bool fused, ReadOnlySpan<double> p, ReadOnlySpan<double> y, Span<double> gradient, Span<double> hessian)
    {
        for (var i = 0; i < p.Length; i++) (gradient[i], hessian[i * (p.Length + 1)]) = (2 * (p[i] - y[i]) / p.Length, 2.0 / p.Length);
    }

    public override ExprNode ToExpression(bool fused, ExprNode[] predictions, ExprNode[] targets)
    {
        var sum = Sum(predictions, targets, static (p, y) => ExprNode.Pow(p - y, 2));
        return predictions.Length == 1 ? sum : sum / predictions.Length;
    }

    public override ExprNode ToExpression(bool fused, ExprNode predictions, ExprNode targets) => ExprNode.Mean(ExprNode.Pow(predictions - targets, 2));
}
