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

    /// <summary>Goes on to the next node, if there is one.</summary>
    // Asked for every node, mostly before the JIT would compile it well by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryNext(out int id)
    {
        while (_stack.TryPeek(out id))
        {
            if (!_listed[id] && Defer(id)) continue;
            _stack.Pop();
            if (!_listed[id]) return _listed[id] = true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Defer(int id)
    {
        var deferred = false;
        for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--)
        {
            var argument = graph.Argument(id, i);
            if (_listed[argument]) continue;
            _stack.Push(argument);
            deferred = true;
        }

        return deferred;
    }
}
