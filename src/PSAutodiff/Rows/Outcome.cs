namespace PSAutodiff.Rows;

/// <summary>What a model predicts for labelled rows.</summary>
/// <param name="LossFunction">How the loss is measured.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="Labels">The labels, outputs of a row one after the other; of classes their indices.</param>
/// <param name="Predictions">What is predicted in place of them.</param>
/// <param name="Outputs">The number of labels of a row.</param>
/// <param name="Classes">The classes; empty for numbers.</param>
/// <param name="Deviance">The deviance of a logistic or Poisson regression; null for other models.</param>
internal sealed record Outcome(LossFunction LossFunction, double Loss, double[] Labels, double[] Predictions, int Outputs, IReadOnlyList<object> Classes, double? Deviance = null)
{
    /// <summary>The mean of another loss, by which settings of a sweep are compared; null without.</summary>
    public double? Comparison { get; init; }

    /// <summary>The number of rows.</summary>
    public int Rows => Labels.Length / Outputs;

    /// <summary>The outcomes of parts of the rows together.</summary>
    /// <param name="parts">The outcome of each part.</param>
    /// <param name="rows">The indices of its rows among all.</param>
    public static Outcome Joined(IReadOnlyList<Outcome> parts, IReadOnlyList<int[]> rows)
    {
        var (outputs, count) = (parts[0].Outputs, rows.Sum(static part => part.Length));
        var (labels, predictions) = (new double[count * outputs], new double[count * outputs]);
        var loss = 0.0;
        for (var part = 0; part < parts.Count; part++)
        {
            loss += parts[part].Loss * rows[part].Length;
            for (var i = 0; i < rows[part].Length; i++)
            {
                Array.Copy(parts[part].Labels, i * outputs, labels, rows[part][i] * outputs, outputs);
                Array.Copy(parts[part].Predictions, i * outputs, predictions, rows[part][i] * outputs, outputs);
            }
        }

        return parts[0] with { Loss = loss / count, Labels = labels, Predictions = predictions, Deviance = parts[0].Deviance is null ? null : parts.Sum(static part => part.Deviance) };
    }

    /// <summary>What there is to say about it.</summary>
    /// <param name="foldLosses">With cross-validation the mean loss of each fold; else empty.</param>
    /// <param name="folds">The fold of each row; else empty.</param>
    public ModelTest ToTest(double[] foldLosses, int[] folds)
    {
        if (Classes.Count == 0) return ModelTest.OfNumbers(Loss, LossFunction, Labels, Predictions, Outputs, Deviance, foldLosses, folds);
        var counts = new int[Classes.Count, Classes.Count];
        for (var i = 0; i < Labels.Length; i++) counts[(int)Labels[i], (int)Predictions[i]]++;
        return ModelTest.OfClasses(Loss, LossFunction, new ConfusionMatrix([.. Classes], counts), Labels.Length, Deviance, foldLosses, folds);
    }
}
