using PSAutodiff.Training;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What trainings of losses with arrays allocate: no product of a row that is only summed, and nothing once they run.</summary>
public sealed class ArrayTrainingMemoryTests
{
    private const int Inputs = 300;
    private const int Outputs = 200;
    private const int Rows = 128;

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void Neither_the_loss_nor_the_gradient_of_a_batch_keeps_an_outer_product_for_each_row(NetworkPrecision precision)
    {
        var isNarrow = precision == NetworkPrecision.Single;
        var program = new LossProgram(ExprNode.Parse("x: [300]; y: [200]; W: [300, 200]; b: [200]; sum((tanh(x @ W + b) - y)^2)"), ["x", "y"], ["W", "b"], default, isNarrow);
        double[][] rows = [.. Enumerable.Range(0, Rows).Select(static row => Enumerable.Range(0, Inputs + Outputs).Select(i => Math.Sin((row * 7) + i) / 10).ToArray())];
        int[] batch = [.. Enumerable.Range(0, Rows)];
        long matrix = Inputs * Outputs * (isNarrow ? sizeof(float) : sizeof(double));

        // The gradient, the matrix packed, and what is computed for each row, which is a few vectors; an outer product for each would be 128 matrices.
        var bytes = isNarrow ? Run<float>() : Run<double>();
        Assert.InRange(bytes.First, matrix, 8 * matrix);
        Assert.InRange(bytes.Loss, 0, 8 * matrix);
        Assert.Equal(0, bytes.Later);

        (long First, long Loss, long Later) Run<T>()
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var model = new ArrayLossModel<T>(program, rows, threads: 1);
            var parameters = new T[model.ParameterCount];
            for (var i = 0; i < parameters.Length; i++) parameters[i] = T.CreateTruncating(Math.Cos(i) / 20);
            T[] gradient = [];
            var first = Allocated(() =>
            {
                gradient = new T[model.ParameterCount];
                model.Gradient(parameters, batch, gradient, null, default);
            });
            Assert.Contains(gradient, static element => element != T.Zero);
            var loss = Allocated(() => model.Loss(parameters, batch, default));
            return (first, loss, LaterSteps(() => model.Gradient(parameters, batch, gradient, null, default)) + LaterSteps(() => model.Loss(parameters, batch, default)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_step_on_small_arrays_allocates_nothing(int batchSize)
    {
        var program = new LossProgram(ExprNode.Parse("x: [2]; W: [2, 3]; v: [3]; (tanh(x @ W) @ v - y)^2"), ["x", "y"], ["W", "v"], default);
        Assert.Null(program.Rows);
        double[][] rows = [.. Enumerable.Range(0, batchSize).Select(static row => new[] { Math.Sin(row), Math.Cos(row), row % 2 })];
        var model = new LossModel(program, rows, threads: 1);
        var parameters = new double[model.ParameterCount];
        Array.Fill(parameters, 0.3);
        var gradient = new double[model.ParameterCount];
        int[] batch = [.. Enumerable.Range(0, batchSize)];
        Assert.Equal(0, LaterSteps(() => model.Gradient(parameters, batch, gradient, null, default)));
        Assert.Contains(gradient, static element => element != 0);
    }

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void A_training_holds_the_data_three_times_at_most(NetworkPrecision precision)
    {
        // As they are given, in the order and precision of the loss, and what a run needs beside them.
        const int columns = 100;
        double[][] rows = [.. Enumerable.Range(0, 20_000).Select(static row => Enumerable.Range(0, columns + 1).Select(i => Math.Sin((row * 7) + i)).ToArray())];
        long data = rows.Length * (columns + 1) * sizeof(double);
        var training = new LossTraining(ExprNode.Parse($"x: [{columns}]; W: [{columns}, 4]; v: [4]; (tanh(x @ W) @ v - y)^2"), ["x", "y"], ["W", "v"], precision);
        var start = new double[(columns * 4) + 4];
        Array.Fill(start, 0.01);
        Train(1);
        var bytes = Allocated(() => Train(3));
        Assert.InRange(bytes, data / (precision == NetworkPrecision.Single ? 2 : 1), 2 * data);

        void Train(int epochs)
        {
            var result = training.Run(start, rows, null, new TrainingOptions { Epochs = epochs, BatchSize = 128, Optimizer = TrainingOptimizer.Adam, LearningRate = 0.01, Threads = 1 });
            Assert.Equal(epochs, result.Epochs);
        }
    }

    [Theory]
    [InlineData(TrainingOptimizer.GradientDescent)]
    [InlineData(TrainingOptimizer.Momentum)]
    [InlineData(TrainingOptimizer.Nesterov)]
    [InlineData(TrainingOptimizer.RMSProp)]
    [InlineData(TrainingOptimizer.Adam)]
    [InlineData(TrainingOptimizer.AdamW)]
    public void A_whole_step_of_two_threads_allocates_nothing(TrainingOptimizer optimizer)
    {
        var program = new LossProgram(ExprNode.Parse("x: [300]; y: [200]; W: [300, 200]; b: [200]; sum((tanh(x @ W + b) - y)^2)"), ["x", "y"], ["W", "b"], default);
        double[][] rows = [.. Enumerable.Range(0, Rows).Select(static row => Enumerable.Range(0, Inputs + Outputs).Select(i => Math.Sin((row * 7) + i) / 10).ToArray())];
        int[] batch = [.. Enumerable.Range(0, Rows)];
        var model = new ArrayLossModel<double>(program, rows, threads: 2);
        var (from, to, gradient) = (new double[model.ParameterCount], new double[model.ParameterCount], new double[model.ParameterCount]);
        Array.Fill(from, 0.01);
        var update = new TrainingUpdate<double>(new TrainingOptions { Optimizer = optimizer, LearningRate = 1e-3, WeightDecay = 1e-4 }, from.Length, model.IsDecayed);
        Assert.Equal(0, LaterSteps(() =>
        {
            model.Gradient(from, batch, gradient, null, default);
            Assert.True(update.Step(1, from, gradient, to, model.Team));
            (from, to) = (to, from);
        }));
    }

    // Until machine code is there, which another thread makes, and the runtime has optimized what is called.
    private static long LaterSteps(Action step)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            for (var i = 0; i < 20; i++) step();
            var bytes = Allocated(() =>
            {
                for (var i = 0; i < 10; i++) step();
            });
            if (bytes == 0 || clock.Elapsed.TotalSeconds > 5) return bytes;
        }
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
