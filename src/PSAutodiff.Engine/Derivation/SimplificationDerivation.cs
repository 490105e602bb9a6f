using PSAutodiff.Graphs;
using PSAutodiff.Simplification;

namespace PSAutodiff.Derivation;

/// <summary>
/// The derivation of a simpler form: the identities in the order in which <see cref="Simplifier"/> applied them, from the leaves up and
/// round by round. An identity whose result is rewritten again at once makes a step each; where it makes several parts that are
/// rewritten before it is done, one step has them all.
/// </summary>
internal sealed class SimplificationDerivation : IDerivation
{
    private const string Merging = "equal parts are written in the same order";

    private readonly List<Item> _items = [];
    private readonly Simplifier.Result _result;
    private readonly bool _cut;

    private SimplificationDerivation(ExprNode expression, SimplificationRule rule, List<DerivationStep> steps)
    {
        Expression = expression;
        var (graph, root) = expression.Flatten();
        var log = new RewriteLog(DerivationStep.MaxRules);
        _result = Simplifier.Simplify(graph, [root], rule, log);
        _cut = log.IsCut;
        foreach (var round in log.Rounds) Add(round, complete: !log.IsCut || !ReferenceEquals(round, log.Rounds[^1]), steps);
        if (steps.Count > DerivationStep.MaxRules)
        {
            _cut = true;
            steps.RemoveRange(DerivationStep.MaxRules, steps.Count - DerivationStep.MaxRules);
            _items.RemoveRange(steps.Count, _items.Count - steps.Count);
        }

        if (_cut) steps.Add(new DerivationStep(this, steps.Count, steps.Count + 1, DerivationStep.RestOf("identities")));
    }

    public ExprNode Expression { get; }

    public string? Variable => null;

    /// <summary>The steps to the simplified expression, which is the whole after the last one; none where nothing can be simplified.</summary>
    public static (IReadOnlyList<DerivationStep> Steps, IReadOnlyList<string> Assumptions) Steps(ExprNode expression, SimplificationRule rule)
    {
        var steps = new List<DerivationStep>();
        var derivation = new SimplificationDerivation(expression, rule, steps);
        return (steps, derivation._result.Assumptions);
    }

    private ExprNode Simplified => _result.Graph.Node(_result.Roots[0]);

    public ExprNode Before(int step) => IsRest(step) ? Whole(step - 1)! : _items[step].Part.Graph!.Node(_items[step].Before);

    public ExprNode After(int step) => IsRest(step) ? Simplified : _items[step].Part.Graph!.Node(_items[step].After);

    public ExprNode? Whole(int step)
    {
        if (IsRest(step) || (!_cut && step == _items.Count - 1)) return Simplified;
        var (part, id, _, after) = _items[step];
        var builder = new GraphBuilder(part.Graph!, extraCapacity: 16);
        var root = Rebuild(builder, part.Round, id, after);
        return builder.Build().Node(root);
    }

    public string BeforeText(int step, int maxLength) => DerivationStep.Text(Before(step), maxLength);

    public string AfterText(int step, int maxLength) => DerivationStep.Text(After(step), maxLength);

    public string WholeText(int step, int maxLength) => DerivationStep.Text(Whole(step)!, maxLength);

    private bool IsRest(int step) => step == _items.Count;

    private void Add(RewriteLog.Round round, bool complete, List<DerivationStep> steps)
    {
        var builder = new GraphBuilder(round.Output, extraCapacity: 16);
        var part = new Part(round);
        void AddStep(int id, int before, int after, IEnumerable<Identity> identities)
        {
            if (before == after) return;
            var list = identities.Distinct().ToList();
            steps.Add(new DerivationStep(this, steps.Count, steps.Count + 1, string.Join(", then ", list.Select(static identity => identity.Name)))
            {
                Assumption = list.Select(static identity => identity.Assumption).FirstOrDefault(static assumption => assumption is not null),
            });
            _items.Add(new Item(part, id, before, after));
        }

        foreach (var rewrite in round.Rewrites)
        {
            if (rewrite.Entries.Length == 0) AddStep(rewrite.Id, rewrite.Before, rewrite.After, rewrite.Collected);
            else AddIdentities(builder, rewrite, AddStep);
        }

        if (complete && _items.Count > 0 && ReferenceEquals(_items[^1].Part, part))
        {
            // Equal sums and products may have come together in another order than one step by itself shows.
            var whole = Rebuild(builder, round, _items[^1].Id, _items[^1].After);
            var (root, written) = (round.Roots[0], round.Map[round.Roots[0]]);
            if (whole != written)
            {
                steps.Add(new DerivationStep(this, steps.Count, steps.Count + 1, Merging));
                _items.Add(new Item(part, root, whole, written));
            }
        }

        part.Graph = builder.Build();
    }

    private static void AddIdentities(GraphBuilder builder, RewriteLog.Rewrite rewrite, Action<int, int, int, IEnumerable<Identity>> addStep)
    {
        var entries = rewrite.Entries;
        for (var i = entries.Length - 1; ;)
        {
            var entry = entries[i];
            var before = Node(builder, entry.Before);
            if (i > entry.First && entries[i - 1].First == entry.First)
            {
                // One identity within this one: if it took over what this one wrote, there are two steps.
                var written = Rewritten(builder, entry);
                if (written.Exists && written.Id != before && written.Id == Node(builder, entries[i - 1].Before))
                {
                    addStep(rewrite.Id, before, written.Id, [entry.Identity]);
                    i--;
                    continue;
                }
            }

            addStep(rewrite.Id, before, entry.After, entries[entry.First..i].Select(static inner => inner.Identity).Prepend(entry.Identity));
            return;
        }
    }

    private static Term Rewritten(GraphBuilder builder, in RewriteLog.Entry entry)
    {
        var (x, y, z, _) = entry.Before;
        return entry.Identity.Rewrite(builder.Term(x), builder.Term(y), builder.Term(z));
    }

    private static int Node(GraphBuilder builder, GraphNode node) => builder.Apply(OperationTable.ByCode[node.Code], node.X, node.Y, node.Z);

    /// <summary>The whole expression while a round is at one of its nodes: what comes before it is rewritten, what comes after is not.</summary>
    private static int Rebuild(GraphBuilder builder, RewriteLog.Round round, int at, int form)
    {
        var input = round.Input;
        var root = round.Roots[0];
        var reachable = input.Reachable([root]);
        var map = new int[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!reachable[id]) continue;
            if (id < at)
            {
                map[id] = round.Map[id];
            }
            else if (id == at)
            {
                map[id] = form;
            }
            else if (input.IsLeaf(id))
            {
                map[id] = id;
            }
            else
            {
                var (y, z) = (input.Y(id), input.Z(id));
                map[id] = builder.Apply(id, map[input.X(id)], y < 0 ? y : map[y], z < 0 ? z : map[z]);
            }
        }

        return map[root];
    }

    /// <summary>A round and the graph that goes on from its output with what its steps show.</summary>
    private sealed class Part(RewriteLog.Round round)
    {
        public RewriteLog.Round Round { get; } = round;

        public Graph? Graph { get; set; }
    }

    /// <summary>A step: the node of the round's input, and the ids of what is replaced and by what in the graph of its part.</summary>
    private readonly record struct Item(Part Part, int Id, int Before, int After);
}
