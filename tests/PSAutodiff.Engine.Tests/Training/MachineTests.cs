using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Starts that other machines train: the same bits whoever trains them, and nothing lost when machines are.</summary>
public sealed class MachineTests
{
    private static readonly double[][] Rows = [.. Enumerable.Range(0, 24).Select(static i => new double[] { i / 8.0, Math.Sin(i) })];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    public void Machines_give_the_same_bits(int machines, bool includesLocal)
    {
        foreach (var of in new Func<TrainingOptions, CancellationToken, TrainingResult>[] { TrainLoss, TrainNetwork, TrainSingle })
        {
            var expected = of(Options(), CancellationToken.None);
            var result = of(Options() with { Machines = [.. Enumerable.Range(0, machines).Select(static i => new Machine($"m{i}"))], IncludesLocal = includesLocal }, CancellationToken.None);
            Same(expected, result);
        }
    }

    [Fact]
    public void Fifty_deaths_lose_nothing()
    {
        var expected = TrainLoss(Options(), CancellationToken.None);
        var random = new RandomSource(7);
        for (var run = 0; run < 50; run++)
        {
            var lost = new List<string>();
            Machine[] machines = [new("a") { Asks = random.NextInt(12) }, new("b") { Asks = random.NextInt(12), IsHostile = run % 5 == 0 }, new("c")];
            var result = TrainLoss(Options() with { Machines = machines, MachineLost = (name, _) => lost.Add(name) }, CancellationToken.None);
            Same(expected, result);
            Assert.Null(result.MachinesLost);
            Assert.DoesNotContain("c", lost);
            Assert.Equal([.. machines.Where(static machine => machine.IsDead).Select(static machine => machine.Name)], lost.Order());
        }
    }

    [Fact]
    public void Of_a_start_that_another_one_has_beaten_little_is_sent()
    {
        const int Little = 100;
        var expected = TrainLoss(Options(), CancellationToken.None);
        var losses = expected.Restarts.Select(static restart => restart.ValidationLoss!.Value).ToArray();
        var (bars, ended, little) = (new Dictionary<int, double>(), new List<int>(), 0);
        var machine = new Machine("a") { Seen = See, Answered = Take };
        Same(expected, TrainLoss(Options() with { Machines = [machine] }, CancellationToken.None));
        Assert.Equal(losses.Length, ended.Count);
        Assert.InRange(little, 1, losses.Length - 1);

        // After the number of the start and its seed a request has the least loss that is known by then.
        void See(byte[] request)
        {
            if (request[1] != TrainingWorker.Start) return;
            var bar = BitConverter.ToDouble(request, 2 + (2 * sizeof(int)));
            Assert.Equal(ended.Select(index => losses[index]).Append(double.PositiveInfinity).Min(), bar);
            bars.Add(BitConverter.ToInt32(request, 2), bar);
        }

        void Take(byte[] answer)
        {
            if (answer[0] != TrainingWorker.Start) return;
            var index = BitConverter.ToInt32(answer, 1);
            ended.Add(index);
            Assert.Equal(losses[index] > bars[index], answer.Length < Little);
            if (answer.Length < Little) little++;
        }
    }

    [Fact]
    public void A_machine_that_holds_back_the_best_start_is_not_believed()
    {
        byte[]? little = null;
        var honest = new Machine("a") { Answered = answer => little = answer.Length < 100 && answer[0] == TrainingWorker.Start ? answer : little };
        TrainLoss(Options() with { Machines = [honest] }, CancellationToken.None);
        Assert.NotNull(little);
        var lost = new List<string>();
        var liar = new Machine("liar") { Asks = 1, Lie = [TrainingWorker.Start, 0, 0, 0, 0, .. little[5..]] };
        var result = TrainLoss(Options() with { Machines = [liar], MachineLost = (name, why) => lost.Add($"{name}: {why}") }, CancellationToken.None);
        Assert.Equal(0, result.MachinesLost);
        Assert.Equal(["liar: It sent what cannot be: it is not the whole end of a start."], lost);
    }

    [Fact]
    public void When_all_machines_die_what_was_reached_is_kept()
    {
        for (var asks = 0; asks < 12; asks += 3)
        {
            var result = TrainLoss(Options() with { Machines = [new Machine("a") { Asks = asks }], MachineLost = static (_, _) => { } }, CancellationToken.None);
            Assert.NotNull(result.MachinesLost);
            Assert.NotNull(result.Parameters);
            Assert.Equal(Math.Max(1, result.MachinesLost.Value), result.Restarts.Count);
        }
    }

    [Fact]
    public void A_cancelled_training_does_not_wait_for_machines()
    {
        using var cancellation = new CancellationTokenSource(100);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var result = TrainLoss(Options() with { Machines = [new Machine("deaf") { IsDeaf = true }] }, cancellation.Token);
        Assert.True(clock.ElapsedMilliseconds < 5000, $"{clock.ElapsedMilliseconds} ms");
        Assert.Equal(TrainingStopReason.Cancelled, result.StopReason);
    }

    [Fact]
    public void An_error_of_the_training_is_that_of_the_machine()
    {
        var one = Assert.ThrowsAny<AutodiffException>(() => TrainLoss("(y - take([1, 2], 40*x)*a)^2", Options() with { Restarts = 1 }, CancellationToken.None));
        var other = Assert.ThrowsAny<AutodiffException>(() => TrainLoss("(y - take([1, 2], 40*x)*a)^2", Options() with { Restarts = 1, Machines = [new Machine("a")] }, CancellationToken.None));
        Assert.Equal(one.ErrorId, other.ErrorId);
        Assert.Equal(one.Message, other.Message);
    }

    [Fact]
    public void Damaged_requests_are_answered_by_an_error()
    {
        byte[]? job = null;
        TrainLoss(Options() with { Restarts = 1, Machines = [new Machine("a") { Seen = request => job ??= request }] }, CancellationToken.None);
        var random = new RandomSource(3);
        for (var i = 0; i < 300; i++)
        {
            var damaged = job!.ToArray();
            for (var k = 0; k <= i % 3; k++) damaged[6 + random.NextInt(damaged.Length - 6)] = (byte)random.NextInt(256);
            if (i % 4 == 0) damaged = damaged[..(6 + random.NextInt(damaged.Length - 6))];
            using var desk = new MachineDesk(static _ => new TrainingWorker());
            var answer = desk.Ask(damaged);
            var error = Record.Exception(() => Assert.Equal([TrainingWorker.Prepare], MachineDesk.Open(answer)));
            Assert.True(error is null or MachineLostException or AutodiffException, error?.ToString());
        }
    }

    [Theory]
    [InlineData("one byte less")]
    [InlineData("one byte more")]
    [InlineData("the number of another start")]
    [InlineData("a number below all starts")]
    [InlineData("a number above all starts")]
    [InlineData("an answer that was taken before")]
    [InlineData("a count of epochs that is not a number of them")]
    [InlineData("a negative count of steps")]
    [InlineData("nothing")]
    public void A_machine_that_sends_what_cannot_be_is_lost_and_nothing_of_it_is_taken(string what)
    {
        var lost = new List<string>();
        byte[]? before = null;
        byte[] Damage(byte[] answer)
        {
            var damaged = answer.ToArray();
            switch (what)
            {
                case "one byte less": return answer[..^1];
                case "one byte more": return [.. answer, 0];
                case "the number of another start": damaged[1] ^= 16; break;
                case "a number below all starts": BitConverter.GetBytes(-1).CopyTo(damaged, 1); break;
                case "a number above all starts": BitConverter.GetBytes(int.MaxValue).CopyTo(damaged, 1); break;
                case "an answer that was taken before": return before ??= answer;
                // Behind the kind, the number, whether it fails at its start, and the kind of section.
                case "a count of epochs that is not a number of them": BitConverter.GetBytes(float.NaN).CopyTo(damaged, 7); break;
                case "a negative count of steps": BitConverter.GetBytes(-7).CopyTo(damaged, 15); break;
                default: return [];
            }

            return damaged;
        }

        Machine[] machines = [new("liar") { Damage = Damage }, new("b")];
        var result = TrainLoss(Options() with { Restarts = 30, Machines = machines, MachineLost = (name, _) => lost.Add(name) }, CancellationToken.None);
        Same(TrainLoss(Options() with { Restarts = 30 }, CancellationToken.None), result);
        Assert.Equal(["liar"], lost);
    }

    private static TrainingOptions Options() => new() { Epochs = 30, BatchSize = 4, Shuffle = true, Seed = 11, Restarts = 9, Threads = 2, LearningRate = 0.05, Optimizer = TrainingOptimizer.Adam, ValidationFraction = 0.2 };

    private static TrainingResult TrainLoss(TrainingOptions options, CancellationToken cancellation) => TrainLoss("(y - (a*tanh(b*x + c)))^2", options, cancellation);

    private static TrainingResult TrainLoss(string text, TrainingOptions options, CancellationToken cancellation)
    {
        var loss = ExprNode.Parse(text, CancellationToken.None);
        string[] parameters = [.. loss.Variables.Except(["x", "y"])];
        double[] StartOf(int seed)
        {
            var random = new RandomSource(seed);
            return [.. parameters.Select(_ => random.NextNormal())];
        }

        var training = new LossTraining(loss, ["x", "y"], parameters) { StartFromSeed = StartOf };
        return training.Run(StartOf(options.Seed), Rows, [.. Enumerable.Range(100, Rows.Length)], options, cancellation);
    }

    private static TrainingResult TrainNetwork(TrainingOptions options, CancellationToken cancellation) => TrainNetwork(NetworkPrecision.Double, options, cancellation);

    private static TrainingResult TrainSingle(TrainingOptions options, CancellationToken cancellation) => TrainNetwork(NetworkPrecision.Single, options, cancellation);

    private static TrainingResult TrainNetwork(NetworkPrecision precision, TrainingOptions options, CancellationToken cancellation)
    {
        var network = Network.Create(1, [(5, ActivationFunction.Tanh), (1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 3, precision);
        var (inputs, targets) = (new double[Rows.Length, 1], new double[Rows.Length, 1]);
        for (var i = 0; i < Rows.Length; i++) (inputs[i, 0], targets[i, 0]) = (Rows[i][0], Rows[i][1]);
        return NetworkTraining.Run(network, inputs, targets, LossFunction.MeanSquaredError, options, cancellation);
    }

    private static void Same(TrainingResult expected, TrainingResult result)
    {
        Assert.Equal(expected.Loss.Select(BitConverter.DoubleToInt64Bits), result.Loss.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(expected.Restarts, result.Restarts);
        Assert.Equal(expected.ValidationLoss, result.ValidationLoss);
        Assert.Equal(expected.Parameters?.Values.Cast<double>(), result.Parameters?.Values.Cast<double>());
        Assert.Equal(expected.Network?.ToJson(), result.Network?.ToJson());
    }

    // A worker in this process, which can die, lie or be silent.
    private sealed class Machine(string name) : IMachine, IDisposable
    {
        private readonly MachineDesk _desk = new(static _ => new TrainingWorker());
        private readonly List<byte[]> _requests = [];

        public string Name => name;

        public int Slots => 2;

        public int Asks { get; set; } = int.MaxValue;

        public bool IsHostile { get; init; }

        public bool IsDeaf { get; init; }

        public byte[]? Lie { get; init; }

        public Action<byte[]>? Answered { get; init; }

        public bool IsDead { get; private set; }

        public Action<byte[]>? Seen { get; init; }

        public Func<byte[], byte[]>? Damage { get; init; }

        public long Expected { get; private set; }

        public void Dispose() => _desk.Dispose();

        public void Expect(long bytes) => Expected = Math.Max(Expected, bytes);

        public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data)
        {
            Assert.False(IsDead);
            Seen?.Invoke([(byte)work, .. request, .. data.Span]);
            _requests.Add([(byte)work, .. request, .. data.Span]);
        }

        public byte[] Receive(CancellationToken cancellation)
        {
            Assert.False(IsDead);
            if (IsDeaf)
            {
                cancellation.WaitHandle.WaitOne();
                cancellation.ThrowIfCancellationRequested();
            }

            if (Asks-- <= 0)
            {
                IsDead = true;
                if (Lie is not null) return Lie;
                return IsHostile ? [TrainingWorker.Start, 0, 0, 0, 0, 1, 2, 3] : throw new MachineLostException("It died.");
            }

            var message = DeskQuestion.Message(_requests);
            _requests.Clear();
            while (true)
            {
                foreach (var answer in _desk.Answers(message))
                {
                    if (answer is null) continue;
                    var opened = MachineDesk.Open(answer);
                    Answered?.Invoke(opened);

                    // A longer answer would not be read: what was said of its length has to hold, and to say something.
                    Assert.InRange(opened.Length, 0, Expected + 16);
                    Assert.InRange(Expected, 1, 100_000);
                    return opened is [TrainingWorker.Start, ..] && Damage is not null ? Damage(opened) : opened;
                }

                message = [];
            }
        }
    }
}
