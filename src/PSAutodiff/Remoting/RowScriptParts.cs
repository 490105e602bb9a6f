using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSAutodiff.Core;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Networks;
using PSAutodiff.Rows;
using PSAutodiff.Training.Machines;

namespace PSAutodiff.Remoting;

/// <summary>What the rows of -RowScript are read for.</summary>
/// <param name="Script">Gives the rows of a part, in a session.</param>
/// <param name="Sessions">The sessions.</param>
/// <param name="Values">What the script is given for each part, which any session can then read; null for one part in each session.</param>
/// <param name="Silence">Milliseconds after which a machine that does not answer is lost.</param>
internal sealed record RowScriptSource(ScriptBlock Script, PSSession[] Sessions, object?[]? Values, long Silence)
{
    /// <summary>How text is read as a number.</summary>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>What is done with rows that lack a value.</summary>
    public MissingValueAction MissingValue { get; init; }
}

/// <summary>What is read of the rows of a part.</summary>
internal interface IPartReading
{
    /// <summary>What the columns are called once they are read.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The request for a <see cref="RemoteRowReader"/>.</summary>
    byte[] Request(Guid key, int part);

    /// <summary>Takes what such a reader gave at the end: the number of rows, or null where that cannot be.</summary>
    int? Take(int part, object given);
}

/// <summary>Reads the columns of expressions.</summary>
/// <param name="source">How.</param>
/// <param name="expressions">The expressions that will be computed over the rows.</param>
/// <param name="columns">Their variables that are columns.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class ExpressionReading(RowScriptSource source, IReadOnlyList<ExprNode> expressions, string[] columns, CancellationToken cancellation) : IPartReading
{
    private readonly string _text = PartExpressions.Write(ExprNode.Flatten(expressions, cancellation), new VariableLayout([]));

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => columns;

    /// <inheritdoc/>
    public byte[] Request(Guid key, int part) => RemoteRowReader.Request(key, part, _text, columns, source.NumberFormat, source.MissingValue);

    /// <inheritdoc/>
    public int? Take(int part, object given) => given is int count and > 0 ? count : null;
}

/// <summary>Reads the inputs and labels of a network. What is to be known of all parts is known when all are read once.</summary>
/// <param name="source">How.</param>
/// <param name="network">The network.</param>
/// <param name="features">The columns of the inputs; null for those that the network knows, else all others.</param>
/// <param name="labels">The columns of the labels; null for those that the network knows.</param>
/// <param name="loss">The loss.</param>
internal sealed class NetworkReading(RowScriptSource source, Network network, string[]? features, string[]? labels, LossFunction loss) : IPartReading
{
    private readonly SortedDictionary<int, byte[]> _summaries = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns => [NetworkForms.Inputs, NetworkForms.Targets];

    /// <summary>What is known of all parts; empty before.</summary>
    public byte[] Known { get; set; } = [];

    /// <inheritdoc/>
    public byte[] Request(Guid key, int part) => RemoteRowReader.Request(key, part, network, features, labels, loss, Known, source.NumberFormat, source.MissingValue);

    /// <inheritdoc/>
    public int? Take(int part, object given)
    {
        if (given is not byte[] { Length: >= sizeof(int) } bytes || System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes) is not (> 0 and var count)) return null;
        _summaries[part] = bytes;
        return count;
    }

    /// <summary>What all parts say together.</summary>
    /// <exception cref="AutodiffException">They do not go together, or one cannot be.</exception>
    public LabelledSummary Summary()
    {
        var all = new LabelledSummary();
        try
        {
            foreach (var bytes in _summaries.Values) all.Add(bytes);
        }
        catch (InvalidDataException exception)
        {
            throw new AutodiffException(ErrorIds.RowScriptFailed, $"A machine sent what cannot be of its rows: {exception.Message}.");
        }

        return all;
    }
}

/// <summary>
/// Parts of the rows that sessions have read by the script of the user, and keep while a search asks for sums over them. A machine that is lost
/// takes its parts with it, unless others can read them.
/// </summary>
internal sealed class RowScriptParts : IDisposable
{
    // Reading files takes as long as it takes; a machine that died is noticed by its session.
    private const int MillisecondsOfReading = int.MaxValue;

    private const int MostWarnings = 100;
    private const int LongestWarning = 400;

    private const string Read = """
        param($Requests, $Script, $Values)
        $ErrorActionPreference = 'Stop'
        $block = [scriptblock]::Create($Script)
        for ($i = 0; $i -lt $Requests.Count; $i++) {
            $reader = [PSAutodiff.RemoteRowReader]::new([byte[]]$Requests[$i])
            # Warnings go with the output: written in a session, they would reach the terminal alone.
            $warnings = [System.Collections.Generic.List[string]]::new()
            $take = { process { if ($_ -isnot [System.Management.Automation.WarningRecord]) { $reader.Take($_) } elseif ($warnings.Count -lt 100) { $warnings.Add($_.Message) } } }
            try {
                # Not splatted: a value is one argument, whatever it is.
                if ($null -eq $Values) { & $block 3>&1 | & $take } else { & $block $Values[$i] 3>&1 | & $take }
                $kept = $reader.Finish()
            } catch [System.Management.Automation.MethodInvocationException] { throw $_.Exception.InnerException }
            @($warnings) + $reader.Warnings
            Write-Output -InputObject $kept -NoEnumerate
        }
        """;

    private readonly Guid _key = Guid.NewGuid();
    private readonly RowScriptSource _source;
    private readonly IPartReading _reading;
    private readonly Action<string> _warn;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _lost;
    private readonly int[] _counts;
    private readonly IReadOnlyDictionary<PSSession, string> _names;

    private readonly HashSet<string> _warnings = [];

    // By session, the parts that it has read.
    private readonly Dictionary<PSSession, List<int>> _held = [];
    private SessionMachine[] _machines = [];
    private MachineParts? _parts;
    private PartHolder[] _dealt = [];

    /// <summary>Lets sessions read their parts.</summary>
    /// <param name="source">How.</param>
    /// <param name="reading">What is read.</param>
    /// <param name="warn">Takes a warning.</param>
    /// <param name="progress">Takes a line.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A session cannot be used, or the script failed there.</exception>
    public RowScriptParts(RowScriptSource source, IPartReading reading, Action<string> warn, Action<string> progress, CancellationToken cancellation)
    {
        (_source, _reading, _warn, _cancellation) = (source, reading, warn, cancellation);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _counts = new int[source.Values?.Length ?? source.Sessions.Length];
        _names = SessionMachines.NamesOf(source.Sessions);
        foreach (var session in source.Sessions) _held.Add(session, []);
        try
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"Reading {_counts.Length} parts in {source.Sessions.Length} sessions"));
            Begin(Enumerable.Range(0, _counts.Length));
        }
        catch (OperationCanceledException) when (Loss is not null)
        {
            Dispose();
            throw new AutodiffException(ErrorIds.MachinesLost, $"{Loss} Nothing was reached.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Cancelled by Ctrl+C, and when parts are lost.</summary>
    public CancellationToken Token => _lost.Token;

    /// <summary>Why parts are lost; null while they are not.</summary>
    public string? Loss { get; private set; }

    /// <summary>The rows, joined to a mean or sum.</summary>
    public DataRows ToData(RowTotal total) => new(_parts!, total);

    /// <summary>Tells all machines what is known of all parts. The reading has to know it already, for those that are read again.</summary>
    /// <param name="known">What is known.</param>
    /// <exception cref="AutodiffException">Rows of a part do not suit it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or parts are lost.</exception>
    public void Settle(byte[] known)
    {
        for (var i = 0; i < _dealt.Length; i++)
        {
            try
            {
                var answer = _dealt[i].Machine.Ask(MachineWork.Rows, RowsService.Settle(_key, _dealt[i].Parts, known), Token);
                if (answer.Length > 0) throw new MachineLostException("It sent an answer to what it was not asked.");
            }
            catch (MachineLostException exception)
            {
                // From the first on again: what is settled stays so.
                _parts!.Take(Replace(_dealt[i], exception.Message, Token));
                i = -1;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_cancellation.IsCancellationRequested)
        {
            foreach (var machine in _machines) machine.Drop();
        }
        else
        {
            _parts?.Forget();
            Close();
        }

        _lost.Dispose();
    }

    private void Close()
    {
        foreach (var machine in _machines) machine.Dispose();
        _machines = [];
    }

    // Reads parts that nobody holds, and makes all machines ready to be asked.
    private PartHolder[] Begin(IEnumerable<int> parts)
    {
        var left = new Queue<int>(parts);
        while (true)
        {
            while (left.Count > 0) ReadParts(left);
            var holders = _held.Where(static pair => pair.Value.Count > 0).Select(static pair => (pair.Key, Parts: pair.Value.Order().ToArray())).ToArray();
            var losses = new List<(int Index, string Why)>();
            _machines = SessionMachine.Open([.. holders.Select(holder => (_names[holder.Key], holder.Key.Runspace))], _source.Silence, 1, (index, why) => losses.Add((index, why)), _cancellation);
            if (losses.Count == 0)
            {
                var dealt = _machines.Zip(holders, static (machine, holder) => new PartHolder(machine, holder.Parts)).ToArray();
                _dealt = dealt;
                _parts ??= new MachineParts(_key, _reading.Columns, _counts, dealt, Replace);
                return dealt;
            }

            // Lost between reading and the first question.
            Close();
            foreach (var (index, why) in losses) GiveBack(holders[index].Key, [], why, left);
        }
    }

    private void ReadParts(Queue<int> left)
    {
        var reading = Deal(left);
        var commands = reading.Select(item => (item.Session, item.Parts, Command: Start(item.Session, item.Parts))).ToList();
        try
        {
            foreach (var (session, chosen, command) in commands)
            {
                if (command is not null) Take(session, chosen, command, left);
                else GiveBack(session, chosen, session.Runspace.RunspaceStateInfo.State == RunspaceState.Opened ? SessionMachine.Busy : SessionMachine.NotOpen, left);
            }
        }
        finally
        {
            foreach (var (_, _, command) in commands) command?.Dispose();
            foreach (var (session, _, _) in commands) SessionMachine.WaitUntilFree(session.Runspace, _cancellation);
        }
    }

    private List<(PSSession Session, int[] Parts)> Deal(Queue<int> left)
    {
        if (_source.Values is null) return [.. _source.Sessions.Zip(Take(left, left.Count), static (session, part) => (session, new[] { part }))];
        PSSession[] sessions = [.. _held.Keys];
        var parts = Take(left, left.Count);
        return [.. sessions.Select((session, i) => (session, parts.Where((_, at) => at % sessions.Length == i).ToArray())).Where(static item => item.Item2.Length > 0)];

        static int[] Take(Queue<int> queue, int count) => [.. Enumerable.Range(0, count).Select(_ => queue.Dequeue())];
    }

    // Whether others can read the parts of a session, or it is too late to say it with an error.
    private bool CanDoWithout => _parts is not null || (_source.Values is not null && _held.Count > 1);

    // Null when the session is busy or not open any more.
    private RemoteCommand? Start(PSSession session, int[] parts)
    {
        SessionMachine.WaitUntilFree(session.Runspace, _cancellation);
        if (session.Runspace.RunspaceStateInfo.State != RunspaceState.Opened)
        {
            return CanDoWithout ? null : throw SessionMachine.Unusable(_names[session], SessionMachine.NotOpen);
        }

        if (session.Runspace.RunspaceAvailability != RunspaceAvailability.Available) return CanDoWithout ? null : throw SessionMachine.Unusable(_names[session], SessionMachine.Busy);
        byte[][] requests = [.. parts.Select(part => _reading.Request(_key, part))];
        var command = new RemoteCommand(session.Runspace, Read, requests, _source.Script.ToString(), _source.Values is null ? null : parts.Select(part => _source.Values[part]).ToArray());
        command.EndInput();
        return command;
    }

    private void Take(PSSession session, int[] parts, RemoteCommand command, Queue<int> left)
    {
        var read = 0;
        while (read < parts.Length && command.Receive(MillisecondsOfReading, _cancellation) is { } item)
        {
            if (item.BaseObject is string warning)
            {
                Say(session, warning);
                continue;
            }

            _counts[parts[read]] = _reading.Take(parts[read], item.BaseObject) ?? throw Failed(session, parts[read], "It wrote more than the number of its rows. Is PSAutodiff imported there? Use New-AutodiffSession.");
            _held[session].Add(parts[read++]);
        }

        if (read == parts.Length)
        {
            // The session is free when the script has ended.
            while (!command.HasEnded) command.Receive(MillisecondsOfReading, _cancellation);
            return;
        }

        var why = (command.Failure?.Message ?? "It ended early.").ReplaceLineEndings(" ");
        if (!command.IsLost) throw Failed(session, parts[read], why);
        GiveBack(session, parts, why, left);
    }

    // Each once, however often rows are read.
    private void Say(PSSession session, string warning)
    {
        var text = VisibleText.Of($"{_names[session]}: {(warning.Length > LongestWarning ? warning[..LongestWarning] + "..." : warning)}");
        if (_warnings.Count < MostWarnings && _warnings.Add(text)) _warn(text);
    }

    // A machine is lost, and what it had and was to read is left for others.
    private void GiveBack(PSSession session, int[] parts, string why, Queue<int> left)
    {
        int[] gone = [.. _held[session].Union(parts)];
        Lose(session, why);
        foreach (var part in gone) left.Enqueue(part);
    }

    private AutodiffException Failed(PSSession session, int part, string why) =>
        new(ErrorIds.RowScriptFailed, VisibleText.Of(string.Create(CultureInfo.InvariantCulture, $"Part {part + 1} of the rows could not be read on {_names[session]}: {(why.Length > 400 ? why[..400] + "..." : why)}")));

    private PartHolder[] Replace(PartHolder lost, string why, CancellationToken cancellation)
    {
        var session = _held.Keys.Single(session => _held[session].Contains(lost.Parts[0]));
        Array.Find(_machines, machine => machine == lost.Machine)?.Drop();
        _machines = [.. _machines.Where(machine => machine != lost.Machine)];
        var parts = _held[session].ToArray();
        Lose(session, why);
        Close();
        return Begin(parts);
    }

    // Ends the search where its parts cannot be had again.
    private void Lose(PSSession session, string why)
    {
        _held.Remove(session);
        var name = _names[session];
        why = VisibleText.Of(why.Length > 300 ? why[..300] + "..." : why);
        if (_source.Values is not null && _held.Count > 0)
        {
            _warn(SessionMachines.LossOf(name, why, "its parts of the rows are read again by the others"));
            return;
        }

        Loss = _source.Values is null
            ? $"The machine {name} was lost, and its part of the rows with it. {why} Open a new session; or give -Part, and a script that reads the part that it is given, so that others can read it."
            : $"All machines were lost, {name} the last of them. {why} Open new sessions.";
        _lost.Cancel();
        throw new OperationCanceledException(_lost.Token);
    }
}
