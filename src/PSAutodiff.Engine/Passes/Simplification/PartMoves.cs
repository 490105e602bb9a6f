using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Moves indices and slices inward: of what is only needed in parts, only these parts are computed. One sweep from the roots down finds which parts
/// of each node are needed, and one back up writes them. A node is written at most once as a whole or as one part that has all that is needed of
/// it, so the work is linear and no formula grows by more than a part for each argument.
/// </summary>
internal sealed class PartMoves
{
    // Of what is needed in more parts than this all is computed.
    private const int MostParts = 64;

    private static readonly Identity Elementwise = Named("(a + b)[i] = a[i] + b[i]");
    private static readonly Identity OfPart = Named("A[i][j] = A[k]");
    private static readonly Identity OfConcat = Named("concat(a, b)[i] = a[i] or b[j]");
    private static readonly Identity OfLiteral = Named("[a, b][1] = b");

    private static readonly bool[] IsPart = OperationTable.Marked(typeof(SliceOperation));

    private readonly RootedGraph _input;
    private readonly Graph _graph;
    private readonly bool[] _reachable;
    private readonly GraphBuilder _builder;
    private readonly bool[] _whole;
    private readonly int[] _map;
    private readonly List<PartBounds>?[] _needed;
    private readonly Move?[] _moves;

    // Where a part of a node is another node, or a part of one; and what has become of parts of nodes.
    private readonly Dictionary<(int Id, PartBounds Part), (int Id, PartBounds? Part)> _routes = [];
    private readonly Dictionary<(int Id, PartBounds Part), Term> _parts = [];
    private readonly Dictionary<int, (int Of, PartBounds Part)> _ofWhat = [];

    private PartMoves(RootedGraph input, bool[] reachable, CancellationToken cancellation)
    {
        _input = input;
        _graph = input.Graph;
        _reachable = reachable;
        _builder = new GraphBuilder(_graph, extraCapacity: 16) { Cancellation = cancellation };
        _whole = new bool[reachable.Length];
        _map = new int[reachable.Length];
        _needed = new List<PartBounds>?[reachable.Length];
        _moves = new Move?[reachable.Length];
        foreach (var root in input.Roots) _whole[root] = true;
    }

    /// <summary>The same nodes with indices and slices moved inward, in a graph that goes on from the given one; null where there is nothing to move.</summary>
    public static RootedGraph? Apply(RootedGraph input, bool[] reachable, RewriteLog? log, CancellationToken cancellation)
    {
        if (input.Graph.Arrays is null || !HasParts(input.Graph, reachable)) return null;
        var moves = new PartMoves(input, reachable, cancellation);
        moves.FindNeeded();
        if (moves._routes.Count == 0 && Array.TrueForAll(moves._moves, static move => move is null)) return null;
        var output = moves.Write(log);
        return output.Roots.SequenceEqual(input.Roots) ? null : output;
    }

    private static bool HasParts(Graph graph, bool[] reachable)
    {
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && Graph.Entry(IsPart, graph.CodeOf(id))) return true;
        }

        return false;
    }

    private static Identity Named(string name) => new(name, RuleSets.NotLab, static (_, _, _) => Term.None);

    private void FindNeeded()
    {
        for (var id = _reachable.Length - 1; id >= 0; id--)
        {
            if (!_reachable[id]) continue;
            if (!_whole[id] && _needed[id] is { } needed && (_graph.IsLeaf(id) || !NeedParts(id, needed))) _whole[id] = true;
            if (_whole[id] && !_graph.IsLeaf(id)) NeedArguments(id);
        }
    }

    private void NeedArguments(int id)
    {
        if (_graph.OperationOf(id) is SliceOperation)
        {
            var (of, part) = PartOf(id);
            Need(of, part);
            return;
        }

        for (var i = _graph.OperationOf(id).Arity - 1; i >= 0; i--) _whole[_graph.Argument(id, i)] = true;
    }

    /// <summary>Of a part the node that is no part, and which part of that it is. Parts of parts of parts are looked through once.</summary>
    private (int Of, PartBounds Part) PartOf(int id)
    {
        if (_ofWhat.TryGetValue(id, out var found)) return found;
        var chain = new Stack<int>();
        var of = id;
        for (; _graph.OperationOf(of) is SliceOperation && !_ofWhat.ContainsKey(of); of = _graph.X(of)) chain.Push(of);
        while (chain.TryPop(out var next))
        {
            var own = PartBounds.Of(_graph.IndicesOf(_graph.Y(next)));
            found = _ofWhat.TryGetValue(_graph.X(next), out var inner) ? (inner.Of, inner.Part.Within(own)) : (_graph.X(next), own);
            _ofWhat.Add(next, found);
        }

        return found;
    }

    private void Need(int id, PartBounds part)
    {
        if (part.IsAll(_graph.ShapeOf(id)))
        {
            _whole[id] = true;
            return;
        }

        var needed = _needed[id] ??= [];
        if (!_parts.TryAdd((id, part), Term.None)) return;
        needed.Add(part);
    }

    /// <summary>Decides for a node that is needed in parts only; false where it is computed as a whole all the same.</summary>
    private bool NeedParts(int id, List<PartBounds> needed)
    {
        switch (_graph.OperationOf(id))
        {
            case SliceOperation:
                var (of, own) = PartOf(id);
                foreach (var part in needed) Route(id, part, of, own.Within(part));
                return true;
            case StackOperation:
                return NeedElements(id, needed);
            case ConcatOperation when needed.Count <= MostParts:
                return NeedConcat(id, needed);
            case ConcatOperation:
                return false;
            default:
                return needed.Count <= MostParts && NeedPart(id, needed);
        }
    }

    private void Route(int id, PartBounds part, int to, PartBounds? partOfThat)
    {
        if (partOfThat is { } inner && inner.IsAll(_graph.ShapeOf(to))) partOfThat = null;
        _routes.Add((id, part), (to, partOfThat));
        if (partOfThat is { } needed) Need(to, needed);
        else _whole[to] = true;
    }

    private bool NeedPart(int id, List<PartBounds> needed)
    {
        var part = needed[0];
        foreach (var other in needed) part = PartBounds.Hull(part, other);
        var (operation, shape) = (_graph.OperationOf(id), _graph.ShapeOf(id));
        var of = new ArgumentShapes(ShapeOf(id, 0), ShapeOf(id, 1), ShapeOf(id, 2), operation.HasIndices ? _graph.IndicesOf(_graph.Argument(id, operation.Arity - 1)) : []);
        var parts = new PartBounds?[3];
        if (operation is ArrayOperation array)
        {
            if (!array.TryPart(of, shape, ref part, parts) || part.IsAll(shape)) return false;
        }
        else
        {
            parts = [PartBounds.OfStretched(of.X, shape, part), PartBounds.OfStretched(of.Y, shape, part), PartBounds.OfStretched(of.Z, shape, part)];
        }

        return Take(id, new Move(part, parts), needed.Count == 1 && part == needed[0] ? 1 : 0);
    }

    private Shape ShapeOf(int id, int argument) => argument < _graph.OperationOf(id).Arity ? _graph.ShapeOf(_graph.Argument(id, argument)) : Shape.Number;

    // A formula grows only where far less is computed then.
    private bool Take(int id, Move move, int gone)
    {
        var growth = -gone;
        for (var i = 0; i < _graph.OperationOf(id).Arity; i++)
        {
            var argument = _graph.Argument(id, i);
            if (move.Arguments[i] is { } part && !part.IsAll(_graph.ShapeOf(argument)) && _graph.OperationOf(argument) is not SliceOperation && !_graph.IsArray(argument)) growth++;
        }

        if (growth > 0 && 2 * move.Part.Count > _graph.ShapeOf(id).Count) return false;
        _moves[id] = move;
        for (var i = 0; i < _graph.OperationOf(id).Arity; i++)
        {
            if (move.Arguments[i] is { } part) Need(_graph.Argument(id, i), part);
            else _whole[_graph.Argument(id, i)] = true;
        }

        return true;
    }

    /// <summary>Of vectors or matrices one after the other, parts that lie in one of them, and one with all others.</summary>
    private bool NeedConcat(int id, List<PartBounds> needed)
    {
        var axis = (int)_graph.IndicesOf(_graph.Z(id))[0];
        var (x, y) = (_graph.X(id), _graph.Y(id));
        var border = axis == 0 ? _graph.ShapeOf(x).Rows : _graph.ShapeOf(x).Columns;
        PartBounds? hull = null;
        var across = 0;
        foreach (var part in needed)
        {
            var along = part.Along(axis);
            if (along.Start >= border || along.Start + along.Count <= border) continue;
            hull = hull is { } before ? PartBounds.Hull(before, part) : part;
            across++;
        }

        if (hull is { } both)
        {
            var along = both.Along(axis);
            var first = both.With(axis, SliceBounds.Range(along.Start, border - along.Start));
            var second = both.With(axis, SliceBounds.Range(0, along.Start + along.Count - border));
            if (both.IsAll(_graph.ShapeOf(id)) || !Take(id, new Move(both, [first, second, null]), across == 1 ? 1 : 0)) return false;
        }

        foreach (var part in needed)
        {
            var along = part.Along(axis);
            if (along.Start + along.Count <= border) Route(id, part, x, part);
            else if (along.Start >= border) Route(id, part, y, part.With(axis, along with { Start = along.Start - border }));
        }

        return true;
    }

    /// <summary>Of a literal its elements, and one shorter literal with all stretches.</summary>
    private bool NeedElements(int id, List<PartBounds> needed)
    {
        var (elements, start, rest) = Elements(id);
        PartBounds? hull = null;
        foreach (var part in needed)
        {
            if (!part.Rows.IsIndex) hull = hull is { } before ? PartBounds.Hull(before, part) : part;
        }

        if (hull is { } stretch)
        {
            if (stretch.IsAll(_graph.ShapeOf(id)) || stretch.Rows.Start < rest) return false;
            _moves[id] = new Move(stretch, []);
            PartBounds? ofRow = stretch.IsOfMatrix ? PartBounds.Of(stretch.Columns) : null;
            for (var i = stretch.Rows.Start; i < stretch.Rows.Start + stretch.Rows.Count; i++)
            {
                if (ofRow is { } columns) Need(elements[(int)(i - rest)], columns);
                else _whole[elements[(int)(i - rest)]] = true;
            }
        }

        foreach (var part in needed)
        {
            if (!part.Rows.IsIndex) continue;
            if (part.Rows.Start < rest) Route(id, part, start, part);
            else Route(id, part, elements[(int)(part.Rows.Start - rest)], part.IsOfMatrix ? PartBounds.Of(part.Columns) : null);
        }

        return true;
    }

    /// <summary>The elements of a literal, and what it goes on from: the array and its number of rows, which is 0 where there is none.</summary>
    private (List<int> Elements, int Start, long Before) Elements(int id)
    {
        var rank = _graph.ShapeOf(id).Rank;
        var elements = new List<int>();
        for (; _graph.OperationOf(id) is StackOperation && _graph.ShapeOf(id).Rank == rank; id = _graph.X(id)) elements.Add(_graph.Y(id));
        var goesOn = _graph.ShapeOf(id).Rank == rank;
        if (!goesOn) elements.Add(id);
        elements.Reverse();
        return (elements, id, goesOn ? _graph.ShapeOf(id).Rows : 0);
    }

    private RootedGraph Write(RewriteLog? log)
    {
        log?.StartRound();
        for (var id = 0; id < _reachable.Length; id++)
        {
            if (!_reachable[id]) continue;
            _map[id] = id;
            var term = Term.None;
            if (!_graph.IsLeaf(id))
            {
                if (_whole[id]) _map[id] = Rebuilt(id);
                else if (_moves[id] is { } move) term = _graph.OperationOf(id) is StackOperation ? Literal(id, move) : Moved(id, move);
            }

            if (log is not null && _map[id] != id && _graph.OperationOf(id) is SliceOperation && (_graph.OperationOf(_graph.X(id)) is SliceOperation || !_whole[_graph.X(id)]))
            {
                log.AddCollected(IdentityOf(_graph.OperationOf(_graph.X(id))));
                log.EndCollection(id, id, _map[id]);
            }

            foreach (var part in _needed[id] ?? [])
            {
                _parts[(id, part)] =
                    _whole[id] ? part.Of(_builder.Term(_map[id])) :
                    _routes.TryGetValue((id, part), out var route) ? Routed(route) :
                    _moves[id]!.Part.Take(term, part);
            }
        }

        var output = _builder.Build(Array.ConvertAll(_input.Roots, root => _map[root]));
        log?.AcceptRound(_input, output.Graph, _map);
        return output;
    }

    private Term Routed((int Id, PartBounds? Part) route) => route.Part is { } part ? PartAt(route.Id, part) : _builder.Term(_map[route.Id]);

    private Term PartAt(int id, PartBounds part) => part.IsAll(_graph.ShapeOf(id)) ? _builder.Term(_map[id]) : _parts[(id, part)];

    private int Rebuilt(int id)
    {
        if (_graph.OperationOf(id) is SliceOperation && PartOf(id) is var (of, part)) return PartAt(of, part).Id;
        var (y, z) = (_graph.Y(id), _graph.Z(id));
        return _builder.Plain(id, _map[_graph.X(id)], y < 0 ? y : _map[y], z < 0 ? z : _map[z]);
    }

    private Term Moved(int id, Move move)
    {
        var operation = _graph.OperationOf(id);
        var (x, y, z) = (Argument(0), Argument(1), Argument(2));
        var shape = SliceBounds.ShapeOf(_graph.ShapeOf(id), SliceBounds.Numbers(move.Part.Rows, move.Part.Columns));
        return operation is ArrayOperation array ? array.Part(move.Part, shape, x, y, z) : x.Apply(operation, y, z).StretchedTo(shape);

        Term Argument(int index) =>
            index >= operation.Arity ? Term.None :
            move.Arguments[index] is { } part ? PartAt(_graph.Argument(id, index), part) :
            _builder.Term(_map[_graph.Argument(id, index)]);
    }

    private Term Literal(int id, Move move)
    {
        var (elements, _, rest) = Elements(id);
        var (from, count) = ((int)(move.Part.Rows.Start - rest), (int)move.Part.Rows.Count);
        var literal = Element(elements[from]);
        if (count == 1) return literal.Reshaped(literal.Shape.IsNumber ? Shape.Vector(1) : Shape.Matrix(1, literal.Shape.Rows));
        foreach (var element in elements.GetRange(from + 1, count - 1)) literal = literal.Apply<StackOperation>(Element(element));
        return literal;

        Term Element(int element) => move.Part.IsOfMatrix ? PartAt(element, PartBounds.Of(move.Part.Columns)) : _builder.Term(_map[element]);
    }

    private static Identity IdentityOf(Operation through) => through switch
    {
        SliceOperation => OfPart,
        ConcatOperation => OfConcat,
        StackOperation => OfLiteral,
        { IsElementwise: true } => Elementwise,
        _ => Named(((ArrayOperation)through).PartRule),
    };

    /// <summary>A node of which one part is computed.</summary>
    /// <param name="Part">The part.</param>
    /// <param name="Arguments">What it needs of each argument; null for all.</param>
    private sealed record Move(PartBounds Part, PartBounds?[] Arguments);
}
