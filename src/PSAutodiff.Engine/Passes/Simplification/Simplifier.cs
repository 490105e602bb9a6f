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

    // Nobody reads larger formulas, so they get no textbook's form.
    private const int LargestFormula = 10_000;

    /// <summary>Simplifies nodes of a graph together.</summary>
    /// <param name="input">The nodes.</param>
    /// <param name="rule">Which identities may be used.</param>
    /// <param name="log">Gets what is rewritten.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The nodes simplified, and what was assumed beyond the domain of the original, for example <c>x != 0</c>.</returns>
    public static (RootedGraph Output, IReadOnlyList<string> Assumptions) Simplify(
        RootedGraph input,
        SimplificationRule rule,
        RewriteLog? log = null,
        CancellationToken cancellation = default) =>
        rule == SimplificationRule.Textbook && log is null && input.Length > 1 && AreReadable(input)
            ? EachAlone(input, rule, cancellation)
            : Together(input, rule, log, cancellation);

    // What they share does not make a form cheaper to read.
    private static (RootedGraph Output, AssumptionTexts Assumptions) EachAlone(RootedGraph input, SimplificationRule rule, CancellationToken cancellation)
    {
        var assumptions = new AssumptionTexts();
        var builder = new GraphBuilder { Cancellation = cancellation };
        var simplified = new Dictionary<int, int>();
        foreach (var root in input.Roots)
        {
            if (simplified.ContainsKey(root)) continue;
            var (output, assumed) = Together(input with { Roots = [root] }, rule, log: null, cancellation);
            assumptions.Add(assumed);
            var (graph, reachable) = (output.Graph, output.Reachable());
            var map = new int[reachable.Length];
            for (var id = 0; id < map.Length; id++)
            {
                if (reachable[id]) map[id] = builder.Copy(graph, id, map);
            }

            simplified.Add(root, map[output.Roots[0]]);
        }

        return (builder.Build(Array.ConvertAll(input.Roots, root => simplified[root])), assumptions);
    }

    private static bool AreReadable(RootedGraph input)
    {
        if (input.Graph.Count > LargestFormula) return false;
        var operations = 0;
        foreach (var root in input.Roots)
        {
            operations += input.Graph.OperationCount([root]) + 1;
            if (operations > LargestFormula) return false;
        }

        return true;
    }

    private static (RootedGraph Output, AssumptionTexts Assumptions) Together(
        RootedGraph input,
        SimplificationRule rule,
        RewriteLog? log,
        CancellationToken cancellation)
    {
        var assumptions = new AssumptionTexts();
        var (best, reachable) = (input, input.Reachable());
        var cost = input.Graph.OperationCount(reachable);
        var sets = rule switch
        {
            SimplificationRule.Lab => RuleSets.Lab,
            SimplificationRule.Stable => RuleSets.Standard | RuleSets.Stable | RuleSets.Signs,
            SimplificationRule.Textbook when cost <= LargestFormula => RuleSets.Standard | RuleSets.Signs | RuleSets.Textbook,
            _ => RuleSets.Standard | RuleSets.Signs,
        };
        if (rule == SimplificationRule.Stable && HasSharedSigns(best, reachable))
        {
            // Each of the users of a shared sign makes the graph dearer when it moves alone, and all together often cheaper.
            var next = Round(best, reachable, RuleSets.Fold | RuleSets.Signs, oneByOne: false, log, cancellation);
            if (next.Cost < cost) Accept(next);
        }

        MoveParts();
        for (var round = 0; round < MaxRounds; round++)
        {
            var next = Round(best, reachable, sets, oneByOne: rule == SimplificationRule.Stable, log, cancellation);
            if (rule is SimplificationRule.Standard or SimplificationRule.Textbook && IsTooDear(next)) next = Round(best, reachable, sets, oneByOne: true, log, cancellation);
            if (IsTooDear(next) && rule != SimplificationRule.Stable) break;
            if (next.Round.HasChanged || next.Cost < cost) Accept(next);
            else if (!MoveParts()) break;
        }

        return (best, assumptions);

        bool MoveParts()
        {
            if (rule == SimplificationRule.Lab || PartMoves.Apply(best, reachable, log, cancellation) is not { } moved) return false;
            (best, reachable) = Compact(moved, moved.Reachable(), cancellation);
            cost = best.Graph.OperationCount(reachable);
            return true;
        }

        void Accept((RewriteRound Round, RootedGraph Output, bool[] Reachable, int Cost) next)
        {
            foreach (var assumption in next.Round.Assumptions) assumptions.Add(assumption, next.Output.Graph);
            log?.AcceptRound(best, next.Output.Graph, next.Round.Map);
            (best, reachable) = Compact(next.Output, next.Reachable, cancellation);
            cost = next.Cost;
        }

        bool IsTooDear((RewriteRound Round, RootedGraph Output, bool[] Reachable, int Cost) next) => next.Cost > cost + next.Round.Allowance;
    }

    /// <summary>
    /// Drops zeros and ones as differentiation does, from the leaves up, but only in the nodes of a graph from some id on: where
    /// differentiation has left them.
    /// </summary>
    /// <returns>The same nodes in a graph that goes on from the given one.</returns>
    public static RootedGraph Fold(RootedGraph input, int first, RewriteLog log, CancellationToken cancellation)
    {
        log.StartRound();
        var (graph, reachable) = (input.Graph, input.Reachable());
        var builder = new GraphBuilder(graph, extraCapacity: 16) { Rules = RuleSets.Fold, Log = log, Cancellation = cancellation };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (reachable[id]) map[id] = id < first || graph.IsLeaf(id) ? id : Rebuild(graph, id, map, builder, log);
        }

        var output = builder.Build(Array.ConvertAll(input.Roots, root => map[root]));
        log.AcceptRound(input, output.Graph, map);
        return output;
    }

    private static bool HasSharedSigns(RootedGraph input, bool[] reachable)
    {
        var graph = input.Graph;
        var isUsed = new bool[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.IsLeaf(id)) continue;
            var arity = graph.OperationOf(id).Arity;
            for (var i = 0; i < arity; i++)
            {
                var argument = graph.Argument(id, i);
                if (graph.CodeOf(argument) != OperationOf<NegOperation>.Instance.Code) continue;
                if (isUsed[argument]) return true;
                isUsed[argument] = true;
            }
        }

        return false;
    }

    private static (RewriteRound Round, RootedGraph Output, bool[] Reachable, int Cost) Round(
        RootedGraph from,
        bool[] reachable,
        RuleSets sets,
        bool oneByOne,
        RewriteLog? log,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var round = new RewriteRound(from, reachable, sets, log, cancellation);
        var output = oneByOne ? round.TakeOneByOne() : round.TakeAll();
        var needed = output.Reachable();
        return (round, output, needed, output.Graph.OperationCount(needed));
    }

    private static int Rebuild(Graph graph, int id, int[] map, GraphBuilder builder, RewriteLog? log)
    {
        var (y, z) = (graph.Y(id), graph.Z(id));
        var arguments = new GraphNode(map[graph.X(id)], y < 0 ? y : map[y], z < 0 ? z : map[z], graph.CodeOf(id));
        var rebuilt = builder.Apply(id, arguments.X, arguments.Y, arguments.Z);
        log?.EndNode(id, arguments, rebuilt, builder.X(rebuilt), builder.Y(rebuilt));
        return rebuilt;
    }

    /// <summary>Leaves behind what the roots do not need, when that is most of the graph.</summary>
    private static (RootedGraph Output, bool[] Reachable) Compact(RootedGraph input, bool[] reachable, CancellationToken cancellation)
    {
        var graph = input.Graph;
        var needed = reachable.AsSpan().Count(true);
        if (graph.Count <= 2 * needed) return (input, reachable);
        var builder = new GraphBuilder(needed) { Cancellation = cancellation };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (reachable[id]) map[id] = builder.Copy(graph, id, map);
        }

        var output = builder.Build(Array.ConvertAll(input.Roots, root => map[root]));
        return (output, output.Reachable());
    }
}
