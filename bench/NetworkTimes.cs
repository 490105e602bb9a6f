using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PSAutodiff.Data;
using PSAutodiff.Kernels;
using PSAutodiff.Tests;
using PSAutodiff.Training;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Bench;

/// <summary>
/// Training of dense networks against the machine's peak: a loop of multiply-adds on registers alone, run in turn with what is measured.
/// The best of many samples counts for either, since other work on the machine only ever takes away.
/// </summary>
internal static partial class NetworkTimes
{
    private const int Inputs = 784;
    private const int Hidden = 128;
    private const int Outputs = 10;
    private const int Batch = 128;
    private const int Rows = 8192;
    private const int PeakSteps = 200_000;

    // Forward, weight gradients, and the gradient with respect to the hidden layer.
    private const double StepWork = 2.0 * Batch * ((2 * Inputs * Hidden) + (3 * Hidden * Outputs));

    private static double _sink;

    public static int Run()
    {
        Console.WriteLine("| what | time | GFLOP/s | of one core's peak | bar |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        Console.WriteLine($"| one core's peak, single | | {PeakRate<float>(Best(static () => Peak<float>(PeakSteps), Nothing).First) / 1e9:f1} | | |");
        Console.WriteLine($"| one core's peak, double | | {PeakRate<double>(Best(static () => Peak<double>(PeakSteps), Nothing).First) / 1e9:f1} | | |");
        Products<float>("single");
        Products<double>("double");
        var single = AgainstPeak<float>($"a training step of 784-128-10, batch of {Batch}, single", StepWork, "65 %", Step<float>(1));
        var wide = AgainstPeak<double>($"a training step of 784-128-10, batch of {Batch}, double", StepWork, "65 %", Step<double>(1));
        Console.WriteLine($"| the rate in double by that in single | | | {single / wide:f3} | 0.5 |");
        var (one, two) = Best(Step<float>(1), Step<float>(2), seconds: 5);
        Console.WriteLine($"| the step in single on two threads against one | {two * 1e3:f3} ms | {StepWork / two / 1e9:f1} | {one / two:f2} x faster | 1.7 |");
        var (alone, both) = Best(static () => Peak<float>(PeakSteps), PeakTwice);
        Console.WriteLine($"| two loops on registers alone, which share nothing, on two threads against one | | | {2 * alone / both:f2} x faster | |");
        Memory();
        Xor();
        return 0;

        static void Nothing()
        {
        }
    }

    /// <summary>How much faster two threads are than one here, when they share nothing but the machine: a median.</summary>
    public static double SpeedupOfTwoThreads()
    {
        var (alone, both) = Timing.Compare(static () => Peak<float>(PeakSteps), PeakTwice);
        return 2 * alone / both;
    }

    private static void PeakTwice() => Parallel.Invoke(static () => Peak<float>(PeakSteps), static () => Peak<float>(PeakSteps));

    // A whole step: loss, gradient and new parameters, on rows in random order.
    private static Action Steps<T>(ITrainingModel<T> model, T[] parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var update = new TrainingUpdate<T>(new TrainingOptions { LearningRate = 0.01 }, parameters.Length, model.IsDecayed);
        var gradient = new T[parameters.Length];
        var to = new T[parameters.Length];
        var order = Enumerable.Range(0, Rows).ToArray();
        new RandomSource(2).Shuffle(order);
        var next = 0;
        return () =>
        {
            model.Gradient(parameters, order.AsSpan(next, Batch), gradient, null, default);
            update.Step(1, parameters, gradient, to, model.Team);
            (parameters, to) = (to, parameters);
            next = (next + Batch) % Rows;
        };
    }

    private static Action Step<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (network, data) = Made<T>();
        return Steps(NetworkModel<T>.Of(network, LossFunction.CategoricalCrossEntropy, data, threads), network.FlatParameters<T>());
    }

    // The network as a loss of arrays.
    private static Action FormulaStep<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string loss = "x: [784]; W: [784, 128]; b: [128]; V: [128, 10]; c: [10]; z = tanh(x @ W + b) @ V + c; logsumexp(z) - take(z, y)";
        var (network, data) = Made<double>();
        var program = new LossProgram(ExprNode.Parse(loss), ["x", "y"], ["W", "b", "V", "c"], default, typeof(T) == typeof(float));
        double[][] rows = [.. Enumerable.Range(0, Rows).Select(row => (double[])[.. data.Inputs.AsSpan(row * Inputs, Inputs), data.Classes![row]])];
        return Steps(new ArrayLossModel<T>(program, rows, threads), network.FlatParameters<T>());
    }

    /// <summary>
    /// Steps of networks of many sizes against backpropagation that is written by hand, with the derivatives of tanh and sigmoid that it had when it
    /// trained networks, before they were expressions.
    /// </summary>
    public static int Duel()
    {
        Console.WriteLine("| a step | by hand | as trained | rows/s by those by hand |");
        Console.WriteLine("|---|---:|---:|---:|");
        var tanh = ActivationFunction.Tanh;
        var relu = ActivationFunction.ReLU;
        Row([784, 128, 10], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 128);
        Row([784, 128, 10], [relu, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 32);
        Row([64, 64, 64, 10], [tanh, relu, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 64);
        Row([13, 32, 16, 1], [relu, relu, ActivationFunction.Linear], LossFunction.MeanSquaredError, 32);
        Row([4, 16, 3], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 150);
        Row([4, 16, 3], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 16);
        Row([4, 16, 3], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 1);
        Row([4, 8, 3], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 4);
        Row([4, 8, 3], [tanh, ActivationFunction.Softmax], LossFunction.CategoricalCrossEntropy, 32);
        Row([8, 8, 1], [ActivationFunction.Sigmoid, ActivationFunction.Sigmoid], LossFunction.BinaryCrossEntropy, 8);
        Row([2, 2, 1], [tanh, ActivationFunction.Sigmoid], LossFunction.BinaryCrossEntropy, 4);
        Row([2, 2, 1], [tanh, ActivationFunction.Sigmoid], LossFunction.BinaryCrossEntropy, 1);
        Row([2, 2, 1], [tanh, ActivationFunction.Sigmoid], LossFunction.BinaryCrossEntropy, 1024);
        return 0;

        static void Row(int[] sizes, ActivationFunction[] activations, LossFunction loss, int batch)
        {
            Duel<double>(sizes, activations, loss, batch, 1);
            Duel<float>(sizes, activations, loss, batch, 1);
            if (batch > 16) Duel<double>(sizes, activations, loss, batch, 2);
            if (batch > 16) Duel<float>(sizes, activations, loss, batch, 2);
        }
    }

    private static void Duel<T>(int[] sizes, ActivationFunction[] activations, LossFunction loss, int batch, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(2);
        var network = Network.Create(sizes[0], [.. sizes[1..].Zip(activations)], NetworkInitializer.GlorotUniform, 2, typeof(T) == typeof(float) ? NetworkPrecision.Single : NetworkPrecision.Double);
        var rows = Math.Max(1024, batch);
        var data = new TrainingData<T> { Inputs = Draw<T>(random, rows * sizes[0]), Classes = loss == LossFunction.MeanSquaredError ? null : [.. Enumerable.Range(0, rows).Select(_ => random.Next(Math.Max(2, sizes[^1])))], Targets = loss == LossFunction.MeanSquaredError ? Draw<T>(random, rows * sizes[^1]) : null, RowCount = rows, InputSize = sizes[0], OutputSize = sizes[^1] };
        var order = Enumerable.Range(0, rows).ToArray();
        var steps = Math.Max(1, (int)(2e5 / batch / Math.Max(20, network.ParameterCount)));
        var (byHand, trained) = Best(Steps(new DenseModel<T>(network, loss, data, threads, OldSlopes<T>.For)), Steps(NetworkModel<T>.Of(network, loss, data, threads)), seconds: 0.8);
        Console.WriteLine($"| {network}, batch of {batch}, {typeof(T).Name}, {threads} thread(s) | {byHand / steps * 1e6:f2} us | {trained / steps * 1e6:f2} us | {byHand / trained:p1} |");

        Action Steps(ITrainingModel<T> model)
        {
            var parameters = network.FlatParameters<T>();
            var gradient = new T[parameters.Length];
            var next = 0;
            return () =>
            {
                for (var i = 0; i < steps; i++)
                {
                    model.Gradient(parameters, order.AsSpan(next, batch), gradient, null, default);
                    next = next + (2 * batch) > rows ? 0 : next + batch;
                }
            };
        }
    }

    // What the model holds beside the data once it has gone through all rows at once.
    private static void Memory()
    {
        var (network, data) = Made<float>();
        var parameters = network.FlatParameters<float>();
        var gradient = new float[parameters.Length];
        var order = Enumerable.Range(0, Rows).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var model = NetworkModel<float>.Of(network, LossFunction.CategoricalCrossEntropy, data, 2);
        model.Gradient(parameters, order, gradient, null, default);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(model);
        var size = sizeof(float) * data.Inputs.LongLength;
        Console.WriteLine($"| memory beside {size >> 20} MB of data | | | {held >> 10} kB, {(double)held / size:p0} | 200 % |");
    }

    private static (Network Network, TrainingData<T> Data) Made<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(2);
        var network = new Network([Layer(random, Inputs, Hidden, ActivationFunction.Tanh), Layer(random, Hidden, Outputs, ActivationFunction.Softmax)]);
        return (network, new TrainingData<T>
        {
            Inputs = Draw<T>(random, Rows * Inputs),
            Classes = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(Outputs))],
            RowCount = Rows,
            InputSize = Inputs,
            OutputSize = Outputs,
        });
    }

    // The whole run: checks, training, result.
    public static void Xor()
    {
        var random = new Random(3);
        var network = new Network([Layer(random, 2, 2, ActivationFunction.Tanh), Layer(random, 2, 1, ActivationFunction.Sigmoid)]);
        var inputs = new double[,] { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } };
        var targets = new double[,] { { 0 }, { 1 }, { 1 }, { 0 } };
        var options = new TrainingOptions { Epochs = 250, BatchSize = 4, LearningRate = 0.25 };
        var time = Timing.Measure(() => NetworkTraining.Run(network, inputs, targets, null, options));
        Console.WriteLine($"| training of XOR, 2-2-1, 250 full-batch steps | {time * 1e3:f3} ms | | | 2 ms |");
    }

    private static NetworkLayer Layer(Random random, int inputs, int outputs, ActivationFunction activation)
    {
        var weights = new double[inputs, outputs];
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < outputs; j++) weights[i, j] = ((2 * random.NextDouble()) - 1) * Math.Sqrt(6.0 / (inputs + outputs));
        }

        return new NetworkLayer(weights, new double[outputs], activation);
    }

    private static void Products<T>(string precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(1);
        var x = Draw<T>(random, Batch * Inputs);
        var w = Draw<T>(random, Inputs * Hidden);
        var y = new T[Batch * Hidden];
        var packed = new T[MatrixProduct.PackedLength<T>(Inputs, Hidden)];
        var deltas = new T[MatrixProduct.PackedLength<T>(Batch, Hidden)];
        var scratch = new T[MatrixProduct.ScratchLength(Inputs)];
        var gradient = new T[Inputs * Hidden];
        const double work = 2.0 * Batch * Inputs * Hidden;
        MatrixProduct.Pack<T>(w, Inputs, Hidden, packed, Inputs, 0);
        MatrixProduct.Pack<T>(Draw<T>(random, Batch * Hidden), Batch, Hidden, deltas, Batch, 0);
        AgainstPeak<T>($"x W, 128 x 784 x 128, {precision}, W packed before", work, "", () => MatrixProduct.Multiply(new MatrixRows<T>(x, Batch, Inputs), packed, Hidden, y, false));
        AgainstPeak<T>($"x W, 128 x 784 x 128, {precision}, packing included", work, "", () =>
        {
            MatrixProduct.Pack<T>(w, Inputs, Hidden, packed, Inputs, 0);
            MatrixProduct.Multiply(new MatrixRows<T>(x, Batch, Inputs), packed, Hidden, y, false);
        });
        AgainstPeak<T>($"x'd, 784 x 128 x 128, {precision}", work, "", () =>
        {
            for (var first = 0; first < Inputs; first += 36)
            {
                var rows = Math.Min(36, Inputs - first);
                MatrixProduct.MultiplyTransposed(new MatrixRows<T>(x, Batch, Inputs), first, rows, deltas, Hidden, gradient.AsSpan(first * Hidden, rows * Hidden), false, scratch);
            }
        });
    }

    private static double AgainstPeak<T>(string what, double work, string bar, Action action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (time, peak) = Best(action, static () => Peak<T>(PeakSteps));
        Console.WriteLine($"| {what} | {time * 1e3:f3} ms | {work / time / 1e9:f1} | {work / time / PeakRate<T>(peak):p1} | {bar} |");
        return time;
    }

    private static double PeakRate<T>(double seconds)
        where T : unmanaged => 2.0 * PeakSteps * 12 * Vector256<T>.Count / seconds;

    // The least time of a call of each, over samples in turn.
    private static (double First, double Second) Best(Action first, Action second, double seconds = 1.5)
    {
        var (a, b) = (double.PositiveInfinity, double.PositiveInfinity);
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed.TotalSeconds < seconds || i < 20; i++)
        {
            for (var j = 0; j < 5; j++) a = Math.Min(a, Timing.Once(first));
            for (var j = 0; j < 5; j++) b = Math.Min(b, Timing.Once(second));
        }

        return (a, b);
    }

    // Twelve independent chains of multiply-adds.
    private static void Peak<T>(int steps)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) _sink += SinglePeak(steps);
        else _sink += DoublePeak(steps);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float SinglePeak(int steps)
    {
        var (x, y) = (Vector256.Create(0.999f), Vector256.Create(0.001f));
        var (a, b, c, d, e, f) = (x, y, x, y, x, y);
        var (g, h, i, j, k, l) = (x, y, x, y, x, y);
        for (var step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static double DoublePeak(int steps)
    {
        var (x, y) = (Vector256.Create(0.999), Vector256.Create(0.001));
        var (a, b, c, d, e, f) = (x, y, x, y, x, y);
        var (g, h, i, j, k, l) = (x, y, x, y, x, y);
        for (var step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static T[] Draw<T>(Random random, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var numbers = new T[count];
        for (var i = 0; i < count; i++) numbers[i] = T.CreateTruncating((2 * random.NextDouble()) - 1);
        return numbers;
    }
}
