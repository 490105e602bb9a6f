using System.Buffers.Binary;
using System.IO.Compression;

namespace PSAutodiff.Data;

/// <summary>
/// Reads the IDX format strictly. Memory grows with what was really read: a header that lies costs nothing, and of compressed content
/// no more is unpacked than the header says.
/// </summary>
internal static class IdxReader
{
    private const int FirstBuffer = 1 << 16;
    private const int LargestPiece = 1 << 20;

    private static ReadOnlySpan<byte> GzipStart => [0x1F, 0x8B];

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="AutodiffException">The content is no IDX data, damaged, too short or too long.</exception>
    public static IdxData Read(Stream stream, CancellationToken cancellation)
    {
        var magic = new byte[4];
        magic = magic[..stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        if (!magic.AsSpan().StartsWith(GzipStart)) return ReadPlain(magic, stream, cancellation);
        try
        {
            using var whole = new PaddedStream(magic, stream);
            using var unpacked = new GZipStream(whole, CompressionMode.Decompress);
            var start = new byte[4];
            start = start[..unpacked.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            return ReadPlain(start, unpacked, cancellation);
        }
        catch (InvalidDataException exception)
        {
            throw Error($"their compression by gzip is damaged ({exception.Message.TrimEnd('.')}). Get the file again");
        }
    }

    private static IdxData ReadPlain(byte[] magic, Stream stream, CancellationToken cancellation)
    {
        if (magic.Length < 4) throw EndsEarly();
        if (magic[0] != 0 || magic[1] != 0) throw Error($"they begin with the bytes {magic[0]:X2} {magic[1]:X2}, not with two zeros. Is it an IDX file?");
        var type = (IdxElementType)magic[2];
        var size = IdxData.SizeOf(type);
        if (size == 0) throw Error($"the type of their numbers is {magic[2]:X2}, but the format knows only 08, 09, 0B, 0C, 0D and 0E");
        if (magic[3] == 0) throw Error("they have no dimensions");
        var dimensions = new int[magic[3]];
        var length = (long)size;
        Span<byte> number = stackalloc byte[4];
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (stream.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) < number.Length) throw EndsEarly();
            var dimension = BinaryPrimitives.ReadInt32BigEndian(number);
            if (dimension <= 0) throw Error($"dimension {i + 1} is {dimension}; it has to be at least 1");
            dimensions[i] = dimension;
            length *= dimension;
            if (length > Array.MaxLength) throw Error($"their header announces more than {Array.MaxLength} bytes, which is more than can be held. If the file is not that large, it is damaged");
        }

        return new IdxData(type, dimensions, ReadContent(stream, (int)length, cancellation));
    }

    private static byte[] ReadContent(Stream stream, int length, CancellationToken cancellation)
    {
        var content = new byte[Math.Min(length, FirstBuffer)];
        var filled = 0;
        while (filled < length)
        {
            cancellation.ThrowIfCancellationRequested();
            if (filled == content.Length) Array.Resize(ref content, (int)Math.Min(length, 2L * content.Length));
            var read = stream.Read(content, filled, Math.Min(content.Length - filled, LargestPiece));
            if (read == 0) throw Error($"their header announces {length} bytes of numbers, but only {filled} follow. The file is cut off or damaged");
            filled += read;
        }

        return stream.ReadByte() < 0 ? content : throw Error($"more bytes follow than the {length} bytes of numbers that their header announces");
    }

    private static AutodiffException EndsEarly() => Error("they end within their header");

    private static AutodiffException Error(string problem) => new(ErrorIds.IdxInvalid, $"The IDX data are wrong: {problem}{(problem.EndsWith('?') ? string.Empty : ".")}");
}
