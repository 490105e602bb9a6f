using System.Text.Json.Serialization;
using PSAutodiff.Fitting;
using PSAutodiff.Training;

namespace PSAutodiff;

/// <summary>A model that is an expression of columns, such as the prediction of a loss whose parameters were trained.</summary>
public sealed class ExpressionModel : IAutodiffModel
{
    /// <summary>Makes a model of an expression.</summary>
    /// <param name="expression">What it predicts: a number or a vector, whose variables are columns.</param>
    /// <exception cref="AutodiffException">It is a matrix.</exception>
    public ExpressionModel(ExprNode expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (expression.ArrayShape.Rank > 1) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The prediction is {expression.ArrayShape.InWords()}; in each row it has to be a number, or a vector of several outputs.");
        Expression = expression;
    }

    /// <inheritdoc/>
    public ExprNode Expression { get; }

    /// <inheritdoc/>
    public IReadOnlyList<VariableColumns> InputColumns { get; init; } = [];

    /// <inheritdoc/>
    public NumberFormat NumberFormat { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public IReadOnlyList<string> Inputs => ExpressionPrediction.Of(Expression).Inputs.ElementNames;

    /// <inheritdoc/>
    [JsonIgnore]
    public int OutputSize => ExpressionPrediction.Of(Expression).OutputSize;

    /// <inheritdoc/>
    IReadOnlyList<object> IAutodiffModel.Classes => [];

    /// <summary>How its parameters were trained, so that they can be trained again; null for an expression that does not say.</summary>
    [JsonInclude]
    internal LossRecipe? Recipe { get; init; }

    /// <inheritdoc/>
    public double[,] Predict(double[,] inputs) => ExpressionPrediction.Of(Expression).Predict(inputs);

    /// <inheritdoc/>
    public double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence) =>
        throw ModelRows.WithoutLimits("A trained loss has no covariance of its parameters, so there are no limits about its predictions. Invoke-CurveFit and Invoke-LinearRegression give models that have them.");

    /// <summary>The expression.</summary>
    public override string ToString() => Expression.ToString();
}
