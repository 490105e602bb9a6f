namespace PSAutodiff.Kernels.Threading;

/// <summary>Another machine that works for this one. What is sent to it is answered in whatever order it is done. One thread at a time waits for answers; others may send meanwhile.</summary>
internal interface IMachine
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    /// <summary>How many pieces of work it does side by side.</summary>
    int Slots { get; }

    /// <summary>How many pieces of work it does side by side for all who use it.</summary>
    int Room => Slots;

    /// <summary>Whether a block of data has to be sent to it, which is so once at the most; the one who asked does it then.</summary>
    /// <param name="block">The key of the block, which follows from its bytes.</param>
    bool Lacks(Guid block) => true;

    /// <summary>Says how long answers may be from now on. One that is longer than all that was said, and than a short message, is not read.</summary>
    /// <param name="bytes">The bytes of an answer, but for the few of its envelope.</param>
    void Expect(long bytes)
    {
    }

    /// <summary>Gives a request, which is sent with the next wait for an answer, together with all others that were given until then.</summary>
    /// <param name="work">Which service of the machine it is for.</param>
    /// <param name="request">The request.</param>
    /// <param name="data">Bytes that follow it, which are not to be changed until it is answered: large data are not copied on their way.</param>
    void Send(MachineWork work, byte[] request, ReadOnlyMemory<byte> data = default);

    /// <summary>Waits for the next answer, however long it takes, while the machine shows signs of life.</summary>
    /// <param name="cancellation">Ends the wait at once.</param>
    /// <returns>What the service gave, which may be anything: read it strictly.</returns>
    /// <exception cref="MachineLostException">The machine is gone, or silent. It is not used again.</exception>
    /// <exception cref="AutodiffException">The work cannot be done, there or elsewhere.</exception>
    byte[] Receive(CancellationToken cancellation);
}

/// <summary>The services of a machine: the first byte of a request.</summary>
internal enum MachineWork : byte
{
    /// <summary>Training starts of a training.</summary>
    Starts = 1,

    /// <summary>Sums over parts of the rows.</summary>
    Rows = 2,

    /// <summary>Any of the others, for several threads at once: see <see cref="MachineLanes"/>.</summary>
    Lanes = 3,
}

/// <summary>What a machine does when it is asked.</summary>
internal interface IMachineService
{
    /// <summary>Does what a request asks for. Several threads call it at once, where several requests are on the way.</summary>
    /// <param name="request">The request, which may be anything: it is read strictly.</param>
    /// <param name="cancellation">Ends the work: nobody waits for it any more.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="AutodiffException">The work cannot be done. The error is that of the one who asked.</exception>
    /// <exception cref="InvalidDataException">The request is damaged. The machine counts as lost.</exception>
    byte[] Answer(ArraySegment<byte> request, CancellationToken cancellation);
}

/// <summary>A request on its way.</summary>
/// <param name="Head">Its first bytes.</param>
/// <param name="Data">What follows.</param>
internal readonly record struct MachineRequest(byte[] Head, ReadOnlyMemory<byte> Data = default);

/// <summary>A machine is gone, or cannot be relied on any more.</summary>
internal sealed class MachineLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Short forms.</summary>
internal static class MachineForms
{
    /// <summary>Sends a request, and waits for its answer; no other one may be on the way.</summary>
    /// <inheritdoc cref="IMachine.Receive" path="/exception"/>
    public static byte[] Ask(this IMachine machine, MachineWork work, byte[] request, CancellationToken cancellation, ReadOnlyMemory<byte> data = default)
    {
        machine.Send(work, request, data);
        return machine.Receive(cancellation);
    }
}
