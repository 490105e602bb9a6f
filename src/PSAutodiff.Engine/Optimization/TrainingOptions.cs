using System.Globalization;
using System.Text.Json.Serialization;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff;

/// <summary>How to train.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the data, at least 1.</summary>
    public int Epochs { get; init; } = 1000;

    /// <summary>The most steps to take, over all epochs; null for no such limit.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Rows in a step; the last batch of an epoch may be shorter and is averaged over its own rows.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Whether each epoch goes through the rows in a new random order.</summary>
    public bool Shuffle { get; init; }

    /// <summary>The seed of everything random: starts, orders, noise, the choice of validation rows.</summary>
    public int Seed { get; init; }

    /// <summary>How gradients become steps.</summary>
    public TrainingOptimizer Optimizer { get; init; } = TrainingOptimizer.GradientDescent;

    /// <summary>The factor of each step, above 0.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>How the factor changes from step to step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LearningRateSchedule LearningRateSchedule { get; init; }

    /// <summary>For so many epochs at the start the factor rises in equal steps to <see cref="LearningRate"/>; at least 0, and below <see cref="Epochs"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int WarmupEpochs { get; init; }

    /// <summary>With <see cref="LearningRateSchedule.Step"/>, epochs between two changes, at least 1; needed there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? StepEpochs { get; init; }

    /// <summary>With <see cref="LearningRateSchedule.Step"/>, what the factor is multiplied by at each change, above 0; null for 0.1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? StepFactor { get; init; }

    /// <summary>With <see cref="LearningRateSchedule.Cosine"/>, the factor that the last steps approach; at least 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double FinalLearningRate { get; init; }

    /// <summary>The longest gradient: a longer one is shortened to this before a step, its direction kept. Above 0; null for any length.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? ClipNorm { get; init; }

    /// <summary>The largest derivative: larger ones are set to it before a step, and before <see cref="ClipNorm"/> looks at them. Above 0; null for any size.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? ClipValue { get; init; }

    /// <summary>The momentum of <see cref="TrainingOptimizer.Momentum"/> and <see cref="TrainingOptimizer.Nesterov"/>, in [0, 1).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// Added to the gradient of every weight, times the weight; not to biases. At least 0. Of a loss expression all parameters are
    /// weights. Reported losses do not contain it.
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>Standard deviation of normal noise added to every input at every step; networks only.</summary>
    public double InputNoise { get; init; }

    /// <summary>Standard deviation of normal factors, with mean 1, on the inputs of every layer at every step; networks only.</summary>
    public double GaussianDropout { get; init; }

    /// <summary>
    /// Number of starts, the best of which is kept: that with the least loss on the validation rows, or on all rows when there are none;
    /// at least 1. The first is the given start with <see cref="Seed"/>, the others are random, with seeds that are drawn from it.
    /// </summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Ends the training when the mean loss of an epoch is below this; null for never.</summary>
    public double? StopLoss { get; init; }

    /// <summary>
    /// Ends the training when the mean loss of an epoch is less than this below that of the epoch before, or above it. At least 0; null for
    /// never.
    /// </summary>
    public double? MinDecrease { get; init; }

    /// <summary>
    /// Ends the training when the loss has not fallen for so many epochs, and keeps the parameters that had the least loss, however it ends:
    /// those of the start or from the end of an epoch. The loss is measured on the validation rows, or on all rows when there are none, with
    /// these parameters. At least 1; null for never.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>The part of the rows, chosen at random, that is not trained on but measured after each epoch; in [0, 1). At least one row of each kind.</summary>
    public double ValidationFraction { get; init; }

    /// <summary>The most threads to use. The result does not depend on it.</summary>
    [JsonIgnore]
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where the state is kept while training; null for nowhere.</summary>
    [JsonIgnore]
    public string? CheckpointPath { get; init; }

    /// <summary>Epochs between checkpoints, at least 1; there is one more at the end, also when the training is stopped from outside.</summary>
    [JsonIgnore]
    public int CheckpointInterval { get; init; } = 1;

    /// <summary>Whether checkpoints may replace a file that is not a checkpoint, or is write-protected.</summary>
    [JsonIgnore]
    public bool Force { get; init; }

    /// <summary>Whether to go on from <see cref="CheckpointPath"/> when that file is there.</summary>
    [JsonIgnore]
    public bool Resume { get; init; }

    /// <summary>Called about ten times a second, on the thread that called the training.</summary>
    [JsonIgnore]
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Whether inputs or units are disturbed at random.</summary>
    internal bool HasNoise => InputNoise > 0 || GaussianDropout > 0;

    /// <summary>Whether all steps have the same factor, and take gradients as they are; the settings of before that, which older files hold.</summary>
    internal bool IsPlain => LearningRateSchedule == LearningRateSchedule.Constant && WarmupEpochs == 0 && ClipNorm is null && ClipValue is null && Optimizer != TrainingOptimizer.LBFGS;

    /// <summary>Machines that train starts for this one; null for none. The result does not depend on them.</summary>
    [JsonIgnore]
    internal IReadOnlyList<IMachine>? Machines { get; init; }

    /// <summary>Whether this machine trains starts too, where there are others.</summary>
    [JsonIgnore]
    internal bool IncludesLocal { get; init; }

    /// <summary>Told of a machine that is lost, and why, on the thread that called the training.</summary>
    [JsonIgnore]
    internal Action<string, string>? MachineLost { get; init; }

    /// <summary>The options of a training that another machine does; when that is lost, the training ends with a <see cref="MachineLostException"/>.</summary>
    /// <param name="machine">The machine; null for this one.</param>
    internal TrainingOptions On(IMachine? machine) =>
        machine is null ? this : this with { Machines = [machine], MachineLost = static (_, why) => throw new MachineLostException(why) };

    /// <summary>What decides the result: the options without files, threads and who looks on.</summary>
    internal TrainingOptions Settings()
    {
        var others = new TrainingOptions();
        return this with { Threads = others.Threads, CheckpointPath = null, CheckpointInterval = others.CheckpointInterval, Force = false, Resume = false, Progress = null, Machines = null, IncludesLocal = false, MachineLost = null };
    }

    /// <summary>Checks every setting on its own.</summary>
    /// <param name="nameOf">What messages call a setting, by the name of its property; null for that name.</param>
    /// <exception cref="AutodiffException">A setting is out of its range.</exception>
    internal void Check(Func<string, string>? nameOf = null)
    {
        nameOf ??= static name => name;
        RequireAtLeast1(nameOf(nameof(Epochs)), Epochs);
        RequireAtLeast1(nameOf(nameof(MaxSteps)), MaxSteps ?? 1);
        RequireAtLeast1(nameOf(nameof(BatchSize)), BatchSize);
        RequireAtLeast1(nameOf(nameof(Restarts)), Restarts);
        RequireAtLeast1(nameOf(nameof(Patience)), Patience ?? 1);
        RequireAtLeast1(nameOf(nameof(Threads)), Threads);
        RequireAtLeast1(nameOf(nameof(CheckpointInterval)), CheckpointInterval);
        RequireAtLeast0(nameOf(nameof(WeightDecay)), WeightDecay);
        RequireAtLeast0(nameOf(nameof(InputNoise)), InputNoise);
        RequireAtLeast0(nameOf(nameof(GaussianDropout)), GaussianDropout);
        RequireAtLeast0(nameOf(nameof(MinDecrease)), MinDecrease ?? 0);
        if (!Enum.IsDefined(Optimizer)) throw Invalid($"{Optimizer} is not an optimizer. The optimizers are: {string.Join(", ", Enum.GetNames<TrainingOptimizer>())}.");
        if (!double.IsFinite(LearningRate) || LearningRate <= 0)
        {
            throw new AutodiffException(
                ErrorIds.LearningRateInvalid,
                string.Create(CultureInfo.InvariantCulture, $"The learning rate has to be a finite number above 0, not {LearningRate}."));
        }

        if (!Enum.IsDefined(LearningRateSchedule)) throw Invalid($"{LearningRateSchedule} is not a schedule. The schedules are: {string.Join(", ", Enum.GetNames<LearningRateSchedule>())}.");
        if (WarmupEpochs < 0 || (WarmupEpochs > 0 && WarmupEpochs >= Epochs)) throw Invalid($"{nameOf(nameof(WarmupEpochs))} is {WarmupEpochs}. It has to be at least 0 and below {nameOf(nameof(Epochs))}, which is {Epochs}.");
        RequireAtLeast1(nameOf(nameof(StepEpochs)), StepEpochs ?? 1);
        RequireAbove0(nameOf(nameof(StepFactor)), StepFactor ?? 1);
        RequireAtLeast0(nameOf(nameof(FinalLearningRate)), FinalLearningRate);
        RequireAbove0(nameOf(nameof(ClipNorm)), ClipNorm ?? 1);
        RequireAbove0(nameOf(nameof(ClipValue)), ClipValue ?? 1);
        if (LearningRateSchedule == LearningRateSchedule.Step && StepEpochs is null) throw Invalid($"{nameOf(nameof(LearningRateSchedule))} Step multiplies the learning rate every so many epochs, but {nameOf(nameof(StepEpochs))} does not name their number. Give it, for example 30.");
        if (Optimizer == TrainingOptimizer.LBFGS && (LearningRateSchedule != LearningRateSchedule.Constant || WarmupEpochs > 0 || ClipNorm is not null || ClipValue is not null || InputNoise > 0 || GaussianDropout > 0))
        {
            throw Invalid($"LBFGS finds the length of its steps itself, on a loss that stays the same: it takes no schedule, warm-up, clipping, noise or dropout. Leave these out, or take Adam.");
        }

        if (Momentum is not (>= 0 and < 1))
        {
            throw new AutodiffException(
                ErrorIds.MomentumInvalid,
                string.Create(CultureInfo.InvariantCulture, $"The momentum has to be at least 0 and below 1, not {Momentum}: with 1 or more the steps never decay."));
        }

        if (StopLoss is { } stop && double.IsNaN(stop)) throw Invalid($"{nameOf(nameof(StopLoss))} is NaN, which no loss is below. Leave it out to train without it.");
        if (ValidationFraction is not (>= 0 and < 1)) throw Invalid($"{nameOf(nameof(ValidationFraction))} has to be at least 0 and below 1, not {ValidationFraction}.");
        if (Resume && CheckpointPath is null) throw Invalid($"{nameOf(nameof(Resume))} needs {nameOf(nameof(CheckpointPath))}, the file to go on from.");
    }

    private static void RequireAtLeast1(string name, int value)
    {
        if (value < 1) throw Invalid($"{name} has to be at least 1, not {value}.");
    }

    private static void RequireAbove0(string name, double value)
    {
        if (!double.IsFinite(value) || value <= 0) throw Invalid($"{name} has to be a finite number above 0, not {value}.");
    }

    private static void RequireAtLeast0(string name, double value)
    {
        if (!double.IsFinite(value) || value < 0) throw Invalid($"{name} has to be a finite number of at least 0, not {value}.");
    }

    private static AutodiffException Invalid(FormattableString message) => new(ErrorIds.TrainingOptionInvalid, FormattableString.Invariant(message));

    /// <summary>The parameter of Start-NetworkTraining that sets an option.</summary>
    /// <param name="option">The name of the option.</param>
    internal static string ParameterOf(string option) => option switch
    {
        nameof(Threads) => "-ThrottleLimit",
        nameof(Epochs) or nameof(MaxSteps) or nameof(Restarts) or nameof(WarmupEpochs) or nameof(StepEpochs) => $"-{option[..^1]}",
        _ => $"-{option}",
    };
}
