using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace PSAutodiff.Kernels.Threading;

/// <summary>
/// A caller and helpers from the thread pool that share out units of work of some ten microseconds. Helpers look out for more for a while
/// before they go, so the next round costs them nothing to begin. The caller never waits for a helper that has not come: it
/// does all that is left itself.
/// </summary>
/// <param name="work">
/// Does a unit: its number, from 0, and who does it, which is different for units that are done at the same time; 0 is the caller.
/// </param>
/// <param name="threads">The most threads, the caller included; at least 1.</param>
/// <param name="once">Whether there will be one round only, so that helpers need not look out for more.</param>
internal sealed class ThreadTeam(Action<int, int> work, int threads, bool once = false) : IThreadPoolWorkItem
{
    // Longer than the loop of a training needs between two rounds; short for a thread that nobody needs any more.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(0.2);

    private readonly int[] _places = new int[threads];
    private int _helpers;
    private int _unclaimed;
    private int _unfinished;
    private ExceptionDispatchInfo? _error;

    /// <summary>Does the units from 0 to below a number; on return all are done.</summary>
    public void Run(int units)
    {
        while (_helpers < Math.Min(threads, units) - 1)
        {
            Interlocked.Increment(ref _helpers);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        // From here on whoever claims a unit keeps this round from ending, so nothing changes under its hands.
        _unfinished = units;
        Volatile.Write(ref _unclaimed, units);
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
        if (Volatile.Read(ref _unclaimed) <= 0) return false;
        var unit = Interlocked.Decrement(ref _unclaimed);
        if (unit < 0) return false;
        try
        {
            work(unit, worker);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }

        Interlocked.Decrement(ref _unfinished);
        return true;
    }
}
