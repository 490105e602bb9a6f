using System.Collections;
using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Fitting;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>A model fitted to rows whose linear part has a coefficient for each feature.</summary>
public abstract class RegressionResult : IAutodiffModel
{
    /// <summary>The column that is predicted.</summary>
    public required string Label { get; init; }

    /// <summary>What it is predicted from: columns of numbers, and <c>Name=level</c> for each level of a category but the first.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The columns that the features are made from, with levels and first dates; empty where each is a column of numbers.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; init; } = [];

    /// <inheritdoc/>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>Name to coefficient: <c>Intercept</c> first when there is one, then the features in order.</summary>
    public required OrderedDictionary Coefficients { get; init => field = value.AsReadOnly(); }

    /// <summary>Name to standard error; NaN where nothing can be said.</summary>
    public required OrderedDictionary StandardErrors { get; init => field = value.AsReadOnly(); }

    /// <summary>Name to the probability of so large a coefficient, of either sign and measured by its standard error, if the true one were 0.</summary>
    public required OrderedDictionary PValues { get; init => field = value.AsReadOnly(); }

    /// <summary>The rank of the data, the column of ones of the intercept included.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether the rank is below the number of coefficients.</summary>
    public bool RankDeficient => Rank < Coefficients.Count;

    /// <summary>The coefficients that the data do not determine, because their columns depend on each other; empty with full rank.</summary>
    public required IReadOnlyList<string> Aliased { get; init; }

    /// <summary>Features with one and the same value in every row beside an intercept; empty without one.</summary>
    public required IReadOnlyList<string> Constant { get; init; }

    /// <summary>The number of rows, N.</summary>
    public required int Rows { get; init; }

    /// <summary>N less the degrees of freedom that the fit takes.</summary>
    public required double ResidualDegreesOfFreedom { get; init; }

    /// <summary>Whether the coefficients are final.</summary>
    public required bool Converged { get; init; }

    /// <summary>What is predicted, as an expression of the features.</summary>
    public abstract ExprNode Expression { get; }

    /// <summary>
    /// The estimated covariance of the coefficients, in order; null where nothing can be said, as with the lasso, and for more than
    /// 500 coefficients.
    /// </summary>
    [JsonIgnore]
    public double[,]? Covariance => CovarianceRoot is null ? null : ModelRows.Square(CovarianceRoot);

    /// <inheritdoc/>
    IReadOnlyList<string> IAutodiffModel.Inputs => Features;

    /// <inheritdoc/>
    int IAutodiffModel.OutputSize => 1;

    /// <inheritdoc/>
    IReadOnlyList<object> IAutodiffModel.Classes => PredictedClasses;

    /// <summary>R, where <see cref="Covariance"/> is RR': a product with it keeps the digits that cancel in products with the covariance.</summary>
    [JsonInclude]
    internal double[,]? CovarianceRoot { get; init; }

    /// <summary>Whether rows had weights, or a covariance.</summary>
    [JsonInclude]
    internal bool IsWeighted { get; init; }

    /// <summary>The column of the weights; null where there is none.</summary>
    [JsonInclude]
    internal string? WeightColumn { get; init; }

    /// <summary>The classes whose second is predicted; empty for numbers.</summary>
    private protected virtual IReadOnlyList<object> PredictedClasses => [];

    /// <summary>Whether there is an intercept.</summary>
    internal bool HasIntercept => Coefficients.Count > Features.Count;

    /// <inheritdoc/>
    public double[,] Predict(double[,] inputs)
    {
        var linear = Linear(inputs);
        var outputs = new double[linear.Length, 1];
        for (var row = 0; row < linear.Length; row++) outputs[row, 0] = MeanOf(linear[row]);
        return outputs;
    }

    /// <inheritdoc/>
    public double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence)
    {
        ModelRows.CheckConfidence(confidence);
        var linear = Linear(inputs);
        CheckLimits(interval);
        if (CovarianceRoot is not { } root) throw ModelRows.WithoutLimits(WhyWithoutLimits());
        var quantile = QuantileOf(confidence);
        var noise = interval == PredictionInterval.Prediction ? Noise : 0;
        var limits = new double[linear.Length, 2];
        var combination = new double[Coefficients.Count];
        combination[0] = 1;
        for (var row = 0; row < linear.Length; row++)
        {
            ModelRows.Of(inputs, row).CopyTo(combination, Coefficients.Count - Features.Count);
            var width = quantile * double.Hypot(ModelRows.Spread(root, combination), noise);
            (limits[row, 0], limits[row, 1]) = (MeanOf(linear[row] - width), MeanOf(linear[row] + width));
        }

        return limits;
    }

    /// <summary>What is predicted where the linear part is a number; it grows with it.</summary>
    private protected virtual double MeanOf(double linear) => linear;

    /// <summary>The standard deviation of the noise of a label.</summary>
    private protected virtual double Noise => 0;

    /// <summary>How many standard errors lie on either side between the limits.</summary>
    private protected virtual double QuantileOf(double confidence) => StudentT.Quantile(1 - confidence, ResidualDegreesOfFreedom);

    /// <summary>Throws where the model has no limits of a kind.</summary>
    private protected virtual void CheckLimits(PredictionInterval interval)
    {
    }

    /// <summary>The linear part for rows of inputs.</summary>
    internal double[] Linear(double[,] inputs)
    {
        ModelRows.Check(inputs, Features.Count);
        double[] coefficients = [.. Coefficients.Values.Cast<double>()];
        var head = coefficients.Length - Features.Count;
        var linear = new double[inputs.GetLength(0)];
        for (var row = 0; row < linear.Length; row++)
        {
            // In the order of the expression.
            var sum = coefficients.Length == 0 ? 0 : head == 1 ? coefficients[0] : coefficients[0] * inputs[row, 0];
            for (var j = 1; j < coefficients.Length; j++) sum += coefficients[j] * inputs[row, j - head];
            linear[row] = sum;
        }

        return linear;
    }

    private string WhyWithoutLimits()
    {
        const string none = "so there are no limits about its predictions";
        if (RankDeficient && Aliased.Count > 0) return $"The data do not determine all coefficients of this regression ({FitMessages.Listed(Aliased)}), {none}. Leave out columns that depend on each other.";
        if (!(ResidualDegreesOfFreedom > 0)) return $"This regression has as many coefficients as rows and nothing is known of the noise, {none}. Fit it to more rows.";
        return $"This regression has no covariance of its coefficients, {none}. The lasso, separated classes and more than {RegressionPlan.LargestCovariance} coefficients have none.";
    }

    /// <summary>The sum of the coefficients times their features, and the intercept.</summary>
    private protected ExprNode LinearPart()
    {
        ExprNode? sum = null;
        foreach (DictionaryEntry entry in Coefficients)
        {
            var (name, coefficient) = ((string)entry.Key, (double)entry.Value!);
            ExprNode term = Features.Contains(name, StringComparer.Ordinal) ? coefficient * ExprNode.Variable(name) : coefficient;
            sum = sum is null ? term : sum + term;
        }

        return sum ?? 0;
    }

    /// <summary>The names of the coefficients of a plan.</summary>
    internal static string[] NamesOf(RegressionPlan plan) => plan.HasIntercept ? [RegressionPlan.Intercept, .. plan.Features] : [.. plan.Features];

    /// <summary>The coefficients in a line.</summary>
    private protected string CoefficientText() => $"{Label}: {{ {NamedNumbers.Text(Coefficients)} }}";
}
