using System.Text.Json.Serialization;

namespace PSAutodiff;

/// <summary>How well a model does on labelled rows.</summary>
public sealed class ModelTest
{
    private readonly ClassMeasure[] _classes;

    [JsonConstructor]
    internal ModelTest(int rows, double loss, LossFunction lossFunction, ConfusionMatrix? confusionMatrix, double? rSquared, IReadOnlyList<double> residuals, double? deviance, IReadOnlyList<double> foldLosses, IReadOnlyList<int> folds)
    {
        Rows = rows;
        Loss = loss;
        LossFunction = lossFunction;
        ConfusionMatrix = confusionMatrix;
        RSquared = rSquared;
        Residuals = residuals;
        Deviance = deviance;
        FoldLosses = foldLosses;
        Folds = folds;
        if (rSquared is not null)
        {
            var (squares, sizes, unit) = (0.0, 0.0, UnitOf(residuals));
            foreach (var residual in residuals)
            {
                var scaled = Math.ScaleB(residual, -unit);
                (squares, sizes) = (squares + (scaled * scaled), sizes + Math.Abs(scaled));
            }

            (RootMeanSquaredError, MeanAbsoluteError) = (Math.ScaleB(Math.Sqrt(squares / residuals.Count), unit), Math.ScaleB(sizes / residuals.Count, unit));
        }

        _classes = confusionMatrix is null ? [] : Measures(confusionMatrix);
        if (confusionMatrix is null) return;
        var hits = 0;
        for (var i = 0; i < _classes.Length; i++) hits += confusionMatrix.Counts[i, i];
        Accuracy = (double)hits / rows;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>The mean loss.</summary>
    public double Loss { get; }

    /// <summary>How the loss is measured.</summary>
    public LossFunction LossFunction { get; }

    /// <summary>The part of the variation of the labels about their mean that the predictions explain; NaN when they are all the same; null for classes.</summary>
    public double? RSquared { get; }

    /// <summary>The root of the mean squared residual; null for classes.</summary>
    public double? RootMeanSquaredError { get; }

    /// <summary>The mean size of the residuals; null for classes.</summary>
    public double? MeanAbsoluteError { get; }

    /// <summary>Label less prediction, of each row, of several outputs one after the other; empty for classes.</summary>
    public IReadOnlyList<double> Residuals { get; }

    /// <summary>
    /// Of a logistic or Poisson regression twice what the logarithm of the likelihood of the labels is below that of a model that predicts each as
    /// it is; null for other models.
    /// </summary>
    public double? Deviance { get; }

    /// <summary>With cross-validation the mean loss of the rows of each fold; else empty.</summary>
    public IReadOnlyList<double> FoldLosses { get; }

    /// <summary>With cross-validation the number of the fold of each row, from 1; else empty.</summary>
    public IReadOnlyList<int> Folds { get; }

    /// <summary>The part of the rows whose class was predicted; null when the targets are numbers.</summary>
    public double? Accuracy { get; }

    /// <summary>How often each class was taken for each; null when the targets are numbers.</summary>
    public ConfusionMatrix? ConfusionMatrix { get; }

    /// <summary>Precision and recall of each class; empty when the targets are numbers.</summary>
    public IReadOnlyList<ClassMeasure> Classes => _classes;

    /// <summary>The loss and the accuracy in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows} {(Rows == 1 ? "row" : "rows")}: loss {Loss}") + (Accuracy is { } accuracy ? FormattableString.Invariant($", accuracy {accuracy}") : string.Empty);

    /// <summary>The measures of predicted classes.</summary>
    internal static ModelTest OfClasses(double loss, LossFunction lossFunction, ConfusionMatrix confusion, int rows, double? deviance, IReadOnlyList<double> foldLosses, IReadOnlyList<int> folds) => new(rows, loss, lossFunction, confusion, null, [], deviance, foldLosses, folds);

    /// <summary>The measures of predicted numbers.</summary>
    internal static ModelTest OfNumbers(double loss, LossFunction lossFunction, double[] labels, double[] predictions, int outputs, double? deviance, IReadOnlyList<double> foldLosses, IReadOnlyList<int> folds)
    {
        var residuals = new double[labels.Length];
        for (var i = 0; i < labels.Length; i++) residuals[i] = labels[i] - predictions[i];
        var (left, total) = (0.0, 0.0);
        var (unit, labelUnit) = (UnitOf(residuals), UnitOf(labels));
        for (var output = 0; output < outputs; output++)
        {
            var (mean, rows) = (0.0, labels.Length / outputs);
            var isConstant = true;
            for (var i = output; i < labels.Length; i += outputs) (mean, isConstant) = (mean + (Math.ScaleB(labels[i], -labelUnit) / rows), isConstant && labels[i] == labels[output]);
            for (var i = output; i < labels.Length; i += outputs)
            {
                var (residual, variation) = (Math.ScaleB(residuals[i], -unit), Math.ScaleB(labels[i], -labelUnit) - mean);
                left += residual * residual;
                if (!isConstant) total += variation * variation;
            }
        }

        return new ModelTest(labels.Length / outputs, loss, lossFunction, null, total > 0 ? 1 - Math.ScaleB(left / total, 2 * (unit - labelUnit)) : double.NaN, residuals, deviance, foldLosses, folds);
    }

    // The power of two that numbers are divided by where their squares, or sums of them, would be beyond the numbers.
    private static int UnitOf(IReadOnlyList<double> values)
    {
        const int largestExponent = 300;
        var largest = 0.0;
        foreach (var value in values) largest = Math.Max(largest, Math.Abs(value));
        return double.IsFinite(largest) && largest > 0 && Math.Abs(Math.ILogB(largest)) > largestExponent ? Math.ILogB(largest) : 0;
    }

    private static ClassMeasure[] Measures(ConfusionMatrix confusion)
    {
        var counts = confusion.Counts;
        var measures = new ClassMeasure[confusion.Classes.Count];
        for (var i = 0; i < measures.Length; i++)
        {
            var (rows, predicted) = (0, 0);
            for (var j = 0; j < measures.Length; j++)
            {
                rows += counts[i, j];
                predicted += counts[j, i];
            }

            double hits = counts[i, i];
            measures[i] = new ClassMeasure(confusion.Classes[i], rows, predicted, hits / predicted, hits / rows, 2 * hits / (rows + predicted));
        }

        return measures;
    }
}
