using System.Diagnostics;

namespace PSAutodiff.Execution.Scalar;

/// <summary>Lets ways of running a tape take turns at the runs that are asked for, and finds out which takes the least time.</summary>
/// <param name="ways">The ways, two or more.</param>
/// <param name="decided">Gets the fastest when all have had their turns.</param>
internal sealed class WayContest(TapeWay[] ways, Action<TapeWay> decided)
{
    // The least time counts: all that disturbs a run makes it longer.
    private const int Rounds = 5;

    private readonly long[] _least = [.. ways.Select(static _ => long.MaxValue)];
    private int _turns;

    /// <summary>Evaluates at one point, in the way whose turn it is.</summary>
    public void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs)
    {
        var turn = Interlocked.Increment(ref _turns);
        var way = turn % ways.Length;
        var begun = Stopwatch.GetTimestamp();
        ways[way].Run(first, second, outputs);
        _least[way] = Math.Min(_least[way], Stopwatch.GetTimestamp() - begun);
        if (turn == Rounds * ways.Length) decided(Fastest());
    }

    // Each time is read once: other threads may be in their turns yet.
    private TapeWay Fastest()
    {
        var (fastest, least) = (ways[0], long.MaxValue);
        for (var i = 0; i < ways.Length; i++)
        {
            if (Volatile.Read(ref _least[i]) is var time && time < least) (fastest, least) = (ways[i], time);
        }

        return fastest;
    }
}
