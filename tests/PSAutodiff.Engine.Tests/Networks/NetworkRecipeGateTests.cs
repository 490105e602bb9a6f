using System.Numerics;

using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Training;
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
/// expressions are nearer than those by hand, and losses as near. Small networks are trained as numbers, in double in either precision, with the bits of arrays.
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
                var byHand = one.Gradient(one.ByHand(), input, dropout);
                AssertSame(byHand, one.Gradient(one.AsArrays(), input, dropout), what);
                if (input == 0) AssertSame(byHand, one.Gradient(one.AsTrained(), input, dropout), $"{what}, as trained");
            }
        }
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    public void Large_batches_have_the_bits_of_backpropagation(int rows)
    {
        foreach (var n in (int[])[1, 5, 6, 7])
        {
            var one = Case<double>.Draw(n, rows);
            AssertSame(one.Gradient(one.ByHand(), 0, 0), one.Gradient(one.AsTrained(), 0, 0), one.What(0, 0));
        }
    }

    [Fact]
    public void Steps_have_the_bits_of_backpropagation()
    {
        for (var n = 0; n < 100; n++)
        {
            var one = Case<double>.Draw(n);
            foreach (var optimizer in (TrainingOptimizer[])[TrainingOptimizer.GradientDescent, TrainingOptimizer.Adam])
            {
                var expected = Steps(one.ByHand(), optimizer);
                var actual = Steps(one.AsTrained(), optimizer);
                for (var i = 0; i < expected.Length; i++) Assert.True(actual[i] == expected[i], $"{one.What(0, 0)}, {optimizer}: {i} is {actual[i]:R}, not {expected[i]:R}");
            }

            // Batches of one row, of three and of all, and the losses before each step.
            double[] Steps(ITrainingModel<double> model, TrainingOptimizer optimizer)
            {
                var (parameters, moved, losses) = (one.Network.FlatParameters<double>(), new double[one.Network.ParameterCount], new List<double>());
                var update = new TrainingUpdate<double>(new TrainingOptions { LearningRate = 0.05, Optimizer = optimizer }, parameters.Length, model.IsDecayed);
                var gradient = new double[parameters.Length];
                for (var step = 1; step <= 20; step++)
                {
                    var first = step % one.Order.Length;
                    var rows = one.Order.AsSpan(first, Math.Min(step % 3 == 0 ? one.Order.Length : (step % 2) + (step % 3), one.Order.Length - first));
                    losses.Add(model.Gradient(parameters, rows, gradient, null, Token));
                    update.Step(step, parameters, gradient, moved, null);
                    (parameters, moved) = (moved, parameters);
                }

                if (model is not IDescentModel<double> { Descends: true } descending) return [.. Descent(model, parameters), .. losses];
                var last = new double[one.Order.Length];
                Assert.Equal(last.Length, descending.Descend(parameters, one.Order, 0.05, 1, last));
                return [.. parameters, .. last, .. losses];
            }

            // Plain steps on a row each.
            double[] Descent(ITrainingModel<double> model, double[] parameters)
            {
                var (gradient, last) = (new double[parameters.Length], new List<double>());
                foreach (var row in one.Order)
                {
                    last.Add(model.Gradient(parameters, [row], gradient, null, Token));
                    for (var i = 0; i < parameters.Length; i++) parameters[i] -= 0.05 * gradient[i];
                }

                return [.. parameters, .. last];
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
                var trained = one.AsTrained();
                (loss, gradient) = one.Gradient(trained, input, dropout);
                AssertNear(1e-6, trueLoss, truth, loss, gradient, $"{what}, as trained");

                // Small ones are computed in double.
                if (trained is RoundedModel) AssertSame((trueLoss, Array.ConvertAll(truth, static x => (double)(float)x)), (loss, Array.ConvertAll(gradient, static x => (double)x)), $"{what}, as trained");
            }
        }

        Assert.True(squares <= squaresByHand, $"Derivatives are {Math.Sqrt(squares / (3 * Networks))} off the truth, by hand {Math.Sqrt(squaresByHand / (3 * Networks))}.");

        // Of losses, which are sums in double of either, neither is nearer.
        Assert.True(squaresOfLosses <= 1.01 * squaresByHandOfLosses, $"Losses are {Math.Sqrt(squaresOfLosses / (3 * Networks))} off the truth, by hand {Math.Sqrt(squaresByHandOfLosses / (3 * Networks))}.");

        static double Square(double x) => x * x;
    }

    private static void AssertSame((double Loss, double[] Gradient) expected, (double Loss, double[] Gradient) actual, string what)
    {
        Assert.True(actual.Loss == expected.Loss, $"{what}: the loss is {actual.Loss:R}, not {expected.Loss:R}");
        for (var i = 0; i < expected.Gradient.Length; i++) Assert.True(actual.Gradient[i] == expected.Gradient[i], $"{what}: derivative {i} is {actual.Gradient[i]:R}, not {expected.Gradient[i]:R}");
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

        public static Case<T> Draw(int number, int? rowCount = null)
        {
            var random = new Random(number);
            int[] sizes = [.. Enumerable.Range(0, 2 + random.Next(6)).Select(_ => 1 + random.Next(random.Next(4) == 0 ? 60 : 9))];
            var activations = sizes[1..].Select(_ => (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length)).ToArray();
            var network = Network.Create(sizes[0], [.. sizes[1..].Zip(activations)], NetworkInitializer.GlorotUniform, number, typeof(T) == typeof(float) ? NetworkPrecision.Single : NetworkPrecision.Double);
            if (random.Next(4) == 0 && sizes[1..].All(static size => size > 1)) network = NetworkPruning.Prune(network, null, 0.1);
            LossFunction[] losses = activations[^1] is ActivationFunction.Sigmoid or ActivationFunction.Softmax ? Enum.GetValues<LossFunction>() : [LossFunction.MeanSquaredError, LossFunction.HalfSquaredError];
            var loss = losses[random.Next(losses.Length)];
            var drawn = random.Next(2) == 0 ? 1 << random.Next(6) : 1 + random.Next(70);
            var rows = rowCount ?? drawn;
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
