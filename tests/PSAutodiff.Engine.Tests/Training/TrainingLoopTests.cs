using PSAutodiff.Kernels;
using PSAutodiff.Serialization;
using PSAutodiff.Training;
using Xunit;
using static PSAutodiff.Tests.Trainings;

namespace PSAutodiff.Tests;

public sealed class TrainingLoopTests
{
    private static readonly double[][] Rows = FakeModel<double>.SomeRows(10, 3);

    [Fact]
    public void Batches_go_through_the_rows_in_order_and_the_last_is_short()
    {
        var batches = new List<int[]>();
        var model = new FakeModel<double>(Rows) { OnGradient = batches.Add };
        var (result, _) = Train(model, new TrainingOptions { Epochs = 2, BatchSize = 4 });
        Assert.Equal([4, 4, 2, 4, 4, 2], batches.Select(static batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 10), batches.Take(3).SelectMany(static batch => batch));
        Assert.Equal(Enumerable.Range(0, 10), batches.Skip(3).SelectMany(static batch => batch));
        Assert.Equal(6, result.Steps);
        Assert.Equal(2, result.Epochs);
        Assert.Equal(((4 * result.Loss[0]) + (4 * result.Loss[1]) + (2 * result.Loss[2])) / 10, result.EpochLoss[0], 1e-15);
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
        Assert.Equal([1, 1, 1, 2, 2, 2], result.History.Select(static step => step.Epoch));
        Assert.All(result.History, static step => Assert.Null(step.Sample));
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(1e-4)]
    [InlineData(0)]
    public void A_training_ends_after_the_first_epoch_whose_loss_fell_by_less_than_asked_for(double least)
    {
        var options = new TrainingOptions { Epochs = 400, BatchSize = 4, LearningRate = 0.05, MinDecrease = least };
        var (whole, _) = Train(new FakeModel<double>(Rows), options with { MinDecrease = null });
        var (ended, _) = Train(new FakeModel<double>(Rows), options);
        var first = Enumerable.Range(1, whole.EpochLoss.Count - 1).FirstOrDefault(i => whole.EpochLoss[i - 1] - whole.EpochLoss[i] < least, -1);
        Assert.Equal(first < 0 ? 400 : first + 1, ended.Epochs);
        Assert.Equal(first < 0 || first == 399 ? TrainingStopReason.Completed : TrainingStopReason.MinDecrease, ended.StopReason);
        Assert.Equal(whole.EpochLoss.Take(ended.Epochs), ended.EpochLoss);
        if (least > 0.01) Assert.InRange(ended.Epochs, 2, 399);
    }

    [Theory]
    [InlineData(-1e-4)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_least_decrease_that_is_no_number_from_0_up_is_refused(double least)
    {
        var error = Assert.Throws<AutodiffException>(() => Train(new FakeModel<double>(Rows), new TrainingOptions { MinDecrease = least }));
        Assert.Equal("TrainingOptionInvalid", error.ErrorId);
        Assert.Contains("MinDecrease", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_all_rows_gives_the_losses_of_the_epochs_exactly()
    {
        var (result, _) = Train(new FakeModel<double>(Rows), new TrainingOptions { Epochs = 7, BatchSize = 64 });
        Assert.Equal(result.Loss, result.EpochLoss);
    }

    [Fact]
    public void Steps_are_those_of_gradient_descent()
    {
        var (result, parameters) = Train(new FakeModel<double>(Rows), new TrainingOptions { Epochs = 3, BatchSize = 4, LearningRate = 0.2 });
        var expected = FakeModel<double>.StartOf(4);
        var model = new FakeModel<double>(Rows);
        var gradient = new double[4];
        var step = 0;
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in Enumerable.Range(0, 10).Chunk(4))
            {
                Assert.Equal(model.Gradient(expected, batch, gradient, null, TestContext.Current.CancellationToken), result.Loss[step++]);
                for (var i = 0; i < 4; i++) expected[i] -= 0.2 * gradient[i];
            }
        }

        Assert.Equal(expected, parameters);
        Assert.Equal(model.Loss(expected, [.. Enumerable.Range(0, 10)], TestContext.Current.CancellationToken), result.FinalLoss);
    }

    [Fact]
    public void Shuffled_epochs_take_every_row_once_in_orders_that_the_seed_decides()
    {
        int[][] Orders(int seed)
        {
            var batches = new List<int[]>();
            var (result, _) = Train(new FakeModel<double>(Rows) { OnGradient = batches.Add }, new TrainingOptions { Epochs = 5, Shuffle = true, Seed = seed });
            Assert.Equal(batches.Select(static batch => (int?)batch[0] + 1), result.History.Select(static step => step.Sample));
            return [.. batches.SelectMany(static batch => batch).Chunk(10)];
        }

        var orders = Orders(4);
        Assert.All(orders, static order => Assert.Equal(Enumerable.Range(0, 10), order.Order()));
        Assert.Equal(5, orders.Select(static order => string.Concat(order)).Distinct().Count());
        Assert.Equal(orders, Orders(4));
        Assert.NotEqual(orders, Orders(5));
    }

    [Theory]
    [InlineData(0.3, 3)]
    [InlineData(0.01, 1)]
    [InlineData(0.99, 9)]
    public void Validation_rows_are_measured_after_each_epoch_and_never_trained_on(double fraction, int count)
    {
        var trained = new HashSet<int>();
        var model = new FakeModel<double>(Rows) { OnGradient = trained.UnionWith };
        var options = new TrainingOptions { Epochs = 4, ValidationFraction = fraction, Seed = 8, BatchSize = 3 };
        var (result, parameters) = Train(model, options);
        Assert.Equal(10 - count, trained.Count);
        Assert.Equal(4, result.ValidationLoss.Count);
        var others = Enumerable.Range(0, 10).Except(trained).ToArray();
        Assert.Equal(model.Loss(parameters, others, TestContext.Current.CancellationToken), result.ValidationLoss[^1]);
        Assert.Equal(model.Loss(parameters, [.. trained.Order()], TestContext.Current.CancellationToken), result.FinalLoss);
        Assert.Equal(result.ValidationLoss[^1], Assert.Single(result.Restarts).ValidationLoss);
        Assert.Equal(1 + result.ValidationLoss.ToList().IndexOf(result.ValidationLoss.Min()), result.BestEpoch);
    }

    [Fact]
    public void Other_seeds_choose_other_validation_rows() =>
        Assert.NotEqual(
            new TrainingRows(100, new TrainingOptions { ValidationFraction = 0.5, Seed = 1 }).Validation,
            new TrainingRows(100, new TrainingOptions { ValidationFraction = 0.5, Seed = 2 }).Validation);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(9, 2)]
    [InlineData(10, 2)]
    [InlineData(14, 3)]
    public void A_limit_of_steps_ends_the_training(int limit, int epochs)
    {
        var (result, _) = Train(new FakeModel<double>(Rows), new TrainingOptions { Epochs = 100, BatchSize = 2, MaxSteps = limit });
        Assert.Equal(limit, result.Steps);
        Assert.Equal(epochs, result.Epochs);
        Assert.Equal(TrainingStopReason.MaxSteps, result.StopReason);
    }

    [Fact]
    public void A_limit_of_steps_that_is_not_in_the_way_is_not_the_reason()
    {
        var (result, _) = Train(new FakeModel<double>(Rows), new TrainingOptions { Epochs = 2, BatchSize = 5, MaxSteps = 4 });
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
    }

    [Fact]
    public void The_training_ends_with_the_first_epoch_below_the_loss_asked_for()
    {
        var options = new TrainingOptions { Epochs = 100, BatchSize = 10, LearningRate = 0.3 };
        var (whole, _) = Train(new FakeModel<double>(Rows), options);
        var (result, _) = Train(new FakeModel<double>(Rows), options with { StopLoss = whole.EpochLoss[20] });
        Assert.Equal(TrainingStopReason.StopLoss, result.StopReason);
        Assert.Equal(22, result.Epochs);
        Assert.Equal(whole.EpochLoss.Take(22), result.EpochLoss);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0, 1)]
    [InlineData(0.4, 2)]
    public void Patience_keeps_the_parameters_that_had_the_least_loss(double validation, int patience)
    {
        // A rate this large makes the loss grow after a while.
        var options = new TrainingOptions { Epochs = 400, BatchSize = 2, LearningRate = 0.9, Shuffle = true, ValidationFraction = validation };
        var model = new FakeModel<double>(Rows);
        var (result, kept) = Train(model, options with { Patience = patience });
        Assert.Equal(TrainingStopReason.Patience, result.StopReason);
        Assert.InRange(result.BestEpoch, 1, 399);
        Assert.Equal(result.BestEpoch + patience, result.Epochs);
        var plan = new TrainingPlan(Rows.Length, null, options);
        var judges = validation > 0 ? plan.Rows.Validation : plan.Rows.Training;
        var after = Enumerable.Range(1, result.Epochs).Select(epochs => Train(new FakeModel<double>(Rows), options with { Epochs = epochs }).Parameters).ToArray();
        var losses = after.Select(parameters => model.Loss(parameters, judges, TestContext.Current.CancellationToken)).ToArray();
        Assert.Equal(losses.Min(), losses[result.BestEpoch - 1]);
        Assert.Equal(after[result.BestEpoch - 1], kept);
        if (validation == 0) Assert.Equal(losses.Min(), result.FinalLoss);
    }

    // (a - 5)^2 / 2 from 0 with momentum 0.1, a step of the whole data an epoch: the loss before a step is that of the parameters one epoch
    // earlier. A rate above 2 (1 + 0.1) makes the errors grow without end: the start is best of all.
    [Theory]
    [InlineData(2.3)]
    [InlineData(1.9)]
    [InlineData(0.7)]
    public void The_loss_that_patience_looks_at_is_that_of_the_parameters_it_keeps(double rate)
    {
        double[][] rows = [[0, 5]];
        var options = new TrainingOptions { Epochs = 40, BatchSize = 1, LearningRate = rate, Momentum = 0.1, Optimizer = TrainingOptimizer.Momentum, Patience = 50 };
        var loop = new TrainingLoop<double>(new FakeModel<double>(rows), new TrainingPlan(1, null, options), [0, 0], null);
        var (result, kept, _) = loop.Run(TestContext.Current.CancellationToken);
        var (a, velocity, best, bestEpoch) = (0.0, 0.0, 0.0, 0);
        for (var epoch = 1; epoch <= 40; epoch++)
        {
            velocity = (velocity * 0.1) + (a - 5);
            a -= velocity * rate;
            if (Math.Abs(a - 5) < Math.Abs(best - 5)) (best, bestEpoch) = (a, epoch);
        }

        Assert.Equal(bestEpoch, result.BestEpoch);
        Assert.Equal(best, kept[1]);
        Assert.Equal((best - 5) * (best - 5) / 2, result.FinalLoss);
        if (rate > 2) Assert.Equal(0, bestEpoch);
        else Assert.InRange(bestEpoch, 1, 40);
    }

    [Fact]
    public void The_kept_epoch_goes_through_text()
    {
        double[][] rows = [[0, 5]];
        var options = new TrainingOptions { Epochs = 5, BatchSize = 1, LearningRate = 3, Patience = 2 };
        var (result, _, _) = new TrainingLoop<double>(new FakeModel<double>(rows), new TrainingPlan(1, null, options), [0, 0], null).Run(TestContext.Current.CancellationToken);
        Assert.Equal(TrainingStopReason.Patience, result.StopReason);
        Assert.Equal((0, 12.5), (result.BestEpoch, result.FinalLoss));
        Assert.Equal(0, ((TrainingResult)ObjectText.Read(ObjectText.Write(result), typeof(TrainingResult))).BestEpoch);
    }

    [Fact]
    public void Patience_keeps_the_best_epoch_of_a_training_that_runs_to_its_end()
    {
        var options = new TrainingOptions { Epochs = 60, BatchSize = 2, LearningRate = 0.9, Shuffle = true, Patience = 1000 };
        var (result, kept) = Train(new FakeModel<double>(Rows), options);
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
        Assert.NotEqual(60, result.BestEpoch);
        Assert.Equal(Train(new FakeModel<double>(Rows), options with { Epochs = result.BestEpoch, Patience = null }).Parameters, kept);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Numbers_that_are_not_finite_end_it_with_the_last_finite_parameters(int batchSize)
    {
        var options = new TrainingOptions { Epochs = 10_000, BatchSize = batchSize, LearningRate = 30 };
        var (result, parameters) = Train(new FakeModel<double>(Rows), options);
        Assert.Equal(TrainingStopReason.NotFinite, result.StopReason);
        Assert.All(parameters, static value => Assert.True(double.IsFinite(value)));
        Assert.All(result.Loss, static loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(result.Steps + 1, result.FailedStep!.Step);
        Assert.Equal((result.Steps / ((9 / batchSize) + 1)) + 1, result.FailedStep.Epoch);
        Assert.Equal(batchSize == 1 ? (result.Steps % 10) + 1 : null, result.FailedStep.Sample);
        var (before, same) = Train(new FakeModel<double>(Rows), options with { MaxSteps = result.Steps });
        Assert.Equal(same, parameters);
        Assert.Equal(TrainingStopReason.MaxSteps, before.StopReason);
    }

    [Fact]
    public void A_row_that_is_not_finite_is_named()
    {
        var rows = FakeModel<double>.SomeRows(10, 3);
        rows[6][1] = double.NaN;
        var (result, _) = Train(new FakeModel<double>(rows), new TrainingOptions { Epochs = 3 });
        Assert.Equal(new TrainingStep(7, 1, 7, double.NaN), result.FailedStep);
        Assert.Equal(6, result.Steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Restarts_are_all_reported_and_the_best_is_kept_whatever_the_threads(int threads)
    {
        var options = new TrainingOptions { Epochs = 6, BatchSize = 3, Shuffle = true, Restarts = 9, Seed = 12, InputNoise = 0.1, GaussianDropout = 0.1 };
        var one = Train(new FakeModel<double>(Rows), options with { Threads = 1 });
        var (result, parameters) = Train(new FakeModel<double>(Rows), options with { Threads = threads });
        AssertSame(one, (result, parameters));
        Assert.Equal(Enumerable.Range(1, 9), result.Restarts.Select(static restart => restart.Restart));
        Assert.Equal(12, result.Restarts[0].Seed);
        Assert.Equal(9, result.Restarts.Select(static restart => restart.Seed).Distinct().Count());
        var best = Assert.Single(result.Restarts, static restart => restart.IsBest);
        Assert.Equal(result.Restarts.Min(static restart => restart.FinalLoss), best.FinalLoss);
        Assert.Equal(result.FinalLoss, best.FinalLoss);
        Assert.All(result.Restarts, static restart => Assert.Equal((24, 6), (restart.Steps, restart.Epochs)));
    }

    [Fact]
    public void A_restart_alone_is_the_training_with_its_seed()
    {
        var options = new TrainingOptions { Epochs = 4, Shuffle = true, Restarts = 5, Seed = 2 };
        var (all, parameters) = Train(new FakeModel<double>(Rows), options);
        var best = all.Restarts.Single(static restart => restart.IsBest);
        Assert.NotEqual(1, best.Restart);
        var plan = new TrainingPlan(10, null, options with { Restarts = 1, Seed = best.Seed });
        var (_, alone, _) = new TrainingLoop<double>(new FakeModel<double>(Rows), plan, FakeModel<double>.StartOf(4, best.Seed), null).Run(TestContext.Current.CancellationToken);
        Assert.Equal(alone, parameters);
    }

    [Fact]
    public void A_restart_that_ends_in_numbers_that_are_not_finite_never_wins()
    {
        // Starts at 1e200 overflow at once; the fourth goes well, whichever thread makes it.
        var options = new TrainingOptions { Epochs = 2, Restarts = 6, Seed = 1 };
        var plan = new TrainingPlan(10, null, options);
        var random = new RandomSource(1, TrainingStreams.Restarts);
        int[] seeds = [random.NextInt(int.MaxValue), random.NextInt(int.MaxValue), random.NextInt(int.MaxValue)];
        double[] NewStart(int seed) => seed == seeds[2] ? FakeModel<double>.StartOf(4, seed) : [1e200, 0, 0, 0];
        var loop = new TrainingLoop<double>(new FakeModel<double>(Rows), plan, [1e200, 0, 0, 0], NewStart);
        var (result, _, best) = loop.Run(TestContext.Current.CancellationToken);
        Assert.Equal(3, best);
        Assert.Equal(TrainingStopReason.Completed, result.StopReason);
        Assert.Equal(5, result.Restarts.Count(static restart => restart.StopReason == TrainingStopReason.NotFinite));
    }

    // Squared errors of 1e200 are infinite whatever the parameters; with 5 only the steps can make them so.
    [Theory]
    [InlineData(1e200, true)]
    [InlineData(5, false)]
    public void A_step_that_fails_at_the_start_too_is_told_from_one_that_was_led_astray(double target, bool atStart)
    {
        double[][] rows = [[0, 1], [0, target]];
        var (result, _, _) = new TrainingLoop<double>(new FakeModel<double>(rows), new TrainingPlan(2, null, new TrainingOptions { LearningRate = 30 }), [0, 0], null).Run(TestContext.Current.CancellationToken);
        Assert.Equal(TrainingStopReason.NotFinite, result.StopReason);
        Assert.Equal(atStart, result.FailsAtStart);
        Assert.Equal(atStart, result.FailedStep!.Step == 2);
    }

    [Fact]
    public void When_no_restart_is_finite_the_first_is_the_result()
    {
        var plan = new TrainingPlan(10, null, new TrainingOptions { Restarts = 3 });
        var (result, parameters, best) = new TrainingLoop<double>(new FakeModel<double>(Rows), plan, [1e200, 0, 0, 0], static _ => [1e201, 0, 0, 0]).Run(TestContext.Current.CancellationToken);
        Assert.Equal(0, best);
        Assert.Equal([1e200, 0, 0, 0], parameters);
        Assert.Equal(TrainingStopReason.NotFinite, result.StopReason);
        Assert.Equal(0, result.Steps);
        Assert.Equal(0, result.Epochs);
        Assert.Equal(0, result.BestEpoch);
    }

    [Fact]
    public void An_error_of_one_thread_ends_all_and_comes_out()
    {
        var calls = 0;
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                if (Interlocked.Increment(ref calls) == 50) throw new InvalidDataException("broken");
            },
        };
        var options = new TrainingOptions { Epochs = int.MaxValue / 100, Restarts = 4, Threads = 3 };
        Assert.Equal("broken", Assert.Throws<InvalidDataException>(() => Train(model, options)).Message);
    }

    [Fact]
    public void Cancelling_returns_what_was_reached_and_before_the_start_the_start()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var (result, parameters) = Run(new FakeModel<double>(Rows), new TrainingOptions { Restarts = 3 }, source.Token);
        Assert.Equal(TrainingStopReason.Cancelled, result.StopReason);
        Assert.Equal(0, result.Steps);
        Assert.Equal(FakeModel<double>.StartOf(4), parameters);
        Assert.True(double.IsFinite(result.FinalLoss));
        Assert.Single(result.Restarts);
    }

    [Fact]
    public void The_last_losses_are_unknown_when_they_take_longer_than_is_waited_for_them()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var loop = new TrainingLoop<double>(new FakeModel<double>(Rows), new TrainingPlan(10, null, new TrainingOptions()), FakeModel<double>.StartOf(4), null)
        {
            TimeForLastLosses = TimeSpan.Zero,
        };
        var (result, parameters, _) = loop.Run(source.Token);
        Assert.Equal(TrainingStopReason.Cancelled, result.StopReason);
        Assert.Equal(FakeModel<double>.StartOf(4), parameters);
        Assert.Equal(double.NaN, result.FinalLoss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancelling_within_a_batch_gives_the_state_before_it(bool patience)
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
        var options = new TrainingOptions { Epochs = 50, BatchSize = 4, Patience = patience ? 40 : null };
        var (result, parameters) = Run(model, options, source.Token);
        var (expected, same) = Train(new FakeModel<double>(Rows), options with { MaxSteps = 7 });
        Assert.Equal(TrainingStopReason.Cancelled, result.StopReason);
        Assert.Equal(expected.Loss, result.Loss);
        Assert.Equal(expected.EpochLoss, result.EpochLoss);
        Assert.Equal(same, parameters);
        Assert.Equal(expected.FinalLoss, result.FinalLoss);
    }

    [Fact]
    public void Progress_comes_on_the_calling_thread_and_never_falls()
    {
        var caller = Environment.CurrentManagedThreadId;
        var seen = new List<TrainingProgress>();
        using var reported = new ManualResetEventSlim();
        var model = new FakeModel<double>(Rows)
        {
            OnGradient = _ =>
            {
                // The others do not end before the calling thread has had its turn.
                if (Environment.CurrentManagedThreadId != caller) reported.Wait(TimeSpan.FromMinutes(1));
                Thread.Sleep(1);
            },
        };
        var options = new TrainingOptions
        {
            Epochs = 60,
            BatchSize = 5,
            Restarts = 5,
            Threads = 3,
            Progress = progress =>
            {
                reported.Set();
                Assert.Equal(caller, Environment.CurrentManagedThreadId);
                seen.Add(progress);
            },
        };
        Train(model, options);
        Assert.NotEmpty(seen);
        Assert.All(seen, static progress => Assert.True(progress.Fraction is > 0 and <= 1 && progress.Epoch is >= 1 and <= 60 && progress.Epochs == 60));
        Assert.Equal(seen.Select(static progress => progress.Fraction).Order(), seen.Select(static progress => progress.Fraction));
    }

    [Fact]
    public void Single_precision_trains_too()
    {
        var options = new TrainingOptions { Epochs = 200, BatchSize = 3, LearningRate = 0.1 };
        var (single, _) = Train(new FakeModel<float>(Rows), options);
        var (twice, _) = Train(new FakeModel<double>(Rows), options);
        Assert.Equal(twice.FinalLoss, single.FinalLoss, 1e-6);
    }

    [Theory]
    [InlineData(nameof(TrainingOptions.Epochs), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.MaxSteps), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.BatchSize), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.Restarts), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.Patience), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.Threads), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.CheckpointInterval), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.WeightDecay), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.InputNoise), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.GaussianDropout), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.StopLoss), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.ValidationFraction), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.Optimizer), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.Resume), "TrainingOptionInvalid")]
    [InlineData(nameof(TrainingOptions.LearningRate), "LearningRateInvalid")]
    [InlineData(nameof(TrainingOptions.Momentum), "MomentumInvalid")]
    public void An_option_out_of_its_range_is_refused(string name, string id)
    {
        var property = typeof(TrainingOptions).GetProperty(name)!;
        object[] bad = (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) switch
        {
            var type when type == typeof(int) => [0, -1],
            var type when type == typeof(double) && name == nameof(TrainingOptions.StopLoss) => [double.NaN],
            var type when type == typeof(double) => [-0.1, double.NaN, double.PositiveInfinity],
            var type when type == typeof(TrainingOptimizer) => [(TrainingOptimizer)99],
            _ => [true],
        };
        foreach (var value in bad)
        {
            var options = new TrainingOptions();
            property.SetValue(options, value);
            var error = Assert.Throws<AutodiffException>(() => Train(new FakeModel<double>(Rows), options));
            Assert.Equal(id, error.ErrorId);
        }
    }

    [Fact]
    public void No_rows_too_few_for_validation_and_too_many_steps_are_refused()
    {
        Assert.Equal("RowsMissing", Assert.Throws<AutodiffException>(static () => new TrainingPlan(0, null, new TrainingOptions())).ErrorId);
        Assert.Equal("TrainingOptionInvalid", Assert.Throws<AutodiffException>(static () => new TrainingPlan(1, null, new TrainingOptions { ValidationFraction = 0.5 })).ErrorId);
        Assert.Equal("StepsTooMany", Assert.Throws<AutodiffException>(static () => new TrainingPlan(10, null, new TrainingOptions { Epochs = int.MaxValue })).ErrorId);
        Assert.Equal(5, new TrainingPlan(10, null, new TrainingOptions { Epochs = int.MaxValue, MaxSteps = 5 }).Steps);
    }

    [Fact]
    public void The_seeds_of_restarts_are_these_for_ever()
    {
        var random = new RandomSource(12, TrainingStreams.Restarts);
        int[] expected = [12, random.NextInt(int.MaxValue), random.NextInt(int.MaxValue)];
        var (result, _) = Train(new FakeModel<double>(Rows), new TrainingOptions { Epochs = 1, Restarts = 3, Seed = 12 });
        Assert.Equal(expected, result.Restarts.Select(static restart => restart.Seed));
    }
}
