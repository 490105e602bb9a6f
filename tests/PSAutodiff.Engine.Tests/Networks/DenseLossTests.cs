using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;
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
        var (losses, gradient) = (new double[2], new double[6]);
        Loss.Of(LossFunction.BinaryCrossEntropy).Measure<double>(false, predictions, targets, 3, 2, losses, gradient, new double[Loss.ScratchLength(2, 3)]);
        Assert.Equal(1.952027, (losses[0] + losses[1]) / 2, 5e-7);
        double[] expected = [0.625, 0.7142857, -5.0, 1.0, -0.625, 0.5555556];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], gradient[i], 5e-8);
    }

    [Fact]
    public void Other_losses_of_given_predictions_follow_their_formulas()
    {
        double[] targets = [0, 1];
        double[] predictions = [0.25, 0.5];
        var (losses, gradient) = (new double[1], new double[2]);
        var scratch = new double[Loss.ScratchLength(1, 2)];
        Loss.Of(LossFunction.MeanSquaredError).Measure<double>(false, predictions, targets, 2, 1, losses, gradient, scratch);
        Assert.Equal(0.15625, losses[0]);
        Assert.Equal([0.25, -0.5], gradient);
        Loss.Of(LossFunction.HalfSquaredError).Measure<double>(false, predictions, targets, 2, 4, losses, gradient, scratch);
        Assert.Equal(0.15625, losses[0]);
        Assert.Equal([0.0625, -0.125], gradient);
        Loss.Of(LossFunction.CategoricalCrossEntropy).Measure<double>(false, predictions, targets, 2, 1, losses, gradient, scratch);
        Assert.Equal(Math.Log(2), losses[0], 3e-9);
        Assert.Equal(0, gradient[0]);
        Assert.Equal(-2, gradient[1], 5e-9);
    }

    [Fact]
    public void ReLU_has_the_printed_figures()
    {
        double[] values = [-0.1, 0.7, -1, 0.3, 0.5, 0.7, 0];
        var deltas = Enumerable.Repeat(1.0, 7).ToArray();
        Activation<double>.Of(ActivationFunction.ReLU).Apply(values, 7, new double[32]);
        Activation<double>.Of(ActivationFunction.ReLU).Backward(values, deltas, 7);
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
        var values = Arguments.ToArray();
        var deltas = Enumerable.Repeat(1.0, values.Length).ToArray();
        Activation<double>.Of(activation).Apply(values, values.Length, new double[32]);
        Activation<double>.Of(activation).Backward(values, deltas, values.Length);
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
            var (values, deltas) = (sums.ToArray(), Enumerable.Repeat(2.0, length).ToArray());
            Activation<double>.Of(activation).Apply(values, length, new double[32]);
            Activation<double>.Of(activation).Backward(values, deltas, length, sums);
            var singleSums = Array.ConvertAll(sums, static v => (float)v);
            var (singles, singleDeltas) = (singleSums.ToArray(), Enumerable.Repeat(2f, length).ToArray());
            Activation<float>.Of(activation).Apply(singles, length, new double[32]);
            Activation<float>.Of(activation).Backward(singles, singleDeltas, length, singleSums);
            for (var i = 0; i < length; i++)
            {
                var right = 2 * (i % 3 == 0 ? expected : activation == ActivationFunction.Tanh ? 0.9400148488064306 : 0.24613408273759835);
                Assert.Equal(1, deltas[i] / right, 1e-13);
                Assert.Equal(1, singleDeltas[i] / right, 2e-6);
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
        var (losses, derivatives) = (new double[1], new double[1]);
        Loss.Of(LossFunction.BinaryCrossEntropy).Measure<double>(true, [z], [y], 1, 1, losses, derivatives, new double[Loss.ScratchLength(1, 1)]);
        Assert.Equal(1, derivatives[0] / expected, 1e-14);
    }

    [Theory]
    [InlineData(ActivationFunction.ReLU)]
    [InlineData(ActivationFunction.Sigmoid)]
    [InlineData(ActivationFunction.Tanh)]
    [InlineData(ActivationFunction.Softmax)]
    public void NaN_is_passed_on(ActivationFunction activation)
    {
        var values = Enumerable.Repeat(float.NaN, 19).ToArray();
        Activation<float>.Of(activation).Apply(values, 19, new double[32]);
        Assert.All(values, static value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Softmax_sums_to_one_and_stands_large_sums()
    {
        double[] values = [1000, 1001, 999, -5, 0, 5];
        Activation<double>.Of(ActivationFunction.Softmax).Apply(values, 3, new double[32]);
        Assert.Equal(1, values[0] + values[1] + values[2], 1e-15);
        Assert.Equal(Math.E / (Math.E + 1 + (1 / Math.E)), values[1], 1e-15);
        Assert.Equal(1 / (1 + Math.Exp(5) + Math.Exp(10)), values[3], 1e-15);
    }
}
