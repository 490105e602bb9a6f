using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>
/// A walk over a graph, root after root, each node once: arguments before their users, from left to right. The order depends on the
/// expressions alone, not on how the graph came to be.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="listed">Nodes that are passed over with all that only they need; the walk marks here those that have come.</param>
internal sealed class PostOrder(Graph graph, bool[] listed)
{
    private readonly Stack<int> _stack = new(8);

    /// <summary>A walk over all nodes that roots need.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="count">All roots have smaller ids.</param>
    public PostOrder(Graph graph, int count)
        : this(graph, new bool[count])
    {
    }

    /// <summary>What the root needs comes next, as far as it has not come before; the root is last.</summary>
    public void Start(int root) => _stack.Push(root);

    /// <summary>Passes over a node whose arguments have come.</summary>
    public void Skip(int id) => listed[id] = true;

    /// <summary>Goes on to the next node, if there is one.</summary>
    // Asked for every node, mostly before the JIT would compile it well by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryNext(out int id)
    {
        while (_stack.TryPeek(out id))
        {
            if (!listed[id] && FirstUnlisted(id) is var argument and not Graph.None)
            {
                _stack.Push(argument);
                continue;
            }

            _stack.Pop();
            if (!listed[id]) return listed[id] = true;
        }

        return false;
    }

    // One at a time, so that the stack grows no longer than the graph is deep.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FirstUnlisted(int id)
    {
        if (graph.IsLeaf(id)) return Graph.None;
        ref readonly var node = ref graph.NodeArray[id];
        if (!listed[node.X]) return node.X;
        if (node.Y != Graph.None && !listed[node.Y]) return node.Y;
        if (node.Z != Graph.None && !listed[node.Z]) return node.Z;
        return Graph.None;
    }
}
