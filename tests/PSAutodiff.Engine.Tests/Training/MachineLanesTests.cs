using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Several trainings on one machine at once, each over a lane of its own.</summary>
public sealed class MachineLanesTests
{
    // So many that they are a block of data.
    private static readonly double[][] Rows = [.. Enumerable.Range(0, 400).Select(static i => new double[] { i / 100.0, Math.Sin(i) })];

    [Fact]
    public void Trainings_side_by_side_give_the_bits_of_each_alone_and_share_their_data()
    {
        using var machine = new Machine();
        using var lanes = new MachineLanes(machine);
        var seeds = Enumerable.Range(1, 8).ToArray();
        var there = new TrainingResult[seeds.Length];
        Together([.. seeds.Select<int, Action>((seed, i) => () => there[i] = Train(Options(seed).On(lanes.Open())))]);
        for (var i = 0; i < seeds.Length; i++)
        {
            var here = Train(Options(seeds[i]));
            Assert.Equal(here.Loss, there[i].Loss);
            Assert.Equal(here.Parameters!.Values.Cast<double>(), there[i].Parameters!.Values.Cast<double>());
            Assert.Equal(here.Restarts, there[i].Restarts);
        }

        Assert.Equal(1, machine.Blocks);
        Assert.Null(lanes.Loss);
    }

    [Fact]
    public void An_error_is_that_of_its_lane_alone()
    {
        using var machine = new Machine();
        using var lanes = new MachineLanes(machine);
        var bad = lanes.Open();
        var good = lanes.Open();
        var error = Assert.ThrowsAny<AutodiffException>(() => Train(Options(1).On(bad), "(y - take([1, 2], 40*x)*a)^2"));
        Assert.Equal(Assert.ThrowsAny<AutodiffException>(() => Train(Options(1), "(y - take([1, 2], 40*x)*a)^2")).Message, error.Message);
        Assert.Equal(Train(Options(2)).Loss, Train(Options(2).On(good)).Loss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_the_machine_dies_all_lanes_end(bool isHostile)
    {
        for (var asks = 0; asks < 20; asks += 4)
        {
            using var machine = new Machine { Asks = asks, IsHostile = isHostile };
            using var lanes = new MachineLanes(machine);
            var lost = 0;
            Together([.. Enumerable.Range(1, 4).Select<int, Action>(seed => () =>
            {
                try
                {
                    Train(Options(seed).On(lanes.Open()));
                }
                catch (MachineLostException)
                {
                    Interlocked.Increment(ref lost);
                }
            })]);
            Assert.InRange(lost, 1, 4);
            Assert.NotNull(lanes.Loss);
            Assert.Throws<MachineLostException>(() => Train(Options(9).On(lanes.Open())));
        }
    }

    [Fact]
    public void Damaged_requests_are_answered_by_an_error()
    {
        var random = new RandomSource(5);
        for (var i = 0; i < 500; i++)
        {
            var request = new byte[random.NextInt(40)];
            foreach (ref var one in request.AsSpan()) one = (byte)random.NextInt(i % 2 == 0 ? 4 : 256);
            using var desk = new MachineDesk(ServiceOf);
            var answer = desk.Ask([(byte)MachineWork.Lanes, .. request]);
            var error = Record.Exception(() => MachineDesk.Open(MachineDesk.Open(answer)[sizeof(int)..]));
            Assert.True(error is MachineLostException or AutodiffException, $"{Convert.ToHexString(request)}: {error}");
        }
    }

    private static LaneService? ServiceOf(MachineWork work)
    {
        var store = new JobStore(isShared: true);
        return work == MachineWork.Lanes ? new LaneService(inner => inner == MachineWork.Starts ? new TrainingWorker(store) : null) : null;
    }

    private static TrainingOptions Options(int seed) => new() { Epochs = 5, BatchSize = 50, Seed = seed, Restarts = 3, Threads = 1, LearningRate = 0.05, Optimizer = TrainingOptimizer.Adam };

    private static TrainingResult Train(TrainingOptions options, string text = "(y - (a*tanh(b*x + c)))^2")
    {
        var loss = ExprNode.Parse(text);
        string[] parameters = [.. loss.Variables.Except(["x", "y"])];
        double[] StartOf(int seed)
        {
            var random = new RandomSource(seed);
            return [.. parameters.Select(_ => random.NextNormal())];
        }

        return new LossTraining(loss, ["x", "y"], parameters) { StartFromSeed = StartOf }.Run(StartOf(options.Seed), Rows, null, options);
    }

    private static void Together(Action[] actions)
    {
        var threads = Array.ConvertAll(actions, static action => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Assert.True(Task.WaitAll(threads, 120_000, TestContext.Current.CancellationToken), "They hang.");
    }

    // A worker in this process, which dies after some answers. Others may send while one waits for an answer.
    private sealed class Machine : IMachine, IDisposable
    {
        private readonly MachineDesk _desk = new(ServiceOf);
        private readonly System.Collections.Concurrent.ConcurrentQueue<byte[]> _requests = [];

        public string Name => "m";

        public int Slots => 2;

        public int Asks { get; set; } = int.MaxValue;

        public bool IsHostile { get; init; }

        public int Blocks { get; private set; }

        public void Dispose() => _desk.Dispose();

        public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data)
        {
            if (request[5] == TrainingWorker.Block) Blocks++;
            _requests.Enqueue([(byte)work, .. request, .. data.Span]);
        }

        public byte[] Receive(CancellationToken cancellation)
        {
            if (Asks-- <= 0) return IsHostile ? [9, 0, 0, 0, 1, 2] : throw new MachineLostException("It died.");
            while (true)
            {
                var some = new List<byte[]>();
                while (_requests.TryDequeue(out var request)) some.Add(request);
                cancellation.ThrowIfCancellationRequested();
                foreach (var answer in _desk.Answers(DeskQuestion.Message(some)))
                {
                    if (answer is not null) return MachineDesk.Open(answer);
                }
            }
        }
    }
}
