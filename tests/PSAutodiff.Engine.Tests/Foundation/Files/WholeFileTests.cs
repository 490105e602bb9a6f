using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using PSAutodiff.Foundation.Files;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Files are written whole or not at all, and what is no regular file is neither replaced nor waited for.</summary>
public sealed class WholeFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Not of the temporary folder: a socket's path may have about a hundred characters.
    private readonly string _folder = Directory.CreateTempSubdirectory("wf").FullName;

    private string Target => Path.Combine(_folder, "c");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void A_new_file_gets_its_content_and_nothing_is_left_beside_it()
    {
        Write(Target, "new");
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal(["c"], Names());
    }

    [Fact]
    public void A_file_of_the_users_with_an_ending_of_temporary_files_is_left_alone()
    {
        foreach (var ending in new[] { ".tmp", "~", ".bak", ".new" }) File.WriteAllText(Target + ending, "mine");
        Write(Target, "one");
        Write(Target, "two");
        foreach (var ending in new[] { ".tmp", "~", ".bak", ".new" }) Assert.Equal("mine", File.ReadAllText(Target + ending));
        Assert.Equal(["c", "c.bak", "c.new", "c.tmp", "c~"], Names());
    }

    [Fact]
    public void What_fails_in_the_middle_leaves_the_old_file()
    {
        Write(Target, "old");
        var error = Assert.Throws<IOException>(() => Write(Target, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("The disk is full.");
        }));
        Assert.Equal("The disk is full.", error.Message);
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(["c"], Names());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_link_stays_and_the_file_at_its_end_is_replaced(int links)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "there"));
        var end = Path.Combine(_folder, "there", "file");
        File.WriteAllText(end, "old");
        var path = end;
        for (var i = 0; i < links; i++) path = File.CreateSymbolicLink(Path.Combine(_folder, $"link{i}"), path).FullName;
        Write(path, "new");
        Assert.Equal("new", File.ReadAllText(end));
        for (var i = 0; i < links; i++) Assert.NotNull(new FileInfo(Path.Combine(_folder, $"link{i}")).LinkTarget);
        Assert.Equal(["file"], Names("there"));
    }

    [Fact]
    public void A_link_to_nothing_yet_makes_the_file_it_names()
    {
        File.CreateSymbolicLink(Target, "d");
        Write(Target, "new");
        Assert.Equal("d", new FileInfo(Target).LinkTarget);
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder, "d")));
    }

    [Fact]
    public void Links_in_a_circle_are_an_error()
    {
        File.CreateSymbolicLink(Target, "d");
        File.CreateSymbolicLink(Path.Combine(_folder, "d"), "c");
        Assert.Throws<IOException>(() => Write(Target, "new"));
        Assert.Equal(["c", "d"], Names());
    }

    [Theory]
    [InlineData(OwnerOnly)]
    [InlineData(OwnerOnly | UnixFileMode.GroupRead)]
    [InlineData(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    [InlineData(OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherRead)]
    [UnsupportedOSPlatform("windows")]
    public void The_mode_is_kept(UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        File.WriteAllText(Target, "old");
        File.SetUnixFileMode(Target, mode);
        Write(Target, stream =>
        {
            // Who must not read the old content must not read the new one while it is written.
            var temporary = Directory.GetFiles(_folder, ".*").Single();
            if (!OperatingSystem.IsWindows()) Assert.Equal(OwnerOnly, File.GetUnixFileMode(temporary));
            stream.Write("new"u8);
        });
        Assert.Equal(mode, File.GetUnixFileMode(Target));
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void A_write_protected_file_is_replaced_only_by_force_and_stays_write_protected()
    {
        File.WriteAllText(Target, "old");
        new FileInfo(Target).IsReadOnly = true;
        var error = Assert.Throws<FileRefusedException>(() => Write(Target, "new"));
        Assert.Equal(FileRefusal.WriteProtected, error.Refusal);
        Assert.Equal("old", File.ReadAllText(Target));
        Write(Target, static stream => stream.Write("new"u8), force: true);
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.True(new FileInfo(Target).IsReadOnly);
        new FileInfo(Target).IsReadOnly = false;
    }

    [Fact]
    public void Without_overwriting_a_file_that_is_there_or_comes_meanwhile_stays()
    {
        File.WriteAllText(Target, "old");
        Assert.Equal(FileRefusal.Exists, Assert.Throws<FileRefusedException>(() => Write(Target, static _ => { }, overwrite: false)).Refusal);
        File.Delete(Target);
        var error = Assert.Throws<FileRefusedException>(() => Write(
            Target,
            stream =>
            {
                stream.Write("new"u8);
                File.WriteAllText(Target, "meanwhile");
            },
            overwrite: false));
        Assert.Equal(FileRefusal.Exists, error.Refusal);
        Assert.Equal("meanwhile", File.ReadAllText(Target));
        Assert.Equal(["c"], Names());
    }

    public static TheoryData<string, string> Others => new()
    {
        { "directory", "It is a directory." },
        { "fifo", "It is a FIFO, not a regular file." },
        { "/dev/null", "It is a device, not a regular file." },
        { "/dev/full", "It is a device, not a regular file." },
        { "socket", "It is a socket, not a regular file." },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_is_no_regular_file_is_refused_at_once_also_through_a_link(string kind, string says)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && kind != "directory", $"Windows has no {kind}.");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = kind.StartsWith('/') ? kind : Target;
        switch (kind)
        {
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "fifo":
                MakeFifo(path);
                break;
            case "socket":
                socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
        }

        Assert.SkipUnless(Path.Exists(path), $"There is no {path}.");
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, path);
        var before = Names();
        foreach (var name in new[] { path, link })
        {
            // To open a FIFO waits for its other end.
            Threads.WithoutWaiting(() =>
            {
                Assert.Equal(says, Assert.Throws<IOException>(() => Write(name, "new")).Message);
                Assert.Equal(says, Assert.Throws<IOException>(() => WholeFile.OpenRead(name)).Message);
            });
        }

        Assert.Equal(before, Names());
        Assert.Equal(says, FileKind.Problem(path));
    }

    [Fact]
    public void A_name_as_long_as_names_may_be_is_written_and_a_longer_one_is_an_error()
    {
        var name = new string('n', 255);
        Write(Path.Combine(_folder, name), "long");
        Assert.Equal([name], Names());
        var error = Assert.ThrowsAny<IOException>(() => Write(Path.Combine(_folder, name + "n"), "longer"));
        Assert.DoesNotContain("psautodiff-", error.Message, StringComparison.Ordinal);
        Assert.Equal([name], Names());
    }

    [Theory]
    [InlineData("a\0b", "NUL")]
    [InlineData("no/such/folder/x", "There is no folder")]
    public void A_path_that_leads_nowhere_is_said(string name, string says)
    {
        var error = Assert.ThrowsAny<IOException>(() => Write(Path.Combine(_folder, name), "x"));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public void What_a_killed_process_left_is_cleared_away_later_but_nothing_that_is_being_written()
    {
        string leftover;
        using (var file = WholeFile.Begin(Target, overwrite: true, force: false, clear: true))
        {
            var temporary = Directory.GetFiles(_folder, ".*").Single();

            // Of the same name but for the random part: left long ago, or just now.
            leftover = temporary[..^1] + (temporary[^1] == 'x' ? "y" : "x");
            File.WriteAllText(leftover, "half");
            Write(Target, "other");
            Assert.True(File.Exists(leftover), "It may be of somebody who writes now.");
            foreach (var old in new[] { temporary, leftover }) File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-1));
            Write(Target, "another");
            Assert.False(File.Exists(leftover));
            Assert.True(File.Exists(temporary), "Somebody writes it.");
            file.Write(static stream => stream.Write("slow"u8));
        }

        Assert.Equal("slow", File.ReadAllText(Target));
        Assert.Equal(["c"], Names());
    }

    [Fact]
    public void Several_writers_and_readers_of_one_path_only_ever_meet_whole_files()
    {
        var contents = Enumerable.Range(0, 4).Select(static i => new string((char)('a' + i), 200_000)).ToArray();
        Write(Target, contents[0]);
        Threads.Meanwhile(
            () =>
            {
                using var text = new StreamReader(WholeFile.OpenRead(Target));
                Assert.Contains(text.ReadToEnd(), contents);
            },
            () => Threads.Together(contents.Length, writer =>
            {
                for (var i = 0; i < 40; i++) Write(Target, contents[writer]);
            }));
        Assert.Equal(["c"], Names());
    }

    private static void Write(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void Write(string path, Action<Stream> write, bool overwrite = true, bool force = false)
    {
        using var file = WholeFile.Begin(path, overwrite, force, clear: true);
        file.Write(write);
    }

    private static void MakeFifo(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string[] Names(string folder = "") =>
        [.. Directory.EnumerateFileSystemEntries(Path.Combine(_folder, folder)).Select(static path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
