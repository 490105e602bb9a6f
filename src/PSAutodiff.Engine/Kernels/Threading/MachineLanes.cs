using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace PSAutodiff.Kernels.Threading;

/// <summary>Lets several threads use one machine at once: each has a lane of its own, whose requests and answers do not mix with those of others.</summary>
internal sealed class MachineLanes : IDisposable
{
    private readonly IMachine _machine;
    private readonly object _gate = new();
    private readonly List<Lane> _lanes = [];
    private readonly HashSet<Guid> _blocks = [];
    private readonly CancellationTokenSource _ended = new();
    private int _unanswered;
    private Exception? _loss;

    /// <summary>Makes lanes of a machine that nobody else uses.</summary>
    /// <param name="machine">The machine.</param>
    public MachineLanes(IMachine machine)
    {
        _machine = machine;
        new Thread(Listen) { IsBackground = true, Name = "PSAutodiff lanes" }.Start();
    }

    /// <summary>What the machine is called.</summary>
    public string Name => _machine.Name;

    /// <summary>Whether those who use it have noticed that it is lost.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Why the machine was lost; null while it was not.</summary>
    public string? Loss
    {
        get
        {
            lock (_gate) return (_loss as MachineLostException)?.Message;
        }
    }

    /// <summary>A new lane, for one thread at a time.</summary>
    public IMachine Open()
    {
        lock (_gate)
        {
            var lane = new Lane(this, _lanes.Count);
            _lanes.Add(lane);
            if (_loss is not null) lane.End();
            return lane;
        }
    }

    /// <summary>Ends all waits.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        End(new OperationCanceledException());
    }

    // Hands what comes to the lanes that asked.
    private void Listen()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    while (_unanswered == 0 && _loss is null) Monitor.Wait(_gate);
                    if (_loss is not null) return;
                }

                var answer = _machine.Receive(_ended.Token);
                if (answer.Length < sizeof(int)) throw new MachineLostException("It sent an answer that is not known.");
                var number = BinaryPrimitives.ReadInt32LittleEndian(answer);
                lock (_gate)
                {
                    if (number < 0 || number >= _lanes.Count || !_lanes[number].TryTake(answer[sizeof(int)..])) throw new MachineLostException("It sent an answer to what it was not asked.");
                    _unanswered--;
                }
            }
        }
        catch (Exception exception) when (exception is MachineLostException or OperationCanceledException or AutodiffException)
        {
            End(exception is AutodiffException ? new MachineLostException(exception.Message, exception) : exception);
        }
    }

    private void End(Exception why)
    {
        lock (_gate)
        {
            _loss ??= why;
            foreach (var lane in _lanes) lane.End();
            Monitor.PulseAll(_gate);
        }
    }

    private void Send(Lane lane, byte[] request, ReadOnlyMemory<byte> data)
    {
        lock (_gate)
        {
            if (_loss is not null) return;
            lane.Unanswered++;
            _unanswered++;
            _machine.Send(MachineWork.Lanes, request, data);
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Lane(MachineLanes lanes, int number) : IMachine
    {
        private readonly BlockingCollection<byte[]> _answers = [];

        public string Name => lanes.Name;

        public int Slots => 1;

        public int Room => lanes._machine.Slots;

        public int Unanswered { get; set; }

        public void Expect(long bytes) => lanes._machine.Expect(bytes);

        public void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data) => lanes.Send(this, [.. BitConverter.GetBytes(number), (byte)work, .. request], data);

        public bool Lacks(Guid block)
        {
            lock (lanes._gate) return lanes._blocks.Add(block);
        }

        public byte[] Receive(CancellationToken cancellation)
        {
            if (_answers.TryTake(out var answer, Timeout.Infinite, cancellation)) return MachineDesk.Open(answer);
            var loss = lanes.Loss;
            throw loss is null ? new OperationCanceledException() : new MachineLostException(loss);
        }

        public bool TryTake(byte[] answer)
        {
            if (Unanswered == 0) return false;
            Unanswered--;
            _answers.Add(answer);
            return true;
        }

        public void End() => _answers.CompleteAdding();
    }
}

/// <summary>The other side of <see cref="MachineLanes"/>: it has services of its own for each lane.</summary>
/// <param name="serviceOf">Makes the service of a lane for a kind of work; null for one that is not known.</param>
internal sealed class LaneService(Func<MachineWork, IMachineService?> serviceOf) : IMachineService
{
    private readonly Dictionary<(int Lane, MachineWork Work), IMachineService> _services = [];

    /// <inheritdoc/>
    public byte[] Answer(ArraySegment<byte> request, CancellationToken cancellation)
    {
        if (request.Count <= sizeof(int)) throw new InvalidDataException("it ends too early");
        var (lane, work) = (BinaryPrimitives.ReadInt32LittleEndian(request), (MachineWork)request[sizeof(int)]);
        IMachineService? service;
        lock (_services)
        {
            if (!_services.TryGetValue((lane, work), out service)) _services[(lane, work)] = service = serviceOf(work) ?? throw new InvalidDataException("The request is not known.");
        }

        return [.. request[..sizeof(int)], .. MachineDesk.AnswerOf(service, request[(sizeof(int) + 1)..], cancellation)];
    }
}
