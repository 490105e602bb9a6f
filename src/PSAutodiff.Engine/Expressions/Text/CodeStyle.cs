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
    private readonly int[] _uses;
    private readonly string?[] _bindings;
    private readonly byte[] _nesting;
    private readonly GraphView _view;
    private readonly IReadOnlyDictionary<string, Shape> _shapes;
    private readonly CancellationToken _cancellation;
    private int _lastLocal;

    protected CodeStyle(ExprNode node, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Title = node.ToString();
        (Graph, Root) = WithProducts(node, cancellation);
        Reachable = Graph.Reachable([Root]);
        Graph.RequireDefinitions(Reachable);
        Variables = Graph.VariablesOf([Root]);
        _shapes = ExprText.ArraysOf(Graph, [Root]);
        _uses = Graph.Uses(Reachable, [Root]);
        (_bindings, _nesting) = (new string?[Reachable.Length], new byte[Reachable.Length]);
        _view = new GraphView(Graph, _bindings);
    }

    public sealed override string Open => "(";

    public sealed override string Close => ")";

    /// <summary>The expression, with small powers as products.</summary>
    protected Graph Graph { get; }

    protected int Root { get; }

    protected bool[] Reachable { get; }

    /// <summary>The statements so far.</summary>
    protected StringBuilder Output { get; private set; } = new();

    /// <summary>The expression in short, for a comment.</summary>
    protected string Title { get; }

    /// <summary>The variables in ordinal order: the parameters.</summary>
    protected IReadOnlyList<string> Variables { get; }

    /// <summary>Whether the language's own operators on its own numbers throw where IEEE arithmetic gives infinity.</summary>
    protected virtual bool FoldsNumbers => false;

    /// <summary>Whether the language's functions take no numbers of its own.</summary>
    protected virtual bool FoldsCalls => false;

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
        for (var id = 0; id < Reachable.Length; id++)
        {
            if (Reachable[id]) used[Graph.OperationOf(id).Code] = true;
        }

        return [.. OperationTable.ByCode.Where(op => op.Arity > 0 && used[op.Code]).SelectMany(op => FormOf(op).Helpers).DistinctBy(static helper => helper.Name)];
    }

    /// <summary>Appends the statements, indented.</summary>
    protected virtual void AppendStatements(StringBuilder text, string indent)
    {
        Output = text;
        var (isFolded, places, numbers) = FoldsNumbers ? Graph.Fold(Reachable) : ([], [], []);
        foreach (var id in WritingOrder.Of(Graph, [Root], _cancellation))
        {
            if (FoldsNumbers && isFolded[id] && !Graph.IsLeaf(id) && (FoldsCalls || NotationOf(Graph.OperationOf(id)).Level < Notation.Atom))
            {
                var number = numbers[places[id]];
                var literal = double.IsFinite(number) ? Number(number) : NotFinite(number);
                Bind(id, literal.StartsWith('-') ? $"({literal})" : literal);
                continue;
            }

            if (!TryAppend(id) && !Graph.IsLeaf(id) && id != Root) AppendLocal(id, indent);
        }

        AppendReturn(text, indent);
    }

    /// <summary>Appends what an operation on arrays needs in a language that has none; false where it is a formula.</summary>
    protected virtual bool TryAppend(int id) => false;

    /// <summary>Whether a formula gets a local wherever it is used.</summary>
    protected virtual bool NeedsLocal(int id) => false;

    /// <summary>Appends the statement of a formula that gets a local.</summary>
    protected void AppendLocal(int id, string indent)
    {
        _nesting[id] = (byte)(Nesting(id) + 1);
        if (_uses[id] < 2 && _nesting[id] < MaxNesting && !NeedsLocal(id)) return;
        var local = NewLocal();
        Output.Append(indent).Append(Assignment(local));
        FormulaWriter.Write(_view, id, this, Output, int.MaxValue, _cancellation);
        Output.Append(StatementEnd).Append('\n');
        Bind(id, local);
    }

    /// <summary>Appends the statement that gives the value.</summary>
    protected virtual void AppendReturn(StringBuilder text, string indent)
    {
        text.Append(indent).Append(Return);
        FormulaWriter.Write(_view, Root, this, text, int.MaxValue, _cancellation);
        text.Append(StatementEnd).Append('\n');
    }

    /// <summary>The formula of a node.</summary>
    protected string FormulaOf(int id)
    {
        var text = new StringBuilder();
        FormulaWriter.Write(_view, id, this, text, int.MaxValue, _cancellation);
        return text.ToString();
    }

    /// <summary>Lets a text stand for a node in formulas.</summary>
    protected void Bind(int id, string text) => _bindings[id] = text;

    /// <summary>How often a node is used.</summary>
    protected int UsesOf(int id) => _uses[id];

    /// <summary>A new name in the language.</summary>
    protected string NewName(string name)
    {
        while (IsReserved(name) || !_taken.Add(KeyOf(name))) name += "_";
        return Decorate(name);
    }

    /// <summary>The next of the names of locals.</summary>
    protected string NewLocal()
    {
        string name;
        do
        {
            name = string.Create(CultureInfo.InvariantCulture, $"t{++_lastLocal}");
        }
        while (IsReserved(name) || _taken.Contains(KeyOf(name)));

        return Decorate(name);
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

    private int Nesting(int id)
    {
        var deepest = 0;
        for (var i = Graph.OperationOf(id).Arity - 1; i >= 0; i--)
        {
            var argument = Graph.Argument(id, i);
            if (_bindings[argument] is not null) continue;

            // The elements of a literal stand beside each other.
            var isLiteral = i == 0 && Graph.OperationOf(id) is StackOperation && Graph.OperationOf(argument) is StackOperation && Graph.ShapeOf(id).Rank == Graph.ShapeOf(argument).Rank;
            deepest = Math.Max(deepest, _nesting[argument] - (isLiteral ? 1 : 0));
        }

        return deepest;
    }
}
