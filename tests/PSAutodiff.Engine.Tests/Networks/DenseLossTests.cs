using Xunit;

namespace PSAutodiff.Tests;

/// <summary>System S4's printed figures of activations and of the loss from predictions.</summary>
public sealed class DenseLossTests
{
    private static readonly double[] Arguments = [2, 0, -2, 0.5, -0.25, 0.25];

    [Fact]
    public void Binary_cross_entropy_of_given_predictions_has_the_printed_figures()
    {
        double[] targets = [0, 0, 1, 0, 1, 0];
        double[] predictions = [0.2, 0.3, 0.1, 0.5, 0.8, 0.1];
        var first = FunctionForms.Of(LossFunction.BinaryCrossEntropy, false, predictions[..3], targets[..3]);
        var second = FunctionForms.Of(LossFunction.BinaryCrossEntropy, false, predictions[3..], targets[3..]);
        Assert.Equal(1.952027, (first.Loss + second.Loss) / 2, 5e-7);
        double[] expected = [0.625, 0.7142857, -5.0, 1.0, -0.625, 0.5555556];
        double[] gradient = [.. first.Derivatives, .. second.Derivatives];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], gradient[i] / 2, 5e-8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(970)]
    [InlineData(1e9)]
    public void Cross_entropy_of_a_sure_network_keeps_its_digits_however_large_its_sums(double sum)
    {
        // log(1 + exp(-30)) to 50 digits, and its derivatives.
        var (loss, derivatives) = FunctionForms.Of(LossFunction.CategoricalCrossEntropy, true, [sum, sum + 30], [0, 1]);
        Assert.Equal(9.3576229688397368e-14, loss, 1.2e-16);
        Assert.Equal(9.3576229688392989e-14, derivatives[0], 1e-28);
        Assert.Equal(-9.3576229688392989e-14, derivatives[1], 1.2e-16);
    }

    [Fact]
    public void Other_losses_of_given_predictions_follow_their_formulas()
    {
        double[] targets = [0, 1];
        double[] predictions = [0.25, 0.5];
        var (loss, gradient) = FunctionForms.Of(LossFunction.MeanSquaredError, false, predictions, targets);
        Assert.Equal(0.15625, loss);
        Assert.Equal([0.25, -0.5], gradient);
        (loss, gradient) = FunctionForms.Of(LossFunction.HalfSquaredError, false, predictions, targets);
        Assert.Equal(0.15625, loss);
        Assert.Equal([0.25, -0.5], gradient);
        (loss, gradient) = FunctionForms.Of(LossFunction.CategoricalCrossEntropy, false, predictions, targets);
        Assert.Equal(Math.Log(2), loss, 3e-9);
        Assert.Equal(0, gradient[0]);
        Assert.Equal(-2, gradient[1], 5e-9);
    }

    [Fact]
    public void ReLU_has_the_printed_figures()
    {
        var (values, deltas) = FunctionForms.Of(ActivationFunction.ReLU, [-0.1, 0.7, -1, 0.3, 0.5, 0.7, 0], [1, 1, 1, 1, 1, 1, 1]);
        Assert.Equal([0, 0.7, 0, 0.3, 0.5, 0.7, 0], values);
        Assert.Equal([0, 1, 0, 1, 1, 1, 0], deltas);
    }

    [Theory]
    [InlineData(
        ActivationFunction.Sigmoid,
        new[] { 0.8807971, 0.5, 0.1192029, 0.6224593, 0.4378235, 0.5621765 },
        new[] { 0.1049936, 0.25, 0.1049936, 0.2350037, 0.2461341, 0.2461341 })]
    [InlineData(
        ActivationFunction.Tanh,
        new[] { 0.9640276, 0, -0.9640276, 0.4621172, -0.2449187, 0.2449187 },
        new[] { 0.07065082, 1, 0.07065082, 0.78644773, 0.9400148, 0.9400148 })]
    [InlineData(ActivationFunction.Linear, new[] { 2, 0, -2, 0.5, -0.25, 0.25 }, new double[] { 1, 1, 1, 1, 1, 1 })]
    public void Activations_have_the_printed_figures(ActivationFunction activation, double[] expected, double[] derivatives)
    {
        var (values, deltas) = FunctionForms.Of(activation, Arguments, [1, 1, 1, 1, 1, 1]);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 5e-8);
            Assert.Equal(derivatives[i], deltas[i], 5e-8);
        }
    }

    [Theory]
    [InlineData(ActivationFunction.Tanh, 20.0, 1.6993417021166355e-17)]
    [InlineData(ActivationFunction.Tanh, -10.0, 8.244614455767397e-09)]
    [InlineData(ActivationFunction.Sigmoid, 40.0, 4.248354255291589e-18)]
    [InlineData(ActivationFunction.Sigmoid, -40.0, 4.248354255291589e-18)]
    [InlineData(ActivationFunction.Sigmoid, 0.0, 0.25)]
    public void Derivatives_keep_their_digits_where_activations_saturate(ActivationFunction activation, double z, double expected)
    {
        foreach (var length in new[] { 1, 3, 8, 17 })
        {
            var sums = Enumerable.Range(0, length).Select(i => i % 3 == 0 ? z : 0.25).ToArray();
            var (_, deltas) = FunctionForms.Of(activation, sums, [.. Enumerable.Repeat(2.0, length)]);
            var (_, singleDeltas) = FunctionForms.InSingle(activation, sums);
            for (var i = 0; i < length; i++)
            {
                var right = 2 * (i % 3 == 0 ? expected : activation == ActivationFunction.Tanh ? 0.9400148488064306 : 0.24613408273759835);
                Assert.Equal(1, deltas[i] / right, 1e-13);
                Assert.Equal(0.5, singleDeltas[i] / right, 2e-6);
            }
        }
    }

    [Theory]
    [InlineData(40.0, 1.0, -4.248354255291589e-18)]
    [InlineData(-40.0, 0.0, 4.248354255291589e-18)]
    [InlineData(40.0, 0.0, 1.0)]
    [InlineData(0.0, 1.0, -0.5)]
    public void The_derivative_of_cross_entropy_keeps_its_digits_where_the_prediction_is_right(double z, double y, double expected)
    {
        var (_, derivatives) = FunctionForms.Of(LossFunction.BinaryCrossEntropy, true, [z], [y]);
        Assert.Equal(1, derivatives[0] / expected, 1e-14);
    }

    [Theory]
    [InlineData(ActivationFunction.ReLU)]
    [InlineData(ActivationFunction.Sigmoid)]
    [InlineData(ActivationFunction.Tanh)]
    [InlineData(ActivationFunction.Softmax)]
    public void NaN_is_passed_on(ActivationFunction activation)
    {
        var (values, _) = FunctionForms.Of(activation, [.. Enumerable.Repeat(double.NaN, 19)], new double[19]);
        Assert.All(values, static value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Softmax_sums_to_one_and_stands_large_sums()
    {
        double[] values = [.. FunctionForms.Of(ActivationFunction.Softmax, [1000, 1001, 999], new double[3]).Values, .. FunctionForms.Of(ActivationFunction.Softmax, [-5, 0, 5], new double[3]).Values];
        Assert.Equal(1, values[0] + values[1] + values[2], 1e-15);
        Assert.Equal(Math.E / (Math.E + 1 + (1 / Math.E)), values[1], 1e-15);
        Assert.Equal(1 / (1 + Math.Exp(5) + Math.Exp(10)), values[3], 1e-15);
    }
}
