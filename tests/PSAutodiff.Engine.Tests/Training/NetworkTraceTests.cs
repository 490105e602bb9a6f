using System.Runtime.InteropServices;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What a batch shows of itself: against plain loops, against the engine's own step, and its derivatives against differences.</summary>
public sealed class NetworkTraceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Sums_outputs_and_deltas_are_those_of_plain_loops() => RandomNetwork.Check(200, static random =>
    {
        var trace = Trace<double>(random);
        var (width, outputs) = (random.Network.InputSize, random.Network.OutputSize);
        for (var row = 0; row < random.Rows; row++)
        {
            var (x, y) = (random.Inputs[(row * width)..((row + 1) * width)], random.Targets[(row * outputs)..((row + 1) * outputs)]);
            var plain = PlainNetwork.Row(random.Network, random.Loss, x, y);
            Assert.Equal(x, trace.X.Row(row));
            Assert.Equal(y, trace.Targets.Row(row));

            // A cross-entropy that is not fused has a floor within its logarithms, which the plain loops do not have: it is compared with the expression below.
            var hasFloor = random.Loss is LossFunction.BinaryCrossEntropy or LossFunction.CategoricalCrossEntropy && !Networks.Losses.Loss.Of(random.Loss).FusesInto(random.Network);
            var size = Math.Max(1, plain.Deltas.SelectMany(static delta => delta).Max(Math.Abs));
            if (!hasFloor) Assert.Equal(PlainNetwork.Loss(random.Loss, plain.Outputs[^1], y), trace.RowLoss[row], 1e-11 * Math.Max(1, trace.RowLoss[row]));
            foreach (var (layer, l) in trace.Layers.Select(static (layer, l) => (layer, l)))
            {
                AssertClose(plain.Sums[l], layer.Z.Row(row), 1e-13, "z");
                AssertClose(plain.Outputs[l + 1], layer.Y.Row(row), 1e-13, "y");
                if (!hasFloor) AssertClose(plain.Deltas[l], [.. layer.Delta.Row(row).Select(delta => delta * random.Rows)], 1e-11 * size, "delta");
            }
        }
    });

    [Fact]
    public void Weight_gradients_are_products_of_inputs_and_deltas() => RandomNetwork.Check(200, static random =>
    {
        var trace = Trace<double>(random);
        var x = trace.X;
        foreach (var layer in trace.Layers)
        {
            Assert.Equal((layer.Inputs, layer.Outputs), (layer.DW.GetLength(0), layer.Db.Length));
            for (var j = 0; j < layer.Outputs; j++)
            {
                for (var i = 0; i < layer.Inputs; i++) AssertSum(Enumerable.Range(0, random.Rows).Select(row => x[row, i] * layer.Delta[row, j]), layer.DW[i, j]);
                AssertSum(Enumerable.Range(0, random.Rows).Select(row => layer.Delta[row, j]), layer.Db[j]);
            }

            x = layer.Y;
        }

        static void AssertSum(IEnumerable<double> terms, double actual)
        {
            // A small network is trained as numbers, which are rounded elsewhere than arrays.
            var all = terms.ToArray();
            Assert.Equal(all.Sum(), actual, 1e-12 * all.Sum(Math.Abs));
        }
    });

    [Fact]
    public void A_step_at_rate_1_takes_away_exactly_the_gradients() => RandomNetwork.Check(100, static random =>
    {
        var (inputs, targets) = (Matrix(random.Inputs, random.Rows), Matrix(random.Targets, random.Rows));
        if (random.Loss == LossFunction.CategoricalCrossEntropy) targets = Matrix(OneHot(random.Rows, random.Network.OutputSize), random.Rows);
        if (!Suits(random)) return;
        Check(random.Network);
        Check(random.Network.WithPrecision(NetworkPrecision.Single));

        void Check(Network network)
        {
            var trace = NetworkTrace.Run(network, inputs, targets, random.Loss);
            var trained = NetworkTraining.Run(network, inputs, targets, random.Loss, new TrainingOptions { LearningRate = 1, Epochs = 1, BatchSize = random.Rows, Seed = 1 }, Token);
            if (trained.StopReason == TrainingStopReason.NotFinite) return;
            Assert.Equal(trained.Loss[0], trace.Loss);
            foreach (var (layer, before, after) in trace.Layers.Zip(network.Layers, trained.Network!.Layers))
            {
                for (var i = 0; i < layer.DW.Length; i++) Assert.Equal(Moved(before.WeightSpan[i], Flat(layer.DW)[i]), after.WeightSpan[i]);
                for (var j = 0; j < layer.Db.Length; j++) Assert.Equal(Moved(before.BiasSpan[j], layer.Db[j]), after.BiasSpan[j]);
            }

            double Moved(double weight, double derivative) => network.Precision == NetworkPrecision.Single ? (float)weight - (float)derivative : weight - derivative;
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(MatrixProduct.TileRows - 1)]
    [InlineData(MatrixProduct.TileRows)]
    [InlineData(RowRun<double>.UsualBlock + 1)]
    [InlineData((16 * RowRun<double>.UsualBlock) + 3)]
    public void Each_row_of_a_large_batch_has_what_it_has_alone(int rows)
    {
        var random = new Random(rows);
        var network = Network.Create(3, [(7, ActivationFunction.Tanh), (5, ActivationFunction.ReLU), (4, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 3, NetworkPrecision.Double);
        var inputs = RandomNetworks.Rows(random, rows, 3).ToMatrix();
        var targets = Matrix(OneHot(rows, 4), rows);
        var trace = NetworkTrace.Run(network, inputs, targets);
        Assert.Equal(rows, trace.Rows);
        Assert.Equal(trace.RowLoss.Average(), trace.Loss, 1e-13);
        Assert.Equal(network.Predict(inputs), trace.Layers[^1].Y);
        foreach (var row in new[] { 0, rows / 2, rows - 1 })
        {
            var alone = NetworkTrace.Run(network, new[] { inputs.Row(row) }.ToMatrix(), new[] { targets.Row(row) }.ToMatrix());
            Assert.Equal(alone.Loss, trace.RowLoss[row], 1e-14);
            foreach (var (one, many) in alone.Layers.Zip(trace.Layers))
            {
                AssertClose(one.Z.Row(0), many.Z.Row(row), 1e-14, "z");
                AssertClose(one.Y.Row(0), many.Y.Row(row), 1e-14, "y");
                AssertClose(one.Delta.Row(0), [.. many.Delta.Row(row).Select(delta => delta * rows)], 1e-13, "delta");
            }
        }
    }

    [Fact]
    public void Singles_are_close_to_doubles() => RandomNetwork.Check(100, static random =>
    {
        var (wide, narrow) = (Trace<double>(random), Trace<float>(random));
        foreach (var (one, other) in wide.Layers.Zip(narrow.Layers))
        {
            var size = Math.Max(1, Flat(one.DW).Max(Math.Abs));
            AssertClose(Flat(one.DW), Flat(other.DW), 1e-4 * size, "dW");
            AssertClose(Flat(one.Z), Flat(other.Z), 1e-3, "z");
        }
    });

    [Fact]
    public void Pruned_weights_have_the_derivative_0_and_are_not_checked()
    {
        var network = Network.FromWeights([new double[,] { { 0, 1 }, { 2, -1 } }, new double[,] { { 1 }, { 0.5 } }], null, [ActivationFunction.Tanh, ActivationFunction.Linear]).WithFrozen([0]);
        double[,] inputs = { { 1, 2 }, { -1, 0.5 } };
        double[,] targets = { { 1 }, { 0 } };
        Assert.Equal(0, NetworkTrace.Run(network, inputs, targets).Layers[0].DW[0, 0]);
        var checks = NetworkDerivatives.Check(network, inputs, targets, cancellation: Token);
        Assert.Equal(["w1_1_2", "w1_2_1", "w1_2_2", "b1_1", "b1_2", "w2_1_1", "w2_2_1", "b2_1"], checks.Select(static check => check.Variable));
        Assert.All(checks, static check => Assert.True(check.Passed));
        var error = Assert.Throws<AutodiffException>(() => NetworkDerivatives.Check(network, inputs, targets, parameters: ["w1_1_1"]));
        Assert.Equal((ErrorIds.VariableUnknown, "The weight 'w1_1_1' was pruned: it stays 0 and has no derivative to check."), (error.ErrorId, error.Message));
    }

    [Fact]
    public void All_derivatives_of_all_activations_and_losses_pass_against_differences() => RandomNetwork.Check(80, static random =>
    {
        var checks = NetworkDerivatives.Check(random.Network, Data(random), random.Loss, 1, null, null, null, null, Token);
        Assert.Equal(random.Network.Layout.Names(), checks.Select(static check => check.Variable));

        // What the expression engine says is a second witness; it is also what a wrong backward pass would not give.
        string[] names = [.. random.Network.Layout.Names()];
        var compiled = CompiledExpression.Compile(random.Expression().Differentiate(names, DifferentiationMode.Reverse), names);
        var expected = new double[names.Length];
        compiled.Evaluate(random.Parameters, expected);
        foreach (var (check, derivative) in checks.Zip(expected))
        {
            Assert.True(check.Passed, check.ToString());
            Assert.Equal(derivative, check.Difference, 1e-6 * Math.Max(1, Math.Abs(derivative)));
        }
    });

    [Fact]
    public void A_tolerance_that_no_difference_keeps_fails_and_the_worst_is_named()
    {
        var network = Network.Create(2, [(2, ActivationFunction.Tanh), (1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        double[,] inputs = { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };
        double[,] targets = { { 0 }, { 1 }, { 1 }, { 0 } };
        Assert.Null(DerivativeCheck.Worst(NetworkDerivatives.Check(network, inputs, targets, cancellation: Token)));
        var checks = NetworkDerivatives.Check(network, inputs, targets, step: 0.1, tolerance: 1e-9, cancellation: Token);
        var worst = DerivativeCheck.Worst(checks);
        Assert.NotNull(worst);
        Assert.Equal(checks.Max(static check => check.Error), worst.Error);
    }

    [Fact]
    public void What_is_no_batch_is_an_error()
    {
        var network = Network.Create(2, [(1, ActivationFunction.Sigmoid)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        Assert.Equal(ErrorIds.RowsMissing, Assert.Throws<AutodiffException>(() => NetworkTrace.Run(network, new double[0, 2], new double[0, 1])).ErrorId);
        Assert.Equal(ErrorIds.LengthMismatch, Assert.Throws<AutodiffException>(() => NetworkTrace.Run(network, new double[1, 3], new double[1, 1])).ErrorId);
        Assert.Equal(ErrorIds.LengthMismatch, Assert.Throws<AutodiffException>(() => NetworkTrace.Run(network, new double[2, 2], new double[1, 1])).ErrorId);
        Assert.Equal(ErrorIds.TargetInvalid, Assert.Throws<AutodiffException>(() => NetworkTrace.Run(network, new double[1, 2], new double[,] { { 2 } })).ErrorId);
        Assert.Equal(ErrorIds.LossFunctionInvalid, Assert.Throws<AutodiffException>(() => NetworkTrace.Run(network, new double[1, 2], new double[1, 1], LossFunction.CategoricalCrossEntropy)).ErrorId);
        Assert.Equal(ErrorIds.VariableUnknown, Assert.Throws<AutodiffException>(() => NetworkDerivatives.Check(network, new double[1, 2], new double[1, 1], parameters: ["w1_1_2"])).ErrorId);
        Assert.Equal(ErrorIds.StepInvalid, Assert.Throws<AutodiffException>(() => NetworkDerivatives.Check(network, new double[1, 2], new double[1, 1], step: 0)).ErrorId);
    }

    private static NetworkTrace Trace<T>(RandomNetwork random)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => NetworkTrace.Run(
        random.Network,
        new TrainingData<T> { Inputs = RandomNetwork.As<T>(random.Inputs), Targets = RandomNetwork.As<T>(random.Targets), RowCount = random.Rows, InputSize = random.Network.InputSize, OutputSize = random.Network.OutputSize },
        random.Loss,
        threads: 2,
        Token);

    private static TrainingData<double> Data(RandomNetwork random) =>
        new() { Inputs = random.Inputs, Targets = random.Targets, RowCount = random.Rows, InputSize = random.Network.InputSize, OutputSize = random.Network.OutputSize };

    // Whether training takes the loss with the last layer and its targets.
    private static bool Suits(RandomNetwork random) => random.Loss switch
    {
        LossFunction.CategoricalCrossEntropy => random.Network.Layers[^1].Activation == ActivationFunction.Softmax && random.Network.OutputSize > 1,
        LossFunction.BinaryCrossEntropy => random.Network.Layers[^1].Activation == ActivationFunction.Sigmoid,
        _ => true,
    };

    private static double[] OneHot(int rows, int classes) => [.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, classes).Select(c => row % classes == c ? 1.0 : 0))];

    private static double[,] Matrix(double[] flat, int rows)
    {
        var matrix = new double[rows, flat.Length / rows];
        flat.CopyTo(MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length));
        return matrix;
    }

    private static double[] Flat(double[,] matrix) => [.. matrix.Cast<double>()];

    private static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{what} {i}: {actual[i]}, not {expected[i]}");
    }
}
