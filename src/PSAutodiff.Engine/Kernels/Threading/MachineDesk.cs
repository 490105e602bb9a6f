using System.Buffers.Binary;
using System.Text;

namespace PSAutodiff.Kernels.Threading;

/// <summary>
/// The side of a machine that works for another one. It answers soon, if only to show that it lives, so that silence means that it is gone;
/// and when nothing comes for a while it stops: nobody waits for it any more.
/// </summary>
/// <param name="serviceOf">Makes the service for a kind of work; null for one that is not known.</param>
internal sealed class MachineDesk(Func<MachineWork, IMachineService?> serviceOf) : IDisposable
{
    /// <summary>How often it shows that it lives.</summary>
    public const int MillisecondsBetweenSigns = 250;

    // After this it has to be asked again: so it knows that the other one lives, and what comes meanwhile does not wait long.
    private const int MillisecondsOfRound = 250;

    private const int MostThreads = 1024;
    private const int LongestMessage = 4000;
    private const byte Done = 1;
    private const byte Failed = 2;

    private readonly object _gate = new();
    private readonly Queue<ArraySegment<byte>> _requests = [];
    private readonly Queue<byte[]> _answers = [];
    private readonly Dictionary<MachineWork, IMachineService> _services = [];
    private readonly CancellationTokenSource _cancellation = new();
    private int _threads;
    private int _waiting;
    private int _inWork;

    /// <summary>Ends all work.</summary>
    public CancellationToken Stopped => _cancellation.Token;

    /// <summary>Requests as one message.</summary>
    /// <param name="requests">The requests, each of which begins with its <see cref="MachineWork"/>; none to wait for what is in work.</param>
    /// <returns>The pieces of the message, in order.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Bundle(IEnumerable<MachineRequest> requests)
    {
        var message = new List<ReadOnlyMemory<byte>>();
        foreach (var (head, data) in requests)
        {
            message.Add((byte[])[.. BitConverter.GetBytes(checked(head.Length + data.Length)), .. head]);
            if (data.Length > 0) message.Add(data);
        }

        return message;
    }

    /// <summary>Begins what a message asks for, and waits for what is in work.</summary>
    /// <param name="message">What <see cref="Bundle"/> made, or anything.</param>
    /// <returns>Nulls, as signs of life while there is no answer; then the next answer. Without one at the end, it has to be asked again.</returns>
    public IEnumerable<byte[]?> Answers(byte[] message)
    {
        ArgumentNullException.ThrowIfNull(message);
        for (var i = 0; i < message.Length;)
        {
            var count = message.Length - i < sizeof(int) ? 0 : BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(i));
            i += sizeof(int);
            if (count < 1 || count > message.Length - i)
            {
                yield return Failure(ErrorIds.SessionUnusable, "A request is damaged.");
                yield break;
            }

            Begin(new ArraySegment<byte>(message, i, count));
            i += count;
        }

        var end = Environment.TickCount64 + MillisecondsOfRound;
        while (true)
        {
            if (Next(end) is { } answer)
            {
                yield return answer;
                yield break;
            }

            if (Environment.TickCount64 >= end || _inWork == 0) yield break;
            yield return null;
        }
    }

    /// <summary>What the service gave.</summary>
    /// <param name="answer">An answer, which may be anything.</param>
    /// <exception cref="MachineLostException">It is none, or that of a machine that cannot do the work.</exception>
    /// <exception cref="AutodiffException">The work cannot be done.</exception>
    public static byte[] Open(byte[] answer)
    {
        if (answer is [Done, ..]) return answer[1..];
        if (answer is not [Failed, ..]) throw new MachineLostException("It sent an answer that is not known.");
        var text = Encoding.UTF8.GetString(answer, 1, Math.Min(answer.Length - 1, LongestMessage));
        var (id, message) = text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? (text[..end], text[(end + 1)..]) : (string.Empty, text);
        message = VisibleText.Of(message);
        if (id != ErrorIds.SessionUnusable && typeof(ErrorIds).GetField(id) is not null) throw new AutodiffException(id, message);
        throw new MachineLostException($"It cannot do the work: {message}");
    }

    /// <summary>The answer of a service, or that it failed: what <see cref="Open"/> opens.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static byte[] AnswerOf(IMachineService service, ArraySegment<byte> request, CancellationToken cancellation)
    {
        try
        {
            return [Done, .. service.Answer(request, cancellation)];
        }
        catch (AutodiffException exception)
        {
            return Failure(exception.ErrorId, exception.Message);
        }
        catch (Exception exception) when (exception is InvalidDataException or OutOfMemoryException or ArgumentException or OverflowException or FormatException or IOException)
        {
            return Failure(ErrorIds.SessionUnusable, exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Cancel();
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private byte[]? Next(long end)
    {
        lock (_gate)
        {
            var until = Math.Min(end, Environment.TickCount64 + MillisecondsBetweenSigns);
            while (_answers.Count == 0 && _inWork > 0 && until - Environment.TickCount64 is > 0 and var left) Monitor.Wait(_gate, (int)left);
            return _answers.TryDequeue(out var answer) ? answer : null;
        }
    }

    private void Begin(ArraySegment<byte> request)
    {
        lock (_gate)
        {
            _inWork++;
            _requests.Enqueue(request);
            Monitor.PulseAll(_gate);
            if (_requests.Count <= _waiting || _threads == MostThreads) return;
            _threads++;
            new Thread(Work) { IsBackground = true, Name = "PSAutodiff machine" }.Start();
        }
    }

    private void Work()
    {
        while (true)
        {
            ArraySegment<byte> request;
            lock (_gate)
            {
                while (!_requests.TryDequeue(out request))
                {
                    if (_cancellation.IsCancellationRequested) return;
                    _waiting++;
                    Monitor.Wait(_gate);
                    _waiting--;
                }
            }

            var answer = AnswerTo(request);
            lock (_gate)
            {
                _inWork--;
                if (answer is not null) _answers.Enqueue(answer);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private byte[]? AnswerTo(ArraySegment<byte> request)
    {
        try
        {
            return AnswerOf(ServiceOf((MachineWork)request[0]), request[1..], _cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (InvalidDataException exception)
        {
            return Failure(ErrorIds.SessionUnusable, exception.Message);
        }
    }

    private IMachineService ServiceOf(MachineWork work)
    {
        lock (_services)
        {
            if (!_services.TryGetValue(work, out var service)) _services[work] = service = serviceOf(work) ?? throw new InvalidDataException("The request is not known.");
            return service;
        }
    }

    private static byte[] Failure(string id, string message)
    {
        var text = Encoding.UTF8.GetBytes($"{id}\n{message}");
        return [Failed, .. text.AsSpan(0, Math.Min(text.Length, LongestMessage))];
    }
}
