using PSAutodiff.Graphs;

namespace PSAutodiff.Differentiation;

/// <summary>What the forward and the reverse sweep over a graph in progress have in common.</summary>
internal static class Sweep
{
    public static int Argument(GraphBuilder builder, int id, int index) => index switch
    {
        0 => builder.X(id),
        1 => builder.Y(id),
        _ => builder.Z(id),
    };

    public static Operation.Locals Locals(GraphBuilder builder, int id)
    {
        var arity = builder.OperationOf(id).Arity;
        return new Operation.Locals(
            builder.Term(id),
            builder.Term(builder.X(id)),
            arity > 1 ? builder.Term(builder.Y(id)) : Term.None,
            arity > 2 ? builder.Term(builder.Z(id)) : Term.None);
    }

    /// <summary>Which of the nodes up to the root the root needs.</summary>
    public static bool[] Needed(GraphBuilder builder, int root)
    {
        var needed = new bool[root + 1];
        needed[root] = true;
        for (var id = root; id >= 0; id--)
        {
            if (!needed[id]) continue;
            for (var i = builder.OperationOf(id).Arity - 1; i >= 0; i--) needed[Argument(builder, id, i)] = true;
        }

        return needed;
    }
}
