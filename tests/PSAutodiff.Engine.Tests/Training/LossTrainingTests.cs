using Xunit;

namespace PSAutodiff.Tests;

public sealed class LossTrainingTests
{
    private static readonly ExprNode Loss = ExprNode.Parse("(y - tanh(a*x + b))^2");
    private static readonly string[] Columns = ["x", "y"];
    private static readonly string[] Parameters = ["a", "b"];

    [Fact]
    public void The_five_points_end_where_three_other_programs_end()
    {
        var fin = ExprNode.Parse("c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)");
        var loss = fin - (fin * ExprNode.Variable("y")) + ExprNode.Log(1 + ExprNode.Exp(-1 * fin));
        var training = new LossTraining(loss, ["x1", "x2", "y"], ["b1", "w11", "w12", "b2", "w21", "w22", "c", "u1", "u2"]);
        double[][] rows = [[0, 0, 1], [1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 1, 0]];
        var result = training.Train([0, 0.7, -0.4, 0, 0.3, 0.9, 0, -0.8, 0.5], rows, new TrainingOptions { LearningRate = 0.5, Epochs = 251 });
        Assert.Equal(1255, result.Steps);
        Assert.Equal(0.503639150762, result.FinalLoss, 1e-12);
        Assert.Equal(-0.00701689789967, (double)result.Parameters!["w11"]!, 1e-14);
        Assert.Equal(5, result.History[1254].Sample);
        Assert.Equal(251, result.History[^1].Epoch);
        Assert.Null(result.Network);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(1000)]
    public void A_batch_moves_by_the_mean_gradient_of_its_rows(int batchSize)
    {
        var rows = FakeModel<double>.SomeRows(40, 1);
        var result = new LossTraining(Loss, Columns, Parameters).Train([0.3, -0.2], rows, new TrainingOptions { Epochs = 3, BatchSize = batchSize, LearningRate = 0.4 });
        var (a, b) = (0.3, -0.2);
        var losses = new List<double>();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in rows.Chunk(batchSize))
            {
                double sum = 0, da = 0, db = 0;
                foreach (var row in batch)
                {
                    var t = Math.Tanh((a * row[0]) + b);
                    sum += (row[1] - t) * (row[1] - t);
                    var d = -2 * (row[1] - t) * (1 - (t * t));
                    da += d * row[0];
                    db += d;
                }

                losses.Add(sum / batch.Length);
                a -= 0.4 * da / batch.Length;
                b -= 0.4 * db / batch.Length;
            }
        }

        Assert.Equal(losses.Count, result.Steps);
        for (var i = 0; i < losses.Count; i++) Assert.Equal(losses[i], result.Loss[i], 1e-13);
        Assert.Equal(a, (double)result.Parameters!["a"]!, 1e-13);
        Assert.Equal(b, (double)result.Parameters["b"]!, 1e-13);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(128)]
    [InlineData(300)]
    public void Epochs_taken_together_end_and_fail_as_epochs_do_that_are_looked_at_one_by_one(int rowCount)
    {
        var rows = FakeModel<double>.SomeRows(rowCount, 1);
        var training = new LossTraining(ExprNode.Parse("(y - (a*x + b))^2"), Columns, Parameters);
        var reasons = new HashSet<TrainingStopReason>();
        foreach (var rate in new[] { 0.01, 1.7, 1e6 })
        {
            foreach (var steps in new[] { 1, 2, 17, 254, 255, 256, 257, 300, 301, 5000 })
            {
                var options = new TrainingOptions { Epochs = 12, LearningRate = rate, MaxSteps = steps };
                var together = training.Train([0.3, -0.2], rows, options);
                var single = training.Train([0.3, -0.2], rows, new TrainingOptions { Epochs = 12, LearningRate = rate, MaxSteps = steps, StopLoss = double.NegativeInfinity });
                Assert.Equal((single.Steps, single.Epochs, single.StopReason, single.FailedStep), (together.Steps, together.Epochs, together.StopReason, together.FailedStep));
                Assert.Equal(single.Loss, together.Loss);
                Assert.Equal(single.EpochLoss, together.EpochLoss);
                Assert.Equal(single.Parameters!.Values, together.Parameters!.Values);
                reasons.Add(together.StopReason);
            }
        }

        Assert.Contains(TrainingStopReason.Completed, reasons);
        Assert.Contains(TrainingStopReason.MaxSteps, reasons);
        if (rowCount > 3) Assert.Contains(TrainingStopReason.NotFinite, reasons);
    }

    [Fact]
    public void Single_rows_move_alike_with_and_without_the_fused_step()
    {
        // Momentum 0 is plain gradient descent, but goes through the gradient.
        var rows = FakeModel<double>.SomeRows(50, 1);
        var options = new TrainingOptions { Epochs = 60, Shuffle = true, Seed = 3 };
        var training = new LossTraining(Loss, Columns, Parameters);
        var fused = training.Train([0.3, -0.2], rows, options);
        var plain = training.Train([0.3, -0.2], rows, options with { Optimizer = TrainingOptimizer.Momentum, Momentum = 0 });
        Assert.Equal(3000, fused.Steps);
        for (var i = 0; i < fused.Steps; i++) Assert.Equal(plain.Loss[i], fused.Loss[i], 1e-12);
        Assert.Equal(plain.History.Select(static step => step.Sample), fused.History.Select(static step => step.Sample));
    }

    [Fact]
    public void All_parameters_decay()
    {
        // The loss does not depend on the parameters, so only decay moves them.
        var result = new LossTraining(ExprNode.Parse("x + 0*a"), ["x"], ["a"]).Train([2], [[1]], new TrainingOptions { Epochs = 3, WeightDecay = 0.5 });
        Assert.Equal(2 * 0.95 * 0.95 * 0.95, (double)result.Parameters!["a"]!, 1e-14);
        Assert.Equal([1, 1, 1], result.Loss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Restarts_do_not_depend_on_the_threads(int batchSize)
    {
        var rows = FakeModel<double>.SomeRows(20, 1);
        var training = new LossTraining(Loss, Columns, Parameters) { StartFromSeed = static seed => FakeModel<double>.StartOf(2, seed) };
        var options = new TrainingOptions { Epochs = 200, Restarts = 6, BatchSize = batchSize, Shuffle = true, ValidationFraction = 0.25 };
        var one = training.Train([0.3, -0.2], rows, options with { Threads = 1 });
        var four = training.Train([0.3, -0.2], rows, options with { Threads = 4 });
        Assert.Equal(one.Loss, four.Loss);
        Assert.Equal(one.Restarts, four.Restarts);
        Assert.Equal(6, one.Restarts.Count);
        Assert.Equal(one.Restarts.Min(static restart => restart.ValidationLoss), one.Restarts.Single(static restart => restart.IsBest).ValidationLoss);
    }

    [Fact]
    public void Many_rows_in_a_batch_give_the_same_bits_on_any_number_of_threads()
    {
        var rows = FakeModel<double>.SomeRows(140_000, 1);
        var training = new LossTraining(Loss, Columns, Parameters);
        var options = new TrainingOptions { Epochs = 2, BatchSize = int.MaxValue, Optimizer = TrainingOptimizer.Adam };
        var one = training.Train([0.3, -0.2], rows, options with { Threads = 1 });
        var three = training.Train([0.3, -0.2], rows, options with { Threads = 3 });
        Assert.Equal(one.Loss, three.Loss);
        Assert.Equal(one.FinalLoss, three.FinalLoss);
        Assert.Equal(rows.Average(row => Math.Pow(row[1] - Math.Tanh((0.3 * row[0]) - 0.2), 2)), one.Loss[0], 1e-12);
    }

    [Fact]
    public void Rows_keep_their_numbers()
    {
        double[][] rows = [[1, 0], [2, 0], [double.NaN, 0], [4, 0]];
        var result = new LossTraining(Loss, Columns, Parameters).Train([0.3, -0.2], rows, new TrainingOptions(), [3, 5, 8, 9]);
        Assert.Equal(8, result.FailedStep!.Sample);
        Assert.Equal([3, 5], result.History.Select(static step => step.Sample!.Value));
        Assert.Equal(TrainingStopReason.NotFinite, result.StopReason);
    }

    [Fact]
    public void What_only_networks_have_is_refused()
    {
        var training = new LossTraining(Loss, Columns, Parameters);
        AssertRefused("TrainingOptionInvalid", () => training.Train([0, 0], [[1, 1]], new TrainingOptions { InputNoise = 0.1 }));
        AssertRefused("TrainingOptionInvalid", () => training.Train([0, 0], [[1, 1]], new TrainingOptions { GaussianDropout = 0.1 }));
        AssertRefused("RestartsNeedStarts", () => training.Train([0, 0], [[1, 1]], new TrainingOptions { Restarts = 2 }));
        AssertRefused("LengthMismatch", () => training.Train([0], [[1, 1]], new TrainingOptions()));
        AssertRefused("LengthMismatch", () => training.Train([0, 0], [[1, 1], [1]], new TrainingOptions()));
        AssertRefused("RowsMissing", () => training.Train([0, 0], [], new TrainingOptions()));

        static void AssertRefused(string id, Action run) => Assert.Equal(id, Assert.Throws<AutodiffException>(run).ErrorId);
    }

    [Fact]
    public void A_loss_without_columns_trains_in_any_batch()
    {
        foreach (var batch in new[] { 1, 2, 20 })
        {
            var rows = Enumerable.Repeat(Array.Empty<double>(), 20).ToArray();
            var result = new LossTraining(ExprNode.Parse("(a - 3)^2"), [], ["a"]).Train([0], rows, new TrainingOptions { Epochs = 100, BatchSize = batch });
            Assert.Equal(3, (double)result.Parameters!["a"]!, 1e-6);
        }
    }
}
