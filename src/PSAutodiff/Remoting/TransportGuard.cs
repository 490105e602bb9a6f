using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace PSAutodiff.Remoting;

/// <summary>
/// Keeps the shell alive when a machine dies while something is written to it. PowerShell then closes ssh's input on a thread of its own, which writes what is left,
/// and the exception of that ends the process, since nobody catches it.
/// </summary>
internal static class TransportGuard
{
    // Where PowerShell writes to ssh, and where it closes its pipes.
    private static readonly string[] Places = ["System.Management.Automation.Remoting.Client.", "System.Management.Automation.Remoting.OutOfProcessTextWriter."];

    private static readonly Lazy<bool> Installed = new(Install);
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Stands guard from now on.</summary>
    /// <returns>Whether it does. Only one handler can be set in a process, and somebody else may have.</returns>
    public static bool Stand() => Installed.Value;

    /// <summary>
    /// Lets PowerShell believe that a command ended on a machine that is lost. It has told the machine to end the command, and waits for the answer
    /// without a limit, and for as long Remove-PSSession waits too. Where PowerShell is not as it was known here, nothing happens.
    /// </summary>
    /// <param name="shell">The command.</param>
    public static void Release(PowerShell shell) => Close(Inside(shell, "RemotePowerShell", "DataStructureHandler", "TransportManager"));

    /// <summary>The same for a session whose transport broke: it counts as broken then.</summary>
    /// <param name="runspace">That of the session.</param>
    public static void Release(Runspace runspace)
    {
        var handler = Inside(runspace, "RunspacePool", "RemoteRunspacePoolInternal", "DataStructureHandler");
        if (handler?.GetType().GetField("SessionClosed", Members)?.GetValue(handler) is not Delegate closed) return;
        try
        {
            // Remove-PSSession passes over exceptions of this type, which say what it knows.
            var arguments = closed.Method.GetParameters()[1].ParameterType.GetConstructor(Members, [typeof(object)])?.Invoke([new PSRemotingTransportException("The connection to it broke.")]);
            if (arguments is not null) closed.DynamicInvoke(handler, arguments);
        }
        catch (TargetInvocationException)
        {
            // It is left as it is.
        }
    }

    /// <summary>The number of the process of ssh that carries a session; null where there is none, or where PowerShell is not as it was known here.</summary>
    /// <param name="runspace">That of the session.</param>
    public static int? ProcessOf(Runspace runspace)
    {
        var transport = Inside(runspace, "RunspacePool", "RemoteRunspacePoolInternal", "DataStructureHandler", "TransportManager");
        return transport?.GetType().GetField("_sshProcessId", Members)?.GetValue(transport) is int and > 0 and var number ? number : null;
    }

    private static void Close(object? transport)
    {
        for (var type = transport?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetMethod("RaiseCloseCompleted", Members, []) is not { } close) continue;
            try
            {
                close.Invoke(transport, null);
            }
            catch (TargetInvocationException)
            {
                // It is left as it is.
            }

            return;
        }
    }

    private static object? Inside(object? outer, params string[] names)
    {
        foreach (var name in names)
        {
            var type = outer?.GetType();
            while (type is not null && type.GetProperty(name, Members) is null) type = type.BaseType;
            outer = type?.GetProperty(name, Members)!.GetValue(outer);
        }

        return outer;
    }

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

    private static bool IsOfTransport(Exception exception) =>
        exception is (IOException or ObjectDisposedException) && exception.StackTrace is { } trace && Places.Any(place => trace.Contains(place, StringComparison.Ordinal));
}
