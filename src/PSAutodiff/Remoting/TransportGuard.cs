using System.Runtime.ExceptionServices;

namespace PSAutodiff.Remoting;

/// <summary>
/// Keeps the shell alive when a machine dies while something is written to it. PowerShell then closes ssh's input on a thread of its own, which writes what is left,
/// and the exception of that ends the process, since nobody catches it.
/// </summary>
internal static class TransportGuard
{
    private static readonly Lazy<bool> Installed = new(Install);
    private static long _lastBreak = long.MinValue;

    /// <summary>When a transport broke in this way; PowerShell may then believe for a minute that the session is open. The time is that of <see cref="Environment.TickCount64"/>.</summary>
    public static long LastBreak => Volatile.Read(ref _lastBreak);

    /// <summary>Stands guard from now on.</summary>
    /// <returns>Whether it does. Only one handler can be set in a process, and somebody else may have.</returns>
    public static bool Stand() => Installed.Value;

    private static bool Install()
    {
        try
        {
            ExceptionHandling.SetUnhandledExceptionHandler(IsOfTransport);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsOfTransport(Exception exception)
    {
        if (exception is not (IOException or ObjectDisposedException) || exception.StackTrace?.Contains("System.Management.Automation.Remoting.Client.SSHClientSessionTransportManager.CloseConnection", StringComparison.Ordinal) != true) return false;
        Volatile.Write(ref _lastBreak, Environment.TickCount64);
        return true;
    }
}
