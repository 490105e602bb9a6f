namespace PSAutodiff.Remoting;

/// <summary>Messages between machines in parts. The first byte of a part says whether another one follows, or that there is no message yet.</summary>
internal sealed class MessageParts
{
    /// <summary>The bytes of a message that one part holds at most.</summary>
    public const int PartBytes = 1 << 17;

    private const byte GoesOn = 0;
    private const byte Ends = 1;

    // What any message may hold: more is an error, not memory.
    private const long MostBytes = 1L << 30;

    private readonly long _most;
    private readonly List<byte[]> _parts = [];
    private long _length;

    /// <summary>Begins to take parts.</summary>
    /// <param name="most">The most bytes of a message.</param>
    public MessageParts(long most = MostBytes) => _most = Math.Min(most, MostBytes);

    /// <summary>That a part has arrived, and the next one may come.</summary>
    public static byte[] Arrived => [2];

    /// <summary>That the machine lives, and works.</summary>
    public static byte[] Alive => [3];

    /// <summary>That there is no answer yet: it has to be asked again.</summary>
    public static byte[] Later => [4];

    /// <summary>Whether a part is another one of a single byte.</summary>
    public static bool Is(byte[] part, byte[] sign) => part.Length == 1 && part[0] == sign[0];

    /// <summary>Whether a part of a message is its last one.</summary>
    public static bool IsLast(byte[] part) => part[0] == Ends;

    /// <summary>The parts of a message, at least one.</summary>
    /// <param name="message">Its pieces, in order.</param>
    public static IEnumerable<byte[]> Of(IReadOnlyList<ReadOnlyMemory<byte>> message)
    {
        var left = message.Sum(static piece => (long)piece.Length);
        var (piece, from) = (0, 0);
        do
        {
            var part = new byte[1 + Math.Min(PartBytes, left)];
            left -= part.Length - 1;
            part[0] = left > 0 ? GoesOn : Ends;
            for (var filled = 1; filled < part.Length;)
            {
                var some = message[piece].Span[from..];
                if (some.Length > part.Length - filled) some = some[..(part.Length - filled)];
                some.CopyTo(part.AsSpan(filled));
                filled += some.Length;
                from += some.Length;
                if (from == message[piece].Length) (piece, from) = (piece + 1, 0);
            }

            yield return part;
        }
        while (left > 0);
    }

    /// <summary>Takes a part.</summary>
    /// <returns>The message, once it is whole.</returns>
    /// <exception cref="InvalidDataException">It is none, or the message is too long.</exception>
    public byte[]? Add(byte[] part)
    {
        // A message has as few parts as it can: small ones could go on for ever.
        if (part.Length is 0 or > PartBytes + 1 || part[0] > Ends || (part[0] == GoesOn && part.Length <= PartBytes) || _length + part.Length - 1 > _most) throw new InvalidDataException("A message between machines is damaged or too long.");
        _parts.Add(part);
        _length += part.Length - 1;
        if (part[0] == GoesOn) return null;
        var message = GC.AllocateUninitializedArray<byte>((int)_length);
        var rest = message.AsSpan();
        foreach (var one in _parts)
        {
            one.AsSpan(1).CopyTo(rest);
            rest = rest[(one.Length - 1)..];
        }

        _parts.Clear();
        _length = 0;
        return message;
    }
}
