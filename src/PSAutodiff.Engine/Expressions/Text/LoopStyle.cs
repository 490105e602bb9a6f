using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Languages that have arrays and loops, but no operations on arrays. What works element by element is one loop as far as it goes, parts of
/// arrays are places in them, and what is put together is computed where it belongs. Each array is made once.
/// </summary>
internal abstract class LoopStyle : CodeStyle
{
    // More elements along an axis than any array of .NET has.
    private const long MostElements = 0x7FFFFFC7;

    // As many as loops stand within each other.
    private readonly string[] _indexNames = ["i", "j", "k"];
    private readonly bool _hasArrays;

    // The node in whose loops each is computed, and where the elements of each are: in which array, and at which places.
    private readonly int[] _hosts;
    private readonly (int Base, LoopMap Map)[] _places;
    private readonly bool[] _hasPlace;
    private readonly bool[] _needsLocal;

    // The names of arrays; numbers that stand for all elements.
    private readonly string?[] _names;
    private readonly Dictionary<int, List<int>> _members = [];
    private string _indent = string.Empty;
    private int _depth;

    /// <summary>Where constant arrays are made once, for all calls; null where each call makes its own.</summary>
    public StringBuilder? KeptConstants { get; init; }

    protected LoopStyle(ExprNode node, CancellationToken cancellation)
        : base(node, cancellation)
    {
        _hasArrays = Graph.HasArrays(Reachable);
        var count = _hasArrays ? Reachable.Length : 0;
        (_hosts, _places, _hasPlace, _needsLocal, _names) = (new int[count], new (int, LoopMap)[count], new bool[count], new bool[count], new string?[count]);
        if (!_hasArrays) return;
        CheckSizes();
        Plan();
    }

    /// <summary>Whether the value is a number, a vector or a matrix.</summary>
    protected Shape ValueShape => Graph.ShapeOf(Root);

    /// <summary>The arrays among the parameters, as they are called, and their shapes.</summary>
    protected IEnumerable<(string Name, Shape Shape)> ArrayParameters() => Variables.Where(name => !ShapeOf(name).IsNumber).Select(name => (Variable(name), ShapeOf(name)));

    /// <summary>A statement that gives a new array to a local.</summary>
    protected abstract string ArrayAssignment(string local, Shape shape);

    /// <summary>A statement that gives an index to a local.</summary>
    protected abstract string IndexAssignment(string local);

    /// <summary>Statements that make an array of numbers.</summary>
    protected abstract IEnumerable<string> ConstantStatements(string local, ConstantArray array);

    /// <summary>The line that begins a loop of an index, and that of a condition.</summary>
    protected abstract string ForLine(string index, string from, string end);

    protected abstract string IfLine(string condition);

    /// <summary>Whether a block begins on a line of its own.</summary>
    protected abstract bool HasBraceLine { get; }

    /// <summary>An index among several.</summary>
    protected abstract string IndexAmong(string index);

    /// <summary>The return of an array.</summary>
    protected abstract string ReturnArray(string name);

    protected abstract string Call(string type, string function, ReadOnlySpan<string> arguments);

    protected abstract string CallHelper(string name, ReadOnlySpan<string> arguments);

    /// <summary>A sign of comparison by that of C#.</summary>
    protected abstract string SignOf(string sign);

    /// <summary>The statements that check the shapes of parameters.</summary>
    protected abstract string CheckOf(string name, Shape shape);

    protected override void AppendStatements(StringBuilder text, string indent)
    {
        _indent = indent;
        foreach (var (name, shape) in ArrayParameters()) text.Append(indent).Append(CheckOf(name, shape)).Append('\n');
        for (var i = 0; _hasArrays && i < _indexNames.Length; i++) _indexNames[i] = NewName(_indexNames[i]);
        base.AppendStatements(text, indent);
    }

    protected override bool NeedsLocal(int id) => _hasArrays && _needsLocal[id];

    protected override bool TryAppend(int id)
    {
        if (!_hasArrays) return false;
        if (Graph.IsIndex(id)) return true;
        var (operation, shape) = (Graph.OperationOf(id), Graph.ShapeOf(id));
        if (shape.IsNumber && operation.IsElementwise) return false;
        if (Graph.IsVariable(id))
        {
            _names[id] = Variable(Graph.NameOf(id));
            return true;
        }

        if (Graph.IsArray(id))
        {
            _names[id] = NewLocal();
            foreach (var statement in ConstantStatements(_names[id]!, Graph.ArrayOf(id)))
            {
                if (KeptConstants is null) AppendLine(statement + StatementEnd);
                else KeptConstants.Append(statement).Append(StatementEnd).Append('\n');
            }
        }
        else if (operation.IsElementwise)
        {
            AppendGroup(id, shape);
        }
        else
        {
            AppendOperation(id, (ArrayOperation)operation, shape);
        }

        return true;
    }

    protected override void AppendReturn(StringBuilder text, string indent)
    {
        if (ValueShape.IsNumber)
        {
            base.AppendReturn(text, indent);
            return;
        }

        var (whole, map) = _places[Root];
        var name = _names[whole];
        if (whole != Root || map != LoopMap.Same || Graph.IsLeaf(Root) || Fill(Root) is not null)
        {
            // A part of something else, or a parameter itself.
            name = NewLocal();
            AppendLine(ArrayAssignment(name, ValueShape) + StatementEnd);
            var code = new Writer(this, Root);
            code.ForEach(ValueShape, at => code.Set(ElementOf(name, at), Element(Root, at)));
        }

        text.Append(indent).Append(ReturnArray(name!)).Append(StatementEnd).Append('\n');
    }

    private double? Fill(int id) => (Graph.OperationOf(id) as ArrayOperation)?.Fill;

    private ArgumentShapes ShapesOf(int id)
    {
        var operation = Graph.OperationOf(id);
        var count = operation.ExpressionCount;
        var indices = operation.HasIndices ? Graph.IndicesOf(Graph.Argument(id, count)) : [];
        return new ArgumentShapes(ShapeAt(0), ShapeAt(1), ShapeAt(2), indices);

        Shape ShapeAt(int index) => index < count ? Graph.ShapeOf(Graph.Argument(id, index)) : Shape.Number;
    }

    private void CheckSizes()
    {
        for (var id = 0; id < Reachable.Length; id++)
        {
            var shape = Graph.ShapeOf(id);
            if (Reachable[id] && Math.Max(shape.Rows, shape.Columns) > MostElements) throw new AutodiffException(ErrorIds.DataTooLarge, $"An array of .NET has at most {MostElements} elements along an axis, and {shape.InWords()} has more.");
        }
    }

    // From the value down, so that all users of a node come before it.
    private void Plan()
    {
        Array.Fill(_hosts, -1);
        for (var id = Reachable.Length - 1; id >= 0; id--)
        {
            if (!Reachable[id] || Graph.IsIndex(id)) continue;
            if (!_hasPlace[id]) _places[id] = (id, LoopMap.Same);
            var (operation, shape) = (Graph.OperationOf(id), Graph.ShapeOf(id));
            if (_hosts[id] < 0 || id == Root) _hosts[id] = id;
            if (IsLooped(id))
            {
                if (!_members.TryGetValue(_hosts[id], out var members)) _members.Add(_hosts[id], members = []);
                members.Add(id);
            }

            for (var i = 0; i < operation.ExpressionCount; i++)
            {
                var argument = Graph.Argument(id, i);
                var host = !IsLooped(argument) ? argument :
                    IsLooped(id) && Graph.ShapeOf(argument).IsLike(shape) ? _hosts[id] :
                    i == 0 && operation is ArrayOperation { ReadsOnce: true } ? id :
                    argument;
                _hosts[argument] = _hosts[argument] < 0 || _hosts[argument] == host ? host : argument;
                var place = (operation as ArrayOperation)?.PlaceOf(i, ShapesOf(id));
                if (Graph.ShapeOf(argument).IsNumber) _needsLocal[argument] |= place is null && !(shape.IsNumber && operation.IsElementwise);
                else if (place is { } at && UsesOf(argument) == 1 && IsMade(argument)) (_places[argument], _hasPlace[argument]) = ((_places[id].Base, _places[id].Map.After(at)), true);
            }
        }

        foreach (var members in _members.Values) members.Reverse();
    }

    // Computed element by element.
    private bool IsLooped(int id) => !Graph.IsLeaf(id) && !Graph.ShapeOf(id).IsNumber && Graph.OperationOf(id).IsElementwise;

    // Whether it has elements of its own.
    private bool IsMade(int id) =>
        !Graph.IsLeaf(id) && (Graph.OperationOf(id) is not ArrayOperation operation || (operation.Fill is null && operation.ElementOf(ShapesOf(id), Graph.ShapeOf(id)) is null));

    private void AppendOperation(int id, ArrayOperation operation, Shape shape)
    {
        if (operation.Fill is { } fill)
        {
            _names[id] = Number(fill);
            return;
        }

        var shapes = ShapesOf(id);
        if (operation.ElementOf(shapes, shape) is { } map)
        {
            var (whole, of) = _places[Graph.Argument(id, 0)];
            _places[id] = (whole, of.After(map));
            if (shape.IsNumber) Bind(id, Text(_places[id], LoopMap.Same, []));
            return;
        }

        // Made before loops begin.
        if (!shape.IsNumber) _ = NameOf(id);
        var code = new Writer(this, id);
        if (operation.PlaceOf(0, shapes) is null)
        {
            operation.WriteLoops(code);
            return;
        }

        for (var i = 0; i < operation.ExpressionCount; i++)
        {
            var argument = Graph.Argument(id, i);
            if (_hasPlace[argument]) continue;
            var place = operation.PlaceOf(i, ShapesOf(id))!.Value;
            code.ForEach(Graph.ShapeOf(argument), at => code.Set(Text(_places[id], place, at), Element(argument, at)));
        }
    }

    // What is computed in the loops of one node.
    private void AppendGroup(int id, Shape shape)
    {
        if (_hosts[id] != id) return;
        _ = NameOf(id);
        var code = new Writer(this, id);
        code.ForEach(shape, at => code.Return(Formula(id, id, at), at));
    }

    // The formula of an element in the loops of a host, whose own statements come before.
    private string Formula(int id, int host, ReadOnlySpan<string> at)
    {
        var shape = Graph.ShapeOf(id);
        var members = _members[host];
        foreach (var member in members)
        {
            for (var i = Graph.OperationOf(member).Arity - 1; i >= 0; i--)
            {
                var argument = Graph.Argument(member, i);
                if (Graph.ShapeOf(argument).IsNumber || (IsLooped(argument) && _hosts[argument] == host)) continue;
                Bind(argument, Text(_places[argument], LoopMap.Stretched(Graph.ShapeOf(argument), shape), at));
            }

            if (member != id) AppendLocal(member, _indent);
        }

        return FormulaOf(id);
    }

    private string Element(int id, ReadOnlySpan<string> at) =>
        IsLooped(id) && _hosts[id] != id ? Formula(id, _hosts[id], at) :
        Graph.ShapeOf(id).IsNumber ? FormulaOf(id) :
        Text(_places[id], LoopMap.Same, at);

    // An element by the indices of something whose places in an array are known.
    private string Text((int Base, LoopMap Map) place, LoopMap inner, ReadOnlySpan<string> at)
    {
        var shape = Graph.ShapeOf(place.Base);
        if (shape.IsNumber || Fill(place.Base) is not null)
        {
            var number = shape.IsNumber ? FormulaOf(place.Base) : _names[place.Base]!;
            return number.StartsWith('-') ? $"({number})" : number;
        }

        var map = place.Map.After(inner);
        return shape.IsVector ? ElementOf(NameOf(place.Base), [IndexOf(map.First, at)]) : ElementOf(NameOf(place.Base), [IndexOf(map.First, at), IndexOf(map.Second, at)]);
    }

    private string ElementOf(string array, ReadOnlySpan<string> at) => at.Length == 1 ? $"{array}[{at[0]}]" : $"{array}[{IndexAmong(at[0])}, {IndexAmong(at[1])}]";

    private static string IndexOf(LoopTerm term, ReadOnlySpan<string> at)
    {
        var offset = term.Offset.ToString(CultureInfo.InvariantCulture);
        return term.Axis < 0 ? offset : term.Offset == 0 ? at[term.Axis] : $"{at[term.Axis]} + {offset}";
    }

    // The array in which the elements of a node are, made when it is first needed.
    private string NameOf(int id)
    {
        var whole = _places[id].Base;
        if (_names[whole] is { } name) return name;
        _names[whole] = name = NewLocal();
        AppendLine(ArrayAssignment(name, Graph.ShapeOf(whole)) + StatementEnd);
        return name;
    }

    private void AppendLine(string line) => Output.Append(_indent).Append(line).Append('\n');

    private void AppendBlock(string line, Action body)
    {
        AppendLine(HasBraceLine ? line : line + " {");
        if (HasBraceLine) AppendLine("{");
        _indent += "    ";
        body();
        _indent = _indent[..^4];
        AppendLine("}");
    }

    /// <summary>Writes the loops of one node.</summary>
    private sealed class Writer(LoopStyle style, int id) : LoopCode
    {
        public override Shape ShapeX => style.ShapesOf(id).X;

        public override Shape ShapeY => style.ShapesOf(id).Y;

        public override Shape Shape => style.Graph.ShapeOf(id);

        public override long[] Indices => [.. style.ShapesOf(id).Indices];

        public override string NegativeInfinity => style.NotFinite(double.NegativeInfinity);

        public override string PositiveInfinity => style.NotFinite(double.PositiveInfinity);

        public override string NaN => style.NotFinite(double.NaN);

        public override string X(params ReadOnlySpan<string> at) => style.Element(style.Graph.Argument(id, 0), at);

        public override string Y(params ReadOnlySpan<string> at) => style.Element(style.Graph.Argument(id, 1), at);

        public override string Result(params ReadOnlySpan<string> at) => style.Text(style._places[id], LoopMap.Same, at);

        public override void Return(string value, params ReadOnlySpan<string> at)
        {
            if (!Shape.IsNumber) Set(Result(at), value);
            else if (value.AsSpan().ContainsAny(" ([")) style.Bind(id, Local(value));
            else style.Bind(id, value);
        }

        public override void For(string from, string end, Action<string> body)
        {
            var index = style._indexNames[style._depth++];
            style.AppendBlock(style.ForLine(index, from, end), () => body(index));
            style._depth--;
        }

        public override void If(string condition, Action body) => style.AppendBlock(style.IfLine(condition), body);

        public override string Local(string value)
        {
            var local = style.NewLocal();
            Do(style.Assignment(local) + value);
            return local;
        }

        public override string Matrix(long rows, long columns)
        {
            var local = style.NewLocal();
            Do(style.ArrayAssignment(local, Core.Shape.Matrix(rows, columns)));
            return local;
        }

        public override string At(string matrix, params ReadOnlySpan<string> at) => style.ElementOf(matrix, at);

        public override string IndexLocal(string value)
        {
            var local = style.NewLocal();
            Do(style.IndexAssignment(local) + value);
            return local;
        }

        public override void Do(string statement) => style.AppendLine(statement + style.StatementEnd);

        public override string Math(string function, params ReadOnlySpan<string> arguments) => style.Call("Math", function, arguments);

        public override string OfDouble(string function, params ReadOnlySpan<string> arguments) => style.Call("double", function, arguments);

        public override string Helper(string name, params ReadOnlySpan<string> arguments) => style.CallHelper(name, arguments);

        public override string Compare(string a, string sign, string b) => $"{a} {style.SignOf(sign)} {b}";
    }
}
