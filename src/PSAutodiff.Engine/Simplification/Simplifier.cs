using PSAutodiff.Graphs;

namespace PSAutodiff.Simplification;

/// <summary>
/// Simplification: rounds over the graph, from the leaves up, each rebuilding it with the identities of the operations and
/// collecting like terms and powers, until nothing changes. A result with more distinct operations than the original is not taken.
/// </summary>
internal static class Simplifier
{
    // A round passes every change up the whole graph, so later rounds only see what collecting has brought together.
    private const int MaxRounds = 32;

    /// <summary>Simplifies nodes of a graph together.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="roots">The nodes.</param>
    /// <param name="rule">Which identities may be used.</param>
    /// <param name="log">Gets what is rewritten.</param>
    public static Result Simplify(Graph graph, int[] roots, SimplificationRule rule, RewriteLog? log = null)
    {
        var assumptions = new SortedSet<string>(StringComparer.Ordinal);
        var sets = rule switch
        {
            SimplificationRule.Lab => RuleSets.Lab,
            SimplificationRule.Stable => RuleSets.Standard | RuleSets.Stable | RuleSets.Signs,
            _ => RuleSets.Standard | RuleSets.Signs,
        };
        var best = new Result(graph, roots, [.. assumptions]);
        var cost = graph.OperationCount(roots);
        for (var round = 0; round < MaxRounds; round++)
        {
            var (next, output, map, changed) = Round(best.Graph, best.Roots, sets, assumptions, log);
            var nextCost = next.Graph.OperationCount(next.Roots);
            if (nextCost > cost && (sets & RuleSets.Signs) != 0)
            {
                (next, output, map, changed) = Round(best.Graph, best.Roots, sets & ~RuleSets.Signs, assumptions, log);
                nextCost = next.Graph.OperationCount(next.Roots);
            }

            if (nextCost > cost || (nextCost == cost && !changed)) break;
            log?.AcceptRound(best.Graph, best.Roots, output, map);
            best = next;
            cost = nextCost;
        }

        return best with { Assumptions = [.. assumptions] };
    }

    /// <summary>
    /// Drops zeros and ones as differentiation does, from the leaves up, but only in the nodes of a graph from some id on: where
    /// differentiation has left them.
    /// </summary>
    /// <returns>The graph that goes on from the given one, and the node's id there.</returns>
    public static (Graph Graph, int Root) Fold(Graph graph, int root, int first, RewriteLog log)
    {
        log.StartRound();
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(graph, extraCapacity: 16) { Rules = RuleSets.Fold, Log = log };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (reachable[id]) map[id] = id < first || graph.IsLeaf(id) ? id : Rebuild(graph, id, map, builder, log);
        }

        var output = builder.Build();
        log.AcceptRound(graph, [root], output, map);
        return (output, map[root]);
    }

    /// <summary>One round. It goes on from the graph, so what does not change stays as it is and costs no memory.</summary>
    private static (Result Result, Graph Output, int[] Map, bool Changed) Round(
        Graph graph,
        int[] roots,
        RuleSets sets,
        SortedSet<string> assumptions,
        RewriteLog? log)
    {
        var changed = false;
        void Note(Identity identity)
        {
            changed = true;
            if (identity.Assumption is { } assumption) assumptions.Add(assumption);
        }

        void NoteCollected(Identity identity)
        {
            Note(identity);
            log?.AddCollected(identity);
        }

        log?.StartRound();
        var reachable = graph.Reachable(roots);
        var builder = new GraphBuilder(graph, extraCapacity: 16) { Rules = sets, OnRewrite = Note, Log = log };
        var collector = (sets & Identity.Standard) != 0 ? new LikeTermCollector(graph, builder, reachable, roots, NoteCollected) : null;
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            if (graph.IsLeaf(id))
            {
                map[id] = id;
                continue;
            }

            map[id] = Rebuild(graph, id, map, builder, log);
            if (collector is null) continue;
            var uncollected = map[id];
            map[id] = collector.Collect(id, map);
            log?.EndCollection(id, uncollected, map[id]);
        }

        var output = builder.Build();
        return (Compact(output, Array.ConvertAll(roots, root => map[root])), output, map, changed);
    }

    private static int Rebuild(Graph graph, int id, int[] map, GraphBuilder builder, RewriteLog? log)
    {
        var (y, z) = (graph.Y(id), graph.Z(id));
        var arguments = new GraphNode(map[graph.X(id)], y < 0 ? y : map[y], z < 0 ? z : map[z], graph.OperationOf(id).Code);
        var rebuilt = builder.Apply(id, arguments.X, arguments.Y, arguments.Z);
        log?.EndNode(id, arguments, rebuilt, builder.X(rebuilt));
        return rebuilt;
    }

    /// <summary>Leaves behind what the roots do not need, when that is most of the graph.</summary>
    private static Result Compact(Graph graph, int[] roots)
    {
        var reachable = graph.Reachable(roots);
        var needed = reachable.AsSpan().Count(true);
        if (graph.Count <= 2 * needed) return new Result(graph, roots, []);
        var builder = new GraphBuilder(needed);
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (reachable[id]) map[id] = builder.Copy(graph, id, map);
        }

        return new Result(builder.Build(), Array.ConvertAll(roots, root => map[root]), []);
    }

    /// <summary>A simplified graph.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Roots">The ids of the simplified nodes in it.</param>
    /// <param name="Assumptions">What was assumed beyond the domain of the original, for example <c>x != 0</c>.</param>
    public sealed record Result(Graph Graph, int[] Roots, IReadOnlyList<string> Assumptions);
}
