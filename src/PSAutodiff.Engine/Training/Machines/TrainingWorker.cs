using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>Trains starts for another machine.</summary>
/// <param name="store">The data of jobs, which several workers may share; null for its own.</param>
internal sealed class TrainingWorker(JobStore? store = null) : IMachineService
{
    /// <summary>A request that brings what is trained, and how many starts are trained side by side, of this and of all that share the store.</summary>
    public const byte Prepare = 1;

    /// <summary>A request for one start.</summary>
    public const byte Start = 2;

    /// <summary>A request that brings a block of data.</summary>
    public const byte Block = 3;

    private const int MostSlots = 1024;

    private readonly JobStore _store = store ?? new JobStore();
    private IStartTrainer? _trainer;

    /// <inheritdoc/>
    public byte[] Answer(ArraySegment<byte> request, CancellationToken cancellation)
    {
        var reader = new CheckpointReader(CheckpointReader.StreamOf(request));
        switch (reader.Byte())
        {
            case Prepare:
                var slots = reader.Int32(1, MostSlots);
                _store.Open(reader.Int32(1, MostSlots));
                _trainer = TrainingJob.Read(request[(1 + (2 * sizeof(int)))..], slots, _store, cancellation);
                return [Prepare];
            case Block:
                _store.Take(new Guid(reader.Bytes(16)), request[(1 + 16)..]);
                return [Block];
            case Start:
                var index = reader.Int32(0, int.MaxValue);
                var trainer = _trainer ?? throw new InvalidDataException("nothing was prepared");
                return [Start, .. BitConverter.GetBytes(index), .. _store.InTurn(() => trainer.Train(reader, cancellation), cancellation)];
            case var other:
                throw CheckpointReader.Wrong(other);
        }
    }
}
