using System.Globalization;
using PSAutodiff.Kernels;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Networks.Losses;

/// <summary>-y log p, summed over outputs.</summary>
internal sealed class CategoricalCrossEntropyLoss() : CrossEntropyLoss(ActivationFunction.Softmax)
{
    // Probabilities that were rounded when they were written.
    private const double SumAllowed = 0.011;

    public override LossFunction Function => LossFunction.CategoricalCrossEntropy;

    public override (double Least, double Greatest) Targets => (0, double.PositiveInfinity);

    public override void Differentiate(bool fused, ReadOnlySpan<double> p, ReadOnlySpan<double> y, Span<double> gradient, Span<double> hessian)
    {
        var n = p.Length;
        if (!fused)
        {
            for (var i = 0; i < n; i++) (gradient[i], hessian[i * (n + 1)]) = (-y[i] / (p[i] + Floor), y[i] / ((p[i] + Floor) * (p[i] + Floor)));
            return;
        }

        // The Hessian is total (diag(p) - p p').
        var total = Vectors.Sum(y);
        for (var i = 0; i < n; i++) (gradient[i], hessian[i * (n + 1)]) = ((total * p[i]) - y[i], total * p[i]);
        for (var i = 0; i < n; i++)
        {
            if (total * p[i] != 0) Vectors.AddScaled(hessian.Slice(i * n, n), -total * p[i], p);
        }
    }

    public override ExprNode ToExpression(bool fused, ExprNode[] predictions, ExprNode[] targets)
    {
        if (!fused) return -Sum(predictions, targets, static (p, y) => y * ExprNode.Log(p + Floor));
        var sums = SoftmaxActivation.BelowLargest(predictions);
        var log = ExprNode.Log(sums.Select(ExprNode.Exp).Aggregate(static (x, y) => x + y));
        return Sum(sums, targets, (z, y) => y * (log - z));
    }

    public override ExprNode ToExpression(bool fused, ExprNode predictions, ExprNode targets)
    {
        if (!fused) return -ExprNode.Sum(targets * ExprNode.Log(predictions + Floor));
        var sums = SoftmaxActivation.BelowLargest(predictions);
        return ExprNode.Sum(targets * (sums.LogSumExp() - sums));
    }

    protected override string WhyNot<T>(ReadOnlySpan<T> targets, int columns) =>
        "is below 0, but CategoricalCrossEntropy takes the targets of a row for the probabilities of its classes.";

    protected override string? ProblemOfSum(double sum) => Math.Abs(sum - 1) <= SumAllowed
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"the targets sum to {sum}, not to 1, but CategoricalCrossEntropy takes them for the probabilities of the classes. For several classes at once give the last layer sigmoid and take the loss BinaryCrossEntropy.");

    protected override string? ProblemWith(Activation last, int outputs) => last.SumsToOne
        ? base.ProblemWith(last, outputs)
        : "the outputs of a sigmoid do not sum to 1. Give the last layer softmax, or take the loss BinaryCrossEntropy.";
}
