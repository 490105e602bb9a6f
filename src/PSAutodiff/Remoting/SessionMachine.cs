using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Remoting;

/// <summary>
/// A session whose machine works for this one, over one pipeline that lasts as long as the work. A thread of its own asks and listens,
/// and asks every two seconds when nobody else does, so that the machine knows that it is still wanted.
/// </summary>
internal sealed class SessionMachine : IMachine, IDisposable
{
    // Parts that are on the way at once: what a link holds is bounded, and silence is measured from the last of them.
    private const int MostPartsOnTheWay = 16;

    // An answer that says that something is done, or why it is not.
    private const int ShortAnswer = 1 << 16;

    // Signs of life after which a machine has to say something else; it is asked again after a few.
    private const int MostSigns = 100;
    private const int MillisecondsOfEnd = 2000;
    private const int MillisecondsBetweenPolls = 2000;
    private const int MillisecondsUntilFree = 5000;
    private const int MillisecondsOfStop = 1000;
    private const int MillisecondsBetweenLooks = 20;

    /// <summary>What is said of a session that has ended.</summary>
    public const string NotOpen = "It is not open any more. Remove it, and open another one.";

    /// <summary>What is said of a session in which something runs.</summary>
    public const string Busy = "It is busy. Wait until what runs there has ended.";

    private const string Work = """
        begin {
            $ErrorActionPreference = 'Stop'
            $worker = [PSAutodiff.AutodiffWorker]::new()
            [PSAutodiff.AutodiffWorker]::Build
            [Environment]::ProcessorCount
        }
        process { foreach ($part in $worker.Receive($_)) { Write-Output -InputObject $part -NoEnumerate } }
        clean { ${worker}?.Dispose() }
        """;

    private readonly Runspace _runspace;
    private readonly RemoteCommand _command;
    private readonly long _silence;
    private readonly ConcurrentQueue<MachineRequest> _requests = [];
    private readonly BlockingCollection<byte[]> _answers = [];

    // Not disposed: the thread may still wait for it.
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly CancellationTokenSource _dropped = new();
    private Exception? _loss;
    private long _longest = ShortAnswer;
    private volatile bool _ends;

    private SessionMachine(string name, Runspace runspace, long silence)
    {
        (Name, _runspace, _silence) = (name, runspace, silence);
        _command = new RemoteCommand(runspace, Work);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Slots { get; private set; } = 1;

    /// <summary>Begins to work in sessions. One that is not open any more, is busy, or is lost on the way, is left out.</summary>
    /// <param name="sessions">The sessions, with the names of their machines.</param>
    /// <param name="silence">Milliseconds after which a machine that does not answer is lost.</param>
    /// <param name="slots">How many pieces of work a machine does side by side; null for as many as it has processors.</param>
    /// <param name="lost">Takes the index of a session that is left out, and why.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AutodiffException">A session cannot be used; the message says why.</exception>
    public static SessionMachine[] Open(IReadOnlyList<(string Name, Runspace Runspace)> sessions, long silence, int? slots, Action<int, string> lost, CancellationToken cancellation)
    {
        if (sessions.Select(static session => session.Runspace).Distinct().Count() != sessions.Count) throw new AutodiffException(ErrorIds.ArgumentInvalid, "-Session has the same session twice. Leave one of the two out.");
        var machines = new SessionMachine?[sessions.Count];
        try
        {
            var losses = new string?[sessions.Count];
            for (var i = 0; i < machines.Length; i++)
            {
                var (name, runspace) = sessions[i];
                WaitUntilFree(runspace, cancellation);
                if (runspace.RunspaceStateInfo.State == RunspaceState.Opened && runspace.RunspaceAvailability != RunspaceAvailability.Available)
                {
                    losses[i] = Busy;
                    continue;
                }

                machines[i] = Begin(VisibleText.Of(name), runspace, silence);
                if (machines[i] is null) losses[i] = NotOpen;
            }

            for (var i = 0; i < machines.Length; i++)
            {
                if (machines[i] is not { } machine || machine.Greet(slots, cancellation) is not { } why) continue;
                machine.Drop();
                (machines[i], losses[i]) = (null, why);
            }

            for (var i = 0; i < machines.Length; i++)
            {
                if (losses[i] is { } why) lost(i, why);
            }

            SessionMachine[] opened = [.. machines.OfType<SessionMachine>()];
            foreach (var machine in opened) new Thread(machine.Talk) { IsBackground = true, Name = "PSAutodiff " + machine.Name }.Start();
            return opened;
        }
        catch
        {
            foreach (var machine in machines) machine?.Drop();
            throw;
        }
    }

    /// <summary>Waits a while for a session in which something still ends: a script that was stopped just before.</summary>
    /// <param name="runspace">That of the session.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="milliseconds">How long at the most.</param>
    public static void WaitUntilFree(Runspace runspace, CancellationToken cancellation, int milliseconds = MillisecondsUntilFree)
    {
        var end = Environment.TickCount64 + milliseconds;
        while (runspace.RunspaceStateInfo.State == RunspaceState.Opened && runspace.RunspaceAvailability == RunspaceAvailability.Busy && Environment.TickCount64 < end && !cancellation.IsCancellationRequested) Thread.Sleep(MillisecondsBetweenLooks);
    }

    /// <inheritdoc/>
    public void Expect(long bytes)
    {
        bytes += ShortAnswer;
        for (var known = Volatile.Read(ref _longest); bytes > known;)
        {
            var seen = Interlocked.CompareExchange(ref _longest, bytes, known);
            if (seen == known) return;
            known = seen;
        }
    }

    /// <inheritdoc/>
    public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data) => _requests.Enqueue(new MachineRequest([(byte)work, .. request], data));

    /// <inheritdoc/>
    public byte[] Receive(CancellationToken cancellation)
    {
        if (_answers.Count == 0) _wanted.Release();
        if (_answers.TryTake(out var answer, Timeout.Infinite, cancellation)) return MachineDesk.Open(answer);
        throw _loss is MachineLostException lost ? new MachineLostException(lost.Message, lost) : new MachineLostException("Its work was ended here.", _loss);
    }

    /// <summary>Lets the machine end its work, so that its session is free again. It is not waited for when it is lost or does not answer.</summary>
    public void Dispose()
    {
        _ends = true;
        _wanted.Release();
        using var limit = new CancellationTokenSource(MillisecondsOfEnd);
        try
        {
            // When the thread has ended.
            while (!_answers.IsCompleted) _answers.TryTake(out _, Timeout.Infinite, limit.Token);
            while (_loss is null && !_command.HasEnded) _command.Receive(MillisecondsOfEnd, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It is stopped.
        }

        Drop();

        // Whoever comes next finds it free: it is counted as busy for a moment after the end of the pipeline, and until what was stopped has ended. One that
        // does not answer any more is not waited for much longer.
        if (_loss is null) WaitUntilFree(_runspace, CancellationToken.None, _command.HasEnded ? MillisecondsUntilFree : MillisecondsOfStop);
    }

    /// <summary>Lets go of the machine at once.</summary>
    public void Drop()
    {
        _dropped.Cancel();
        _command.Dispose();
    }

    // Null when the session broke just before.
    private static SessionMachine? Begin(string name, Runspace runspace, long silence)
    {
        if (runspace.RunspaceStateInfo.State != RunspaceState.Opened) return null;
        try
        {
            return new SessionMachine(name, runspace, silence);
        }
        catch (Exception exception) when (exception is InvalidRunspaceStateException or PSRemotingTransportException or IOException)
        {
            return null;
        }
    }

    // Why it is lost; null when it is not.
    private string? Greet(int? slots, CancellationToken cancellation)
    {
        string build;
        try
        {
            build = Take(cancellation).ToString()!;
            var processors = Convert.ToInt32(Take(cancellation), CultureInfo.InvariantCulture);
            Slots = Math.Clamp(slots ?? processors, 1, 1024);
        }
        catch (MachineLostException exception) when (!_command.HasEnded || _command.IsLost)
        {
            _command.IsAbandoned = true;
            return exception.Message;
        }
        catch (Exception exception) when (exception is MachineLostException or FormatException or InvalidCastException or OverflowException)
        {
            throw Unusable(Name, $"PSAutodiff is not imported there, or is of an older build ({exception.Message}). Use New-AutodiffSession, or install this build there and run: Invoke-Command $session {{ Import-Module PSAutodiff }}");
        }

        if (build != ModuleBuild.Id) throw Unusable(Name, $"It has another build of PSAutodiff ({VisibleText.Of(build.Length > 100 ? build[..100] : build)}; here it is {ModuleBuild.Id}), and its bits might not be the same. Use New-AutodiffSession, which brings this build.");
        return null;
    }

    /// <summary>The error of a session that cannot be used.</summary>
    public static AutodiffException Unusable(string name, string why) => new(ErrorIds.SessionUnusable, $"The session to {VisibleText.Of(name)} cannot be used. {why}");

    // The thread of the machine: it sends all requests that there are, or none to ask again, and takes what comes for it.
    private void Talk()
    {
        try
        {
            var unanswered = 0;
            while (true)
            {
                _wanted.Wait(MillisecondsBetweenPolls, _dropped.Token);
                if (_ends && _requests.IsEmpty) break;
                var requests = new List<MachineRequest>();
                while (_requests.TryDequeue(out var request)) requests.Add(request);
                unanswered += requests.Count;
                Write(MachineDesk.Bundle(requests));
                if (Read() is { } answer)
                {
                    if (--unanswered < 0) throw new MachineLostException("It sent an answer to what it was not asked.");
                    _answers.Add(answer, CancellationToken.None);
                }
                else if (unanswered > 0)
                {
                    _wanted.Release();
                }
            }

            _command.EndInput();
        }
        catch (Exception exception) when (exception is MachineLostException or OperationCanceledException)
        {
            _loss = exception;
            if (exception is not MachineLostException) return;
            _command.IsAbandoned = true;
            _command.Dispose();
        }
        finally
        {
            _answers.CompleteAdding();
        }
    }

    private void Write(IReadOnlyList<ReadOnlyMemory<byte>> message)
    {
        var onTheWay = 0;
        foreach (var part in MessageParts.Of(message))
        {
            _command.Send(part);
            if (MessageParts.IsLast(part)) break;
            if (++onTheWay < MostPartsOnTheWay) continue;
            Arrived();
            onTheWay--;
        }

        for (; onTheWay > 0; onTheWay--) Arrived();
    }

    private void Arrived()
    {
        if (!MessageParts.Is(Next(), MessageParts.Arrived)) throw new MachineLostException("It answered before it was asked.");
    }

    // An answer; null when there is none yet.
    private byte[]? Read()
    {
        var answer = new MessageParts(Volatile.Read(ref _longest));
        var signs = 0;
        while (true)
        {
            var part = Next();
            if (MessageParts.Is(part, MessageParts.Alive))
            {
                if (++signs > MostSigns) throw new MachineLostException("It says that it lives, and nothing else.");
                continue;
            }

            if (MessageParts.Is(part, MessageParts.Later)) return null;
            try
            {
                if (answer.Add(part) is { } message) return message;
            }
            catch (InvalidDataException exception)
            {
                throw new MachineLostException(exception.Message, exception);
            }
        }
    }

    private byte[] Next() => Take(_dropped.Token) as byte[] ?? throw new MachineLostException("It sent what is not bytes. Does something else write in its session?");

    private object Take(CancellationToken cancellation)
    {
        if (_command.Receive(_silence, cancellation) is { } item) return item.BaseObject;
        if (!_command.HasEnded) throw new MachineLostException(string.Create(CultureInfo.InvariantCulture, $"It did not answer for {_silence / 1000.0} s."));
        var reason = (_command.Failure?.Message ?? "Its pipeline ended.").ReplaceLineEndings(" ");
        throw new MachineLostException(VisibleText.Of(reason.Length > 300 ? reason[..300] + "..." : reason), _command.Failure);
    }
}
