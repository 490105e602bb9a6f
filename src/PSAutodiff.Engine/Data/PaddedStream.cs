namespace PSAutodiff.Data;

/// <summary>
/// What gzip unpacks: a stream whose first bytes were taken off already to look at them, and bytes that mean nothing after its end.
/// Leaves the stream open.
/// </summary>
/// <remarks>
/// <see cref="System.IO.Compression.GZipStream"/> takes the end of a file for the end of its content, even before the checksum. With
/// more bytes there it goes on to the checksum, or to an error; after a whole file it ignores them.
/// </remarks>
internal sealed class PaddedStream(byte[] start, Stream rest) : Stream
{
    // Ones are a block type that does not exist, and the checksum of next to nothing.
    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)0xFF, 1024)];

    private readonly MemoryStream _start = new(start);
    private readonly MemoryStream _padding = new(Padding);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _start.Read(buffer);
        if (read == 0) read = rest.Read(buffer);
        return read > 0 ? read : _padding.Read(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _start.Dispose();
            _padding.Dispose();
        }

        base.Dispose(disposing);
    }
}
