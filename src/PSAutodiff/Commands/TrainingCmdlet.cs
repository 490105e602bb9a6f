using System.Management.Automation;
using System.Reflection;
using System.Security.Cryptography;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that trains on rows.</summary>
public abstract class TrainingCmdlet : LabelledRowsCmdlet
{
    private static readonly string[] Parameters =
        Array.ConvertAll(typeof(TrainingCmdlet).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly), static property => property.Name);

    /// <summary>Passes over the data.</summary>
    [Parameter]
    [Alias("Epochs")]
    [ValidateRange(1, int.MaxValue)]
    public int Epoch { get; set; } = 1000;

    /// <summary>The most steps, over all epochs.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxStep { get; set; }

    /// <summary>Rows in a step.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int BatchSize { get; set; }

    /// <summary>Go through the rows in a new random order in each epoch.</summary>
    [Parameter]
    public SwitchParameter Shuffle { get; set; }

    /// <summary>The seed of everything random; by default a random one, noted in the result.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>How gradients become steps.</summary>
    [Parameter]
    public TrainingOptimizer Optimizer { get; set; } = TrainingOptimizer.GradientDescent;

    /// <summary>The factor of every step.</summary>
    [Parameter]
    [Alias("lr")]
    public double LearningRate { get; set; }

    /// <summary>How the learning rate changes: not at all, by a factor every so many epochs, or along half a cosine.</summary>
    [Parameter]
    public LearningRateSchedule LearningRateSchedule { get; set; }

    /// <summary>Epochs in which the learning rate rises from almost 0.</summary>
    [Parameter]
    [Alias("WarmupEpochs")]
    [ValidateRange(0, int.MaxValue)]
    public int WarmupEpoch { get; set; }

    /// <summary>With the schedule Step, multiply the learning rate by -StepFactor after so many epochs, again and again.</summary>
    [Parameter]
    [Alias("StepEpochs")]
    [ValidateRange(1, int.MaxValue)]
    public int StepEpoch { get; set; }

    /// <summary>With the schedule Step, what the learning rate is multiplied by.</summary>
    [Parameter]
    public double StepFactor { get; set; } = 0.1;

    /// <summary>With the schedule Cosine, the learning rate at the end.</summary>
    [Parameter]
    public double FinalLearningRate { get; set; }

    /// <summary>Shorten gradients that are longer than this.</summary>
    [Parameter]
    public double ClipNorm { get; set; }

    /// <summary>Set derivatives beyond this, or beyond minus this, to it.</summary>
    [Parameter]
    public double ClipValue { get; set; }

    /// <summary>The part of the last step that Momentum and Nesterov keep, at least 0 and below 1.</summary>
    [Parameter]
    public double Momentum { get; set; } = 0.9;

    /// <summary>Added to the gradient of every weight, times the weight.</summary>
    [Parameter]
    public double WeightDecay { get; set; }

    /// <summary>Standard deviation of normal noise added to every input at every step.</summary>
    [Parameter]
    public virtual double InputNoise { get; set; }

    /// <summary>Standard deviation of normal factors, with mean 1, on the inputs of every layer at every step.</summary>
    [Parameter]
    public virtual double GaussianDropout { get; set; }

    /// <summary>Stop when the mean loss of an epoch is below this.</summary>
    [Parameter]
    public double StopLoss { get; set; }

    /// <summary>Stop when the mean loss of an epoch is less than this below that of the epoch before.</summary>
    [Parameter]
    public double MinDecrease { get; set; }

    /// <summary>Stop when the loss has not fallen for so many epochs, and keep the best.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Patience { get; set; }

    /// <summary>The part of the rows, chosen at random, that is measured after each epoch instead of trained on.</summary>
    [Parameter]
    public double ValidationFraction { get; set; }

    /// <summary>Whether one of these parameters was given.</summary>
    private protected bool HasTrainingParameter => Array.Exists(Parameters, IsBound);

    /// <summary>What the parameters say.</summary>
    /// <param name="ofNetwork">Whether a network is trained, which has defaults of its own.</param>
    private protected TrainingOptions MakeOptions(bool ofNetwork) => new()
    {
        Epochs = Epoch,
        MaxSteps = IsBound(nameof(MaxStep)) ? MaxStep : null,
        BatchSize = IsBound(nameof(BatchSize)) ? BatchSize : Results.TrainingSetting.DefaultBatch(ofNetwork, Optimizer),
        Shuffle = Shuffle,
        Seed = Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
        Optimizer = Optimizer,
        LearningRate = IsBound(nameof(LearningRate)) ? LearningRate : Results.TrainingSetting.DefaultRate(ofNetwork, Optimizer),
        LearningRateSchedule = LearningRateSchedule,
        WarmupEpochs = WarmupEpoch,
        StepEpochs = IsBound(nameof(StepEpoch)) ? StepEpoch : null,
        StepFactor = IsBound(nameof(StepFactor)) ? StepFactor : null,
        FinalLearningRate = FinalLearningRate,
        ClipNorm = IsBound(nameof(ClipNorm)) ? ClipNorm : null,
        ClipValue = IsBound(nameof(ClipValue)) ? ClipValue : null,
        Momentum = Momentum,
        WeightDecay = WeightDecay,
        InputNoise = InputNoise,
        GaussianDropout = GaussianDropout,
        StopLoss = IsBound(nameof(StopLoss)) ? StopLoss : null,
        MinDecrease = IsBound(nameof(MinDecrease)) ? MinDecrease : null,
        Patience = IsBound(nameof(Patience)) ? Patience : null,
        ValidationFraction = ValidationFraction,
        Threads = ThrottleLimit,
    };

    /// <summary>Checks what the parameters say, with messages that name them.</summary>
    /// <exception cref="AutodiffException">One is out of its range.</exception>
    private protected static void Check(TrainingOptions options) => options.Check(TrainingOptions.ParameterOf);

    /// <summary>Warns of a momentum, or of settings of a schedule, that are not used.</summary>
    /// <param name="ofNetwork">Whether a network is trained, whose losses are not below 0.</param>
    private protected void WarnOfUnused(bool ofNetwork)
    {
        foreach (var why in Unused(MakeOptions(ofNetwork), IsBound, ofNetwork).Select(static unused => unused.Why).Distinct(System.StringComparer.Ordinal)) WriteWarning(why);
    }

    /// <summary>The parameters that do nothing, and why.</summary>
    /// <param name="options">What is trained with.</param>
    /// <param name="isGiven">Whether a parameter was given.</param>
    /// <param name="ofNetwork">Whether a network is trained, whose losses are not below 0.</param>
    private protected static IEnumerable<(string Name, string Why)> Unused(TrainingOptions options, System.Func<string, bool> isGiven, bool ofNetwork)
    {
        if (ofNetwork && isGiven(nameof(StopLoss)) && options.StopLoss <= 0) yield return (nameof(StopLoss), System.FormattableString.Invariant($"-StopLoss {options.StopLoss} never ends a training run: it stops when the loss is below, and the losses of networks are at least 0."));
        if (options.Optimizer == TrainingOptimizer.LBFGS && isGiven(nameof(LearningRate))) yield return (nameof(LearningRate), "LBFGS does not use -LearningRate.");
        if (options.LearningRateSchedule != LearningRateSchedule.Step)
        {
            foreach (var name in new[] { nameof(StepEpoch), nameof(StepFactor) })
            {
                if (isGiven(name)) yield return (name, $"-StepEpoch and -StepFactor are for -LearningRateSchedule Step. The schedule is {options.LearningRateSchedule}, which does not use them.");
            }
        }

        if (options.LearningRateSchedule != LearningRateSchedule.Cosine && isGiven(nameof(FinalLearningRate))) yield return (nameof(FinalLearningRate), $"-FinalLearningRate is for -LearningRateSchedule Cosine. The schedule is {options.LearningRateSchedule}, which does not use it.");
        if (isGiven(nameof(Momentum)) && options.Optimizer is not (TrainingOptimizer.Momentum or TrainingOptimizer.Nesterov)) yield return (nameof(Momentum), $"{options.Optimizer} does not use -Momentum.");
    }
}
