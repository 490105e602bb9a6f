using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Results;

namespace PSAutodiff;

/// <summary>What one setting of a sweep reached: a row of its table.</summary>
public sealed record SweepRow : IJsonOnDeserialized
{
    [JsonConstructor]
    internal SweepRow()
    {
    }

    /// <summary>Its number, from 1, in the order of the table.</summary>
    public required int Number { get; init; }

    /// <summary>The settings that the sweep gave: name to value, in the order of the sweep. Each but a network is a property of its own too.</summary>
    [JsonIgnore]
    public OrderedDictionary Settings { get; private set => field = value.AsReadOnly(); } = [];

    /// <summary>
    /// The loss: the mean over the rows of all folds, each measured by a model that was not trained on it; without
    /// folds that of the rows for validation, and without these that of the rows trained on. Null where there is none.
    /// </summary>
    public double? Loss { get; init; }

    /// <summary>The standard deviation of the losses of the folds; null without.</summary>
    public double? LossDeviation { get; init; }

    /// <summary>The part of the rows in all folds whose class was predicted; null without folds or classes.</summary>
    public double? Accuracy => Test?.Accuracy;

    /// <summary>The standard deviation of the accuracies of the folds; null without.</summary>
    public double? AccuracyDeviation { get; init; }

    /// <summary>The mean loss of each fold; empty without.</summary>
    public IReadOnlyList<double> FoldLosses { get; init; } = [];

    /// <summary>
    /// What says which setting is best: the loss, or, where settings are trained by losses that measure different things or on targets of different
    /// scales, the mean over the same rows of the loss that <see cref="ComparedBy"/> names, of the targets as they are. Null where there is none.
    /// </summary>
    public double? Comparison
    {
        get => ComparedBy is null ? Loss : field;
        init;
    }

    /// <summary>The loss by which settings are compared that have different ones; null where they are compared by <see cref="Loss"/>.</summary>
    public LossFunction? ComparedBy { get; init; }

    /// <summary>Whether it has the least <see cref="Comparison"/> of all settings.</summary>
    public bool IsBest { get; init; }

    /// <summary>The time that its training runs took together, those of folds too.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Why it could not be trained or measured; null where it could.</summary>
    public string? Problem { get; init; }

    /// <summary>The training run over all rows; null where it could not be made.</summary>
    public TrainingResult? Result { get; init; }

    /// <summary>The measures of a network over the rows of all folds; null without.</summary>
    public ModelTest? Test { get; init; }

    /// <summary>The trained network; null for a loss expression.</summary>
    [JsonIgnore]
    public Network? Network => Result?.Network;

    /// <summary>The trained parameters of a loss expression; null for a network.</summary>
    [JsonIgnore]
    public OrderedDictionary? Parameters => Result?.Parameters;

    /// <summary>Why the training run over all rows ended; null where there is none.</summary>
    [JsonIgnore]
    public TrainingStopReason? StopReason => Result?.StopReason;

    /// <summary>The settings as text: names and texts of values in turn.</summary>
    [JsonInclude]
    internal string[] SettingTexts
    {
        get => field ?? [.. Settings.Keys.Cast<string>().SelectMany(name => new[] { name, SweepKey.TextOf(Settings[name]!) })];
        init;
    }

    /// <summary>The settings and the loss in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{SweepKey.Describe(Settings)}: loss {Loss}");

    /// <summary>The sample standard deviation of numbers; null of fewer than two.</summary>
    internal static double? DeviationOf(IReadOnlyList<double> numbers)
    {
        if (numbers.Count < 2) return null;
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Count - 1));
    }

    /// <summary>Takes the settings.</summary>
    internal void Take(OrderedDictionary settings) => Settings = settings;

    void IJsonOnDeserialized.OnDeserialized() => Settings = SweepKey.Parse(SettingTexts);
}
