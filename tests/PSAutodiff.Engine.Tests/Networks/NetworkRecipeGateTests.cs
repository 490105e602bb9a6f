using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Networks as formulas of arrays against batched backpropagation: the mean loss and its gradient, of one to six layers, with all activations, losses and
/// precisions, over one row to some more than are packed at a time.
/// </summary>
/// <remarks>
/// In double they agree to some units of the last place and not in all bits. Backpropagation divides by the number of rows first and takes the derivative of tanh
/// and of sigmoid from their values, where the formula divides sums over rows and has the derivatives to all digits.
/// </remarks>
public sealed class NetworkRecipeGateTests
{
    [Fact]
    public void A_network_in_double_is_its_formula() => Check<double>(400, 1e-14);

    [Fact]
    public void A_network_in_single_is_its_formula() => Check<float>(400, 2e-6);

    private static void Check<T>(int networks, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        for (var n = 0; n < networks; n++)
        {
            int[] sizes = [.. Enumerable.Range(0, 2 + random.Next(6)).Select(_ => 1 + random.Next(random.Next(4) == 0 ? 60 : 9))];
            var activations = sizes[1..].Select(_ => (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length)).ToArray();
            var network = Network.Create(sizes[0], [.. sizes[1..].Zip(activations)], NetworkInitializer.GlorotUniform, n, typeof(T) == typeof(float) ? NetworkPrecision.Single : NetworkPrecision.Double);
            LossFunction[] losses = activations[^1] is ActivationFunction.Sigmoid or ActivationFunction.Softmax ? Enum.GetValues<LossFunction>() : [LossFunction.MeanSquaredError, LossFunction.HalfSquaredError];
            var loss = losses[random.Next(losses.Length)];
            var rows = random.Next(2) == 0 ? 1 << random.Next(6) : 1 + random.Next(70);
            var data = new TrainingData<T> { Inputs = Draw<T>(random, rows * sizes[0]), Targets = Draw<T>(random, rows * sizes[^1]), RowCount = rows, InputSize = sizes[0], OutputSize = sizes[^1] };
            var parameters = network.FlatParameters<T>();
            var order = Enumerable.Range(0, rows).ToArray();
            var (expected, actual) = (new T[parameters.Length], new T[parameters.Length]);
            var expectedLoss = new DenseModel<T>(network, loss, data, 1).Gradient(parameters, order, expected, null, TestContext.Current.CancellationToken);
            var actualLoss = Formula(network, loss, data).Gradient(parameters, order, actual, null, TestContext.Current.CancellationToken);
            var size = Math.Max(1e-3, expected.Max(static x => Math.Abs(double.CreateTruncating(x))));
            var what = $"{network}, {loss}, {rows} rows";
            Assert.True(Math.Abs(expectedLoss - actualLoss) <= tolerance * Math.Max(1, Math.Abs(expectedLoss)), $"{what}: the loss is {actualLoss:R}, not {expectedLoss:R}");
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(double.CreateTruncating(expected[i] - actual[i])) <= tolerance * size, $"{what}: derivative {i} is {actual[i]:R}, not {expected[i]:R}");
            }
        }
    }

    private static ITrainingModel<T> Formula<T>(Network network, LossFunction loss, TrainingData<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var node = NetworkExpression.OfVectors(network, Networks.Losses.Loss.Of(loss), ExprNode.Variable("x", Shape.Vector(network.InputSize)), ExprNode.Variable("y", Shape.Vector(network.OutputSize)));
        var program = new LossProgram(node, ["x", "y"], [.. network.Layout.ArrayNames()], default, typeof(T) == typeof(float));
        double[][] rows = [.. Enumerable.Range(0, data.RowCount).Select(row => (double[])[.. Wide(data.Inputs, row, data.InputSize), .. Wide(data.Targets!, row, data.OutputSize)])];
        return program.Rows is null ? (ITrainingModel<T>)(object)new LossModel(program, rows, 1) : new ArrayLossModel<T>(program, rows, 1);

        static IEnumerable<double> Wide(T[] values, int row, int size) => values.Skip(row * size).Take(size).Select(double.CreateTruncating);
    }

    private static T[] Draw<T>(Random random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(random.NextDouble()))];
}
