using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSAutodiff.Tests;

/// <summary>One of the golden trainings: all batch losses and the final parameters, computed elsewhere.</summary>
internal sealed record GoldenTraining(
    string Name,
    GoldenLayer[] Layers,
    LossFunction Loss,
    string Optimizer,
    double LearningRate,
    double? Momentum,
    int BatchSize,
    double WeightDecay,
    int Epochs,
    int Steps,
    double[][] Inputs,
    double[][] Targets,
    GoldenParameters Start,
    GoldenParameters FirstGradient,
    double[] BatchLosses,
    GoldenParameters Finish,
    double[][] Predictions)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static readonly GoldenTraining[] Trainings = JsonSerializer.Deserialize<GoldenTraining[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "training.json")), Json)!;

    public static IEnumerable<string> Names => Trainings.Select(static training => training.Name);

    /// <summary>How its steps are made; the data know no name of its own for momentum.</summary>
    public TrainingOptimizer Rule => Optimizer != "sgd" ? Enum.Parse<TrainingOptimizer>(Optimizer, ignoreCase: true)
        : Momentum is null ? TrainingOptimizer.GradientDescent
        : TrainingOptimizer.Momentum;

    /// <summary>The network it starts from.</summary>
    public Network Network => Network.FromWeights(
        [.. Start.Weights.Select(static weights => weights.ToMatrix())],
        Start.Biases,
        [.. Layers.Select(static layer => layer.Activation)]);

    public static GoldenTraining Named(string name) => Trainings.Single(training => training.Name == name);
}

internal sealed record GoldenLayer(int Inputs, int Outputs, ActivationFunction Activation);

/// <summary>A number for each parameter: weights of each layer, inputs x outputs, and biases.</summary>
internal sealed record GoldenParameters(double[][][] Weights, double[][] Biases)
{
    /// <summary>In the order of a network's parameters.</summary>
    public double[] Flat => [.. Weights.Zip(Biases, static (weights, biases) => weights.SelectMany(static row => row).Concat(biases)).SelectMany(static layer => layer)];
}
