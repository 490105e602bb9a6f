using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Execution.Arrays;

/// <content>From a graph to instructions.</content>
internal sealed partial class ArrayTape
{
    private sealed class Compiler
    {
        // Arrays of about the same length use the same room one after the other.
        private const int LongestExact = 16;
        private const int LongestRounded = 1 << 20;

        private readonly Graph _graph;
        private readonly int[] _roots;
        private readonly bool[] _reachable;
        private readonly VariableLayout _inputs;
        private readonly CancellationToken _cancellation;
        private readonly Place[] _places;
        private readonly int[] _uses;
        private readonly bool[] _waits;

        // The node in whose room the elements of a node are: itself, or the one that it is a part of or has taken the room of.
        private readonly int[] _rooms;

        // By room: where it is, and how many nodes that are still needed are in it.
        private readonly (int Start, int Length)[] _extents;
        private readonly int[] _tenants;

        // Sums of parts of zeros have no -0, to which adding 0 would make a difference.
        private readonly bool[] _hasNoMinusZero;
        private readonly Dictionary<int, Stack<int>> _free = [];
        private readonly List<Instruction> _instructions = [];
        private readonly List<double> _constants = [];
        private readonly Stack<(int Id, long Row, long Column)> _parts = new();
        private int _operationCount;
        private long _end;

        public Compiler(Graph graph, int[] roots, bool[] reachable, VariableLayout inputs, CancellationToken cancellation)
        {
            (_graph, _roots, _reachable, _inputs, _cancellation) = (graph, roots, reachable, inputs, cancellation);
            _places = new Place[reachable.Length];
            _extents = new (int Start, int Length)[reachable.Length];
            _rooms = new int[reachable.Length];
            _tenants = new int[reachable.Length];
            _hasNoMinusZero = new bool[reachable.Length];
            _uses = graph.Uses(reachable, roots);
            _waits = FindWaiting();
        }

        public ArrayTape Compile()
        {
            PlaceVariables();
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (_reachable[id] && (_graph.IsConstant(id) || _graph.IsArray(id))) PlaceConstant(id);
            }

            var walk = new PostOrder(_graph, _reachable.Length);
            foreach (var root in _roots)
            {
                walk.Start(root);
                while (walk.TryNext(out var id))
                {
                    _cancellation.ThrowIfCancellationRequested();
                    if (_graph.IsLeaf(id)) continue;
                    _operationCount++;
                    if (!_waits[id]) Emit(id);
                }
            }

            // Before the machine runs out of memory.
            if (_end * sizeof(double) > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                throw new AutodiffException(ErrorIds.DataTooLarge, $"The arrays of this expression have {_end} elements together, which is more than this computer has memory for.");
            }

            return new ArrayTape([.. _instructions], _operationCount, [.. _constants], _inputs, Checked(_end), Array.ConvertAll(_roots, root => _places[root]));
        }

        /// <summary>
        /// Nodes that are computed with their only user: a part of zeros that is added to something, and what is joined to more by one like it.
        /// </summary>
        private bool[] FindWaiting()
        {
            var waits = new bool[_reachable.Length];
            for (var id = 0; id < waits.Length; id++)
            {
                if (!_reachable[id] || _graph.IsLeaf(id)) continue;
                var (operation, whole) = (_graph.OperationOf(id), _graph.ShapeOf(id));
                if (!(operation is SumOperation || IsJoin(operation))) continue;
                for (var i = 0; i < 2; i++)
                {
                    var argument = _graph.Argument(id, i);
                    waits[argument] = _uses[argument] == 1 && !_graph.IsLeaf(argument)
                        && (operation is SumOperation ? IsPlacing(argument) && _graph.ShapeOf(argument).IsLike(whole) : IsJoin(_graph.OperationOf(argument)));
                }
            }

            return waits;
        }

        private static bool IsJoin(Operation operation) => operation is StackOperation or ConcatOperation;

        private bool IsPlacing(int id) => _graph.OperationOf(id) is PlacingOperation placing && placing.AddsOnce(_graph.ShapeOf(_graph.Y(id)));

        private void PlaceVariables()
        {
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (_reachable[id] && _graph.IsVariable(id)) ids.Add(_graph.NameOf(id), id);
            }

            for (var i = 0; i < _inputs.Names.Count; i++)
            {
                // A variable that no result needs has its place too.
                var place = AtEnd(LengthOf(_inputs.Shapes[i]), _inputs.Shapes[i]);
                if (!ids.Remove(_inputs.Names[i], out var id)) continue;
                (_places[id], _rooms[id]) = (place, id);
                if (!_graph.ShapeOf(id).IsLike(place.Shape)) throw new AutodiffException(ErrorIds.ShapeConflict, $"'{_inputs.Names[i]}' is {_graph.ShapeOf(id).InWords()} in one expression and {place.Shape.InWords()} in another. A name has one shape.");
            }

            if (ids.Count > 0) throw new AutodiffException(ErrorIds.VariableNotBound, $"The variable '{ids.Keys.Order(StringComparer.Ordinal).First()}' has no place among the variables that are given.");
        }

        private void PlaceConstant(int id)
        {
            var shape = _graph.ShapeOf(id);
            (_places[id], _rooms[id]) = (AtEnd(LengthOf(shape), shape), id);
            if (_graph.IsConstant(id)) _constants.Add(_graph.ConstantOf(id));
            else _constants.AddRange(_graph.ArrayOf(id).Elements);
        }

        private void Emit(int id)
        {
            var operation = _graph.OperationOf(id);
            if (IsJoin(operation)) EmitJoined(id, operation);
            else if (TryView(id, operation)) Release(_graph.X(id));
            else if (operation is not SumOperation || !TryAdd(id)) EmitWhole(id, operation);
        }

        private void EmitWhole(int id, Operation operation)
        {
            var shape = _graph.ShapeOf(id);
            var count = operation.HasIndices ? operation.Arity - 1 : operation.Arity;
            long[] indices = operation.HasIndices ? _graph.IndicesOf(_graph.Argument(id, count)) : [];
            var places = new Place[3];
            for (var i = 0; i < count; i++) places[i] = _places[_graph.Argument(id, i)];

            // Element by element an argument that ends here gives its place to the result.
            var taken = Graph.None;
            for (var i = 0; i < count && operation.IsElementwise && taken == Graph.None; i++)
            {
                if (places[i].Length == LengthOf(shape) && EndsWith(_graph.Argument(id, i))) taken = _graph.Argument(id, i);
            }

            if (taken == Graph.None) New(id, shape);
            else Take(id, taken, shape);
            _hasNoMinusZero[id] = operation is PlacingOperation || (operation is SumOperation && (_hasNoMinusZero[_graph.X(id)] || _hasNoMinusZero[_graph.Y(id)]));
            _instructions.Add(new Instruction(operation, _places[id], places[0], places[1], places[2], indices));
            for (var i = 0; i < count; i++)
            {
                if (_graph.Argument(id, i) is var argument && argument != taken) Release(argument);
            }
        }

        // A part that stands in one piece is where it is, if it does not keep much more in memory than itself.
        private bool TryView(int id, Operation operation)
        {
            if (operation is not (SliceOperation or ReshapeOperation)) return false;
            var (whole, shape) = (_places[_graph.X(id)], _graph.ShapeOf(id));
            var (start, length) = (0L, LengthOf(shape));
            if (operation is SliceOperation)
            {
                var indices = _graph.IndicesOf(_graph.Y(id));
                var rows = SliceBounds.At(indices, 0);
                start = rows.Start;
                if (whole.Shape.IsMatrix)
                {
                    var columns = SliceBounds.At(indices, 1);
                    if (columns.Count != whole.Shape.Columns && rows.Count != 1) return false;
                    start = (rows.Start * whole.Shape.Columns) + columns.Start;
                }
            }

            var room = _rooms[_graph.X(id)];
            if (!_graph.IsLeaf(room))
            {
                if (length < _extents[room].Length / 2) return false;
                _tenants[room]++;
            }

            (_places[id], _rooms[id]) = (new Place((int)(whole.Start + start), length, shape), room);
            return true;
        }

        /// <summary>Adds a part to what has been summed before, where that is not needed any more.</summary>
        private bool TryAdd(int id)
        {
            var (total, part) = (_graph.X(id), _graph.Y(id));
            if (!_waits[part]) (total, part) = (part, total);
            if (!_waits[part]) return false;
            var placing = _graph.OperationOf(part);
            if (_waits[total]) EmitWhole(total, _graph.OperationOf(total));
            if (!_hasNoMinusZero[total] || !EndsWith(total) || _places[total].Length != LengthOf(_graph.ShapeOf(id)))
            {
                EmitWhole(part, placing);
                return false;
            }

            Take(id, total, _graph.ShapeOf(id));
            _hasNoMinusZero[id] = true;
            var (x, y) = (_graph.X(part), _graph.Y(part));
            var chooses = !_graph.IsIndex(y);
            _instructions.Add(new Instruction(placing, _places[id], _places[x], chooses ? _places[y] : default, default, chooses ? [] : _graph.IndicesOf(y), Way.Added));
            Release(x);
            if (chooses) Release(y);
            return true;
        }

        /// <summary>Copies all parts of what is joined to where they belong. A vector counts as a row.</summary>
        private void EmitJoined(int id, Operation operation)
        {
            New(id, _graph.ShapeOf(id));
            var whole = _places[id];
            var width = whole.Shape.Last;
            _parts.Push((id, 0, 0));
            while (_parts.TryPop(out var item))
            {
                var (part, row, column) = item;
                if (part == id || _waits[part])
                {
                    var (x, y) = (_graph.X(part), _graph.Y(part));
                    var before = _graph.ShapeOf(x);
                    var isBelow = _graph.ShapeOf(part).IsMatrix && (_graph.OperationOf(part) is StackOperation || _graph.IndicesOf(_graph.Z(part))[0] == 0);
                    _parts.Push(isBelow ? (y, row + (before.IsMatrix ? before.Rows : 1), column) : (y, row, column + Math.Max(1, before.Last)));
                    _parts.Push((x, row, column));
                    continue;
                }

                var from = _places[part];
                var rows = from.Shape.IsMatrix ? from.Shape.Rows : 1;
                var start = (int)((row * width) + column);
                var length = (int)(((rows - 1) * width) + (from.Length / rows));
                var target = new Place(whole.Start + start, length, Shape.Matrix(rows, width));
                _instructions.Add(new Instruction(operation, target, from, default, default, [], Way.Copied));
                Release(part);
            }
        }

        /// <summary>Whether nothing else needs a node any more, or anything in its room.</summary>
        private bool EndsWith(int argument) => _uses[argument] == 1 && _rooms[argument] is var room && !_graph.IsLeaf(room) && _tenants[room] == 1;

        /// <summary>One use less.</summary>
        private void Release(int id)
        {
            if (--_uses[id] > 0) return;
            var room = _rooms[id];
            if (_graph.IsLeaf(room) || --_tenants[room] > 0) return;
            var (start, length) = _extents[room];
            if (!_free.TryGetValue(length, out var starts)) _free.Add(length, starts = new Stack<int>());
            starts.Push(start);
        }

        private void Take(int id, int argument, Shape shape) => (_places[id], _rooms[id]) = (_places[argument] with { Shape = shape }, _rooms[argument]);

        private void New(int id, Shape shape)
        {
            var length = LengthOf(shape);
            var room = Rounded(length);
            var place = _free.TryGetValue(room, out var starts) && starts.TryPop(out var start) ? new Place(start, length, shape) : AtEnd(room, shape) with { Length = length };
            (_places[id], _extents[id], _rooms[id], _tenants[id]) = (place, (place.Start, room), id, 1);
        }

        private Place AtEnd(int length, Shape shape)
        {
            _end += length;
            Checked(_end);
            return new Place((int)(_end - length), length, shape);
        }

        // To a multiple of an eighth of a power of two.
        private static int Rounded(int length)
        {
            if (length is <= LongestExact or > LongestRounded) return length;
            var step = 1 << (int.Log2(length) - 3);
            return (length + step - 1) / step * step;
        }

        private static int LengthOf(Shape shape) => Checked(shape.Count);

        private static int Checked(long length) => length <= Array.MaxLength
            ? (int)length
            : throw new AutodiffException(ErrorIds.DataTooLarge, $"The arrays of this expression have {length} elements or more together, which is more than can be computed with.");
    }
}
