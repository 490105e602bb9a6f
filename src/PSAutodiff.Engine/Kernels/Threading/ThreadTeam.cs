using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace PSAutodiff.Kernels.Threading;

/// <summary>
/// A caller and helpers from the thread pool that share out units of work of some ten microseconds. Each begins with a share of neighboring
/// units, which is the same in every round, so what it wrote in one is in its cache in the next; who is done helps the others. Helpers look out
/// for more for a while before they go, so the next round costs them nothing to begin. The caller never waits for a helper that has not come: it
/// does all that is left itself.
/// </summary>
/// <param name="work">
/// Does a unit: its number, from 0, and who does it, which is different for units that are done at the same time; 0 is the caller.
/// </param>
/// <param name="threads">The most threads, the caller included; at least 1.</param>
/// <param name="once">Whether there will be one round only, so that helpers need not look out for more.</param>
internal sealed class ThreadTeam(Action<int, int> work, int threads, bool once = false) : IThreadPoolWorkItem
{
    // Counters that several threads change are as far from each other as what a processor reads at once.
    private const int Stride = 32;

    // Longer than the loop of a training needs between two rounds; short for a thread that nobody needs any more.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(0.2);

    private readonly int[] _places = new int[threads];
    private readonly int[] _ends = new int[threads];

    // By share, how many of its units nobody has claimed.
    private readonly int[] _unclaimed = new int[threads * Stride];
    private Action<int, int>? _other;
    private int _helpers;
    private int _unfinished;
    private ExceptionDispatchInfo? _error;

    /// <summary>The most threads.</summary>
    public int Threads => threads;

    /// <summary>The ends of shares of units that are about the same work.</summary>
    /// <param name="works">The work of each unit.</param>
    /// <param name="threads">The number of shares.</param>
    public static int[] Ends(IReadOnlyList<double> works, int threads)
    {
        var (ends, total, sum) = (new int[threads], works.Sum(), 0.0);
        for (var unit = 0; unit < works.Count; unit++)
        {
            // A unit belongs to where the middle of its work is.
            var share = (int)Math.Min(threads - 1, (sum + (works[unit] / 2)) / total * threads);
            sum += works[unit];
            for (var s = share; s < threads; s++) ends[s] = unit + 1;
        }

        return ends;
    }

    /// <summary>Does the units from 0 to below a number; on return all are done.</summary>
    /// <param name="units">The number of units.</param>
    /// <param name="ends">For each thread the end of its share; null for as many units each.</param>
    /// <param name="other">Other work than usual.</param>
    public void Run(int units, int[]? ends = null, Action<int, int>? other = null)
    {
        while (_helpers < Math.Min(threads, units) - 1)
        {
            Interlocked.Increment(ref _helpers);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        // From here on whoever claims a unit keeps this round from ending, so nothing changes under its hands.
        _unfinished = units;
        _other = other;
        for (var share = 0; share < threads; share++) _ends[share] = ends?[share] ?? (int)((long)units * (share + 1) / threads);
        for (var share = 0; share < threads; share++) Volatile.Write(ref _unclaimed[share * Stride], _ends[share] - (share > 0 ? _ends[share - 1] : 0));
        while (TryDoOne(0))
        {
        }

        var spin = new SpinWait();
        while (Volatile.Read(ref _unfinished) > 0) spin.SpinOnce(sleep1Threshold: -1);
        if (_error is not { } error) return;
        _error = null;
        error.Throw();
    }

    void IThreadPoolWorkItem.Execute()
    {
        var place = 1;
        while (Interlocked.CompareExchange(ref _places[place], 1, 0) != 0) place = place + 1 < _places.Length ? place + 1 : 1;
        var spin = new SpinWait();
        var clock = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryDoOne(place))
            {
                spin.Reset();
                clock = Stopwatch.GetTimestamp();
            }
            else if (!once && Stopwatch.GetElapsedTime(clock) < Patience)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            else
            {
                break;
            }
        }

        Volatile.Write(ref _places[place], 0);
        Interlocked.Decrement(ref _helpers);
    }

    private bool TryDoOne(int worker)
    {
        for (var i = 0; i < threads; i++)
        {
            var share = worker + i < threads ? worker + i : worker + i - threads;
            ref var unclaimed = ref _unclaimed[share * Stride];
            if (Volatile.Read(ref unclaimed) <= 0) continue;
            var left = Interlocked.Decrement(ref unclaimed);
            if (left < 0) continue;
            Do(_ends[share] - 1 - left, worker);
            return true;
        }

        return false;
    }

    private void Do(int unit, int worker)
    {
        try
        {
            (_other ?? work)(unit, worker);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }

        Interlocked.Decrement(ref _unfinished);
    }
}
