using PSAutodiff.Core;

namespace PSAutodiff.Expressions;

/// <summary>
/// Brings node objects into a builder, each distinct node once: objects made by operators are walked with an explicit stack,
/// parts that already live in a graph are copied in order.
/// </summary>
internal sealed class GraphImporter
{
    // Room for all nodes of a graph no larger than this is taken at once, however few are wanted.
    private const int SmallGraph = 256;

    private readonly GraphBuilder _builder;

    // Most expressions have nodes of one graph.
    private Copier? _copier;
    private Dictionary<Graph, Copier>? _copiers;
    private readonly Stack<ExprNode> _stack = new();

    // The nodes seen, in order, and their ids; the slots hold their positions, counted from 1.
    private ExprNode[] _visited;
    private int[] _visitedIds;
    private int _visitedCount;
    private int[] _slots;

    /// <summary>Prepares an import.</summary>
    /// <param name="builder">Where to.</param>
    /// <param name="capacity">About how many nodes there will be.</param>
    public GraphImporter(GraphBuilder builder, int capacity = 32)
    {
        _builder = builder;
        _visited = new ExprNode[capacity];
        _visitedIds = new int[capacity];
        _slots = new int[SlotsFor(capacity)];
    }

    /// <summary>The id in the builder of a node and, before it, of everything it needs.</summary>
    public int Import(ExprNode root)
    {
        if (TryResolve(root, out var rootId)) return rootId;
        _stack.Push(root);
        while (_stack.Count > 0)
        {
            var node = _stack.Peek();
            var ready = true;
            int x = Graph.None, y = Graph.None, z = Graph.None;
            // The first argument is looked at first: what is needed first then comes first, and few values wait for others.
            if (node.DirectZ is { } third && !TryResolve(third, out z)) ready = Defer(third);
            if (node.DirectY is { } second && !TryResolve(second, out y)) ready = Defer(second);
            if (!TryResolve(node.DirectX!, out x)) ready = Defer(node.DirectX!);
            if (!ready) continue;
            _stack.Pop();
            rootId = Find(node);
            if (rootId == Graph.None)
            {
                rootId = _builder.Apply(node.Operation, x, y, z);
                Remember(node, rootId);
            }
        }

        return rootId;
    }

    private bool Defer(ExprNode node)
    {
        _stack.Push(node);
        return false;
    }

    private bool TryResolve(ExprNode node, out int id)
    {
        if (node.Operation is { Arity: 0 } leaf)
        {
            id =
                leaf.Code == OperationTable.ConstantCode ? _builder.Constant(node.ConstantValue) :
                leaf.Code == OperationTable.VariableCode ? node.IsNumber ? _builder.Variable(node.VariableName) : _builder.Variable(node.VariableName, node.ArrayShape) :
                node.LeafContent is long[] numbers ? _builder.Index(numbers) :
                _builder.Constant((ConstantArray)node.LeafContent);
            return true;
        }

        if (node.Home is { } home)
        {
            id = Copy(home.Graph, home.Id);
            return true;
        }

        id = Find(node);
        return id != Graph.None;
    }

    private int Copy(Graph source, int root)
    {
        if (_copier?.Source != source) _copier = CopierOf(source);
        var (_, map, walk) = _copier;
        walk.Start(root);
        while (walk.TryNext(out var id)) map[id] = _builder.Copy(source, id, map);
        return map[root];
    }

    private Copier CopierOf(Graph source)
    {
        if (_copier is not null) (_copiers ??= [])[_copier.Source] = _copier;
        if (_copiers is not null && _copiers.TryGetValue(source, out var known)) return known;
        if (source.Count <= SmallGraph) _builder.Reserve(source.Count + _visited.Length);
        return new Copier(source, new int[source.Count], new PostOrder(source, source.Count));
    }

    // A table of its own, keyed by the running number every object has, is several times faster at a million nodes than a
    // dictionary with reference keys: the numbers of neighbours are neighbours.
    private int Find(ExprNode node)
    {
        var mask = _slots.Length - 1;
        for (var slot = SlotOf(node) & mask; _slots[slot] is var position && position != 0; slot = (slot + 1) & mask)
        {
            if (ReferenceEquals(_visited[position - 1], node)) return _visitedIds[position - 1];
        }

        return Graph.None;
    }

    // Eight numbers in a row share a cache line; the lines are scattered. Left in order, two long runs of numbers that fall on each
    // other would make every insertion walk the whole of the first.
    private static int SlotOf(ExprNode node)
    {
        var line = (uint)(node.Serial >> 3) * 2654435769u;
        return (int)((line ^ (line >> 15)) << 3) | (node.Serial & 7);
    }

    private void Remember(ExprNode node, int id)
    {
        if (_visitedCount == _visited.Length)
        {
            Array.Resize(ref _visited, _visitedCount * 2);
            Array.Resize(ref _visitedIds, _visitedCount * 2);
            _slots = new int[SlotsFor(_visited.Length)];
            for (var i = 0; i < _visitedCount; i++) Place(i);
        }

        _visited[_visitedCount] = node;
        _visitedIds[_visitedCount] = id;
        Place(_visitedCount++);
    }

    private void Place(int index)
    {
        var mask = _slots.Length - 1;
        var slot = SlotOf(_visited[index]) & mask;
        while (_slots[slot] != 0) slot = (slot + 1) & mask;
        _slots[slot] = index + 1;
    }

    // At most half full, so that probes stay short.
    private static int SlotsFor(int capacity) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2);

    /// <summary>Brings nodes of one graph.</summary>
    /// <param name="Source">The graph.</param>
    /// <param name="Map">The ids in the builder of those that came.</param>
    /// <param name="Walk">Passes over those that came.</param>
    private sealed record Copier(Graph Source, int[] Map, PostOrder Walk);
}
