using System.Management.Automation.Runspaces;

namespace PSAutodiff.Remoting;

/// <summary>The machines of a cmdlet's -Session, which take starts for as long as this lives.</summary>
internal sealed class SessionMachines : IDisposable
{
    private readonly Func<bool> _isStopping;

    private SessionMachines(SessionMachine[] all, Func<bool> isStopping) => (All, _isStopping) = (all, isStopping);

    /// <summary>The machines.</summary>
    public SessionMachine[] All { get; }

    /// <summary>Begins to work in sessions. Those that are busy or not open any more are left out while there are others.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="timeoutSeconds">After which a machine that does not answer is lost.</param>
    /// <param name="slots">How many pieces of work a machine does side by side; null for as many as it has processors.</param>
    /// <param name="includesLocal">Whether this machine works too, so that none has to be left.</param>
    /// <param name="lost">Takes the name of a machine that is left out, and why.</param>
    /// <param name="isStopping">Whether nobody may wait for them at the end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="AutodiffException">A session cannot be used; the message says why.</exception>
    public static SessionMachines Open(PSSession[] sessions, int timeoutSeconds, int? slots, bool includesLocal, Action<string, string> lost, Func<bool> isStopping, CancellationToken cancellation)
    {
        var names = NamesOf(sessions);
        var losses = new List<(string Name, string Why)>();
        var all = SessionMachine.Open([.. sessions.Select(session => (names[session], session.Runspace))], timeoutSeconds * 1000L, slots, (index, why) => losses.Add((names[sessions[index]], why)), cancellation);
        if (all.Length == 0 && !includesLocal) throw SessionMachine.Unusable(losses[0].Name, losses[0].Why);
        foreach (var (name, why) in losses) lost(name, why);
        return new(all, isStopping);
    }

    /// <summary>What sessions are called in messages: by their machines, and where a machine has several by their own names too.</summary>
    public static IReadOnlyDictionary<PSSession, string> NamesOf(PSSession[] sessions)
    {
        var counts = sessions.Select(static session => session.ComputerName).CountBy(static name => name, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        return sessions.Distinct().ToDictionary(static session => session, session => VisibleText.Of(counts[session.ComputerName] == 1 ? session.ComputerName : $"{session.ComputerName} ({session.Name})"));
    }

    /// <summary>The warning that a machine does not work any more, or does not begin to.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="why">Why.</param>
    /// <param name="then">What becomes of its work.</param>
    public static string LossOf(string name, string why, string then = "its work goes to the others") =>
        why == SessionMachine.Busy ? $"The session to {name} is left out. {why}" : $"The machine {name} was lost, and {then}. {why}";

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
