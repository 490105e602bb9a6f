using PSAutodiff.Graphs;

namespace PSAutodiff.Expressions;

/// <summary>
/// The order in which formats list distinct nodes: arguments before their users, from left to right. It depends on the expression
/// alone, not on how its graph came to be, so that equal expressions have equal texts.
/// </summary>
internal static class WritingOrder
{
    /// <summary>The ids of the nodes that the root needs, the root last.</summary>
    public static int[] Of(Graph graph, int root)
    {
        var order = new List<int>();
        var listed = new bool[root + 1];
        var stack = new Stack<int>();
        stack.Push(root);
        while (stack.TryPeek(out var id))
        {
            if (listed[id] || Next(graph, id, listed) is not { } argument)
            {
                stack.Pop();
                if (listed[id]) continue;
                listed[id] = true;
                order.Add(id);
            }
            else
            {
                stack.Push(argument);
            }
        }

        return [.. order];
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
