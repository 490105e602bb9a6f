using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>Trains starts for another machine.</summary>
internal sealed class TrainingWorker : IMachineService
{
    /// <summary>A request that brings what is trained, and the number of starts that are trained side by side.</summary>
    public const byte Prepare = 1;

    /// <summary>A request for one start.</summary>
    public const byte Start = 2;

    private const int MostSlots = 1024;

    private IStartTrainer? _trainer;

    /// <inheritdoc/>
    public byte[] Answer(byte[] request, CancellationToken cancellation)
    {
        var reader = new CheckpointReader(new MemoryStream(request));
        switch (reader.Byte())
        {
            case Prepare:
                _trainer = TrainingJob.Read(request[(1 + sizeof(int))..], reader.Int32(1, MostSlots));
                return [Prepare];
            case Start:
                var index = reader.Int32(0, int.MaxValue);
                return [Start, .. BitConverter.GetBytes(index), .. (_trainer ?? throw new InvalidDataException("nothing was prepared")).Train(reader, cancellation)];
            case var other:
                throw CheckpointReader.Wrong(other);
        }
    }
}
