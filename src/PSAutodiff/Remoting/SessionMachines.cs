using System.Management.Automation.Runspaces;

namespace PSAutodiff.Remoting;

/// <summary>The machines of a cmdlet's -Session, which take starts for as long as this lives.</summary>
internal sealed class SessionMachines : IDisposable
{
    private readonly Func<bool> _isStopping;

    private SessionMachines(SessionMachine[] all, Func<bool> isStopping) => (All, _isStopping) = (all, isStopping);

    /// <summary>The machines.</summary>
    public SessionMachine[] All { get; }

    /// <summary>Begins to work in sessions.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="timeoutSeconds">After which a machine that does not answer is lost.</param>
    /// <param name="slots">How many pieces of work a machine does side by side; null for as many as it has processors.</param>
    /// <param name="isStopping">Whether nobody may wait for them at the end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AutodiffException">A session cannot be used; the message says why.</exception>
    public static SessionMachines Open(IEnumerable<PSSession> sessions, int timeoutSeconds, int? slots, Func<bool> isStopping, CancellationToken cancellation) =>
        new(SessionMachine.Open(sessions.Select(static session => (session.ComputerName, session.Runspace)), timeoutSeconds * 1000L, slots, cancellation), isStopping);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var machine in All)
        {
            if (_isStopping()) machine.Drop();
            else machine.Dispose();
        }
    }
}
