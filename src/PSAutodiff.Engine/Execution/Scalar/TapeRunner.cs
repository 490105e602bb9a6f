using System.Runtime.CompilerServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Runs a tape at single points in the way that is the fastest: by the interpreter, regrouped, or as machine code, which is made on another
/// thread once enough runs repay it. Machine code of a short tape is always the fastest. The ways of running a long one take turns for a
/// while, and what took the least time is kept. Nothing of it can be seen in the results.
/// </summary>
/// <param name="tape">The tape.</param>
/// <param name="firstInputs">How many of its inputs stand in the first span of a run.</param>
internal sealed class TapeRunner(Tape tape, int firstInputs)
{
    /// <summary>So many runs repay making machine code.</summary>
    public const int RunsBeforeCode = 1000;

    // Machine code of more operations no longer fits the processor's caches and takes seconds to make.
    private const int LongestCode = 60_000;

    // Below this a regrouped program gains nothing that is worth planning it.
    private const int ShortestContest = 512;

    // Batches so long on average run at the speed of vector loops, which machine code does not reach. Shorter ones do too, or gather their
    // arguments for longer than they compute: that has to be measured.
    private const int LongBatch = 1000;

    // A program that is run once is not worth a plan; the first runs for which it is are the second and those that follow.
    private const int PlanningRun = 2;

    private volatile TapeWay _way = new InterpretedTape(tape);
    private volatile WayContest? _contest;
    private TapeWay[] _others = [];
    private int _runs;
    private int _due = RunsBeforeCode;
    private int _isDecided;
    private volatile bool _isSettled;

    public Tape Tape => tape;

    public int FirstInputs => firstInputs;

    /// <summary>The way of running for now.</summary>
    public TapeWay Way => _way;

    /// <summary>Whether it will stay that way.</summary>
    public bool IsSettled => _isSettled;

    /// <summary>Evaluates at one point.</summary>
    /// <param name="first">The first inputs.</param>
    /// <param name="second">The other inputs, if there are any.</param>
    /// <param name="outputs">Gets the outputs; their places may be those of inputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs)
    {
        if (!_isSettled) Count(1);
        if (_contest is { } contest) contest.Run(first, second, outputs);
        else _way.Run(first, second, outputs);
    }

    /// <summary>Says how many runs follow: if they repay machine code, it need not wait until they are done.</summary>
    public void Expect(int runs)
    {
        if (runs >= RunsBeforeCode) _due = PlanningRun + 1;
    }

    /// <summary>
    /// Whether some rows are to be run one by one: then the interpreter would be slower than blocks of rows, but machine code is faster. Their
    /// runs count in any case.
    /// </summary>
    public bool TakesRows(int count)
    {
        if (!_isSettled) Count(count);
        return _contest is not null || _way is not InterpretedTape;
    }

    /// <summary>Takes machine code, or learns with null that there is none.</summary>
    public void Take(TapeCode? code)
    {
        TapeWay[] ways = code is null ? [_way, .. _others] : [_way, .. _others, code];
        if (ways.Length > 1 && tape.Instructions.Length >= ShortestContest) _contest = new WayContest(ways, Settle);
        else Settle(ways[^1]);
    }

    private void Count(int count)
    {
        var run = Interlocked.Add(ref _runs, count);
        if (run >= PlanningRun && run - count < PlanningRun && tape.Instructions.Length >= ShortestContest)
        {
            if (RegroupedTape.TryCreate(tape) is { } regrouped) _contest = new WayContest([_way, regrouped], way => Lead(way, way == regrouped ? _way : regrouped));
        }
        else if (run >= _due && _contest is null && Interlocked.Exchange(ref _isDecided, 1) == 0)
        {
            if (tape.Instructions.Length > LongestCode || _way is RegroupedTape { MeanBatch: >= LongBatch } || !RuntimeFeature.IsDynamicCodeSupported) Take(null);
            else CodeWorkshop.Order(this);
        }
    }

    // The code of all that is run may be unoptimized at this time, so another contest follows.
    private void Lead(TapeWay way, TapeWay other)
    {
        _others = [other];
        _way = way;
        _contest = null;
    }

    private void Settle(TapeWay way)
    {
        _way = way;
        _others = [];
        _isSettled = true;
        _contest = null;
    }
}
