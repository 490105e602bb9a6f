using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Core;

/// <summary>
/// Builds a <see cref="Graph"/> node by node. Equal nodes get equal ids (hash-consing); with <see cref="Rules"/> set, new nodes
/// are first rewritten by the identities of their operations. Not thread-safe; of no use after <see cref="Build()"/>.
/// </summary>
internal sealed partial class GraphBuilder
{
    // Rewrites build their results through this builder and so may rewrite again; each identity looks at a few levels of
    // already normalised arguments, so real chains are short. The bound only guards against a faulty pair of identities.
    private const int MaxRewriteDepth = 48;

    // Between two looks at the token; a power of two. So many lookups take a few milliseconds.
    private const int LookupsUnwatched = 1 << 14;

    // So many variables find room before lists and tables grow: short texts have one for every third node.
    private const int NodesPerVariable = 3;
    private const int LeastVariablesExpected = 7;
    private const int MostVariablesExpected = 64;

    private GraphNode[] _nodes;
    private double[] _constants;
    private int _constantCount;
    private readonly List<string> _names;
    private FunctionTable? _functions;
    private int[] _slots;
    private readonly Graph? _origin;
    private readonly int _extraCapacity;
    private bool _sharesArrays;
    private int _lookups;
    private int _rewriteDepth;

    public GraphBuilder(int capacity = 16)
    {
        capacity = Math.Max(capacity, 16);
        _nodes = GC.AllocateUninitializedArray<GraphNode>(capacity);
        _constants = new double[4];
        _names = new List<string>(VariablesExpected(capacity));
        _slots = new int[NodeTable.SlotsFor(capacity)];
    }

    /// <summary>Goes on from a finished graph: its nodes keep their ids. Nothing is copied before the first new node.</summary>
    public GraphBuilder(Graph graph, int extraCapacity)
    {
        _origin = graph;
        _extraCapacity = extraCapacity;
        _sharesArrays = true;
        Count = graph.Count;
        _nodes = graph.NodeArray;
        _slots = graph.Slots;
        _functions = graph.Functions;
        _arrays = graph.Arrays;
        _constantCount = graph.Constants.Length;
        _constants = Grown(graph.Constants, _constantCount + 8);
        _names = [.. graph.Names];
    }

    public int Count { get; private set; }

    /// <summary>Ends the building early, and with it the pass that builds.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Which identities rewrite new nodes; none by default.</summary>
    public RuleSets Rules { get; set; }

    // Made when somebody asks: derivatives of numbers hardly do.
    private Dictionary<string, int> VariablesByName
    {
        get
        {
            if (field is not null) return field;
            field = new Dictionary<string, int>(Math.Max(_names.Count, VariablesExpected(_nodes.Length)), StringComparer.Ordinal);
            for (var id = 0; id < Count && field.Count < _names.Count; id++)
            {
                if (IsVariable(id)) field.Add(NameOf(id), id);
            }

            return field;
        }
    }

    /// <summary>Told of every identity that is applied.</summary>
    public Action<Identity>? OnRewrite { get; set; }

    /// <summary>Keeps what identities are applied to and what they give.</summary>
    public RewriteLog? Log { get; set; }

    public Operation OperationOf(int id) => OperationOf(_nodes[id].Code);

    /// <summary>The operation that a code stands for here.</summary>
    public Operation OperationOf(ushort code) => Graph.OperationOf(code, _functions);

    public ushort CodeOf(int id) => _nodes[id].Code;

    public int X(int id) => _nodes[id].X;

    public int Y(int id) => _nodes[id].Y;

    public int Z(int id) => _nodes[id].Z;

    public int Argument(int id, int index) => _nodes[id].Argument(index);

    public bool IsConstant(int id) => _nodes[id].Code == OperationTable.ConstantCode;

    public bool IsVariable(int id) => _nodes[id].Code == OperationTable.VariableCode;

    public double ConstantOf(int id) => _constants[_nodes[id].X];

    public string NameOf(int id) => _names[_nodes[id].X];

    /// <summary>Takes room for so many more nodes.</summary>
    public void Reserve(int count)
    {
        if (_sharesArrays) return;
        if (_nodes.Length - Count < count) _nodes = Grown(_nodes.AsSpan(0, Count), Count + count);
        if (NodeTable.IsCrowded(_slots, Count + count)) Rehash(Count + count);
    }

    /// <summary>The names of all variables.</summary>
    public IEnumerable<string> VariableNames => VariablesByName.Keys;

    /// <summary>The id of a variable, or <see cref="Graph.None"/> where there is none of that name.</summary>
    public int FindVariable(string name) => VariablesByName.GetValueOrDefault(name, Graph.None);

    /// <summary>How many arguments the function without a definition of a name has here; 0 where there is none.</summary>
    public int ArityOf(string function) => _functions?.ArityOf(function) ?? 0;

    public Term Term(int id) => new(this, id);

    /// <summary>Which nodes a root needs, itself included.</summary>
    public bool[] Reachable(int root) => Graph.Reachable(_nodes, [root]);

    public int Constant(double value)
    {
        WatchCancellation();
        var bits = BitConverter.DoubleToInt64Bits(value);
        for (var probe = NodeTable.ProbeForConstant(bits, _slots); ; probe.Next())
        {
            var id = _slots[probe.Slot] - 1;
            if (id < 0)
            {
                if (_constantCount == _constants.Length) Array.Resize(ref _constants, _constantCount * 2);
                _constants[_constantCount] = value;
                return Append(probe.Slot, new GraphNode(_constantCount++, Graph.None, Graph.None, OperationTable.ConstantCode));
            }

            if (IsConstant(id) && BitConverter.DoubleToInt64Bits(ConstantOf(id)) == bits) return id;
        }
    }

    /// <summary>The node of a variable that is a number.</summary>
    /// <exception cref="AutodiffException">There is a vector or matrix of the same name.</exception>
    public int Variable(string name) => Variable(name, shape: (ushort)0);

    /// <summary>The node of a variable.</summary>
    /// <exception cref="AutodiffException">There is one of the same name and another shape.</exception>
    public int Variable(string name, Shape shape)
    {
        if (shape == Shape.Number || !VariablesByName.TryGetValue(name, out var id)) return Variable(name, IndexOf(shape));
        return ShapeOf(id) == shape ? id : throw HasTwoShapes(name, ShapeOf(id), shape);
    }

    private int Variable(string name, ushort shape)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(VariablesByName, name, out var exists);
        if (!exists)
        {
            id = Append(new GraphNode(_names.Count, Graph.None, Graph.None, OperationTable.VariableCode, shape));
            _names.Add(name);
        }
        else if (_nodes[id].Shape != shape)
        {
            throw HasTwoShapes(name, ShapeOf(id), Shape.Number);
        }

        return id;
    }

    /// <summary>The node for an operation on given arguments, rewritten by the active <see cref="Rules"/>.</summary>
    public int Apply(Operation operation, int x, int y = Graph.None, int z = Graph.None)
    {
        if (_arrays is not null) (x, y, z) = Settled(operation, x, y, z);
        var rewritten = Rewrite(operation, x, y, z);
        return rewritten != Graph.None ? rewritten : Find(operation, x, y, z);
    }

    /// <summary>What becomes of a node that is there already when its arguments become these; the node itself when nothing changes.</summary>
    public int Apply(int id, int x, int y, int z)
    {
        var operation = OperationOf(id);
        if (_arrays is not null) (x, y, z) = Settled(operation, x, y, z);
        var rewritten = Rewrite(operation, x, y, z);
        return rewritten != Graph.None ? rewritten : Plain(id, x, y, z);
    }

    /// <summary>The same without rewriting: the node itself, or one alike with other arguments.</summary>
    public int Plain(int id, int x, int y, int z)
    {
        var operation = OperationOf(id);
        if (_arrays is not null) (x, y, z) = Settled(operation, x, y, z);
        var node = _nodes[id];
        if (node.X != x || node.Y != y || node.Z != z || Commutes(operation, x, y)) return Find(operation, x, y, z);
        return TwinOf(operation, x, y) is var twin && twin != Graph.None ? Math.Min(id, twin) : id;
    }

    // Asked for every node, mostly before the JIT would compile it well by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Rewrite(Operation operation, int x, int y, int z)
    {
        if (Rules != RuleSets.None && _rewriteDepth < MaxRewriteDepth)
        {
            var holdsArrays = _arrays is not null && !HoldsNumbers(operation, x, y, z);
            if (holdsArrays && TryRepeat(operation, x, y, z, out var known)) return known;
            _rewriteDepth++;
            var (first, second, third) = (Term(x), new Term(this, y), new Term(this, z));
            try
            {
                if (holdsArrays && operation.IsElementwise && RewriteArrays(operation, first, second, third) is var array && array != Graph.None) return array;
                var (codeOfX, codeOfY) = ((int)_nodes[x].Code, y < 0 ? Graph.None : _nodes[y].Code);
                foreach (ref readonly var candidate in operation.IdentitiesFor(Rules, _arrays is not null).AsSpan())
                {
                    if (!candidate.Suits(codeOfX, codeOfY)) continue;
                    var identity = candidate.Identity;
                    var mark = Log?.Mark ?? 0;
                    var result = identity.Rewrite(first, second, third);
                    if (result.Exists)
                    {
                        var shaped = _arrays is null ? result.Id : InShape(result.Id, operation, x, y, z);
                        if (OnRewrite is null && Log is null && !holdsArrays) return shaped;
                        var applied = identity.AppliedTo(first, second, third);
                        OnRewrite?.Invoke(applied);
                        Log?.Add(applied, new GraphNode(x, y, z, CodeOf(operation)), shaped, mark);
                        if (holdsArrays) Remember(operation, x, y, z, shaped, applied);
                        return shaped;
                    }

                    Log?.Drop(mark);
                }
            }
            finally
            {
                _rewriteDepth--;
            }
        }

        return Graph.None;
    }

    /// <summary>A node of another graph, whose arguments are here already.</summary>
    /// <param name="source">The other graph.</param>
    /// <param name="id">The node there.</param>
    /// <param name="map">From ids there to ids here.</param>
    public int Copy(Graph source, int id, int[] map)
    {
        if (source.IsConstant(id)) return Constant(source.ConstantOf(id));
        if (source.IsVariable(id)) return source.IsNumber(id) ? Variable(source.NameOf(id)) : Variable(source.NameOf(id), source.ShapeOf(id));
        if (source.IsIndex(id)) return Index(source.IndicesOf(id));
        if (source.IsArray(id)) return Constant(source.ArrayOf(id));
        var (y, z) = (source.Y(id), source.Z(id));
        return Apply(source.OperationOf(id), map[source.X(id)], y < 0 ? y : map[y], z < 0 ? z : map[z]);
    }

    /// <summary>The finished graph; it takes over the arrays of this builder.</summary>
    public Graph Build() => _sharesArrays ? _origin! : new Graph(
        Count,
        _nodes,
        _constants.AsSpan(0, _constantCount).ToArray(),
        [.. _names],
        _functions,
        _arrays,
        _slots,
        _origin);

    /// <summary>The same, with the nodes in it that are wanted.</summary>
    public RootedGraph Build(params int[] roots)
    {
        if (_arrays is not null) roots = Array.ConvertAll(roots, Settled);
        return new(Build(), roots);
    }

    /// <summary>The node with these arguments, for rules that may exchange them also one with the first two exchanged; else a new one.</summary>
    private int Find(Operation operation, int x, int y, int z)
    {
        WatchCancellation();
        var commute = (Rules & RuleSets.StandardAndStable) != 0 && Commutes(operation, x, y) && !(operation.PutsConstantFirst && IsConstant(x));
        var node = new GraphNode(x, y, z, CodeOf(operation));
        for (var probe = NodeTable.ProbeFor(node, _slots); ; probe.Next())
        {
            var id = _slots[probe.Slot] - 1;
            if (id < 0 && TwinOf(operation, x, y) is var twin && twin != Graph.None) return twin;
            if (id < 0) return Append(probe.Slot, HoldsNumbers(operation, x, y, z) ? node : node with { Shape = IndexOf(ShapeFor(operation, x, y, z)) });
            if (AreEqual(_nodes[id], node, commute)) return id;
        }
    }

    /// <summary>The node for an operation on given arguments where there is one; else <see cref="Graph.None"/>.</summary>
    public int TryFind(Operation operation, int x, int y)
    {
        var node = new GraphNode(x, y, Graph.None, operation.Code);
        for (var probe = NodeTable.ProbeFor(node, _slots); ; probe.Next())
        {
            var id = _slots[probe.Slot] - 1;
            if (id < 0 || AreEqual(_nodes[id], node, commute: false)) return Math.Max(id, Graph.None);
        }
    }

    private ushort CodeOf(Operation operation) => operation.Code < OperationTable.FirstFreeCode ? operation.Code : CodeOf((FreeFunction)operation);

    private ushort CodeOf(FreeFunction function)
    {
        if (_functions is not null && _functions.TryCodeOf(function, out var code)) return code;

        // The graph that this one goes on from keeps its own.
        if (_functions is null || ReferenceEquals(_functions, _origin?.Functions)) _functions = new FunctionTable(_functions);
        return _functions.Add(function);
    }

    private void WatchCancellation()
    {
        if ((++_lookups & (LookupsUnwatched - 1)) == 0) Cancellation.ThrowIfCancellationRequested();
    }

    private static bool AreEqual(in GraphNode a, in GraphNode b, bool commute) =>
        a.Code == b.Code && a.Z == b.Z && ((a.X == b.X && a.Y == b.Y) || (commute && a.X == b.Y && a.Y == b.X));

    private int Append(int slot, GraphNode node)
    {
        var id = Append(node);
        _slots[slot] = id + 1;
        if (NodeTable.IsCrowded(_slots, Count)) Rehash(Count * 2);
        return id;
    }

    private int Append(GraphNode node)
    {
        if (_sharesArrays) TakeCopies();
        if (Count == _nodes.Length) Grow();
        _nodes[Count] = node;
        return Count++;
    }

    private void TakeCopies()
    {
        _sharesArrays = false;
        var capacity = Math.Max(Count + _extraCapacity, 16);
        _nodes = Grown(_nodes.AsSpan(0, Count), capacity);
        _slots = (int[])_slots.Clone();
    }

    private void Grow()
    {
        if (Count >= Array.MaxLength / 2) throw new AutodiffException(ErrorIds.GraphTooLarge, "The expression graph has over a billion nodes.");
        _nodes = Grown(_nodes.AsSpan(0, Count), Count * 2);
    }

    private void Rehash(int capacity)
    {
        _slots = new int[NodeTable.SlotsFor(capacity)];
        for (var id = 0; id < Count; id++)
        {
            // Variables are found by name.
            if (_nodes[id].Code is OperationTable.VariableCode or OperationTable.IndexCode or OperationTable.ArrayCode) continue;
            var probe = IsConstant(id) ? NodeTable.ProbeForConstant(BitConverter.DoubleToInt64Bits(ConstantOf(id)), _slots) : NodeTable.ProbeFor(_nodes[id], _slots);
            while (_slots[probe.Slot] != 0) probe.Next();
            _slots[probe.Slot] = id + 1;
        }
    }

    private static int VariablesExpected(int nodes) => Math.Clamp(nodes / NodesPerVariable, LeastVariablesExpected, MostVariablesExpected);

    private static T[] Grown<T>(ReadOnlySpan<T> source, int capacity)
        where T : unmanaged
    {
        var target = GC.AllocateUninitializedArray<T>(Math.Max(capacity, source.Length));
        source.CopyTo(target);
        return target;
    }
}
