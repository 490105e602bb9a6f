using System.Globalization;

namespace PSAutodiff.Training.Checkpoints;

/// <summary>What a training trains and how, so that its checkpoint is not taken for that of another one.</summary>
/// <param name="settings">The options.</param>
/// <param name="modelHash">SHA-256 of what is trained, its start included.</param>
/// <param name="dataHash">SHA-256 of the rows.</param>
internal sealed class CheckpointSubject(TrainingOptions settings, byte[] modelHash, byte[] dataHash)
{
    /// <summary>All options that the result depends on: a line for each, name=value, between line feeds.</summary>
    public string Settings { get; } = Describe(settings);

    /// <summary>SHA-256 of what is trained, its start included.</summary>
    public byte[] ModelHash { get; } = modelHash;

    /// <summary>SHA-256 of the rows.</summary>
    public byte[] DataHash { get; } = dataHash;

    /// <summary>In what a training differs from this one; null for nothing.</summary>
    public string? DifferenceTo(string settings, byte[] modelHash, byte[] dataHash)
    {
        var (mine, other) = (Settings.Split('\n'), settings.Split('\n'));
        for (var i = 0; i < mine.Length; i++)
        {
            if (i >= other.Length || mine[i] != other[i]) return $"it has {Shown(i < other.Length ? other[i] : "")}, not {Shown(mine[i])}";
        }

        if (!modelHash.AsSpan().SequenceEqual(ModelHash)) return "the model or its initial values are not the same";
        return dataHash.AsSpan().SequenceEqual(DataHash) ? null : "the rows are not the same";
    }

    private static string Shown(string line)
    {
        const int longest = 60;
        if (line.Length == 0) return "nothing more";
        var end = line.IndexOf('=', StringComparison.Ordinal);
        var text = end < 0 ? line : $"{TrainingOptions.ParameterOf(line[..end])} {line[(end + 1)..]}";
        return text.Length > longest ? text[..longest] : text;
    }

    private static string Describe(TrainingOptions options)
    {
        (string Name, object? Value)[] settings =
        [
            (nameof(options.Seed), options.Seed),
            (nameof(options.Epochs), options.Epochs),
            (nameof(options.MaxSteps), options.MaxSteps),
            (nameof(options.BatchSize), options.BatchSize),
            (nameof(options.Shuffle), options.Shuffle),
            (nameof(options.Optimizer), options.Optimizer),
            (nameof(options.LearningRate), options.LearningRate),
            (nameof(options.Momentum), options.Momentum),
            (nameof(options.WeightDecay), options.WeightDecay),
            (nameof(options.InputNoise), options.InputNoise),
            (nameof(options.GaussianDropout), options.GaussianDropout),
            (nameof(options.Restarts), options.Restarts),
            (nameof(options.StopLoss), options.StopLoss),
            (nameof(options.Patience), options.Patience),
            (nameof(options.ValidationFraction), options.ValidationFraction),
        ];

        // Checkpoints of trainings without them stay readable.
        (string Name, object? Value)[] later =
        [
            (nameof(options.MinDecrease), options.MinDecrease),
            (nameof(options.LearningRateSchedule), options.LearningRateSchedule == LearningRateSchedule.Constant ? null : options.LearningRateSchedule),
            (nameof(options.WarmupEpochs), options.WarmupEpochs == 0 ? null : options.WarmupEpochs),
            (nameof(options.StepEpochs), options.StepEpochs),
            (nameof(options.StepFactor), options.StepFactor),
            (nameof(options.FinalLearningRate), options.FinalLearningRate == 0 ? null : options.FinalLearningRate),
            (nameof(options.ClipNorm), options.ClipNorm),
            (nameof(options.ClipValue), options.ClipValue),
        ];
        var lines = settings.Concat(later.Where(static setting => setting.Value is not null)).Select(static setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Name}={setting.Value ?? "none"}\n"));
        return "\n" + string.Concat(lines);
    }
}
