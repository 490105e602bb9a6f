using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Training;

namespace PSAutodiff;

/// <summary>What a training reached and how it got there; of several restarts, the best one.</summary>
public sealed class TrainingResult : IJsonOnDeserialized
{
    private TrainingStep[]? _history;

    [JsonConstructor]
    internal TrainingResult()
    {
    }

    /// <summary>The trained parameters of a loss expression: name to value, in the order in which they were named; null for a network.</summary>
    [JsonInclude]
    public OrderedDictionary? Parameters { get; internal set => field = value?.AsReadOnly(); }

    /// <summary>The trained network; null for a loss expression.</summary>
    [JsonInclude]
    public Network? Network { get; internal set; }

    /// <summary>What the model predicts from columns, with the trained values: that of <c>-Prediction</c> for a loss expression, that of the network else; null without.</summary>
    [JsonIgnore]
    public ExprNode? Expression => Prediction ?? Network?.Expression;

    /// <summary>What a trained loss predicts, with the trained values; null for nothing, and for a network.</summary>
    [JsonInclude]
    internal ExprNode? Prediction { get; set; }

    /// <summary>How a trained loss that predicts was trained; null for nothing, and for a network.</summary>
    [JsonInclude]
    internal LossRecipe? Recipe { get; set; }

    /// <summary>The columns that gave the elements of variables of a trained loss; empty for a network.</summary>
    [JsonInclude]
    internal IReadOnlyList<VariableColumns> InputColumns { get; set; } = [];

    /// <summary>How text in the rows of a trained loss was read as a number; a network has its own.</summary>
    [JsonInclude]
    internal NumberFormat NumberFormat { get; set; }

    /// <summary>The model of a trained loss; null without a prediction, and for a network.</summary>
    internal ExpressionModel? Model => Prediction is null ? null : new ExpressionModel(Prediction) { InputColumns = VariableColumns.Of(InputColumns, Prediction.Variables), NumberFormat = NumberFormat, Recipe = Recipe };

    /// <summary>The loss of every step, before the step.</summary>
    public required IReadOnlyList<double> Loss { get; init; }

    /// <summary>The mean of <see cref="Loss"/> over the rows of every epoch, the last one possibly incomplete.</summary>
    public required IReadOnlyList<double> EpochLoss { get; init; }

    /// <summary>The mean loss over the validation rows after every full epoch; empty when there are none.</summary>
    public required IReadOnlyList<double> ValidationLoss { get; init; }

    /// <summary>The mean loss over the rows trained on, with the final parameters; NaN when the training was stopped and there was no time to measure it.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>Number of steps taken.</summary>
    public int Steps => Loss.Count;

    /// <summary>Number of passes over the data, a begun one included.</summary>
    public int Epochs => EpochLoss.Count;

    /// <summary>
    /// With patience the epoch whose last parameters were kept, 0 for the start. Else the epoch with the least loss, from 1: on the validation
    /// rows when there are some, else the mean over its steps; 0 when there was none.
    /// </summary>
    public int BestEpoch
    {
        get
        {
            if (KeptEpoch is { } kept) return kept;
            var losses = ValidationLoss.Count > 0 ? ValidationLoss : EpochLoss;
            var best = -1;
            for (var i = 0; i < losses.Count; i++)
            {
                if (best < 0 || losses[i] < losses[best]) best = i;
            }

            return best + 1;
        }
    }

    /// <summary>Why it ended.</summary>
    public required TrainingStopReason StopReason { get; init; }

    /// <summary>The step, epoch, sample and loss at which the loss or a parameter was no longer finite; else null.</summary>
    public TrainingStep? FailedStep { get; init; }

    /// <summary>The seed of everything random; the same seed gives the same result.</summary>
    public required int Seed { get; init; }

    /// <summary>Time spent in the training itself, before a resumption included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Rows taken through a step in a second, over all restarts.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>How gradients became steps.</summary>
    public required TrainingOptimizer Optimizer { get; init; }

    /// <summary>The factor of each step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Rows in a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>All starts that were begun, in order.</summary>
    public required IReadOnlyList<TrainingRestart> Restarts { get; init; }

    /// <summary>The number of starts that were done when the last machine was lost; null when that did not happen.</summary>
    internal int? MachinesLost { get; set; }

    /// <summary>Why the last checkpoint could not be written; null when it was, or none was asked for.</summary>
    public string? CheckpointProblem { get; init; }

    /// <summary>One object for every step, in order, for example for Export-Csv.</summary>
    [JsonIgnore]
    public IReadOnlyList<TrainingStep> History => _history ??= MakeHistory();

    /// <summary>The final loss, the epochs and why it ended, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"loss {FinalLoss} after {Epochs} epochs, {StopReason}");

    /// <summary>The epoch whose last parameters are the result; null for those of the last step.</summary>
    [JsonInclude]
    internal int? KeptEpoch { get; init; }

    /// <summary>Whether the failed step fails at the start too, so that a smaller rate is of no use; not kept in text.</summary>
    internal bool FailsAtStart { get; init; }

    /// <summary>Number of steps in a full epoch.</summary>
    [JsonInclude]
    internal int StepsPerEpoch { get; init; } = 1;

    /// <summary>The numbers of the rows trained on; null when steps go over several rows, and for a result without steps.</summary>
    [JsonInclude]
    internal int[]? Samples { get; init; }

    /// <summary>The seed of the orders of the rows; null when they were not shuffled.</summary>
    [JsonInclude]
    internal int? OrderSeed { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (StepsPerEpoch < 1 || (Samples is not null && Samples.Length != StepsPerEpoch)) throw new FormatException("The number of steps in an epoch is impossible.");
    }

    private TrainingStep[] MakeHistory()
    {
        var order = Samples is null ? null : new TrainingOrder(Samples, OrderSeed);
        var steps = new TrainingStep[Loss.Count];
        for (int step = 0, epoch = 1; step < steps.Length; epoch++)
        {
            var samples = order?.Next();
            for (var i = 0; i < StepsPerEpoch && step < steps.Length; i++, step++) steps[step] = new TrainingStep(step + 1, epoch, samples?[i], Loss[step]);
        }

        return steps;
    }
}
