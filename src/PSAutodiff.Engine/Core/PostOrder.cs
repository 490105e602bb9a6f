using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>
/// A walk over a graph, root after root, each node once: arguments before their users, from left to right. The order depends on the
/// expressions alone, not on how the graph came to be.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="count">All roots have smaller ids.</param>
internal sealed class PostOrder(Graph graph, int count)
{
    private readonly bool[] _listed = new bool[count];
    private readonly Stack<int> _stack = new();

    /// <summary>What the root needs comes next, as far as it has not come before; the root is last.</summary>
    public void Start(int root) => _stack.Push(root);

    /// <summary>Passes over a node whose arguments have come.</summary>
    public void Skip(int id) => _listed[id] = true;

    /// <summary>Goes on to the next node, if there is one.</summary>
    // Asked for every node, mostly before the JIT would compile it well by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryNext(out int id)
    {
        while (_stack.TryPeek(out id))
        {
            if (!_listed[id] && FirstUnlisted(id) is var argument and not Graph.None)
            {
                _stack.Push(argument);
                continue;
            }

            _stack.Pop();
            if (!_listed[id]) return _listed[id] = true;
        }

        return false;
    }

    // One at a time, so that the stack grows no longer than the graph is deep.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FirstUnlisted(int id)
    {
        var arity = graph.OperationOf(id).Arity;
        for (var i = 0; i < arity; i++)
        {
            var argument = graph.Argument(id, i);
            if (!_listed[argument]) return argument;
        }

        return Graph.None;
    }
}
