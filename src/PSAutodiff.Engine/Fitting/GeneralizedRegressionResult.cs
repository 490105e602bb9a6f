using System.Collections.Specialized;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>A logistic or Poisson regression: a linear model of the logarithm of the odds, or of the mean, by maximum likelihood.</summary>
public sealed class GeneralizedRegressionResult : RegressionResult
{
    /// <summary>How what is predicted is spread: Binomial or Poisson.</summary>
    public required RegressionFamily Family { get; init; }

    /// <summary>The two classes in order, where the label is one of classes: the second is the one whose probability is predicted. Empty for numbers.</summary>
    public IReadOnlyList<object> Classes { get; init; } = [];

    /// <summary>Name to z value: the coefficient divided by its standard error.</summary>
    public required OrderedDictionary ZValues { get; init => field = value.AsReadOnly(); }

    /// <summary>Twice what the logarithm of the likelihood is below that of a model that predicts every row as it is.</summary>
    public required double Deviance { get; init; }

    /// <summary>The deviance of the intercept alone; without one that of a linear part of 0.</summary>
    public required double NullDeviance { get; init; }

    /// <summary>The degrees of freedom of <see cref="NullDeviance"/>.</summary>
    public required double NullDegreesOfFreedom { get; init; }

    /// <summary>Akaike's criterion, 2 rank - 2 log likelihood; NaN where the label is no whole count, so that there is no likelihood.</summary>
    public required double Aic { get; init; }

    /// <summary>The Bayesian criterion, log(N) rank - 2 log likelihood; NaN as <see cref="Aic"/>.</summary>
    public required double Bic { get; init; }

    /// <summary>The number of least squares fits.</summary>
    public required int Iterations { get; init; }

    /// <summary>
    /// The coefficients that have no finite value: a combination of their columns tells rows apart without an error, so that the likelihood
    /// grows without bound. Empty for ordinary data. Their standard errors are infinite.
    /// </summary>
    public required IReadOnlyList<string> Separated { get; init; }

    /// <summary>The predicted mean, which is the probability of the second class: sigmoid or exp of the linear part.</summary>
    public override ExprNode Expression => Family == RegressionFamily.Binomial ? ExprNode.Sigmoid(LinearPart()) : ExprNode.Exp(LinearPart());

    // Student's t with so many degrees of freedom is the normal distribution: the variance of a family is known.
    private const double Normal = 1e15;

    /// <inheritdoc/>
    private protected override IReadOnlyList<object> PredictedClasses => Classes;

    /// <inheritdoc/>
    private protected override double MeanOf(double linear) => Family == RegressionFamily.Binomial ? Elementary.Sigmoid(linear) : Elementary.Exp(linear);

    /// <inheritdoc/>
    private protected override double QuantileOf(double confidence) => StudentT.Quantile(1 - confidence, Normal);

    /// <inheritdoc/>
    private protected override void CheckLimits(PredictionInterval interval)
    {
        if (interval == PredictionInterval.Confidence) return;
        throw ModelRows.WithoutLimits($"A {(Family == RegressionFamily.Binomial ? "logistic" : "Poisson")} regression has confidence limits of its mean, but no prediction limits: a new label is {(Family == RegressionFamily.Binomial ? "one of two classes" : "a count")}, with no noise about the mean.");
    }

    /// <summary>The coefficients, and how well it fits, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{CoefficientText()}, deviance {Deviance:g6} of {NullDeviance:g6}");
}
