namespace PSAutodiff.Core;

/// <content>Vectors and matrices. A graph of numbers has none of this.</content>
internal sealed partial class GraphBuilder
{
    private ArrayPools? _arrays;
    private Dictionary<int, int>? _literals;

    // What became of operations on arrays, and by which identity. Such as (A @ B).T = B.T @ A.T go on to both arguments: of a product of shared
    // products each would be turned as often as there are ways to it.
    private Dictionary<(GraphNode Node, RuleSets Rules), (int Result, Identity Applied)>? _rewritten;

    /// <summary>Whether there is, or was, anything but numbers.</summary>
    public bool HasArrays => _arrays is not null;

    public Shape ShapeOf(int id) => _nodes[id].Shape is var shape && shape == 0 ? Shape.Number : _arrays!.ShapeAt(shape, id);

    /// <summary>The whole numbers of a list of them.</summary>
    public long[] IndicesOf(int id) => _arrays!.ListAt(_nodes[id].X);

    /// <summary>The array of a leaf.</summary>
    public ConstantArray ArrayOf(int id) => _arrays!.ArrayAt(_nodes[id].X);

    public bool IsIndex(int id) => _nodes[id].Code == OperationTable.IndexCode;

    public bool IsArray(int id) => _nodes[id].Code == OperationTable.ArrayCode;

    /// <summary>The node of a list of whole numbers.</summary>
    public int Index(params long[] numbers)
    {
        if (_arrays is not null && _arrays.TryNodeOf(numbers, out var id)) return id;
        var pools = OwnArrays();
        id = Count;
        return Append(new GraphNode(pools.Add(numbers, id), Graph.None, Graph.None, OperationTable.IndexCode));
    }

    /// <summary>The node of an array of numbers.</summary>
    public int Constant(ConstantArray array)
    {
        if (_arrays is not null && _arrays.TryNodeOf(array, out var id)) return id;
        var pools = OwnArrays();
        id = Count;
        return Append(new GraphNode(pools.Add(array, id), Graph.None, Graph.None, OperationTable.ArrayCode, IndexOf(array.Shape)));
    }

    private (int X, int Y, int Z) Settled(Operation operation, int x, int y, int z)
    {
        var goesOn = operation.BuildsLiterals && ShapeOf(x).Rank > ShapeOf(y).Rank;
        return (goesOn ? x : Settled(x), Settled(y), Settled(z));
    }

    private ConstantArray? TryConstantLiteral(int id)
    {
        var shape = ShapeOf(id).Plain();
        var elements = new List<double>();
        for (; OperationOf(id).BuildsLiterals && ShapeOf(id).Rank == shape.Rank; id = X(id))
        {
            if (!TryPrepend(Y(id))) return null;
        }

        if (!TryPrepend(id)) return null;
        elements.Reverse();
        return new ConstantArray([.. elements], shape);

        bool TryPrepend(int element)
        {
            if (IsConstant(element)) elements.Add(ConstantOf(element));
            else if (IsArray(element) && ShapeOf(element).Rank < shape.Rank) elements.AddRange(ArrayOf(element).Elements.Reverse());
            else return false;
            return true;
        }
    }

    /// <summary>What became of the same operation on the same arguments before.</summary>
    private bool TryRepeat(Operation operation, int x, int y, int z, out int result)
    {
        result = Graph.None;
        var node = new GraphNode(x, y, z, CodeOf(operation));
        if (_rewritten is null || !_rewritten.TryGetValue((node, Rules), out var known)) return false;
        result = known.Result;
        OnRewrite?.Invoke(known.Applied);
        Log?.Add(known.Applied, node, result, Log.Mark);
        return true;
    }

    private void Remember(Operation operation, int x, int y, int z, int result, Identity applied) =>
        (_rewritten ??= [])[(new GraphNode(x, y, z, CodeOf(operation)), Rules)] = (result, applied);

    private int RewriteArrays(Operation operation, Term x, Term y, Term z)
    {
        var mark = Log?.Mark ?? 0;
        var (identity, result) = OperationTable.Broadcast.RewriteAround(operation, Rules, x, y, z);
        if (identity is null)
        {
            Log?.Drop(mark);
            return Graph.None;
        }

        var shaped = InShape(result.Id, operation, x.Id, y.Id, z.Id);
        OnRewrite?.Invoke(identity);
        Log?.Add(identity, new GraphNode(x.Id, y.Id, z.Id, CodeOf(operation)), shaped, mark);
        Remember(operation, x.Id, y.Id, z.Id, shaped, identity);
        return shaped;
    }

    /// <summary>
    /// A literal whose elements have all become constants is an array of numbers, as in its text, unless it is the beginning of a longer literal.
    /// </summary>
    public int Settled(int id)
    {
        if (id < 0 || _arrays is null || !OperationOf(id).BuildsLiterals) return id;
        _literals ??= [];
        if (!_literals.TryGetValue(id, out var literal)) _literals.Add(id, literal = TryConstantLiteral(id) is { } array ? Constant(array) : id);
        return literal;
    }

    private bool Commutes(Operation operation, int x, int y) => operation.IsCommutative || (_arrays is not null && y >= 0 && operation.CommutesOn(ShapeOf(x), ShapeOf(y)));

    // A node that is the same by another operation's form, as A.T @ v is v @ A.
    private int TwinOf(Operation operation, int x, int y) =>
        _arrays is not null && y >= 0 && (Rules & RuleSets.StandardAndStable) != 0 ? operation.TwinOf(Term(x), Term(y)).Id : Graph.None;

    /// <summary>Whether it is an operation element by element on numbers.</summary>
    private bool HoldsNumbers(Operation operation, int x, int y, int z) =>
        (_arrays is null || ((_nodes[x].Shape | (y < 0 ? 0 : _nodes[y].Shape) | (z < 0 ? 0 : _nodes[z].Shape)) == 0)) && operation.IsElementwise;

    /// <summary>The shape of an operation on given arguments.</summary>
    /// <exception cref="AutodiffException">Their shapes do not go together.</exception>
    private Shape ShapeFor(Operation operation, int x, int y, int z)
    {
        var last = z >= 0 ? z : y >= 0 ? y : x;
        return operation.ShapeOf(new ArgumentShapes(
            ShapeOf(x),
            y < 0 ? Shape.Number : ShapeOf(y),
            z < 0 ? Shape.Number : ShapeOf(z),
            operation.HasIndices ? IndicesOf(last) : []));
    }

    // Identities are written for numbers: 0 * x = 0 gives one zero, whatever the shape is.
    private int InShape(int result, Operation operation, int x, int y, int z)
    {
        if (HoldsNumbers(operation, x, y, z)) return result;
        var shape = ShapeFor(operation, x, y, z);
        if (ShapeOf(result).IsLike(shape)) return result;

        // Nobody has to be told that the zero of x - x is one of its shape.
        var mark = Log?.Mark ?? 0;
        var shaped = Apply(OperationTable.Broadcast, result, Index(shape.Sizes));
        Log?.Drop(mark);
        return shaped;
    }

    private static AutodiffException HasTwoShapes(string name, Shape one, Shape other)
    {
        return new(ErrorIds.ShapeConflict, $"'{name}' is {InWords(one)} in one part of the expression and {InWords(other)} in another. A name has one shape.");

        static string InWords(Shape shape) => shape.IsSymmetric ? shape.InWords() + ", symmetric," : shape.InWords();
    }

    // Of the node that is made next.
    private ushort IndexOf(Shape shape)
    {
        if (shape == Shape.Number) return 0;
        if (_arrays is not null && _arrays.TryIndexOf(shape, out var index)) return index;
        return OwnArrays().Add(shape, Count);
    }

    // The graph that this one goes on from keeps its own.
    private ArrayPools OwnArrays() => _arrays =
        _arrays is null ? new ArrayPools() :
        ReferenceEquals(_arrays, _origin?.Arrays) ? _arrays.Copy() :
        _arrays;
}
