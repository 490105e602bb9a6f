using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Exclusive or with two hidden units: 250 steps over the whole batch, from cut normal starts.</summary>
public sealed class XorTests
{
    private static readonly double[,] Inputs = { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };

    private static readonly double[,] Targets = { { 0 }, { 1 }, { 1 }, { 0 } };

    // Counted for the seeds 1 to 100 by another program too, from the published algorithms: 69 and 47. The last digits may move
    // one or two over a bound; the others are far from it or stick near ln(2) / 2 with one wrong prediction.
    [Fact]
    public void So_many_of_100_starts_end_right()
    {
        var right = 0;
        var solved = 0;
        for (var seed = 1; seed <= 100; seed++)
        {
            var result = Train(seed, 250, restarts: 1);
            if (!IsRight(result.Network!)) continue;
            right++;
            if (result.FinalLoss < 0.1) solved++;
        }

        Assert.InRange(right, 67, 71);
        Assert.InRange(solved, 46, 48);
    }

    [Fact]
    public void Most_starts_solve_it_in_500_steps()
    {
        var solved = Enumerable.Range(1, 100).Select(static seed => Train(seed, 500, restarts: 1)).Count(static result => IsRight(result.Network!) && result.FinalLoss < 0.1);
        Assert.InRange(solved, 66, 78);
    }

    [Fact]
    public void The_best_of_five_starts_nearly_always_solves_it()
    {
        var solved = Enumerable.Range(1, 100).Select(static seed => Train(seed, 250, restarts: 5)).Count(static result => IsRight(result.Network!) && result.FinalLoss < 0.1);
        Assert.InRange(solved, 92, 100);
    }

    private static TrainingResult Train(int seed, int steps, int restarts)
    {
        var start = Network.Create(2, [(2, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.TruncatedNormal, seed, NetworkPrecision.Double);
        var options = new TrainingOptions { Epochs = steps, BatchSize = 4, LearningRate = 0.25, Seed = seed, Restarts = restarts };
        return NetworkTraining.Run(start, Inputs, Targets, LossFunction.BinaryCrossEntropy, options, TestContext.Current.CancellationToken);
    }

    private static bool IsRight(Network network) => network.Predict(Inputs).Cast<double>().Zip(Targets.Cast<double>()).All(static pair => pair.First > 0.5 == pair.Second > 0.5);
}
