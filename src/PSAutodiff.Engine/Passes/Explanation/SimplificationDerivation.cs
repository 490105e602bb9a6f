using PSAutodiff.Core;
using PSAutodiff.Passes.Algebra;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff.Passes.Explanation;

/// <summary>
/// The derivation of a simpler form: the identities in the order in which <see cref="Simplifier"/> applied them, from the leaves up and
/// round by round. An identity whose result is rewritten again at once makes a step each; where it makes several parts that are
/// rewritten before it is done, one step has them all.
/// </summary>
internal sealed class SimplificationDerivation : IDerivation
{
    private const string Merging = "equal parts are written in the same order";

    private readonly List<Item> _items = [];
    private readonly List<DerivationStep> _steps = [];
    private readonly ExprNode _start;
    private readonly ExprNode _result;
    private readonly int _firstNumber;
    private readonly bool _cut;

    private SimplificationDerivation(ExprNode expression, string? variable, RewriteLog log, ExprNode start, ExprNode result, int firstNumber)
    {
        Expression = expression;
        Variable = variable;
        _start = start;
        _result = result;
        _firstNumber = firstNumber;
        _cut = log.IsCut;
        foreach (var round in log.Rounds) Add(round, complete: !log.IsCut || !ReferenceEquals(round, log.Rounds[^1]));
        if (_steps.Count > log.Limit)
        {
            _cut = true;
            _steps.RemoveRange(log.Limit, _steps.Count - log.Limit);
            _items.RemoveRange(_steps.Count, _items.Count - _steps.Count);
        }

        if (_cut) AddStep(DerivationStep.RestOf("identities"), null);
    }

    public ExprNode Expression { get; }

    public string? Variable { get; }

    /// <summary>The steps to the simplified expression, which is the whole after the last one; none where nothing can be simplified.</summary>
    public static (IReadOnlyList<DerivationStep> Steps, IReadOnlyList<string> Assumptions) Steps(
        ExprNode expression,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        if (AlgebraForms.Has(rule)) return Algebra(expression, rule, variable, cancellation);
        var log = new RewriteLog(DerivationStep.MaxRules);
        var (result, assumptions) = Simplifier.Simplify(ExprNode.Flatten([expression], cancellation), rule, log, cancellation);
        return (new SimplificationDerivation(expression, null, log, expression, result.Nodes()[0], 1)._steps, assumptions);
    }

    /// <summary>The steps from a derivative to its simplified form: the end of another derivation.</summary>
    /// <param name="expression">What was differentiated.</param>
    /// <param name="variable">By what.</param>
    /// <param name="derivative">The derivative.</param>
    /// <param name="rule">How to simplify it.</param>
    /// <param name="firstNumber">The number of the first step.</param>
    /// <param name="limit">How many identities are shown at most.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static IReadOnlyList<DerivationStep> Steps(
        ExprNode expression,
        string variable,
        ExprNode derivative,
        SimplificationRule rule,
        int firstNumber,
        int limit,
        CancellationToken cancellation)
    {
        var log = new RewriteLog(limit);
        var result = Simplifier.Simplify(ExprNode.Flatten([derivative], cancellation), rule, log, cancellation).Output.Nodes()[0];
        return Steps(expression, variable, log, derivative, result, firstNumber);
    }

    // Algebra is one step: what it computes with are no expressions.
    private static (IReadOnlyList<DerivationStep> Steps, IReadOnlyList<string> Assumptions) Algebra(
        ExprNode expression,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        var (nodes, assumptions) = ExprNode.Simplify([expression], rule, variable, cancellation);
        if (nodes[0].Equals(expression, cancellation)) return ([], assumptions);
        var (before, after) = (DerivationStep.Text(expression, DerivationStep.TextLength), DerivationStep.Text(nodes[0], DerivationStep.TextLength));
        var name = rule switch
        {
            SimplificationRule.Expand => "multiplied out",
            SimplificationRule.Factor => "factored",
            SimplificationRule.Collect => "collected by powers of the variable",
            _ => "sin(x)^2 + cos(x)^2 = 1 and double angles",
        };
        var stored = new StoredDerivation(expression, null, expression, nodes[0], nodes[0], before, after, after);
        return ([new DerivationStep(stored, 0, 1, name) { Assumption = assumptions.Count > 0 ? string.Join(", ", assumptions) : null }], assumptions);
    }

    /// <summary>The steps that drop zeros and ones from a derivative: the end of another derivation.</summary>
    /// <param name="expression">What was differentiated.</param>
    /// <param name="variable">By what.</param>
    /// <param name="log">What was rewritten.</param>
    /// <param name="start">The derivative with zeros and ones.</param>
    /// <param name="result">The derivative.</param>
    /// <param name="firstNumber">The number of the first step.</param>
    public static IReadOnlyList<DerivationStep> Steps(
        ExprNode expression,
        string variable,
        RewriteLog log,
        ExprNode start,
        ExprNode result,
        int firstNumber) => new SimplificationDerivation(expression, variable, log, start, result, firstNumber)._steps;

    public ExprNode Before(int step) => IsRest(step) ? (step == 0 ? _start : Whole(step - 1)!) : _items[step].Part.Graph!.Node(_items[step].Before);

    public ExprNode After(int step) => IsRest(step) ? _result : _items[step].Part.Graph!.Node(_items[step].After);

    public ExprNode? Whole(int step)
    {
        if (IsRest(step) || (!_cut && step == _items.Count - 1)) return _result;
        var (part, id, _, after) = _items[step];
        var builder = new GraphBuilder(part.Graph!, extraCapacity: 16);
        var root = Rebuild(builder, part.Round, id, after);
        return builder.Build().Node(root);
    }

    public string BeforeText(int step, int maxLength) => DerivationStep.Text(Before(step), maxLength);

    public string AfterText(int step, int maxLength) => DerivationStep.Text(After(step), maxLength);

    public string WholeText(int step, int maxLength) => DerivationStep.Text(Whole(step)!, maxLength);

    private bool IsRest(int step) => step == _items.Count;

    private void AddStep(string rule, string? assumption) =>
        _steps.Add(new DerivationStep(this, _steps.Count, _firstNumber + _steps.Count, rule) { Assumption = assumption });

    private void Add(RewriteLog.Round round, bool complete)
    {
        var builder = new GraphBuilder(round.Output, extraCapacity: 16);
        var part = new Part(round);
        void AddRewrite(int id, int before, int after, IEnumerable<Identity> identities)
        {
            if (before == after) return;
            var list = identities.ToList();
            var assumed = new AssumptionTexts();
            foreach (var identity in list)
            {
                if (identity.Assumption is { } assumption) assumed.Add(assumption, round.Output);
            }

            AddStep(
                string.Join(", then ", list.Select(static identity => identity.Name).Distinct()),
                assumed.Count > 0 ? string.Join(", ", assumed) : null);
            _items.Add(new Item(part, id, before, after));
        }

        foreach (var rewrite in round.Rewrites)
        {
            if (rewrite.Entries.Length == 0) AddRewrite(rewrite.Id, rewrite.Before, rewrite.After, rewrite.Collected);
            else AddIdentities(builder, rewrite, AddRewrite);
        }

        if (complete && _items.Count > 0 && ReferenceEquals(_items[^1].Part, part))
        {
            // Equal sums and products may have come together in another order than one step by itself shows.
            var whole = Rebuild(builder, round, _items[^1].Id, _items[^1].After);
            var root = round.Input.Roots[0];
            var written = round.Map[root];
            if (whole != written)
            {
                AddStep(Merging, null);
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
        var (x, y, z, _, _) = entry.Before;
        return entry.Identity.Rewrite(builder.Term(x), builder.Term(y), builder.Term(z));
    }

    private static int Node(GraphBuilder builder, GraphNode node) => builder.Apply(builder.OperationOf(node.Code), node.X, node.Y, node.Z);

    /// <summary>The whole expression while a round is at one of its nodes: what comes before it is rewritten, what comes after is not.</summary>
    private static int Rebuild(GraphBuilder builder, RewriteLog.Round round, int at, int form)
    {
        var (input, roots) = round.Input;
        var root = roots[0];
        var reachable = round.Input.Reachable();
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
