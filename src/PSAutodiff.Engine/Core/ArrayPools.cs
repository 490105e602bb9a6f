namespace PSAutodiff.Core;

/// <summary>
/// What nodes with arrays refer to: shapes, lists of whole numbers, and arrays of numbers, each once. A graph of numbers has none. Pools only
/// grow; a builder that goes on from a graph shares its pools until it adds to them.
/// </summary>
internal sealed class ArrayPools
{
    // A node has 16 bits for its shape. The nodes of later shapes say that these stand here, by the ids of the nodes.
    private const ushort ByNode = ushort.MaxValue;

    private readonly List<Shape> _shapes;
    private readonly Dictionary<Shape, int> _shapeIndices;
    private readonly Dictionary<int, int> _shapesByNode;
    private readonly List<long[]> _lists;
    private readonly Dictionary<string, int> _listNodes;
    private readonly List<ConstantArray> _arrays;
    private readonly Dictionary<ConstantArray, int> _arrayNodes;

    public ArrayPools()
    {
        (_shapes, _shapeIndices) = ([Shape.Number], new Dictionary<Shape, int> { [Shape.Number] = 0 });
        _shapesByNode = [];
        (_lists, _listNodes) = ([], new Dictionary<string, int>(StringComparer.Ordinal));
        (_arrays, _arrayNodes) = ([], []);
    }

    private ArrayPools(ArrayPools other)
    {
        (_shapes, _shapeIndices) = ([.. other._shapes], new Dictionary<Shape, int>(other._shapeIndices));
        _shapesByNode = new Dictionary<int, int>(other._shapesByNode);
        (_lists, _listNodes) = ([.. other._lists], new Dictionary<string, int>(other._listNodes, StringComparer.Ordinal));
        (_arrays, _arrayNodes) = ([.. other._arrays], new Dictionary<ConstantArray, int>(other._arrayNodes));
    }

    public ArrayPools Copy() => new(this);

    /// <summary>The shape of a node.</summary>
    /// <param name="index">What the node says.</param>
    /// <param name="id">The node.</param>
    public Shape ShapeAt(ushort index, int id) => _shapes[index < ByNode ? index : _shapesByNode[id]];

    public long[] ListAt(int index) => _lists[index];

    public ConstantArray ArrayAt(int index) => _arrays[index];

    /// <summary>What nodes of a shape say, where nothing has to be noted for it.</summary>
    public bool TryIndexOf(Shape shape, out ushort index)
    {
        var isNear = _shapeIndices.TryGetValue(shape, out var place) && place < ByNode;
        index = (ushort)(isNear ? place : 0);
        return isNear;
    }

    /// <summary>What a node of a shape says; noted for it where it has to be.</summary>
    public ushort Add(Shape shape, int id)
    {
        if (!_shapeIndices.TryGetValue(shape, out var index))
        {
            index = _shapes.Count;
            _shapes.Add(shape);
            _shapeIndices.Add(shape, index);
        }

        if (index < ByNode) return (ushort)index;
        _shapesByNode.Add(id, index);
        return ByNode;
    }

    /// <summary>The node that stands for a list of whole numbers, if there is one.</summary>
    public bool TryNodeOf(ReadOnlySpan<long> list, out int id) => _listNodes.TryGetValue(Key(list), out id);

    public int Add(long[] list, int id)
    {
        _listNodes.Add(Key(list), id);
        _lists.Add(list);
        return _lists.Count - 1;
    }

    /// <summary>The node that stands for an array of numbers, if there is one.</summary>
    public bool TryNodeOf(ConstantArray array, out int id) => _arrayNodes.TryGetValue(array, out id);

    public int Add(ConstantArray array, int id)
    {
        _arrayNodes.Add(array, id);
        _arrays.Add(array);
        return _arrays.Count - 1;
    }

    private static string Key(ReadOnlySpan<long> list) => new(System.Runtime.InteropServices.MemoryMarshal.Cast<long, char>(list));
}
