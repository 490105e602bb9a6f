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
/// In double all bits are the same. In single precision none differs by more than a millionth of the largest derivative, or of 1 for losses: expressions are
/// computed in double but for products and what they begin with, the code by hand rounds more often. Beside double at the same parameters derivatives of
/// expressions are nearer than those by hand, and losses as near. Small networks are trained as numbers, whose sums have another order.
/// </remarks>
public sealed class NetworkRecipeGateTests
{
    private const int Networks = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_network_in_double_has_the_bits_of_backpropagation()
    {
        for (var n = 0; n < Networks; n++)
        {
            var one = Case<double>.Draw(n);
            foreach (var (input, dropout) in Case<double>.Noises)
            {
                var what = one.What(input, dropout);
                var (byHand, expected) = one.Gradient(one.ByHand(), input, dropout);
                var (loss, gradient) = one.Gradient(one.AsArrays(), input, dropout);
                Assert.True(loss == byHand, $"{what}: the loss is {loss:R}, not {byHand:R}");
                for (var i = 0; i < expected.Length; i++) Assert.True(gradient[i] == expected[i], $"{what}: derivative {i} is {gradient[i]:R}, not {expected[i]:R}");
                if (input > 0) continue;
                (loss, gradient) = one.Gradient(one.AsTrained(), input, dropout);
                AssertNear(1e-14, byHand, expected, loss, gradient, $"{what}, as trained");
            }
        }
    }

    [Fact]
    public void A_network_in_single_is_backpropagation_and_as_near_to_the_truth()
    {
        var (squaresByHand, squares, squaresByHandOfLosses, squaresOfLosses) = (0.0, 0.0, 0.0, 0.0);
        for (var n = 0; n < Networks; n++)
        {
            var one = Case<float>.Draw(n);
            var wide = one.InDouble();
            foreach (var (input, dropout) in Case<float>.Noises)
            {
                var what = one.What(input, dropout);
                var (byHand, expected) = one.Gradient(one.ByHand(), input, dropout);
                var (loss, gradient) = one.Gradient(one.AsArrays(), input, dropout);
                AssertNear(1e-6, byHand, expected, loss, gradient, what);
                var (trueLoss, truth) = wide.Gradient(wide.ByHand(), input, dropout);
                var (size, lossSize) = (Size(truth), Math.Max(1, Math.Abs(trueLoss)));
                squaresByHand += Square(Distance(expected, truth) / size);
                squares += Square(Distance(gradient, truth) / size);
                squaresByHandOfLosses += Square((byHand - trueLoss) / lossSize);
                squaresOfLosses += Square((loss - trueLoss) / lossSize);
                if (input > 0) continue;
                (loss, gradient) = one.Gradient(one.AsTrained(), input, dropout);
                AssertNear(1.5e-6, trueLoss, truth, loss, gradient, $"{what}, as trained");
            }
        }

        Assert.True(squares <= squaresByHand, $"Derivatives are {Math.Sqrt(squares / (3 * Networks))} off the truth, by hand {Math.Sqrt(squaresByHand / (3 * Networks))}.");

        // Of losses, which are sums in double of either, neither is nearer.
        Assert.True(squaresOfLosses <= 1.01 * squaresByHandOfLosses, $"Losses are {Math.Sqrt(squaresOfLosses / (3 * Networks))} off the truth, by hand {Math.Sqrt(squaresByHandOfLosses / (3 * Networks))}.");

        static double Square(double x) => x * x;
    }

    private static void AssertNear<T, TExpected>(double tolerance, double expectedLoss, TExpected[] expected, double loss, T[] actual, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TExpected : unmanaged, IBinaryFloatingPointIeee754<TExpected>
    {
        Assert.True(Math.Abs(expectedLoss - loss) <= tolerance * Math.Max(1, Math.Abs(expectedLoss)), $"{what}: the loss is {loss:R}, not {expectedLoss:R}");
        var distance = Distance(actual, expected);
        Assert.True(distance <= tolerance * Size(expected), $"{what}: a derivative is off by {distance:R} where the largest is {Size(expected):R}");
    }

    private static double Size<T>(T[] gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Max(1e-3, gradient.Max(static x => Math.Abs(double.CreateTruncating(x))));

    private static double Distance<T, TOther>(T[] one, TOther[] other)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> =>
        one.Zip(other, static (x, y) => Math.Abs(double.CreateTruncating(x) - double.CreateTruncating(y))).Max();

    /// <summary>A random network with a loss and rows.</summary>
    private sealed record Case<T>(int Number, Network Network, LossFunction Loss, TrainingData<T> Data, int[] Order, int Threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static (double Input, double Dropout)[] Noises => [(0.0, 0.0), (0.1, 0.0), (0.2, 0.3)];

        public static Case<T> Draw(int number)
        {
            var random = new Random(number);
            int[] sizes = [.. Enumerable.Range(0, 2 + random.Next(6)).Select(_ => 1 + random.Next(random.Next(4) == 0 ? 60 : 9))];
            var activations = sizes[1..].Select(_ => (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length)).ToArray();
            var network = Network.Create(sizes[0], [.. sizes[1..].Zip(activations)], NetworkInitializer.GlorotUniform, number, typeof(T) == typeof(float) ? NetworkPrecision.Single : NetworkPrecision.Double);
            if (random.Next(4) == 0 && sizes[1..].All(static size => size > 1)) network = NetworkPruning.Prune(network, null, 0.1);
            LossFunction[] losses = activations[^1] is ActivationFunction.Sigmoid or ActivationFunction.Softmax ? Enum.GetValues<LossFunction>() : [LossFunction.MeanSquaredError, LossFunction.HalfSquaredError];
            var loss = losses[random.Next(losses.Length)];
            var rows = random.Next(2) == 0 ? 1 << random.Next(6) : 1 + random.Next(70);
            var hasClasses = random.Next(2) == 0;
            var data = new TrainingData<T>
            {
                Inputs = Numbers(rows * sizes[0]),
                Targets = hasClasses ? null : Numbers(rows * sizes[^1]),
                Classes = hasClasses ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(Math.Max(2, sizes[^1])))] : null,
                RowCount = rows,
                InputSize = sizes[0],
                OutputSize = sizes[^1],
            };
            var order = Enumerable.Range(0, rows).ToArray();
            random.Shuffle(order);
            return new Case<T>(number, network, loss, data, order, 1 + random.Next(2));

            T[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(random.NextDouble()))];
        }

        public string What(double input, double dropout) => $"{Number}: {Network}, {Loss}, {Data.RowCount} rows, noise {input} and {dropout}";

        public DenseModel<T> ByHand() => new(Network, Loss, Data, threads: 1);

        public ITrainingModel<T> AsArrays() => NetworkModel<T>.Of(Network, Loss, Data, Threads, hasNoise: true);

        public ITrainingModel<T> AsTrained() => NetworkModel<T>.Of(Network, Loss, Data, 1);

        /// <summary>The same numbers in double.</summary>
        public Case<double> InDouble() => new(
            Number,
            Network.WithPrecision(NetworkPrecision.Double),
            Loss,
            new TrainingData<double>
            {
                Inputs = Array.ConvertAll(Data.Inputs, double.CreateTruncating),
                Targets = Data.Targets is null ? null : Array.ConvertAll(Data.Targets, double.CreateTruncating),
                Classes = Data.Classes,
                RowCount = Data.RowCount,
                InputSize = Data.InputSize,
                OutputSize = Data.OutputSize,
            },
            Order,
            Threads);

        public (double Loss, T[] Gradient) Gradient(ITrainingModel<T> model, double input, double dropout)
        {
            var gradient = new T[Network.ParameterCount];
            var noise = input + dropout > 0 ? new BatchNoise(new RandomSource(Number), input, dropout) : null;
            return (model.Gradient(Network.FlatParameters<T>(), Order, gradient, noise, Token), gradient);
        }
    }
}
