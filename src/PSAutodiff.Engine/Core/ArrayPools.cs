namespace PSAutodiff.Core;

/// <summary>
/// What nodes with arrays refer to: shapes, lists of whole numbers, and arrays of numbers, each once. A graph of numbers has none. Pools only
/// grow; a builder that goes on from a graph shares its pools until it adds to them.
/// </summary>
internal sealed class ArrayPools
{
    private const int MostShapes = ushort.MaxValue;

    private readonly List<Shape> _shapes;
    private readonly Dictionary<Shape, ushort> _shapeIndices;
    private readonly List<long[]> _lists;
    private readonly Dictionary<string, int> _listNodes;
    private readonly List<ConstantArray> _arrays;
    private readonly Dictionary<ConstantArray, int> _arrayNodes;

    public ArrayPools()
    {
        (_shapes, _shapeIndices) = ([Shape.Number], new Dictionary<Shape, ushort> { [Shape.Number] = 0 });
        (_lists, _listNodes) = ([], new Dictionary<string, int>(StringComparer.Ordinal));
        (_arrays, _arrayNodes) = ([], []);
    }

    private ArrayPools(ArrayPools other)
    {
        (_shapes, _shapeIndices) = ([.. other._shapes], new Dictionary<Shape, ushort>(other._shapeIndices));
        (_lists, _listNodes) = ([.. other._lists], new Dictionary<string, int>(other._listNodes, StringComparer.Ordinal));
        (_arrays, _arrayNodes) = ([.. other._arrays], new Dictionary<ConstantArray, int>(other._arrayNodes));
    }

    public ArrayPools Copy() => new(this);

    public Shape ShapeAt(ushort index) => _shapes[index];

    public long[] ListAt(int index) => _lists[index];

    public ConstantArray ArrayAt(int index) => _arrays[index];

    public bool TryIndexOf(Shape shape, out ushort index) => _shapeIndices.TryGetValue(shape, out index);

    public ushort Add(Shape shape)
    {
        if (_shapes.Count >= MostShapes) throw new AutodiffException(ErrorIds.GraphTooLarge, $"An expression has at most {MostShapes} different shapes.");
        var index = (ushort)_shapes.Count;
        _shapes.Add(shape);
        _shapeIndices.Add(shape, index);
        return index;
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
