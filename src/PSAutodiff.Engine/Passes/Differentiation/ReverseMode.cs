using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>
/// Reverse mode: one sweep from the result down gives each node its adjoint, the derivative of the result with respect to that
/// node (Griewank and Walther, "Evaluating Derivatives", 2nd ed., section 3.2). The adjoints are graphs that share parts with
/// the function and with each other.
/// </summary>
internal static class ReverseMode
{
    /// <summary>The derivatives of a node with respect to several variables, in their order, written into the same builder.</summary>
    public static int[] Differentiate(GraphBuilder builder, int root, IReadOnlyList<string> variables)
    {
        builder.Cancellation.ThrowIfCancellationRequested();
        var wanted = VariableNames.Places(variables);
        var adjoints = Adjoints(builder, root, Active(builder, root, wanted));
        var gradient = new int[variables.Count];
        for (var i = 0; i < gradient.Length; i++)
        {
            var id = builder.FindVariable(variables[i]);
            var adjoint = id >= 0 && id <= root ? adjoints[id] : Graph.None;
            gradient[i] = adjoint != Graph.None ? adjoint : builder.Constant(0);
        }

        return gradient;
    }

    /// <summary>
    /// The adjoints of nodes that a node needs, by their ids, written into the same builder; <see cref="Graph.None"/> where nothing
    /// arrives, which means 0.
    /// </summary>
    /// <param name="builder">Holds the node; gets the adjoints.</param>
    /// <param name="root">The node.</param>
    /// <param name="active">Which nodes are to get adjoints: with each also its users on the way to the root.</param>
    public static int[] Adjoints(GraphBuilder builder, int root, bool[] active)
    {
        var adjoints = new int[root + 1];
        Array.Fill(adjoints, Graph.None);
        adjoints[root] = builder.Constant(1);
        Guard[]? guards = null;
        for (var id = root; id >= 0; id--)
        {
            if (!active[id] || adjoints[id] == Graph.None || builder.IsVariable(id)) continue;
            var operation = builder.OperationOf(id);
            var at = Sweep.Locals(builder, id);
            var guard = guards is null ? default : guards[id];
            for (var i = 0; i < operation.Arity; i++)
            {
                var argument = builder.Argument(id, i);
                if (!active[argument] || !operation.Propagates(i)) continue;
                var (part, partGuard) = Sweep.Pullback(operation, i, at, builder.Term(adjoints[id]), guard);
                if (!part.Exists) continue;
                if (partGuard.IsConditional) guards ??= new Guard[root + 1];
                var first = adjoints[argument] == Graph.None;
                adjoints[argument] = first ? part.Id : (builder.Term(adjoints[argument]) + part).Id;
                if (guards is not null) guards[argument] = first ? partGuard : guards[argument].Or(partGuard);
            }
        }

        return adjoints;
    }

    /// <summary>The second derivatives, from the first: row by row, each from the diagonal on, as the other half is the same.</summary>
    public static int[] Hessian(GraphBuilder builder, ReadOnlySpan<int> gradient, IReadOnlyList<string> variables)
    {
        var half = new List<int>();
        for (var i = 0; i < variables.Count; i++) half.AddRange(Differentiate(builder, gradient[i], [.. variables.Skip(i)]));
        return [.. half];
    }

    /// <summary>Which nodes the result needs and depend smoothly on a wanted variable.</summary>
    private static bool[] Active(GraphBuilder builder, int root, Dictionary<string, int> wanted)
    {
        var active = builder.Reachable(root);
        for (var id = 0; id <= root; id++)
        {
            if (!active[id]) continue;
            if (builder.IsVariable(id))
            {
                active[id] = wanted.ContainsKey(builder.NameOf(id));
                continue;
            }

            var operation = builder.OperationOf(id);
            var depends = false;
            for (var i = 0; i < operation.Arity && !depends; i++)
            {
                depends = operation.Propagates(i) && active[builder.Argument(id, i)];
            }

            active[id] = depends;
        }

        return active;
    }
}
