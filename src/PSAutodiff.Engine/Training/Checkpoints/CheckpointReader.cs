using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PSAutodiff.Training.Checkpoints;

/// <summary>Reads a checkpoint's content and believes nothing: a length is compared with what is left before memory is taken for it.</summary>
internal class CheckpointReader(Stream stream)
{
    /// <summary>Number of bytes left.</summary>
    public long Remaining => stream.Length - stream.Position;

    /// <summary>Bytes to read.</summary>
    public static MemoryStream StreamOf(ArraySegment<byte> bytes) => new(bytes.Array!, bytes.Offset, bytes.Count);

    public byte[] Bytes(int count)
    {
        Require(count);
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public byte Byte() => Bytes(1)[0];

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw Wrong(other),
    };

    public int Int32(int least, int most)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));
        return value >= least && value <= most ? value : throw Wrong(value);
    }

    public long Int64(long least, long most)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));
        return value >= least && value <= most ? value : throw Wrong(value);
    }

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(sizeof(double)));

    public string Text(int longest) => Encoding.UTF8.GetString(Bytes(Int32(0, longest)));

    /// <summary>Numbers as they lie in memory.</summary>
    public T[] Array<T>(int count)
        where T : unmanaged
    {
        Require((long)count * Marshal.SizeOf<T>());
        var values = new T[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>An error for a number that cannot be.</summary>
    public static InvalidDataException Wrong(long value) => new(string.Create(CultureInfo.InvariantCulture, $"it holds {value} where that is impossible"));

    private void Require(long count)
    {
        if (count > Remaining) throw new InvalidDataException("it ends too early");
    }
}
