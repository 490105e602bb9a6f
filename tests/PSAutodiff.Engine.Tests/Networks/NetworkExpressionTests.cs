using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks as expressions.</summary>
public sealed class NetworkExpressionTests
{
    [Fact]
    public void A_network_and_its_loss_are_a_line_each_and_the_derivatives_backpropagation()
    {
        var network = Network.Create(2, [(3, ActivationFunction.Tanh), (2, ActivationFunction.Softmax)], NetworkInitializer.He, 1, NetworkPrecision.Double);
        const string shapes = "W1: [2, 3]; W2: [3, 2]; b1: [3]; b2: [2]; x: [2]; ";
        Assert.Equal(shapes + "softmax(tanh(x @ W1 + b1) @ W2 + b2)", network.ToExpression().ToString());
        Assert.Equal(@"\operatorname{softmax}\left(\mathbf{W}_{2}^{\mathsf{T}} \, \tanh\left(\mathbf{W}_{1}^{\mathsf{T}} \, \mathbf{x} + \mathbf{b}_{1}\right) + \mathbf{b}_{2}\right)", network.ToExpression().ToText(ExprTextFormat.Latex));
        var loss = network.ToLossExpression(LossFunction.HalfSquaredError);
        Assert.Equal(shapes + "y: [2]; sum((softmax(tanh(x @ W1 + b1) @ W2 + b2) - y)^2) / 2", loss.ToString());
        var line = Network.Create(2, [(3, ActivationFunction.Tanh), (2, ActivationFunction.Linear)], NetworkInitializer.He, 1, NetworkPrecision.Double).ToLossExpression(LossFunction.HalfSquaredError);
        Assert.StartsWith("W1: [2, 3]; W2: [3, 2]; b1: [3]; b2: [2]; x: [2]; y: [2]; outer(x, sech2(x @ W1 + b1) * (W2 @ (2 * (tanh(x @ W1 + b1) @ W2 + b2 - y)", line.Differentiate("W1").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_network_reads_as_one_writes_it_by_hand()
    {
        var network = Network.FromWeights(
            [new double[,] { { 1, 2 }, { 3, 4 } }, new double[,] { { 5 }, { 6 } }],
            [[7, 8], [9]],
            [ActivationFunction.Tanh, ActivationFunction.Sigmoid]);
        Assert.Equal(
            "sigmoid(b2_1 + (tanh(b1_1 + (x1 * w1_1_1 + x2 * w1_2_1)) * w2_1_1 + tanh(b1_2 + (x1 * w1_1_2 + x2 * w1_2_2)) * w2_2_1))",
            Texts.Infix(network.ToScalarExpression().Single()));
        Assert.Equal(
            "sigmoid(9 + (tanh(7 + (x1 * 1 + x2 * 3)) * 5 + tanh(8 + (x1 * 2 + x2 * 4)) * 6))",
            Texts.Infix(network.ToScalarExpression(withValues: true).Single()));
    }

    [Fact]
    public void Its_values_are_the_predictions() => RandomNetworks.Check(60, static random =>
    {
        var network = WithRandomScaling(RandomNetworks.Draw(random), random);
        var rows = RandomNetworks.Rows(random, 3, network.InputSize);
        var predictions = network.Predict(rows.ToMatrix());
        var x = Enumerable.Range(1, network.InputSize).Select(static i => $"x{i}").ToArray();
        var named = CompiledExpression.Compile(network.ToScalarExpression(), [.. x, .. network.Layout.Names()]);
        var valued = CompiledExpression.Compile(network.ToScalarExpression(withValues: true), x);
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

    [Fact]
    public void As_arrays_it_is_a_line_whose_derivative_is_backpropagation()
    {
        var network = Network.Create(4, [(8, ActivationFunction.Tanh), (3, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var node = network.ToExpression();
        Assert.Equal("W1: [4, 8]; W2: [8, 3]; b1: [8]; b2: [3]; x: [4]; softmax(tanh(x @ W1 + b1) @ W2 + b2)", node.ToString());
        Assert.Equal(["W1", "b1", "W2", "b2"], network.ArrayParameters.Keys.Cast<string>());
        Assert.Equal(network.Layers[1].Weights, (double[,])network.ArrayParameters["W2"]!);

        // The scaling is part of it, and it gives what the network predicts.
        var scaled = network.WithColumns([], [], [], new FeatureScaling([1, 2, 3, 4], [2, 0.5, 1, 3]));
        var (x, inputs) = (new double[,] { { 0.3, 2, -1, 5 } }, new double[] { 0.3, 2, -1, 5 });
        var expected = scaled.Predict(x);
        var actual = new double[3];
        CompiledExpression.Compile([.. Enumerable.Range(0, 3).Select(i => scaled.ToExpression(withValues: true)[i])], ["x"]).Evaluate(inputs, actual);
        for (var i = 0; i < 3; i++) Assert.Equal(expected[0, i], actual[i], 1e-14);
    }

    public static TheoryData<LossFunction, ActivationFunction> Pairs => [.. Enum.GetValues<LossFunction>().SelectMany(static _ => Enum.GetValues<ActivationFunction>(), static (loss, last) => (loss, last))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_gradient_of_the_loss_is_that_of_backpropagation_and_of_the_formulas(LossFunction loss, ActivationFunction last)
    {
        var (tests, used) = (0, Loss.Of(loss));
        RandomNetworks.Check(25, random =>
        {
            var network = RandomNetworks.Draw(random).EndingIn(last);

            // Only probabilities have logarithms.
            if (used.AdviceFor(Activation.Of(last)) is not null) network = WithLastSumsNearHalf(network);
            if (Problem(() => used.CheckLayer<double>(network, null)) is { } problem)
            {
                Assert.Equal(problem, Problem(() => network.ToScalarLossExpression(loss)));
                return;
            }

            tests++;
            var rows = RandomNetworks.Rows(random, 4, network.InputSize);
            var targets = RandomTargets(random, rows.Length, network.OutputSize);
            var (expectedLoss, expected) = ExpressionLoss.Gradient(network, loss, rows, targets);
            var (actualLoss, actual) = Backpropagation.Gradient(network, loss, rows, targets);

            // Of a sure probability 1 - p has few digits, and its logarithm is steep.
            AssertNear([expectedLoss, .. expected], [actualLoss, .. actual], used is CrossEntropyLoss && !used.FusesInto(network) ? 1e-9 : 1e-12);

            // The formulas have no floor below probabilities.
            if (used is CrossEntropyLoss && !used.FusesInto(network)) return;
            (actualLoss, actual) = PlainNetwork.Gradient(network, loss, rows, targets);
            AssertNear([expectedLoss, .. expected], [actualLoss, .. actual]);
        });

        // Only softmax and sigmoid have pairs that cannot be.
        if (last is ActivationFunction.Sigmoid && loss == LossFunction.CategoricalCrossEntropy) Assert.Equal(0, tests);
        else Assert.InRange(tests, last == ActivationFunction.Softmax ? 15 : 25, 25);
    }

    [Fact]
    public void Hidden_units_are_shared()
    {
        // 30 layers of 10 units: written out, the outputs would have 10^30 parts.
        var network = Network.Create(10, [.. Enumerable.Repeat((10, ActivationFunction.Tanh), 30)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var (graph, _) = ExprNode.Flatten(network.ToScalarExpression());
        Assert.Equal(10 + network.ParameterCount + (30 * 10 * (10 + 9 + 1 + 1)), graph.Count);
    }

    [Fact]
    public void The_loss_of_a_small_network_reads_as_one_writes_it_by_hand()
    {
        var network = Network.FromWeights([new double[,] { { 1, 2 } }], [[3, 4]], [ActivationFunction.Linear]);
        Assert.Equal("((b1_1 + x1 * w1_1_1 - y1)^2 + (b1_2 + x1 * w1_1_2 - y2)^2) / 2", Texts.Infix(network.ToScalarLossExpression()));
        Assert.Equal("((3 + x1 * 1 - y1)^2 + (4 + x1 * 2 - y2)^2) / 2", Texts.Infix(network.ToScalarLossExpression(LossFunction.HalfSquaredError, withValues: true)));
        network = Network.FromWeights([new double[,] { { 1 } }], [[2]], [ActivationFunction.Sigmoid]);
        Assert.Equal("y1 * softplus(-(2 + x1 * 1)) + (1 - y1) * softplus(2 + x1 * 1)", Texts.Infix(network.ToScalarLossExpression(withValues: true)));
        Assert.Equal("(sigmoid(2 + x1 * 1) - y1)^2", Texts.Infix(network.WithLoss(LossFunction.MeanSquaredError).ToScalarLossExpression(withValues: true)));
    }

    [Theory]
    [InlineData("a", "b", "(0 + a * 3 - b)^2")]
    [InlineData("a", "a b", "(0 + a * 3 - ${a b})^2")]
    [InlineData("Y1", " ", "(0 + Y1 * 3 - y_1)^2")]
    [InlineData(" ", "x1", "(0 + x_1 * 3 - x1)^2")]
    [InlineData("a", "w1_1_1", "(0 + a * 3 - y1)^2")]
    public void Targets_are_called_like_the_labels_where_that_is_possible(string feature, string label, string loss)
    {
        var network = Network.FromWeights([new double[,] { { 3 } }], null, [ActivationFunction.Linear]);
        Assert.Equal(loss, Texts.Infix(network.WithColumns([feature], [label], [], null).ToScalarLossExpression(withValues: true)));
    }

    [Fact]
    public void Targets_of_classes_are_not_called_like_their_column()
    {
        var network = Network.FromWeights([new double[,] { { 3 } }], null, [ActivationFunction.Linear]).WithColumns(["a"], ["b"], ["no", "yes"], null);
        Assert.Equal("(0 + a * 3 - y1)^2", Texts.Infix(network.ToScalarLossExpression(withValues: true)));
    }

    [Fact]
    public void A_loss_that_does_not_go_with_the_last_layer_is_refused_as_in_training()
    {
        var network = Network.Create(1, [(1, ActivationFunction.Tanh)], NetworkInitializer.He, 1, NetworkPrecision.Double);
        Assert.Contains("the last layer is Tanh", Problem(() => network.ToScalarLossExpression(LossFunction.BinaryCrossEntropy)), StringComparison.Ordinal);
        Assert.Equal("There is no loss function 77.", Problem(() => network.ToScalarLossExpression((LossFunction)77)));
    }

    [Fact]
    public void The_loss_of_a_wrong_sure_prediction_is_finite_and_keeps_its_digits()
    {
        var sure = Network.FromWeights([new double[,] { { 1 } }], null, [ActivationFunction.Sigmoid]).ToScalarLossExpression(withValues: true);
        Assert.Equal(1000, sure.At(("x1", 1000), ("y1", 0)));
        Assert.Equal(1, sure.Differentiate("x1").At(("x1", 1000), ("y1", 0)));
        Assert.Equal(1, sure.At(("x1", 40), ("y1", 1)) / 4.248354255291589e-18, 1e-14);
        Assert.Equal(1, sure.Differentiate("x1").At(("x1", 40), ("y1", 1)) / -4.248354255291589e-18, 1e-14);
        var classes = Network.FromWeights([new double[,] { { 1, -1 } }], null, [ActivationFunction.Softmax]).ToScalarLossExpression(withValues: true);
        Assert.Equal(2000, classes.At(("x1", 1000), ("y1", 0), ("y2", 1)));
        Assert.Equal(2, classes.Differentiate("x1").At(("x1", 1000), ("y1", 0), ("y2", 1)));
    }

    [Fact]
    public void A_softmax_stays_finite_far_out()
    {
        var network = Network.FromWeights([new double[,] { { 1000, -1000, 0 } }], null, [ActivationFunction.Softmax]);
        var outputs = network.ToScalarExpression(withValues: true);
        Assert.Equal([1, 0, 0], outputs.Select(static output => output.At(("x1", 1))));
        Assert.Equal([0, 1, 0], outputs.Select(static output => output.At(("x1", -1))));
        Assert.Equal(0, outputs[0].Differentiate("x1").At(("x1", 1)));
        Assert.Equal(1000 / 3.0, outputs[0].Differentiate("x1").At(("x1", 0)), 1e-12);
    }

    [Theory]
    [InlineData("a,b", "a,b")]
    [InlineData("été,_2", "été,_2")]
    [InlineData("a,b c", "a,${b c}")]
    [InlineData("a,pi", "a,${pi}")]
    [InlineData("a,2b", "a,${2b}")]
    [InlineData("a,", "x1,x2")]
    [InlineData("a,A", "x1,x2")]
    [InlineData("a,w1_1_1", "x1,x2")]
    [InlineData("B1_1,a", "x1,x2")]
    [InlineData("x2,x1", "x2,x1")]
    [InlineData("x2, ", "x_1,x_2")]
    [InlineData("X1, ", "x_1,x_2")]
    [InlineData("x_2, ", "x__1,x__2", "x1")]
    [InlineData("pi,π", "${pi},${π}", "x2")]
    [InlineData(" ,\t", "x_1,x_2", "x2")]
    public void Inputs_are_called_like_the_features_where_that_is_possible(string features, string names, string label = "y")
    {
        var network = Network.FromWeights([new double[,] { { 3 }, { 5 } }], null, [ActivationFunction.Linear]).WithColumns(features.Split(','), [label], [], null);
        var inputs = names.Split(',');
        Assert.Equal($"0 + ({inputs[0]} * 3 + {inputs[1]} * 5)", Texts.Infix(network.ToScalarExpression(withValues: true)[0]));
    }

    [Fact]
    public void Scaling_is_part_of_it()
    {
        var network = Network.FromWeights([new double[,] { { 3 } }], null, [ActivationFunction.Linear]).WithColumns([], [], [], new FeatureScaling([5], [2]));
        Assert.Equal("b1_1 + (x1 - 5) / 2 * w1_1_1", Texts.Infix(network.ToScalarExpression()[0]));
    }

    internal static double[][] RandomTargets(Random random, int rows, int size) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, size).Select(_ => random.NextDouble()).ToArray())];

    internal static void AssertNear(double[] expected, double[] actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var within = tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= within, $"[{i}] is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    private static Network WithRandomScaling(Network network, Random random) => network.WithColumns([], [], [], random.Next(2) == 0 ? null : new FeatureScaling(
        [.. Enumerable.Range(0, network.InputSize).Select(_ => random.NextDouble())],
        [.. Enumerable.Range(0, network.InputSize).Select(_ => 0.5 + random.NextDouble())]));

    private static string? Problem(Action action)
    {
        if (Record.Exception(action) is not { } exception) return null;
        Assert.Equal(ErrorIds.LossFunctionInvalid, Assert.IsType<AutodiffException>(exception).ErrorId);
        return exception.Message;
    }

    private static Network WithLastSumsNearHalf(Network network)
    {
        var last = network.Layers[^1];
        var parameters = network.FlatParameters();
        var place = network.Layout.Last;
        for (var i = place.Start; i < place.End; i++) parameters[i] = i < place.Bias ? parameters[i] / (1000 * last.Inputs) : 0.5;
        return network.WithParameters<double>(parameters);
    }
}
