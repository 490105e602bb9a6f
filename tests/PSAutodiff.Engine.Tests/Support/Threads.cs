using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PSAutodiff.Tests;

/// <summary>
/// Runs code on threads of its own, and throws what failed there. Those of the thread pool come late, or not at all, while other
/// tests have them.
/// </summary>
internal static class Threads
{
    /// <summary>Runs work on several threads, none of which begins before the others.</summary>
    public static void Together(int count, Action<int> work)
    {
        var failures = new ConcurrentQueue<Exception>();
        using var start = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(index => Start(failures, () =>
        {
            start.SignalAndWait();
            work(index);
        })).ToArray();
        foreach (var thread in threads) thread.Join();
        ThrowFirst(failures);
    }

    /// <summary>Does something again and again while other work runs, for the first time before that begins.</summary>
    public static void Meanwhile(Action again, Action work)
    {
        var failures = new ConcurrentQueue<Exception>();
        using var began = new ManualResetEventSlim();
        var ended = false;
        var thread = Start(failures, () =>
        {
            try
            {
                do
                {
                    again();
                    began.Set();
                }
                while (!Volatile.Read(ref ended));
            }
            finally
            {
                began.Set();
            }
        });
        began.Wait();
        try
        {
            work();
        }
        finally
        {
            Volatile.Write(ref ended, true);
            thread.Join();
        }

        ThrowFirst(failures);
    }

    /// <summary>Runs work that would wait for ever if there were a fault; after minutes it is given up.</summary>
    public static void WithoutWaiting(Action work)
    {
        var failures = new ConcurrentQueue<Exception>();
        if (!Start(failures, work).Join(TimeSpan.FromMinutes(2))) throw new TimeoutException("It waits.");
        ThrowFirst(failures);
    }

    private static Thread Start(ConcurrentQueue<Exception> failures, Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
#pragma warning disable CA1031 // Thrown on by the thread that started this one.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Enqueue(exception);
            }
        })
        { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void ThrowFirst(ConcurrentQueue<Exception> failures)
    {
        if (failures.TryDequeue(out var failure)) ExceptionDispatchInfo.Throw(failure);
    }
}
