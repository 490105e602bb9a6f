using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PSAutodiff.Exchange.Onnx;

/// <summary>Writes a message of Protocol Buffers: the few kinds of fields that ONNX has.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The number of bytes so far.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>A whole number.</summary>
    public ProtoWriter Integer(int field, long value)
    {
        Varint((ulong)(field << 3));
        Varint((ulong)value);
        return this;
    }

    /// <summary>A number of 32 bits.</summary>
    public ProtoWriter Single(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>A text.</summary>
    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Bytes.</summary>
    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>A message within this one.</summary>
    public ProtoWriter Message(int field, ProtoWriter value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value._bytes.WrittenSpan);
        return this;
    }

    /// <summary>Numbers of 64 bits, as bytes.</summary>
    public ProtoWriter Doubles(int field, ReadOnlySpan<double> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(double))];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return Bytes(field, bytes);
    }

    /// <summary>Numbers of 32 bits, as bytes.</summary>
    public ProtoWriter Singles(int field, ReadOnlySpan<double> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(float))];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), (float)values[i]);
        return Bytes(field, bytes);
    }

    /// <summary>Integers of 64 bits, as bytes.</summary>
    public ProtoWriter Longs(int field, ReadOnlySpan<long> values)
    {
        var bytes = new byte[checked(values.Length * sizeof(long))];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return Bytes(field, bytes);
    }

    /// <summary>The bytes of the message.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
