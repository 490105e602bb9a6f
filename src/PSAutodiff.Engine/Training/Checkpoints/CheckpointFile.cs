using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Foundation.Files;

namespace PSAutodiff.Training.Checkpoints;

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

    // In ticks. Of a longer time nobody could say how long it is with what is spent after it.
    private const long LongestElapsed = long.MaxValue / 2;

    private static readonly byte[] Mark = "PSADTRN\n"u8.ToArray();

    private readonly string _path;
    private readonly bool _force;
    private readonly CheckpointSubject _subject;

    /// <summary>Names a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether it may be write-protected.</param>
    /// <param name="subject">What is trained and how.</param>
    public CheckpointFile(string path, bool force, CheckpointSubject subject)
    {
        _path = Path.GetFullPath(path);
        _force = force;
        _subject = subject;
    }

    /// <summary>Finds out whether checkpoints can be written, without touching one that is there.</summary>
    /// <param name="options">The options of a training that keeps checkpoints.</param>
    /// <exception cref="AutodiffException">They cannot.</exception>
    public static void CheckWritable(TrainingOptions options)
    {
        var path = options.CheckpointPath!;
        try
        {
            using var probe = WholeFile.Begin(path, overwrite: true, options.Force, clear: true);

            // A training that goes on reads the file, and says then what is wrong with it.
            if (!options.Force && !options.Resume && IsForeign(path)) throw new IOException("It is a file that is not a checkpoint, and its content would be lost. Name another file, or use -Force.");
        }
        catch (Exception exception) when (WholeFile.IsFileError(exception))
        {
            throw new AutodiffException(
                ErrorIds.CheckpointUnwritable,
                $"Checkpoints cannot be written to '{path}': {exception.Message.TrimEnd('.')}. Nothing was trained.");
        }
    }

    /// <summary>The seed of the training in a file, for going on without naming it; null when there is no file.</summary>
    /// <exception cref="AutodiffException">The file is damaged or no checkpoint.</exception>
    public static int? ReadSeed(string path)
    {
        if (!WholeFile.CanBeRead(path)) return null;
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
        if (!WholeFile.CanBeRead(_path)) return null;
        return Open(_path, reader =>
        {
            var difference = _subject.DifferenceTo(reader.Text(LongestSettings), reader.Bytes(HashLength), reader.Bytes(HashLength));
            if (difference is not null)
            {
                throw new AutodiffException(
                    ErrorIds.CheckpointMismatch,
                    $"The checkpoint '{_path}' is of another training run: {difference}. Train as it was begun, or from the start without -Resume.");
            }

            var elapsed = new TimeSpan(reader.Int64(0, LongestElapsed));
            read(reader);
            if (reader.Remaining > 0) throw new InvalidDataException("there is something behind its end");
            return elapsed;
        });
    }

    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="elapsed">The time spent.</param>
    /// <param name="sections">The sections.</param>
    /// <returns>Why it could not be written; null when it was.</returns>
    public string? Write(TimeSpan elapsed, IReadOnlyList<byte[]> sections)
    {
        try
        {
            using var file = WholeFile.Begin(_path, overwrite: true, _force, clear: false);
            file.Write(stream => WriteTo(stream, elapsed, sections));
            return null;
        }
        catch (Exception exception) when (WholeFile.IsFileError(exception))
        {
            return exception.Message;
        }
    }

    // An empty file, such as New-TemporaryFile makes, has nothing to lose.
    private static bool IsForeign(string path)
    {
        if (!WholeFile.CanBeRead(path)) return false;
        using var stream = WholeFile.OpenRead(path);
        var start = new byte[Mark.Length];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return length > 0 && !start.AsSpan().SequenceEqual(Mark);
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
            using var stream = WholeFile.OpenRead(path);
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
        catch (Exception exception) when (WholeFile.IsFileError(exception) || exception is InvalidDataException)
        {
            throw new AutodiffException(
                ErrorIds.CheckpointInvalid,
                $"The checkpoint '{path}' cannot be read: {exception.Message.TrimEnd('.')}. Train from the start without -Resume, or bring back an intact copy.");
        }
    }
}
