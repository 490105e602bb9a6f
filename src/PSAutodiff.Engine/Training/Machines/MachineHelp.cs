using System.Globalization;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>One machine that takes starts from the list of a training. When it is lost, what it had goes back there.</summary>
/// <param name="machine">The machine.</param>
/// <param name="work">The list.</param>
/// <param name="job">What is trained.</param>
/// <param name="count">The number of starts.</param>
/// <param name="request">Writes what the machine needs for a start.</param>
/// <param name="take">Takes the end of a start; without one, says whether it is done already.</param>
internal sealed class MachineHelp(IMachine machine, WorkList work, Lazy<JobMessage> job, int count, Action<int, BinaryWriter> request, Func<int, CheckpointReader?, bool> take)
{
    private const int MillisecondsBetweenLooks = 50;

    // Starts that wait at the machine, so that it goes on while an answer is on its way.
    private const int Ahead = 1;

    private readonly HashSet<int> _flight = [];
    private string? _loss;
    private int _done;

    /// <summary>What the machine is called.</summary>
    public string Name => machine.Name;

    /// <summary>The most bytes of the end of a start.</summary>
    public required long LongestEnd { get; init; }

    /// <summary>How many starts it has.</summary>
    public int InFlight { get; private set; }

    /// <summary>Why it was lost, once; null when it was not.</summary>
    public string? TakeLoss() => Interlocked.Exchange(ref _loss, null);

    /// <summary>Lets the machine work until all is done, or it is lost.</summary>
    /// <exception cref="AutodiffException">A start cannot be trained.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(CancellationToken cancellation)
    {
        try
        {
            var slots = Math.Clamp(machine.Slots, 1, count);
            machine.Expect(LongestEnd);
            foreach (var (key, bytes) in job.Value.Blocks)
            {
                if (machine.Lacks(key) && machine.Ask(MachineWork.Starts, [TrainingWorker.Block, .. key.ToByteArray()], cancellation, bytes) is not [TrainingWorker.Block]) throw new InvalidDataException("an answer that is not known");
            }

            if (machine.Ask(MachineWork.Starts, [TrainingWorker.Prepare, .. BitConverter.GetBytes(slots), .. BitConverter.GetBytes(Math.Max(1, machine.Room)), .. job.Value.Head], cancellation) is not [TrainingWorker.Prepare]) throw new InvalidDataException("an answer that is not known");
            while (true)
            {
                while (_flight.Count < slots + Ahead && work.TryTake(out var index))
                {
                    if (take(index, null))
                    {
                        work.Complete();
                        continue;
                    }

                    _flight.Add(index);
                    InFlight = _flight.Count;
                    machine.Send(MachineWork.Starts, RequestOf(index));
                }

                if (_flight.Count > 0)
                {
                    Take(machine.Receive(cancellation));
                    continue;
                }

                cancellation.ThrowIfCancellationRequested();
                if (work.IsDone) return;
                work.Wait(MillisecondsBetweenLooks);
            }
        }
        catch (Exception exception) when (exception is MachineLostException or InvalidDataException)
        {
            // Numbers that cannot be make a machine as useless as silence does.
            _loss = exception is MachineLostException ? exception.Message : $"It sent what cannot be: {exception.Message}.";
        }
        finally
        {
            foreach (var index in _flight) work.GiveBack(index);
            _flight.Clear();
            InFlight = 0;
        }
    }

    /// <summary>What it does, in a few words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{machine.Name}: {InFlight} in work, {_done} done");

    private byte[] RequestOf(int index)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(TrainingWorker.Start);
        writer.Write(index);
        request(index, writer);
        writer.Flush();
        return stream.ToArray();
    }

    private void Take(byte[] answer)
    {
        var reader = new CheckpointReader(new MemoryStream(answer));
        if (reader.Byte() != TrainingWorker.Start) throw new InvalidDataException("an answer that is not known");
        var index = reader.Int32(0, int.MaxValue);
        if (!_flight.Contains(index)) throw CheckpointReader.Wrong(index);
        take(index, reader);
        _flight.Remove(index);
        InFlight = _flight.Count;
        _done++;
        work.Complete();
    }
}
