using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using PSAutodiff.Foundation;

namespace PSAutodiff.Results;

/// <summary>A setting that a sweep can give several values: a parameter of Start-NetworkTraining.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Apply">Puts a value into what is trained.</param>
internal sealed record SweepKey(string Name, Type Type, Func<TrainingSetting, object, TrainingSetting> Apply)
{
    private const int MostShown = 60;

    private static readonly SweepKey[] All =
    [
        Of<int>("Epoch", static (options, value) => options with { Epochs = value }) with { Least = 1 },
        Of<int>("MaxStep", static (options, value) => options with { MaxSteps = value }) with { Least = 1 },
        new SweepKey("BatchSize", typeof(int), static (setting, value) => setting with { HasBatchSize = true, Options = setting.Options with { BatchSize = (int)value } }) { Least = 1 },
        Of<bool>("Shuffle", static (options, value) => options with { Shuffle = value }),
        Of<int>("Seed", static (options, value) => options with { Seed = value }),
        Of<TrainingOptimizer>("Optimizer", static (options, value) => options with { Optimizer = value }),
        new SweepKey("LearningRate", typeof(double), static (setting, value) => setting with { HasLearningRate = true, Options = setting.Options with { LearningRate = (double)value } }),
        Of<LearningRateSchedule>("LearningRateSchedule", static (options, value) => options with { LearningRateSchedule = value }),
        Of<int>("WarmupEpoch", static (options, value) => options with { WarmupEpochs = value }) with { Least = 0 },
        Of<int>("StepEpoch", static (options, value) => options with { StepEpochs = value }) with { Least = 1 },
        Of<double>("StepFactor", static (options, value) => options with { StepFactor = value }),
        Of<double>("FinalLearningRate", static (options, value) => options with { FinalLearningRate = value }),
        Of<double>("ClipNorm", static (options, value) => options with { ClipNorm = value }),
        Of<double>("ClipValue", static (options, value) => options with { ClipValue = value }),
        Of<double>("Momentum", static (options, value) => options with { Momentum = value }),
        Of<double>("WeightDecay", static (options, value) => options with { WeightDecay = value }),
        Of<double>("StopLoss", static (options, value) => options with { StopLoss = value }),
        Of<double>("MinDecrease", static (options, value) => options with { MinDecrease = value }),
        Of<int>("Patience", static (options, value) => options with { Patience = value }) with { Least = 1 },
        Of<int>("Restart", static (options, value) => options with { Restarts = value }) with { Least = 1 },
        Of<double>("InputNoise", static (options, value) => options with { InputNoise = value }) with { OfLoss = false },
        Of<double>("GaussianDropout", static (options, value) => options with { GaussianDropout = value }) with { OfLoss = false },
        new SweepKey("Network", typeof(Network), static (setting, value) => setting with { Network = (Network)value }) { OfLoss = false },
        new SweepKey("LossFunction", typeof(LossFunction), static (setting, value) => setting with { LossFunction = (LossFunction)value }) { OfLoss = false },
        new SweepKey("Standardize", typeof(bool), static (setting, value) => setting with { Standardizes = (bool)value }) { OfLoss = false },
        new SweepKey("StandardizeTarget", typeof(bool), static (setting, value) => setting with { StandardizesTargets = (bool)value }) { OfLoss = false },
        new SweepKey("Initializer", typeof(InitialDistribution), static (setting, value) => setting with { Initializer = (InitialDistribution)value }) { OfNetwork = false },
        new SweepKey("InitialScale", typeof(double), static (setting, value) => setting with { InitialScale = (double)value }) { OfNetwork = false },
        new SweepKey("Precision", typeof(NetworkPrecision), static (setting, value) => setting with { Precision = (NetworkPrecision)value }) { OfNetwork = false },
    ];

    private static readonly (string Alias, string Name)[] Aliases = [("lr", "LearningRate"), ("Epochs", "Epoch"), ("WarmupEpochs", "WarmupEpoch"), ("StepEpochs", "StepEpoch")];

    /// <summary>Whether it is a setting of networks.</summary>
    public bool OfNetwork { get; init; } = true;

    /// <summary>Whether it is a setting of loss expressions.</summary>
    public bool OfLoss { get; init; } = true;

    /// <summary>The least of its values where these are whole numbers.</summary>
    public int Least { get; init; } = int.MinValue;

    /// <summary>The settings of networks, or of loss expressions.</summary>
    public static IEnumerable<SweepKey> For(bool ofNetwork) => All.Where(key => ofNetwork ? key.OfNetwork : key.OfLoss);

    /// <summary>The setting of a name or alias, in any case; null where there is none.</summary>
    public static SweepKey? Find(string name)
    {
        var alias = Array.Find(Aliases, alias => string.Equals(alias.Alias, name, StringComparison.OrdinalIgnoreCase)).Name;
        return Array.Find(All, key => string.Equals(key.Name, alias ?? name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A value of this setting; null where it is none.</summary>
    /// <param name="value">A number, a Boolean, a network, or a name; text of these too.</param>
    public object? Read(object? value)
    {
        if (Type == typeof(Network)) return value as Network;
        if (Type == typeof(bool)) return value is bool or string && bool.TryParse(value.ToString(), out var flag) ? flag : null;
        if (Type.IsEnum) return value is string or Enum && Enum.GetNames(Type).FirstOrDefault(name => string.Equals(name, value.ToString(), StringComparison.OrdinalIgnoreCase)) is { } found ? Enum.Parse(Type, found) : null;
        if (!NumberInput.TryGetDouble(value, out var number)) return null;
        if (Type == typeof(double)) return number;
        return number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : null;
    }

    /// <summary>What its values are, in words.</summary>
    public string Wanted =>
        Type == typeof(Network) ? "networks, as New-NeuralNetwork makes them" :
        Type == typeof(bool) ? "$true and $false" :
        Type.IsEnum ? string.Join(", ", Enum.GetNames(Type)) :
        Type == typeof(int) ? FormattableString.Invariant($"whole numbers from {Least} to {int.MaxValue}") : "numbers";

    /// <summary>The text of a value, that <see cref="Read"/> reads; of a network its JSON.</summary>
    public static string TextOf(object value) => value is Network network ? network.ToJson() : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>Settings in a line.</summary>
    public static string Describe(IDictionary settings) =>
        string.Join(", ", settings.Keys.Cast<string>().Select(name => $"{name} = {Short(settings[name]!)}"));

    /// <summary>The settings of names and texts in turn.</summary>
    /// <exception cref="FormatException">They are none.</exception>
    public static OrderedDictionary Parse(string[] texts)
    {
        var settings = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i + 1 < texts.Length; i += 2)
        {
            var key = Find(texts[i]) ?? throw new FormatException($"'{texts[i]}' is not a setting.");
            object value = key.Type == typeof(Network) ? Network.ParseJson(texts[i + 1]) : texts[i + 1];
            if (settings.Contains(key.Name)) throw new FormatException($"'{key.Name}' is there twice.");
            settings.Add(key.Name, key.Read(value) ?? throw new FormatException($"'{texts[i + 1]}' is not a value of {key.Name}."));
        }

        return settings;
    }

    private static SweepKey Of<T>(string name, Func<TrainingOptions, T, TrainingOptions> apply) =>
        new(name, typeof(T), (setting, value) => setting with { Options = apply(setting.Options, (T)value) });

    private static string Short(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.Length > MostShown ? text[..MostShown] + "..." : text;
    }
}

/// <summary>What is trained with one setting of a sweep. What is null is as the command says.</summary>
/// <param name="Options">How.</param>
internal sealed record TrainingSetting(TrainingOptions Options)
{
    /// <summary>Whether the learning rate was given; else its default depends on the optimizer.</summary>
    public bool HasLearningRate { get; init; }

    /// <summary>The rows in a step where their number is not given.</summary>
    public static int DefaultBatch(bool ofNetwork, TrainingOptimizer optimizer) => optimizer == TrainingOptimizer.LBFGS ? int.MaxValue : ofNetwork ? 32 : 1;

    /// <summary>The learning rate where none is given.</summary>
    public static double DefaultRate(bool ofNetwork, TrainingOptimizer optimizer) =>
        ofNetwork && optimizer is TrainingOptimizer.RMSProp or TrainingOptimizer.Adam or TrainingOptimizer.AdamW ? 0.001 : 0.1;

    /// <summary>Whether the rows in a step were given; else their default depends on the optimizer.</summary>
    public bool HasBatchSize { get; init; }

    /// <summary>The network.</summary>
    public Network? Network { get; init; }

    /// <summary>The loss of a network.</summary>
    public LossFunction? LossFunction { get; init; }

    /// <summary>Whether inputs are scaled.</summary>
    public bool? Standardizes { get; init; }

    /// <summary>Whether targets are scaled.</summary>
    public bool? StandardizesTargets { get; init; }

    /// <summary>How initial values are drawn.</summary>
    public InitialDistribution? Initializer { get; init; }

    /// <summary>How far they are drawn.</summary>
    public double? InitialScale { get; init; }

    /// <summary>The numbers of the training of a loss.</summary>
    public NetworkPrecision? Precision { get; init; }
}
