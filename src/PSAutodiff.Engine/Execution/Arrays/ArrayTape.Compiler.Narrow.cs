using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <content>
/// Which values by row are in single precision where that is wanted: products, with what they begin with, activations of these, and what becomes an
/// operand of products. All else is computed in double.
/// </content>
internal sealed partial class ArrayTape
{
    private sealed partial class Compiler
    {
        // Whole numbers up to here are exact in single precision.
        private const long MostPlaces = 1 << 24;

        private readonly bool[] _isNarrow;
        private readonly bool[] _isResult;

        // Products whose sums begin with what is added to them by the only node that needs them: that node, the product, and what is added.
        private readonly Dictionary<int, (int Product, int Addend)> _begins = [];
        private readonly HashSet<int> _isBegun = [];

        // Values in the other precision, while they are needed.
        private readonly Dictionary<int, Place> _converted = [];

        // Columns that are results and no operands, as they are kept in double.
        private readonly Dictionary<int, Place> _keptColumns = [];

        // Results that are operands; null in double precision.
        private HashSet<int>? _operands;

        private void FindNarrow(bool[] operands)
        {
            _operands = [.. _roots.Where((_, i) => operands[i])];
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || _graph.IsLeaf(id) || !_varies[id]) continue;
                CheckPlaces(id);
                _isNarrow[id] = _graph.OperationOf(id) switch
                {
                    MatMulOperation => IsProduct(id),
                    SumOperation => TryBegin(id),
                    TanhOperation or SigmoidOperation or ReluOperation => _isNarrow[_graph.X(id)],
                    SelectOperation => IsNarrowGuard(id),
                    Sech2Operation or DsigmoidOperation => _isNarrow[_graph.X(id)] && _shared.ContainsKey(id),
                    ReshapeOperation => _isNarrow[_graph.X(id)] && !_isResult[id],
                    _ => false,
                };
            }

            foreach (var (id, (other, _)) in _shared.ToArray())
            {
                // A function in double is not computed together with an activation.
                if (_isNarrow[id] != _isNarrow[other]) _shared.Remove(id);
            }

            FindRounded();
        }

        /// <summary>A single operation on numbers in single precision whose value is rounded anyway has the same bits if it is computed in single precision.</summary>
        private void FindRounded()
        {
            var isOperandOnly = new bool[_reachable.Length];
            Array.Fill(isOperandOnly, true);
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || _graph.IsLeaf(id)) continue;
                var operation = _graph.OperationOf(id);
                for (var i = 0; i < operation.Arity; i++)
                {
                    if (FindProduct(id, operation)?.Rows != _graph.Argument(id, i)) isOperandOnly[_graph.Argument(id, i)] = false;
                }
            }

            foreach (var root in _roots) isOperandOnly[root] &= IsOperand(root);
            var rounded = new List<int>();
            for (var id = 0; id < _reachable.Length; id++)
            {
                if (!_reachable[id] || !isOperandOnly[id] || _isNarrow[id] || _graph.OperationOf(id) is not (SumOperation or MulOperation)) continue;
                var (x, y) = (_graph.X(id), _graph.Y(id));
                if (_isNarrow[x] && _isNarrow[y] && _graph.ShapeOf(x).IsLike(_graph.ShapeOf(y))) rounded.Add(id);
            }

            foreach (var id in rounded) _isNarrow[id] = true;
        }

        // Where a factor is 0, a derivative is 0: all numbers are moved as they are.
        private bool IsNarrowGuard(int id)
        {
            var (condition, value, other) = (_graph.X(id), _graph.Y(id), _graph.Z(id));
            return _isNarrow[condition] && _isNarrow[value] && _graph.IsConstant(other) && _graph.ConstantOf(other) is 0 && !double.IsNegative(_graph.ConstantOf(other))
                && _graph.ShapeOf(condition).IsLike(_graph.ShapeOf(id)) && _graph.ShapeOf(value).IsLike(_graph.ShapeOf(id));
        }

        private bool IsProduct(int id) => FindProduct(id, _graph.OperationOf(id)) is not null;

        /// <summary>Whether a sum is a product that begins with something that does not vary, for each of its columns or for all.</summary>
        private bool TryBegin(int id)
        {
            var (product, addend) = (_graph.X(id), _graph.Y(id));
            if (_varies[addend]) (product, addend) = (addend, product);
            if (_varies[addend] || _uses[product] != 1 || _graph.IsLeaf(product) || !IsProduct(product) || !_graph.ShapeOf(product).IsLike(_graph.ShapeOf(id))) return false;
            var count = _graph.ShapeOf(addend).Count;
            if (count != 1 && !(count == _graph.ShapeOf(id).Last && _graph.ShapeOf(addend).Last == count)) return false;
            _begins.Add(id, (product, addend));
            _isBegun.Add(product);
            return true;
        }

        private void CheckPlaces(int id)
        {
            if (_graph.OperationOf(id) is not ArrayOperation operation) return;
            var y = operation.Arity > 1 ? _graph.Y(id) : Graph.None;
            var of = new ArgumentShapes(_graph.ShapeOf(_graph.X(id)), y == Graph.None || _graph.IsIndex(y) ? Shape.Number : _graph.ShapeOf(y), Shape.Number, operation.HasIndices ? _graph.IndicesOf(_graph.Argument(id, operation.Arity - 1)) : []);
            if (operation.PlacesOf(of) <= MostPlaces) return;
            throw new AutodiffException(ErrorIds.DataTooLarge, $"'{operation.Symbol}' chooses among {operation.PlacesOf(of)} places here, and single precision counts to {MostPlaces} only. Use double precision.");
        }

        private bool IsOperand(int root) => _operands?.Contains(root) ?? false;

        // A result that is needed in another precision than it is computed in.
        private bool IsConverted(int root) => _varies[root] && !_graph.IsLeaf(root) && _isNarrow[root] != IsOperand(root);

        private void KeepConverted(int root)
        {
            if (IsConverted(root)) Converted(root);
            if (_operands is null || IsOperand(root) || !_graph.IsLeaf(root) || !_varies[root] || _keptColumns.ContainsKey(root)) return;
            var (place, _) = Room(Storage.Kept, _graph.ShapeOf(root));
            _keptColumns.Add(root, place);
            Copy(OperationOf<ReshapeOperation>.Instance, _columnPlaces[root], place);
        }

        /// <summary>What is multiplied by a matrix: vectors where they are in the data, else in the precision of products.</summary>
        private Place OperandOf(int id)
        {
            if (!_graph.ShapeOf(id).IsMatrix && _columnPlaces.TryGetValue(id, out var column)) return column;
            return _operands is null || _isNarrow[id] ? _places[id] : Converted(id);
        }

        private Place WideOf(int id) => _isNarrow[id] ? Converted(id) : _places[id];

        private Place Converted(int id)
        {
            if (_converted.TryGetValue(id, out var place)) return place;
            var isKept = _isResult[id] && IsConverted(id);
            (place, _) = Room(_isNarrow[id] ? (isKept ? Storage.Kept : Storage.Row) : isKept ? Storage.NarrowKept : Storage.NarrowRow, _graph.ShapeOf(id));
            _converted.Add(id, place);
            Add(Graph.None, new Instruction(OperationOf<ReshapeOperation>.Instance, place, _places[id], default, default, [], Way.Converted));
            return place;
        }
    }
}
