namespace PSAutodiff.Exchange;

/// <content>
/// What is computed in double precision in a program of single precision: sums of an input and constants, which lose the digits of large offsets
/// otherwise, as x - 1000.1 does.
/// </content>
internal sealed partial class BatchWriter
{
    private readonly HashSet<int> _wide = [];
    private readonly Dictionary<int, string> _wideNames = [];

    private void FindWide()
    {
        var isArithmetic = new bool[_reachable.Length];
        for (var id = 0; id < _reachable.Length; id++)
        {
            if (!_reachable[id] || !_varies[id]) continue;
            isArithmetic[id] = _graph.IsVariable(id) || (FormOf(_graph.OperationOf(id)) is not null && VaryingOf(id) is [var only] && isArithmetic[only]);
        }

        var isWanted = new bool[_reachable.Length];
        for (var id = _reachable.Length - 1; id >= 0; id--)
        {
            if (!isArithmetic[id] || _graph.IsVariable(id) || !(isWanted[id] || FormOf(_graph.OperationOf(id)) is "Add" or "Sub")) continue;
            _wide.Add(id);
            isWanted[VaryingOf(id)[0]] = true;
        }
    }

    private int[] VaryingOf(int id) => [.. Enumerable.Range(0, _graph.OperationOf(id).ExpressionCount).Select(i => _graph.Argument(id, i)).Where(argument => _varies[argument])];

    private static string? FormOf(Operation operation) => operation.Name switch { "sum" => "Add", "sub" => "Sub", "mul" => "Mul", "div" => "Div", "neg" => "Neg", _ => null };

    private void WriteWide(int id)
    {
        var (operation, shape) = (_graph.OperationOf(id), _graph.ShapeOf(id));
        string[] inputs = [.. Enumerable.Range(0, operation.ExpressionCount).Select(i => _graph.Argument(id, i)).Select(argument => _varies[argument]
            ? Aligned(new Value(Wide(argument), _graph.ShapeOf(argument), true, _ofRows[argument], []), shape)
            : Constant(_known[argument].Shape.Sizes, _known[argument].Elements, isWide: true))];
        _wideNames[id] = Step(FormOf(operation)!, inputs);
    }

    private string Wide(int id) => _wideNames.TryGetValue(id, out var name) ? name : _wideNames[id] = Cast(_names[id]!, BatchType.Double);
}
