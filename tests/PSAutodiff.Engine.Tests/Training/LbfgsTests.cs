using PSAutodiff.Training;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>LBFGS as an optimizer of trainings: minima that are known, checkpoints, and what does not go with it.</summary>
public sealed class LbfgsTests
{
    private static readonly double[][] Rows = [.. Enumerable.Range(0, 40).Select(static i => (double[])[i / 20.0, Math.Exp(-0.7 * i / 20.0) + (0.05 * Math.Sin(9 * i))])];

    private static readonly TrainingOptions Options = new() { Optimizer = TrainingOptimizer.LBFGS, BatchSize = int.MaxValue, Epochs = 200 };

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void A_line_is_that_of_least_squares(double decay)
    {
        var result = new LossTraining(ExprNode.Parse("(y - (a*x + b))^2", CancellationToken.None), ["x", "y"], ["a", "b"]).Run([3, -8], Rows, null, Options with { WeightDecay = decay });
        var (n, sx, sy, sxx, sxy) = (Rows.Length, Rows.Average(static r => r[0]), Rows.Average(static r => r[1]), Rows.Average(static r => r[0] * r[0]), Rows.Average(static r => r[0] * r[1]));

        // 2 (sxx a + sx b - sxy) + d a = 0, 2 (sx a + b - sy) + d b = 0.
        var half = decay / 2;
        var determinant = ((sxx + half) * (1 + half)) - (sx * sx);
        Assert.Equal(((sxy * (1 + half)) - (sx * sy)) / determinant, (double)result.Parameters!["a"]!, 1e-8);
        Assert.Equal((((sxx + half) * sy) - (sx * sxy)) / determinant, (double)result.Parameters["b"]!, 1e-8);
        Assert.Equal(TrainingStopReason.Converged, result.StopReason);
        Assert.InRange(result.Steps, 2, 40);
        Assert.Equal(n, result.BatchSize);
        for (var i = 1; i < result.Steps && decay == 0; i++) Assert.True(result.Loss[i] <= result.Loss[i - 1] * (1 + 1e-12));
    }

    [Theory]
    [InlineData(NetworkPrecision.Double, 5e-4)]
    [InlineData(NetworkPrecision.Single, 2e-3)]
    public void A_network_comes_further_than_with_Adam(NetworkPrecision precision, double expected)
    {
        var network = Network.Create(1, [(8, ActivationFunction.Tanh), (1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 2, precision);
        var (x, y) = (new double[60, 1], new double[60, 1]);
        for (var i = 0; i < 60; i++) (x[i, 0], y[i, 0]) = ((i / 15.0) - 2, Math.Sin(2 * ((i / 15.0) - 2)));
        var searched = NetworkTraining.Run(network, x, y, null, Options);
        var adam = NetworkTraining.Run(network, x, y, null, Options with { Optimizer = TrainingOptimizer.Adam, LearningRate = 0.01 });
        Assert.InRange(searched.FinalLoss, 0, expected);
        Assert.True(searched.FinalLoss < adam.FinalLoss / 5, $"{searched.FinalLoss} after {searched.Steps} steps, {adam.FinalLoss} by Adam");
        var again = NetworkTraining.Run(network, x, y, null, Options with { Threads = 3 });
        Assert.Equal(searched.Loss, again.Loss);
    }

    [Fact]
    public void A_training_goes_on_from_a_checkpoint_with_the_same_bits()
    {
        var directory = Directory.CreateTempSubdirectory("psautodiff").FullName;
        var training = new LossTraining(ExprNode.Parse("(y - a*exp(-b*x) - c*x)^2", CancellationToken.None), ["x", "y"], ["a", "b", "c"]);
        try
        {
            foreach (var shuffles in new[] { false, true })
            {
                var options = Options with { Epochs = 25, WeightDecay = 1e-4, ValidationFraction = 0.2, Shuffle = shuffles, Seed = 3 };
                var whole = training.Run([0.2, 4, -1], Rows, null, options);
                Assert.InRange(whole.Steps, 13, 25);
                for (var stop = 1; stop < whole.Steps; stop += 3)
                {
                    using var source = new CancellationTokenSource();
                    var path = Path.Combine(directory, $"{shuffles} {stop}");

                    // A limit of steps is another training, so that one is stopped by its losses instead.
                    var kept = options with { CheckpointPath = path };
                    var model = new StoppingModel(Rows, stop, source);
                    Assert.Equal(TrainingStopReason.Cancelled, model.Train(kept, source.Token).StopReason);
                    Assert.Equal(model.Train(options, default).Loss, new StoppingModel(Rows, int.MaxValue, source).Train(kept with { Resume = true }, default).Loss);
                }
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Theory]
    [InlineData("batches")]
    [InlineData("clipping")]
    [InlineData("noise")]
    public void What_it_cannot_do_is_refused(string what)
    {
        var options = what switch
        {
            "batches" => Options with { BatchSize = 39 },
            "clipping" => Options with { ClipNorm = 1 },
            _ => Options with { GaussianDropout = 0.1 },
        };
        var error = Assert.Throws<AutodiffException>(() => Train(new FakeModel<double>(FakeModel<double>.SomeRows(40, 3)), options));
        Assert.Equal("TrainingOptionInvalid", error.ErrorId);
        Assert.Contains("LBFGS", error.Message, StringComparison.Ordinal);
    }

    private static TrainingResult Train(FakeModel<double> model, TrainingOptions options, CancellationToken cancellation = default) =>
        new TrainingLoop<double>(model, new TrainingPlan(model.RowCount, null, options), FakeModel<double>.StartOf(model.ParameterCount), null) { Subject = static () => (new byte[32], new byte[32]) }.Run(cancellation).Result;

    // Twelve directions of different curvature, which take many steps.
    private sealed class StoppingModel(double[][] rows, int stop, CancellationTokenSource source)
    {
        public TrainingResult Train(TrainingOptions options, CancellationToken cancellation)
        {
            var count = 0;
            var some = FakeModel<double>.SomeRows(rows.Length, 12);
            for (var i = 0; i < some.Length; i++)
            {
                for (var j = 0; j < 12; j++) some[i][j] *= Math.Pow(2, j / 2.0);
            }

            return LbfgsTests.Train(new FakeModel<double>(some) { OnGradient = _ => { if (++count == stop && cancellation.CanBeCanceled) source.Cancel(); } }, options, cancellation);
        }
    }
}
