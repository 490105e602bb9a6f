using PSAutodiff.Training;
using Xunit;
using static PSAutodiff.LearningRateSchedule;

namespace PSAutodiff.Tests;

/// <summary>Learning rates that change and gradients that are clipped: by formulas, by trajectories that PyTorch computed, and through files.</summary>
public sealed class LearningRatesTests
{
    private static readonly double[][] Rows = [[-1, 2], [0.5, -1], [2, 0.25], [1.5, 1], [-0.5, 0.75]];

    // A line fitted to five rows by 12 steps over all of them, from (0.3, -0.2), in PyTorch 1.13 with StepLR, CosineAnnealingLR and LambdaLR.
    public static TheoryData<TrainingOptions, double, double> Trajectories => new()
    {
        { new() { LearningRateSchedule = Step, StepEpochs = 3, StepFactor = 0.5 }, -0.09841350175625924, 0.3437779503551275 },
        { new() { Optimizer = TrainingOptimizer.Adam, LearningRateSchedule = Cosine, FinalLearningRate = 0.01 }, -0.2975185750600124, 0.4837507005531778 },
        { new() { Optimizer = TrainingOptimizer.AdamW, WeightDecay = 0.2, LearningRateSchedule = Cosine, WarmupEpochs = 4 }, -0.30302689079374023, 0.4640535759933878 },
        { new() { Optimizer = TrainingOptimizer.Momentum, WarmupEpochs = 4 }, -0.4329148240521314, 0.9588300537433293 },
        { new() { ClipValue = 0.4 }, -0.14094164000000003, 0.28 },
    };

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Trainings_follow_those_of_PyTorch(TrainingOptions options, double w, double b)
    {
        var parameters = Train(options with { Epochs = 12, BatchSize = 5 }).Parameters!;
        Assert.Equal(w, (double)parameters["w"]!, 1e-12);
        Assert.Equal(b, (double)parameters["b"]!, 1e-12);
    }

    [Fact]
    public void Clipped_norms_are_those_of_PyTorch_but_for_what_it_adds_to_them()
    {
        var parameters = Train(new() { ClipNorm = 0.5, Epochs = 12, BatchSize = 5 }).Parameters!;
        Assert.Equal(-0.057031740818354895, (double)parameters["w"]!, 3e-6);
        Assert.Equal(0.28180246853181273, (double)parameters["b"]!, 3e-6);
    }

    [Fact]
    public void Rates_go_by_steps_and_epochs()
    {
        var step = new LearningRates(new() { LearningRate = 0.8, LearningRateSchedule = Step, StepEpochs = 2, StepFactor = 0.5, WarmupEpochs = 1 }, stepsPerEpoch: 3, steps: 21);
        Assert.Equal([0.8 / 3, 1.6 / 3, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.2], Enumerable.Range(1, 16).Select(step.At), static (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(0.08, new LearningRates(new() { LearningRate = 0.8, LearningRateSchedule = Step, StepEpochs = 1 }, 1, 9).At(2), 1e-16);
        var cosine = new LearningRates(new() { LearningRate = 1, LearningRateSchedule = Cosine, FinalLearningRate = 0.5 }, 1, 4);
        Assert.Equal([1, 0.75 + (0.25 * Math.Sqrt(0.5)), 0.75, 0.75 - (0.25 * Math.Sqrt(0.5))], Enumerable.Range(1, 4).Select(cosine.At), static (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1)]
    [InlineData(1e-200)]
    public void A_clipped_gradient_keeps_its_direction_at_any_size(double size)
    {
        double[] gradient = [.. Enumerable.Range(0, 1500).Select(i => size * Math.Sin(i))];
        var clipped = gradient.ToArray();
        GradientClipping.ClipNorm<double>(clipped, 0.25 * size);
        Assert.Equal(0.25, Math.Sqrt(clipped.Sum(x => x / size * (x / size))), 1e-14);
        for (var i = 1; i < gradient.Length; i++) Assert.Equal(gradient[i] / gradient[1], clipped[i] / clipped[1], 1e-12);
        var same = gradient.ToArray();
        GradientClipping.ClipNorm<double>(same, 30 * size);
        Assert.Equal(gradient, same);
        float[] single = [3, -4, 0];
        GradientClipping.ClipNorm<float>(single, 1);
        Assert.Equal([0.6f, -0.8f, 0], single);
        GradientClipping.ClipValues<float>(single, 0.7);
        Assert.Equal([0.6f, -0.7f, 0], single);
    }

    [Fact]
    public void Single_rows_take_them_too()
    {
        // Steps of plain descent on single rows have a program of their own, whose rate does not change.
        var plain = Train(new() { Epochs = 6 });
        var steps = Train(new() { Epochs = 6, LearningRateSchedule = Step, StepEpochs = 2 });
        Assert.Equal(plain.Loss.Take(11), steps.Loss.Take(11), static (a, b) => Math.Abs(a - b) < 1e-14);
        Assert.NotEqual(plain.Loss[11], steps.Loss[11], 1e-6);
        Assert.NotEqual(plain.Loss[^1], Train(new() { Epochs = 6, ClipNorm = 0.01 }).Loss[^1], 1e-6);
    }

    [Fact]
    public void A_stopped_training_goes_on_along_its_schedule()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new TrainingOptions { Epochs = 4000, BatchSize = 2, Shuffle = true, Seed = 4, Optimizer = TrainingOptimizer.Nesterov, LearningRate = 0.001, LearningRateSchedule = Cosine, WarmupEpochs = 20, ClipNorm = 0.3 };
        try
        {
            using var source = new CancellationTokenSource();
            var stopped = Train(options with { CheckpointPath = path, Progress = _ => source.Cancel() }, source.Token);
            Assert.Equal(TrainingStopReason.Cancelled, stopped.StopReason);
            Assert.InRange(stopped.Steps, 1, 11_999);
            var error = Assert.Throws<AutodiffException>(() => Train(options with { CheckpointPath = path, Resume = true, ClipNorm = 0.2 }));
            Assert.Contains("-ClipNorm 0.3, not -ClipNorm 0.2", error.Message, StringComparison.Ordinal);
            var resumed = Train(options with { CheckpointPath = path, CheckpointInterval = 4000, Resume = true });
            var whole = Train(options);
            Assert.Equal(whole.Loss, resumed.Loss);
            Assert.Equal(whole.Parameters!["w"], resumed.Parameters!["w"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("WarmupEpochs is 10. It has to be at least 0 and below Epochs, which is 10.")]
    [InlineData("StepEpochs does not name their number. Give it, for example 30.")]
    [InlineData("StepFactor has to be a finite number above 0, not 0.")]
    [InlineData("FinalLearningRate has to be a finite number of at least 0, not -1.")]
    [InlineData("ClipNorm has to be a finite number above 0, not 0.")]
    [InlineData("ClipValue has to be a finite number above 0, not NaN.")]
    public void Impossible_settings_are_named(string message)
    {
        var options = new TrainingOptions { Epochs = 10 };
        options = message[..5] switch
        {
            "Warmu" => options with { WarmupEpochs = 10 },
            "StepE" => options with { LearningRateSchedule = Step },
            "StepF" => options with { StepFactor = 0 },
            "Final" => options with { FinalLearningRate = -1 },
            "ClipN" => options with { ClipNorm = 0 },
            _ => options with { ClipValue = double.NaN },
        };
        var error = Assert.Throws<AutodiffException>(() => Train(options));
        Assert.Equal("TrainingOptionInvalid", error.ErrorId);
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_remembers_them_in_a_file_of_a_later_version()
    {
        var network = Network.Create(1, [(1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var options = new TrainingOptions { Epochs = 3, LearningRateSchedule = Cosine, ClipNorm = 2, LearningRate = 0.01 };
        var text = Trained(options).ToJson();
        Assert.Contains("\"version\": 6", text, StringComparison.Ordinal);
        var read = Network.ParseJson(text);
        Assert.Equal(options.Settings(), read.Recipe!.Options);
        Assert.Equal(text, read.ToJson());
        var plain = Trained(new TrainingOptions { Epochs = 3 }).ToJson();
        Assert.Contains("\"version\": 5", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("chedule", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("clip", plain, StringComparison.OrdinalIgnoreCase);

        Network Trained(TrainingOptions how) => NetworkTraining.Run(network, new double[,] { { 1 }, { 2 } }, new double[,] { { 1 }, { 3 } }, null, how).Network!;
    }

    private static TrainingResult Train(TrainingOptions options, CancellationToken cancellation = default) =>
        new LossTraining(ExprNode.Parse("(y - (w*x + b))^2", CancellationToken.None), ["x", "y"], ["w", "b"]).Run([0.3, -0.2], Rows, null, options, cancellation);
}
