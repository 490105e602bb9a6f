using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Curve fits whose starts other machines search: the bits of a fit here, and nothing lost when machines are.</summary>
public sealed class FitMachinesTests
{
    private const int Rows = 600;

    private static readonly double[] X = [.. Enumerable.Range(0, Rows).Select(static i => i / 60.0)];
    private static readonly double[] Y = [.. Enumerable.Range(0, Rows).Select(static i => (2 * Math.Sin(1.7 * i / 60.0)) + (0.1 * Math.Sin(i)))];
    private static readonly double[] W = [.. Enumerable.Range(0, Rows).Select(static i => i % 7 == 0 ? 0.0 : 1 + (i % 3))];

    [Theory]
    [InlineData(1, false, "")]
    [InlineData(2, false, "w")]
    [InlineData(4, true, "")]
    [InlineData(2, true, "bounds")]
    [InlineData(2, false, "Huber")]
    public void Machines_give_the_same_bits(int machines, bool includesLocal, string form)
    {
        var options = Options(form);
        var expected = Fit(form).Run(Start(form), options);
        var starts = new FitMachines([.. Enumerable.Range(0, machines).Select(static i => new Machine($"m{i}"))], includesLocal);
        Same(expected, Fit(form).Run(Start(form), options with { Starts = starts }));
        Assert.Null(starts.Lost);
    }

    [Fact]
    public void Fifty_deaths_lose_nothing()
    {
        var expected = Fit("").Run(Start(""), Options(""));
        var random = new RandomSource(5);
        for (var run = 0; run < 50; run++)
        {
            var lost = new List<string>();
            Machine[] machines = [new("a") { Asks = random.NextInt(10) }, new("b") { Asks = random.NextInt(10), IsHostile = run % 5 == 0 }, new("c")];
            var starts = new FitMachines(machines, false) { MachineLost = (name, _) => lost.Add(name) };
            Same(expected, Fit("").Run(Start(""), Options("") with { Starts = starts }));
            Assert.Null(starts.Lost);
            Assert.Equal([.. machines.Where(static machine => machine.IsDead).Select(static machine => machine.Name)], lost.Order());
        }
    }

    [Fact]
    public void When_all_machines_die_what_was_reached_is_kept()
    {
        var nothing = new FitMachines([new Machine("a") { Asks = 0 }], false);
        Assert.ThrowsAny<OperationCanceledException>(() => Fit("").Run(Start(""), Options("") with { Starts = nothing }));
        Assert.Equal(0, nothing.Lost);
        var some = new FitMachines([new Machine("a") { Asks = 5 }], false);
        Assert.Equal(CurveFitStopReason.Cancelled, Fit("").Run(Start(""), Options("") with { Starts = some }).StopReason);
        Assert.InRange(some.Lost!.Value, 1, 6);
    }

    [Fact]
    public void Damaged_requests_are_answered_by_an_error()
    {
        var job = FitJob.Write(Fit("w"), Start("w"), Options("bounds"));
        byte[] whole = [TrainingWorker.Prepare, 2, 0, 0, 0, 2, 0, 0, 0, .. job.Head];
        var random = new RandomSource(3);
        for (var i = 0; i < 300; i++)
        {
            var worker = new TrainingWorker();
            foreach (var (key, bytes) in job.Blocks) Assert.Equal([TrainingWorker.Block], worker.Answer((byte[])[TrainingWorker.Block, .. key.ToByteArray(), .. bytes.Span], default));
            var damaged = whole.ToArray();
            for (var k = 0; k < i % 3; k++) damaged[9 + random.NextInt(damaged.Length - 9)] = (byte)random.NextInt(256);
            if (i % 4 == 1) damaged = damaged[..(9 + random.NextInt(damaged.Length - 9))];
            var answer = MachineDesk.AnswerOf(worker, damaged, default);
            var error = Record.Exception(() => Assert.Equal([TrainingWorker.Prepare], MachineDesk.Open(answer)));
            Assert.True(error is null or MachineLostException or AutodiffException, error?.ToString());
        }

        Assert.Throws<InvalidDataException>(() => new TrainingWorker().Answer((byte[])[TrainingWorker.Block, .. Guid.NewGuid().ToByteArray(), 1, 2, 3], default));
    }

    private static CurveFitOptions Options(string form) => new()
    {
        Restarts = 7,
        Seed = 3,
        LowerBounds = form == "bounds" ? [-5, 0.1, -1] : null,
        UpperBounds = form == "bounds" ? [5, 4, 1] : null,
        Loss = form == "Huber" ? FitLoss.Huber : FitLoss.LeastSquares,
        LossScale = form == "Huber" ? 0.05 : 1,
    };

    private static double[] Start(string form) => form == "bounds" ? [double.NaN, double.NaN, double.NaN] : [double.NaN, 1, 0.2];

    private static CurveFit Fit(string form) =>
        new(ExprNode.Parse("a*sin(b*x + c)"), ExprNode.Variable("y"), new DataRows(["x", "y", "w"], [X, Y, W], Rows, RowTotal.Sum), form == "w" ? ExprNode.Variable("w") : null, ["a", "b", "c"]);

    private static void Same(CurveFitResult expected, CurveFitResult result)
    {
        Assert.Equal(expected.Parameters.Values.Cast<double>(), result.Parameters.Values.Cast<double>());
        Assert.Equal(expected.StandardErrors.Values.Cast<double>(), result.StandardErrors.Values.Cast<double>());
        Assert.Equal(expected.ResidualSumOfSquares, result.ResidualSumOfSquares);
        Assert.Equal((expected.Iterations, expected.Evaluations, expected.StopReason), (result.Iterations, result.Evaluations, result.StopReason));
    }

    // A worker in this process, which dies or lies after some answers.
    private sealed class Machine(string name) : IMachine
    {
        private readonly TrainingWorker _worker = new();
        private readonly Queue<byte[]> _requests = [];

        public string Name => name;

        public int Slots => 2;

        public int Asks { get; set; } = int.MaxValue;

        public bool IsHostile { get; init; }

        public bool IsDead { get; private set; }

        private long Expected { get; set; }

        public void Expect(long bytes) => Expected = Math.Max(Expected, bytes);

        public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data) => _requests.Enqueue([.. request, .. data.Span]);

        public byte[] Receive(CancellationToken cancellation)
        {
            Assert.False(IsDead);
            if (Asks-- > 0)
            {
                var answer = MachineDesk.Open(MachineDesk.AnswerOf(_worker, _requests.Dequeue(), cancellation));

                // A longer answer would not be read.
                Assert.InRange(answer.Length, 0, Expected);
                return answer;
            }

            IsDead = true;
            return IsHostile ? [TrainingWorker.Start, 0, 0, 0, 0, 1, 2, 3] : throw new MachineLostException("It died.");
        }
    }
}
