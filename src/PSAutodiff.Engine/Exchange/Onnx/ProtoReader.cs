using System.Runtime.InteropServices;
using System.Text;

namespace PSAutodiff.Exchange.Onnx;

/// <summary>
/// Reads the fields of one message of Protocol Buffers, strictly: what goes past the end of the message is an error. Nothing is copied and nothing is
/// allocated but texts that are asked for.
/// </summary>
internal struct ProtoReader(ReadOnlyMemory<byte> bytes)
{
    private const int Whole = 0;
    private const int Eight = 1;
    private const int Many = 2;
    private const int Four = 5;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private int _at;
    private int _wire;

    /// <summary>The number of the field whose value is read next.</summary>
    public int Field { get; private set; }

    /// <summary>Goes on to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_at == bytes.Length) return false;
        var key = Varint();
        (Field, _wire) = ((int)(key >> 3), (int)(key & 7));
        if (key >> 3 is 0 or > 536_870_911) throw Damaged("a field has no valid number");
        return true;
    }

    /// <summary>A whole number.</summary>
    public long Integer() => _wire == Whole ? (long)Varint() : throw Damaged("a field holds something other than the whole number it is for");

    /// <summary>A number of 32 bits.</summary>
    public float Single() => _wire == Four ? BitConverter.ToSingle(Take(4).Span) : throw Damaged("a field holds something other than the number it is for");

    /// <summary>Bytes, a text, or a message.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        if (_wire != Many) throw Damaged("a field holds something other than the bytes it is for");
        var length = Varint();
        return length <= int.MaxValue ? Take((int)length) : throw Damaged("a field is longer than the file");
    }

    /// <summary>A text.</summary>
    public string Text()
    {
        try
        {
            return Strict.GetString(Bytes().Span);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("a text is not UTF-8");
        }
    }

    /// <summary>Adds whole numbers, one or packed as many.</summary>
    public void Integers(List<long> numbers, int most)
    {
        if (_wire == Whole)
        {
            Add((long)Varint());
            return;
        }

        for (var packed = new ProtoReader(Bytes()); packed._at < packed.Length;) Add((long)packed.Varint());

        void Add(long number)
        {
            if (numbers.Count == most) throw Damaged("a list is too long");
            numbers.Add(number);
        }
    }

    /// <summary>Numbers of 32 bits, one or packed as many.</summary>
    public float[] Singles()
    {
        if (_wire == Four) return [Single()];
        var packed = Bytes();
        return packed.Length % sizeof(float) == 0 ? MemoryMarshal.Cast<byte, float>(packed.Span).ToArray() : throw Damaged("a list of numbers ends in the middle of one");
    }

    /// <summary>The bytes of packed numbers, or of those before and one more.</summary>
    public ReadOnlyMemory<byte> Packed(ReadOnlyMemory<byte> before)
    {
        if (_wire is not (Four or Eight)) return before.IsEmpty ? Bytes() : throw Damaged("the numbers of a tensor stand in two places");
        throw Damaged("the numbers of a tensor are not packed");
    }

    /// <summary>Leaves a value out.</summary>
    public void Skip()
    {
        switch (_wire)
        {
            case Whole: Varint(); break;
            case Eight: Take(8); break;
            case Four: Take(4); break;
            case Many: Bytes(); break;
            default: throw Damaged("a field is of a kind that does not exist");
        }
    }

    private readonly int Length => bytes.Length;

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > bytes.Length - _at) throw Damaged("it ends in the middle of a field");
        var taken = bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private ulong Varint()
    {
        var span = bytes.Span;
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at == span.Length) throw Damaged("it ends in the middle of a number");
            var part = span[_at++];
            if (shift == 63 && part > 1) break;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw Damaged("a number has more than 64 bits");
    }

    private static AutodiffException Damaged(string problem) => FileErrors.Of($"It is not an ONNX file, or a damaged one: {problem}.");
}
