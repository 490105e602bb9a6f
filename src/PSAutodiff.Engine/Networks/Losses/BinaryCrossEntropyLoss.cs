using System.Globalization;

namespace PSAutodiff.Networks.Losses;

/// <summary>-y log p - (1 - y) log(1 - p), summed over outputs.</summary>
internal sealed class BinaryCrossEntropyLoss() : CrossEntropyLoss(ActivationFunction.Sigmoid)
{
    public override LossFunction Function => LossFunction.BinaryCrossEntropy;

    public override (double Least, double Greatest) Targets => (0, 1);

    public override void Differentiate(bool fused, ReadOnlySpan<double> p, ReadOnlySpan<double> y, Span<double> gradient, Span<double> hessian)
    {
        for (var i = 0; i < p.Length; i++) (gradient[i], hessian[i * (p.Length + 1)]) = fused ? (p[i] - y[i], p[i] * (1 - p[i])) : OfPrediction(p[i], y[i]);
    }

    // The softplus of the sums, since sigmoid(-z) is 1 - sigmoid(z): no cancellation.
    public override ExprNode ToExpression(bool fused, ExprNode[] predictions, ExprNode[] targets) => Sum(predictions, targets, (p, y) => fused
        ? (y * ExprNode.Softplus(-p)) + ((1 - y) * ExprNode.Softplus(p))
        : -((y * ExprNode.Log(p + Floor)) + ((1 - y) * ExprNode.Log(1 - p + Floor))));

    public override ExprNode ToExpression(bool fused, ExprNode predictions, ExprNode targets) => fused
        ? ExprNode.Sum((targets * ExprNode.Softplus(-predictions)) + ((1 - targets) * ExprNode.Softplus(predictions)))
        : -ExprNode.Sum((targets * ExprNode.Log(predictions + Floor)) + ((1 - targets) * ExprNode.Log(1 - predictions + Floor)));

    protected override string WhyNot<T>(ReadOnlySpan<T> targets, int columns)
    {
        const string problem = "is not between 0 and 1, as BinaryCrossEntropy needs it.";
        var (one, other) = (targets[0], targets[0]);
        var more = columns > 1;
        for (var i = 1; i < targets.Length && !more; i++)
        {
            if (targets[i] == one || targets[i] == other) continue;
            more = other != one;
            other = targets[i];
        }

        return more || one == other
            ? $"{problem} Scale the targets to between 0 and 1, or give the last layer linear outputs for numbers."
            : string.Create(CultureInfo.InvariantCulture, $"{problem} The targets are two values, {T.Min(one, other)} and {T.Max(one, other)}: to predict them as classes, give the last layer 2 outputs with softmax, or write 0 and 1 for them.");
    }

    private static (double First, double Second) OfPrediction(double p, double y)
    {
        var (ofOne, ofZero) = (p + Floor, 1 - p + Floor);
        return (((1 - y) / ofZero) - (y / ofOne), ((1 - y) / (ofZero * ofZero)) + (y / (ofOne * ofOne)));
    }
}
