using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;

namespace PSAutodiff.Remoting;

/// <summary>A script that runs in a session: objects go to its pipeline, and objects come back. Nothing here waits for a machine that does not answer.</summary>
internal sealed class RemoteCommand : IDisposable
{
    // How long a session that broke may take until it says so by itself, and why. Where the transport broke on a thread of PowerShell's own, that can be a minute.
    private const int MillisecondsAfterBreak = 200;
    private const int MillisecondsUntilOver = 850;
    private const int MillisecondsBetweenLooks = 100;
    private const int MillisecondsOfStop = 15_000;
    private const int MillisecondsOfRelease = 1500;

    // What passes between two looks beyond this is not silence of the machine: this one was asleep, or its process stopped.
    private const int MostMillisecondsOfLook = 1000;

    private readonly Runspace _runspace;
    private readonly PowerShell _shell = PowerShell.Create();
    private readonly PSDataCollection<PSObject> _input = [];
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly BlockingCollection<object> _outbox = [];

    // Not disposed: an event may come late.
    private readonly SemaphoreSlim _news = new(0);
    private readonly TransportProcess _transport;
    private int _disposed;
    private Exception? _sending;

    /// <summary>Starts a script.</summary>
    /// <param name="runspace">That of the session.</param>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its arguments, by position.</param>
    public RemoteCommand(Runspace runspace, string script, params object?[] arguments)
    {
        TransportGuard.Stand();
        _runspace = runspace;
        _transport = new TransportProcess(runspace);
        _shell.Runspace = runspace;
        _shell.AddScript(script);
        foreach (var argument in arguments) _shell.AddArgument(argument);
        _output.DataAdded += (_, _) => _news.Release();
        _shell.InvocationStateChanged += (_, _) => _news.Release();
        _runspace.StateChanged += OnStateChanged;
        _shell.BeginInvoke(_input, _output);

        // What is sent is written by this thread: it may be held up by a full pipe.
        new Thread(Write) { IsBackground = true, Name = "PSAutodiff sender" }.Start();
    }

    /// <summary>Whether it is left as it is at the end, since the machine does not answer.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Why it cannot go on; null while it runs, and at its good end.</summary>
    public Exception? Failure
    {
        get
        {
            if (_shell.InvocationStateInfo is { State: PSInvocationState.Failed or PSInvocationState.Stopped } ended) return ended.Reason ?? new PipelineStoppedException();
            if (_runspace.RunspaceStateInfo is { State: not RunspaceState.Opened } state) return state.Reason ?? new InvalidRunspaceStateException();
            if (Volatile.Read(ref _sending) is { } sending) return sending;
            if (IsBroken) return new IOException("The connection to it broke.");
            return _shell.InvocationStateInfo.State == PSInvocationState.Completed && _shell.Streams.Error.Count > 0 ? new RuntimeException(_shell.Streams.Error[0].ToString()) : null;
        }
    }

    /// <summary>Whether nothing more will come.</summary>
    public bool HasEnded =>
        _shell.InvocationStateInfo.State is not (PSInvocationState.Running or PSInvocationState.NotStarted or PSInvocationState.Stopping) || _runspace.RunspaceStateInfo.State != RunspaceState.Opened || Volatile.Read(ref _sending) is not null || IsBroken;

    /// <summary>Whether its machine is gone, rather than that the script ended.</summary>
    public bool IsLost => _runspace.RunspaceStateInfo.State != RunspaceState.Opened || Failure is IOException or PSRemotingTransportException;

    /// <summary>Sends an object, without waiting.</summary>
    public void Send(object item) => _outbox.Add(item);

    /// <summary>Says that no more objects will be sent.</summary>
    public void EndInput() => _outbox.CompleteAdding();

    /// <summary>The next object that comes; null when none has come in time, or none will.</summary>
    /// <param name="milliseconds">How long to wait. Time for which this machine was asleep does not count.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PSObject? Receive(long milliseconds, CancellationToken cancellation)
    {
        var (left, last) = (milliseconds, Environment.TickCount64);
        while (true)
        {
            var ended = HasEnded;
            if (_output.Count > 0)
            {
                var item = _output[0];
                _output.RemoveAt(0);
                return item;
            }

            var now = Environment.TickCount64;
            left -= Math.Min(now - last, MostMillisecondsOfLook);
            last = now;
            if (ended || left <= 0) return null;
            _news.Wait((int)Math.Min(left, MillisecondsBetweenLooks), cancellation);
        }
    }

    /// <summary>Runs a script to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="RuntimeException">It failed.</exception>
    /// <exception cref="TimeoutException">It was silent for too long.</exception>
    public static List<PSObject> Run(Runspace runspace, string script, IEnumerable<object> input, long milliseconds, CancellationToken cancellation, params object?[] arguments)
    {
        using var command = new RemoteCommand(runspace, script, arguments);
        foreach (var item in input) command.Send(item);
        command.EndInput();
        var items = new List<PSObject>();
        while (command.Receive(milliseconds, cancellation) is { } item) items.Add(item);
        if (!command.HasEnded) throw new TimeoutException();
        return command.Failure is { } failure ? throw new RuntimeException(failure.Message, failure) : items;
    }

    /// <summary>Lets go of it. What still runs is stopped by another thread, which may wait for the machine.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _runspace.StateChanged -= OnStateChanged;
        if (!_outbox.IsAddingCompleted) _outbox.CompleteAdding();

        // A machine that is lost cannot be told to stop: PowerShell would wait for its answer, and nothing else could close the session either.
        // Only who waited for it knows that: one that was not asked says nothing.
        var isLost = IsAbandoned;
        new Thread(() => Close(isLost)) { IsBackground = true, Name = "PSAutodiff closer" }.Start();
    }

    private bool IsBroken => _transport.MillisecondsGone > MillisecondsAfterBreak;

    private void Close(bool isLost)
    {
        try
        {
            if (!isLost)
            {
                var stop = new Thread(Stop) { IsBackground = true, Name = "PSAutodiff stop" };
                stop.Start();
                var end = Environment.TickCount64 + MillisecondsOfStop;
                while (!IsBroken)
                {
                    if (stop.Join(MillisecondsBetweenLooks) || Environment.TickCount64 > end) return;
                }
            }

            Release();
        }
        catch (Exception)
        {
            // The machine is gone, and nothing may escape on a thread of its own.
        }
    }

    private void Stop()
    {
        try
        {
            _shell.Dispose();
        }
        catch (Exception)
        {
            // As above.
        }
    }

    // PowerShell often finds out by itself that a session is broken. It does not where its own thread failed, or where a machine hangs: the session would
    // be said to be open then, and Remove-PSSession would wait for an answer that cannot come.
    private void Release()
    {
        if (IsOver(MillisecondsUntilOver)) return;
        TransportGuard.Release(_shell);
        if (!IsOver(MillisecondsOfRelease)) TransportGuard.Release(_runspace);
    }

    // Whether the session ends by itself within a time.
    private bool IsOver(int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        while (_runspace.RunspaceStateInfo.State is RunspaceState.Opened or RunspaceState.Closing)
        {
            if (Environment.TickCount64 > end) return false;
            Thread.Sleep(MillisecondsBetweenLooks);
        }

        return true;
    }

    private void Write()
    {
        try
        {
            foreach (var item in _outbox.GetConsumingEnumerable()) _input.Add(PSObject.AsPSObject(item));
            if (Volatile.Read(ref _disposed) == 0) _input.Complete();
        }
        catch (Exception exception)
        {
            // The pipeline has ended, or the pipe to ssh is broken. What PowerShell throws then is of many kinds, and nothing may escape on a thread of its own.
            Volatile.Write(ref _sending, exception);
            _news.Release();
        }
    }

    private void OnStateChanged(object? sender, RunspaceStateEventArgs change) => _news.Release();
}
