using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>A job for another machine.</summary>
/// <param name="Head">All but its large data.</param>
/// <param name="Blocks">Its large data: jobs over the same numbers have the same blocks, which a machine is sent once.</param>
internal sealed record JobMessage(byte[] Head, IReadOnlyList<(Guid Key, ReadOnlyMemory<byte> Bytes)> Blocks);

/// <summary>Writes a job.</summary>
internal sealed class JobWriter : BinaryWriter
{
    // Bytes from which on numbers are a block.
    private const int FewestBytes = 1 << 12;

    private readonly List<(Guid Key, ReadOnlyMemory<byte> Bytes)> _blocks = [];

    private JobWriter(Stream stream)
        : base(stream)
    {
    }

    /// <summary>Writes a job.</summary>
    public static JobMessage Write(Action<JobWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new JobWriter(stream);
        write(writer);
        writer.Flush();
        return new JobMessage(stream.ToArray(), writer._blocks);
    }

    /// <summary>Writes a text.</summary>
    public void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(bytes.Length);
        Write(bytes);
    }

    /// <summary>Writes names.</summary>
    public void WriteNames(IReadOnlyList<string> names)
    {
        Write(names.Count);
        foreach (var name in names) WriteText(name);
    }

    /// <summary>Writes numbers. They are not copied, and not to be changed until the job is sent.</summary>
    public void WriteNumbers<T>(ReadOnlyMemory<T> numbers)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(numbers.Span);
        Write(bytes.Length >= FewestBytes);
        if (bytes.Length < FewestBytes)
        {
            Write(bytes);
            return;
        }

        var key = JobStore.KeyOf(bytes);
        Write(key.ToByteArray());
        if (!_blocks.Exists(block => block.Key == key)) _blocks.Add((key, new NumberBytes<T>(numbers).Memory));
    }

    // The bytes of numbers, where they lie.
    private sealed class NumberBytes<T>(ReadOnlyMemory<T> numbers) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(MemoryMarshal.AsMemory(numbers).Span);

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

/// <summary>Reads a job, and takes nothing of it for granted.</summary>
/// <param name="stream">Its head.</param>
/// <param name="store">Its blocks.</param>
/// <param name="cancellation">Ends the wait for a block.</param>
internal sealed class JobReader(Stream stream, JobStore store, CancellationToken cancellation) : CheckpointReader(stream)
{
    private const int LongestName = 1 << 16;

    /// <summary>Numbers, which others may hold too: they are not to be changed.</summary>
    public T[] Numbers<T>(int count)
        where T : unmanaged => Flag() ? store.Numbers<T>(new Guid(Bytes(16)), count, cancellation) : Array<T>(count);

    /// <summary>Names.</summary>
    public string[] Names()
    {
        var names = new List<string>();
        for (var left = Int32(0, int.MaxValue); left > 0; left--) names.Add(Text(LongestName));
        return [.. names];
    }
}

/// <summary>What a machine keeps for jobs while it works for another one: blocks of data, and how much is done side by side.</summary>
/// <param name="isShared">Whether several lanes use it, so that a block of one may still be on the way when a job of another comes.</param>
internal sealed class JobStore(bool isShared = false)
{
    private const int MillisecondsOfWait = 60_000;

    private readonly object _gate = new();
    private readonly Dictionary<Guid, Block> _blocks = [];
    private SemaphoreSlim? _room;

    /// <summary>The key of a block.</summary>
    public static Guid KeyOf(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes).AsSpan(0, 16));

    /// <summary>Says how much is done side by side; what is said first counts.</summary>
    public void Open(int room)
    {
        lock (_gate) _room ??= new SemaphoreSlim(room);
    }

    /// <summary>Does something when it is its turn.</summary>
    public T InTurn<T>(Func<T> work, CancellationToken cancellation)
    {
        Open(1);
        _room!.Wait(cancellation);
        try
        {
            return work();
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Takes a block.</summary>
    /// <exception cref="InvalidDataException">It is not that of its key.</exception>
    public void Take(Guid key, ArraySegment<byte> bytes)
    {
        if (KeyOf(bytes) != key) throw new InvalidDataException("its data are damaged");
        lock (_gate)
        {
            _blocks[key] = new Block { Bytes = bytes };
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The numbers of a block; waits for it for a while.</summary>
    /// <exception cref="InvalidDataException">It does not come, or has another number of them.</exception>
    public T[] Numbers<T>(Guid key, int count, CancellationToken cancellation)
        where T : unmanaged
    {
        var end = isShared ? Environment.TickCount64 + MillisecondsOfWait : 0;
        lock (_gate)
        {
            Block? block;
            while (!_blocks.TryGetValue(key, out block))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Environment.TickCount64 > end) throw new InvalidDataException("its data are missing");
                Monitor.Wait(_gate, 100);
            }

            var bytes = block.Numbers is { } known ? Buffer.ByteLength(known) : block.Bytes.Count;
            if (bytes != (long)count * Marshal.SizeOf<T>()) throw new InvalidDataException("it has more or fewer numbers than rows");
            if (block.Numbers is T[] numbers) return numbers;
            numbers = GC.AllocateUninitializedArray<T>(count);
            Buffer.BlockCopy(block.Numbers ?? block.Bytes.Array!, block.Numbers is null ? block.Bytes.Offset : 0, numbers, 0, bytes);
            (block.Numbers, block.Bytes) = (numbers, default);
            return numbers;
        }
    }

    // What came, until its numbers are asked for.
    private sealed class Block
    {
        public ArraySegment<byte> Bytes { get; set; }

        public Array? Numbers { get; set; }
    }
}
