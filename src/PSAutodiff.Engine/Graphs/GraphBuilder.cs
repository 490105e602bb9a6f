using System.Runtime.CompilerServices;
using PSAutodiff.Simplification;

namespace PSAutodiff.Graphs;

/// <summary>
/// Builds a <see cref="Graph"/> node by node. Equal nodes get equal ids (hash-consing); with <see cref="Rules"/> set, new nodes
/// are first rewritten by the identities of their operations. Not thread-safe; of no use after <see cref="Build"/>.
/// </summary>
internal sealed class GraphBuilder
{
    // Rewrites build their results through this builder and so may rewrite again; each identity looks at a few levels of
    // already normalised arguments, so real chains are short. The bound only guards against a faulty pair of identities.
    private const int MaxRewriteDepth = 48;

    private byte[] _operations;
    private int[] _x;
    private int[] _y;
    private int[] _z;
    private double[] _constants;
    private int _constantCount;
    private readonly List<string> _names;
    private readonly Dictionary<string, int> _variables;
    private int[] _slots;
    private readonly Graph? _origin;
    private int _rewriteDepth;

    public GraphBuilder(int capacity = 16)
    {
        capacity = Math.Max(capacity, 16);
        _operations = new byte[capacity];
        _x = new int[capacity];
        _y = new int[capacity];
        _z = new int[capacity];
        _constants = new double[4];
        _names = [];
        _variables = new Dictionary<string, int>(StringComparer.Ordinal);
        _slots = new int[SlotsFor(capacity)];
    }

    /// <summary>Goes on from a finished graph: its nodes keep their ids.</summary>
    public GraphBuilder(Graph graph, int extraCapacity)
    {
        _origin = graph;
        Count = graph.Count;
        var capacity = Math.Max(Count + extraCapacity, 16);
        _operations = Grown(graph.OperationCodes, capacity);
        _x = Grown(graph.XIds, capacity);
        _y = Grown(graph.YIds, capacity);
        _z = Grown(graph.ZIds, capacity);
        _constantCount = graph.Constants.Length;
        _constants = Grown(graph.Constants, _constantCount + 8);
        _names = [.. graph.Names];
        _variables = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < Count; id++)
        {
            if (IsVariable(id)) _variables.Add(NameOf(id), id);
        }

        _slots = (int[])graph.Slots.Clone();
        if (capacity * 2L > _slots.Length) Rehash(capacity);
    }

    public int Count { get; private set; }

    /// <summary>Which identities rewrite new nodes; none by default.</summary>
    public RuleSets Rules { get; set; }

    /// <summary>Told of every identity that is applied.</summary>
    public Action<Identity>? OnRewrite { get; set; }

    public Operation OperationOf(int id) => OperationTable.ByCode[_operations[id]];

    public byte CodeOf(int id) => _operations[id];

    public int X(int id) => _x[id];

    public int Y(int id) => _y[id];

    public int Z(int id) => _z[id];

    public bool IsConstant(int id) => _operations[id] == OperationTable.ConstantCode;

    public bool IsVariable(int id) => _operations[id] == OperationTable.VariableCode;

    public double ConstantOf(int id) => _constants[_x[id]];

    public string NameOf(int id) => _names[_x[id]];

    public Term Term(int id) => new(this, id);

    public int Constant(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var hash = Scramble(OperationTable.ConstantCode, (int)bits, (int)(bits >> 32), 0);
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var id = _slots[slot] - 1;
            if (id < 0)
            {
                if (_constantCount == _constants.Length) Array.Resize(ref _constants, _constantCount * 2);
                _constants[_constantCount] = value;
                return Append(slot, OperationTable.ConstantCode, _constantCount++, Graph.None, Graph.None);
            }

            if (IsConstant(id) && BitConverter.DoubleToInt64Bits(ConstantOf(id)) == bits) return id;
        }
    }

    public int Variable(string name)
    {
        if (_variables.TryGetValue(name, out var id)) return id;
        _names.Add(name);
        var index = _names.Count - 1;
        id = Find(OperationTable.VariableCode, index, Graph.None, Graph.None, commute: false);
        _variables.Add(name, id);
        return id;
    }

    /// <summary>The node for an operation on given arguments, rewritten by the active <see cref="Rules"/>.</summary>
    public int Apply(Operation operation, int x, int y = Graph.None, int z = Graph.None)
    {
        if (Rules != RuleSets.None && _rewriteDepth < MaxRewriteDepth)
        {
            _rewriteDepth++;
            try
            {
                foreach (var identity in operation.IdentitiesFor(Rules))
                {
                    var result = identity.Rewrite(Term(x), new Term(this, y), new Term(this, z));
                    if (result.Exists)
                    {
                        OnRewrite?.Invoke(identity);
                        return result.Id;
                    }
                }
            }
            finally
            {
                _rewriteDepth--;
            }

        }

        return Find(operation.Code, x, y, z, commute: operation.IsCommutative && (Rules & Identity.Standard) != 0);
    }

    /// <summary>Adds what a node needs, from whatever graph or objects it is made of, and gives its id here.</summary>
    public int Import(ExprNode node) => new GraphImporter(this).Import(node);

    /// <summary>The finished graph; it takes over the arrays of this builder.</summary>
    public Graph Build() =>
        new(Count, _operations, _x, _y, _z, _constants.AsSpan(0, _constantCount).ToArray(), [.. _names], _slots, _origin);

    /// <summary>The node with these arguments; with <c>commute</c> also one with the first two exchanged; else a new one.</summary>
    private int Find(byte code, int x, int y, int z, bool commute)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)Scramble(code, x, y, z) & mask; ; slot = (slot + 1) & mask)
        {
            var id = _slots[slot] - 1;
            if (id < 0) return Append(slot, code, x, y, z);
            if (_operations[id] != code || _z[id] != z) continue;
            if ((_x[id] == x && _y[id] == y) || (commute && _x[id] == y && _y[id] == x)) return id;
        }
    }

    private int Append(int slot, byte code, int x, int y, int z)
    {
        if (Count == _operations.Length) Grow();
        var id = Count++;
        _operations[id] = code;
        _x[id] = x;
        _y[id] = y;
        _z[id] = z;
        _slots[slot] = id + 1;
        if (Count * 2L > _slots.Length) Rehash(Count * 2);
        return id;
    }

    private void Grow()
    {
        if (Count >= Array.MaxLength / 2) throw new AutodiffException(ErrorIds.GraphTooLarge, "The expression graph has over a billion nodes.");
        Array.Resize(ref _operations, Count * 2);
        Array.Resize(ref _x, Count * 2);
        Array.Resize(ref _y, Count * 2);
        Array.Resize(ref _z, Count * 2);
    }

    private void Rehash(int capacity)
    {
        _slots = new int[SlotsFor(capacity)];
        var mask = _slots.Length - 1;
        for (var id = 0; id < Count; id++)
        {
            uint hash;
            if (IsConstant(id))
            {
                var bits = BitConverter.DoubleToInt64Bits(ConstantOf(id));
                hash = Scramble(OperationTable.ConstantCode, (int)bits, (int)(bits >> 32), 0);
            }
            else
            {
                hash = Scramble(_operations[id], _x[id], _y[id], _z[id]);
            }

            var slot = (int)hash & mask;
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = id + 1;
        }
    }

    // The same for exchanged arguments, so that one search finds x + y and y + x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Scramble(byte code, int x, int y, int z)
    {
        var (low, high) = x < y ? (x, y) : (y, x);
        var hash = ((ulong)(uint)low * 0x9E3779B97F4A7C15) ^ ((ulong)(uint)high * 0xC2B2AE3D27D4EB4F)
            ^ ((ulong)(uint)z * 0x165667B19E3779F9) ^ ((ulong)code * 0xD6E8FEB86659FD93);
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93;
        return (uint)(hash >> 32) & int.MaxValue;
    }

    // At most half full, so that probes stay short.
    private static int SlotsFor(int capacity) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2);

    private static T[] Grown<T>(ReadOnlySpan<T> source, int capacity)
    {
        var target = new T[Math.Max(capacity, source.Length)];
        source.CopyTo(target);
        return target;
    }
}
