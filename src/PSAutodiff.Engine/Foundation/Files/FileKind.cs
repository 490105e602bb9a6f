using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace PSAutodiff.Foundation.Files;

/// <summary>What a path leads to, links followed.</summary>
internal static class FileKind
{
    // The bits of the mode that say what kind of file it is, and the kinds.
    private const int KindBits = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>Why a path cannot be read or replaced as a file, as a sentence; null when it is a regular file or nothing yet.</summary>
    /// <remarks>Asked before a file is opened: to open a FIFO waits for its other end, and to open a device may do anything.</remarks>
    public static string? Problem(string path)
    {
        if (path.Contains('\0')) return "Its name holds the character NUL.";
        if (Directory.Exists(path)) return "It is a directory.";
        if (OperatingSystem.IsWindows()) return Path.GetFullPath(path).StartsWith(@"\\.\", StringComparison.Ordinal) ? "It is a device, not a regular file." : null;
        return (ModeOf(path) & KindBits) switch
        {
            0 or Regular => null,
            0x1000 => "It is a FIFO, not a regular file.",
            0x2000 or 0x6000 => "It is a device, not a regular file.",
            0xC000 => "It is a socket, not a regular file.",
            _ => "It is not a regular file.",
        };
    }

    // .NET itself offers the permissions of a file, but not its kind. Its native part does, in the same form on every Unix: flags, then the mode.
    private static int ModeOf(string path)
    {
        var status = new int[64];
        try
        {
            return Status([.. Encoding.UTF8.GetBytes(path), 0], status) == 0 ? status[1] : 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A later .NET without it: the file is taken for a regular one.
            return 0;
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054:Use LibraryImport", Justification = "It would need unsafe code.")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat", ExactSpelling = true)]
    private static extern int Status(byte[] path, [Out] int[] status);
}
