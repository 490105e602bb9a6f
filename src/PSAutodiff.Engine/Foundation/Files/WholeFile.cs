using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PSAutodiff.Foundation.Files;

/// <summary>
/// A file that is written whole or not at all: into a temporary file of a random name beside it, which takes its place when all is on
/// the disk. A link stays a link, the file it leads to is replaced; a file that is replaced passes its Unix mode on.
/// </summary>
internal sealed class WholeFile : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Writing a file takes less, so that one that is older and not locked is of a process that was killed.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly string _target;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly FileInfo _old;
    private FileStream? _stream;
    private bool _isInPlace;

    private WholeFile(string path, bool overwrite, bool force, bool clear)
    {
        (_path, _overwrite) = (path, overwrite);
        if (FileKind.Problem(path) is { } problem) throw new IOException(problem);
        if (IsThere(path) && !overwrite) throw Exists();
        _target = new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        _old = new FileInfo(_target);
        if (_old is { Exists: true, IsReadOnly: true } && !force) throw new FileRefusedException(FileRefusal.WriteProtected, "It is write-protected.");
        var folder = _old.DirectoryName!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        var start = TemporaryStart(_old.Name);
        if (clear) DropLeftovers(folder, start);
        _temporary = Path.Combine(folder, $"{start}{Path.GetRandomFileName()}");
        _stream = Create();
    }

    /// <summary>Whether an exception is one of files that cannot be read or written.</summary>
    public static bool IsFileError(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>Whether there is a file to read: a link that leads nowhere is none.</summary>
    public static bool CanBeRead(string path)
    {
        try
        {
            return File.Exists(File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path);
        }
        catch (IOException)
        {
            // Links that lead round in a circle; writing says so.
            return false;
        }
    }

    /// <summary>Opens a regular file to read it.</summary>
    /// <exception cref="IOException">It is something else, for example a FIFO.</exception>
    public static FileStream OpenRead(string path) => FileKind.Problem(path) is { } problem
        ? throw new IOException(problem)
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Begins to write a file; what is there stays until <see cref="PutInPlace"/> has ended.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether it may take the place of a file that is there.</param>
    /// <param name="force">Whether that file may be write-protected.</param>
    /// <param name="clear">Whether to look for what a process left that was killed while it wrote this file.</param>
    /// <exception cref="FileRefusedException">A file is there, and it is not to be replaced or write-protected.</exception>
    /// <exception cref="IOException">It cannot be written, or is no regular file.</exception>
    public static WholeFile Begin(string path, bool overwrite, bool force, bool clear) => new(path, overwrite, force, clear);

    /// <summary>Writes the content and puts the file in its place.</summary>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FileRefusedException">A file has come to be there meanwhile, and it is not to be replaced.</exception>
    /// <exception cref="IOException">It cannot be written; what was there is as it was.</exception>
    public void Write(Action<Stream> write)
    {
        Fill(write);
        PutInPlace();
    }

    /// <summary>Writes the content to where nobody sees it.</summary>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; what was there is as it was.</exception>
    public void Fill(Action<Stream> write) => Run(() =>
    {
        write(_stream!);
        _stream!.Flush(flushToDisk: true);
    });

    /// <summary>Puts the file with its content in its place.</summary>
    /// <exception cref="FileRefusedException">A file has come to be there meanwhile, and it is not to be replaced.</exception>
    /// <exception cref="IOException">It cannot be put there; what was there is as it was.</exception>
    public void PutInPlace()
    {
        Run(Replace);
        Dispose();
    }

    /// <summary>Ends the writing; without <see cref="Write"/> nothing has changed.</summary>
    public void Dispose()
    {
        if (_stream is null) return;
        if (!_isInPlace) Delete(_temporary);
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // What was not written yet does not fit on the disk; the error that led here has said so.
        }

        _stream = null;
    }

    // Also finds out whether there can be such a file: the name may be too long, or links may lead round in a circle.
    private static bool IsThere(string path)
    {
        try
        {
            File.GetAttributes(path);
            return File.Exists(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static FileRefusedException Exists() => new(FileRefusal.Exists, "The file exists.");

    // The name of the file itself would be too long with anything added to it when it is as long as names may be.
    private static string TemporaryStart(string name) =>
        string.Create(CultureInfo.InvariantCulture, $".psautodiff-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4))}-");

    private static void DropLeftovers(string folder, string start)
    {
        try
        {
            foreach (var leftover in Directory.EnumerateFiles(folder, start + "*"))
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(leftover) > LeftoverAge && !IsLocked(leftover)) Delete(leftover);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be listed.
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var locked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What led here is reported already.
        }
    }

    private void Replace()
    {
        var isProtected = _old is { Exists: true, IsReadOnly: true };
        if (!OperatingSystem.IsWindows() && _old.Exists) File.SetUnixFileMode(_stream!.SafeFileHandle, _old.UnixFileMode);
        if (OperatingSystem.IsWindows() && isProtected) _old.IsReadOnly = false;
        try
        {
            // While it is open, so that nobody takes it for a leftover.
            File.Move(_temporary, _target, _overwrite);
            _isInPlace = true;
        }
        catch (IOException) when (!_overwrite && File.Exists(_target))
        {
            throw Exists();
        }

        if (OperatingSystem.IsWindows() && isProtected) new FileInfo(_target).IsReadOnly = true;
    }

    private FileStream Create()
    {
        FileStream? stream = null;
        Run(() =>
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Delete };

            // Nobody may read the new content who may not read the old one.
            if (!OperatingSystem.IsWindows() && _old.Exists) options.UnixCreateMode = Private;
            stream = new FileStream(_temporary, options);
        });
        return stream!;
    }

    /// <summary>Runs work on the temporary file; errors speak of the file that it is to become.</summary>
    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is (IOException and not FileRefusedException) or UnauthorizedAccessException)
        {
            throw new IOException(exception.Message.Replace(_temporary, _path, StringComparison.Ordinal), exception);
        }
    }
}
