using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Makes machine code on a thread of the pool, one tape after the other: that takes some microseconds an operation, in which nobody has to wait.
/// It keeps no program alive, and no process from ending.
/// </summary>
internal static class CodeWorkshop
{
    private static readonly ConcurrentQueue<WeakReference<TapeRunner>> Orders = new();
    private static int _isOpen;

    /// <summary>Orders machine code for a runner, which gets it if it still lives then.</summary>
    public static void Order(TapeRunner runner)
    {
        Orders.Enqueue(new WeakReference<TapeRunner>(runner));
        Open();
    }

    private static void Open()
    {
        if (Interlocked.Exchange(ref _isOpen, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static _ => Work(), null);
    }

    private static void Work()
    {
        while (Orders.TryDequeue(out var order)) Fill(order);
        Volatile.Write(ref _isOpen, 0);
        if (!Orders.IsEmpty) Open();
    }

    private static void Fill(WeakReference<TapeRunner> order)
    {
        if (TapeOf(order) is not var (tape, firstInputs)) return;
        TapeCode? code = null;
        try
        {
            code = TapeCode.Compile(tape, firstInputs);
            if (!code.Prepare(tape, () => order.TryGetTarget(out _))) return;
        }
        catch (Exception)
        {
            // A machine without the memory or the permission for code has its other ways of running.
            code = null;
        }

        if (order.TryGetTarget(out var runner)) runner.Take(code);
    }

    // Apart, so that no local variable keeps the runner alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Tape Tape, int FirstInputs)? TapeOf(WeakReference<TapeRunner> order) =>
        order.TryGetTarget(out var runner) ? (runner.Tape, runner.FirstInputs) : null;
}
