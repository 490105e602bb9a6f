using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>A family of distributions with its canonical link: what a row's mean and variance are for a linear part, and how far a label is from it.</summary>
internal abstract class ResponseModel
{
    // Beyond this the series of Stirling's error is exact to the last bit.
    private const double LargestSummed = 20;

    /// <summary>The model of a family other than Gaussian.</summary>
    public static ResponseModel Of(RegressionFamily family) => family == RegressionFamily.Binomial ? new Logistic() : new Counts();

    /// <summary>A linear part to begin with, near the label.</summary>
    public abstract double Start(double label, double weight);

    /// <summary>The derivative of the mean by the linear part, which is the variance of a label of weight 1.</summary>
    public abstract double Variance(double linear);

    /// <summary>The label less the mean, without a loss of digits where the two are near.</summary>
    public abstract double Residual(double label, double linear);

    /// <summary>Twice what the log likelihood is below that of a mean equal to the label; a sum of such is the deviance.</summary>
    public abstract double Deviance(double label, double linear);

    /// <summary>The linear part of a mean; infinite at the ends of the domain.</summary>
    public abstract double Link(double mean);

    /// <summary>The log likelihood of a label whose mean is the label; NaN where it is not a count.</summary>
    public abstract double Saturated(double label, double weight);

    /// <summary>Whether a row's likelihood grows without bound as its linear part does: 1 with it, -1 against it, 0 for neither.</summary>
    public abstract int Direction(double label);

    // x log(x/m) - x + m, which is a square of a small difference where the two are near.
    private static double Excess(double x, double mean)
    {
        if (x == 0) return mean;
        var difference = x - mean;
        if (Math.Abs(difference) >= 0.1 * (x + mean)) return (x * Elementary.Log(x / mean)) - difference;
        // With v = (x - m)/(x + m), log(x/m) = 2 (v + v^3/3 + ...): Loader, Fast and accurate computation of binomial probabilities.
        var v = difference / (x + mean);
        var sum = difference * v;
        var term = 2 * x * v;
        for (var odd = 3; ; odd += 2)
        {
            term *= v * v;
            var next = sum + (term / odd);
            if (next == sum) return sum;
            sum = next;
        }
    }

    // k log k - k - log k!.
    private static double OfCount(double k)
    {
        if (k == 0) return 0;
        if (k > LargestSummed)
        {
            var inverse = 1 / (k * k);
            return (-0.5 * Elementary.Log(2 * Math.PI * k)) - ((1 - (inverse * ((1.0 / 30) - (inverse * ((1.0 / 105) - (inverse / 140)))))) / (12 * k));
        }

        var factorial = 1.0;
        for (var i = 2; i <= k; i++) factorial *= i;
        return (k * Elementary.Log(k)) - k - Elementary.Log(factorial);
    }

    private sealed class Logistic : ResponseModel
    {
        public override double Start(double label, double weight) => Link(((weight * label) + 0.5) / (weight + 1));

        public override double Variance(double linear) => Elementary.Dsigmoid(linear);

        public override double Residual(double label, double linear) =>
            label == 1 ? Elementary.Sigmoid(-linear) : label - Elementary.Sigmoid(linear);

        public override double Deviance(double label, double linear) => label switch
        {
            0 => 2 * Elementary.Softplus(linear),
            1 => 2 * Elementary.Softplus(-linear),
            _ => 2 * (Excess(label, Elementary.Sigmoid(linear)) + Excess(1 - label, Elementary.Sigmoid(-linear))),
        };

        public override double Link(double mean) => Elementary.Log(mean / (1 - mean));

        public override double Saturated(double label, double weight)
        {
            // Of one trial there is nothing to count.
            if (weight == 1 && label is 0 or 1) return 0;
            var hits = Math.Round(weight * label);
            var isCount = weight == Math.Floor(weight) && Math.Abs((weight * label) - hits) <= 1e-9 * weight;
            return isCount ? OfCount(hits) + OfCount(weight - hits) - OfCount(weight) : double.NaN;
        }

        public override int Direction(double label) => label switch { 0 => -1, 1 => 1, _ => 0 };
    }

    private sealed class Counts : ResponseModel
    {
        public override double Start(double label, double weight) => Elementary.Log(label + 0.1);

        public override double Variance(double linear) => Elementary.Exp(linear);

        public override double Residual(double label, double linear) => label - Elementary.Exp(linear);

        public override double Deviance(double label, double linear) => 2 * Excess(label, Elementary.Exp(linear));

        public override double Link(double mean) => Elementary.Log(mean);

        public override double Saturated(double label, double weight) => label == Math.Floor(label) ? weight * OfCount(label) : double.NaN;

        public override int Direction(double label) => label == 0 ? -1 : 0;
    }
}
