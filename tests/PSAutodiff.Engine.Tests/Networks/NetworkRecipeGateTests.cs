using System.Numerics;

using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Networks as they are trained, by their expressions, against batched backpropagation written by hand: the mean loss and its gradient, of one to six
/// layers, with all activations, losses and precisions, over one row to some more than are packed at a time, with noise, dropout, pruned weights and classes.
/// </summary>
/// <remarks>
/// Where the orders of sums and products are the same, the bits are; losses and some activations have another order in their expressions, and small networks
/// are trained as numbers. All agree to some units of the last place of the largest derivative.
/// </remarks>
public sealed class NetworkRecipeGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_network_in_double_is_backpropagation() => Check<double>(400, 1e-14, 0.3);

    [Fact]
    public void A_network_in_single_is_backpropagation() => Check<float>(400, 2e-6, 0);

    private static void Check<T>(int networks, double tolerance, double leastWithSameBits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        var sameBits = 0;
        for (var n = 0; n < networks; n++)
        {
            int[] sizes = [.. Enumerable.Range(0, 2 + random.Next(6)).Select(_ => 1 + random.Next(random.Next(4) == 0 ? 60 : 9))];
            var activations = sizes[1..].Select(_ => (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length)).ToArray();
            var network = Network.Create(sizes[0], [.. sizes[1..].Zip(activations)], NetworkInitializer.GlorotUniform, n, typeof(T) == typeof(float) ? NetworkPrecision.Single : NetworkPrecision.Double);
            if (random.Next(4) == 0 && sizes[1..].All(static size => size > 1)) network = NetworkPruning.Prune(network, null, 0.1);
            LossFunction[] losses = activations[^1] is ActivationFunction.Sigmoid or ActivationFunction.Softmax ? Enum.GetValues<LossFunction>() : [LossFunction.MeanSquaredError, LossFunction.HalfSquaredError];
            var loss = losses[random.Next(losses.Length)];
            var rows = random.Next(2) == 0 ? 1 << random.Next(6) : 1 + random.Next(70);
            var hasClasses = random.Next(2) == 0;
            var data = new TrainingData<T>
            {
                Inputs = Draw<T>(random, rows * sizes[0]),
                Targets = hasClasses ? null : Draw<T>(random, rows * sizes[^1]),
                Classes = hasClasses ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(Math.Max(2, sizes[^1])))] : null,
                RowCount = rows,
                InputSize = sizes[0],
                OutputSize = sizes[^1],
            };
            var parameters = network.FlatParameters<T>();
            var order = Enumerable.Range(0, rows).ToArray();
            random.Shuffle(order);
            foreach (var (input, dropout) in new[] { (0.0, 0.0), (0.1, 0.0), (0.2, 0.3) })
            {
                var (byHand, expected) = Gradient(new DenseModel<T>(network, loss, data, 1));
                var what = $"{network}, {loss}, {rows} rows, noise {input} and {dropout}";
                var (asArrays, inArrays) = Gradient(NetworkModel<T>.Of(network, loss, data, 1 + random.Next(2), hasNoise: true));
                Compare(byHand, expected, asArrays, inArrays, tolerance, what);
                if (asArrays == byHand && inArrays.AsSpan().SequenceEqual(expected)) sameBits++;
                if (input > 0) continue;
                var (asTrained, trained) = Gradient(NetworkModel<T>.Of(network, loss, data, 1));
                Compare(byHand, expected, asTrained, trained, tolerance, $"{what}, as trained");

                (double Loss, T[] Gradient) Gradient(ITrainingModel<T> model)
                {
                    var gradient = new T[parameters.Length];
                    var noise = input + dropout > 0 ? new BatchNoise(new RandomSource(n), input, dropout) : null;
                    return (model.Gradient(parameters, order, gradient, noise, Token), gradient);
                }
            }
        }

        Assert.True(sameBits >= leastWithSameBits * 3 * networks, $"Only {sameBits} of {3 * networks} gradients have the same bits.");
    }

    private static void Compare<T>(double expectedLoss, T[] expected, double loss, T[] actual, double tolerance, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var size = Math.Max(1e-3, expected.Max(static x => Math.Abs(double.CreateTruncating(x))));
        Assert.True(Math.Abs(expectedLoss - loss) <= tolerance * Math.Max(1, Math.Abs(expectedLoss)), $"{what}: the loss is {loss:R}, not {expectedLoss:R}");
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(double.CreateTruncating(expected[i] - actual[i])) <= tolerance * size, $"{what}: derivative {i} is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    private static T[] Draw<T>(Random random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(random.NextDouble()))];
}
