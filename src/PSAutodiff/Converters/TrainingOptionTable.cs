using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;

namespace PSAutodiff.Converters;

/// <summary>Options of a training as users write them in a hashtable: named, with their defaults, as the parameters of Start-NetworkTraining -Network.</summary>
internal static class TrainingOptionTable
{
    private const int DefaultBatchSize = 32;

    private static readonly string[] Known =
    [
        "Epoch", "MaxStep", "BatchSize", "Shuffle", "Seed", "Optimizer", "LearningRate", "Momentum", "WeightDecay", "InputNoise",
        "GaussianDropout", "StopLoss", "Patience", "ValidationFraction",
    ];

    /// <summary>The options.</summary>
    /// <param name="table">Names, in any case, and values; null for the defaults.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <exception cref="AutodiffException">A name is unknown, or a value is not what it should be.</exception>
    public static TrainingOptions Parse(IDictionary? table, int threads)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            var name = entry.Key.ToString()!;
            if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase)) throw Invalid($"-TrainingOption has no '{name}'. It takes what Start-NetworkTraining takes: {string.Join(", ", Known)}.");
            if (!values.TryAdd(name, entry.Value)) throw Invalid($"-TrainingOption has '{name}' twice.");
        }

        var optimizer = Get("Optimizer", TrainingOptimizer.GradientDescent);
        var options = new TrainingOptions
        {
            Epochs = Get("Epoch", 1000),
            MaxSteps = Get<int?>("MaxStep", null),
            BatchSize = Get("BatchSize", DefaultBatchSize),
            Shuffle = Get("Shuffle", false),
            Seed = Get<int?>("Seed", null) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            Optimizer = optimizer,
            LearningRate = Get("LearningRate", optimizer is TrainingOptimizer.RMSProp or TrainingOptimizer.Adam or TrainingOptimizer.AdamW ? 0.001 : 0.1),
            Momentum = Get("Momentum", 0.9),
            WeightDecay = Get("WeightDecay", 0.0),
            InputNoise = Get("InputNoise", 0.0),
            GaussianDropout = Get("GaussianDropout", 0.0),
            StopLoss = Get<double?>("StopLoss", null),
            Patience = Get<int?>("Patience", null),
            ValidationFraction = Get("ValidationFraction", 0.0),
            Threads = threads,
        };
        options.Check();
        return options;

        T Get<T>(string name, T otherwise)
        {
            if (!values.TryGetValue(name, out var value)) return otherwise;
            if (value is not null && LanguagePrimitives.TryConvertTo<T>(value, CultureInfo.InvariantCulture, out var converted)) return converted;
            var wanted = (Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)) switch
            {
                { IsEnum: true } type => $"one of {string.Join(", ", Enum.GetNames(type))}",
                var type => type == typeof(int) ? "a whole number" : type == typeof(bool) ? "$true or $false" : "a number",
            };
            throw Invalid($"-TrainingOption: {name} has to be {wanted}, not {ValueSource.Describe(value)}.");
        }
    }

    private static AutodiffException Invalid(string message) => new(ErrorIds.TrainingOptionInvalid, message);
}
