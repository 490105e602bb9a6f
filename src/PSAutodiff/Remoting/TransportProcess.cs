using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation.Runspaces;

namespace PSAutodiff.Remoting;

/// <summary>The process of ssh that carries a session. It ends as soon as the process on the other side does, or when the link has been cut for a while.</summary>
/// <param name="runspace">That of the session.</param>
internal sealed class TransportProcess(Runspace runspace)
{
    private const int MillisecondsBetweenLooks = 50;

    private readonly int? _number = TransportGuard.ProcessOf(runspace);
    private readonly Lock _gate = new();
    private long _looked = Environment.TickCount64;
    private long? _gone;

    /// <summary>For how long it has been gone; 0 while it lives, and where it is not known.</summary>
    public long MillisecondsGone
    {
        get
        {
            if (_number is not { } number) return 0;
            lock (_gate)
            {
                var now = Environment.TickCount64;
                if (_gone is { } gone) return now - gone;
                if (now - _looked < MillisecondsBetweenLooks) return 0;
                _looked = now;
                if (!Lives(number)) _gone = now;
                return 0;
            }
        }
    }

    private static bool Lives(int number)
    {
        try
        {
            using var process = Process.GetProcessById(number);
            return !process.HasExited && !IsZombie(number);
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It cannot be seen: PowerShell has to find out.
            return true;
        }
    }

    // One that has ended, and that PowerShell did not wait for, since its own thread failed: it counts as running elsewhere. The state stands behind the name, see proc(5).
    private static bool IsZombie(int number)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{number}/stat") is var line && line.AsSpan(line.LastIndexOf(')') + 1).TrimStart() is ['Z', ..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
