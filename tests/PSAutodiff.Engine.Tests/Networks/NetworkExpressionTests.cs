using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks as expressions.</summary>
public sealed class NetworkExpressionTests
{
    [Fact]
    public void A_small_network_reads_as_one_writes_it_by_hand()
    {
        var network = Network.FromWeights(
            [new double[,] { { 1, 2 }, { 3, 4 } }, new double[,] { { 5 }, { 6 } }],
            [[7, 8], [9]],
            [ActivationFunction.Tanh, ActivationFunction.Sigmoid]);
        Assert.Equal(
            "sigmoid(b2_1 + (tanh(b1_1 + (x1 * w1_1_1 + x2 * w1_2_1)) * w2_1_1 + tanh(b1_2 + (x1 * w1_1_2 + x2 * w1_2_2)) * w2_2_1))",
            Texts.Infix(network.ToExpression().Single()));
        Assert.Equal(
            "sigmoid(9 + (tanh(7 + (x1 * 1 + x2 * 3)) * 5 + tanh(8 + (x1 * 2 + x2 * 4)) * 6))",
            Texts.Infix(network.ToExpression(withValues: true).Single()));
    }

    [Fact]
    public void Its_values_are_the_predictions() => RandomNetworks.Check(60, static random =>
    {
        var network = WithRandomScaling(RandomNetworks.Draw(random), random);
        var rows = RandomNetworks.Rows(random, 3, network.InputSize);
        var predictions = network.Predict(rows.ToMatrix());
        var x = Enumerable.Range(1, network.InputSize).Select(static i => $"x{i}").ToArray();
        var named = CompiledExpression.Compile(network.ToExpression(), [.. x, .. network.Layout.Names()]);
        var valued = CompiledExpression.Compile(network.ToExpression(withValues: true), x);
        for (var row = 0; row < rows.Length; row++)
        {
            var scaled = rows[row].Select((value, i) => network.Scaling?.Apply(i, value) ?? value).ToArray();
            var outputs = new double[network.OutputSize];
            AssertNear(PlainNetwork.Outputs(network, scaled), predictions.Row(row));
            named.Evaluate([.. rows[row], .. network.FlatParameters()], outputs);
            AssertNear(predictions.Row(row), outputs);
            valued.Evaluate(rows[row], outputs);
            AssertNear(predictions.Row(row), outputs);
        }
    });

    [Theory]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.Sigmoid)]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.Softmax)]
    [InlineData(LossFunction.MeanSquaredError, ActivationFunction.Linear)]
    [InlineData(LossFunction.MeanSquaredError, ActivationFunction.Tanh)]
    [InlineData(LossFunction.HalfSquaredError, ActivationFunction.ReLU)]
    [InlineData(LossFunction.HalfSquaredError, ActivationFunction.Softmax)]
    public void Its_gradient_is_that_of_backpropagation_and_of_the_formulas(LossFunction loss, ActivationFunction last) => RandomNetworks.Check(25, random =>
    {
        var network = RandomNetworks.Draw(random).EndingIn(last);
        var rows = RandomNetworks.Rows(random, 4, network.InputSize);
        var targets = RandomTargets(random, rows.Length, network.OutputSize);
        var (expectedLoss, expected) = ExpressionLoss.Gradient(network, loss, rows, targets);
        var (actualLoss, actual) = PlainNetwork.Gradient(network, loss, rows, targets);
        AssertNear([expectedLoss, .. expected], [actualLoss, .. actual]);
        (actualLoss, actual) = Backpropagation.Gradient(network, loss, rows, targets);
        AssertNear([expectedLoss, .. expected], [actualLoss, .. actual]);
    });

    [Fact]
    public void Hidden_units_are_shared()
    {
        // 30 layers of 10 units: written out, the outputs would have 10^30 parts.
        var network = Network.Create(10, [.. Enumerable.Repeat((10, ActivationFunction.Tanh), 30)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var (graph, _) = ExprNode.Flatten(network.ToExpression());
        Assert.Equal(10 + network.ParameterCount + (30 * 10 * (10 + 9 + 1 + 1)), graph.Count);
    }

    [Fact]
    public void A_softmax_stays_finite_far_out()
    {
        var network = Network.FromWeights([new double[,] { { 1000, -1000, 0 } }], null, [ActivationFunction.Softmax]);
        var outputs = network.ToExpression(withValues: true);
        Assert.Equal([1, 0, 0], outputs.Select(static output => output.At(("x1", 1))));
        Assert.Equal([0, 1, 0], outputs.Select(static output => output.At(("x1", -1))));
        Assert.Equal(0, outputs[0].Differentiate("x1").At(("x1", 1)));
        Assert.Equal(1000 / 3.0, outputs[0].Differentiate("x1").At(("x1", 0)), 1e-12);
    }

    [Theory]
    [InlineData("a,b", "a,b")]
    [InlineData("été,_2", "été,_2")]
    [InlineData("a,b c", "x1,x2")]
    [InlineData("a,pi", "x1,x2")]
    [InlineData("a,2b", "x1,x2")]
    [InlineData("a,", "x1,x2")]
    [InlineData("a,A", "x1,x2")]
    [InlineData("a,w1_1_1", "x1,x2")]
    [InlineData("B1_1,a", "x1,x2")]
    [InlineData("x2,x1", "x2,x1")]
    [InlineData("x2,a b", "x_1,x_2")]
    [InlineData("X1,a b", "x_1,x_2")]
    [InlineData("x1 ,x_2", "x__1,x__2", "x1")]
    [InlineData("x 1,x 2", "x_1,x_2", "x2")]
    public void Inputs_are_called_like_the_features_where_that_is_possible(string features, string names, string label = "y")
    {
        var network = Network.FromWeights([new double[,] { { 3 }, { 5 } }], null, [ActivationFunction.Linear]).WithColumns(features.Split(','), [label], [], null);
        var inputs = names.Split(',');
        Assert.Equal($"0 + ({inputs[0]} * 3 + {inputs[1]} * 5)", Texts.Infix(network.ToExpression(withValues: true)[0]));
    }

    [Fact]
    public void Scaling_is_part_of_it()
    {
        var network = Network.FromWeights([new double[,] { { 3 } }], null, [ActivationFunction.Linear]).WithColumns([], [], [], new FeatureScaling([5], [2]));
        Assert.Equal("b1_1 + (x1 - 5) / 2 * w1_1_1", Texts.Infix(network.ToExpression()[0]));
    }

    internal static double[][] RandomTargets(Random random, int rows, int size) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, size).Select(_ => random.NextDouble()).ToArray())];

    internal static void AssertNear(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var within = 1e-12 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= within, $"[{i}] is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    private static Network WithRandomScaling(Network network, Random random) => network.WithColumns([], [], [], random.Next(2) == 0 ? null : new FeatureScaling(
        [.. Enumerable.Range(0, network.InputSize).Select(_ => random.NextDouble())],
        [.. Enumerable.Range(0, network.InputSize).Select(_ => 0.5 + random.NextDouble())]));
}
