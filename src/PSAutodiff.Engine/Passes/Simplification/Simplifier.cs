using PSAutodiff.Core;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Simplification: rounds over the graph, from the leaves up, each rebuilding it with the identities of the operations and
/// collecting like terms and powers, until nothing changes. A round that makes the whole dearer is gone through again, rewrite by
/// rewrite; under Stable every round is, and rewrites that keep digits count whatever they cost.
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
    /// <param name="cancellation">Ends it early.</param>
    public static Result Simplify(Graph graph, int[] roots, SimplificationRule rule, RewriteLog? log = null, CancellationToken cancellation = default)
    {
        var assumptions = new SortedSet<string>(StringComparer.Ordinal);
        var sets = rule switch
        {
            SimplificationRule.Lab => RuleSets.Lab,
            SimplificationRule.Stable => RuleSets.Standard | RuleSets.Stable | RuleSets.Signs,
            _ => RuleSets.Standard | RuleSets.Signs,
        };
        var best = new Result(graph, roots, []);
        var cost = graph.OperationCount(roots);
        for (var round = 0; round < MaxRounds; round++)
        {
            var next = Round(best, sets, oneByOne: rule == SimplificationRule.Stable, log, cancellation);
            if (next.Cost > cost && rule == SimplificationRule.Standard) next = Round(best, sets, oneByOne: true, log, cancellation);
            if (next.Cost > cost && rule != SimplificationRule.Stable) break;
            if (!next.Round.HasChanged && next.Cost >= cost) break;
            assumptions.UnionWith(next.Round.Assumptions);
            log?.AcceptRound(best.Graph, best.Roots, next.Output, next.Round.Map);
            best = Compact(next.Output, next.Round.NewRoots(), cancellation);
            cost = next.Cost;
        }

        return best with { Assumptions = [.. assumptions] };
    }

    /// <summary>
    /// Drops zeros and ones as differentiation does, from the leaves up, but only in the nodes of a graph from some id on: where
    /// differentiation has left them.
    /// </summary>
    /// <returns>The graph that goes on from the given one, and the node's id there.</returns>
    public static (Graph Graph, int Root) Fold(Graph graph, int root, int first, RewriteLog log, CancellationToken cancellation)
    {
        log.StartRound();
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(graph, extraCapacity: 16) { Rules = RuleSets.Fold, Log = log, Cancellation = cancellation };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (reachable[id]) map[id] = id < first || graph.IsLeaf(id) ? id : Rebuild(graph, id, map, builder, log);
        }

        var output = builder.Build();
        log.AcceptRound(graph, [root], output, map);
        return (output, map[root]);
    }

    private static (RewriteRound Round, Graph Output, int Cost) Round(
        Result from,
        RuleSets sets,
        bool oneByOne,
        RewriteLog? log,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var round = new RewriteRound(from.Graph, from.Roots, sets, log, cancellation);
        var output = oneByOne ? round.TakeOneByOne() : round.TakeAll();
        return (round, output, output.OperationCount(round.NewRoots()));
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
    private static Result Compact(Graph graph, int[] roots, CancellationToken cancellation)
    {
        var reachable = graph.Reachable(roots);
        var needed = reachable.AsSpan().Count(true);
        if (graph.Count <= 2 * needed) return new Result(graph, roots, []);
        var builder = new GraphBuilder(needed) { Cancellation = cancellation };
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
