using System.Text.Json.Serialization;

namespace PSAutodiff;

/// <summary>How well a network does on labelled rows.</summary>
public sealed class ModelTest
{
    private readonly ClassMeasure[] _classes;

    [JsonConstructor]
    internal ModelTest(int rows, double loss, LossFunction lossFunction, ConfusionMatrix? confusionMatrix)
    {
        Rows = rows;
        Loss = loss;
        LossFunction = lossFunction;
        ConfusionMatrix = confusionMatrix;
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

    /// <summary>The part of the rows whose class was predicted; null when the targets are numbers.</summary>
    public double? Accuracy { get; }

    /// <summary>How often each class was taken for each; null when the targets are numbers.</summary>
    public ConfusionMatrix? ConfusionMatrix { get; }

    /// <summary>Precision and recall of each class; empty when the targets are numbers.</summary>
    public IReadOnlyList<ClassMeasure> Classes => _classes;

    /// <summary>The loss and the accuracy in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows} rows: loss {Loss}") + (Accuracy is { } accuracy ? FormattableString.Invariant($", accuracy {accuracy}") : string.Empty);

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
