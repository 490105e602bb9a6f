using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security.Cryptography;

namespace PSAutodiff.Remoting;

/// <summary>A session that is being opened over SSH and made ready: with our types on this side, and this build of the module on the other.</summary>
internal sealed class SessionOpening
{
    private const int ChunkBytes = 1 << 18;
    private const int MillisecondsBetweenLooks = 20;

    // How long a machine may be silent while the module is made ready there.
    private const int MillisecondsOfSilence = 120_000;

    // SSHConnectionInfo, TypeTable and PSSession.Create are not in the library that cmdlets are compiled against.
    private const string MakeRunspace = """
        param($User, $Name, $Key, $Port, $Subsystem, $Timeout, $Options, $PSHost)
        $types = [System.Management.Automation.Runspaces.TypeTable]::LoadDefaultTypeFiles()
        foreach ($data in Microsoft.PowerShell.Utility\Get-TypeData -TypeName PSAutodiff.*, Deserialized.PSAutodiff.*) { $types.AddType($data) }
        $none = [NullString]::Value
        $connection = [System.Management.Automation.Runspaces.SSHConnectionInfo]::new(($User ?? $none), $Name, ($Key ?? $none), $Port, ($Subsystem ?? $none), $Timeout, $Options)
        [runspacefactory]::CreateRunspace($connection, $PSHost, $types)
        """;

    private const string MakeSession = "param($Runspace, $Cmdlet) [System.Management.Automation.Runspaces.PSSession]::Create($Runspace, 'SSH', $Cmdlet)";

    private const string Look = """
        param($Build)
        $folder = [IO.Path]::Combine([Environment]::GetFolderPath('LocalApplicationData', 'Create'), 'PSAutodiff', 'builds', $Build)
        "$($PSVersionTable.PSVersion)"
        [Environment]::Version.Major
        if (Get-Module PSAutodiff) { try { [PSAutodiff.AutodiffWorker]::Build } catch { 'an older build' } } else { '' }
        $folder
        [IO.File]::Exists([IO.Path]::Combine($folder, 'PSAutodiff.psd1'))
        """;

    // Unpacked beside its place and then moved there: a folder of this name is whole.
    private const string Unpack = """
        param($Folder, $Hash)
        begin { $ErrorActionPreference = 'Stop'; $bytes = [IO.MemoryStream]::new() }
        process { $bytes.Write($_, 0, $_.Length) }
        end {
            if ([Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($bytes.ToArray())) -cne $Hash) { throw 'The files of the module did not arrive whole.' }
            $parent = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Folder)).FullName
            $new = [IO.Path]::Combine($parent, '.' + [IO.Path]::GetRandomFileName())
            try {
                [IO.Compression.ZipFile]::ExtractToDirectory($bytes, $new)
                try { [IO.Directory]::Move($new, $Folder) } catch { if (-not [IO.File]::Exists([IO.Path]::Combine($Folder, 'PSAutodiff.psd1'))) { throw } }
            }
            finally { if ([IO.Directory]::Exists($new)) { [IO.Directory]::Delete($new, $true) } }
        }
        """;

    private const string Import = """
        param($Folder)
        $ErrorActionPreference = 'Stop'
        Import-Module ([IO.Path]::Combine($Folder, 'PSAutodiff.psd1')) -DisableNameChecking
        [PSAutodiff.AutodiffWorker]::Build
        """;

    private readonly HostAddress _address;
    private readonly string? _key;
    private readonly string _subsystem;
    private readonly Runspace _runspace;
    private readonly long _end;

    private SessionOpening(HostAddress address, string? key, string subsystem, Runspace runspace, int timeout)
    {
        (_address, _key, _subsystem, _runspace) = (address, key, subsystem, runspace);
        _end = timeout < 0 ? long.MaxValue : Environment.TickCount64 + timeout;
    }

    /// <summary>The name of the machine.</summary>
    public string Name => _address.Name;

    /// <summary>How far it is.</summary>
    public string Stage { get; private set; } = "connecting";

    /// <summary>Begins to open a session.</summary>
    /// <param name="cmdlet">Whose host shows what the session writes.</param>
    /// <param name="address">Where to.</param>
    /// <param name="key">The file of the private key; null for those that ssh finds.</param>
    /// <param name="subsystem">The subsystem of sshd that is PowerShell; null for "powershell".</param>
    /// <param name="timeout">Milliseconds for connecting; negative for no limit.</param>
    /// <param name="options">Options of ssh by name.</param>
    public static SessionOpening Begin(PSCmdlet cmdlet, HostAddress address, string? key, string? subsystem, int timeout, Hashtable options)
    {
        var made = Invoke(cmdlet, MakeRunspace, address.User, address.Name, key, address.Port, subsystem, timeout, options, cmdlet.Host);
        var opening = new SessionOpening(address, key, subsystem ?? "powershell", (Runspace)made, timeout);
        opening._runspace.OpenAsync();
        return opening;
    }

    /// <summary>The session, once it is ready.</summary>
    public object ToSession(PSCmdlet cmdlet) => Invoke(cmdlet, MakeSession, _runspace, cmdlet);

    /// <summary>Waits until the session is open and makes it ready.</summary>
    /// <param name="archive">The files of the module.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AutodiffException">It cannot be had; the message says why and what to do.</exception>
    public void MakeReady(Lazy<byte[]> archive, CancellationToken cancellation)
    {
        Connect(cancellation);
        Stage = "looking";
        var found = Ask(Look, [], "Could not look around there", cancellation, ModuleBuild.Id);
        if (found.Count != 5) throw Failed("It gave an answer that is none of PowerShell's. Does its profile or subsystem write something?");
        var (version, imported, folder) = (found[0].ToString(), found[2].ToString(), found[3].ToString());
        if (!int.TryParse(found[1].ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var framework) || framework < Environment.Version.Major)
        {
            throw Failed($"It has PowerShell {version} on .NET {found[1]}, and PSAutodiff needs PowerShell 7.6 or later on .NET {Environment.Version.Major}. Install it there, and name its path in the line 'Subsystem powershell' of sshd_config.");
        }

        if (imported == ModuleBuild.Id) return;
        if (imported.Length > 0) throw Failed($"Another build of PSAutodiff is imported there ({imported}; here it is {ModuleBuild.Id}), and results might not be the same. Take it out of the profile there.");
        if (!LanguagePrimitives.IsTrue(found[4]))
        {
            Stage = "copying the module";
            var bytes = archive.Value;
            Ask(Unpack, bytes.Chunk(ChunkBytes), $"The module could not be copied to {folder}", cancellation, folder, Convert.ToHexString(SHA256.HashData(bytes)));
        }

        Stage = "importing the module";
        var build = Ask(Import, [], $"The module could not be imported from {folder}", cancellation, folder);
        if (build is not [var id] || id.ToString() != ModuleBuild.Id) throw Failed($"The folder {folder} there holds another build than it should. Delete it, and open the session again.");
    }

    /// <summary>Lets go of a session that is not wanted; another thread closes it.</summary>
    public void Drop() => ThreadPool.QueueUserWorkItem(static runspace =>
    {
        try
        {
            runspace.Dispose();
        }
        catch (Exception exception) when (exception is InvalidOperationException or RuntimeException)
        {
            // It was never open.
        }
    }, _runspace, preferLocal: false);

    private void Connect(CancellationToken cancellation)
    {
        while (_runspace.RunspaceStateInfo.State is RunspaceState.BeforeOpen or RunspaceState.Opening || (_runspace.RunspaceStateInfo.State == RunspaceState.Opened && _runspace.RunspaceAvailability != RunspaceAvailability.Available))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Environment.TickCount64 > _end) throw Failed("It did not answer in time. Look at the name, or give it longer with -ConnectingTimeout.");
            Thread.Sleep(MillisecondsBetweenLooks);
        }

        if (_runspace.RunspaceStateInfo is not { State: not RunspaceState.Opened } state) return;
        throw Failed($"{Cause(state.Reason)} See whether 'ssh {(_address.Port > 0 ? string.Create(CultureInfo.InvariantCulture, $"-p {_address.Port} ") : string.Empty)}{(_key is null ? string.Empty : _key.Any(char.IsWhiteSpace) ? $"-i \"{_key}\" " : $"-i {_key} ")}{(_address.User is { } user ? user + "@" : string.Empty)}{_address.Name}' lets you in, and whether sshd_config there has a line 'Subsystem {_subsystem} ...' with the path of PowerShell, which has to start there: as a .NET tool it needs .NET {Environment.Version.Major}. What ssh said stands in the terminal.");
    }

    private List<PSObject> Ask(string script, IEnumerable<object> input, string failed, CancellationToken cancellation, params object?[] arguments)
    {
        try
        {
            return RemoteCommand.Run(_runspace, script, input, MillisecondsOfSilence, cancellation, arguments);
        }
        catch (Exception exception) when (exception is RuntimeException or TimeoutException or InvalidOperationException)
        {
            throw Failed($"{failed}: {Cause(exception)}");
        }
    }

    private AutodiffException Failed(string why) => new(ErrorIds.SessionFailed, VisibleText.Of($"The session to {_address.Name} could not be made ready. {why}"));

    private static string Cause(Exception? exception)
    {
        var text = (exception?.Message ?? "It ended without a reason.").ReplaceLineEndings(" ").Trim();
        return text.Length > 400 ? text[..400] + "..." : text;
    }

    private static object Invoke(PSCmdlet cmdlet, string script, params object?[] arguments)
    {
        var made = cmdlet.InvokeCommand.InvokeScript(script, useNewScope: true, PipelineResultTypes.None, null, arguments);
        return made[0].BaseObject;
    }
}
