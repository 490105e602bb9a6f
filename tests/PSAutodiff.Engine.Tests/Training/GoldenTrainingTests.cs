using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The golden trainings: ten trajectories computed elsewhere, over all optimizers, losses and activations.</summary>
public sealed class GoldenTrainingTests
{
    public static TheoryData<string> Names => [.. GoldenTraining.Names];

    [Fact]
    public void There_are_ten() => Assert.Equal(10, GoldenTraining.Names.Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void The_first_gradient_agrees_in_every_way(string name)
    {
        var golden = GoldenTraining.Named(name);
        foreach (var gradient in new[] { Backpropagation.Gradient, ExpressionLoss.Gradient, PlainNetwork.Gradient })
        {
            var (loss, actual) = gradient(golden.Network, golden.Loss, golden.Inputs[..golden.BatchSize], golden.Targets[..golden.BatchSize]);
            Assert.Equal(golden.BatchLosses[0], loss, 1e-12);
            AssertNear(golden.FirstGradient.Flat, actual, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_final_predictions_agree(string name)
    {
        var golden = GoldenTraining.Named(name);
        var predictions = golden.Network.WithParameters(golden.Finish.Flat).Predict(golden.Inputs.ToMatrix());
        for (var row = 0; row < golden.Predictions.Length; row++) AssertNear(golden.Predictions[row], predictions.Row(row), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_trajectory_agrees(string name)
    {
        var golden = GoldenTraining.Named(name);
        var options = new TrainingOptions
        {
            Epochs = golden.Epochs,
            BatchSize = golden.BatchSize,
            Optimizer = golden.Rule,
            LearningRate = golden.LearningRate,
            Momentum = golden.Momentum ?? 0,
            WeightDecay = golden.WeightDecay,
        };
        var result = NetworkTraining.Run(
            golden.Network, golden.Inputs.ToMatrix(), golden.Targets.ToMatrix(), golden.Loss, options, TestContext.Current.CancellationToken);
        Assert.Equal(golden.Steps, result.Steps);
        AssertNear(golden.BatchLosses, [.. result.Loss], 1e-12);
        AssertNear(golden.Finish.Flat, result.Network!.FlatParameters(), 1e-12);
    }

    private static void AssertNear(double[] expected, double[] actual, double within)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= within, $"[{i}] is {actual[i]:R}, not {expected[i]:R}");
        }
    }
}
