using Xunit;

namespace PSAutodiff.Tests;

public sealed class NetworkTrainingTests
{
    private static readonly double[,] Inputs = { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };
    private static readonly double[,] Targets = { { 0 }, { 1 }, { 1 }, { 0 } };

    [Theory]
    [InlineData(ActivationFunction.Softmax, LossFunction.CategoricalCrossEntropy)]
    [InlineData(ActivationFunction.Sigmoid, LossFunction.BinaryCrossEntropy)]
    [InlineData(ActivationFunction.Linear, LossFunction.MeanSquaredError)]
    [InlineData(ActivationFunction.Tanh, LossFunction.MeanSquaredError)]
    [InlineData(ActivationFunction.ReLU, LossFunction.MeanSquaredError)]
    public void The_last_activation_decides_the_loss(ActivationFunction last, LossFunction expected) =>
        Assert.Equal(expected, NetworkTraining.DefaultLoss(Network.Create(2, [(2, last)], NetworkInitializer.He, 1, NetworkPrecision.Double)));

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void Exclusive_or_is_learned_and_the_first_network_stays_as_it_was(NetworkPrecision precision)
    {
        var network = Xor(precision);
        var before = network.ToJson();
        var result = network.Train(Inputs, Targets, new TrainingOptions { BatchSize = 4, Epochs = 600, LearningRate = 0.5, Restarts = 8, Seed = 1 });
        Assert.Equal(before, network.ToJson());
        Assert.True(result.FinalLoss < 0.1);
        Assert.Null(result.Parameters);
        var predicted = result.Network!.Predict(Inputs);
        for (var i = 0; i < 4; i++) Assert.Equal(Targets[i, 0], Math.Round(predicted[i, 0]));
        Assert.Equal(LossFunction.BinaryCrossEntropy, result.Network.LossFunction);
        Assert.Equal(precision, result.Network.Precision);
        var best = result.Restarts.Single(static restart => restart.IsBest);
        Assert.Equal(best.Restart == 1 ? network.Seed : best.Seed, result.Network.Seed);
        Assert.Equal(8, result.Restarts.Count);
    }

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void Threads_make_no_difference(NetworkPrecision precision)
    {
        var options = new TrainingOptions { BatchSize = 3, Epochs = 40, Shuffle = true, Restarts = 5, InputNoise = 0.1, GaussianDropout = 0.2, Optimizer = TrainingOptimizer.AdamW, WeightDecay = 0.1 };
        var one = Xor(precision).Train(Inputs, Targets, options with { Threads = 1 });
        foreach (var threads in new[] { 2, 4 })
        {
            var other = Xor(precision).Train(Inputs, Targets, options with { Threads = threads });
            Assert.Equal(one.Network!.ToJson(), other.Network!.ToJson());
            Trainings.AssertSame((one, Array.Empty<double>()), (other, []));
        }
    }

    [Fact]
    public void Going_on_gives_what_was_never_stopped()
    {
        var directory = Directory.CreateTempSubdirectory("psautodiff").FullName;
        try
        {
            var options = new TrainingOptions
            {
                BatchSize = 1,
                Epochs = 40,
                Shuffle = true,
                Restarts = 3,
                GaussianDropout = 0.2,
                Optimizer = TrainingOptimizer.Adam,
                LearningRate = 0.01,
                Threads = 1,
            };
            var whole = Xor(NetworkPrecision.Single).Train(Inputs, Targets, options);
            using var source = new CancellationTokenSource();
            var kept = options with { CheckpointPath = Path.Combine(directory, "x"), CheckpointInterval = 7 };
            var stopped = NetworkTraining.Run(Xor(NetworkPrecision.Single), Inputs, Targets, null, kept with { Progress = _ => source.Cancel() }, source.Token);
            Assert.Equal(TrainingStopReason.Cancelled, stopped.StopReason);
            var rest = Xor(NetworkPrecision.Single).Train(Inputs, Targets, kept with { Resume = true });
            Trainings.AssertSame((whole, Array.Empty<double>()), (rest, []));
            Assert.Equal(whole.Network!.ToJson(), rest.Network!.ToJson());

            var refused = Assert.Throws<AutodiffException>(() => Xor(NetworkPrecision.Double).Train(Inputs, Targets, kept with { Resume = true }));
            Assert.Equal("CheckpointMismatch", refused.ErrorId);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Fact]
    public void A_network_that_scales_its_inputs_is_trained_on_scaled_ones()
    {
        double[,] raw = { { 9, 190 }, { 9, 210 }, { 11, 190 }, { 11, 210 } };
        var options = new TrainingOptions { BatchSize = 4, Epochs = 30 };
        var plain = Xor(NetworkPrecision.Double).Train(Inputs, Targets, options);
        var scaling = Xor(NetworkPrecision.Double).WithColumns([], [], [], new FeatureScaling([10, 200], [1, 10]));
        var scaled = scaling.Train(raw, Targets, options);
        Assert.Equal(plain.Loss, scaled.Loss);
        Assert.Equal(plain.Network!.Predict(Inputs), scaled.Network!.Predict(raw));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var network = Xor(NetworkPrecision.Double);
        Refused("LengthMismatch", "2 inputs", new double[4, 3], Targets);
        Refused("LengthMismatch", "1 outputs", Inputs, new double[4, 2]);
        Refused("LengthMismatch", "4 rows", Inputs, new double[5, 1]);
        Refused("RowsMissing", "no rows", new double[0, 2], new double[0, 1]);
        Refused("ValueNotFinite", "Row 2 of the inputs, column 1", new double[,] { { 1, 1 }, { double.NaN, 1 } }, new double[2, 1]);
        Refused("ValueNotFinite", "Row 1 of the targets, column 1", new double[1, 2], new double[,] { { double.PositiveInfinity } });
        var given = Network.FromWeights([new double[2, 1]], null, [ActivationFunction.Sigmoid], NetworkPrecision.Double);
        var error = Assert.Throws<AutodiffException>(() => given.Train(Inputs, Targets, new TrainingOptions { Restarts = 2 }));
        Assert.Equal("RestartsNeedStarts", error.ErrorId);

        void Refused(string id, string says, double[,] inputs, double[,] targets)
        {
            var refused = Assert.Throws<AutodiffException>(() => network.Train(inputs, targets, new TrainingOptions()));
            Assert.Equal(id, refused.ErrorId);
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        }
    }

    private static Network Xor(NetworkPrecision precision) =>
        Network.Create(2, [(2, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.TruncatedNormal, 5, precision);
}
