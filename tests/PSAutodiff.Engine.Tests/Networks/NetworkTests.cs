using System.Globalization;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks: their checks, random starts and parameters.</summary>
public sealed class NetworkTests
{
    private static readonly double[,] TwoByThree = { { 1, 2, 3 }, { 4, 5, 6 } };

    public static TheoryData<NetworkInitializer> RandomInitializers =>
        [NetworkInitializer.GlorotUniform, NetworkInitializer.GlorotNormal, NetworkInitializer.TruncatedNormal, NetworkInitializer.He];

    [Fact]
    public void Parameters_come_layer_by_layer_weights_row_by_row_before_biases()
    {
        var network = Network.FromWeights(
            [TwoByThree, new double[,] { { 10 }, { 11 }, { 12 } }],
            [[7, 8, 9], [13]],
            [ActivationFunction.Tanh, ActivationFunction.Linear]);
        Assert.Equal(13, network.ParameterCount);
        Assert.Equal(
            ["w1_1_1", "w1_1_2", "w1_1_3", "w1_2_1", "w1_2_2", "w1_2_3", "b1_1", "b1_2", "b1_3", "w2_1_1", "w2_2_1", "w2_3_1", "b2_1"],
            network.Parameters.Keys.Cast<string>());
        Assert.Equal(Enumerable.Range(1, 13).Select(static i => (double)i), network.Parameters.Values.Cast<double>());
        Assert.Equal(network.Parameters.Values.Cast<double>(), network.FlatParameters());
        Assert.Equal(network.Parameters.Keys.Cast<string>(), network.Layout.Names());
        Assert.Equal((2, 1), (network.InputSize, network.OutputSize));
        Assert.Equal("2-3 Tanh-1 Linear", network.ToString());
    }

    [Fact]
    public void Other_parameters_make_another_network_that_keeps_the_rest() => RandomNetworks.Check(50, static random =>
    {
        var old = RandomNetworks.Draw(random);
        var network = old.WithColumns([.. Enumerable.Range(0, old.InputSize).Select(static i => $"f{i}")], ["label"], [], null).WithLoss(LossFunction.HalfSquaredError);
        var parameters = network.FlatParameters();
        var doubled = network.WithParameters([.. parameters.Select(static value => 2 * value)]);
        Assert.Equal(parameters, network.FlatParameters());
        Assert.Equal(parameters.Select(static value => 2 * value), doubled.FlatParameters());
        Assert.Equal(network.Features, doubled.Features);
        Assert.Equal(network.Labels, doubled.Labels);
        Assert.Equal(network.LossFunction, doubled.LossFunction);
        Assert.Equal(network.ToString(), doubled.ToString());
    });

    [Fact]
    public void Given_arrays_are_copied()
    {
        var weights = (double[,])TwoByThree.Clone();
        var biases = new double[3];
        var network = Network.FromWeights([weights], [biases], [ActivationFunction.ReLU]);
        weights[0, 0] = 99;
        biases[0] = 99;
        Assert.Equal([1, 2, 3, 4, 5, 6, 0, 0, 0], network.FlatParameters());
    }

    [Fact]
    public void Lists_are_arrays_underneath_for_PowerShell_to_index()
    {
        var network = Network.FromWeights([new double[2, 2]], null, [ActivationFunction.Softmax]).WithColumns(["a", "b"], ["c"], ["d", "e"], null);
        Assert.IsType<NetworkLayer[]>(network.Layers);
        Assert.IsType<string[]>(network.Features);
        Assert.IsType<string[]>(network.Labels);
        Assert.IsType<object[]>(network.Classes);
    }

    [Fact]
    public void Single_precision_rounds_all_numbers()
    {
        var network = Network.FromWeights([new double[,] { { 0.1 } }], [[1 / 3.0]], [ActivationFunction.Linear], NetworkPrecision.Single);
        Assert.Equal([0.1f, 1 / 3f], network.FlatParameters());
        Assert.Equal([0.7f, 0.2f], network.WithParameters([0.7, 0.2]).FlatParameters());
        Assert.Equal([0.1f, 1 / 3f], (new Network([new NetworkLayer(new double[,] { { 0.1 } }, [1 / 3.0], ActivationFunction.Linear)]).WithPrecision(NetworkPrecision.Single)).FlatParameters());
    }

    [Fact]
    public void Sizes_that_do_not_follow_each_other_are_named() => AssertError(
        ErrorIds.NetworkInvalid,
        "Layer 2 takes 4 inputs (the rows of its weights), but layer 1 has 3 outputs",
        static () => Network.FromWeights([TwoByThree, new double[4, 1]], null, [ActivationFunction.Tanh, ActivationFunction.Tanh]));

    [Fact]
    public void Wrong_numbers_of_biases_activations_and_layers_are_named()
    {
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has weights for 3 outputs (their columns), but 2 biases", static () => Network.FromWeights([TwoByThree], [[1, 2]], [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "weights for 1 layers, but 2 activations", static () => Network.FromWeights([TwoByThree], null, [ActivationFunction.Tanh, ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "weights for 1 layers, but biases for 0", static () => Network.FromWeights([TwoByThree], [], [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "at least one layer", static () => Network.FromWeights([], null, []));
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has 0 x 3 weights", static () => Network.FromWeights([new double[0, 3]], null, [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has 3 x 0 weights", static () => Network.FromWeights([new double[3, 0]], null, [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has no weights", static () => Network.FromWeights([null!], null, [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has no biases", static () => Network.FromWeights([TwoByThree], [null!], [ActivationFunction.Tanh]));
        AssertError(ErrorIds.NetworkInvalid, "Layer 1 has the activation 77", static () => Network.FromWeights([TwoByThree], null, [(ActivationFunction)77]));
        AssertError(ErrorIds.NetworkInvalid, "no precision 7", static () => Network.FromWeights([TwoByThree], null, [ActivationFunction.Tanh], (NetworkPrecision)7));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_named(double value)
    {
        AssertError(
            ErrorIds.ValueNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"Layer 2: the weight from input 3 to output 2 is {value}."),
            () => Network.FromWeights([TwoByThree, new[,] { { 1, 2 }, { 3, 4 }, { 5, value } }], null, [ActivationFunction.Tanh, ActivationFunction.Tanh]));
        AssertError(ErrorIds.ValueNotFinite, "Layer 1: the bias of output 2 is", () => Network.FromWeights([TwoByThree], [[0, value, 0]], [ActivationFunction.Tanh]));
        AssertError(ErrorIds.ValueNotFinite, "Layer 1: the weight from input 1 to output 1 is", () =>
            Network.Create(1, [(1, ActivationFunction.Tanh)], NetworkInitializer.Zeros, 1, NetworkPrecision.Double).WithParameters([value, 0]));
    }

    [Fact]
    public void Numbers_too_large_for_single_precision_are_named() => AssertError(
        ErrorIds.ValueNotFinite,
        "is 1E+39. That is too large for single precision",
        static () => Network.FromWeights([new[,] { { 1e39 } }], null, [ActivationFunction.Tanh], NetworkPrecision.Single));

    [Fact]
    public void Sizes_below_1_and_sizes_without_measure_are_refused()
    {
        AssertError(ErrorIds.NetworkInvalid, "cannot have 0 inputs", static () => Create(0, 1));
        AssertError(ErrorIds.NetworkInvalid, "Layer 2 cannot have -1 outputs", static () => Create(2, 3, -1));
        AssertError(ErrorIds.NetworkInvalid, "at least one layer", static () => Create(2));
        AssertError(ErrorIds.NetworkInvalid, "Make its layers smaller", static () => Create(int.MaxValue, int.MaxValue));
        AssertError(ErrorIds.NetworkInvalid, "Make its layers smaller", static () => Create(40_000, 40_000, 40_000));
        AssertError(ErrorIds.NetworkInvalid, "initializer 'Given'", static () => Network.Create(1, [(1, ActivationFunction.Tanh)], NetworkInitializer.Given, 1, NetworkPrecision.Double));

        static Network Create(int inputs, params int[] outputs) =>
            Network.Create(inputs, [.. outputs.Select(static size => (size, ActivationFunction.Tanh))], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_refused()
    {
        var network = Network.FromWeights([TwoByThree], null, [ActivationFunction.Softmax]);
        AssertError(ErrorIds.NetworkInvalid, "3 features where 2 are wanted", () => network.WithColumns(["a", "b", "c"], [], [], null));
        AssertError(ErrorIds.NetworkInvalid, "2 labels where 3 are wanted", () => network.WithColumns([], ["a", "b"], [], null));
        AssertError(ErrorIds.NetworkInvalid, "2 classes where 3 are wanted", () => network.WithColumns([], [], ["a", "b"], null));
        AssertError(ErrorIds.NetworkInvalid, "'a' stands twice among the features", () => network.WithColumns(["a", "a"], [], [], null));
        AssertError(ErrorIds.NetworkInvalid, "half a surrogate pair", () => network.WithColumns([], [], ["a", "b", "\ud800"], null));
        AssertError(ErrorIds.NetworkInvalid, "One of the classes is null", () => network.WithColumns([], [], ["a", null!, "b"], null));
        AssertError(ErrorIds.NetworkInvalid, "1 means and 2 deviations, but the network has 2 inputs", () => network.WithColumns([], [], [], new FeatureScaling([1], [1, 1])));
        AssertError(ErrorIds.NetworkInvalid, "The scaling of input 2 has the mean 1 and the deviation 0.", () => network.WithColumns([], [], [], new FeatureScaling([1, 1], [1, 0])));
        AssertError(ErrorIds.NetworkInvalid, "The scaling of input 1 has the mean NaN", () => network.WithColumns([], [], [], new FeatureScaling([double.NaN, 1], [1, 1])));
        var one = Network.FromWeights([new double[,] { { 1 } }], null, [ActivationFunction.Sigmoid]);
        Assert.Equal(["no", "yes"], one.WithColumns([], ["answer"], ["no", "yes"], null).Classes);
        AssertError(ErrorIds.NetworkInvalid, "1 classes where 2 are wanted", () => one.WithColumns([], [], ["a"], null));
    }

    [Fact]
    public void Rows_of_another_width_are_refused() => AssertError(
        ErrorIds.LengthMismatch,
        "The rows have 3 values each, but the network has 2 inputs",
        static () => Network.FromWeights([TwoByThree], null, [ActivationFunction.Tanh]).Predict(new double[1, 3]));

    [Fact]
    public void No_rows_give_no_predictions()
    {
        var outputs = Network.FromWeights([TwoByThree], null, [ActivationFunction.Tanh]).Predict(new double[0, 2]);
        Assert.Equal((0, 3), (outputs.GetLength(0), outputs.GetLength(1)));
    }

    [Fact]
    public void Predictions_in_single_precision_are_near_those_in_double() => RandomNetworks.Check(30, static random =>
    {
        var seed = random.Next();
        var network = RandomNetworks.Draw(new Random(seed), Number);
        var single = RandomNetworks.Draw(new Random(seed), Number, NetworkPrecision.Single);
        var rows = RandomNetworks.Rows(random, 3, network.InputSize).ToMatrix();
        foreach (var (expected, actual) in network.Predict(rows).Cast<double>().Zip(single.Predict(rows).Cast<double>()))
        {
            Assert.Equal(expected, actual, 1e-4 * Math.Max(1, Math.Abs(expected)));
            Assert.Equal((float)actual, actual);
        }

        static double Number(Random random) => (2 * random.NextDouble()) - 1;
    });

    // 300 x 200 weights: the mean of so many has a standard deviation of sd / 245, their variance one of about var / 173.
    [Theory]
    [InlineData(NetworkInitializer.GlorotUniform, 2.0 / 500)]
    [InlineData(NetworkInitializer.GlorotNormal, 2.0 / 500)]
    [InlineData(NetworkInitializer.TruncatedNormal, 2.0 / 500 * 0.7737413)]
    [InlineData(NetworkInitializer.He, 2.0 / 300)]
    [InlineData(NetworkInitializer.Zeros, 0)]
    public void Starts_have_mean_0_and_the_promised_variance(NetworkInitializer initializer, double variance)
    {
        var network = Network.Create(300, [(200, ActivationFunction.ReLU)], initializer, 5, NetworkPrecision.Double);
        var weights = network.Layers[0].Weights.Cast<double>().ToArray();
        Assert.Equal(0, weights.Average(), Math.Sqrt(variance) / 245 * 4);
        Assert.Equal(variance, weights.Average(static w => w * w), variance / 173 * 4);
        Assert.All(network.Layers[0].Biases, static bias => Assert.Equal(0, bias));
        Assert.Equal((initializer, 5), (network.Initializer, network.Seed));
    }

    [Fact]
    public void Starts_stay_within_their_bounds()
    {
        Assert.Equal(Math.Sqrt(6.0 / 500), Largest(NetworkInitializer.GlorotUniform), 1e-5);
        Assert.Equal(2 * Math.Sqrt(2.0 / 500), Largest(NetworkInitializer.TruncatedNormal), 1e-4);
        Assert.True(Largest(NetworkInitializer.GlorotNormal) > 3.5 * Math.Sqrt(2.0 / 500));

        static double Largest(NetworkInitializer initializer) => Network.Create(300, [(200, ActivationFunction.ReLU)], initializer, 5, NetworkPrecision.Double)
            .Layers[0].Weights.Cast<double>().Max(Math.Abs);
    }

    [Theory]
    [MemberData(nameof(RandomInitializers))]
    public void The_same_seed_gives_the_same_start_and_another_seed_another(NetworkInitializer initializer)
    {
        Assert.Equal(Start(1), Start(1));
        Assert.Empty(Start(1).Where(static value => value != 0).Intersect(Start(2)));
        Assert.Equal(Start(1).Select(static value => (double)(float)value), Start(1, NetworkPrecision.Single));

        double[] Start(int seed, NetworkPrecision precision = NetworkPrecision.Double) =>
            Network.Create(2, [(3, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], initializer, seed, precision).FlatParameters();
    }

    // Computed by another program from the published algorithms. With seed 33 the second draw lies beyond two deviations.
    [Theory]
    [InlineData(NetworkInitializer.GlorotUniform, 1, 0.6827080344499683, 0.5413793084230708, -0.8760254789304233, 0.5394341363006319)]
    [InlineData(NetworkInitializer.GlorotNormal, 1, 0.47420033897977115, -0.2698671167255321, -0.7893227097743184, 0.20154820925969383)]
    [InlineData(NetworkInitializer.He, 1, 0.7497765692000015, -0.42669737721760126, -1.248028785891448, 0.3186756997944357)]
    [InlineData(NetworkInitializer.TruncatedNormal, 33, 0.18986316269875148, 0.5780615328816965, -0.29336018345617515, -0.47094898761993836)]
    public void Starts_are_the_same_on_every_machine(NetworkInitializer initializer, int seed, params double[] first) => Assert.Equal(
        first,
        Network.Create(2, [(3, ActivationFunction.Tanh)], initializer, seed, NetworkPrecision.Double).FlatParameters().Take(4));

    private static void AssertError(string id, string part, Func<object> action)
    {
        var error = Assert.Throws<AutodiffException>(action);
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}
