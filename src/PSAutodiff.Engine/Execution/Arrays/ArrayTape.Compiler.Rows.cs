using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <content>What varies by row.</content>
internal sealed partial class ArrayTape
{
    private sealed partial class Compiler
    {
        private readonly bool[] _varies;

        // Results that vary, which have memory of their own.
        private readonly bool[] _isKept;

        // Where variables that vary are in the data; elsewhere it says where they are copied to.
        private readonly Dictionary<int, Place> _columnPlaces = [];
        private readonly List<Factor> _factors = [];
        private readonly Dictionary<(int Id, bool IsTransposed), int> _factorOf = [];

        private bool[] FindVarying()
        {
            var varies = new bool[_reachable.Length];
            if (_columns.Names.Count == 0) return varies;
            var names = _columns.Names.ToHashSet(StringComparer.Ordinal);
            for (var id = 0; id < varies.Length; id++)
            {
                if (!_reachable[id]) continue;
                if (_graph.IsLeaf(id))
                {
                    varies[id] = _graph.IsVariable(id) && names.Contains(_graph.NameOf(id));
                    continue;
                }

                for (var i = 0; i < _graph.OperationOf(id).Arity; i++) varies[id] |= varies[_graph.Argument(id, i)];
            }

            return varies;
        }

        private bool[] FindKept()
        {
            var isKept = new bool[_reachable.Length];
            foreach (var root in _roots) isKept[root] = _varies[root] && !_graph.IsLeaf(root) && _isNarrow[root] == IsOperand(root);
            foreach (var root in _roots)
            {
                // What is a result in another shape is computed where the result belongs.
                if (!isKept[root] || _graph.OperationOf(root) is not ReshapeOperation) continue;
                var x = _graph.X(root);
                if (!_graph.IsLeaf(x) && !_isResult[x] && _isNarrow[x] == _isNarrow[root] && _graph.OperationOf(x) is not (ReshapeOperation or SliceOperation)) isKept[x] = true;
            }

            return isKept;
        }

        private Storage StorageOf(int id) =>
            !_varies[id] ? Storage.Single :
            _isNarrow[id] ? (_isKept[id] ? Storage.NarrowKept : Storage.NarrowRow) :
            _isKept[id] ? Storage.Kept : Storage.Row;

        private Place PlaceOfResult(int root) =>
            IsConverted(root) ? _converted[root] :
            _keptColumns.TryGetValue(root, out var kept) ? kept :
            _columnPlaces.GetValueOrDefault(root, _places[root]);

        /// <summary>Copies the rows of variables at the beginning of a block, where more is done with them than to multiply vectors or to copy them.</summary>
        private void GatherColumns()
        {
            if (_columns.Names.Count == 0) return;
            var isRead = new bool[_reachable.Length];
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || _graph.IsLeaf(id)) continue;
                var operation = _graph.OperationOf(id);
                var isCopied = IsJoin(operation) || IsOnePiece(id, operation, out _);
                for (var i = 0; i < operation.Arity && !isCopied; i++)
                {
                    var argument = _graph.Argument(id, i);
                    isRead[argument] |= FindProduct(id, operation) is not { } product || product.Rows != argument || _graph.ShapeOf(argument).IsMatrix;
                }
            }

            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || _places[id].Storage != Storage.Column) continue;
                _columnPlaces.Add(id, _places[id]);
                if (!isRead[id]) continue;
                var length = _places[id].Length;
                var target = new Place(AtEnd(length, Storage.Row), length, _places[id].Shape, Storage.Row, Pitch: length);
                Copy(OperationOf<ReshapeOperation>.Instance, _places[id], target);
                _places[id] = target;
            }
        }

        /// <summary>A part of each row, or each row in another shape: the memory of the whole, or a copy.</summary>
        private void ViewRows(int id, Operation operation, int start)
        {
            var (x, shape) = (_graph.X(id), _graph.ShapeOf(id));
            var isView = operation is ReshapeOperation && !_columnPlaces.ContainsKey(x) && (!_isKept[id] || (_isKept[x] && _isNarrow[x] == _isNarrow[id]));
            var whole = _columnPlaces.TryGetValue(x, out var inData) ? inData : isView ? _places[x] : WideOf(x);
            if (isView)
            {
                _tenants[_rooms[x]]++;
                (_places[id], _rooms[id]) = (whole with { Shape = shape }, _rooms[x]);
                return;
            }

            New(id, shape);
            Copy(operation, whole with { Shape = shape, Length = _places[id].Length, Offset = whole.Offset + start }, _places[id]);
        }

        // As one row of elements.
        private void Copy(Operation operation, Place source, Place target)
        {
            var row = Shape.Matrix(1, source.Length);
            Add(Graph.None, new Instruction(operation, target with { Shape = row }, source with { Shape = row }, default, default, [], Way.Copied));
        }

        /// <summary>A matrix product of rows with a matrix that does not vary is one product of the whole block.</summary>
        private bool TryProduct(int id)
        {
            var begins = _begins.TryGetValue(id, out var sum);
            var product = begins ? sum.Product : id;
            if (FindProduct(product, _graph.OperationOf(product)) is not var (rows, fixedSide, isTransposed)) return false;
            if (!_factorOf.TryGetValue((fixedSide, isTransposed), out var factor))
            {
                var place = _places[fixedSide];
                var (depth, columns) = ((int)place.Shape.Rows, place.Shape.IsMatrix ? (int)place.Shape.Columns : 1);
                _factorOf.Add((fixedSide, isTransposed), factor = _factors.Count);
                _factors.Add(isTransposed ? new Factor(place, columns, depth, true) : new Factor(place, depth, columns, false));
            }

            var left = OperandOf(rows);
            New(id, _graph.ShapeOf(id));
            Add(id, new Instruction(_graph.OperationOf(product), _places[id], left, _places[fixedSide], begins ? _places[sum.Addend] : default, [], Way.Product, factor));
            Release(rows, id);
            return true;
        }

        // W @ x with x by row is X @ W.T over rows, and v @ x with two vectors is x @ v.
        private (int Rows, int Fixed, bool IsTransposed)? FindProduct(int id, Operation operation)
        {
            if (operation is not MatMulOperation) return null;
            var (x, y) = (_graph.X(id), _graph.Y(id));
            if (_varies[x] == _varies[y]) return null;
            if (_varies[x]) return (x, y, false);
            return _graph.ShapeOf(y).IsVector ? (y, x, _graph.ShapeOf(x).IsMatrix) : null;
        }
    }
}
