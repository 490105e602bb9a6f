using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>
/// A curve fitted to rows, with what statistics say of its parameters. With weights, residuals are multiplied by their roots. Where there are arrays among
/// the parameters, each of their elements is one.
/// </summary>
public sealed class CurveFitResult : IAutodiffModel
{
    private CurvePrediction? _prediction;

    /// <summary>The model with its parameters.</summary>
    public required ExprNode Model { get; init; }

    /// <summary>The model with the values of the parameters: what it predicts from the columns.</summary>
    public required ExprNode Expression { get; init; }

    /// <summary>What is predicted: a column, or an expression of columns.</summary>
    public required ExprNode Label { get; init; }

    /// <summary>Parameter to value, in the order of the model's variables: a double, or a double[] or double[,] of its shape.</summary>
    public required OrderedDictionary Parameters { get; init => field = value.AsReadOnly(); }

    /// <summary>The names of the elements of the parameters, in the order of <see cref="Covariance"/>: a, w[0], w[1].</summary>
    public required IReadOnlyList<string> ParameterNames { get; init; }

    /// <summary>Parameter to standard error: infinite where the data do not determine it, NaN at a bound and without residual degrees of freedom.</summary>
    public required OrderedDictionary StandardErrors { get; init => field = value.AsReadOnly(); }

    /// <summary>Parameter to the lower confidence limit.</summary>
    public required OrderedDictionary LowerConfidenceLimits { get; init => field = value.AsReadOnly(); }

    /// <summary>Parameter to the upper confidence limit.</summary>
    public required OrderedDictionary UpperConfidenceLimits { get; init => field = value.AsReadOnly(); }

    /// <summary>The probability with which the limits hold the parameter, if the model is nearly linear as far as they reach.</summary>
    public required double Confidence { get; init; }

    /// <summary>Parameter to t value: itself divided by its standard error.</summary>
    public required OrderedDictionary TValues { get; init => field = value.AsReadOnly(); }

    /// <summary>Parameter to the probability of so large a t value, of either sign, if the true parameter were 0.</summary>
    public required OrderedDictionary PValues { get; init => field = value.AsReadOnly(); }

    /// <summary>The estimated covariance of the parameters, in the order of <see cref="ParameterNames"/>; 0 for a parameter held at a bound, as it is a constant then.</summary>
    public required double[,] Covariance { get; init; }

    /// <summary>The correlation of the parameters, in the same order; NaN where there is none.</summary>
    public required double[,] Correlation { get; init; }

    /// <summary>The sum of the squared residuals.</summary>
    public required double ResidualSumOfSquares { get; init; }

    /// <summary>
    /// s, the estimated standard deviation of the noise: the root of the sum of squares by its degrees of freedom. With other losses than least
    /// squares Huber's estimate, on which outliers count little.
    /// </summary>
    public required double ResidualStandardError { get; init; }

    /// <summary>The number of rows less that of the parameters that the data determine: of the rank, and of parameters held at bounds.</summary>
    public required int DegreesOfFreedom { get; init; }

    /// <summary>The part of the variation of the label about its mean that the model explains; NaN when the label is the same in every row.</summary>
    public required double RSquared { get; init; }

    /// <summary>Akaike's information criterion for normal noise, as R counts: the standard deviation is a parameter too. NaN with other losses than least squares.</summary>
    public required double Aic { get; init; }

    /// <summary>Schwarz's, the Bayesian one.</summary>
    public required double Bic { get; init; }

    /// <summary>The number of rows, those of weight 0 left out.</summary>
    public required int Rows { get; init; }

    /// <summary>The rank of the Jacobian, columns of parameters held at bounds left out.</summary>
    public required int Rank { get; init; }

    /// <summary>The largest singular value of the Jacobian with columns of length 1 divided by the smallest; infinite without full rank.</summary>
    public required double ConditionNumber { get; init; }

    /// <summary>How residuals counted.</summary>
    public required FitLoss LossFunction { get; init; }

    /// <summary>The scale of the loss.</summary>
    public required double LossScale { get; init; }

    /// <summary>What was made small: half the sum of squares, or of the losses times the square of the scale.</summary>
    public required double Loss { get; init; }

    /// <summary>The number of steps of the search that was kept.</summary>
    public required int Iterations { get; init; }

    /// <summary>How often the model and its derivatives were computed for all rows, by all searches together.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Why the search ended.</summary>
    public required CurveFitStopReason StopReason { get; init; }

    /// <summary>The parameters at a bound beyond which the residuals would be smaller; empty for none.</summary>
    public required IReadOnlyList<string> AtBound { get; init; }

    /// <summary>The parameters that the data do not determine; empty for none.</summary>
    public required IReadOnlyList<string> Undetermined { get; init; }

    /// <summary>What there is to say about the end, and what to do about it; empty when nothing was unusual.</summary>
    public required string Message { get; init; }

    /// <summary>Time spent.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<VariableColumns> InputColumns { get; init; } = [];

    /// <inheritdoc/>
    public NumberFormat NumberFormat { get; init; }

    /// <inheritdoc/>
    IReadOnlyList<string> IAutodiffModel.Inputs => Prediction.Inputs.ElementNames;

    /// <inheritdoc/>
    int IAutodiffModel.OutputSize => 1;

    /// <inheritdoc/>
    IReadOnlyList<object> IAutodiffModel.Classes => [];

    /// <summary>What predicts, compiled once.</summary>
    [JsonIgnore]
    internal CurvePrediction Prediction => _prediction ??= new CurvePrediction(this);

    /// <summary>R, where <see cref="Covariance"/> is RR': a product with it keeps the digits that cancel in products with the covariance. Null where it is not finite.</summary>
    [JsonInclude]
    internal double[,]? CovarianceRoot { get; init; }

    /// <summary>How it was fitted, so that it can be fitted again; null for a fit that does not say.</summary>
    [JsonInclude]
    internal CurveFitRecipe? Recipe { get; init; }

    /// <summary>The least values of the elements of the parameters; null for none.</summary>
    [JsonInclude]
    internal double[]? LowerBounds { get; init; }

    /// <summary>The greatest values; null for none.</summary>
    [JsonInclude]
    internal double[]? UpperBounds { get; init; }

    /// <inheritdoc/>
    public double[,] Predict(double[,] inputs) => Prediction.Predict(inputs);

    /// <summary>The limits by the derivatives of the model by its parameters (the delta method) and Student's t. Those of a prediction hold a row of weight 1.</summary>
    /// <inheritdoc/>
    public double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence) => Prediction.LimitsFor(inputs, interval, confidence);

    /// <summary>The parameters, and how well it fits, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Expression} fitted to {Label}: {{ {NamedNumbers.Text(Parameters)} }}, s {ResidualStandardError:g6}");
}
