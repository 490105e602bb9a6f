using System.Globalization;
using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;

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

    protected override void FromPredictions(Span<double> p, ReadOnlySpan<double> y, int columns, int rowCount, Span<double> losses, Span<double> scratch)
    {
        var logs = scratch[..p.Length];
        for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) losses[i / columns] -= y[i] * logs[i];
        for (var i = 0; i < p.Length; i++) logs[i] = 1 - p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) losses[i / columns] -= (1 - y[i]) * logs[i];
        for (var i = 0; i < p.Length; i++) p[i] = (((1 - y[i]) / (1 - p[i] + Floor)) - (y[i] / (p[i] + Floor))) / rowCount;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void FromSums(Span<double> z, ReadOnlySpan<double> y, int columns, int rowCount, Span<double> losses, Span<double> scratch)
    {
        var part = scratch[..z.Length];
        var logs = scratch.Slice(z.Length, z.Length);

        // With e = exp(-|z|), of sigmoid(z) and 1 - sigmoid(z) the small one is e / (1 + e), and -log of the large one log(1 + e), of the small one that
        // and |z|: no cancellation.
        for (var i = 0; i < z.Length; i++) part[i] = -Math.Abs(z[i]);
        Elementary.Exp(part, part);
        Elementary.Log1p(part, logs);
        for (var (i, row) = (0, 0); row < losses.Length; row++)
        {
            for (var end = i + columns; i < end; i++)
            {
                var small = part[i] / (1 + part[i]);
                losses[row] += logs[i];
                if (z[i] > 0 && y[i] != 1) losses[row] += (1 - y[i]) * z[i];
                else if (z[i] < 0 && y[i] != 0) losses[row] -= y[i] * z[i];
                z[i] = (z[i] > 0 ? 1 - y[i] - small : small - y[i]) / rowCount;
            }
        }
    }

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
