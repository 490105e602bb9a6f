using System.Text;
using Xunit;

namespace PSAutodiff.Tests;

public sealed class NetworkPruningTests
{
    private static readonly double[,] Inputs = { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };
    private static readonly double[,] Targets = { { 0 }, { 1 }, { 1 }, { 0 } };

    // Weights 3, -1, 2, 0.5 and then 4, -0.25; three biases.
    private static readonly Network Example = Network.FromWeights(
        [new double[,] { { 3, -1 }, { 2, 0.5 } }, new double[,] { { 4 }, { -0.25 } }],
        [[0.1, 0.2], [0.01]],
        [ActivationFunction.Tanh, ActivationFunction.Sigmoid]);

    [Theory]
    [InlineData(0, "")]
    [InlineData(0.16, "w2_2_1")]
    [InlineData(0.5, "w2_2_1 w1_2_2 w1_1_2")]
    [InlineData(0.58, "w2_2_1 w1_2_2 w1_1_2")]
    [InlineData(0.6, "w2_2_1 w1_2_2 w1_1_2 w1_2_1")]
    public void Magnitude_prunes_the_smallest_weights_of_all_layers_and_no_bias(double fraction, string names)
    {
        var pruned = NetworkPruning.Prune(Example, null, fraction);
        var gone = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(gone.Length, pruned.FrozenCount);
        foreach (var name in Example.Parameters.Keys.Cast<string>())
        {
            Assert.Equal(gone.Contains(name) ? 0.0 : Example.Parameters[name], pruned.Parameters[name]);
        }

        var scores = NetworkPruning.Score(Example, null, fraction);
        Assert.Equal(["w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2", "w2_1_1", "w2_2_1"], scores.Select(static score => score.Name));
        Assert.Equal([4.5, 0.5, 2, 0.125, 8, 0.03125], scores.Select(static score => score.Saliency));
        Assert.Equal(gone.Order(), scores.Where(static score => score.Pruned).Select(static score => score.Name).Order());
        Assert.Equal([(1, 1, 1), (1, 1, 2), (1, 2, 1), (1, 2, 2), (2, 1, 1), (2, 2, 1)], scores.Select(static score => (score.Layer, score.Input, score.Output)));
    }

    [Fact]
    public void Second_derivatives_count_with_the_square_of_the_weight()
    {
        var second = NetworkPruning.SecondDerivatives(Example, Inputs, Targets, null, TestContext.Current.CancellationToken);
        var scores = NetworkPruning.Score(Example, second, 0.5);
        int[] places = [0, 1, 2, 3, 6, 7];
        for (var i = 0; i < scores.Count; i++)
        {
            Assert.Equal(second[places[i]], scores[i].SecondDerivative);
            Assert.Equal(second[places[i]] * scores[i].Weight * scores[i].Weight / 2, scores[i].Saliency);
        }

        Assert.Equal(3, scores.Count(static score => score.Pruned));
        Assert.True(scores.Where(static score => score.Pruned).Max(static score => score.Saliency) <= scores.Where(static score => !score.Pruned).Min(static score => score.Saliency));
        Assert.Equal(
            scores.Where(static score => score.Pruned).Select(static score => score.Name),
            NetworkPruning.Score(NetworkPruning.Prune(Example, second, 0.5), second, 0).Where(static score => score.Pruned).Select(static score => score.Name));
    }

    [Fact]
    public void What_was_pruned_before_counts_and_stays()
    {
        var once = NetworkPruning.Prune(Example, null, 0.3);
        Assert.Equal(2, once.FrozenCount);
        Assert.Same(once, NetworkPruning.Prune(once, null, 0.3));
        Assert.Same(once, NetworkPruning.Prune(once, null, 0.1));
        var twice = NetworkPruning.Prune(once, [1, 1, 1e-9, 1, 0, 0, 1, 1, 0], 0.5);
        Assert.Equal(["w1_2_1", "w1_2_2", "w2_2_1"], NetworkPruning.Score(twice, null, 0).Where(static score => score.Pruned).Select(static score => score.Name));
    }

    [Fact]
    public void What_cannot_be_pruned_is_refused()
    {
        foreach (var fraction in new[] { -0.1, 1, 1.5, double.NaN, double.PositiveInfinity }) Refused("FractionInvalid", "at least 0 and below 1", Example, null, fraction);
        Refused("ValueNotFinite", "w1_2_1", Example, [1, 1, double.NaN, 1, 1, 1, 1, 1, 1], 0.5);
        Refused("LayerEmptied", "layer 2 would have none left of its 2", Example, [1, 1, 1, 1, 1, 1, 0, 0, 1], 0.34);

        static void Refused(string id, string says, Network network, double[]? second, double fraction)
        {
            var error = Assert.Throws<AutodiffException>(() => NetworkPruning.Prune(network, second, fraction));
            Assert.Equal(id, error.ErrorId);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rounds_keep_the_same_part_each()
    {
        Assert.Equal(0.5, NetworkPruning.FractionAfter(0, 0.75, 1, 2), 1e-15);
        Assert.Equal(0.75, NetworkPruning.FractionAfter(0, 0.75, 2, 2));
        Assert.Equal(0.6, NetworkPruning.FractionAfter(0.2, 0.8, 1, 2), 1e-15);
        Assert.Equal(0.3, NetworkPruning.FractionAfter(0.5, 0.3, 1, 3));
    }

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void No_training_moves_a_pruned_weight(NetworkPrecision precision)
    {
        var start = NetworkPruning.Prune(
            Network.Create(2, [(6, ActivationFunction.Tanh), (3, ActivationFunction.ReLU), (1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 4, precision), null, 0.4);
        var frozen = start.FrozenIndices();
        Assert.Equal(13, frozen.Length);
        foreach (var optimizer in Enum.GetValues<TrainingOptimizer>())
        {
            foreach (var (batch, restarts) in optimizer == TrainingOptimizer.LBFGS ? new[] { (64, 1), (64, 4) } : [(1, 1), (3, 4)])
            {
                var options = new TrainingOptions
                {
                    Optimizer = optimizer,
                    Epochs = 20,
                    BatchSize = batch,
                    Shuffle = true,
                    WeightDecay = 0.01,
                    InputNoise = optimizer == TrainingOptimizer.LBFGS ? 0 : 0.1,
                    GaussianDropout = optimizer == TrainingOptimizer.LBFGS ? 0 : 0.2,
                    LearningRate = 0.05,
                    Restarts = restarts,
                    Seed = 5,
                };
                var trained = start.Train(Inputs, Targets, options).Network!;
                Assert.Equal(frozen, trained.FrozenIndices());
                var parameters = trained.FlatParameters();
                var before = start.FlatParameters();
                for (var i = 0; i < parameters.Length; i++)
                {
                    if (frozen.Contains(i)) Assert.Equal(0L, BitConverter.DoubleToInt64Bits(parameters[i]));
                }

                Assert.True(parameters.Where((value, i) => value != before[i]).Count() > parameters.Length / 3);
            }
        }
    }

    [Fact]
    public void Restarts_draw_the_other_weights_as_without_a_mask()
    {
        var network = Network.Create(2, [(6, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 4, NetworkPrecision.Double);
        var pruned = NetworkPruning.Prune(network, null, 0.5);

        // Steps too small to be seen.
        var options = new TrainingOptions { Epochs = 1, BatchSize = 4, LearningRate = 1e-300, Restarts = 40, Seed = 5 };
        var result = pruned.Train(Inputs, Targets, options);
        var best = result.Restarts.Single(static restart => restart.IsBest);
        Assert.NotEqual(1, best.Restart);
        var drawn = Network.Create(2, [(6, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, best.Seed, NetworkPrecision.Double).FlatParameters();
        foreach (var index in pruned.FrozenIndices()) drawn[index] = 0;
        Assert.All(drawn.Zip(result.Network!.FlatParameters()), static pair => Assert.Equal(pair.First, pair.Second, 1e-200));
        Assert.Equal(pruned.FrozenIndices(), result.Network.FrozenIndices());
    }

    [Fact]
    public void A_checkpoint_is_one_of_its_mask()
    {
        var path = Path.GetTempFileName();
        try
        {
            var options = new TrainingOptions { Epochs = 2, BatchSize = 4, Seed = 5, CheckpointPath = path };
            var zeros = Network.Create(2, [(2, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.Zeros, 4, NetworkPrecision.Double);
            zeros.Train(Inputs, Targets, options);
            zeros.Train(Inputs, Targets, options with { Resume = true });
            var error = Assert.Throws<AutodiffException>(() => zeros.WithFrozen([0]).Train(Inputs, Targets, options with { Resume = true }));
            Assert.Equal("CheckpointMismatch", error.ErrorId);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_mask_reads_back_and_asks_for_version_2()
    {
        var pruned = NetworkPruning.Prune(Example, null, 0.5).WithColumns(["a", "b"], ["y"], ["no", "yes"], null).WithLoss(LossFunction.BinaryCrossEntropy);
        var json = pruned.ToJson();
        Assert.Contains("\"version\": 2,", json, StringComparison.Ordinal);
        Assert.Contains("\"frozen\": [\n        \"01\",\n        \"01\"\n      ]", json, StringComparison.Ordinal);
        var back = Network.ParseJson(json);
        Assert.Equal(json, back.ToJson());
        Assert.Equal(pruned.FrozenIndices(), back.FrozenIndices());
        Assert.Equal(pruned.FlatParameters(), back.FlatParameters());
        Assert.Contains("\"version\": 1,", NetworkPruning.Prune(Example, null, 0).ToJson(), StringComparison.Ordinal);
        Assert.Null(Network.ParseJson(Example.ToJson()).Layers[0].Frozen);
    }

    [Fact]
    public void Masks_of_all_kinds_read_back() => RandomNetworks.Check(100, static random =>
    {
        var network = RandomNetworks.Draw(random);
        network = network.WithFrozen(NetworkPruning.Score(network, null, 0).Zip(Indices(network)).Where(_ => random.Next(2) == 0).Select(static pair => pair.Second));
        var back = Network.ParseJson(network.ToJson());
        Assert.Equal(network.FrozenIndices(), back.FrozenIndices());
        Assert.Equal(network.ToJson(), back.ToJson());
        Assert.Equal(network.FrozenCount, back.Layers.Sum(static layer => layer.Frozen?.Cast<bool>().Count(static frozen => frozen) ?? 0));

        static IEnumerable<int> Indices(Network network)
        {
            return network.Layout.Weights().Select(static weight => weight.Index);
        }
    });

    [Theory]
    [InlineData(1, "\"frozen\":[\"1\"]", "'frozen' is not a member here")]
    [InlineData(2, "\"frozen\":7", "'frozen' has to be a list of texts")]
    [InlineData(2, "\"frozen\":[]", "'frozen' has 0 texts, but 'weights' has 1 rows")]
    [InlineData(2, "\"frozen\":[1]", "text 1 of 'frozen', '1', is not 1 times 0 or 1")]
    [InlineData(2, "\"frozen\":[\"10\"]", "is not 1 times 0 or 1")]
    [InlineData(2, "\"frozen\":[\"x\"]", "is not 1 times 0 or 1")]
    [InlineData(2, "\"frozen\":[\"1\"]", "the weight from input 1 to output 1 is frozen, but not 0")]
    public void A_wrong_mask_is_named(int version, string member, string problem)
    {
        var json = new StringBuilder("{\"format\":\"PSAutodiff.Network\",\"version\":").Append(version)
            .Append(",\"precision\":\"Double\",\"initializer\":\"Given\",\"layers\":[{\"activation\":\"Tanh\",\"weights\":[[3]],\"biases\":[1],").Append(member).Append("}]}");
        var error = Assert.Throws<AutodiffException>(() => Network.ParseJson(json.ToString()));
        Assert.Equal("NetworkJson", error.ErrorId);
        Assert.Contains(" in layer 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_expression_of_a_pruned_network_has_its_zeros()
    {
        var pruned = NetworkPruning.Prune(Example, null, 0.5);
        var values = new double[1];
        CompiledExpression.Compile(pruned.ToScalarExpression(withValues: true), ["x1", "x2"]).Evaluate([0.3, -0.7], values);
        Assert.Equal(pruned.Predict(new[,] { { 0.3, -0.7 } })[0, 0], values[0], 1e-15);
        Assert.NotEqual(Example.Predict(new[,] { { 0.3, -0.7 } })[0, 0], values[0], 1e-3);
    }
}
