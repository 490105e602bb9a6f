using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Targets that a loss cannot measure, and last layers whose outputs it cannot: outside of them a training falls without end.</summary>
public sealed class LossDomainTests
{
    private static readonly double[,] Inputs = { { 0 }, { 1 }, { 2 } };
    private static readonly TrainingOptions Options = new() { Epochs = 3, BatchSize = 3 };

    [Theory]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.Linear, "the last layer is Linear, whose outputs are not probabilities. Give it sigmoid, or take the loss MeanSquaredError")]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.ReLU, "the last layer is ReLU")]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.Tanh, "the last layer is Tanh")]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.Linear, "the last layer is Linear, whose outputs are not probabilities. Give it softmax")]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.ReLU, "the last layer is ReLU")]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.Tanh, "the last layer is Tanh")]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.Sigmoid, "do not sum to 1")]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.Sigmoid, null)]
    [InlineData(LossFunction.BinaryCrossEntropy, ActivationFunction.Softmax, null)]
    [InlineData(LossFunction.CategoricalCrossEntropy, ActivationFunction.Softmax, null)]
    [InlineData(LossFunction.MeanSquaredError, ActivationFunction.Linear, null)]
    [InlineData(LossFunction.MeanSquaredError, ActivationFunction.Softmax, null)]
    [InlineData(LossFunction.HalfSquaredError, ActivationFunction.ReLU, null)]
    [InlineData(LossFunction.HalfSquaredError, ActivationFunction.Tanh, null)]
    public void Loss_and_last_layer_have_to_go_together(LossFunction loss, ActivationFunction activation, string? problem)
    {
        var network = Network.Create(1, [(2, activation)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        TrainingResult Train() => NetworkTraining.Run(network, Inputs, new double[,] { { 0, 1 }, { 1, 0 }, { 0.5, 0.5 } }, loss, Options, TestContext.Current.CancellationToken);
        if (problem is null)
        {
            Assert.True(double.IsFinite(Train().FinalLoss));
            return;
        }

        var error = Assert.Throws<AutodiffException>(Train);
        Assert.Equal(ErrorIds.LossFunctionInvalid, error.ErrorId);
        Assert.StartsWith($"{loss} measures probabilities, but ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    // A layer of given weights may pass probabilities on; what it gives decides.
    [Fact]
    public void Given_weights_whose_outputs_are_probabilities_pass()
    {
        var network = Network.FromWeights([new double[,] { { 1 } }], null, [ActivationFunction.Linear]);
        var options = Options with { Epochs = 1, LearningRate = 1e-9 };
        TrainingResult Train(double last) => NetworkTraining.Run(network, new[,] { { 0.25 }, { 0.5 }, { last } }, new double[,] { { 0 }, { 1 }, { 1 } }, LossFunction.BinaryCrossEntropy, options, TestContext.Current.CancellationToken);
        Assert.Equal((Math.Log(4 / 3.0) + Math.Log(2)) / 3, Train(1).Loss[0], 1e-8);
        var error = Assert.Throws<AutodiffException>(() => Train(1.5));
        Assert.Equal("BinaryCrossEntropy measures probabilities, but the last layer is Linear and its output 1.5 is not one. Give it sigmoid, or take the loss MeanSquaredError.", error.Message);
    }

    [Fact]
    public void A_softmax_of_one_output_is_no_model_of_anything()
    {
        var network = Network.Create(1, [(1, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var error = Assert.Throws<AutodiffException>(() => network.Train(Inputs, new double[,] { { 1 }, { 1 }, { 1 } }, Options));
        Assert.Equal(ErrorIds.LossFunctionInvalid, error.ErrorId);
        Assert.Contains("is always 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 1 }, "Row 2 of the targets, column 1: the target 2 is not between 0 and 1", "The targets are two values, 1 and 2: to predict them as classes")]
    [InlineData(new double[] { 1, -1, 1 }, "Row 2 of the targets, column 1: the target -1 is", "The targets are two values, -1 and 1")]
    [InlineData(new double[] { 0, 128, 255 }, "Row 2 of the targets, column 1: the target 128 is", "Scale the targets to between 0 and 1")]
    [InlineData(new double[] { 0, 1, 1.0001 }, "Row 3 of the targets, column 1: the target 1.0001 is", "Scale the targets")]
    [InlineData(new double[] { 5, 5, 5 }, "Row 1 of the targets, column 1: the target 5 is", "Scale the targets")]
    public void Binary_cross_entropy_takes_0_to_1(double[] targets, string where, string advice)
    {
        foreach (var precision in Enum.GetValues<NetworkPrecision>())
        {
            var network = Network.Create(1, [(1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 1, precision);
            var message = Refused(network, new double[,] { { targets[0] }, { targets[1] }, { targets[2] } });
            Assert.StartsWith(where, message, StringComparison.Ordinal);
            Assert.Contains(advice, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-0.5, 1.5, "Row 3 of the targets, column 1: the target -0.5 is below 0")]
    [InlineData(1, 1, "Row 3 of the targets: the targets sum to 2, not to 1")]
    [InlineData(0, 0, "Row 3 of the targets: the targets sum to 0, not to 1")]
    [InlineData(0.3, 0.3, "Row 3 of the targets: the targets sum to 0.6, not to 1")]
    public void Categorical_cross_entropy_takes_probabilities(double first, double second, string where)
    {
        var network = Network.Create(1, [(2, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        Assert.StartsWith(where, Refused(network, new double[,] { { 1, 0 }, { 0.25, 0.75 }, { first, second } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Probabilities_that_were_rounded_when_written_pass()
    {
        var network = Network.Create(1, [(3, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Single);
        Assert.True(network.Train(Inputs, new double[,] { { 0.33, 0.33, 0.33 }, { 0.333, 0.333, 0.333 }, { 0.667, 0.334, 0 } }, Options).FinalLoss > 0);
    }

    [Fact]
    public void Squared_errors_take_any_number()
    {
        var network = Network.Create(1, [(1, ActivationFunction.Linear)], NetworkInitializer.Zeros, 1, NetworkPrecision.Double);
        Assert.Equal(255.0 * 255, network.Train(Inputs, new double[,] { { -255 }, { 255 }, { 255 } }, Options with { Epochs = 1 }).Loss[0]);
    }

    private static string Refused(Network network, double[,] targets)
    {
        var error = Assert.Throws<AutodiffException>(() => network.Train(Inputs, targets, Options));
        Assert.Equal(ErrorIds.TargetInvalid, error.ErrorId);
        return error.Message;
    }
}
