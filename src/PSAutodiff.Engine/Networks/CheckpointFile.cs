using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PSAutodiff.Networks;

/// <summary>
/// The file that a training goes on from: a mark, the version, the length of the content and its SHA-256; then the content: what is
/// trained and how, the time spent, and a section for each start.
/// </summary>
internal sealed class CheckpointFile
{
    private const int Version = 1;
    private const int HashLength = 32;
    private const int HeaderLength = 8 + sizeof(int) + sizeof(long) + HashLength;
    private const int LongestSettings = 1 << 14;
    private const string TemporaryEnding = ".tmp";

    private static readonly byte[] Mark = "PSADTRN\n"u8.ToArray();

    private readonly string _path;
    private readonly CheckpointSubject _subject;

    /// <summary>Names a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="subject">What is trained and how.</param>
    public CheckpointFile(string path, CheckpointSubject subject)
    {
        _path = Path.GetFullPath(path);
        _subject = subject;
    }

    /// <summary>Finds out whether checkpoints can be written, without touching one that is there.</summary>
    /// <exception cref="AutodiffException">They cannot.</exception>
    public static void CheckWritable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full)) throw new IOException("It is a directory.");
            if (File.Exists(full) && File.GetAttributes(full).HasFlag(FileAttributes.ReadOnly)) throw new IOException("The file is read-only.");
            using var probe = new FileStream(full + TemporaryEnding, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            probe.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AutodiffException(
                ErrorIds.CheckpointUnwritable,
                $"Checkpoints cannot be written to '{path}': {exception.Message} Nothing was trained.");
        }
    }

    /// <summary>The seed of the training in a file, for going on without naming it; null when there is no file.</summary>
    /// <exception cref="AutodiffException">The file is damaged or no checkpoint.</exception>
    public static int? ReadSeed(string path)
    {
        if (!File.Exists(path)) return null;
        return Open(path, static reader =>
        {
            var settings = reader.Text(LongestSettings);
            const string name = "\n" + nameof(TrainingOptions.Seed) + "=";
            var at = settings.IndexOf(name, StringComparison.Ordinal);
            var end = at < 0 ? -1 : settings.IndexOf('\n', at + name.Length);
            if (end < 0 || !int.TryParse(settings.AsSpan(at + name.Length, end - at - name.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
            {
                throw new InvalidDataException("it names no seed");
            }

            return seed;
        });
    }

    /// <summary>Reads the file.</summary>
    /// <param name="read">Reads the sections; all of them have to be read.</param>
    /// <returns>The time spent before; null when there is no file.</returns>
    /// <exception cref="AutodiffException">The file is damaged, no checkpoint, or one of another training.</exception>
    public TimeSpan? Read(Action<CheckpointReader> read)
    {
        if (!File.Exists(_path)) return null;
        return Open(_path, reader =>
        {
            var difference = _subject.DifferenceTo(reader.Text(LongestSettings), reader.Bytes(HashLength), reader.Bytes(HashLength));
            if (difference is not null)
            {
                throw new AutodiffException(
                    ErrorIds.CheckpointMismatch,
                    $"The checkpoint '{_path}' is of another training: {difference}. Train as it was begun, or from the start without resuming.");
            }

            var elapsed = new TimeSpan(reader.Int64(0, TimeSpan.MaxValue.Ticks));
            read(reader);
            if (reader.Remaining > 0) throw new InvalidDataException("there is something behind its end");
            return elapsed;
        });
    }

    /// <summary>Writes the file: beside the old one, and in its place only when all is on the disk.</summary>
    /// <param name="elapsed">The time spent.</param>
    /// <param name="sections">The sections.</param>
    /// <returns>Why it could not be written; null when it was.</returns>
    public string? Write(TimeSpan elapsed, IReadOnlyList<byte[]> sections)
    {
        var temporary = _path + TemporaryEnding;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                WriteTo(stream, elapsed, sections);
                stream.Flush(true);
            }

            File.Move(temporary, _path, true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private void WriteTo(Stream stream, TimeSpan elapsed, IReadOnlyList<byte[]> sections)
    {
        using var start = new MemoryStream();
        using (var writer = new BinaryWriter(start, Encoding.UTF8, true))
        {
            var settings = Encoding.UTF8.GetBytes(_subject.Settings);
            writer.Write(settings.Length);
            writer.Write(settings);
            writer.Write(_subject.ModelHash);
            writer.Write(_subject.DataHash);
            writer.Write(elapsed.Ticks);
        }

        byte[][] parts = [start.ToArray(), .. sections];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts) hash.AppendData(part);
        var header = new byte[HeaderLength];
        Mark.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), parts.Sum(static part => (long)part.Length));
        hash.GetCurrentHash(header.AsSpan(20));
        stream.Write(header);
        foreach (var part in parts) stream.Write(part);
    }

    private static TResult Open<TResult>(string path, Func<CheckpointReader, TResult> read)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = new byte[HeaderLength];
            if (stream.ReadAtLeast(header, HeaderLength, false) < HeaderLength || !header.AsSpan(0, 8).SequenceEqual(Mark)) throw new InvalidDataException("it does not begin like one");
            var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
            if (version != Version) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"its version is {version}, and this version of PSAutodiff reads only {Version}"));
            var length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(12));
            if (length != stream.Length - HeaderLength)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it should have {length} bytes after its header but has {stream.Length - HeaderLength}"));
            }

            if (!SHA256.HashData(stream).AsSpan().SequenceEqual(header.AsSpan(20))) throw new InvalidDataException("its checksum is wrong");
            stream.Position = HeaderLength;
            return read(new CheckpointReader(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new AutodiffException(
                ErrorIds.CheckpointInvalid,
                $"The checkpoint '{path}' cannot be read: {exception.Message.TrimEnd('.')}. Train from the start without resuming, or bring back an intact copy.");
        }
    }
}
