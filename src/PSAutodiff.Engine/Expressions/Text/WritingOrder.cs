using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// The order in which formats list distinct nodes: arguments before their users, from left to right. It depends on the expression
/// alone, not on how its graph came to be, so that equal expressions have equal texts.
/// </summary>
internal static class WritingOrder
{
    // Between two looks at the token; a power of two.
    private const int NodesUnwatched = 1 << 12;

    /// <summary>The ids of the nodes that the root needs, the root last; one by one, so that cancelling ends what is done with them too.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<int> Of(Graph graph, int root, CancellationToken cancellation)
    {
        var steps = 0;
        var listed = new bool[root + 1];
        var stack = new Stack<int>();
        stack.Push(root);
        while (stack.TryPeek(out var id))
        {
            if ((++steps & (NodesUnwatched - 1)) == 0) cancellation.ThrowIfCancellationRequested();
            if (listed[id] || Next(graph, id, listed) is not { } argument)
            {
                stack.Pop();
                if (listed[id]) continue;
                listed[id] = true;
                yield return id;
            }
            else
            {
                stack.Push(argument);
            }
        }
    }

    private static int? Next(Graph graph, int id, bool[] listed)
    {
        if (graph.IsLeaf(id)) return null;
        for (var i = 0; i < graph.OperationOf(id).Arity; i++)
        {
            var argument = graph.Argument(id, i);
            if (!listed[argument]) return argument;
        }

        return null;
    }
}
