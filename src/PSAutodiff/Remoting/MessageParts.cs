namespace PSAutodiff.Remoting;

/// <summary>Messages between machines in parts. The first byte of a part says whether another one follows, or that there is no message yet.</summary>
internal sealed class MessageParts : IDisposable
{
    /// <summary>The bytes of a message that one part holds at most.</summary>
    public const int PartBytes = 1 << 19;

    private const byte GoesOn = 0;
    private const byte Ends = 1;

    // What any message may hold: more is an error, not memory.
    private const long MostBytes = 1L << 30;

    private readonly long _most;
    private MemoryStream _bytes = new();

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

    /// <summary>The parts of a message, at least one.</summary>
    public static IEnumerable<byte[]> Of(byte[] message)
    {
        for (var i = 0; i == 0 || i < message.Length; i += PartBytes)
        {
            var count = Math.Min(PartBytes, message.Length - i);
            var part = new byte[count + 1];
            part[0] = i + count < message.Length ? GoesOn : Ends;
            Buffer.BlockCopy(message, i, part, 1, count);
            yield return part;
        }
    }

    /// <summary>Takes a part.</summary>
    /// <returns>The message, once it is whole.</returns>
    /// <exception cref="InvalidDataException">It is none, or the message is too long.</exception>
    public byte[]? Add(byte[] part)
    {
        // A message has as few parts as it can: small ones could go on for ever.
        if (part.Length is 0 or > PartBytes + 1 || part[0] > Ends || (part[0] == GoesOn && part.Length <= PartBytes) || _bytes.Length + part.Length - 1 > _most) throw new InvalidDataException("A message between machines is damaged or too long.");
        _bytes.Write(part, 1, part.Length - 1);
        if (part[0] == GoesOn) return null;
        var message = _bytes.ToArray();
        _bytes.Dispose();
        _bytes = new MemoryStream();
        return message;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
