using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Networks;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The loss of networks and its gradient against expressions of numbers, differences and formulas; their bits; noise.</summary>
public sealed class NetworkModelTests
{
    private static readonly double[] OneRow = [0.5, -1.5, 2];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Loss_and_gradient_equal_those_of_the_expression() => RandomNetwork.Check(150, static random =>
    {
        var parameters = random.Parameters;
        string[] names = [.. random.Network.Layout.Names()];
        var expression = random.Expression();
        var compiled = CompiledExpression.Compile([expression, .. expression.Differentiate(names, DifferentiationMode.Reverse)], names);
        var expected = new double[compiled.OutputCount];
        compiled.Evaluate(parameters, expected);

        var actual = new double[parameters.Length];
        var rows = AllRows(random.Rows);
        var loss = random.Model<double>().Gradient(parameters, rows, actual, null, Token);
        AssertClose(expected[0], loss, 1e-12 * Math.Max(1, Math.Abs(expected[0])), "loss");
        var size = expected.Skip(1).Max(Math.Abs);
        for (var i = 0; i < actual.Length; i++) AssertClose(expected[i + 1], actual[i], 1e-12 * size, names[i]);
        Assert.Equal(loss, random.Model<double>().Loss(parameters, rows, Token));
    });

    [Fact]
    public void The_gradient_equals_central_differences() => RandomNetwork.Check(40, static random =>
    {
        const double epsilon = 1e-6;
        var parameters = random.Parameters;
        var gradient = new double[parameters.Length];
        var rows = AllRows(random.Rows);
        var model = random.Model<double>();
        var loss = model.Gradient(parameters, rows, gradient, null, Token);
        for (var i = 0; i < parameters.Length; i++)
        {
            var (up, down) = (parameters.ToArray(), parameters.ToArray());
            up[i] += epsilon;
            down[i] -= epsilon;
            var (right, left) = ((model.Loss(up, rows, Token) - loss) / epsilon, (loss - model.Loss(down, rows, Token)) / epsilon);

            // Two slopes mean a kink of a ReLU in between: the derivative is one of them, or a mean when rows differ.
            if (Math.Abs(right - left) > 1e-3) Assert.InRange(gradient[i], Math.Min(left, right) - 1e-4, Math.Max(left, right) + 1e-4);
            else AssertClose((right + left) / 2, gradient[i], 1e-7, "derivative");
        }
    });

    [Fact]
    public void Singles_are_close_to_doubles() => RandomNetwork.Check(100, static random =>
    {
        var parameters = random.Parameters;
        var (wide, narrow) = (new double[parameters.Length], new float[parameters.Length]);
        var rows = AllRows(random.Rows);
        var loss = random.Model<double>().Gradient(parameters, rows, wide, null, Token);
        var rounded = random.Model<float>().Gradient(RandomNetwork.As<float>(parameters), rows, narrow, null, Token);
        AssertClose(loss, rounded, 1e-4 * Math.Max(1, loss), "loss");
        var size = Math.Max(1, wide.Max(Math.Abs));
        for (var i = 0; i < wide.Length; i++) AssertClose(wide[i], narrow[i], 1e-4 * size, "derivative");
    });

    [Fact]
    public void One_hidden_layer_has_the_gradient_derived_by_hand()
    {
        var random = new Random(4);
        var (w1, w2) = (Draw(random, 20), Draw(random, 5));
        var network = new Network([Layer(4, 5, ActivationFunction.Sigmoid, [.. w1, .. new double[5]]), Layer(5, 1, ActivationFunction.Sigmoid, [.. w2, 0])]);
        var (x0, y) = (Draw(random, 4), 0.3);
        var x1 = Enumerable.Range(0, 5).Select(j => Phi(Enumerable.Range(0, 4).Sum(i => w1[(i * 5) + j] * x0[i]))).ToArray();
        var output = Phi(Enumerable.Range(0, 5).Sum(j => w2[j] * x1[j]));
        var delta2 = (output - y) * output * (1 - output);
        var delta1 = Enumerable.Range(0, 5).Select(j => delta2 * w2[j] * x1[j] * (1 - x1[j])).ToArray();
        double[] expected = [.. x0.SelectMany(x => delta1.Select(d => d * x)), .. delta1, .. x1.Select(x => delta2 * x), delta2];

        var model = NetworkModel<double>.Of(network, LossFunction.HalfSquaredError, new TrainingData<double> { Inputs = x0, Targets = [y], RowCount = 1, InputSize = 4, OutputSize = 1 }, 1);
        var actual = new double[model.ParameterCount];
        var loss = model.Gradient(network.FlatParameters<double>(), [0], actual, null, Token);
        Assert.Equal((output - y) * (output - y) / 2, loss, 1e-15);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-15);

        static double Phi(double x) => 1 / (1 + Math.Exp(-x));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(130)]
    [InlineData(1300)]
    public void Threads_make_no_difference_to_the_bits(int rows)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var (network, data) = Larger<T>(rows);
            var parameters = network.FlatParameters<T>();
            var order = AllRows(rows);
            new Random(1).Shuffle(order);
            var one = new T[parameters.Length];
            var loss = NetworkModel<T>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1).Gradient(parameters, order, one, null, Token);
            var outputs = new DensePrediction<T>(network, 1).Predict(data.Inputs, rows, Token);
            foreach (var threads in new[] { 2, 3, 7 })
            {
                var model = NetworkModel<T>.Of(network, LossFunction.CategoricalCrossEntropy, data, threads);
                for (var repeat = 0; repeat < 3; repeat++)
                {
                    var several = new T[parameters.Length];
                    Assert.Equal(loss, model.Gradient(parameters, order, several, null, Token));
                    AssertBits(one, several);
                    Assert.Equal(loss, model.Loss(parameters, order, Token));
                }

                AssertBits(outputs, new DensePrediction<T>(network, threads).Predict(data.Inputs, rows, Token));
            }
        }
    }

    [Fact]
    public void Noise_is_the_same_for_any_number_of_threads_and_pieces()
    {
        const int rows = 700;
        var (network, data) = Larger<double>(rows);
        var parameters = network.FlatParameters<double>();
        var order = AllRows(rows);
        var (one, three) = (new double[parameters.Length], new double[parameters.Length]);
        var loss = NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1, hasNoise: true).Gradient(parameters, order, one, Noise(), Token);
        Assert.Equal(loss, NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, data, 3, hasNoise: true).Gradient(parameters, order, three, Noise(), Token));
        AssertBits(one, three);
        var quiet = NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1, hasNoise: true).Loss(parameters, order, Token);
        Assert.NotEqual(quiet, loss);
        AssertClose(quiet, loss, 0.2, "loss");

        // Seventy rows by ten are the same as all at once.
        var noise = Noise();
        var (sum, part) = (new double[parameters.Length], new double[parameters.Length]);
        var model = NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1, hasNoise: true);
        for (var i = 0; i < rows; i += 70)
        {
            model.Gradient(parameters, order.AsSpan(i, 70), part, noise, Token);
            for (var j = 0; j < sum.Length; j++) sum[j] += part[j] / 10;
        }

        for (var j = 0; j < sum.Length; j++) AssertClose(one[j], sum[j], 1e-13, "derivative");

        static BatchNoise Noise() => new(new RandomSource(5), 0.1, 0.2);
    }

    [Fact]
    public void Classes_stand_for_ones_among_zeros()
    {
        var (network, data) = Larger<double>(20);
        var targets = new double[20 * 10];
        for (var i = 0; i < 20; i++) targets[(i * 10) + data.Classes![i]] = 1;
        var dense = new TrainingData<double> { Inputs = data.Inputs, Targets = targets, RowCount = 20, InputSize = data.InputSize, OutputSize = 10 };
        var parameters = network.FlatParameters<double>();
        var (a, b) = (new double[parameters.Length], new double[parameters.Length]);
        var loss = NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1).Gradient(parameters, AllRows(20), a, null, Token);
        Assert.Equal(loss, NetworkModel<double>.Of(network, LossFunction.CategoricalCrossEntropy, dense, 1).Gradient(parameters, AllRows(20), b, null, Token));
        AssertBits(a, b);
    }

    [Fact]
    public void Two_classes_need_a_single_output()
    {
        var network = new Network([Layer(1, 1, ActivationFunction.Sigmoid, [2, 0.5])]);
        var data = new TrainingData<double> { Inputs = [1, -1], Classes = [1, 0], RowCount = 2, InputSize = 1, OutputSize = 1 };
        var model = NetworkModel<double>.Of(network, LossFunction.BinaryCrossEntropy, data, 1);
        var expected = (Math.Log(1 + Math.Exp(-2.5)) + Math.Log(1 + Math.Exp(-1.5))) / 2;
        Assert.Equal(expected, model.Loss([2, 0.5], [0, 1], Token), 1e-15);
    }

    [Theory]
    [InlineData(ActivationFunction.Sigmoid, LossFunction.BinaryCrossEntropy)]
    [InlineData(ActivationFunction.Softmax, LossFunction.CategoricalCrossEntropy)]
    public void Nothing_overflows_at_sums_of_a_thousand(ActivationFunction activation, LossFunction lossFunction)
    {
        var network = new Network([Layer(1, 2, activation, [1000, -1000, 0, 0])]);
        var data = new TrainingData<double> { Inputs = [1, 1], Targets = [1, 0, 0, 1], RowCount = 2, InputSize = 1, OutputSize = 2 };
        var model = NetworkModel<double>.Of(network, lossFunction, data, 1);
        var gradient = new double[4];

        // Right: no loss and no derivative. Wrong: the difference of the sums, or both of them.
        Assert.Equal(0, model.Gradient([1000, -1000, 0, 0], [0], gradient, null, Token));
        Assert.All(gradient, static derivative => Assert.Equal(0, derivative));
        Assert.Equal(2000, model.Gradient([1000, -1000, 0, 0], [1], gradient, null, Token));
        Assert.Equal([1, -1, 1, -1], gradient);
    }

    [Fact]
    public void Weights_are_decayed_and_biases_are_not()
    {
        var network = new Network([Layer(2, 3, ActivationFunction.Tanh, new double[9]), Layer(3, 1, ActivationFunction.Linear, new double[4])]);
        var data = new TrainingData<double> { Inputs = [0, 0], Targets = [0], RowCount = 1, InputSize = 2, OutputSize = 1 };
        var model = NetworkModel<double>.Of(network, LossFunction.HalfSquaredError, data, 1);
        Assert.Equal("WWWWWWbbbWWWb", string.Concat(Enumerable.Range(0, model.ParameterCount).Select(i => model.IsDecayed(i) ? 'W' : 'b')));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.IsDecayed(13));
    }

    [Fact]
    public void Noise_on_the_inputs_of_a_linear_network_is_weight_decay_in_expectation()
    {
        const double deviation = 0.3;
        double[] weights = [0.7, -1.2, 0.4];
        var (mean, error, quiet) = Average(weights, new BatchNoise(new RandomSource(11), deviation, 0));
        for (var i = 0; i < weights.Length; i++) AssertClose(quiet[i] + (deviation * deviation * weights[i]), mean[i], 4 * error[i], "derivative");
        Assert.All(error, static e => Assert.InRange(e, 1e-4, 0.02));
    }

    [Fact]
    public void Gaussian_dropout_adds_the_squares_of_the_inputs_in_expectation()
    {
        const double deviation = 0.3;
        double[] weights = [0.7, -1.2, 0.4];

        // Half the squared error: half of the 2 s^2 x^2 w of the squared error.
        var (mean, error, quiet) = Average(weights, new BatchNoise(new RandomSource(12), 0, deviation));
        for (var i = 0; i < weights.Length; i++) AssertClose(quiet[i] + (deviation * deviation * OneRow[i] * OneRow[i] * weights[i]), mean[i], 4 * error[i], "derivative");
        Assert.All(error, static e => Assert.InRange(e, 1e-4, 0.02));
    }

    [Fact]
    public void Cancellation_ends_a_call()
    {
        var (network, data) = Larger<float>(50);
        using var source = new CancellationTokenSource();
        source.Cancel();
        foreach (var threads in new[] { 1, 2 })
        {
            var model = NetworkModel<float>.Of(network, LossFunction.CategoricalCrossEntropy, data, threads);
            var parameters = network.FlatParameters<float>();
            Assert.Throws<OperationCanceledException>(() => model.Gradient(parameters, AllRows(50), new float[parameters.Length], null, source.Token));
            Assert.Throws<OperationCanceledException>(() => model.Loss(parameters, AllRows(50), source.Token));
            Assert.Throws<OperationCanceledException>(() => new DensePrediction<float>(network, threads).Predict(data.Inputs, 50, source.Token));
        }
    }

    [Fact]
    public void A_step_allocates_nothing_once_it_is_warm()
    {
        var (network, data) = Larger<float>(40);
        var model = NetworkModel<float>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1);
        var parameters = network.FlatParameters<float>();
        var gradient = new float[parameters.Length];
        var rows = AllRows(40);
        model.Gradient(parameters, rows, gradient, null, Token);

        // A collection that another test causes adds what is left of the thread's chunk, so the least of several counts.
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++) model.Gradient(parameters, rows, gradient, null, Token);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
    }

    [Fact]
    public void Copies_for_other_threads_agree()
    {
        var (network, data) = Larger<float>(40);
        var model = NetworkModel<float>.Of(network, LossFunction.CategoricalCrossEntropy, data, 1);
        var parameters = network.FlatParameters<float>();
        var losses = new double[8];
        Threads.Together(losses.Length, i => losses[i] = model.ForAnotherThread().Loss(parameters, AllRows(40), Token));
        Assert.All(losses, loss => Assert.Equal(model.Loss(parameters, AllRows(40), Token), loss));
    }

    [Fact]
    public void Data_that_do_not_fit_are_refused()
    {
        var network = new Network([Layer(2, 1, ActivationFunction.Sigmoid, new double[3])]);
        Refused(new TrainingData<double> { Inputs = [1, 2, 3], Targets = [1], RowCount = 1, InputSize = 3, OutputSize = 1 });
        Refused(new TrainingData<double> { Inputs = [1, 2, 3], Targets = [1], RowCount = 1, InputSize = 2, OutputSize = 1 });
        Refused(new TrainingData<double> { Inputs = [1, 2], Targets = [1, 2], RowCount = 1, InputSize = 2, OutputSize = 1 });
        Refused(new TrainingData<double> { Inputs = [1, 2], RowCount = 1, InputSize = 2, OutputSize = 1 });
        Refused(new TrainingData<double> { Inputs = [1, 2], Classes = [2], RowCount = 1, InputSize = 2, OutputSize = 1 });
        Refused(new TrainingData<double> { Inputs = [1, 2], Classes = [-1], RowCount = 1, InputSize = 2, OutputSize = 1 });

        void Refused(TrainingData<double> data) => Assert.Throws<ArgumentException>(() => NetworkModel<double>.Of(network, LossFunction.BinaryCrossEntropy, data, 1));
    }

    // The mean of many gradients of a linear network on one row, its standard error, and the gradient without noise.
    private static (double[] Mean, double[] Error, double[] Quiet) Average(double[] weights, BatchNoise noise)
    {
        const int draws = 100_000;
        double[] parameters = [.. weights, 0.1];
        var network = new Network([Layer(3, 1, ActivationFunction.Linear, parameters)]);
        var model = NetworkModel<double>.Of(network, LossFunction.HalfSquaredError, new TrainingData<double> { Inputs = OneRow, Targets = [1], RowCount = 1, InputSize = 3, OutputSize = 1 }, 1, hasNoise: true);
        var (gradient, quiet, sum, squares) = (new double[4], new double[4], new double[4], new double[4]);
        model.Gradient(parameters, [0], quiet, null, Token);
        for (var i = 0; i < draws; i++)
        {
            model.Gradient(parameters, [0], gradient, noise, Token);
            for (var j = 0; j < gradient.Length; j++)
            {
                sum[j] += gradient[j];
                squares[j] += gradient[j] * gradient[j];
            }
        }

        var mean = Array.ConvertAll(sum, static s => s / draws);
        return (mean, [.. mean.Select((m, j) => Math.Sqrt(((squares[j] / draws) - (m * m)) / draws)).Take(3)], quiet);
    }

    // Some rows of 40 inputs, 30 hidden, of which some pass through softmax, 10 outputs.
    private static (Network Network, TrainingData<T> Data) Larger<T>(int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(8);
        var network = new Network(
        [
            Layer(40, 67, ActivationFunction.Tanh, Draw(random, 41 * 67)),
            Layer(67, 30, ActivationFunction.ReLU, Draw(random, 68 * 30)),
            Layer(30, 10, ActivationFunction.Softmax, Draw(random, 310)),
        ]);
        return (network, new TrainingData<T>
        {
            Inputs = RandomNetwork.As<T>(Draw(random, rows * 40)),
            Classes = [.. Enumerable.Range(0, rows).Select(_ => random.Next(10))],
            RowCount = rows,
            InputSize = 40,
            OutputSize = 10,
        });
    }

    // Weights row by row, then biases.
    private static NetworkLayer Layer(int inputs, int outputs, ActivationFunction activation, double[] parameters)
    {
        var weights = new double[inputs, outputs];
        for (var i = 0; i < inputs * outputs; i++) weights[i / outputs, i % outputs] = parameters[i];
        return new NetworkLayer(weights, parameters[(inputs * outputs)..], activation);
    }

    private static int[] AllRows(int count) => [.. Enumerable.Range(0, count)];

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 0.5 * ((2 * random.NextDouble()) - 1))];

    private static void AssertClose(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, string.Create(CultureInfo.InvariantCulture, $"{what}: {expected} expected, {actual} found"));

    private static void AssertBits<T>(T[] expected, T[] actual)
        where T : unmanaged => Assert.True(MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes<T>(actual)));
}
