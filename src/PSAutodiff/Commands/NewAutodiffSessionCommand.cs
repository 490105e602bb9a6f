using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using PSAutodiff.Remoting;

namespace PSAutodiff.Commands;

/// <summary>Opens sessions over SSH in which this build of the module is imported, and whose objects travel live both ways.</summary>
[Cmdlet(VerbsCommon.New, "AutodiffSession")]
[OutputType("System.Management.Automation.Runspaces.PSSession")]
public sealed class NewAutodiffSessionCommand : AutodiffCmdlet
{
    private const string Activity = "Opening sessions";
    private const int MillisecondsBetweenReports = 100;
    private const int MostAtOnce = 16;

    // A link that is cut is noticed after three seconds; without these ssh never does.
    private static readonly (string Name, string Value)[] KeepAlive = [("ServerAliveInterval", "1"), ("ServerAliveCountMax", "2")];

    /// <summary>The names or addresses of the machines.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public string[]? HostName { get; set; }

    /// <summary>The user on the machines.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>The port of sshd.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The file of the private key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("IdentityFilePath")]
    public string? KeyFilePath { get; set; }

    /// <summary>The subsystem of sshd that starts PowerShell.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Subsystem { get; set; }

    /// <summary>Milliseconds after which a machine that does not answer is given up; -1 for no limit.</summary>
    [Parameter]
    [ValidateRange(-1, int.MaxValue)]
    public int ConnectingTimeout { get; set; } = 60_000;

    /// <summary>Options of ssh by name, as in ssh_config.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Options { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HostName is not { Length: > 0 }) Stop(ErrorIds.HostNameInvalid, "New-AutodiffSession needs the names of machines. For example: New-AutodiffSession -HostName web1, web2 -UserName ops");
        var key = KeyFilePath is null ? null : GetUnresolvedProviderPathFromPSPath(KeyFilePath);
        if (key is not null && !File.Exists(key)) Stop(ErrorIds.FileNotFound, $"-KeyFilePath: there is no file '{key}'. It has to be that of a private key, as ssh-keygen makes it.", key);
        var options = new Hashtable(Options ?? [], StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in KeepAlive)
        {
            if (!options.ContainsKey(name)) options[name] = value;
        }

        StandGuard();
        var archive = new Lazy<byte[]>(ModuleBuild.Pack);
        foreach (var hosts in HostName!.Chunk(MostAtOnce)) Open(hosts, key, options, archive);
    }

    private void Open(string[] hosts, string? key, Hashtable options, Lazy<byte[]> archive)
    {
        var openings = new List<(SessionOpening Opening, Task Work)>();
        var written = 0;
        var clock = Stopwatch.StartNew();
        try
        {
            foreach (var host in hosts)
            {
                Attempt(host, () =>
                {
                    var address = HostAddress.Parse(host);
                    address = address with { User = address.User ?? UserName, Port = address.Port > 0 ? address.Port : Port };
                    var opening = SessionOpening.Begin(this, address, key, Subsystem, ConnectingTimeout, options);
                    openings.Add((opening, Task.Factory.StartNew(() => opening.MakeReady(archive, Cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
                });
            }

            // In the order of the names, whichever is ready first.
            for (; written < openings.Count; written++)
            {
                var (opening, work) = openings[written];
                while (Task.WaitAny([work], MillisecondsBetweenReports, CancellationToken.None) < 0)
                {
                    if (Stopping) return;
                    ShowProgress(Activity, $"{opening.Name}: {opening.Stage}", clock, (double)written / openings.Count);
                }

                if (work.Exception?.InnerException is OperationCanceledException) return;
                if (work.Exception is { } failed && failed.InnerException is not AutodiffException) throw failed;
                if (work.Exception?.InnerException is AutodiffException exception)
                {
                    opening.Drop();
                    WriteError(Record(exception, opening.Name));
                    continue;
                }

                WriteObject(opening.ToSession(this));
            }
        }
        finally
        {
            // After Ctrl+C nobody is left to close them.
            for (; written < openings.Count; written++) openings[written].Opening.Drop();
            if (clock.Elapsed.TotalSeconds >= 1 && !Stopping) EndProgress(Activity);
        }
    }
}
