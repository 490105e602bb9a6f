using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// What differs between the programming languages in which an expression is written as a function, and what does not: one statement
/// for each shared part and wherever formulas would nest deeply, then the value. Linear in the number of distinct nodes.
/// </summary>
internal abstract class CodeStyle : TextStyle
{
    /// <summary>How many levels one formula nests at most: compilers recurse.</summary>
    private const int MaxNesting = 20;

    private readonly Notation?[] _notations = new Notation?[OperationTable.ByCode.Length];
    private readonly Dictionary<string, string> _identifiers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Graph _graph;
    private readonly int _root;
    private readonly bool[] _reachable;
    private readonly IReadOnlyDictionary<string, Shape> _shapes;
    private readonly CancellationToken _cancellation;

    protected CodeStyle(ExprNode node, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Title = node.ToString();
        (_graph, _root) = WithProducts(node, cancellation);
        _reachable = _graph.Reachable([_root]);
        _graph.RequireDefinitions(_reachable);
        Variables = _graph.VariablesOf([_root]);
        _shapes = ExprText.ArraysOf(_graph, [_root]);
    }

    public sealed override string Open => "(";

    public sealed override string Close => ")";

    /// <summary>The expression in short, for a comment.</summary>
    protected string Title { get; }

    /// <summary>The variables in ordinal order: the parameters.</summary>
    protected IReadOnlyList<string> Variables { get; }

    /// <summary>Whether the language's own operators on its own numbers throw where IEEE arithmetic gives infinity.</summary>
    protected virtual bool FoldsNumbers => false;

    public sealed override Notation NotationOf(Operation operation) => _notations[operation.Code] ??= FormOf(operation).Notation;

    public sealed override Notation NotationOf(Operation operation, in ArgumentShapes of) => ArrayNotationOf(operation, of);

    public sealed override string Number(double value)
    {
        if (Math.Abs(value) == Math.PI) return value < 0 ? "-" + Pi : Pi;
        var text = FormatNumber(value);
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    public sealed override string Variable(string name) => _identifiers[name];

    /// <summary>The number pi.</summary>
    protected abstract string Pi { get; }

    protected abstract CodeForm FormOf(Operation operation);

    /// <summary>The notation of an operation that has arrays as arguments or as its value.</summary>
    protected virtual Notation ArrayNotationOf(Operation operation, in ArgumentShapes of) => NotationOf(operation);

    /// <summary>A statement that gives a value to a local.</summary>
    protected abstract string Assignment(string local);

    /// <summary>What stands before the final value.</summary>
    protected abstract string Return { get; }

    protected abstract string StatementEnd { get; }

    /// <summary>Whether a name means something else to the language or to the code that is written.</summary>
    protected abstract bool IsReserved(string name);

    /// <summary>Whether a character of a name may stand in names of the language.</summary>
    protected virtual bool CanStay(char c) => !YoungLetters.Contains(c);

    /// <summary>Two names with the same key are one name to the language.</summary>
    protected virtual string KeyOf(string name) => name;

    /// <summary>The name as it stands in code.</summary>
    protected virtual string Decorate(string name) => name;

    /// <summary>A value that a literal cannot express: NaN or an infinity.</summary>
    protected virtual string NotFinite(double value) => throw new NotSupportedException();

    protected static HashSet<string> HelperNames(Func<Operation, CodeForm> formOf) =>
        [.. OperationTable.ByCode.Where(static op => op.Arity > 0).SelectMany(op => formOf(op).Helpers).Select(static helper => helper.Name)];

    /// <summary>Gives every variable an identifier; to be called before anything is written.</summary>
    protected void NameVariables()
    {
        foreach (var name in Variables) _taken.Add(KeyOf(name));

        // Names that can stay as they are come first, so that none of them has to give way to a changed one.
        var kept = new HashSet<string>(StringComparer.Ordinal);
        var changed = new List<string>();
        foreach (var name in Variables)
        {
            if (!IsReserved(name) && Spell(name) == name && kept.Add(KeyOf(name))) _identifiers.Add(name, Decorate(name));
            else changed.Add(name);
        }

        foreach (var name in changed)
        {
            var spelt = Spell(name) + "_";
            while (IsReserved(spelt) || !_taken.Add(KeyOf(spelt))) spelt += "_";
            _identifiers.Add(name, Decorate(spelt));
        }
    }

    /// <summary>The shape of a variable.</summary>
    protected Shape ShapeOf(string name) => _shapes.GetValueOrDefault(name);

    protected IEnumerable<string> Parameters() => Variables.Select(Variable);

    /// <summary>The helpers that the expression needs, each once, those before that others call.</summary>
    protected IReadOnlyList<CodeHelper> Helpers()
    {
        var used = new bool[OperationTable.ByCode.Length];
        for (var id = 0; id < _reachable.Length; id++)
        {
            if (_reachable[id]) used[_graph.OperationOf(id).Code] = true;
        }

        return [.. OperationTable.ByCode.Where(op => op.Arity > 0 && used[op.Code]).SelectMany(op => FormOf(op).Helpers).DistinctBy(static helper => helper.Name)];
    }

    /// <summary>Appends the statements, indented.</summary>
    protected void AppendStatements(StringBuilder text, string indent)
    {
        var uses = _graph.Uses(_reachable, [_root]);
        var bindings = new string?[_reachable.Length];
        var nesting = new byte[_reachable.Length];
        var (isFolded, places, numbers) = FoldsNumbers ? _graph.Fold(_reachable) : ([], [], []);
        var view = new GraphView(_graph, bindings);
        var lastLocal = 0;
        foreach (var id in WritingOrder.Of(_graph, [_root], _cancellation))
        {
            if (FoldsNumbers && isFolded[id] && !_graph.IsLeaf(id) && NotationOf(_graph.OperationOf(id)).Level < Notation.Atom)
            {
                var number = numbers[places[id]];
                var literal = double.IsFinite(number) ? Number(number) : NotFinite(number);
                bindings[id] = literal.StartsWith('-') ? $"({literal})" : literal;
                continue;
            }

            if (_graph.IsLeaf(id) || id == _root) continue;
            nesting[id] = (byte)(Nesting(id, bindings, nesting) + 1);
            if (uses[id] < 2 && nesting[id] < MaxNesting) continue;
            var local = NewLocal(ref lastLocal);
            text.Append(indent).Append(Assignment(local));
            FormulaWriter.Write(view, id, this, text, int.MaxValue, _cancellation);
            text.Append(StatementEnd).Append('\n');
            bindings[id] = local;
        }

        text.Append(indent).Append(Return);
        FormulaWriter.Write(view, _root, this, text, int.MaxValue, _cancellation);
        text.Append(StatementEnd).Append('\n');
    }

    /// <summary>Appends a text of several lines, indented.</summary>
    protected static void AppendLines(StringBuilder text, string lines, string indent)
    {
        foreach (var line in lines.AsSpan().EnumerateLines())
        {
            if (line.Length > 0) text.Append(indent).Append(line);
            text.Append('\n');
        }
    }

    /// <summary>The name with what the language cannot have in names spelt out; what is no letter or digit becomes an underscore.</summary>
    private string Spell(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (!VariableNames.IsPart(c)) text.Append('_');
            else if (char.IsAscii(c) || CanStay(c)) text.Append(c);
            else text.Append(CultureInfo.InvariantCulture, $"u{(int)c:X4}");
        }

        if (!VariableNames.IsStart(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    /// <summary>The expression with small powers as products, which no language computes faster in another way.</summary>
    private static ExprNode.GraphLocation WithProducts(ExprNode node, CancellationToken cancellation)
    {
        var (graph, root) = node.Flatten(cancellation);
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(reachable.Length) { Cancellation = cancellation };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            var exponent = graph.OperationOf(id) is PowOperation && graph.IsConstant(graph.Y(id)) ? graph.ConstantOf(graph.Y(id)) : 0;
            if (exponent is not (2 or 3 or 4))
            {
                map[id] = builder.Copy(graph, id, map);
                continue;
            }

            var x = builder.Term(map[graph.X(id)]);
            var square = x * x;
            map[id] = (exponent switch { 2 => square, 3 => square * x, _ => square * square }).Id;
        }

        return new ExprNode.GraphLocation(builder.Build(), map[root]);
    }

    private string NewLocal(ref int last)
    {
        string name;
        do
        {
            name = string.Create(CultureInfo.InvariantCulture, $"t{++last}");
        }
        while (IsReserved(name) || _taken.Contains(KeyOf(name)));

        return Decorate(name);
    }

    private int Nesting(int id, string?[] bindings, byte[] nesting)
    {
        var deepest = 0;
        for (var i = _graph.OperationOf(id).Arity - 1; i >= 0; i--)
        {
            var argument = _graph.Argument(id, i);
            if (bindings[argument] is not null) continue;

            // The elements of a literal stand beside each other.
            var isLiteral = i == 0 && _graph.OperationOf(id) is StackOperation && _graph.OperationOf(argument) is StackOperation && _graph.ShapeOf(id).Rank == _graph.ShapeOf(argument).Rank;
            deepest = Math.Max(deepest, nesting[argument] - (isLiteral ? 1 : 0));
        }

        return deepest;
    }
}
