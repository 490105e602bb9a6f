using System.Runtime.CompilerServices;
using PSAutodiff.Execution.Scalar;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>A program goes over to the fastest way of running by itself; nobody sees it in results, and nobody waits for it.</summary>
public sealed class TapeRunnerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Programs => ["short", "deep", "wide", "widest", "one operation", "no operation"];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Results_are_the_same_bits_from_the_first_run_until_the_way_of_running_is_settled_and_after(string program)
    {
        var compiled = CompiledExpression.Compile([Make(program)], ["x", "y"]);
        var right = Make(program).At(("x", 0.7), ("y", -0.3));
        for (var run = 0; run < TapeRunner.RunsBeforeCode + 100; run++) Assert.Equal(right, compiled.Evaluate(0.7, -0.3));
        Assert.True(SpinWait.SpinUntil(() => Same() && compiled.Runner.IsSettled, Patience));
        Assert.Equal(right, compiled.Evaluate(0.7, -0.3));

        // Machine code of a short program is always kept.
        if (program is "short" or "one operation") Assert.IsType<TapeCode>(compiled.Runner.Way);

        bool Same()
        {
            Assert.Equal(right, compiled.Evaluate(0.7, -0.3));
            return true;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Threads_that_meet_while_the_way_of_running_changes_get_the_same_bits(string program)
    {
        var compiled = CompiledExpression.Compile([Make(program)], ["x", "y"]);
        var node = Make(program);
        double[] right = [.. Enumerable.Range(0, 8).Select(i => node.At(("x", 0.1 * i), ("y", -0.3)))];
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, thread =>
        {
            for (var run = 0; run < TapeRunner.RunsBeforeCode; run++)
            {
                var i = (run + thread) % right.Length;
                Assert.Equal(right[i], compiled.Evaluate(0.1 * i, -0.3));
            }
        });
    }

    [Fact]
    public void Runs_that_are_going_to_follow_repay_machine_code_before_they_are_done()
    {
        var runner = CompiledExpression.Compile([Make("short")], ["x", "y"]).Runner;
        runner.Expect(TapeRunner.RunsBeforeCode);
        var results = new double[1];
        for (var run = 0; run < 5; run++) runner.Run([0.7, -0.3], [], results);
        Assert.True(SpinWait.SpinUntil(() => runner.IsSettled, Patience));
        Assert.IsType<TapeCode>(runner.Way);
    }

    [Fact]
    public void Few_runs_repay_no_machine_code()
    {
        var runner = CompiledExpression.Compile([Make("short")], ["x", "y"]).Runner;
        runner.Expect(TapeRunner.RunsBeforeCode - 1);
        var results = new double[1];
        for (var run = 0; run < 500; run++) runner.Run([0.7, -0.3], [], results);
        Assert.False(runner.IsSettled);
        Assert.IsType<InterpretedTape>(runner.Way);
    }

    [Fact]
    public void Runs_over_few_rows_repay_machine_code_too()
    {
        var compiled = CompiledExpression.Compile([Make("short")], ["x", "y"]);
        double[] xs = [.. Enumerable.Range(0, 8).Select(static i => 0.1 * i)];
        var right = Rows();
        for (var run = 0; run < TapeRunner.RunsBeforeCode / xs.Length; run++) Assert.Equal(right, Rows());
        Assert.True(SpinWait.SpinUntil(() => compiled.Runner.IsSettled, Patience));
        Assert.Equal(right, Rows());

        double[] Rows() => compiled.EvaluateRows([xs, new[] { -0.3 }], TestContext.Current.CancellationToken)[0];
    }

    [Fact]
    public void Ways_take_turns_until_one_is_chosen()
    {
        var tape = CompiledExpression.Compile([Make("short")], ["x", "y"]).Tape;
        Counted[] ways = [new(tape), new(tape), new(tape)];
        var chosen = new List<TapeWay>();
        var contest = new WayContest(ways, chosen.Add);
        var runs = 0;
        for (; chosen.Count == 0; runs++) contest.Run([0.7, -0.3], [], new double[1]);
        Assert.All(ways, way => Assert.Equal(runs / 3, way.Runs));
        Assert.Contains(Assert.Single(chosen), ways);
    }

    [Fact]
    public void Making_machine_code_keeps_no_expression_alive()
    {
        var (node, runner) = Order();
        Assert.True(SpinWait.SpinUntil(() => Collected(node) && Collected(runner), Patience));

        static bool Collected(WeakReference reference)
        {
            GC.Collect();
            return !reference.IsAlive;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Node, WeakReference Runner) Order()
    {
        var node = Make("deep");
        var compiled = CompiledExpression.Compile([node], ["x", "y"]);
        compiled.Runner.Expect(int.MaxValue);
        for (var run = 0; run < 100; run++) compiled.Evaluate(0.7, -0.3);
        return (new WeakReference(node), new WeakReference(compiled.Runner));
    }

    private static ExprNode Make(string program)
    {
        var (x, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
        return program switch
        {
            "one operation" => x * y,
            "no operation" => x,
            "short" => ExprNode.Tanh((x * y) + 0.5) - (x / y),
            "deep" => Enumerable.Range(0, 2000).Aggregate(x, (sum, i) => (sum * 0.5) + ExprNode.Exp(y * (0.001 * i))),
            "wide" => Enumerable.Range(0, 400).Select(i => ExprNode.Exp((x * (0.001 * i)) - y)).Aggregate(static (a, b) => a + b),
            _ => Enumerable.Range(0, 25_000).Select(i => ExprNode.Exp((x * (0.0001 * i)) - y)).Aggregate(static (a, b) => a + b),
        };
    }

    private sealed class Counted(Tape tape) : TapeWay
    {
        private readonly InterpretedTape _tape = new(tape);

        public int Runs { get; private set; }

        public override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs)
        {
            Runs++;
            _tape.Run(first, second, outputs);
        }

        protected override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs, double[] memory)
        {
        }

        protected override double[] NewMemory() => [];
    }
}
