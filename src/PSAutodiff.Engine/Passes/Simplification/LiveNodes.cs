using PSAutodiff.Core;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Which nodes of a graph in progress are needed, by counts of references, so that what a single rewrite makes and what it frees are
/// known at once. Each move costs as much as it changes.
/// </summary>
internal sealed class LiveNodes
{
    private readonly GraphBuilder _builder;
    private readonly Stack<int> _stack = new();
    private readonly bool _weighs;
    private int[] _references;

    /// <summary>Starts from the nodes of a graph.</summary>
    /// <param name="builder">The builder that goes on from the graph.</param>
    /// <param name="uses">How often each node is used; see <see cref="Graph.Uses"/>.</param>
    /// <param name="weighs">Whether operations count by what they cost, or each as one.</param>
    public LiveNodes(GraphBuilder builder, int[] uses, bool weighs)
    {
        _weighs = weighs;
        _builder = builder;
        _references = (int[])uses.Clone();
    }

    /// <summary>
    /// Puts a node with other arguments in the place of one whose arguments have moved there already; the uses go over to it.
    /// </summary>
    public void Rebuild(int from, GraphNode arguments, int to, int count)
    {
        if (from == to) return;
        if (References(to) == 0)
        {
            // It takes over the references to the arguments, unless it is the same in another form.
            References(to) = count;
            if (!HasArguments(to, arguments))
            {
                Push(Arguments(to));
                Take();
                Push(arguments);
                Release();
            }
        }
        else
        {
            References(to) += count;
            Push(arguments);
            Release();
        }

        // New nodes may use the old one as it was.
        if ((References(from) -= count) == 0) return;
        Push(Arguments(from));
        Take();
    }

    /// <summary>Lets all uses of one node go over to another.</summary>
    /// <returns>By how much the cost of all that is needed grows.</returns>
    public int Move(int from, int to, int count)
    {
        var growth = 0;
        if (References(to) == 0)
        {
            growth = Cost(to);
            Push(Arguments(to));
            growth += Take();
        }

        References(to) += count;
        References(from) -= count;
        if (References(from) > 0) return growth;
        Push(Arguments(from));
        return growth - Cost(from) - Release();
    }

    /// <summary>Counts one more reference to all on the stack, and to what it needs where it was not needed before.</summary>
    private int Take()
    {
        var growth = 0;
        while (_stack.TryPop(out var id))
        {
            if (References(id)++ > 0) continue;
            growth += Cost(id);
            Push(Arguments(id));
        }

        return growth;
    }

    private int Release()
    {
        var freed = 0;
        while (_stack.TryPop(out var id))
        {
            if (--References(id) > 0) continue;
            freed += Cost(id);
            Push(Arguments(id));
        }

        return freed;
    }

    private bool HasArguments(int id, GraphNode arguments) =>
        (_builder.X(id) == arguments.X && _builder.Y(id) == arguments.Y) || (_builder.X(id) == arguments.Y && _builder.Y(id) == arguments.X);

    private void Push(GraphNode arguments)
    {
        if (arguments.X != Graph.None) _stack.Push(arguments.X);
        if (arguments.Y != Graph.None) _stack.Push(arguments.Y);
        if (arguments.Z != Graph.None) _stack.Push(arguments.Z);
    }

    private GraphNode Arguments(int id) => _builder.OperationOf(id).Arity == 0
        ? new GraphNode(Graph.None, Graph.None, Graph.None, _builder.CodeOf(id))
        : new GraphNode(_builder.X(id), _builder.Y(id), _builder.Z(id), _builder.CodeOf(id));

    private int Cost(int id) => _weighs ? _builder.OperationOf(id).Cost(_builder.Term(id)) : Math.Min(_builder.OperationOf(id).Arity, 1);

    private ref int References(int id)
    {
        if (id >= _references.Length) Array.Resize(ref _references, Math.Max(id + 1, 2 * _references.Length));
        return ref _references[id];
    }
}
