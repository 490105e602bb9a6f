using PSAutodiff.Core;
using PSAutodiff.Foundation;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Execution.Arrays;

/// <content>From a graph to instructions.</content>
internal sealed partial class ArrayTape
{
    private sealed partial class Compiler
    {
        // Arrays of about the same length use the same room one after the other.
        private const int LongestExact = 16;
        private const int LongestRounded = 1 << 20;

        private readonly Graph _graph;
        private readonly int[] _roots;
        private readonly bool[] _reachable;
        private readonly VariableLayout _inputs;
        private readonly VariableLayout _columns;
        private readonly CancellationToken _cancellation;
        private readonly Place[] _places;
        private readonly int[] _uses;
        private readonly bool[] _waits;

        // What depends on constants alone, which is computed once for all runs.
        private readonly bool[] _isFixed;

        // What is computed together with another operation on the same argument: that one, and which sharing it is.
        private readonly Dictionary<int, (int Other, int Sharing)> _shared = [];
        private readonly HashSet<int> _isEmitted = [];

        // The node in whose room the elements of a node are: itself, or the one that it is a part of or has taken the room of.
        private readonly int[] _rooms;

        // By room: where it is, and how many nodes that are still needed are in it.
        private readonly (int Start, int Length)[] _extents;
        private readonly int[] _tenants;

        // Sums of parts of zeros have no -0, to which adding 0 would make a difference.
        private readonly bool[] _hasNoMinusZero;
        private readonly Dictionary<(Storage Storage, bool IsFixed, int Length), Stack<int>> _free = [];
        private readonly StepBuilder _fixed = new(0);
        private readonly StepBuilder _steps;
        private readonly List<Instruction> _rowInstructions = [];
        private readonly List<double> _constants = [];
        private readonly Stack<(int Id, long Row, long Column)> _parts = new();
        private readonly long[] _ends = new long[1 + (int)Storage.NarrowKept];
        private int _operationCount;

        public Compiler(Graph graph, int[] roots, bool[] reachable, VariableLayout inputs, VariableLayout columns, bool[]? operands, CancellationToken cancellation)
        {
            (_graph, _roots, _reachable, _inputs, _columns, _cancellation) = (graph, roots, reachable, inputs, columns, cancellation);
            _steps = new StepBuilder(reachable.Length);
            _places = new Place[reachable.Length];
            _extents = new (int Start, int Length)[reachable.Length];
            _rooms = new int[reachable.Length];
            _tenants = new int[reachable.Length];
            _hasNoMinusZero = new bool[reachable.Length];
            _uses = graph.Uses(reachable, roots);
            _varies = FindVarying();
            _isFixed = FindFixed();
            _waits = FindWaiting();
            FindShared();
            _isNarrow = new bool[reachable.Length];
            _isResult = new bool[reachable.Length];
            foreach (var root in roots) _isResult[root] = true;
            if (operands is not null) FindNarrow(operands);
            _isKept = FindKept();
        }

        public ArrayTape Compile()
        {
            PlaceVariables();
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (_reachable[id] && (_graph.IsConstant(id) || _graph.IsArray(id))) PlaceConstant(id);
            }

            GatherColumns();
            var walk = new PostOrder(_graph, _reachable.Length);
            foreach (var root in _roots)
            {
                walk.Start(root);
                while (walk.TryNext(out var id))
                {
                    _cancellation.ThrowIfCancellationRequested();
                    if (_graph.IsLeaf(id)) continue;
                    _operationCount++;
                    if (!_waits[id] && !_isBegun.Contains(id)) Emit(id);
                }

                KeepConverted(root);
            }

            // With the results, which are copied.
            FreeMemory.Require(_ends[0] + (_columns.Names.Count == 0 ? _roots.Sum(root => (double)_graph.ShapeOf(root).Count) : 0), "The arrays of this expression have");
            return new ArrayTape(_fixed.Build(), _steps.Build(), _operationCount, [.. _constants], _inputs, Checked(_ends[0]), Array.ConvertAll(_roots, PlaceOfResult))
            {
                Rows = _columns.Names.Count == 0 ? RowPart.None : new RowPart(_columns, [.. _rowInstructions], [.. _factors], LengthOf(Storage.Row), LengthOf(Storage.Kept))
                {
                    NarrowRowLength = LengthOf(Storage.NarrowRow),
                    NarrowKeptLength = LengthOf(Storage.NarrowKept),
                },
            };
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
                if (operation is MatMulOperation && FindTurned(id) is var turned && turned != Graph.None) waits[turned] = true;
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

        private bool[] FindFixed()
        {
            var isFixed = new bool[_reachable.Length];
            for (var id = 0; id < isFixed.Length; id++)
            {
                if (!_reachable[id] || _graph.IsVariable(id)) continue;
                isFixed[id] = true;
                for (var i = 0; i < _graph.OperationOf(id).Arity; i++) isFixed[id] &= isFixed[_graph.Argument(id, i)];
            }

            return isFixed;
        }

        /// <summary>The transpose that a product with a vector can do without: A.T @ v is v @ A, and v @ A.T is A @ v, with the same bits.</summary>
        private int FindTurned(int id)
        {
            var (x, y) = (_graph.X(id), _graph.Y(id));
            var turned = _graph.ShapeOf(y).IsVector ? x : _graph.ShapeOf(x).IsVector ? y : Graph.None;
            return turned != Graph.None && !_varies[id] && _graph.OperationOf(turned) is TransposeOperation && _graph.ShapeOf(turned).IsMatrix && _uses[turned] == 1 ? turned : Graph.None;
        }

        /// <summary>Pairs of operations on the same argument of which one is computed from the value of the other too.</summary>
        private void FindShared()
        {
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || _graph.IsLeaf(id)) continue;
                var operation = _graph.OperationOf(id);
                if (operation is SoftmaxOperation && _varies[id] && _graph.ShapeOf(id) is { IsVector: true, Count: <= LongestRounded } && _graph.Find(OperationOf<LogSumExpOperation>.Instance, _graph.X(id), _graph.Y(id)) is >= 0 and var sum && sum < _reachable.Length && _reachable[sum])
                {
                    _shared.Add(id, (sum, 0));
                    _shared.Add(sum, (id, -1));
                    continue;
                }

                var shares = operation.Shares;
                for (var i = 0; i < shares.Length && !_shared.ContainsKey(id); i++)
                {
                    if (shares[i].OfOpposite) continue;
                    var other = _graph.Find(shares[i].Other, _graph.X(id));
                    if (other == Graph.None || other >= _reachable.Length || !_reachable[other] || !_shared.TryAdd(other, (id, -1))) continue;
                    _shared.Add(id, (other, i));
                }
            }
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

            // A variable that no result needs has its place too.
            for (var i = 0; i < _inputs.Names.Count; i++) PlaceVariable(_inputs.Names[i], AtEnd(LengthOf(_inputs.Shapes[i]), _inputs.Shapes[i]), ids);
            for (var i = 0; i < _columns.Names.Count; i++)
            {
                var length = LengthOf(_columns.Shapes[i]);
                PlaceVariable(_columns.Names[i], new Place(i, length, _columns.Shapes[i], Storage.Column, Pitch: length), ids);
            }

            if (ids.Count > 0) throw new AutodiffException(ErrorIds.VariableNotBound, $"The variable '{ids.Keys.Order(StringComparer.Ordinal).First()}' has no place among the variables that are given.");
        }

        private void PlaceVariable(string name, Place place, Dictionary<string, int> ids)
        {
            if (!ids.Remove(name, out var id)) return;
            (_places[id], _rooms[id]) = (place, id);
            if (!_graph.ShapeOf(id).IsLike(place.Shape)) throw new AutodiffException(ErrorIds.ShapeConflict, $"'{name}' is {_graph.ShapeOf(id).InWords()} in one expression and {place.Shape.InWords()} in another. A name has one shape.");
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
            else if (_shared.TryGetValue(id, out var pair)) EmitBoth(id, pair.Other, pair.Sharing);
            else if (TryView(id, operation)) Release(_graph.X(id), id);
            else if (TryProduct(id) || TryTurnedProduct(id, operation)) return;
            else if (operation is not SumOperation || !TryAdd(id)) EmitWhole(id, operation);
        }

        private bool TryTurnedProduct(int id, Operation operation)
        {
            if (operation is not MatMulOperation) return false;
            var (x, y) = (_graph.X(id), _graph.Y(id));
            if (!_waits[x] && !_waits[y]) return false;
            var (left, right) = _waits[x] ? (y, _graph.X(x)) : (_graph.X(y), x);
            New(id, _graph.ShapeOf(id));
            Add(id, new Instruction(operation, _places[id], _places[left], _places[right], default, []));
            Release(left, id);
            Release(right, id);
            return true;
        }

        private void EmitWhole(int id, Operation operation)
        {
            var shape = _graph.ShapeOf(id);
            var count = operation.HasIndices ? operation.Arity - 1 : operation.Arity;
            long[] indices = operation.HasIndices ? _graph.IndicesOf(_graph.Argument(id, count)) : [];
            var places = new Place[3];
            for (var i = 0; i < count; i++) places[i] = _isNarrow[id] ? _places[_graph.Argument(id, i)] : WideOf(_graph.Argument(id, i));
            if (count == 2 && operation.IsElementwise && _graph.IsConstant(_graph.Y(id)) && operation.ForConstantY(_graph.ConstantOf(_graph.Y(id))) is { } cheaper)
            {
                (operation, places[1]) = (cheaper, cheaper.Arity == 2 ? places[0] : default);
            }

            StepArguments ends = default;
            if (operation is SumOperation or SubOperation)
            {
                if (EndsWith(_graph.X(id))) ends |= StepArguments.EndsX;
                if (EndsWith(_graph.Y(id))) ends |= StepArguments.EndsY;
            }

            // Element by element an argument that ends here gives its place to the result.
            var taken = Graph.None;
            for (var i = 0; i < count && operation.IsElementwise && taken == Graph.None; i++)
            {
                if (places[i].Length == LengthOf(shape) && CanTake(id, _graph.Argument(id, i))) taken = _graph.Argument(id, i);
            }

            if (taken == Graph.None) New(id, shape);
            else Take(id, taken, shape);
            _hasNoMinusZero[id] = operation is PlacingOperation || (operation is SumOperation && (_hasNoMinusZero[_graph.X(id)] || _hasNoMinusZero[_graph.Y(id)]));
            Add(id, new Instruction(operation, _places[id], places[0], places[1], places[2], indices), ends);
            for (var i = 0; i < count; i++)
            {
                if (_graph.Argument(id, i) is var argument && argument != taken) Release(argument, id);
            }
        }

        /// <summary>Two operations on one argument, when the first of them is needed. The room of the argument may be taken by one.</summary>
        private void EmitBoth(int first, int second, int sharing)
        {
            if (!_isEmitted.Add(first)) return;
            _isEmitted.Add(second);
            var (id, other) = sharing >= 0 ? (first, second) : (second, first);
            var (x, shape) = (_graph.X(id), _graph.ShapeOf(id));
            var argument = _isNarrow[id] ? _places[x] : WideOf(x);
            if (_graph.OperationOf(id) is ArrayOperation)
            {
                New(other, _graph.ShapeOf(other));
                New(id, shape);
                Add(id, new Instruction(_graph.OperationOf(id), _places[id], argument, _places[other], default, [], Way.Both, 0));
                Release(x, id);
                Release(x, other);
                return;
            }

            Release(x, id);
            if (CanTake(other, x)) Take(other, x, shape);
            else New(other, shape);
            var isTaken = _rooms[other] == _rooms[x];
            if (!isTaken && CanTake(id, x)) Take(id, x, shape);
            else New(id, shape);
            isTaken |= _rooms[id] == _rooms[x];
            Add(id, new Instruction(_graph.OperationOf(id), _places[id], argument, _places[other], default, [], Way.Both, Math.Max(sharing, _shared[id].Sharing)));
            if (!isTaken) Release(x, id);
        }

        // A part that stands in one piece is where it is, if it does not keep much more in memory than itself. By row it is copied from there.
        private bool TryView(int id, Operation operation)
        {
            if (!IsOnePiece(id, operation, out var start)) return false;
            var (x, length) = (_graph.X(id), LengthOf(_graph.ShapeOf(id)));
            if (_varies[id])
            {
                ViewRows(id, operation, (int)start);
                return true;
            }

            var room = _rooms[x];
            if (!_graph.IsLeaf(room))
            {
                if (length < _extents[room].Length / 2) return false;
                _tenants[room]++;
            }

            (_places[id], _rooms[id]) = (new Place((int)(_places[x].Start + start), length, _graph.ShapeOf(id)), room);
            return true;
        }

        private bool IsOnePiece(int id, Operation operation, out long start)
        {
            start = 0;
            if (operation is not (SliceOperation or ReshapeOperation)) return false;
            if (operation is ReshapeOperation) return true;
            var (indices, whole) = (_graph.IndicesOf(_graph.Y(id)), _graph.ShapeOf(_graph.X(id)));
            var rows = SliceBounds.At(indices, 0);
            start = rows.Start;
            if (!whole.IsMatrix) return true;
            var columns = SliceBounds.At(indices, 1);
            start = (rows.Start * whole.Columns) + columns.Start;
            return columns.Count == whole.Columns || rows.Count == 1;
        }

        /// <summary>Adds a part to what has been summed before, where that is not needed any more.</summary>
        private bool TryAdd(int id)
        {
            var (total, part) = (_graph.X(id), _graph.Y(id));
            if (!_waits[part]) (total, part) = (part, total);
            if (!_waits[part]) return false;
            var placing = _graph.OperationOf(part);
            if (_waits[total]) EmitWhole(total, _graph.OperationOf(total));
            if (!_hasNoMinusZero[total] || !CanTake(id, total) || _places[total].Length != LengthOf(_graph.ShapeOf(id)))
            {
                EmitWhole(part, placing);
                return false;
            }

            Take(id, total, _graph.ShapeOf(id));
            _hasNoMinusZero[id] = true;
            var (x, y) = (_graph.X(part), _graph.Y(part));
            var chooses = !_graph.IsIndex(y);
            Add(id, new Instruction(placing, _places[id], WideOf(x), chooses ? WideOf(y) : default, default, chooses ? [] : _graph.IndicesOf(y), Way.Added));
            Release(x, id);
            if (chooses) Release(y, id);
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

                var from = _columnPlaces.TryGetValue(part, out var inData) ? inData : WideOf(part);
                var rows = from.Shape.IsMatrix ? from.Shape.Rows : 1;
                var start = (int)((row * width) + column);
                var length = (int)(((rows - 1) * width) + (from.Length / rows));
                var target = whole.Varies
                    ? whole with { Length = length, Shape = Shape.Matrix(rows, width), Offset = start }
                    : new Place(whole.Start + start, length, Shape.Matrix(rows, width));
                Add(id, new Instruction(operation, target, from, default, default, [], Way.Copied));
                Release(part, id);
            }
        }

        /// <summary>Whether nothing else needs a node any more, or anything in its room.</summary>
        private bool EndsWith(int argument) => _uses[argument] == 1 && _rooms[argument] is var room && !_graph.IsLeaf(room) && _tenants[room] == 1;

        // Not out of what stays: results, and what is the same for all rows and is computed once.
        private bool CanTake(int id, int argument) => EndsWith(argument) && _varies[argument] == _varies[id] && _isFixed[argument] == _isFixed[id] && _isNarrow[argument] == _isNarrow[id] && !_isKept[id];

        private void Add(int id, in Instruction instruction, StepArguments ends = default)
        {
            if (instruction.Target.Varies) _rowInstructions.Add(instruction);
            else (id != Graph.None && _isFixed[id] ? _fixed : _steps).Add(instruction, ends);
        }

        /// <summary>One use less. Rows use what does not vary again and again, and so do runs what is fixed.</summary>
        private void Release(int id, int user)
        {
            if ((_varies[user] && !_varies[id]) || (_isFixed[id] && !_isFixed[user]) || --_uses[id] > 0) return;
            if (_converted.Remove(id, out var converted)) Free(converted.Storage, converted.Start, Rounded(converted.Length));
            var room = _rooms[id];
            if (_graph.IsLeaf(room) || --_tenants[room] > 0) return;
            Free(StorageOf(room), _extents[room].Start, _extents[room].Length, _isFixed[room]);
        }

        private void Free(Storage storage, int start, int length, bool isFixed = false)
        {
            if (!_free.TryGetValue((storage, isFixed, length), out var starts)) _free.Add((storage, isFixed, length), starts = new Stack<int>());
            starts.Push(start);
        }

        private void Take(int id, int argument, Shape shape)
        {
            (_places[id], _rooms[id]) = (_places[argument] with { Shape = shape }, _rooms[argument]);
            if (_converted.Remove(argument, out var converted)) Free(converted.Storage, converted.Start, Rounded(converted.Length));
        }

        private void New(int id, Shape shape)
        {
            var (place, room) = Room(StorageOf(id), shape, _isFixed[id]);
            (_places[id], _extents[id], _rooms[id], _tenants[id]) = (place, (place.Start, room), id, 1);
        }

        private (Place Place, int Length) Room(Storage storage, Shape shape, bool isFixed = false)
        {
            var length = LengthOf(shape);
            var room = storage is Storage.Kept or Storage.NarrowKept ? length : Rounded(length);
            var at = _free.TryGetValue((storage, isFixed, room), out var starts) && starts.TryPop(out var start) ? start : AtEnd(room, storage);
            return (storage == Storage.Single ? new Place(at, length, shape) : new Place(at, length, shape, storage, Pitch: length), room);
        }

        private Place AtEnd(int length, Shape shape) => new(AtEnd(length, Storage.Single), length, shape);

        private int AtEnd(int length, Storage storage)
        {
            ref var end = ref _ends[(int)storage];
            end += length;
            return Checked(end) - length;
        }

        // To a multiple of an eighth of a power of two.
        private static int Rounded(int length)
        {
            if (length is <= LongestExact or > LongestRounded) return length;
            var step = 1 << (int.Log2(length) - 3);
            return (length + step - 1) / step * step;
        }

        private int LengthOf(Storage storage) => Checked(_ends[(int)storage]);

        private static int LengthOf(Shape shape) => Checked(shape.Count);

        private static int Checked(long length) => length <= Array.MaxLength
            ? (int)length
            : throw new AutodiffException(ErrorIds.DataTooLarge, $"The arrays of this expression have {length} elements or more together, which is more than can be computed with.");
    }
}
