using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>
/// An immutable expression graph: flat arrays indexed by node id, arguments before their users, no two nodes alike.
/// Passes read a graph and write a new one through <see cref="GraphBuilder"/>.
/// </summary>
internal sealed partial class Graph
{
    /// <summary>Marks an argument that an operation does not have.</summary>
    public const int None = -1;

    private readonly GraphNode[] _nodes;
    private readonly double[] _constants;
    private readonly string[] _names;
    private readonly WeakReference<Graph>? _origin;
    private ulong[]? _hashes;
    private int[]? _depths;

    internal Graph(int count, GraphNode[] nodes, double[] constants, string[] names, FunctionTable? functions, ArrayPools? arrays, int[] slots, Graph? origin)
    {
        _origin = origin is null ? null : new WeakReference<Graph>(origin);
        Count = count;
        _nodes = nodes;
        _constants = constants;
        _names = names;
        Functions = functions;
        Arrays = arrays;
        Slots = slots;
    }

    /// <summary>Number of nodes, reachable or not.</summary>
    public int Count { get; }

    /// <summary>The hash-consing table of the builder, kept so that a later pass goes on from it.</summary>
    internal int[] Slots { get; }

    /// <summary>The nodes, and room for more that nobody may use.</summary>
    internal GraphNode[] NodeArray => _nodes;

    internal ReadOnlySpan<double> Constants => _constants;

    internal ReadOnlySpan<string> Names => _names;

    /// <summary>The functions without definitions; null for none.</summary>
    internal FunctionTable? Functions { get; }

    /// <summary>What nodes with arrays refer to; null in a graph of numbers.</summary>
    internal ArrayPools? Arrays { get; }

    /// <summary>Whether a node is a number, and no vector or matrix.</summary>
    public bool IsNumber(int id) => _nodes[id].Shape == 0;

    /// <summary>The shape of a node.</summary>
    public Shape ShapeOf(int id) => _nodes[id].Shape is var shape && shape == 0 ? Shape.Number : Arrays!.ShapeAt(shape, id);

    /// <summary>The whole numbers of a list of them.</summary>
    public long[] IndicesOf(int id) => Arrays!.ListAt(_nodes[id].X);

    /// <summary>The array of a leaf.</summary>
    public ConstantArray ArrayOf(int id) => Arrays!.ArrayAt(_nodes[id].X);

    public bool IsIndex(int id) => _nodes[id].Code == OperationTable.IndexCode;

    public bool IsArray(int id) => _nodes[id].Code == OperationTable.ArrayCode;

    /// <summary>Whether what some nodes need is more than numbers.</summary>
    public bool HasArrays(ReadOnlySpan<int> roots) => Arrays is not null && HasArrays(Reachable(roots));

    /// <summary>Whether any of the reachable nodes is more than a number.</summary>
    public bool HasArrays(bool[] reachable)
    {
        if (Arrays is null) return false;
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && (_nodes[id].Shape != 0 || IsIndex(id))) return true;
        }

        return false;
    }

    public Operation OperationOf(int id) => OperationOf(_nodes[id].Code, Functions);

    /// <summary>The node of an operation on one argument, or on two, or <see cref="None"/>.</summary>
    public int Find(Operation operation, int x, int y = None)
    {
        var node = new GraphNode(x, y, None, operation.Code);
        for (var probe = NodeTable.ProbeFor(node, Slots); Slots[probe.Slot] - 1 is >= 0 and var id; probe.Next())
        {
            if (_nodes[id].Code == node.Code && _nodes[id].X == x && _nodes[id].Y == y) return id;
        }

        return None;
    }

    public ushort CodeOf(int id) => _nodes[id].Code;

    public int X(int id) => _nodes[id].X;

    public int Y(int id) => _nodes[id].Y;

    public int Z(int id) => _nodes[id].Z;

    public int Argument(int id, int index) => _nodes[id].Argument(index);

    public bool IsConstant(int id) => _nodes[id].Code == OperationTable.ConstantCode;

    public bool IsVariable(int id) => _nodes[id].Code == OperationTable.VariableCode;

    public bool IsLeaf(int id) => IsLeaf(_nodes[id]);

    public double ConstantOf(int id) => _constants[_nodes[id].X];

    public string NameOf(int id) => _names[_nodes[id].X];

    /// <summary>Whether another graph went on from this one, so that all ids of this one mean the same there.</summary>
    public bool IsBeginningOf(Graph? other)
    {
        while (other is not null && !ReferenceEquals(this, other))
        {
            if (other._origin is null || !other._origin.TryGetTarget(out other)) return false;
        }

        return other is not null;
    }

    /// <summary>Which nodes the roots need, themselves included.</summary>
    public bool[] Reachable(ReadOnlySpan<int> roots) => Reachable(_nodes, roots);

    /// <summary>The same among nodes that may still be those of a builder.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="roots">The roots.</param>
    /// <param name="given">Nodes that need no others, as if they were leaves.</param>
    public static bool[] Reachable(ReadOnlySpan<GraphNode> nodes, ReadOnlySpan<int> roots, bool[]? given = null)
    {
        var top = -1;
        foreach (var root in roots) top = Math.Max(top, root);
        var reachable = new bool[top + 1];
        foreach (var root in roots) reachable[root] = true;
        for (var id = top; id >= 0; id--)
        {
            ref readonly var node = ref nodes[id];
            if (!reachable[id] || IsLeaf(node) || given?[id] == true) continue;
            reachable[node.X] = true;
            if (node.Y != None) reachable[node.Y] = true;
            if (node.Z != None) reachable[node.Z] = true;
        }

        return reachable;
    }

    /// <summary>How many reachable nodes use each node as an argument, counted with multiplicity; roots count one more.</summary>
    public int[] Uses(bool[] reachable, ReadOnlySpan<int> roots)
    {
        var uses = new int[reachable.Length];
        foreach (var root in roots) uses[root]++;
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || IsLeaf(id)) continue;
            ref readonly var node = ref _nodes[id];
            uses[node.X]++;
            if (node.Y != None) uses[node.Y]++;
            if (node.Z != None) uses[node.Z]++;
        }

        return uses;
    }

    /// <summary>
    /// Which of the reachable nodes depend on no variable, and their values: these stand together, each at the place that its node has,
    /// as most nodes have none.
    /// </summary>
    public (bool[] IsFolded, int[] Places, List<double> Values) Fold(bool[] reachable)
    {
        var isFolded = new bool[reachable.Length];
        var places = new int[reachable.Length];
        var values = new List<double>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || IsVariable(id)) continue;
            ref readonly var node = ref _nodes[id];
            if (node.Shape != 0 || IsIndex(id)) continue;
            if (!IsConstant(id) && (!isFolded[node.X] || (node.Y != None && !isFolded[node.Y]) || (node.Z != None && !isFolded[node.Z]))) continue;
            var value = IsConstant(id) ? ConstantOf(id) : OperationOf(id).Evaluate(ValueOf(node.X), ValueOf(node.Y), ValueOf(node.Z));
            (isFolded[id], places[id]) = (true, values.Count);
            values.Add(value);
        }

        return (isFolded, places, values);

        double ValueOf(int id) => id == None ? 0 : values[places[id]];
    }

    /// <summary>Number of distinct operations (leaves not counted) that the roots need.</summary>
    public int OperationCount(ReadOnlySpan<int> roots) => OperationCount(Reachable(roots));

    /// <summary>The same of the reachable nodes.</summary>
    public int OperationCount(bool[] reachable)
    {
        var count = 0;
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && !IsLeaf(id)) count++;
        }

        return count;
    }

    /// <summary>Names of the variables that the roots need, in ordinal order.</summary>
    public string[] VariablesOf(ReadOnlySpan<int> roots)
    {
        var reachable = Reachable(roots);
        var names = new List<string>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && IsVariable(id)) names.Add(NameOf(id));
        }

        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    /// <summary>The functions without definitions among the reachable nodes, derivatives of them too, each once.</summary>
    public IReadOnlyList<FreeFunction> FunctionsOf(bool[] reachable) => Functions is null ? [] : FunctionsOf(reachable, Functions);

    /// <summary>The names of these functions, without the marks of derivatives, in ordinal order.</summary>
    public string[] FunctionNamesOf(bool[] reachable) =>
        [.. FunctionsOf(reachable).Select(static function => function.Function).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Refuses to compute what has no values.</summary>
    /// <exception cref="AutodiffException">One of the reachable nodes is a function without a definition.</exception>
    public void RequireDefinitions(bool[] reachable)
    {
        if (FunctionsOf(reachable) is [var function, ..]) throw function.Undefined();
    }

    public ulong StructuralHash(int id) => (_hashes ?? ComputeHashes())[id];

    public int DepthOf(int id) => (_depths ?? ComputeDepths())[id];

    /// <summary>The entry of a table by code; none for a function without a definition, of which such tables know nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T? Entry<T>(T[] table, ushort code) => code < table.Length ? table[code] : default;

    /// <summary>The operation that a code stands for where some functions have no definition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Operation OperationOf(ushort code, FunctionTable? functions) =>
        code < OperationTable.FirstFreeCode ? OperationTable.At(code) : functions![code];

    private static bool IsLeaf(in GraphNode node) => node.Code < OperationTable.FirstOperationCode;

    // Apart, so that expressions without such functions do not wait for what it needs to be loaded.
    private List<FreeFunction> FunctionsOf(bool[] reachable, FunctionTable functions)
    {
        var found = new List<FreeFunction>();
        var seen = new HashSet<ushort>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && _nodes[id].Code >= OperationTable.FirstFreeCode && seen.Add(_nodes[id].Code)) found.Add(functions[_nodes[id].Code]);
        }

        return found;
    }

    private ulong[] ComputeHashes()
    {
        var hashes = new ulong[Count];
        for (var id = 0; id < Count; id++)
        {
            ref readonly var node = ref _nodes[id];
            hashes[id] =
                IsConstant(id) ? StructuralHashing.Constant(ConstantOf(id)) :
                IsVariable(id) ? StructuralHashing.Variable(NameOf(id), ShapeOf(id)) :
                IsIndex(id) ? StructuralHashing.Index(IndicesOf(id)) :
                IsArray(id) ? StructuralHashing.Array(ArrayOf(id)) :
                StructuralHashing.Combine(
                    OperationOf(id),
                    hashes[node.X],
                    node.Y == None ? 0 : hashes[node.Y],
                    node.Z == None ? 0 : hashes[node.Z]);
        }

        return _hashes = hashes;
    }

    private int[] ComputeDepths()
    {
        var depths = new int[Count];
        for (var id = 0; id < Count; id++)
        {
            if (IsLeaf(id))
            {
                depths[id] = 1;
                continue;
            }

            ref readonly var node = ref _nodes[id];
            var depth = depths[node.X];
            if (node.Y != None) depth = Math.Max(depth, depths[node.Y]);
            if (node.Z != None) depth = Math.Max(depth, depths[node.Z]);
            depths[id] = depth + 1;
        }

        return _depths = depths;
    }
}
