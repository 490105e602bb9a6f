using System.Globalization;
using System.Text;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Losses with matrices and vectors: networks written as the formula of one row are trained as networks are, and what is asked of a training holds for them.</summary>
public sealed class ArrayTrainingTests
{
    /// <summary>Those without weight decay, from which a network's biases are left out.</summary>
    public static TheoryData<string> Names => [.. GoldenTraining.Names.Where(static name => GoldenTraining.Named(name).WeightDecay == 0)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_written_as_a_formula_is_trained_along_the_golden_way(string name)
    {
        var golden = GoldenTraining.Named(name);
        var result = Train(golden, new TrainingOptions());
        Assert.Equal(golden.Steps, result.Steps);
        for (var i = 0; i < golden.Steps; i++) Assert.Equal(golden.BatchLosses[i], result.Loss[i], 1e-9);
        var finish = Flat(result);
        for (var i = 0; i < finish.Length; i++) Assert.Equal(golden.Finish.Flat[i], finish[i], 1e-9);
    }

    [Theory]
    [InlineData("iris-nesterov", 1e-4)]
    [InlineData("xor-tanh", 1e-4)]
    [InlineData("two-sigmoid-outputs-rmsprop", 1e-3)]
    public void In_single_precision_it_stays_near_the_golden_way(string name, double tolerance)
    {
        var golden = GoldenTraining.Named(name);
        var result = Train(golden, new TrainingOptions(), precision: NetworkPrecision.Single);
        for (var i = 0; i < golden.Steps; i++) Assert.Equal(golden.BatchLosses[i], result.Loss[i], tolerance);
        Assert.All(Flat(result), static parameter => Assert.Equal((float)parameter, parameter));
        Assert.NotEqual(Flat(Train(golden, new TrainingOptions())), Flat(result));
    }

    [Fact]
    public void Small_arrays_are_trained_as_the_numbers_that_they_have()
    {
        double[][] rows = [[-1, -1, 0], [-1, 1, 1], [1, -1, 1], [1, 1, 0]];
        double[] start = [0.5, -0.4, 0.3, 0.9, 0.1, -0.2, 0.7, -0.8, 0.05];
        var arrays = new LossTraining(ExprNode.Parse("x: [2]; W: [2, 2]; b: [2]; V: [2, 1]; c: [1]; z = (tanh(x @ W + b) @ V + c)[0]; softplus(z) - y*z"), ["x", "y"], ["W", "b", "V", "c"]);
        var numbers = new LossTraining(
            ExprNode.Parse("h1 = tanh(x1*w11 + x2*w21 + b1); h2 = tanh(x1*w12 + x2*w22 + b2); z = h1*v1 + h2*v2 + c; softplus(z) - y*z"),
            ["x1", "x2", "y"],
            ["w11", "w12", "w21", "w22", "b1", "b2", "v1", "v2", "c"]);
        foreach (var batch in new[] { 1, 3, 4 })
        {
            var options = new TrainingOptions { Epochs = 100, BatchSize = batch, LearningRate = 0.25 };
            var (expected, actual) = (numbers.Run(start, rows, null, options), arrays.Run(start, rows, null, options));
            for (var i = 0; i < expected.Steps; i++) Assert.Equal(expected.Loss[i], actual.Loss[i], 1e-12);
            Assert.Equal((2, 1), (((double[,])actual.Parameters!["V"]!).GetLength(0), ((double[,])actual.Parameters["V"]!).GetLength(1)));
            Assert.Equal((double)expected.Parameters!["v2"]!, ((double[,])actual.Parameters["V"]!)[1, 0], 1e-12);
        }

        // A matrix that is promised to be symmetric, which the numbers alone would not keep so, and what is large, stay arrays.
        Assert.Null(Compiled("x: [2]; W: [2, 2]; x @ W @ x").Rows);
        Assert.NotNull(Compiled("x: [2]; W: [2, 2] symmetric; x @ W @ x + 0*(W @ x)[0]").Rows);
        Assert.NotNull(Compiled("x: [40]; W: [40, 40]; x @ W @ x").Rows);

        static LossProgram Compiled(string loss) => new(ExprNode.Parse(loss), ["x"], ["W"], default);
    }

    [Fact]
    public void A_loss_of_numbers_is_trained_in_single_precision_too()
    {
        double[][] rows = [.. Enumerable.Range(0, 20).Select(static i => (double[])[i / 10.0, (3 * i / 10.0) - 1])];
        var result = new LossTraining(ExprNode.Parse("(y - (a*x + b))^2"), ["x", "y"], ["a", "b"], NetworkPrecision.Single).Run([0, 0], rows, null, new TrainingOptions { Epochs = 500, BatchSize = 20, LearningRate = 0.2 });
        Assert.Equal(3, (double)result.Parameters!["a"]!, 1e-5);
        Assert.Equal(-1, (double)result.Parameters["b"]!, 1e-5);
    }

    [Fact]
    public void Numbers_too_large_for_single_precision_are_named_by_row_and_column()
    {
        var training = new LossTraining(ExprNode.Parse("x: [2]; w: [2]; (y - x @ w)^2"), ["x", "y"], ["w"], NetworkPrecision.Single);
        var options = new TrainingOptions();
        var error = Assert.Throws<AutodiffException>(() => training.Run([0, 0], [[1, 2, 3], [1, -1e39, 3]], [4, 7], options));
        Assert.Equal("ValueNotFinite", error.ErrorId);
        Assert.Contains("Row 7, column 'x[1]': -1E+39 is too large", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<AutodiffException>(() => training.Run([0, 1e300], [[1, 2, 3]], null, options));
        Assert.Contains("The initial value of 'w[1]': 1E+300 is too large", error.Message, StringComparison.Ordinal);

        var overflown = training.Run([1, 1], [[1, 2, 3], [2e38f, 3e38f, 1]], null, options with { LearningRate = 0.01 });
        Assert.Equal(TrainingStopReason.NotFinite, overflown.StopReason);
        Assert.Equal(2, overflown.FailedStep!.Sample);
    }

    [Fact]
    public void Columns_are_named_as_the_data_name_them()
    {
        var training = new LossTraining(ExprNode.Parse("x: [2]; w: [2]; (y - x @ w)^2"), ["x", "y"], ["w"], NetworkPrecision.Single) { ColumnNames = ["width", "height", "y"] };
        var error = Assert.Throws<AutodiffException>(() => training.Run([0, 0], [[1, 2, 3], [1, -1e39, 3]], null, new TrainingOptions()));
        Assert.StartsWith("Row 2, column 'height': ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("W: [6, 40]; sum((take(W, 2*k) - y)^2)", 240, 1, 1)]
    [InlineData("W: [6, 40]; sum((take(W, 2*k) - y)^2)", 240, 7, 1)]
    [InlineData("W: [6, 40]; sum((take(W, 2*k) - y)^2)", 240, 40, 1)]
    [InlineData("W: [6, 40]; sum((take(W, 2*k) - y)^2)", 240, 40, 2)]
    [InlineData("W: [60]; (y - W[:6] @ scatter([1], [2*k], 6))^2 + sum(W^2)", 60, 40, 1)]
    public void A_computed_index_that_chooses_nothing_is_told_with_its_row(string loss, int length, int batchSize, int threads)
    {
        double[][] rows = [.. Enumerable.Range(0, 40).Select(static row => new[] { row == 29 ? 0.75 : row % 3, 1.0 })];
        var options = new TrainingOptions { Epochs = 2, BatchSize = batchSize, LearningRate = 0.001, Threads = threads };
        var training = new LossTraining(ExprNode.Parse(loss), ["k", "y"], ["W"]);
        var error = Assert.ThrowsAny<AutodiffException>(() => training.Run(new double[length], rows, null, options));
        Assert.Equal("IndexInvalid", error.ErrorId);
        Assert.StartsWith("Row 30: 'take' and 'scatter' choose by whole numbers from 0 to 5 here, not by 1.5.", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<AutodiffException>(() => training.Run(new double[length], rows, [.. Enumerable.Range(100, 40)], options));
        Assert.StartsWith("Row 129: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("W: [20, 30]; (y - sum(exp(k*W)))^2", 600)]
    [InlineData("(y - exp(k*w))^2", 1)]
    public void A_row_that_overflows_in_a_batch_is_named(string loss, int length)
    {
        double[][] rows = [.. Enumerable.Range(0, 40).Select(static row => new[] { row == 29 ? 1e200 : 1.0, 1.0 })];
        var training = new LossTraining(ExprNode.Parse(loss), ["k", "y"], [length == 1 ? "w" : "W"]);
        double[] start = [.. Enumerable.Repeat(0.5, length)];
        var options = new TrainingOptions { BatchSize = 40, LearningRate = 0.001 };
        Assert.Equal(30, training.Run(start, rows, null, options).FailedStep!.Sample);
        Assert.Equal(129, training.Run(start, rows, [.. Enumerable.Range(100, 40)], options).FailedStep!.Sample);

        // Where all rows do, none is to blame.
        foreach (var row in rows) row[0] = 1e200;
        Assert.Null(training.Run(start, rows, null, options).FailedStep!.Sample);
    }

    [Fact]
    public void The_parameters_of_a_result_have_their_shapes()
    {
        var parameters = Train(GoldenTraining.Named("iris-nesterov"), new TrainingOptions()).Parameters!;
        Assert.Equal(["W0", "b0", "W1", "b1"], parameters.Keys.Cast<string>());
        Assert.Equal((4, 4), (((double[,])parameters["W0"]!).GetLength(0), ((double[,])parameters["W0"]!).GetLength(1)));
        Assert.Equal(3, ((double[])parameters["b1"]!).Length);
    }

    [Fact]
    public void Threads_make_no_difference()
    {
        var random = new Random(5);
        double[][] rows = [.. Enumerable.Range(0, 700).Select(_ => Enumerable.Range(0, 41).Select(_ => random.NextDouble() - 0.5).ToArray())];
        const string loss = "x: [40]; W: [40, 60]; V: [60, 30]; v: [30]; (y - tanh(tanh(x @ W) @ V) @ v)^2";
        var training = new LossTraining(ExprNode.Parse(loss), ["x", "y"], ["V", "W", "v"]);
        double[] start = [.. Enumerable.Range(0, (40 * 60) + (60 * 30) + 30).Select(_ => 0.3 * (random.NextDouble() - 0.5))];
        var results = Enumerable.Range(1, 3).Select(threads => training.Run(start, rows, null, new TrainingOptions { Epochs = 3, BatchSize = 350, Threads = threads, Shuffle = true, Seed = 4 })).ToArray();
        foreach (var result in results)
        {
            Assert.Equal(results[0].Loss, result.Loss);
            Assert.Equal(Flat(results[0]), Flat(result));
        }
    }

    [Fact]
    public void A_training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped()
    {
        double[][] rows = [.. Enumerable.Range(0, 4000).Select(static i => (double[])[Math.Sin(i), Math.Cos(3 * i), Math.Sin(i * i)])];
        var training = new LossTraining(ExprNode.Parse("x: [2]; W: [2, 3]; b: [3]; v: [3]; (y - tanh(x @ W + b) @ v)^2"), ["x", "y"], ["W", "b", "v"]);
        double[] start = [.. Enumerable.Range(0, 12).Select(static i => Math.Cos(i))];
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new TrainingOptions { Epochs = 20, BatchSize = 7, Shuffle = true, Seed = 3, Optimizer = TrainingOptimizer.Adam, LearningRate = 0.01 };
        try
        {
            using var source = new CancellationTokenSource();
            var kept = options with { CheckpointPath = path };
            var stopped = training.Run(start, rows, null, kept with { Progress = _ => source.Cancel() }, source.Token);
            Assert.Equal(TrainingStopReason.Cancelled, stopped.StopReason);
            var resumed = training.Run(start, rows, null, kept with { Resume = true });
            var whole = training.Run(start, rows, null, options);
            Assert.Equal(whole.Loss, resumed.Loss);
            Assert.Equal(Flat(whole), Flat(resumed));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Patience_keeps_the_best_and_restarts_choose_it()
    {
        var golden = GoldenTraining.Named("iris-nesterov");
        var result = Train(golden, new TrainingOptions { Restarts = 4, Patience = 2, ValidationFraction = 0.3, LearningRate = 3 }, seed => [.. golden.Start.Flat.Select(value => value + (0.1 * new Random(seed).NextDouble()))]);
        Assert.Equal(4, result.Restarts.Count);
        var best = result.Restarts.Single(static restart => restart.IsBest);
        Assert.Equal(result.Restarts.Min(static restart => restart.ValidationLoss), best.ValidationLoss);
        Assert.Equal(TrainingStopReason.Patience, result.StopReason);
    }

    [Fact]
    public void A_matrix_that_is_promised_to_be_symmetric_stays_so()
    {
        var random = new Random(3);
        double[][] rows = [.. Enumerable.Range(0, 60).Select(_ =>
        {
            double[] x = [random.NextDouble() - 0.5, random.NextDouble() - 0.5];
            return (double[])[.. x, (2 * x[0] * x[0]) + (3 * x[0] * x[1]) - (x[1] * x[1])];
        })];
        var training = new LossTraining(ExprNode.Parse("x: [2]; H: [2, 2] symmetric; (y - x @ H @ x + 0*(x @ H)[0])^2"), ["x", "y"], ["H"]);
        var found = (double[,])training.Run([1, 0.5, 0.5, 1], rows, null, new TrainingOptions { Epochs = 3000, BatchSize = 60, LearningRate = 3 }).Parameters!["H"]!;
        Assert.Equal(found[0, 1], found[1, 0]);
        Assert.Equal([2, 1.5, -1], new[] { found[0, 0], found[0, 1], found[1, 1] }, static (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_step_without_a_finite_loss_is_not_taken()
    {
        var training = new LossTraining(ExprNode.Parse("x: [2]; w: [2]; exp(x @ w)"), ["x"], ["w"]);
        var result = training.Run([1, 1], [[-1, -2], [1e6, 1]], null, new TrainingOptions { Epochs = 2, BatchSize = 1, LearningRate = 0.1 });
        Assert.Equal(TrainingStopReason.NotFinite, result.StopReason);
        Assert.Equal(2, result.FailedStep!.Step);
        Assert.Equal(2, result.FailedStep.Sample);
    }

    [Fact]
    public void A_loss_that_is_an_array_is_refused()
    {
        var error = Assert.Throws<AutodiffException>(() => new LossTraining(ExprNode.Parse("x: [2]; w: [2]; x * w"), ["x"], ["w"]));
        Assert.Equal("ShapeMismatch", error.ErrorId);
    }

    private static double[] Flat(TrainingResult result) => [.. result.Parameters!.Values.Cast<object>().SelectMany(static value => value is double[,] matrix ? matrix.Cast<double>() : value as double[] ?? [(double)value])];

    private static TrainingResult Train(GoldenTraining golden, TrainingOptions options, Func<int, double[]>? startFromSeed = null, NetworkPrecision precision = NetworkPrecision.Double)
    {
        var (loss, parameters) = Formula(golden);
        var training = new LossTraining(ExprNode.Parse(loss), ["x", "y"], parameters, precision) { StartFromSeed = startFromSeed };
        double[][] rows = [.. golden.Inputs.Zip(golden.Targets, static (inputs, targets) => (double[])[.. inputs, .. targets])];
        return training.Run(golden.Start.Flat, rows, null, options with
        {
            Epochs = golden.Epochs,
            BatchSize = golden.BatchSize,
            Optimizer = golden.Rule,
            LearningRate = options.LearningRate == new TrainingOptions().LearningRate ? golden.LearningRate : options.LearningRate,
            Momentum = golden.Momentum ?? 0,
        });
    }

    // The loss of one row, and the parameters in the order of the network's.
    private static (string Loss, string[] Parameters) Formula(GoldenTraining golden)
    {
        var text = new StringBuilder();
        var outputs = golden.Layers[^1].Outputs;
        text.Append(CultureInfo.InvariantCulture, $"x: [{golden.Layers[0].Inputs}]; y: [{outputs}]; ");
        for (var l = 0; l < golden.Layers.Length; l++) text.Append(CultureInfo.InvariantCulture, $"W{l}: [{golden.Layers[l].Inputs}, {golden.Layers[l].Outputs}]; b{l}: [{golden.Layers[l].Outputs}]; ");
        var values = "x";
        for (var l = 0; l < golden.Layers.Length; l++)
        {
            text.Append(CultureInfo.InvariantCulture, $"z{l} = {values} @ W{l} + b{l}; ");
            values = golden.Layers[l].Activation switch
            {
                ActivationFunction.Linear => $"z{l}",
                ActivationFunction.Softmax => $"softmax(z{l})",
                var activation => $"{activation.ToString().ToLowerInvariant()}(z{l})",
            };
        }

        var last = $"z{golden.Layers.Length - 1}";
        text.Append(golden.Loss switch
        {
            LossFunction.BinaryCrossEntropy => $"sum(softplus({last}) - y * {last})",
            LossFunction.CategoricalCrossEntropy => $"logsumexp({last}) - y @ {last}",
            LossFunction.HalfSquaredError => $"sum(({values} - y)^2) / 2",
            _ => $"mean(({values} - y)^2)",
        });
        return (text.ToString(), [.. Enumerable.Range(0, golden.Layers.Length).SelectMany(static l => new[] { $"W{l}", $"b{l}" })]);
    }
}
