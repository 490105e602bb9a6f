using System.Diagnostics;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Remoting;
using PSAutodiff.Training.Machines;

namespace PSAutodiff;

/// <summary>What a session on another machine does for a cmdlet that was given it with -Session. What it receives is data, which are read strictly; nothing of it is run.</summary>
public sealed class AutodiffWorker : IDisposable
{
    // Without a message the work ends, and then the process: the one that it works for is gone, or the link to it.
    // It is counted in looks, so that time for which this machine was asleep does not count.
    private const int LooksUntilStop = 10;
    private const int LooksUntilExit = 30;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    // What machines do for others: one line for each kind of work.
    private static readonly Dictionary<MachineWork, Func<IMachineService>> Services = new()
    {
        [MachineWork.Starts] = static () => new TrainingWorker(),
        [MachineWork.Rows] = static () => new RowsService(),
        [MachineWork.Lanes] = static () =>
        {
            var store = new JobStore(isShared: true);
            return new LaneService(work => work == MachineWork.Starts ? new TrainingWorker(store) : null);
        },
    };

    private readonly MessageParts _parts = new();
    private readonly MachineDesk _desk = new(static work => Services.TryGetValue(work, out var make) ? make() : null);
    private readonly Timer _watch;
    private int _silentLooks;

    /// <summary>Begins to wait for requests.</summary>
    public AutodiffWorker() => _watch = new Timer(_ => Watch(), null, BetweenLooks, BetweenLooks);

    /// <summary>The build of the module here. Sessions with another one are refused.</summary>
    public static string Build => ModuleBuild.Id;

    /// <summary>Takes a part of a request.</summary>
    /// <param name="part">The part.</param>
    /// <returns>What is sent back: that the part arrived; or signs of life, and then the answer, in parts.</returns>
    public IEnumerable<byte[]> Receive(byte[] part)
    {
        ArgumentNullException.ThrowIfNull(part);
        Volatile.Write(ref _silentLooks, 0);
        if (_parts.Add(part) is not { } request)
        {
            yield return MessageParts.Arrived;
            yield break;
        }

        foreach (var answer in _desk.Answers(request))
        {
            if (answer is null)
            {
                yield return MessageParts.Alive;
                continue;
            }

            foreach (var one in MessageParts.Of([answer])) yield return one;
            yield break;
        }

        yield return MessageParts.Later;
    }

    /// <summary>Ends all work.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _desk.Dispose();
    }

    private void Watch()
    {
        var looks = Interlocked.Increment(ref _silentLooks);
        if (looks > LooksUntilStop) _desk.Dispose();

        // Only a process that ssh began for one session: over a cut link it would be left behind. It does not end in good order, which could wait for
        // what is still being written to that link.
        if (looks > LooksUntilExit && Environment.GetCommandLineArgs().Any(static argument => argument.TrimStart('-').Equals("sshs", StringComparison.OrdinalIgnoreCase) || argument.TrimStart('-').Equals("sshServerMode", StringComparison.OrdinalIgnoreCase)))
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }
}
