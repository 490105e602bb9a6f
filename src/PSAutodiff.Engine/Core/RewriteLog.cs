namespace PSAutodiff.Core;

/// <summary>
/// What simplification rewrites, in order, for whoever wants to tell about it. Keeping it changes nothing of the result: no node
/// comes to exist for the log.
/// </summary>
/// <param name="limit">How many rewrites are kept at most.</param>
internal sealed class RewriteLog(int limit)
{
    private static readonly Identity Exchanged =
        new("x and y change places, as elsewhere in the expression", RuleSets.StandardAndStable, static (_, _, _) => Term.None);

    private static readonly Identity Turned = Exchanged with { Name = "v @ A = A.T @ v, as elsewhere in the expression" };

    private readonly List<Entry> _entries = [];
    private readonly List<Identity> _collected = [];
    private List<Rewrite> _rewrites = [];
    private int _kept;
    private bool _cut;

    /// <summary>How many rewrites are kept at most.</summary>
    public int Limit { get; } = limit;

    /// <summary>The rounds that were accepted, as far as the limit goes.</summary>
    public List<Round> Rounds { get; } = [];

    /// <summary>Whether there were more rewrites than the limit.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many identities stand in the log for the node at hand; what comes after happens within the next one.</summary>
    public int Mark => _entries.Count;

    /// <summary>An identity has been applied, with all that was logged since the mark happening within it.</summary>
    public void Add(Identity identity, GraphNode before, int after, int mark) => _entries.Add(new Entry(identity, before, after, mark));

    /// <summary>An identity does not apply: what it tried counts for nothing.</summary>
    public void Drop(int mark) => _entries.RemoveRange(mark, _entries.Count - mark);

    /// <summary>The collector has put something together.</summary>
    public void AddCollected(Identity identity) => _collected.Add(identity);

    /// <summary>A node of the round's graph has been rebuilt: by identities, or by one that is there already with exchanged arguments.</summary>
    /// <param name="id">The node.</param>
    /// <param name="before">Its operation with the rebuilt arguments.</param>
    /// <param name="after">What became of it.</param>
    /// <param name="first">The first argument of that.</param>
    /// <param name="second">The second argument.</param>
    public void EndNode(int id, GraphNode before, int after, int first, int second)
    {
        if (_entries.Count == 0 && first != before.X) Add(first == before.Y && second == before.X ? Exchanged : Turned, before, after, 0);
        if (_entries.Count > 0) Keep(new Rewrite(id, [.. _entries], [], Graph.None, after));
    }

    /// <summary>A node of the round's graph has been looked at by the collector.</summary>
    public void EndCollection(int id, int before, int after)
    {
        if (before != after) Keep(new Rewrite(id, [], [.. _collected], before, after));
        _entries.Clear();
        _collected.Clear();
    }

    /// <summary>How many rewrites of the round are kept so far.</summary>
    public int RewriteCount => _rewrites.Count;

    /// <summary>The rewrites of the round from some number on have not been taken.</summary>
    public void Withdraw(int from)
    {
        if (_rewrites.Count > from) _rewrites.RemoveRange(from, _rewrites.Count - from);
        _entries.Clear();
        _collected.Clear();
    }

    /// <summary>A new round begins.</summary>
    public void StartRound()
    {
        _entries.Clear();
        _collected.Clear();
        _rewrites = [];
        _cut = IsCut;
    }

    /// <summary>The round is taken.</summary>
    public void AcceptRound(RootedGraph input, Graph output, int[] map)
    {
        IsCut = _cut;
        if (_rewrites.Count == 0) return;
        _kept += _rewrites.Count;
        Rounds.Add(new Round(input, output, map, _rewrites));
    }

    private void Keep(Rewrite rewrite)
    {
        _entries.Clear();
        if (_kept + _rewrites.Count < Limit && !_cut) _rewrites.Add(rewrite);
        else _cut = true;
    }

    /// <summary>An identity that was applied, after those that were applied within it.</summary>
    /// <param name="Identity">The identity.</param>
    /// <param name="Before">The operation and arguments it was applied to, by ids of the output graph.</param>
    /// <param name="After">What it gave, an id of the output graph.</param>
    /// <param name="First">Index of the first entry within it; its own where there is none.</param>
    public readonly record struct Entry(Identity Identity, GraphNode Before, int After, int First);

    /// <summary>What became of one node: by identities, the outermost last, or by the collector.</summary>
    /// <param name="Id">The node in the input graph.</param>
    /// <param name="Entries">The identities; none where it is the collector's work.</param>
    /// <param name="Collected">What the collector applied.</param>
    /// <param name="Before">For the collector: what it began with, an id of the output graph.</param>
    /// <param name="After">The result, an id of the output graph.</param>
    public sealed record Rewrite(int Id, Entry[] Entries, Identity[] Collected, int Before, int After);

    /// <summary>A round: the graph it read, the graph it wrote, which goes on from it, and where the nodes went.</summary>
    public sealed record Round(RootedGraph Input, Graph Output, int[] Map, List<Rewrite> Rewrites);
}
