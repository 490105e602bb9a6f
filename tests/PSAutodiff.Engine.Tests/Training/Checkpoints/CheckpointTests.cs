using System.Buffers.Binary;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Training.Checkpoints;
using Xunit;
using static PSAutodiff.Tests.Trainings;

namespace PSAutodiff.Tests;

public sealed class CheckpointTests : IDisposable
{
    private const int HeaderLength = 52;

    private static readonly double[][] Rows = FakeModel<double>.SomeRows(11, 3);

    private static readonly TrainingOptions Rich = new()
    {
        Epochs = 5,
        BatchSize = 3,
        Shuffle = true,
        Seed = 6,
        Optimizer = TrainingOptimizer.Adam,
        LearningRate = 0.05,
        WeightDecay = 0.01,
        InputNoise = 0.1,
        GaussianDropout = 0.1,
        ValidationFraction = 0.2,
        Patience = 100,
        Threads = 1,
    };

    private static readonly string[] Refusals = ["CheckpointInvalid", "CheckpointMismatch"];

    private readonly string _directory = Directory.CreateTempSubdirectory("psautodiff").FullName;

    private string File => Path.Combine(_directory, "training.checkpoint");

    public void Dispose() => Directory.Delete(_directory, true);

    public static TheoryData<TrainingOptimizer> Optimizers => [.. Enum.GetValues<TrainingOptimizer>().Where(static optimizer => optimizer != TrainingOptimizer.LBFGS)];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Going_on_after_each_step_gives_what_was_never_stopped(TrainingOptimizer optimizer)
    {
        var options = Rich with { Optimizer = optimizer, CheckpointInterval = 2 };
        var whole = Train(new FakeModel<double>(Rows), options);
        Assert.Equal(15, whole.Result.Steps);
        for (var step = 1; step <= 15; step++) AssertSame(whole, StopAndGoOn(options, gradients: step));
    }

    [Fact]
    public void Going_on_after_each_measurement_gives_what_was_never_stopped()
    {
        // Of the validation rows after five epochs, and twice at the end.
        var whole = Train(new FakeModel<double>(Rows), Rich);
        for (var loss = 1; loss <= 7; loss++) AssertSame(whole, StopAndGoOn(Rich, losses: loss));
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Going_on_with_restarts_gives_what_was_never_stopped(int threads)
    {
        var options = Rich with { Restarts = 4, Threads = threads };
        var whole = Train(new FakeModel<double>(Rows), options with { Threads = 1 });
        for (var step = 1; step <= 60; step += 4) AssertSame(whole, StopAndGoOn(options, gradients: step));
        for (var loss = 1; loss <= 28; loss += 3) AssertSame(whole, StopAndGoOn(options, losses: loss));
    }

    [Fact]
    public void Stopping_again_and_again_changes_nothing()
    {
        var whole = Train(new FakeModel<double>(Rows), Rich);
        var kept = Rich with { CheckpointPath = File, Resume = true };
        var stops = 0;
        while (true)
        {
            using var source = new CancellationTokenSource();
            var calls = 0;
            var model = new FakeModel<double>(Rows)
            {
                OnGradient = _ =>
                {
                    if (++calls == 2) source.Cancel();
                },
            };
            var got = Run(model, kept, source.Token);
            if (got.Result.StopReason == TrainingStopReason.Cancelled)
            {
                stops++;
                continue;
            }

            AssertSame(whole, got);
            break;
        }

        Assert.InRange(stops, 10, 20);
    }

    [Fact]
    public void Single_precision_goes_on_too()
    {
        var whole = Train(new FakeModel<float>(Rows), Rich);
        using var source = new CancellationTokenSource();
        var kept = Rich with { CheckpointPath = File };
        Run(new FakeModel<float>(Rows) { OnLoss = source.Cancel }, kept, source.Token);
        AssertSame(whole, Train(new FakeModel<float>(Rows), kept with { Resume = true }));
    }

    [Theory]
    [InlineData(1, 30.0, TrainingStopReason.NotFinite)]
    [InlineData(3, 0.05, TrainingStopReason.MaxSteps)]
    [InlineData(3, 0.05, TrainingStopReason.Completed)]
    public void A_finished_training_stays_finished(int batchSize, double rate, TrainingStopReason reason)
    {
        var options = new TrainingOptions
        {
            Epochs = reason == TrainingStopReason.NotFinite ? 1000 : 4,
            MaxSteps = reason == TrainingStopReason.MaxSteps ? 9 : null,
            BatchSize = batchSize,
            LearningRate = rate,
            Restarts = 3,
            CheckpointPath = File,
        };
        var whole = Train(new FakeModel<double>(Rows), options);
        Assert.Equal(reason, whole.Result.StopReason);
        KeepElapsed(TimeSpan.FromDays(1));
        var model = new FakeModel<double>(Rows) { OnGradient = static _ => Assert.Fail("It trains again."), OnLoss = static () => Assert.Fail("It measures again.") };
        var again = Train(model, options with { Resume = true });
        AssertSame(whole, again);
        Assert.InRange(again.Result.Elapsed, TimeSpan.FromDays(1), TimeSpan.FromDays(1.5));
    }

    [Fact]
    public void So_much_time_spent_that_nothing_can_be_added_is_refused()
    {
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File });
        KeepElapsed(TimeSpan.MaxValue);
        AssertRefused(System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_go_on_from_and_it_begins()
    {
        var whole = Train(new FakeModel<double>(Rows), Rich);
        AssertSame(whole, Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Resume = true }));
        Assert.True(System.IO.File.Exists(File));
        Assert.Equal([File], Directory.GetFiles(_directory));
    }

    [Fact]
    public void Without_resuming_an_old_file_is_replaced()
    {
        System.IO.File.WriteAllText(File, "PSADTRN\nof another version");
        var kept = Rich with { CheckpointPath = File };
        var whole = Train(new FakeModel<double>(Rows), kept);
        AssertSame(whole, Train(new FakeModel<double>(Rows), kept with { Resume = true }));
    }

    [Fact]
    public void Files_come_as_often_as_asked()
    {
        var seen = new HashSet<long>();
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                if (System.IO.File.Exists(File)) seen.Add(new FileInfo(File).Length);
            },
        };
        Train(model, new TrainingOptions { Epochs = 10, BatchSize = 11, CheckpointPath = File, CheckpointInterval = 3 });
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_said_before_training()
    {
        System.IO.File.WriteAllText(File, "no directory");
        foreach (var path in new[] { Path.Combine(_directory, "missing", "x"), _directory, Path.Combine(File, "x"), "" })
        {
            var model = new FakeModel<double>(Rows) { OnGradient = static _ => Assert.Fail("It trains.") };
            var error = Assert.Throws<AutodiffException>(() => Train(model, Rich with { CheckpointPath = path }));
            Assert.Equal("CheckpointUnwritable", error.ErrorId);
            Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("no directory", System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData("a letter")]
    [InlineData("PSADTR")]
    [InlineData("{}")]
    public void A_file_that_is_no_checkpoint_is_replaced_only_by_force(string content)
    {
        System.IO.File.WriteAllText(File, content);
        var model = new FakeModel<double>(Rows) { OnGradient = static _ => Assert.Fail("It trains.") };
        var error = Assert.Throws<AutodiffException>(() => Train(model, Rich with { CheckpointPath = File }));
        Assert.Equal("CheckpointUnwritable", error.ErrorId);
        Assert.Contains("not a checkpoint", error.Message, StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(File));
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Force = true });
        Assert.Equal(Rich.Seed, CheckpointFile.ReadSeed(File));

        // One of ours, of any training, needs no force, and an empty file has nothing to lose.
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Seed = 77 });
        Assert.Equal(77, CheckpointFile.ReadSeed(File));
        System.IO.File.WriteAllText(File, "");
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File });
        Assert.Equal(Rich.Seed, CheckpointFile.ReadSeed(File));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Files_beside_it_a_link_and_the_mode_stay_as_they_are()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        var link = Path.Combine(_directory, "link");
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File });
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        System.IO.File.CreateSymbolicLink(link, File);
        foreach (var path in new[] { File, link }) System.IO.File.WriteAllText(path + ".tmp", "mine");
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = link, Seed = 8 });
        Assert.Equal(8, CheckpointFile.ReadSeed(File));
        Assert.Equal(File, new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        foreach (var path in new[] { File, link }) Assert.Equal("mine", System.IO.File.ReadAllText(path + ".tmp"));
        Assert.Equal(4, Directory.GetFileSystemEntries(_directory).Length);
    }

    [Fact]
    public void Forty_pairs_of_trainings_on_one_path_never_leave_a_broken_file()
    {
        var seeds = new[] { 100, 200 };
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Seed = seeds[0] });
        Threads.Meanwhile(() => Assert.Contains(CheckpointFile.ReadSeed(File)!.Value, seeds), () =>
        {
            for (var pair = 0; pair < 40; pair++)
            {
                Threads.Together(2, index =>
                {
                    var (result, _) = Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Seed = seeds[index] });
                    Assert.Null(result.CheckpointProblem);
                });
                var kept = CheckpointFile.ReadSeed(File)!.Value;
                AssertSame(Train(new FakeModel<double>(Rows), Rich with { Seed = kept }), Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Seed = kept, Resume = true }));
            }
        });
        Assert.Single(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void A_directory_that_vanishes_does_not_end_the_training_but_is_told()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "short-lived")).FullName;
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                if (Directory.Exists(directory)) Directory.Delete(directory, true);
            },
        };
        var (result, _) = Train(model, Rich with { CheckpointPath = Path.Combine(directory, "x") });
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
        Assert.NotNull(result.CheckpointProblem);
    }

    [Fact]
    public void Another_training_is_refused_and_what_differs_is_named()
    {
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File });
        var before = System.IO.File.ReadAllBytes(File);
        (TrainingOptions Options, string Says)[] others =
        [
            (Rich with { Seed = 7 }, "-Seed 6, not -Seed 7"),
            (Rich with { Epochs = 6 }, "-Epoch 5, not -Epoch 6"),
            (Rich with { MaxSteps = 6 }, "-MaxStep none, not -MaxStep 6"),
            (Rich with { BatchSize = 4 }, "BatchSize"),
            (Rich with { Shuffle = false }, "Shuffle"),
            (Rich with { Optimizer = TrainingOptimizer.AdamW }, "-Optimizer Adam, not -Optimizer AdamW"),
            (Rich with { LearningRate = 0.051 }, "LearningRate"),
            (Rich with { Momentum = 0.5 }, "Momentum"),
            (Rich with { WeightDecay = 0 }, "WeightDecay"),
            (Rich with { InputNoise = 0 }, "InputNoise"),
            (Rich with { GaussianDropout = 0 }, "GaussianDropout"),
            (Rich with { Restarts = 2 }, "-Restart "),
            (Rich with { StopLoss = 0.1 }, "StopLoss"),
            (Rich with { Patience = null }, "Patience"),
            (Rich with { ValidationFraction = 0.3 }, "ValidationFraction"),
        ];
        foreach (var (options, says) in others)
        {
            var error = Assert.Throws<AutodiffException>(() => Train(new FakeModel<double>(Rows), options with { CheckpointPath = File, Resume = true }));
            Assert.Equal("CheckpointMismatch", error.ErrorId);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Resume = true, Threads = 3, CheckpointInterval = 2 });
    }

    [Fact]
    public void Another_loss_start_or_data_are_refused()
    {
        var training = new LossTraining(ExprNode.Parse("(y - a*x)^2"), ["x", "y"], ["a"]);
        double[][] rows = [[1, 2], [2, 4]];
        var options = new TrainingOptions { Epochs = 2, CheckpointPath = File };
        training.Train([0], rows, options);
        options = options with { Resume = true };
        training.Train([0], rows, options);
        Refused("start", () => training.Train([1], rows, options));
        Refused("rows", () => training.Train([0], [[1, 2], [2, 5]], options));
        Refused("model", () => new LossTraining(ExprNode.Parse("(y - a*x)^4"), ["x", "y"], ["a"]).Train([0], rows, options));
        Refused("model", () => new LossTraining(ExprNode.Parse("(y - a*x)^2"), ["y", "x"], ["a"]).Train([0], rows, options));

        static void Refused(string says, Action run)
        {
            var error = Assert.Throws<AutodiffException>(run);
            Assert.Equal("CheckpointMismatch", error.ErrorId);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var whole = Written();
        for (var length = 0; length < whole.Length; length++) AssertRefused(whole[..length]);
        AssertRefused([.. whole, 0]);
    }

    [Fact]
    public void A_file_with_a_flipped_bit_is_refused()
    {
        var whole = Written();
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            AssertRefused(changed);
        }
    }

    [Fact]
    public void A_file_made_to_harm_is_refused_or_read_but_never_breaks()
    {
        // The checksum is right; each number is made as bad as it can be, one at a time. Many are still states that can be.
        var whole = Written();
        var refused = 0;
        foreach (var bad in new[] { 0xFF, 0x7F, 0x81, 0x00, 0x02, 0x03 })
        {
            for (var i = HeaderLength + (bad % 4); i < whole.Length; i += 4)
            {
                var changed = whole.ToArray();
                changed[i] = (byte)bad;
                SHA256.HashData(changed.AsSpan(HeaderLength)).CopyTo(changed, 20);
                System.IO.File.WriteAllBytes(File, changed);
                try
                {
                    var (result, parameters) = Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Resume = true, CheckpointInterval = 100 });
                    Assert.Equal(4, parameters.Length);
                    Assert.InRange(result.Steps, 0, 15);
                }
                catch (AutodiffException error)
                {
                    Assert.Contains(error.ErrorId, Refusals);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, whole.Length / 4, whole.Length * 3 / 2);
    }

    [Fact]
    public void A_file_of_a_later_version_says_so()
    {
        var whole = Written();
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(8), 2);
        Assert.Contains("version is 2", AssertRefused(whole), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_endless_content_takes_no_memory()
    {
        var content = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(content, int.MaxValue);
        var header = new byte[HeaderLength];
        Encoding.ASCII.GetBytes("PSADTRN\n").CopyTo(header, 0);
        header[8] = 1;
        header[12] = 4;
        SHA256.HashData(content).CopyTo(header, 20);
        AssertRefused([.. header, .. content]);
    }

    [Fact]
    public void The_seed_can_be_read_from_the_file()
    {
        Assert.Null(CheckpointFile.ReadSeed(File));
        Train(new FakeModel<double>(Rows), Rich with { Seed = -77, CheckpointPath = File });
        Assert.Equal(-77, CheckpointFile.ReadSeed(File));
        System.IO.File.WriteAllText(File, "something else");
        Assert.Equal("CheckpointInvalid", Assert.Throws<AutodiffException>(() => CheckpointFile.ReadSeed(File)).ErrorId);
    }

    [Fact]
    public void A_checkpoint_of_a_fused_training_goes_on_in_the_middle_of_an_epoch()
    {
        // Enough steps for machine code, in one epoch of many rows; cancelled between two looks at the token.
        var rows = FakeModel<double>.SomeRows(5000, 2);
        var training = new LossTraining(ExprNode.Parse("(y - tanh(a*x + b*z))^2"), ["x", "z", "y"], ["a", "b"]);
        var options = new TrainingOptions { Epochs = 3, Shuffle = true, Seed = 3 };
        var whole = training.Train([0.1, 0.2], rows, options);
        using var source = new CancellationTokenSource();
        var kept = options with { CheckpointPath = File, CheckpointInterval = 100 };
        var stopped = training.Run([0.1, 0.2], rows, null, kept with { Progress = _ => source.Cancel() }, source.Token);
        Assert.Equal(TrainingStopReason.Cancelled, stopped.StopReason);
        Assert.InRange(stopped.Steps, 1, 14_999);
        var rest = training.Train([0.1, 0.2], rows, kept with { Resume = true });
        AssertSame((whole, new[] { (double)whole.Parameters!["a"]!, (double)whole.Parameters["b"]! }), (rest, new[] { (double)rest.Parameters!["a"]!, (double)rest.Parameters["b"]! }));
    }

    private (TrainingResult Result, double[] Parameters) StopAndGoOn(TrainingOptions options, int gradients = int.MaxValue, int losses = int.MaxValue)
    {
        System.IO.File.Delete(File);
        using var source = new CancellationTokenSource();
        var (gradientCalls, lossCalls) = (0, 0);
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                if (Interlocked.Increment(ref gradientCalls) == gradients) source.Cancel();
            },
            OnLoss = () =>
            {
                if (Interlocked.Increment(ref lossCalls) == losses) source.Cancel();
            },
        };
        var kept = options with { CheckpointPath = File };
        var (stopped, _) = Run(model, kept, source.Token);
        Assert.Contains(stopped.Restarts, static restart => restart.StopReason == TrainingStopReason.Cancelled);
        return Train(new FakeModel<double>(Rows), kept with { Resume = true });
    }

    private byte[] Written()
    {
        using var source = new CancellationTokenSource();
        var calls = 0;
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                if (++calls == 8) source.Cancel();
            },
        };
        Run(model, Rich with { CheckpointPath = File }, source.Token);
        return System.IO.File.ReadAllBytes(File);
    }

    // As if the training had taken so long before.
    private void KeepElapsed(TimeSpan elapsed)
    {
        var content = System.IO.File.ReadAllBytes(File);
        var settingsLength = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(HeaderLength));
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(HeaderLength + sizeof(int) + settingsLength + (2 * SHA256.HashSizeInBytes)), elapsed.Ticks);
        SHA256.HashData(content.AsSpan(HeaderLength)).CopyTo(content, 20);
        System.IO.File.WriteAllBytes(File, content);
    }

    private string AssertRefused(byte[] content)
    {
        System.IO.File.WriteAllBytes(File, content);
        var error = Assert.Throws<AutodiffException>(() => Train(new FakeModel<double>(Rows), Rich with { CheckpointPath = File, Resume = true }));
        Assert.Equal("CheckpointInvalid", error.ErrorId);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        return error.Message;
    }
}
